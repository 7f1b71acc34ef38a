package frame

import (
	"bytes"
	"image"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// Between ink and ground lie the greys between them, in order, on any ground; where there
// are none a pixel is one or the other.
func TestShades(t *testing.T) {
	for _, s := range display.Schemes() {
		h, inks := newShades(s), len(s.Palette())
		for ink := range inks {
			for ground := range inks {
				if got := h.blend[ink][0][ground]; int(got) != ground {
					t.Fatalf("%s: ink %d on %d, none of it, gives %d", s, ink, ground, got)
				}
				if got := h.blend[ink][covers-1][ground]; int(got) != ink {
					t.Fatalf("%s: ink %d on %d, all of it, gives %d", s, ink, ground, got)
				}
				for cover := 1; cover < covers; cover++ {
					before, after := int(h.blend[ink][cover-1][ground]), int(h.blend[ink][cover][ground])
					if !softens(s) {
						if after != ink && after != ground {
							t.Fatalf("%s: ink %d on %d gives %d", s, ink, ground, after)
						}
						continue
					}
					up := levelOf(after, inks) - levelOf(before, inks)
					if towards := levelOf(ink, inks) - levelOf(ground, inks); up*towards < 0 || up > 1 || up < -1 {
						t.Fatalf("%s: ink %d on %d jumps from %d to %d", s, ink, ground, before, after)
					}
				}
			}
		}
	}
}

// Letters have soft edges on greys and weigh there what they weigh in one bit.
func TestSoftLetters(t *testing.T) {
	dark := func(s display.Scheme, ground, ink uint8) (share float64, m *image.Paletted) {
		r, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := r.acquire()
		defer r.release(d)
		if m, err = prepare(nil, display.Panel{Width: 300, Height: 40, Scheme: s}); err != nil {
			t.Fatal(err)
		}
		d.begin(m, s)
		d.unit = 1
		d.canvas.fill(m.Rect, ground)
		b := d.fit("Hamburgefonstiv 0123", limits{style: medium, max: 12, min: 12, lines: 1}, 290, 40)
		d.put(&b, m.Rect.Inset(4), left, ink)
		n := len(s.Palette())
		for _, p := range m.Pix {
			share += float64(levelOf(int(p), n)-levelOf(int(ground), n)) / float64(n-1)
		}
		return max(share, -share) / float64(len(m.Pix)), m
	}
	want, _ := dark(display.Mono, display.White, display.Black)
	for _, s := range []display.Scheme{display.Gray4, display.Gray16} {
		for _, c := range [][2]uint8{{display.White, display.Black}, {display.Black, display.White}} {
			got, m := dark(s, c[0], c[1])
			if got < 0.9*want || got > 1.1*want {
				t.Errorf("%s, ink %d on %d: letters cover %.4f, in one bit %.4f", s, c[1], c[0], got, want)
			}
			for level := 1; level < len(m.Palette)-1; level++ {
				if bytes.IndexByte(m.Pix, indexOf(level, len(m.Palette))) < 0 {
					t.Errorf("%s, ink %d on %d: no pixel has level %d", s, c[1], c[0], level)
				}
			}
		}
	}
}

// A glyph that is clipped looks the same where it is seen.
func TestClippedGlyph(t *testing.T) {
	m := &mask{bounds: image.Rect(0, -3, 4, 1), runs: []inkRun{{y: -2, x0: 1, x1: 3}, {y: 0, x0: 0, x1: 4}},
		soft: []softPixel{{x: 0, y: -3, cover: 5}, {x: 3, y: -1, cover: 9}}}
	draw := func(clip image.Rectangle) *image.Paletted {
		p, err := prepare(nil, display.Panel{Width: 8, Height: 8, Scheme: display.Gray16})
		if err != nil {
			t.Fatal(err)
		}
		c := newCanvas(p)
		c.shades = newShades(display.Gray16)
		c.fill(p.Rect, display.White)
		c.glyph(m, 3, 5, display.Black, clip)
		return p
	}
	whole := draw(image.Rect(0, 0, 8, 8))
	for _, clip := range []image.Rectangle{
		image.Rect(3, 2, 7, 6), image.Rect(4, 2, 8, 8), image.Rect(0, 4, 8, 8), image.Rect(0, 0, 6, 5), {}, image.Rect(-5, -5, 20, 20),
	} {
		part := draw(clip)
		for y := range 8 {
			for x := range 8 {
				want := display.White
				if image.Pt(x, y).In(clip) {
					want = whole.ColorIndexAt(x, y)
				}
				if got := part.ColorIndexAt(x, y); got != want {
					t.Errorf("clipped to %v: pixel %d,%d is %d, want %d", clip, x, y, got, want)
				}
			}
		}
	}
}
