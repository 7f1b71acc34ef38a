package frame

import (
	"image"
	"strings"

	"github.com/go-text/typesetting/bidi"

	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/template"
)

// Where the baseline of a template's line lies, and how far accents on capitals may
// reach above it, in hundredths of its height. SyncSign's fonts have their accents
// inside; ours would be too small that way.
const (
	baselineShare = 78
	accentShare   = 17
)

// wording is a text of a template with the words that the sign has for it.
type wording struct {
	area, box image.Rectangle // its area, and the part where its lines stand
	style     style
	size      size
	least     size // at which it can be read
	lines     int  // the most that have room
	parts     []passage
}

// passage is the text between two forced line breaks.
type passage struct {
	text  string
	runes []rune
	base  bidi.Direction
	whole text
}

// setTexts finds the sizes for the texts of a block. Unlike those of other designs
// they are the template's; they only shrink, all of one font alike, as far as our
// letters are wider than those it was made with.
func (d *drawer) setTexts(b *template.Block, s *sign.Sign, panel image.Point) map[*template.Text]wording {
	texts, sizes := map[*template.Text]wording{}, map[template.Font]size{}
	for _, item := range b.Items {
		if t, ok := item.(*template.Text); ok {
			w := d.wording(t, wordsOf(t, s), t.Area.In(panel))
			if sz, ok := sizes[t.Font]; !ok || w.size < sz {
				sizes[t.Font] = w.size
			}
			texts[t] = w
		}
	}
	for t, w := range texts {
		w.size = max(sizes[t.Font], w.least)
		texts[t] = w
	}
	return texts
}

// wording sets words for t, whose area is in pixels.
func (d *drawer) wording(t *template.Text, words string, area image.Rectangle) wording {
	w := wording{area: area, box: shifted(area, t), style: medium}
	if t.Font.Bold {
		w.style = bold
	}
	w.size = d.sizeOf(w.style, t.Font.Pixels)
	w.lines = max((area.Max.Y-w.box.Min.Y+t.LineSpace)/(t.Font.Pixels+t.LineSpace), 1)
	words = strings.Trim(words, "\n")
	if words == "" || t.Ink == template.None || w.box.Empty() || !w.box.Overlaps(d.canvas.bounds) {
		return w
	}
	for part := range strings.SplitSeq(words, "\n") {
		runes := d.shaper.decode(strings.TrimSpace(part))
		d.shaper.readHan(runes)
		w.least = max(w.least, legible(runes))
		base := baseDirection(runes)
		w.parts = append(w.parts, passage{text: part, runes: runes, base: base, whole: d.shaper.shape(w.style, runes, base)})
		if len(w.parts) > w.lines {
			break // one more than is drawn tells that it was not all
		}
	}
	w.size = max(w.size, w.least)
	w.size = d.shrunk(&w, max(d.sizeOf(w.style, t.Font.Pixels*t.Font.Width/100), w.least))
	return w
}

// words draws the words of a text of a template. What has no room ends in an ellipsis.
func (d *drawer) words(t *template.Text, w wording) {
	if t.Ground != template.None {
		d.fill(w.area, inkOf(t.Ground, d.scheme))
	}
	if len(w.parts) > 0 {
		d.putWords(t, &w)
	}
}

// shifted is where the lines of t stand: the part of area that keeps the words inside
// it after they were moved.
func shifted(area image.Rectangle, t *template.Text) image.Rectangle {
	area.Min.Y += t.Offset.Y
	switch x := t.Offset.X; {
	case t.Align == template.Center && x > 0:
		area.Min.X += 2 * x
	case t.Align == template.Center:
		area.Max.X += 2 * x
	case t.Align == template.Right && x < 0:
		area.Max.X += x
	default:
		area.Min.X += x
	}
	return area
}

// sizeOf is the size at which the em of a style is nearest to pixels.
func (d *drawer) sizeOf(st style, pixels int) size {
	return size(min(max(round(float32(pixels)/d.faces.em(st, 1)), floorSize), 255))
}

