package displaytest

import (
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"github.com/roomink/roomink/engine/display"
)

// Picture is a frame with a name.
type Picture struct {
	Name  string
	Frame display.Frame
}

// Pictures are the frames that a panel must show without a fault: each ink alone,
// a checkerboard, and two without any symmetry, by which a mirrored, turned,
// shifted or inverted picture or swapped inks are seen.
func Pictures(p display.Panel) []Picture {
	var all []Picture
	inks := len(p.Scheme.Palette())
	for ink := range inks {
		all = append(all, draw(p, fmt.Sprintf("ink %d", ink), func(x, y int) int { return ink }))
	}
	return append(all,
		draw(p, "checkerboard", func(x, y int) int { return (x + y) % 2 }),
		Corner(p),
		Noise(p, 0),
	)
}

// Corner is white with a fat black F near the upper left corner and one pixel of
// the last ink that is not white in that corner.
func Corner(p display.Panel) Picture {
	b := p.Bounds()
	u := max(1, min(b.Dx(), b.Dy())/16)
	corner := len(p.Scheme.Palette()) - 1
	if corner == int(display.White) {
		corner = int(display.Black)
	}
	return draw(p, "corner", func(x, y int) int {
		cx, cy := x/u, y/u
		switch {
		case x == 0 && y == 0:
			return corner
		case cx == 2 && cy >= 2 && cy <= 8, cy == 2 && cx >= 2 && cx <= 6, cy == 5 && cx >= 2 && cx <= 4:
			return int(display.Black)
		default:
			return int(display.White)
		}
	})
}

// Noise is a picture of random inks, the same for the same seed.
func Noise(p display.Panel, seed uint64) Picture {
	r := rand.NewPCG(seed, 1)
	inks := uint64(len(p.Scheme.Palette()))
	return draw(p, fmt.Sprintf("noise %d", seed), func(x, y int) int { return int(r.Uint64() % inks) })
}

func draw(p display.Panel, name string, ink func(x, y int) int) Picture {
	m := image.NewPaletted(p.Bounds(), p.Scheme.Palette())
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			m.Pix[y*m.Stride+x] = uint8(ink(x, y))
		}
	}
	return Picture{Name: name, Frame: display.Frame{Image: m, Hash: name}}
}

// CheckGlass compares the glass, as the panel's controller addresses it, with a
// frame that was drawn upright, pixel by pixel.
func CheckGlass(t *testing.T, glass *image.Paletted, p display.Panel, frame *image.Paletted) {
	t.Helper()
	if glass == nil || glass.Rect.Dx() != p.Width || glass.Rect.Dy() != p.Height {
		t.Fatalf("glass is %v, want %d×%d", glass.Bounds(), p.Width, p.Height)
	}
	wrong := 0
	for y := range p.Height {
		row := glass.Pix[y*glass.Stride:]
		for x := range p.Width {
			fx, fy := upright(p, x, y)
			if got, want := row[x], frame.Pix[fy*frame.Stride+fx]; got != want {
				if wrong == 0 {
					t.Errorf("pixel %d,%d of the glass has ink %d, want %d", x, y, got, want)
				}
				wrong++
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d pixels are wrong", wrong, p.Width*p.Height)
	}
}

// upright gives the pixel of an upright frame that lands on pixel x,y of a panel
// whose frames are turned clockwise by its rotation.
func upright(p display.Panel, x, y int) (fx, fy int) {
	switch p.Rotation {
	case 90:
		return y, p.Width - 1 - x
	case 180:
		return p.Width - 1 - x, p.Height - 1 - y
	case 270:
		return p.Height - 1 - y, x
	default:
		return x, y
	}
}
