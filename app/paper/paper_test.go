package paper_test

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/engine/display"
)

func frame(hash string, w, h int) *display.Frame {
	return &display.Frame{Hash: hash, Image: image.NewPaletted(image.Rect(0, 0, w, h), display.BWR.Palette())}
}

func TestPictureKeepsProportionsAndNeverGrows(t *testing.T) {
	for _, c := range []struct{ w, h, limit, wantW, wantH int }{
		{800, 480, 0, 800, 480}, {800, 480, 400, 400, 240}, {400, 300, 560, 400, 300}, {10, 1000, 1, 1, 100}, {1000, 1, 10, 10, 1},
	} {
		got := paper.Picture(frame("", c.w, c.h).Image, c.limit).Bounds().Size()
		if got != image.Pt(c.wantW, c.wantH) {
			t.Errorf("%d×%d limited to %d gives %v, want %d×%d", c.w, c.h, c.limit, got, c.wantW, c.wantH)
		}
	}
}

func TestInksStayApart(t *testing.T) {
	f := frame("", 3, 1).Image
	f.Pix[0], f.Pix[1], f.Pix[2] = display.Black, display.White, 2
	p := paper.Picture(f, 0)
	at := func(x int) color.RGBA { return p.RGBAAt(x, 0) }
	if b := at(0); b.R > 0x40 || b.A != 0xff {
		t.Errorf("black is %v", b)
	}
	if w := at(1); w.R < 0xe0 {
		t.Errorf("white is %v", w)
	}
	if r := at(2); r.R < 2*r.G {
		t.Errorf("red is %v", r)
	}
}

// A panel's white is paper white on a screen, and its inks keep their contrast with it.
func TestInksAreLit(t *testing.T) {
	for _, s := range display.Schemes() {
		lit, measured := paper.Inks(s), s.Measured()
		if len(lit) != len(measured) {
			t.Fatalf("%s: %d colours for %d inks", s, len(lit), len(measured))
		}
		if lit[display.White] != paper.Inks(display.Mono)[display.White] {
			t.Errorf("%s: white is %v, another than on other panels", s, lit[display.White])
		}
		for i := range lit {
			got := float64(green(lit[i])) / float64(green(lit[display.White]))
			want := display.Light(green8(measured[i])) / display.Light(green8(measured[display.White]))
			if math.Abs(got-want) > 0.02 && want <= 1 {
				t.Errorf("%s: ink %d has %.3f of the green light of white, measured was %.3f", s, i, got, want)
			}
		}
	}
	if paper.Inks("cmyk") != nil {
		t.Error("an unknown scheme has colours")
	}
}

func green8(c color.Color) uint8 { _, g, _, _ := c.RGBA(); return uint8(g >> 8) }

func green(c color.Color) float64 { return display.Light(green8(c)) }

// A frame that says its scheme is shown in measured colours, whatever its palette says.
func TestFramesAreShownInMeasuredColours(t *testing.T) {
	f := frame("six", 6, 1)
	f.Scheme = display.Spectra6
	for i := range f.Image.Pix {
		f.Image.Pix[i] = uint8(i)
	}
	got := paper.NewCache(10, 2).Picture(f)
	for i, want := range paper.Inks(display.Spectra6) {
		if c := got.At(i, 0); c != want {
			t.Errorf("ink %d is %v, want %v", i, c, want)
		}
	}
	if strange := paper.Inked(f.Image, "cmyk", 0).RGBAAt(1, 0); strange != paper.Picture(f.Image, 0).RGBAAt(1, 0) {
		t.Errorf("white of an unknown scheme is %v", strange)
	}
}

func TestCacheKeepsTheFramesUsedLast(t *testing.T) {
	c := paper.NewCache(10, 2)
	a, b, d := frame("a", 20, 10), frame("b", 20, 10), frame("d", 20, 10)
	first := c.Picture(a)
	c.Picture(b)
	if c.Picture(a) != first {
		t.Error("a picture in the cache was made again")
	}
	c.Picture(d) // pushes b out, for a was used later
	if c.Picture(a) != first {
		t.Error("the picture used last was pushed out")
	}
	if c.Picture(nil) != nil || c.Picture(&display.Frame{}) != nil {
		t.Error("no frame must give no picture")
	}
	c.Warm([]*display.Frame{frame("x", 4, 4), frame("y", 4, 4), frame("z", 4, 4)})
	if c.Picture(a) == first {
		t.Error("Warm did not make room")
	}
	x := c.Picture(frame("x", 4, 4)) // and so a is kept beside it
	c.Warm([]*display.Frame{nil, frame("x", 4, 4), frame("y", 4, 4), frame("z", 4, 4)})
	if c.Picture(frame("x", 4, 4)) != x {
		t.Error("Warm pushed out a picture it had just made, with one beyond the limit")
	}
}

func BenchmarkPicture(b *testing.B) {
	f := frame("", 800, 480)
	for b.Loop() {
		paper.Picture(f.Image, 560)
	}
}
