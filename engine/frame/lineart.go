package frame

import (
	"image"
	"image/color"

	"github.com/roomink/roomink/engine/display"
)

// Line art is a picture of one colour on white paper. Its soft edges are no tones: they
// are there for a screen, and each of their pixels is either ink or paper on a panel.
const (
	// artReach is how far, in pixels, an edge is soft after scaling.
	artReach = 2
	// artStray is the share of other pixels that line art may have, one in so many.
	artStray = 100
	// Colours count as the same up to artNoise, in tones of the channel that differs most:
	// JPEG leaves that much around letters. Mixtures of two colours vary more, since
	// programs blend them in different ways.
	artNoise, artBlend = 24, 56
)

// lineArt tells whether m is line art, and gives the colour of its ink.
func lineArt(m *image.RGBA) (ink color.RGBA, ok bool) {
	ink, found := farthest(m)
	if !found {
		return ink, false
	}
	b, stray, inked := m.Rect, 0, 0
	most := b.Dx() * b.Dy() / artStray
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := m.RGBAAt(x, y)
			switch {
			case apart(c, paper) <= artNoise:
			case apart(c, ink) <= artNoise:
				inked++
			case !edge(m, x, y, ink):
				if stray++; stray > most {
					return ink, false // soon, for most photographs
				}
			}
		}
	}
	return ink, inked > 0
}

var paper = color.RGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}

// farthest gives the colour that is least like paper: pixels of that much strength are
// of the ink alone. It fails on a blank picture.
func farthest(m *image.RGBA) (ink color.RGBA, ok bool) {
	most := artNoise
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			if c := m.RGBAAt(x, y); apart(c, paper) > most {
				ink, most = c, apart(c, paper)
			}
		}
	}
	return ink, most > artNoise
}

// edge says whether both ink and paper are within reach of a pixel, and whether the
// pixel is a mixture of both.
func edge(m *image.RGBA, x, y int, ink color.RGBA) bool {
	c := m.RGBAAt(x, y)
	share := coverage(c, ink)
	mixed := color.RGBA{R: mix(ink.R, share), G: mix(ink.G, share), B: mix(ink.B, share), A: 0xff}
	if apart(c, mixed) > artBlend {
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

// mix is a channel of ink on paper at a coverage.
func mix(ink uint8, share int) uint8 { return uint8((255*(255-share) + int(ink)*share) / 255) }

// apart is the largest difference of two colours in a channel.
func apart(a, b color.RGBA) int {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B))
}

// lines draws line art in the ink of the panel that is most like its own and legible,
// on panels of greys with soft edges.
func lines(dst *image.Paletted, m *image.RGBA, ink color.RGBA, s display.Scheme) {
	index := nearestInk(ink, s)
	dst.Palette = s.Palette()
	shades := newShades(s)
	for y := range m.Rect.Dy() {
		row := dst.Pix[y*dst.Stride:][:m.Rect.Dx()]
		for x := range row {
			// A line that falls between two pixels covers less than half of both and must not
			// vanish.
			row[x] = shades.blend[index][min(coverage(m.RGBAAt(x, y), ink)*5/4, 255)>>4][display.White]
		}
	}
}
