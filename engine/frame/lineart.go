package frame

import (
	"image"
	"image/color"

	"github.com/roomink/roomink/engine/display"
)

// art is line art: a picture of a few flat colours on white paper, as logos are. Its
// soft edges are no tones: they are there for a screen, and each of their pixels is either
// ink or paper on a panel.
type art struct {
	inks  []color.RGBA
	index []uint8 // of the panel, for each of inks
}

const (
	// maxArtInks is how many colours line art may have beside paper.
	maxArtInks = 4
	// artReach is how far, in pixels, an edge is soft after scaling.
	artReach = 2
	// artStray is the share of other pixels that line art may have, one in so many.
	artStray = 100
	// Colours count as the same up to artNoise, in tones of the channel that differs most:
	// JPEG leaves that much around letters. Mixtures of two colours vary more, since
	// programs blend them in different ways.
	artNoise, artBlend = 24, 56
)

// lineArt tells whether m can be drawn as line art on a panel of scheme s. Colours that
// touch each other and would come out in one ink can't.
func lineArt(m *image.RGBA, s display.Scheme) (a art, ok bool) {
	if a.inks, ok = flatColours(m); !ok {
		return art{}, false
	}
	for _, ink := range a.inks {
		a.index = append(a.index, nearestInk(ink, s))
	}
	b, stray := m.Rect, 0
	most := b.Dx() * b.Dy() / artStray
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := m.RGBAAt(x, y)
			if apart(c, paper) <= artNoise {
				continue
			}
			k, pure := a.closest(c)
			if pure && !a.merges(m, x, y, k) || !pure && a.edge(m, x, y, k) {
				continue
			}
			if stray++; stray > most {
				return art{}, false // soon, for most photographs
			}
		}
	}
	return a, true
}

var paper = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}

// flatColours collects the colours of which there are areas, or where there are none but
// thin lines, the colour that is least like paper: pixels that strong are of ink alone. It
// fails for a picture that is blank or of too many colours.
func flatColours(m *image.RGBA) (inks []color.RGBA, ok bool) {
	farthest, most := color.RGBA{}, artNoise
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			c := m.RGBAAt(x, y)
			far := apart(c, paper)
			if far > most {
				farthest, most = c, far
			}
			if far <= artNoise || known(inks, c) || !flat(m, x, y) {
				continue
			}
			if inks = append(inks, c); len(inks) > maxArtInks {
				return nil, false
			}
		}
	}
	if len(inks) == 0 && most > artNoise {
		inks = append(inks, farthest)
	}
	return inks, len(inks) > 0
}

func known(inks []color.RGBA, c color.RGBA) bool {
	for _, ink := range inks {
		if apart(ink, c) <= artNoise {
			return true
		}
	}
	return false
}

// flat says whether all around a pixel has its colour; what is outside counts as like it.
func flat(m *image.RGBA, x, y int) bool {
	c := m.RGBAAt(x, y)
	near := image.Rect(x-1, y-1, x+2, y+2).Intersect(m.Rect)
	for y := near.Min.Y; y < near.Max.Y; y++ {
		for x := near.Min.X; x < near.Max.X; x++ {
			if apart(m.RGBAAt(x, y), c) > artNoise/2 {
				return false
			}
		}
	}
	return true
}

// closest gives the ink of which c has most, on paper, and whether it is nothing else.
func (a *art) closest(c color.RGBA) (k int, pure bool) {
	least := 256
	for i, ink := range a.inks {
		if apart(c, ink) <= artNoise {
			return i, true
		}
		if d := apart(c, mixed(ink, coverage(c, ink))); d < least {
			k, least = i, d
		}
	}
	return k, false
}

// edge says whether a pixel is a mixture of ink k and paper that has both within reach.
func (a *art) edge(m *image.RGBA, x, y, k int) bool {
	c, ink := m.RGBAAt(x, y), a.inks[k]
	if apart(c, mixed(ink, coverage(c, ink))) > artBlend {
		return false
	}
	near := image.Rect(x-artReach, y-artReach, x+artReach+1, y+artReach+1).Intersect(m.Rect)
	var onPaper, onInk bool
	for y := near.Min.Y; y < near.Max.Y; y++ {
		for x := near.Min.X; x < near.Max.X; x++ {
			c := m.RGBAAt(x, y)
			onPaper = onPaper || apart(c, paper) <= artNoise
			onInk = onInk || apart(c, ink) <= artNoise
		}
	}
	return onPaper && onInk
}

// merges says whether a pixel of ink k would lose its boundary with another colour to its
// right or below.
func (a *art) merges(m *image.RGBA, x, y, k int) bool {
	if len(a.inks) == 1 {
		return false
	}
	for _, at := range [2]image.Point{{x + artReach, y}, {x, y + artReach}} {
		if !at.In(m.Rect) {
			continue
		}
		if other, pure := a.closest(m.RGBAAt(at.X, at.Y)); pure && other != k && a.index[other] == a.index[k] {
			return true
		}
	}
	return false
}

// draw draws line art, on panels of greys with soft edges.
func (a *art) draw(dst *image.Paletted, m *image.RGBA, s display.Scheme) {
	dst.Palette = s.Palette()
	shades := newShades(s)
	for y := range m.Rect.Dy() {
		row := dst.Pix[y*dst.Stride:][:m.Rect.Dx()]
		for x := range row {
			c := m.RGBAAt(x, y)
			k, _ := a.closest(c)
			// A line that falls between two pixels covers less than half of both and must not
			// vanish.
			cover := min(coverage(c, a.inks[k])*5/4, 255)
			row[x] = shades.blend[a.index[k]][cover*(covers-1)/255][display.White]
		}
	}
}

// coverage is how much of a pixel the ink covers, from 0 to 255, read from the channel
// in which ink and paper differ most.
func coverage(c, ink color.RGBA) int {
	v, least := c.R, ink.R
	if ink.G < least {
		v, least = c.G, ink.G
	}
	if ink.B < least {
		v, least = c.B, ink.B
	}
	return min(255*(255-int(v))/max(1, 255-int(least)), 255)
}

// mixed is ink on paper at a coverage.
func mixed(ink color.RGBA, share int) color.RGBA {
	mix := func(v uint8) uint8 { return uint8((255*(255-share) + int(v)*share) / 255) }
	return color.RGBA{R: mix(ink.R), G: mix(ink.G), B: mix(ink.B), A: 0xff}
}

// apart is the largest difference of two colours in a channel.
func apart(a, b color.RGBA) int {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B))
}
