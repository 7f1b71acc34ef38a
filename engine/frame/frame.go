// Package frame draws what a sign says: from a [sign.Sign] and a
// [display.Panel] to the pixels of that panel, in its own inks.
//
// It is pure and quick: no I/O, no clock, and well under a millisecond for a sign,
// so that nobody needs to keep finished frames. Start with [Renderer.Frame];
// layout.go says where things go, fit.go how texts are made to fit, mask.go how
// letters become crisp in one bit.
package frame

import (
	"fmt"
	"image"
	"runtime"
	"sync"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/template"
)

// Renderer draws frames. It is safe for concurrent use: as many frames are drawn at
// once as there are processors, further callers wait.
type Renderer struct {
	faces    *faces
	pictures pictures
	slots    chan struct{} // one token for each drawer that may exist

	mu   sync.Mutex
	idle []*drawer // last used on top: its caches are the warmest
}

// Look is what a sign is drawn with beside its words. It is immutable; nil stands for
// an empty one.
type Look struct {
	Logo image.Image // of the organisation; nil = none
	// Template is drawn where the design is [sign.Custom]. Where it is nil, or made for
	// another size of panel, the design [sign.Status] takes its place.
	Template *template.Template
	// Pictures are those that the template fetches, by their addresses.
	Pictures map[string]image.Image
}

// Options are what a renderer needs beside what it draws.
type Options struct {
	// Fallback has the faces for characters that the built-in fonts lack; nil = such a
	// character is drawn as a box with its number.
	Fallback Fallback
}

// New parses the built-in fonts. It fails only if the program was built wrongly.
func New(o Options) (*Renderer, error) {
	f, err := newFaces(o.Fallback)
	if err != nil {
		return nil, err
	}
	return &Renderer{faces: f, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}, nil
}

// Draw draws s for p with look, which may be nil. It uses dst if that has the right
// size and gives a new image otherwise, also if dst is nil; every pixel is written. The
// error says what is wrong with p.
func (r *Renderer) Draw(dst *image.Paletted, s sign.Sign, p display.Panel, look *Look) (*image.Paletted, error) {
	dst, err := prepare(dst, p)
	if err != nil {
		return nil, err
	}
	d := r.acquire()
	defer r.release(d)
	d.begin(dst, p.Scheme)
	d.look = look
	d.shaper.speak(s.Language)
	d.sign(&s)
	return dst, nil
}

// Frame draws s for p with look, which may be nil, as a new frame. The error says what
// is wrong with p.
func (r *Renderer) Frame(s sign.Sign, p display.Panel, look *Look) (display.Frame, error) {
	m, err := r.Draw(nil, s, p, look)
	if err != nil {
		return display.Frame{}, err
	}
	return display.Frame{Image: m, Hash: Hash(m), Scheme: p.Scheme}, nil
}

// TestPattern draws a frame that tells a person which display is which: the name,
// large, with the panel's edges, corners and inks, so that a wrong size, rotation
// or palette is seen at once. The error says what is wrong with p.
func (r *Renderer) TestPattern(name string, p display.Panel) (display.Frame, error) {
	m, err := prepare(nil, p)
	if err != nil {
		return display.Frame{}, err
	}
	d := r.acquire()
	defer r.release(d)
	d.begin(m, p.Scheme)
	list := &recorder{}
	d.writeDown(list)
	d.shaper.speak("")
	d.testPattern(name, p)
	return display.Frame{Image: m, Hash: Hash(m), Scheme: p.Scheme, Items: list.items}, nil
}

// prepare gives an image that fills p: dst where it fits.
func prepare(dst *image.Paletted, p display.Panel) (*image.Paletted, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("draw for %s: %w", p, err)
	}
	bounds := p.Bounds()
	if dst == nil || dst.Rect != bounds || dst.Stride != bounds.Dx() || len(dst.Pix) != bounds.Dx()*bounds.Dy() {
		dst = &image.Paletted{Pix: make([]uint8, bounds.Dx()*bounds.Dy()), Stride: bounds.Dx(), Rect: bounds}
	}
	dst.Palette = p.Scheme.Palette()
	return dst, nil
}

// acquire waits for a drawer of one's own.
func (r *Renderer) acquire() *drawer {
	r.slots <- struct{}{}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.idle); n > 0 {
		d := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return d
	}
	return newDrawer(r.faces, &r.pictures)
}

func (r *Renderer) release(d *drawer) {
	d.end()
	r.mu.Lock()
	r.idle = append(r.idle, d)
	r.mu.Unlock()
	<-r.slots
}