// shrunk is the largest size at which w takes no more lines than at the smallest,
// which is how many it took with the letters of the template's display.
func (d *drawer) shrunk(w *wording, smallest size) size {
	lines := d.breakWords(w, smallest)
	for sz := w.size; sz > smallest; sz-- {
		if try := d.breakWords(w, sz); len(try) == len(lines) && cuts(try) <= cuts(lines) {
			return sz
		}
	}
	return smallest
}

// extract is what of a passage stands on a line.
type extract struct {
	part, from, to int
	cut            bool // ends within a word, or what follows is left out
	last           bool // what follows is left out
}

// cuts is how many lines are cut.
func cuts(lines []extract) (n int) {
	for _, l := range lines {
		if l.cut {
			n++
		}
	}
	return n
}

// breakWords breaks w into lines of a size.
func (d *drawer) breakWords(w *wording, sz size) (lines []extract) {
	room := w.room(d.faces, sz)
	for i, part := range w.parts {
		if part.whole.width <= room {
			lines = append(lines, extract{part: i, to: len(part.runes)})
		} else {
			advance := d.advances(part.runes, part.whole)
			for from := 0; from < len(part.runes); {
				to, broken := d.nextBreak(part.runes, advance, from, room)
				lines = append(lines, extract{part: i, from: from, to: to, cut: broken})
				from = to
			}
		}
		if len(lines) > w.lines || len(lines) == w.lines && i < len(w.parts)-1 {
			lines = lines[:w.lines]
			lines[w.lines-1].cut, lines[w.lines-1].last = true, true
			return lines
		}
	}
	return lines
}

// room is the width of a line in thousandths of an em.
func (w *wording) room(f *faces, sz size) float32 {
	return float32(w.box.Dx()) * 1000 / f.em(w.style, sz)
}

// setLine sets a line of w.
func (d *drawer) setLine(w *wording, l extract) block {
	part, room := &w.parts[l.part], w.room(d.faces, w.size)
	b := block{text: part.text, style: w.style, size: w.size, base: part.base, n: 1, cut: l.cut}
	switch {
	case l.last:
		advance := d.advances(part.runes, part.whole)
		b.line[0] = d.trailOff(&b, part.runes[l.from:], advance[l.from:], l.to-l.from, room)
	case l.to-l.from == len(part.runes):
		b.line[0] = part.whole
	default:
		b.line[0] = d.shaper.shape(w.style, trim(part.runes[l.from:l.to]), part.base)
	}
	return b
}

// trailOff ends a line, of which the first fit characters have room, in an ellipsis:
// apart from them where they are all and only further lines are left out.
func (d *drawer) trailOff(b *block, runes []rune, advance []float32, fit int, room float32) text {
	if fit == len(runes) {
		apart := append(append(make([]rune, 0, fit+2), trim(runes)...), ' ', '…')
		if line := d.shaper.shape(b.style, apart, b.base); line.width <= room {
			return line
		}
	}
	return d.ellipsis(b, runes, advance, room)
}

// putWords draws the lines of w from the top of its box, clipped to it and to the
// bottom of its area.
func (d *drawer) putWords(t *template.Text, w *wording) {
	baseline, accents := t.Font.Pixels*baselineShare/100, t.Font.Pixels*accentShare/100
	ink := inkOn(t.Ink, t.Ground, d.scheme)
	for i, l := range d.breakWords(w, w.size) {
		top := w.box.Min.Y + i*(t.Font.Pixels+t.LineSpace) - accents
		if top >= w.area.Max.Y {
			return
		}
		b := d.setLine(w, l)
		b.ascent = accents + baseline
		b.descent = min(t.Font.Pixels-baseline, w.area.Max.Y-top-b.ascent)
		if b.ascent+b.descent > 0 {
			d.put(&b, image.Rect(w.box.Min.X, top, w.box.Max.X, w.area.Max.Y), align(t.Align), ink)
		}
	}
}
