package frame

import "github.com/roomink/roomink/engine/sign"

// agenda is the design of the day as a list.
func (d *drawer) agenda(s *sign.Sign) { d.status(s) }
