package frame

import "github.com/roomink/roomink/engine/sign"

// template draws s by the template of the look. It draws nothing and reports false
// where there is none for this panel.
func (d *drawer) template(s *sign.Sign) bool { return false }
