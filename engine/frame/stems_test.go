package frame_test

import (
	"image"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// runs are the widths of the strokes that a row through the middle of a letter meets.
func runs(r *frame.Renderer, letter string, size int, bold bool) (widths []int) {
	m := image.NewPaletted(image.Rect(0, 0, 8*size, 4*size), display.Mono.Palette())
	for i := range m.Pix {
		m.Pix[i] = display.White
	}
	r.Specimen(m, frame.Specimen{Text: letter, Size: size, Bold: bold}, size, 0)
	foot := 0
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if m.ColorIndexAt(x, y) == display.Black {
				foot = y
			}
		}
	}
	width := 0
	for x := range m.Rect.Dx() {
		switch ink := m.ColorIndexAt(x, foot-size/2) == display.Black; {
		case ink:
			width++
		case width > 0:
			widths = append(widths, width)
			width = 0
		}
	}
	return widths
}

// Letters that stand side by side must look like one family: their stems are all of one
// width, however they fall on the pixels.
func TestStemsAreOfOneWidth(t *testing.T) {
	r := newRenderer(t)
	for _, bold := range []bool{false, true} {
		for size := 8; size <= 20; size++ {
			want := runs(r, "n", size, bold)
			if len(want) != 2 || want[0] != want[1] {
				t.Errorf("bold %v, size %d: the stems of n are %v", bold, size, want)
				continue
			}
			for letter, stems := range map[string]int{"h": 2, "m": 3, "u": 2, "l": 1, "i": 1, "r": 1} {
				got := runs(r, letter, size, bold)
				if len(got) != stems {
					t.Errorf("bold %v, size %d: %s has strokes of %v, want %d of them", bold, size, letter, got, stems)
				}
				for _, width := range got {
					if width != want[0] {
						t.Errorf("bold %v, size %d: %s has strokes of %v, n of %d", bold, size, letter, got, want[0])
					}
				}
			}
		}
	}
}

// Small letters are whole: a stem never stands apart from what it carries.
func TestSmallLettersAreWhole(t *testing.T) {
	r := newRenderer(t)
	for _, letter := range "hbdpqnmurakGßRBDP" {
		for size := 6; size <= 12; size++ {
			m := image.NewPaletted(image.Rect(0, 0, 6*size, 4*size), display.Mono.Palette())
			for i := range m.Pix {
				m.Pix[i] = display.White
			}
			r.Specimen(m, frame.Specimen{Text: string(letter), Size: size}, size, 0)
			if n := pieces(m); n != 1 {
				t.Errorf("%c at size %d is in %d pieces", letter, size, n)
			}
		}
	}
}

// pieces counts the parts of ink that touch nowhere, not even at corners. It wipes m.
func pieces(m *image.Paletted) (n int) {
	var wipe func(x, y int)
	wipe = func(x, y int) {
		if !(image.Pt(x, y).In(m.Rect)) || m.ColorIndexAt(x, y) != display.Black {
			return
		}
		m.SetColorIndex(x, y, display.White)
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				wipe(x+dx, y+dy)
			}
		}
	}
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if m.ColorIndexAt(x, y) == display.Black {
				n++
				wipe(x, y)
			}
		}
	}
	return n
}
