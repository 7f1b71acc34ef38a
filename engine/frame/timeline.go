package frame

import "github.com/roomink/roomink/engine/sign"

// timeline is the design of the day as a bar.
func (d *drawer) timeline(s *sign.Sign) { d.status(s) }
