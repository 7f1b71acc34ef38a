package frame

import (
	"image"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/template"
)

// template draws s by the template of the look. It draws nothing and reports false
// where there is none for this panel, or none that would be true: the usual design
// takes its place.
func (d *drawer) template(s *sign.Sign) bool {
	if d.look == nil || d.look.Template == nil {
		return false
	}
	panel := d.canvas.bounds.Size()
	if size := d.look.Template.Size(); size != panel && size != (image.Point{}) {
		return false
	}
	block, notice := blockFor(d.look.Template, s)
	if block == nil {
		return false
	}
	d.fill(d.canvas.bounds, inkOf(block.Ground, d.scheme))
	if block.Frame != nil {
		d.box(block.Frame, panel)
	}
	texts := d.setTexts(block, s, panel)
	for _, item := range block.Items {
		if t, ok := item.(*template.Text); ok {
			d.words(t, texts[t])
		} else {
			d.item(item, panel)
		}
	}
	if s.LowBattery != "" {
		d.emptyBattery(block, panel)
	}
	if notice != "" {
		d.notice(notice)
	}
	return true
}

// blockFor gives the block of t that tells the truth about s, nil if there is none,
// and what must be said across it.
func blockFor(t *template.Template, s *sign.Sign) (b *template.Block, notice string) {
	switch s.State {
	case sign.Busy:
		return t.Block(template.Busy), s.Notice
	case sign.Free:
		return t.Block(template.Free), s.Notice
	case sign.Closed:
		// The room is free, but the words of a block for free rooms may say more than that.
		b, notice = t.Block(template.Free), s.Notice
		if b != nil && notice == "" && !b.Shows(noteAvailable) {
			notice = headlines(s)
		}
		return b, notice
	case sign.Unknown:
		// A block that is for any state claims none. One for a state would lie.
		if notice = s.Notice; notice == "" {
			notice = headlines(s)
		}
		return t.Block(template.Any), notice
	default:
		return nil, ""
	}
}

const noteAvailable = "NOTE_AVAILABLE"

func headlines(s *sign.Sign) string {
	if s.Headline == "" || s.Detail == "" {
		return s.Headline + s.Detail
	}
	return s.Headline + " · " + s.Detail
}

// notice draws a band across the bottom, above all that the template put there.
func (d *drawer) notice(words string) {
	r := d.canvas.bounds
	height := max(r.Dy()/8, 22)
	d.unit = float32(height) / 60
	l := limits{style: bold, max: max(d.sz(15), 7), min: floorSize, lines: 1}
	if height >= 32 {
		l.single, l.lines = d.sz(11), 2
	}
	d.band(words, cutBottom(&r, height), d.px(20), l)
}

// item draws an item of a template other than a text.
func (d *drawer) item(item template.Item, panel image.Point) {
	switch it := item.(type) {
	case *template.Rectangle:
		d.box(it, panel)
	case *template.Line:
		d.stroke(it)
	case *template.Circle:
		d.circle(it)
	case *template.QRCode:
		d.templateCode(it)
	case *template.Logo:
		d.picture(d.look.Logo, it.Area.In(panel))
	case *template.Bitmap:
		d.bitmap(it, it.Area.In(panel))
	}
}

// wordsOf are the words of a text of a template on s.
func wordsOf(t *template.Text, s *sign.Sign) string {
	if is, _ := template.Placeholder(t.ID); !is {
		return t.Text
	}
	if words, ok := s.Values[t.ID]; ok || t.ID != noteAvailable {
		return words
	}
	return s.Headline
}

// inkOf is the palette index of a colour of a template. What a panel lacks becomes
// what stands out as much: red black, yellow white, or a grey.
func inkOf(c template.Color, s display.Scheme) uint8 {
	const dark4, light4, dark16, light16 = 2, 3, 6, 11 // 85 and 170 of 255
	switch c {
	case template.White:
		return display.White
	case template.Red:
		switch s {
		case display.BWR:
			return 2
		case display.BWRY, display.Spectra6, display.ACeP7:
			return display.Red4
		case display.Gray4:
			return dark4
		case display.Gray16:
			return dark16
		}
	case template.Yellow:
		switch s {
		case display.BWY:
			return 2
		case display.BWRY, display.Spectra6, display.ACeP7:
			return display.Yellow4
		case display.Gray4:
			return light4
		case display.Gray16:
			return light16
		}
		return display.White
	}
	return display.Black
}

// inkOn is the ink of c on ground: where both are the same on this panel and were not
// in the template, it is the one that can be read.
func inkOn(c, ground template.Color, s display.Scheme) uint8 {
	ink := inkOf(c, s)
	if ground == template.None || c == ground || ink != inkOf(ground, s) {
		return ink
	}
	if ink == display.Black {
		return display.White
	}
	return display.Black
}
