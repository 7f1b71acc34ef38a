package frame

import (
	"image"
	"image/color"
	stddraw "image/draw"
	"math"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/image/draw"

	"github.com/roomink/roomink/engine/display"
)

// maxEnlarge is how far a picture may be enlarged; beyond it a small logo is a blur.
const maxEnlarge = 2

// picture draws a photograph or a logo into box: as large as fits, centred, on white
// paper where it is transparent. Photographs are dithered; art in a few colours on
// paper, as most logos are, is not, so that its lines and letters stay crisp.
func (d *drawer) picture(img image.Image, box image.Rectangle) {
	if img == nil {
		return
	}
	size := fitted(img.Bounds().Size(), box.Size())
	if size.X < 1 || size.Y < 1 {
		return
	}
	m := d.pictures.get(img, size, d.scheme)
	box = d.place(box)
	at := box.Min.Add(image.Pt((box.Dx()-size.X)/2, (box.Dy()-size.Y)/2))
	d.canvas.blit(m, at)
}

// fitted is the largest size of the proportions of img that fits into box.
func fitted(img, box image.Point) image.Point {
	if img.X < 1 || img.Y < 1 || box.X < 1 || box.Y < 1 {
		return image.Point{}
	}
	scale := min(float64(box.X)/float64(img.X), float64(box.Y)/float64(img.Y), maxEnlarge)
	side := func(n, most int) int { return min(max(1, int(math.Round(float64(n)*scale))), most) }
	return image.Pt(side(img.X, box.X), side(img.Y, box.Y))
}

// pictures keeps pictures that were scaled and dithered, which takes milliseconds. It is
// safe for concurrent use.
type pictures struct {
	mu   sync.Mutex
	kept []*keptPicture // used last at the end
}

type keptPicture struct {
	img    image.Image
	size   image.Point
	scheme display.Scheme
	render func() *image.Paletted // once, whoever comes first
}

// maxPictures bounds what is kept: a logo in the two sizes of each of a few panel
// classes, and the pictures of a template.
const maxPictures = 32

// get gives img in the inks of a scheme. Pictures count as the same if they are the
// same pointer, so they must not change.
func (p *pictures) get(img image.Image, size image.Point, s display.Scheme) *image.Paletted {
	return p.find(img, size, s).render()
}

func (p *pictures) find(img image.Image, size image.Point, s display.Scheme) *keptPicture {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, k := range p.kept {
		if k.size == size && k.scheme == s && same(k.img, img) {
			p.kept = append(slices.Delete(p.kept, i, i+1), k)
			return k
		}
	}
	k := &keptPicture{img: img, size: size, scheme: s, render: sync.OnceValue(func() *image.Paletted { return render(img, size, s) })}
	if len(p.kept) == maxPictures {
		p.kept = slices.Delete(p.kept, 0, 1)
	}
	p.kept = append(p.kept, k)
	return k
}

// render scales img and turns it into inks.
func render(img image.Image, size image.Point, s display.Scheme) *image.Paletted {
	studied := onPaper(img, within(img.Bounds().Size(), maxStudied), draw.NearestNeighbor)
	scaled := onPaper(img, size, draw.CatmullRom)
	dst := image.NewPaletted(scaled.Rect, nil)
	if a, ok := lineArt(studied, s); ok {
		a.draw(dst, scaled, s)
		return dst
	}
	for _, c := range relative(s.Measured()) {
		dst.Palette = append(dst.Palette, lifted(c))
	}
	stddraw.FloydSteinberg.Draw(dst, dst.Rect, &inLight{m: scaled, table: lightTable()}, image.Point{})
	return dst
}

// maxStudied bounds the side, in pixels, of a picture that is searched for lines. It is
// searched as it is, since lines of less than a pixel look like tones; of a larger one a
// part of its pixels must do.
const maxStudied = 1024

// within shrinks size so that no side is longer than most.
func within(size image.Point, most int) image.Point {
	if longest := max(size.X, size.Y); longest > most {
		return image.Pt(max(1, size.X*most/longest), max(1, size.Y*most/longest))
	}
	return size
}

// onPaper scales img to size, on white where it is transparent.
func onPaper(img image.Image, size image.Point, by draw.Scaler) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	if size == img.Bounds().Size() {
		draw.Draw(m, m.Rect, img, img.Bounds().Min, draw.Over)
	} else {
		by.Scale(m, m.Rect, img, img.Bounds(), draw.Over, nil)
	}
	return m
}

// relative gives the colours of a panel in linear light, as they are between its own
// black and white: what is white in a photograph shall be paper, not a dither of
// something lighter than the panel can show.
func relative(p color.Palette) color.Palette {
	out := make(color.Palette, len(p))
	lo, hi := lightOf(p[display.Black]), lightOf(p[display.White])
	for i, c := range p {
		v := lightOf(c)
		var to [3]uint16
		for k := range to {
			to[k] = uint16(0xffff * min(max((v[k]-lo[k])/(hi[k]-lo[k]), 0), 1))
		}
		out[i] = color.RGBA64{R: to[0], G: to[1], B: to[2], A: 0xffff}
	}
	return out
}

func lightOf(c color.Color) [3]float64 {
	r, g, b, _ := c.RGBA()
	return [3]float64{display.Light(uint8(r >> 8)), display.Light(uint8(g >> 8)), display.Light(uint8(b >> 8))}
}

// inLight is an opaque picture in linear light, in which the average of dots is what
// the eye sees. One goroutine may use it at a time.
type inLight struct {
	m     *image.RGBA
	table *[256]uint16
	at    color.RGBA64
}

func lightTable() *[256]uint16 {
	var t [256]uint16
	for i := range t {
		t[i] = lift(uint32(math.Round(0xffff * display.Light(uint8(i)))))
	}
	return &t
}

// lift makes room below black and above white: the standard library clips the errors that
// it carries on to what a colour can be, and dark greys would take on the tint of the
// dark inks that make them.
func lift(v uint32) uint16 { return uint16(0x4000 + v/2) }

func lifted(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	return color.RGBA64{R: lift(r), G: lift(g), B: lift(b), A: 0xffff}
}

func (l *inLight) ColorModel() color.Model { return color.RGBA64Model }

func (l *inLight) Bounds() image.Rectangle { return l.m.Rect }

// At gives a pointer to the same colour each time, which saves an allocation a pixel.
func (l *inLight) At(x, y int) color.Color {
	c := l.m.RGBAAt(x, y)
	l.at = color.RGBA64{R: l.table[c.R], G: l.table[c.G], B: l.table[c.B], A: 0xffff}
	return &l.at
}

// same compares pictures by identity. Pictures of a type that can't be compared, which
// no decoder makes, are never the same.
func same(a, b image.Image) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && reflect.ValueOf(a).Comparable() && a == b
}
