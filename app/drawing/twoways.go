package drawing

import (
	"strings"

	"fyne.io/fyne/v2/lang"
)

// TwoWays shows what each way to connect means: an account that signs in lets
// Roomink see what it may see itself; an administrator's approval lets Roomink see
// every mailbox of the organisation, until it is narrowed to rooms.
func TwoWays() (delegated, application Scene) {
	k := newWay()
	k.person(who, 62)
	k.label(who, lang.L("An account"))
	for i, y := range []float32{34, 72, 110} {
		k.calendar(rooms, y, i < 2)
		if i < 2 {
			k.tick(rooms+28, y)
		}
	}
	k.say(lang.L("One account signs in. Roomink sees the rooms that this account may see."))
	delegated = k.finish(wayHeight, lang.L("An account leads to Roomink, and Roomink to the calendars of those rooms which the account may see."))

	k = newWay()
	k.building(who, 62)
	k.label(who, lang.L("Administrator"))
	for _, y := range []float32{34, 72} {
		k.calendar(rooms, y, true)
		k.tick(rooms+28, y)
	}
	k.envelope(rooms, 110)
	k.flag(rooms+28, 110, "!", warn)
	k.say(lang.L("An administrator approves once. Roomink sees every mailbox, until you narrow it to the rooms."))
	application = k.finish(wayHeight, lang.L("The approval of an administrator leads to Roomink, and Roomink to every calendar of the organisation."))
	return delegated, application
}

const (
	wayWide   = 274
	wayHeight = 204

	who, middle, rooms = 50, 135, 212 // middles of the three columns
)

// newWay begins with what both ways share: Roomink in the middle and the arrows.
func newWay() *sketch {
	k := &sketch{width: wayWide}
	k.add(rect{w: wayWide, h: wayHeight, radius: 8, fill: solid(paper), stroke: solid(edge), thick: 1})
	k.right(102, 72, 20, muted)
	k.right(188, 72, 20, muted)
	k.sign(middle, 72)
	k.label(middle, "Roomink")
	return k
}

// label is under what stands in the middle of a way.
func (k *sketch) label(x float32, words string) { k.centre(x, 116, words, small, ink) }

// say puts a sentence below the picture, at most three lines of it.
func (k *sketch) say(sentence string) {
	const step = 18
	lines := wrap(sentence, plain, wayWide-2*14)
	y := float32(166 - step*(len(lines)-1)/2)
	for _, l := range lines {
		k.centre(wayWide/2, y, l, plain, muted)
		y += step
	}
}

func (k *sketch) person(x, y float32) {
	k.add(disc{x: x, y: y - 10, r: 10, fill: solid(accent)},
		rect{x: x - 18, y: y + 4, w: 36, h: 30, radius: 15, fill: solid(accent)},
		rect{x: x - 19, y: y + 22, w: 38, h: 13, fill: solid(paper)}) // shoulders end in a straight line
}

func (k *sketch) building(x, y float32) {
	k.add(rect{x: x - 18, y: y - 24, w: 36, h: 46, radius: 3, fill: solid(accent)})
	for _, dy := range []float32{-17, -5, 7} {
		for _, dx := range []float32{-11, -3, 5} {
			k.add(rect{x: x + dx, y: y + dy, w: 6, h: 6, radius: 1, fill: solid(onAccent)})
		}
	}
}

// sign is Roomink: a sign at a door.
func (k *sketch) sign(x, y float32) {
	k.add(rect{x: x - 24, y: y - 17, w: 48, h: 34, radius: 5, fill: solid(paper), stroke: solid(ink), thick: 2},
		rect{x: x - 16, y: y - 9, w: 20, h: 5, radius: 2.5, fill: solid(ink)},
		rect{x: x - 16, y: y + 1, w: 32, h: 8, radius: 2, fill: solid(accent)})
}

// calendar is the calendar of a room, pale where Roomink may not look.
func (k *sketch) calendar(x, y float32, seen bool) {
	r, day := edge, bone
	if seen {
		r, day = ink, edge
	}
	k.add(rect{x: x - 14, y: y - 12, w: 28, h: 26, radius: 4, fill: solid(paper), stroke: solid(r), thick: 1.5},
		rect{x: x - 14, y: y - 12, w: 28, h: 9, radius: 4, fill: solid(r)},
		rect{x: x - 14, y: y - 7, w: 28, h: 4, fill: solid(r)},
		line{x1: x - 7, y1: y - 15, x2: x - 7, y2: y - 11, stroke: solid(r), thick: 2.5},
		line{x1: x + 7, y1: y - 15, x2: x + 7, y2: y - 11, stroke: solid(r), thick: 2.5})
	for _, dx := range []float32{-9, -2, 5} {
		for _, dy := range []float32{0, 6} {
			k.add(rect{x: x + dx, y: y + dy, w: 4, h: 4, radius: 1, fill: solid(day)})
		}
	}
}

// envelope is the mailbox of a person.
func (k *sketch) envelope(x, y float32) {
	k.add(rect{x: x - 15, y: y - 10, w: 30, h: 21, radius: 3, fill: solid(paper), stroke: solid(ink), thick: 1.5},
		line{x1: x - 13, y1: y - 8, x2: x, y2: y + 2, stroke: solid(ink), thick: 1.5},
		line{x1: x, y1: y + 2, x2: x + 13, y2: y - 8, stroke: solid(ink), thick: 1.5})
}

// flag is a disc as small as a tick with a sign in it.
func (k *sketch) flag(x, y float32, sign string, r role) {
	k.add(disc{x: x, y: y, r: 8, fill: solid(r)})
	k.centre(x, y, sign, font{size: 11.5, bold: true}, r.on())
}

// wrap breaks a sentence between words into lines that fit the width.
func wrap(sentence string, f font, width float32) []string {
	var lines []string
	for _, word := range strings.Fields(sentence) {
		if n := len(lines); n > 0 && f.width(lines[n-1]+" "+word) <= width {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
