package frame

import (
	"image"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// timeBlock is a stretch of occupied time. Those that overlap lie in lanes.
type timeBlock struct {
	sign.Span
	phase       sign.Phase
	meeting     *sign.Meeting // nil where only the time is known
	lane, lanes int
}

// timeBlocks are the day's, soonest first.
func timeBlocks(s *sign.Sign) []timeBlock {
	var all []timeBlock
	if len(s.Meetings) == 0 {
		all = make([]timeBlock, len(s.Day))
		for i, span := range s.Day {
			all[i] = timeBlock{Span: span, phase: sign.Ahead, lanes: 1}
		}
		return all
	}
	all = make([]timeBlock, 0, len(s.Meetings))
	for i := range s.Meetings {
		m := &s.Meetings[i]
		all = append(all, timeBlock{Span: m.Span, phase: m.Phase, meeting: m})
	}
	group, end := 0, time.Time{} // of blocks that hang together
	for i := range all {
		b := &all[i]
		if !b.From.Before(end) {
			share(all[group:i])
			group = i
		}
		for taken := true; taken; {
			taken = false
			for _, other := range all[group:i] {
				if other.lane == b.lane && other.To.After(b.From) {
					taken = true
					b.lane++
					break
				}
			}
		}
		if b.To.After(end) {
			end = b.To
		}
	}
	share(all[group:])
	return all
}

// share tells a group of blocks how many lanes it has.
func share(group []timeBlock) {
	lanes := 0
	for _, b := range group {
		lanes = max(lanes, b.lane+1)
	}
	for i := range group {
		group[i].lanes = lanes
	}
}

// axis puts instants onto a line of pixels.
type axis struct {
	hours         [2]time.Time
	start, length int
}

func (a axis) at(t time.Time) int {
	return a.start + int(int64(a.length)*int64(t.Sub(a.hours[0]))/int64(a.hours[1].Sub(a.hours[0])))
}

// across is the part of from…to that a block takes across the axis.
func (b *timeBlock) across(from, to, gap int) (int, int) {
	width := to - from + gap
	return from + width*b.lane/b.lanes, from + width*(b.lane+1)/b.lanes - gap
}

// paintBlock draws the ground of a block and gives the ink for text on it: full while
// the meeting goes on, a light frame when it is over, and, while it lies ahead, a
// strong frame around its text or else full ink; stripes where it is only what was
// last known.
func (d *drawer) paintBlock(s *sign.Sign, b *timeBlock, r image.Rectangle, text bool) (ink uint8) {
	switch {
	case s.State == sign.Unknown:
		d.stripes(r, max(d.px(2), 2), display.Black)
	case b.phase == sign.Now:
		d.fill(r, d.inks.busy)
		return d.inks.onBusy
	case b.phase == sign.Past:
		d.outline(r, max(1, d.blockEdge(r.Dy())/2), d.inks.quiet)
		return d.inks.quiet
	case text:
		d.outline(r, d.blockEdge(r.Dy()), display.Black)
	default:
		d.fill(r, display.Black)
		return display.White
	}
	return display.Black
}

// blockEdge is how strong the frame of a block is.
func (d *drawer) blockEdge(height int) int { return min(max(d.px(2), 2), max(height/12, 2)) }
