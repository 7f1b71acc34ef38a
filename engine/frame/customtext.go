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
	lines     int // the most that have room
	parts     []passage
}

// passage is the text between two forced line breaks.
type passage struct {
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
		w.size = sizes[t.Font]
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
		base := baseDirection(runes)
		w.parts = append(w.parts, passage{runes: runes, base: base, whole: d.shaper.shape(w.style, runes, base)})
		if len(w.parts) > w.lines {
			break // one more than is drawn tells that it was not all
		}
	}
	w.size = d.shrunk(&w, min(d.sizeOf(w.style, t.Font.Pixels*t.Font.Width/100), w.size))
	return w
}

// words draws the words of a text of a template. What has no room ends in an ellipsis.
func (d *drawer) words(t *template.Text, w wording) {
	if t.Ground != template.None {
		d.canvas.fill(w.area, inkOf(t.Ground, d.scheme))
	}
	if len(w.parts) > 0 {
		d.putWords(t, d.breakWords(&w, w.size), w.box, w.area.Max.Y)
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

// cuts is how many lines end in an ellipsis or in the middle of a word.
func cuts(lines []block) (n int) {
	for i := range lines {
		if lines[i].cut {
			n++
		}
	}
	return n
}

// breakWords sets w in lines of a size, each as a block of its own.
func (d *drawer) breakWords(w *wording, sz size) (lines []block) {
	room := float32(w.box.Dx()) * 1000 / d.faces.em(w.style, sz)
	for i, part := range w.parts {
		b := block{style: w.style, size: sz, base: part.base, n: 1}
		advance := d.advances(part.runes, part.whole)
		for from := 0; ; {
			to := len(part.runes)
			if part.whole.width > room {
				to, b.cut = d.nextBreak(part.runes, advance, from, room)
			}
			if len(lines) == w.lines-1 && (to < len(part.runes) || i < len(w.parts)-1) {
				b.line[0], b.cut = d.trailOff(&b, part.runes[from:], advance[from:], to-from, room), true
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

// putWords draws the lines of t from the top of box, clipped to it and to bottom.
func (d *drawer) putWords(t *template.Text, lines []block, box image.Rectangle, bottom int) {
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
