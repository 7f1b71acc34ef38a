package virtual

import (
	"image"
	"time"
)

// Glass is what a person in front of the display sees, and what is known of how
// it came there.
type Glass struct {
	// Image is the picture in the model's Palette. It is the receiver's to keep.
	Image *image.Paletted
	// Pushes counts completed refreshes since the display was made.
	Pushes int
	// Refreshing is true while the panel flickers from the old picture to the new.
	Refreshing bool
	// Powered is false while the display is switched off or asleep. The picture
	// stays: it is e-paper.
	Powered bool
	// UpdatedAt is when the last refresh completed, zero before the first.
	UpdatedAt time.Time
	// Seq grows with every change of any field.
	Seq uint64
}

// panel is the state behind Glass. Its owner guards it.
type panel struct {
	model    Model
	frame    []byte // packed, never changed in place
	state    Glass  // without Image, which is decoded on demand
	watchers map[chan Glass]struct{}
}

func newPanel(m Model) panel {
	return panel{model: m, frame: m.blank(), state: Glass{Powered: true}, watchers: map[chan Glass]struct{}{}}
}

func (p *panel) glass() Glass {
	g := p.state
	g.Image = p.model.picture(p.frame)
	return g
}

// show puts a complete frame on the glass.
func (p *panel) show(frame []byte) {
	p.frame = frame
	p.state.Pushes++
	p.state.UpdatedAt = time.Now()
}

// changed tells every watcher. A watcher that is behind gets this state instead
// of the one it has not read.
func (p *panel) changed() {
	p.state.Seq++
	for ch := range p.watchers {
		select {
		case <-ch:
		default:
		}
		ch <- p.glass() // room for one, and only the owner sends
	}
}

func (p *panel) watch() chan Glass {
	ch := make(chan Glass, 1)
	ch <- p.glass()
	p.watchers[ch] = struct{}{}
	return ch
}

func (p *panel) unwatch(ch chan Glass) {
	delete(p.watchers, ch)
	close(ch)
}
