package frame_test

import (
	"bytes"
	"testing"

	"github.com/go-text/typesetting/font"

	"github.com/roomink/roomink/assets"
)

func TestReadingOrder(t *testing.T) {
	r := newRenderer(t)
	for _, c := range []struct{ name, text, want string }{
		{"left to right", "abc 123", "abc 123"},
		{"right to left", "אבג", "גבא"},
		{"numbers inside", "אב 12 גד", "דג 12 בא"},
		{"Latin name in a right-to-left text", "אב Roomink", "Roomink בא"},
		{"right-to-left word in a Latin text", "abc אבג def", "abc גבא def"},
		{"time before an isolated name", "10:00 – 11:00 · \u2068אב\u2069", "10:00 – 11:00 · \u2068בא\u2069"},
	} {
		if got := r.Order(c.text); got != c.want {
			t.Errorf("%s: %q stands as %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	r := newRenderer(t)
	const text = "Quarterly business review"
	for _, c := range []struct {
		name                     string
		text                     string
		largest, smallest, lines int
		width, height            int
		wantSize, wantLines      int
		wantCut                  bool
	}{
		{"fits", text, 10, 7, 2, 400, 100, 10, 1, false},
		{"wraps before it shrinks", text, 10, 7, 2, 200, 100, 10, 2, false},
		{"shrinks where it can't wrap", text, 10, 6, 1, 200, 100, 8, 1, false},
		{"shrinks where a second line is too high", text, 10, 6, 2, 200, 26, 8, 1, false},
		{"ends in an ellipsis at the floor", text, 10, 9, 1, 150, 100, 9, 1, true},
		{"a word longer than the line shrinks", "Unternehmensführung", 12, 7, 2, 190, 100, 9, 1, false},
		{"a word longer than the line is broken at the floor", "Unternehmensführungsklausur", 10, 10, 3, 130, 100, 10, 3, false},
		{"too low for any line", text, 10, 8, 1, 400, 10, 0, 0, false},
		{"no width", text, 10, 8, 1, 0, 100, 0, 0, false},
		{"hardly any width", text, 10, 8, 1, 1, 100, 8, 1, true},
		{"nothing to set", "", 10, 8, 1, 400, 100, 0, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			size, widths, cut := r.Lines(c.text, c.largest, c.smallest, c.lines, c.width, c.height)
			if size != c.wantSize || len(widths) != c.wantLines || cut != c.wantCut {
				t.Errorf("size %d, lines %v, cut %v; want size %d, %d lines, cut %v", size, widths, cut, c.wantSize, c.wantLines, c.wantCut)
			}
			for _, w := range widths {
				if w > c.width {
					t.Errorf("a line of %d pixels in %d", w, c.width)
				}
			}
		})
	}
}

// The shipped faces cover the alphabets that we promise.
func TestFontCoverage(t *testing.T) {
	for name, file := range map[string][]byte{"medium": assets.PlexSansMedium, "bold": assets.PlexSansBold} {
		face, err := font.ParseTTF(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		const letters = "AZaz09äöüßÄÖÜẞéèêçñåøæœłžščřţşğıİőű€–—…·„“”‚‘’ΑΩαωάέήίόύώАЯаяЁёЇїЄєҐґ"
		for _, r := range letters {
			if _, ok := face.NominalGlyph(r); !ok {
				t.Errorf("%s has no %q", name, r)
			}
		}
	}
}
