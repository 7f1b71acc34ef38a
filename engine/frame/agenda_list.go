package frame

import (
	"image"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// dayList is a list of meetings with what is needed to choose its type.
type dayList struct {
	head      string // above the list; may be empty
	none      string // in place of an empty list
	meetings  []sign.Meeting
	texts     []lineTexts // of the meetings
	time, who float32     // widths of the widest where the x-height is one
	above     float32     // of the tallest text, likewise
	below     float32
	past      int // how many are over; they come first
	largest   size
	smallest  size
	lastKnown bool // all of it may be wrong
}

// lineTexts are the measured texts of a meeting.
type lineTexts struct {
	time, title, who measured
	width            float32 // of the title where the x-height is one
}

// newDayList takes all of the day's meetings, or, where those are not known, what
// goes on and what follows.
func (d *drawer) newDayList(s *sign.Sign) dayList {
	l := dayList{none: s.NextNone, meetings: s.Meetings, lastKnown: s.State == sign.Unknown}
	l.largest, l.smallest = d.sz(9), d.sz(5)
	if len(l.meetings) == 0 || l.lastKnown {
		l.meetings = make([]sign.Meeting, 0, len(s.Next)+1)
		if s.Current != nil {
			l.meetings = append(l.meetings, sign.Meeting{Line: *s.Current, Phase: sign.Now})
		}
		for _, line := range s.Next {
			l.meetings = append(l.meetings, sign.Meeting{Line: line, Phase: sign.Ahead})
		}
		if l.lastKnown || s.State == sign.Closed {
			l.head = s.NextHead
		}
	}
	l.texts = make([]lineTexts, len(l.meetings))
	for i := range l.meetings {
		m, t := &l.meetings[i], &l.texts[i]
		if m.Phase == sign.Past && i == l.past {
			l.past++
		}
		t.time, t.title, t.who = l.add(d, l.timeStyle(m), m.Time), l.add(d, l.titleStyle(m), m.Title), l.add(d, medium, m.Who)
		t.width = d.unitWidth(&t.title, l.titleStyle(m))
		l.time = max(l.time, d.unitWidth(&t.time, l.timeStyle(m)))
		l.who = max(l.who, d.unitWidth(&t.who, medium))
	}
	l.add(d, medium, l.head)
	l.largest = max(l.largest, l.smallest)
	return l
}

// add measures a text, and makes lines tall enough and the type large enough for it.
func (l *dayList) add(d *drawer, st style, text string) measured {
	m := d.measure(text, limits{style: st})
	unit := d.faces.em(st, 1) / 1000
	l.above, l.below = max(l.above, m.above*unit), max(l.below, m.below*unit)
	if len(m.runes) != len(text) {
		l.smallest = max(l.smallest, legible(m.runes))
	}
	return m
}

// part is the list of some of the meetings only.
func (l *dayList) part(from, to int) dayList {
	p := *l
	p.meetings, p.texts = l.meetings[from:to], l.texts[from:to]
	p.past = min(max(l.past-from, 0), to-from)
	return p
}

func (l *dayList) empty() bool { return len(l.meetings) == 0 && l.none == "" }

// titleStyle is bold for what goes on.
func (l *dayList) titleStyle(m *sign.Meeting) style {
	if m.Phase == sign.Now && !l.lastKnown {
		return bold
	}
	return medium
}

// timeStyle is bold but for what is over.
func (l *dayList) timeStyle(m *sign.Meeting) style {
	if m.Phase == sign.Past && !l.lastKnown {
		return medium
	}
	return bold
}

// setting is a way to set a list: which meetings, in which type.
type setting struct {
	first int // the ones before are left out
	size  size
	gaps  bool // space where the room is free
	short bool // titles of what lies ahead have one line
	air   int  // pixels more above and below the text of a row
}

// columns is where the texts of a row lie. Where the time would leave too little for
// the title, it stands above.
type columns struct {
	setting
	above, line      int // a line's height above its baseline, and all of it
	lead             int // between two lines of a title
	pad              int // above and below the text of a row
	time, title, who int // widths
	gap              int // between columns
	stacked          bool
}

func (l *dayList) columns(d *drawer, set setting, width int) columns {
	sz := float32(set.size)
	em := max(d.faces.em(bold, set.size), d.faces.em(medium, set.size)) / 1000
	c := columns{
		setting: set, above: ceil(l.above*sz + 0.5), lead: int(leadMille * em),
		pad: max(1, round(120*em)) + set.air, gap: round(750 * em),
	}
	c.line = c.above + ceil(l.below*sz+0.5)
	c.time = ceil(l.time*sz) + 1
	if c.stacked = c.time*100 > width*42; c.stacked {
		c.time, c.title = width, width
		return c
	}
	c.title = width - c.time - c.gap
	if who := min(ceil(l.who*sz)+1, width*30/100); l.who > 0 && float32(c.title-c.gap-who) > 13000*em {
		c.who = who
		c.title -= who + c.gap
	}
	return c
}

// row is the height of meeting i.
func (l *dayList) row(c *columns, i int) int {
	height := c.line + 2*c.pad
	if (!c.short || l.meetings[i].Phase == sign.Now) && l.texts[i].width*float32(c.size) > float32(c.title) {
		height += c.lead + c.line
	}
	if c.stacked {
		height += c.line
	}
	return height
}

// turn reports whether what is over ends with meeting i-1 and nothing goes on, which
// a line marks.
func (l *dayList) turn(i int) bool {
	return l.meetings[i-1].Phase == sign.Past && l.meetings[i].Phase == sign.Ahead
}

// pause is the space before meeting i.
func (l *dayList) pause(c *columns, i int) int {
	switch {
	case l.turn(i):
		return 3 * c.pad
	case c.gaps && l.meetings[i].From.Sub(l.meetings[i-1].To) >= 10*time.Minute:
		return 2 * c.pad
	}
	return 0
}

// height is what the list needs in a setting.
func (l *dayList) height(d *drawer, set setting, width int) int {
	c := l.columns(d, set, width)
	total := 0
	if l.head != "" {
		total += c.line + 2*c.pad
	}
	if len(l.meetings) == 0 {
		return total + c.line
	}
	for i := set.first; i < len(l.meetings); i++ {
		total += l.row(&c, i)
		if i > set.first {
			total += l.pause(&c, i)
		}
	}
	return total
}

// choose finds the setting for a box. Where room is short, the type shrinks a
// little, then the space for pauses goes, then what is over, from the oldest on; then
// the type shrinks to its floor, and then titles lose their second line. Where there
// is more than enough, the rows get airier.
func (l *dayList) choose(d *drawer, width, height int) setting {
	set := l.tightest(d, width, height)
	for range l.columns(d, set, width).pad {
		more := set
		if more.air++; l.height(d, more, width) > height {
			break
		}
		set = more
	}
	return set
}

func (l *dayList) tightest(d *drawer, width, height int) setting {
	comfort := max(l.largest.part(4, 5), l.smallest)
	fits := func(set setting) bool { return l.height(d, set, width) <= height }
	for _, gaps := range []bool{true, false} {
		for sz := l.largest; sz >= comfort; sz-- {
			if set := (setting{size: sz, gaps: gaps}); fits(set) {
				return set
			}
		}
	}
	for first := 1; first <= l.past; first++ {
		if set := (setting{first: first, size: comfort}); fits(set) {
			return set
		}
	}
	for sz := comfort; sz >= l.smallest; sz-- {
		if set := (setting{first: l.past, size: sz}); fits(set) {
			return set
		}
	}
	return setting{first: l.past, size: l.smallest, short: true}
}

// drawDayList draws the list into r, with how many more there are where it is long,
// and gives what it leaves of r.
func (d *drawer) drawDayList(l *dayList, set setting, r image.Rectangle) (rest image.Rectangle) {
	c := l.columns(d, set, r.Dx())
	one := limits{style: medium, max: set.size, min: set.size, lines: 1}
	if l.head != "" {
		d.textTop(&r, c.line, l.head, one, display.Black, 2*c.pad)
	}
	if len(l.meetings) == 0 {
		one.min, one.lines = floorSize, 3
		d.textTop(&r, 0, l.none, one, display.Black, 0)
	}
	var text block // one for all rows
	for i := set.first; i < len(l.meetings); i++ {
		var pause image.Rectangle
		if i > set.first {
			pause = cutTop(&r, l.pause(&c, i))
		}
		need := l.row(&c, i)
		if rest := len(l.meetings) - i; r.Dy() < need || rest > 1 && r.Dy() < need+c.line {
			text = d.more(rest, limits{style: bold, max: set.size, min: floorSize, lines: 1}, r)
			d.put(&text, cutTop(&r, text.height()), left, display.Black)
			break
		}
		if i > set.first && l.turn(i) {
			d.fill(inset(pause, 0, (pause.Dy()-d.px(2))/2), display.Black)
		}
		d.dayRow(l, i, &c, cutTop(&r, need), &text)
	}
	return r
}

// dayRow draws a meeting, its texts by way of b: inverted while it goes on, its time
// light when it is over.
func (d *drawer) dayRow(l *dayList, i int, c *columns, r image.Rectangle, b *block) {
	m, t, ink := &l.meetings[i], &l.texts[i], display.Black
	switch {
	case l.lastKnown:
	case m.Phase == sign.Now:
		bleed := d.px(dayMargin) / 2
		d.fill(image.Rect(r.Min.X-bleed, r.Min.Y, r.Max.X+bleed, r.Max.Y), d.inks.busy)
		ink = d.inks.onBusy
	case m.Phase == sign.Past:
		ink = d.inks.quiet
	}
	r = inset(r, 0, c.pad)
	text := limits{style: l.timeStyle(m), max: c.size, min: c.size, lines: 1}
	*b = d.refit(&t.time, text, c.time, r.Dy())
	if c.stacked {
		c.put(d, b, cutTop(&r, c.line), ink)
	} else {
		c.put(d, b, cutLeft(&r, c.time), ink)
		cutLeft(&r, c.gap)
	}
	text.style = medium
	if *b = d.refit(&t.who, text, c.who, c.line); !b.cut {
		c.put(d, b, cutRight(&r, c.who), ink)
	}
	text.style, text.lines = l.titleStyle(m), 2
	*b = d.refit(&t.title, text, c.title, r.Dy())
	c.put(d, b, r, ink)
}

// put draws a text on the baseline of its row.
func (c *columns) put(d *drawer, b *block, r image.Rectangle, ink uint8) {
	cutTop(&r, c.above-b.ascent)
	d.put(b, r, left, ink)
}
