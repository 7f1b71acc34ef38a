package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Drawn is one line of text, or a mark, as it was drawn.
type Drawn struct {
	Text string          // that it is of; of a mark, what it is
	Box  image.Rectangle // what it was given
	Ink  image.Rectangle // of its letters before clipping; empty for blanks
	Size int             // x-height in pixels; 0 for a mark
}

// The marks by their names in Drawn.
const (
	CodeMark    = string(codeMark)
	LogoMark    = string(logoMark)
	BatteryMark = string(batteryMark)
	StateMark   = string(stateMark)
)

// Observe draws s for p and tells of every line of text and every mark.
func (r *Renderer) Observe(s sign.Sign, p display.Panel, look *Look) (lines []Drawn, m *image.Paletted, err error) {
	return r.observe(p, func(d *drawer) {
		d.look = look
		d.shaper.speak(s.Language)
		d.sign(&s)
	})
}

// ObserveItems is Observe that gives the drawing list as well.
func (r *Renderer) ObserveItems(s sign.Sign, p display.Panel, look *Look) (items []display.Item, lines []Drawn, m *image.Paletted, err error) {
	rec := &recorder{}
	lines, m, err = r.observe(p, func(d *drawer) {
		d.writeDown(rec)
		d.look = look
		d.shaper.speak(s.Language)
		d.sign(&s)
	})
	return rec.items, lines, m, err
}

// ObservePattern is Observe for a test pattern.
func (r *Renderer) ObservePattern(name string, p display.Panel) (lines []Drawn, m *image.Paletted, err error) {
	return r.observe(p, func(d *drawer) { d.testPattern(name, p) })
}

func (r *Renderer) observe(p display.Panel, draw func(*drawer)) (lines []Drawn, m *image.Paletted, err error) {
	if m, err = prepare(nil, p); err != nil {
		return nil, nil, err
	}
	d := r.acquire()
	defer r.release(d)
	d.observe = func(b *block, box, ink image.Rectangle) {
		lines = append(lines, Drawn{b.text, box, ink, int(b.size)})
	}
	d.observeMark = func(kind mark, box image.Rectangle) {
		lines = append(lines, Drawn{string(kind), box, box, 0})
	}
	defer func() { d.observe, d.observeMark = nil, nil }()
	d.begin(m, p.Scheme)
	draw(d)
	return lines, m, nil
}

// Order gives the characters of text in the order in which they stand on the line.
func (r *Renderer) Order(text string) string {
	d := r.acquire()
	defer r.release(d)
	runes := []rune(text)
	var out []rune
	for _, g := range d.shaper.shape(medium, runes, baseDirection(runes)).glyphs {
		out = append(out, runes[g.rune])
	}
	return string(out)
}

// Lines fits text into a box and gives its lines, each as the characters that stand
// on it in the order of reading.
func (r *Renderer) Lines(text string, largest, smallest, lines, width, height int) (size int, widths []int, cut bool) {
	d := r.acquire()
	defer r.release(d)
	b := d.fit(text, limits{style: medium, max: sizeOf(largest), min: sizeOf(smallest), lines: lines}, width, height)
	for i := range b.n {
		widths = append(widths, ceil(b.line[i].width*d.faces.em(b.style, b.size)/1000))
	}
	return int(b.size), widths, b.cut
}

func sizeOf(n int) size { return size(n) }
