package frame

import "github.com/roomink/roomink/engine/sign"

// namePlate is the design of the name of the room first.
func (d *drawer) namePlate(s *sign.Sign) { d.status(s) }
