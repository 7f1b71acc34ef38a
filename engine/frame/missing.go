package frame

import (
	"image"

	"github.com/go-text/typesetting/font"
)

// A character that no face has is drawn as a box of the size of a capital, with the
// digits of its code point where there is room for them: whoever sees it knows that a
// letter is missing, and which. Its glyph has the face noFace and the character as gid.

// The advance of the box and the space at its sides, in thousandths of an em.
const (
	missingAdvance     = 720
	missingAdvanceWide = 920 // six digits
	missingSide        = 100
)

func missingGlyph(r rune, index int) glyph {
	advance := float32(missingAdvance)
	if r > 0xffff {
		advance = missingAdvanceWide
	}
	return glyph{face: noFace, gid: font.GID(r), advance: advance, rune: index}
}

// missing draws the box for g.
func (d *drawer) missing(g *glyph, st style, sz size) *mask {
	em := d.faces.em(st, sz)
	own := d.faces.own[st]
	side := max(1, round(missingSide*em/1000))
	box := image.Rect(side, -round(own.lines[1]*em/own.upem), max(side+3, round(g.advance*em/1000)-side), 0)
	stroke := max(1, round(em/26))
	m := &mask{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		if y < box.Min.Y+stroke || y >= box.Max.Y-stroke {
			m.add(y, box.Min.X, box.Max.X)
			continue
		}
		m.add(y, box.Min.X, box.Min.X+stroke)
		m.digits(box.Inset(stroke), rune(g.gid), y)
		m.add(y, box.Max.X-stroke, box.Max.X)
	}
	return m
}

// add appends a run of ink.
func (m *mask) add(y, x0, x1 int) {
	m.runs = append(m.runs, inkRun{y: int16(y), x0: int16(x0), x1: int16(x1)})
	m.bounds = m.bounds.Union(image.Rect(x0, y, x1, y+1))
}

// digitRow is a row of a hexadecimal digit, 3 pixels wide and 5 high: an octal digit a
// row, the top one first.
func digitRow(digit, row int) int {
	shapes := [16]int{
		0o75557, 0o26227, 0o71747, 0o71317, 0o55711, 0o74717, 0o74757, 0o71122,
		0o75757, 0o75717, 0o75755, 0o65656, 0o74447, 0o65556, 0o74647, 0o74644,
	}
	return shapes[digit] >> (3 * (4 - row)) & 7
}

// digits appends row y of the code point of r, in two lines in the middle of box.
func (m *mask) digits(box image.Rectangle, r rune, y int) {
	columns := 2
	if r > 0xffff {
		columns = 3
	}
	dot := min((box.Dx()-2)/(4*columns-1), (box.Dy()-2)/11) // pixels a dot
	if dot < 1 {
		return
	}
	left := box.Min.X + (box.Dx()-dot*(4*columns-1))/2
	top := box.Min.Y + (box.Dy()-dot*11)/2
	row := (y - top) / dot
	if y < top || row > 10 || row == 5 {
		return
	}
	for column := range columns {
		place := columns - 1 - column // of the digit in its line, from the right
		if row < 5 {
			place += columns
		}
		bits := digitRow(int(r)>>(4*place)&15, row%6)
		for x := range 3 {
			if bits>>(2-x)&1 != 0 {
				at := left + dot*(4*column+x)
				m.add(y, at, at+dot)
			}
		}
	}
}
