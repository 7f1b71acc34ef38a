package frame

import (
	"time"

	"github.com/roomink/roomink/engine/sign"
)

// timeline is the design of the day as a bar: from top to bottom where the panel has
// the height for it, else from side to side with a list below.
func (d *drawer) timeline(s *sign.Sign) {
	r := d.beginDay()
	if !s.Hours[1].After(s.Hours[0]) || len(s.Ticks) < 2 {
		d.agenda(s)
		return
	}
	blocks := timeBlocks(s)
	switch {
	case s.State == sign.Unknown && len(s.Next) > 0: // the list says that it is only what was last known
		d.dayAcross(s, blocks, r)
	case r.Dy()*10 >= r.Dx()*12 && roomy(s, r.Dy()*64/100):
		d.dayHead(s, cutTop(&r, r.Dy()*32/100), above)
		d.dayNotice(s, cutTop(&r, d.noticeHeight(s)))
		d.dayColumn(s, blocks, r, above)
	case r.Dy() >= 600 && roomy(s, r.Dy()):
		d.dayNotice(s, cutBottom(&r, d.noticeHeight(s)))
		d.dayTower(s, cutLeft(&r, r.Dx()*44/100))
		d.dayColumn(s, blocks, r, beside)
	default:
		d.dayAcross(s, blocks, r)
	}
}

// roomy reports whether half an hour of a day that is height pixels tall holds a line
// of the smallest type.
func roomy(s *sign.Sign, height int) bool {
	return height*int(30*time.Minute)/int(s.Hours[1].Sub(s.Hours[0])) >= 17
}
