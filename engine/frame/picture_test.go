package frame

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// onCanvas draws img into box of a white panel of 200×100.
func onCanvas(t *testing.T, img image.Image, box image.Rectangle, s display.Scheme) *image.Paletted {
	t.Helper()
	d := newDrawer(&faces{}, &pictures{})
	m, err := prepare(nil, display.Panel{Width: 200, Height: 100, Scheme: s})
	if err != nil {
		t.Fatal(err)
	}
	d.begin(m, s)
	d.picture(img, box)
	return m
}

// inked is the part of m that is not paper.
func inked(m *image.Paletted) (r image.Rectangle) {
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if m.ColorIndexAt(x, y) != display.White {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

func filled(w, h int, c color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(7, 3, 7+w, 3+h)) // a part of something larger begins anywhere
	for y := range h {
		for x := range w {
			m.Set(7+x, 3+y, c)
		}
	}
	return m
}

func TestPictureFitsItsBox(t *testing.T) {
	for _, c := range []struct {
		name      string
		w, h      int
		box, want image.Rectangle
	}{
		{"as it is", 40, 20, image.Rect(10, 10, 50, 30), image.Rect(10, 10, 50, 30)},
		{"shrunk, centred", 400, 400, image.Rect(0, 0, 100, 50), image.Rect(25, 0, 75, 50)},
		{"enlarged twice at most", 10, 10, image.Rect(100, 0, 200, 100), image.Rect(140, 40, 160, 60)},
		{"very flat", 1000, 2, image.Rect(0, 0, 100, 100), image.Rect(0, 49, 100, 50)},
		{"no room", 10, 10, image.Rect(5, 5, 5, 50), image.Rectangle{}},
		{"nothing in it", 0, 10, image.Rect(0, 0, 50, 50), image.Rectangle{}},
		{"partly off the panel", 40, 40, image.Rect(-20, 80, 20, 120), image.Rect(0, 80, 20, 100)},
	} {
		got := inked(onCanvas(t, filled(c.w, c.h, color.Black), c.box, display.Mono))
		if got != c.want {
			t.Errorf("%s: ink at %v, want %v", c.name, got, c.want)
		}
	}
	if got := inked(onCanvas(t, nil, image.Rect(0, 0, 50, 50), display.Mono)); !got.Empty() {
		t.Errorf("no picture: ink at %v", got)
	}
}

// A dithered tone has the light of that tone, between the panel's own black and white.
func TestDitheredLight(t *testing.T) {
	for _, s := range display.Schemes() {
		light := relative(s.Measured())
		for _, tone := range []uint8{0, 64, 128, 200, 255} {
			// A trace of other tones, without which a flat field counts as line art.
			img := image.NewGray(image.Rect(0, 0, 64, 64))
			for i := range img.Pix {
				img.Pix[i] = tone
			}
			for i := range 256 {
				img.Pix[i] = uint8(i)
			}
			m := render(img, image.Pt(64, 64), s)
			var got [3]float64 // red, green, blue: a grey must not have a tint
			for _, i := range m.Pix[16*64:] {
				r, g, b, _ := light[i].RGBA()
				for k, v := range [3]uint32{r, g, b} {
					got[k] += float64(v) / 0xffff / (48 * 64)
				}
			}
			for _, g := range got {
				if want := display.Light(tone); math.Abs(g-want) > 0.02 {
					t.Errorf("%s: tone %d has light %.3f, want %.3f", s, tone, got, want)
				}
			}
		}
	}
}

// ring is a logo: a ring with a soft edge in one colour, on nothing.
func ring(c color.NRGBA) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	for y := range 200 {
		for x := range 200 {
			r := math.Hypot(float64(x)-99.5, float64(y)-99.5)
			c.A = uint8(255 * min(max(0.5+min(95-r, r-85), 0), 1))
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// A logo in one colour is drawn in one ink, at any size without a speck.
func TestLogosAreCrisp(t *testing.T) {
	for _, c := range []struct {
		name   string
		colour color.NRGBA
		scheme display.Scheme
		want   uint8
	}{
		{"black", color.NRGBA{}, display.Mono, display.Black},
		{"blue", color.NRGBA{G: 90, B: 200}, display.Mono, display.Black},
		{"yellow, which no one could read", color.NRGBA{R: 240, G: 210}, display.BWRY, display.Red4},
		{"red", color.NRGBA{R: 210, G: 30, B: 30}, display.BWR, 2},
		{"red where there is none", color.NRGBA{R: 210, G: 30, B: 30}, display.BWY, display.Black},
		{"blue where there is some", color.NRGBA{G: 90, B: 200}, display.Spectra6, display.Blue},
		{"green", color.NRGBA{R: 20, G: 120, B: 60}, display.ACeP7, display.Green},
	} {
		for _, side := range []int{60, 41, 200, 300} {
			m := render(ring(c.colour), image.Pt(side, side), c.scheme)
			changes := 0
			for x := 1; x < side; x++ {
				if i := m.Pix[side/2*side+x]; i != display.White && i != c.want {
					t.Errorf("%s on %s: ink %d, want %d", c.name, c.scheme, i, c.want)
				}
				if m.Pix[side/2*side+x] != m.Pix[side/2*side+x-1] {
					changes++
				}
			}
			if changes != 4 { // in and out of the ring, twice
				t.Errorf("%s on %s at %d pixels: the middle row changes %d times, want 4", c.name, c.scheme, side, changes)
			}
		}
	}
	soft := render(ring(color.NRGBA{}), image.Pt(60, 60), display.Gray16)
	greys := 0
	for _, i := range soft.Pix {
		if i > display.White {
			greys++
		}
	}
	if greys == 0 {
		t.Error("a logo has hard edges on a panel of sixteen greys")
	}
}

// A logo of two colours has both inks, or is dithered where both would run into one.
func TestLogosOfTwoColours(t *testing.T) {
	blue, black := color.NRGBA{G: 70, B: 200, A: 255}, color.NRGBA{A: 255}
	badge := func(apart int) image.Image { // a black square on or beside a blue one
		m := image.NewNRGBA(image.Rect(0, 0, 200, 100))
		draw.Draw(m, image.Rect(0, 0, 100, 100), image.NewUniform(blue), image.Point{}, draw.Src)
		draw.Draw(m, image.Rect(30+apart, 30, 70+apart, 70), image.NewUniform(black), image.Point{}, draw.Src)
		return m
	}
	for _, c := range []struct {
		name   string
		img    image.Image
		scheme display.Scheme
		inks   [2]uint8 // in the middle of the blue edge, and of the square
		crisp  bool
	}{
		{"beside each other", badge(100), display.Mono, [2]uint8{display.Black, display.Black}, true},
		{"beside each other", badge(100), display.Spectra6, [2]uint8{display.Blue, display.Black}, true},
		{"on each other", badge(0), display.Spectra6, [2]uint8{display.Blue, display.Black}, true},
		{"on each other", badge(0), display.Mono, [2]uint8{}, false},
	} {
		m := render(c.img, image.Pt(100, 50), c.scheme)
		seen := make(map[uint8]bool)
		for y := 5; y < 10; y++ { // well within the blue
			for x := 5; x < 45; x++ {
				seen[m.ColorIndexAt(x, y)] = true
			}
		}
		if crisp := len(seen) == 1; crisp != c.crisp {
			t.Errorf("%s on %s: blue is drawn with %d inks", c.name, c.scheme, len(seen))
		}
		square := image.Pt(25, 25)
		if c.name == "beside each other" {
			square.X = 75
		}
		if got := [2]uint8{m.ColorIndexAt(25, 7), m.ColorIndexAt(square.X, square.Y)}; c.crisp && got != c.inks {
			t.Errorf("%s on %s: inks %d, want %d", c.name, c.scheme, got, c.inks)
		}
	}
}

func TestPicturesAreKept(t *testing.T) {
	var p pictures
	size := image.Pt(20, 20)
	logo := ring(color.NRGBA{})
	first := p.get(logo, size, display.Mono)
	if p.get(logo, size, display.Mono) != first {
		t.Error("a picture was made twice")
	}
	if p.get(logo, image.Pt(21, 21), display.Mono) == first || p.get(logo, size, display.BWR) == first ||
		p.get(ring(color.NRGBA{}), size, display.Mono) == first {
		t.Error("another size, scheme or picture is taken for the same")
	}
	for range 3 * maxPictures {
		p.get(filled(4, 4, color.Black), image.Pt(4, 4), display.Mono)
		p.get(logo, size, display.Mono)
	}
	if len(p.kept) > maxPictures {
		t.Errorf("%d pictures are kept, at most %d may", len(p.kept), maxPictures)
	}
	if p.get(logo, size, display.Mono) != first {
		t.Error("the picture used last was thrown away")
	}
	type odd struct {
		image.Image
		_ []string // a slice: such a picture can not be compared
	}
	if p.get(odd{Image: logo}, size, display.Mono) == first {
		t.Error("a picture that can't be compared is taken for another")
	}
}

// Drawers that want the same picture at the same time get one.
func TestPicturesAreMadeOnce(t *testing.T) {
	var p pictures
	var wg sync.WaitGroup
	logo := ring(color.NRGBA{})
	got := make([]*image.Paletted, 8)
	for i := range got {
		wg.Go(func() { got[i] = p.get(logo, image.Pt(30, 30), display.Mono) })
	}
	wg.Wait()
	for _, m := range got {
		if m == nil || m != got[0] {
			t.Errorf("pictures %p and %p", m, got[0])
		}
	}
}

func BenchmarkPhotograph(b *testing.B) {
	img := image.NewRGBA(image.Rect(0, 0, 1200, 900))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i >> 7)
	}
	for b.Loop() {
		render(img, image.Pt(400, 300), display.Spectra6)
	}
}
