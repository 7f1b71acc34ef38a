package apptest

import (
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// Frame draws a simple sign of the room. It stands in for package frame, which the
// window must not import.
func Frame(r engine.Room, p display.Panel) *display.Frame {
	img := image.NewPaletted(p.Bounds(), p.Scheme.Palette())
	draw.Draw(img, img.Rect, image.NewUniform(img.Palette[display.White]), image.Point{}, draw.Src)
	w, h := img.Rect.Dx(), img.Rect.Dy()
	ink, paper := img.Palette[display.Black], img.Palette[display.White]
	head := image.Rect(0, 0, w, h/2)
	fg := ink
	if r.Now.Busy {
		bg := ink
		if p.Scheme == display.BWR {
			bg = img.Palette[2]
		}
		draw.Draw(img, head, image.NewUniform(bg), image.Point{}, draw.Src)
		fg = paper
	}
	state := "Free"
	if r.Now.Busy {
		state = "In use"
	}
	text(img, gobold.TTF, float64(h)/14, w/20, h/9, fg, r.Room.DisplayName())
	text(img, gobold.TTF, float64(h)/5, w/20, h*3/10, fg, state)
	if r.Now.Busy && r.Now.Current != nil {
		text(img, goregular.TTF, float64(h)/16, w/20, h*9/20, fg, "until "+r.Now.Current.End.Format("15:04")+"  "+r.Now.Current.Subject)
	}
	for i, m := range r.Meetings {
		text(img, goregular.TTF, float64(h)/17, w/20, h*12/20+i*h/10, ink,
			fmt.Sprintf("%s – %s   %s", m.Start.Format("15:04"), m.End.Format("15:04"), m.Subject))
	}
	sum := fnv.New64a()
	_, _ = sum.Write(img.Pix)
	return &display.Frame{Image: img, Hash: fmt.Sprintf("%x-%dx%d", sum.Sum64(), w, h)}
}

func text(img draw.Image, ttf []byte, size float64, x, y int, c color.Color, s string) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic(err) // a font compiled in
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(err)
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(c), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(s)
}
