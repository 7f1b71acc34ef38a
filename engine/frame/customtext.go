package frame

import (
	"image"
	"strings"

	"github.com/go-text/typesetting/bidi"

	"github.com/roomink/roomink/engine/template"
)

// Where the baseline of a template's line lies, and how far accents on capitals may
// reach above it, in hundredths of its height. SyncSign's fonts have their accents
// inside; ours would be too small that way.
const (
	baselineShare = 78
	accentShare   = 17
)

// words draws the words of a text of a template into area. Unlike other texts its
// size is the template's; it only shrinks as far as our letters are wider than those
// it was made with. What has no room ends in an ellipsis.
func (d *drawer) words(t *template.Text, words string, area image.Rectangle) {
	if t.Ground != template.None {
		d.canvas.fill(area, inkOf(t.Ground, d.scheme))
	}
	box := shifted(area, t)
	words = strings.Trim(words, "\n")
	if words == "" || t.Ink == template.None || box.Empty() || !box.Overlaps(d.canvas.bounds) {
		return
	}
	w := wording{style: medium, lines: max((area.Max.Y-box.Min.Y+t.LineSpace)/(t.Font.Pixels+t.LineSpace), 1)}
	if t.Font.Bold {
		w.style = bold
	}
	for part := range strings.SplitSeq(words, "\n") {
		runes := d.shaper.decode(strings.TrimSpace(part))
		base := baseDirection(runes)
		w.parts = append(w.parts, passage{runes: runes, base: base, whole: d.shaper.shape(w.style, runes, base)})
		if len(w.parts) > w.lines {
			break // one more than is drawn tells that it was not all
		}
	}
	largest := d.sizeOf(w.style, t.Font.Pixels)
	smallest := min(d.sizeOf(w.style, t.Font.Pixels*t.Font.Width/100), largest)
	size, lines := d.setWords(&w, box.Dx(), largest, smallest)
	d.putWords(t, w.style, size, lines, box, area.Max.Y)
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

// wording is a text of a template that is being set.
type wording struct {
	style style
	lines int // the most that have room
	parts []passage
}

// passage is the text between two forced line breaks.
type passage struct {
	runes []rune
	base  bidi.Direction
	whole text
}

// setWords finds the largest size at which the words take no more lines than at the
// smallest, which is how many they took with the letters of the template's display.
func (d *drawer) setWords(w *wording, width int, largest, smallest size) (size, []block) {
	lines := d.breakWords(w, width, smallest)
	for sz := largest; sz > smallest; sz-- {
		if try := d.breakWords(w, width, sz); len(try) == len(lines) && cuts(try) <= cuts(lines) {
			return sz, try
		}
	}
	return smallest, lines
}

// cuts is how many lines end in an ellipsis or in the middle of a word.
func cuts(lines []block) (n int) {
	for i := range lines {
		if lines[i].cut {
			n++
		}
	}
	return n
}

// breakWords sets w in lines of width pixels, each as a block of its own.
func (d *drawer) breakWords(w *wording, width int, sz size) (lines []block) {
	room := float32(width) * 1000 / d.faces.em(w.style, sz)
	for i, part := range w.parts {
		b := block{style: w.style, size: sz, base: part.base, n: 1}
		advance := d.advances(part.runes, part.whole)
		for from := 0; ; {
			to, broken := len(part.runes), false
			if part.whole.width > room {
				to, broken = d.nextBreak(part.runes, advance, from, room)
			}
			if b.cut = broken; len(lines) == w.lines-1 && (to < len(part.runes) || i < len(w.parts)-1) {
				b.line[0], b.cut = d.ellipsis(&b, part.runes[from:], advance[from:], room), true
				return append(lines, b)
			}
			b.line[0] = d.shaper.shape(w.style, trim(part.runes[from:to]), part.base)
			lines = append(lines, b)
			if from = to; from >= len(part.runes) {
				break
			}
		}
	}
	return lines
}

// putWords draws the lines of t from the top of box, clipped to it and to bottom.
func (d *drawer) putWords(t *template.Text, st style, sz size, lines []block, box image.Rectangle, bottom int) {
	baseline, accents := t.Font.Pixels*baselineShare/100, t.Font.Pixels*accentShare/100
	ink := inkOn(t.Ink, t.Ground, d.scheme)
	for i := range lines {
		b := &lines[i]
		top := box.Min.Y + i*(t.Font.Pixels+t.LineSpace) - accents
		if b.ascent = accents + baseline; top >= bottom {
			return
		}
		b.descent = min(t.Font.Pixels-baseline, bottom-top-b.ascent)
		if b.ascent+b.descent > 0 {
			d.put(b, image.Rect(box.Min.X, top, box.Max.X, bottom), align(t.Align), ink)
		}
	}
}
