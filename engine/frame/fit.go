package frame

import "github.com/go-text/typesetting/bidi"

// maxLines is the most lines that a block can have.
const maxLines = 4

// block is text that was fitted into a box: lines of one style and size.
type block struct {
	text  string // what was to be set
	style style
	size  size
	base  bidi.Direction
	n     int // number of lines
	line  [maxLines]text
	// The box of a line above and below its baseline, in pixels, and the space
	// between two of them. Nothing is drawn outside.
	ascent, descent, lead int
	tight                 bool // see limits
	cut                   bool // ends in an ellipsis
	broken                bool // a word was cut to fit
}

// height is from the top of the first line's box to the bottom of the last one's.
func (b *block) height() int {
	if b.n == 0 {
		return 0
	}
	return b.n*(b.ascent+b.descent+b.lead) - b.lead
}

// limits is how a text may be fitted.
type limits struct {
	style    style
	max, min size // largest and smallest size; shrinks between them
	lines    int  // 1…maxLines
	// single is the smallest size at which one line is still better than several
	// larger ones; 0 = wrap at once.
	single size
	// tight makes the line boxes as tall as the letters that are there, for large
	// words that are placed by eye; else they have room for any.
	tight bool
	// even makes lines about as long as each other, as tight does.
	even bool
}

// fit sets s into width × height pixels. Text that is too long wraps; if that does
// not do, it shrinks, and at the smallest size it ends in an ellipsis. The block is
// never larger than the box; it is empty if not even one line of the smallest size
// fits, or there is nothing to set.
func (d *drawer) fit(s string, l limits, width, height int) block {
	if s == "" || width <= 0 || height <= 0 {
		return block{}
	}
	m := d.measure(s, l)
	return d.refit(&m, l, width, height)
}

// measure sets s as one line in the style of l, to be fitted once or more.
func (d *drawer) measure(s string, l limits) measured {
	runes := d.shaper.decode(s)
	m := measured{text: s, runes: runes, base: d.direction(runes)}
	if len(runes) != len(s) {
		d.shaper.readHan(runes)
	}
	m.whole = d.shaper.shape(l.style, runes, m.base)
	m.above, m.below = d.reach(l, m.whole, len(runes) == len(s))
	return m
}

// refit is fit for what was measured in the style of l.
func (d *drawer) refit(m *measured, l limits, width, height int) block {
	if m.text == "" || width <= 0 || height <= 0 {
		return block{}
	}
	raised := l
	if len(m.runes) != len(m.text) {
		d.shaper.readHan(m.runes)
		raised.min = max(l.min, legible(m.runes))
		raised.max = max(l.max, raised.min)
	}
	b := d.shrink(m, raised, width, height)
	if b.n == 0 && raised.min > l.min { // hard to read is better than not there
		b = d.shrink(m, l, width, height)
	}
	return b
}

// measured is a text before it is fitted: set as one line, and how far that reaches
// above and below its baseline, in thousandths of an em.
type measured struct {
	text         string
	runes        []rune
	base         bidi.Direction
	whole        text
	above, below float32
}

// shrink is fit for a measured text.
func (d *drawer) shrink(m *measured, l limits, width, height int) block {
	runes, whole := m.runes, m.whole
	sized := func(sz size) (b block, lines int, room float32) {
		em := d.faces.em(l.style, sz) / 1000
		b = block{text: m.text, style: l.style, size: sz, base: m.base, tight: l.tight}
		b.ascent, b.descent, b.lead = ceil(m.above*em+0.5), ceil(m.below*em+0.5), int(leadMille*em)
		return b, min(l.lines, (height+b.lead)/(b.ascent+b.descent+b.lead)), float32(width) / em
	}
	for sz := l.max; l.single > 0 && sz >= max(l.min, l.single); sz-- {
		if b, lines, room := sized(sz); lines > 0 && whole.width <= room {
			b.n, b.line[0] = 1, whole
			return b
		}
	}
	for sz := max(l.max, l.min); sz >= l.min; sz-- {
		b, lines, room := sized(sz)
		last := sz == l.min
		switch {
		case lines == 0:
		case whole.width <= room:
			b.n, b.line[0] = 1, whole
			return b
		case (lines > 1 || last) && d.wrap(&b, runes, whole, room, lines, last):
			if (b.broken || b.cut) && l.tight { // letters change shape where a word is cut
				m.above, m.below = d.extents(l.style, whole, false)
				l.tight, l.even = false, true
				return d.shrink(m, l, width, height)
			}
			if l.tight || l.even {
				d.balance(&b, runes, whole, room)
			}
			return b
		}
	}
	return block{}
}

// direction is that of the first letter which has one; a text without any, such as
// a time, follows the sign.
func (d *drawer) direction(runes []rune) bidi.Direction {
	if d.mirror {
		return directionOr(runes, bidi.RightToLeft)
	}
	return baseDirection(runes)
}

// reach is how tall the line boxes for t must be above and below the baseline, in
// thousandths of an em.
func (d *drawer) reach(l limits, t text, ascii bool) (above, below float32) {
	if ascii && !l.tight {
		return ascentMille, descentMille
	}
	above, below = d.extents(l.style, t, l.tight)
	if l.tight {
		return above, below
	}
	return max(above, ascentMille), max(below, descentMille) // some letters are taller
}

// balance breaks the lines of a headline anew so that they are about equally long.
func (d *drawer) balance(b *block, runes []rune, whole text, room float32) {
	for try := *b; ; {
		if room *= 0.95; !d.wrap(&try, runes, whole, room, b.n, false) {
			return
		}
		*b = try
	}
}

// extents is how far the letters of t reach above and below the baseline, in
// thousandths of an em. Unless it must be tight, it is at least what a face other than
// the style's own says of itself: its letters change shape where a word is cut.
func (d *drawer) extents(st style, t text, tight bool) (above, below float32) {
	own := builtIn(st, alphabets)
	for i := range t.glyphs {
		g := &t.glyphs[i]
		if g.face == noFace {
			above = max(above, d.faces.own[st].lines[1]*1000/d.faces.own[st].upem)
			continue
		}
		hb := d.shaper.font(g.face).Face()
		if e, ok := hb.GlyphExtents(g.gid); ok {
			unit := 1000 / float32(hb.Upem())
			above = max(above, e.YBearing*unit+g.y)
			below = max(below, -(e.YBearing+e.Height)*unit-g.y)
		}
		if !tight && g.face != own {
			f := d.faces.face(g.face)
			above, below = max(above, f.ascender), max(below, f.descender)
		}
	}
	return max(above, 100), below
}

// width is how wide a block is in pixels.
func (d *drawer) width(b *block) int {
	var widest float32
	for i := range b.n {
		widest = max(widest, b.line[i].width)
	}
	return ceil(widest * d.faces.em(b.style, b.size) / 1000)
}

// wrap breaks runes, which shape to whole, into at most n lines of room
// thousandths of an em, and reports whether that went well. With force it always
// does: a word longer than a line is broken, and what is left over gives way to an
// ellipsis.
func (d *drawer) wrap(b *block, runes []rune, whole text, room float32, n int, force bool) bool {
	advance := d.advances(runes, whole)
	b.n, b.cut, b.broken = 0, false, false
	for from := 0; from < len(runes); {
		to, broken := d.nextBreak(runes, advance, from, room)
		if to < len(runes) && b.n == n-1 {
			if !force {
				return false
			}
			b.line[b.n] = d.ellipsis(b, runes[from:], advance[from:], room)
			b.n, b.cut = b.n+1, true
			return true
		}
		line := d.shaper.shape(b.style, trim(runes[from:to]), b.base)
		wide := line.width > room // shaped anew, a line can come out a hair wider
		if (broken || wide) && !force {
			return false
		}
		b.broken = b.broken || broken
		if wide {
			line, b.cut = d.ellipsis(b, runes[from:to], advance[from:to], room), true
		}
		b.line[b.n] = line
		b.n++
		from = to
	}
	return true
}

// advances is the width that each character takes, in the order of reading.
func (d *drawer) advances(runes []rune, whole text) []float32 {
	if cap(d.advance) < len(runes) {
		d.advance = make([]float32, len(runes), 2*len(runes))
	}
	advance := d.advance[:len(runes)]
	clear(advance)
	for i := range whole.glyphs {
		advance[whole.glyphs[i].rune] += whole.glyphs[i].advance
	}
	return advance
}

// nextBreak is where the line that starts at from ends. broken says that there was
// no place to break and a word was cut.
func (d *drawer) nextBreak(runes []rune, advance []float32, from int, room float32) (to int, broken bool) {
	rest := float32(0)
	for _, a := range advance[from:] {
		rest += a
	}
	if rest <= room { // where lines may break matters only where one must
		return len(runes), false
	}
	d.segments.Init(runes[from:])
	lines := d.segments.LineIterator()
	width, end := float32(0), from
	for lines.Next() {
		part := lines.Line()
		start := from + part.Offset
		var with, visible float32
		for i := range part.Text {
			with += advance[start+i]
			if part.Text[i] != ' ' {
				visible = with // a space at the end of a line needs no room
			}
		}
		if width+visible > room {
			break
		}
		width += with
		end = start + len(part.Text)
	}
	if end > from {
		return end, false
	}
	return d.cut(runes, advance, from, room), true
}

// cut is where a line without a place to break ends: after as many whole
// characters, with their marks, as fit, and at least one.
func (d *drawer) cut(runes []rune, advance []float32, from int, room float32) int {
	d.segments.Init(runes[from:])
	graphemes := d.segments.GraphemeIterator()
	width, end := float32(0), from
	for graphemes.Next() {
		part := graphemes.Grapheme()
		for i := range part.Text {
			width += advance[from+part.Offset+i]
		}
		if width > room && end > from {
			break
		}
		end = from + part.Offset + len(part.Text)
	}
	return end
}

// ellipsis sets as much of runes as fits, and "…".
func (d *drawer) ellipsis(b *block, runes []rune, advance []float32, room float32) text {
	const mark = '…'
	dots := d.shaper.shape(b.style, []rune{mark}, b.base).width
	for to := d.cut(runes, advance, 0, room-dots); ; to-- {
		kept := trim(runes[:max(to, 0)])
		line := d.shaper.shape(b.style, append(append(make([]rune, 0, len(kept)+1), kept...), mark), b.base)
		if line.width <= room {
			return line
		}
		if len(kept) == 0 { // not even the ellipsis fits
			return text{}
		}
	}
}

// trim drops spaces at both ends.
func trim(runes []rune) []rune {
	for len(runes) > 0 && runes[0] == ' ' {
		runes = runes[1:]
	}
	for len(runes) > 0 && runes[len(runes)-1] == ' ' {
		runes = runes[:len(runes)-1]
	}
	return runes
}
