package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/roomink/roomink/assets"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// The sheet's own look, in pixels.
const (
	margin  = 28
	gap     = 24
	bezel   = 6
	caption = 24 // the line below a picture
	heading = 64
)

var (
	wall  = color.RGBA{R: 0xe9, G: 0xe7, B: 0xe2, A: 0xff}
	plate = color.RGBA{R: 0x3a, G: 0x3a, B: 0x3e, A: 0xff}
	ink   = color.RGBA{R: 0x2a, G: 0x2a, B: 0x2e, A: 0xff}
)

// paint draws a sheet: its cells in rows, each over its caption.
func paint(r *frame.Renderer, s sheet) (image.Image, error) {
	pictures := make([]*image.RGBA, len(s.cells))
	for i, c := range s.cells {
		f, err := r.Frame(c.sign, c.panel, c.look)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.caption, err)
		}
		pictures[i] = glass(f, max(1, c.reduce))
	}
	at, height := place(s, pictures)
	sheet := image.NewRGBA(image.Rect(0, 0, s.width, height))
	draw.Draw(sheet, sheet.Rect, image.NewUniform(wall), image.Point{}, draw.Src)
	large, err := face(assets.PlexSansBold, 28)
	if err != nil {
		return nil, err
	}
	small, err := face(assets.PlexSansMedium, 14)
	if err != nil {
		return nil, err
	}
	write := func(f font.Face, x, y int, text string) {
		d := font.Drawer{Dst: sheet, Src: image.NewUniform(ink), Face: f, Dot: fixed.P(x, y)}
		d.DrawString(text)
	}
	write(large, margin, margin+28, s.title)
	for i, p := range pictures {
		box := p.Rect.Add(at[i])
		draw.Draw(sheet, box.Inset(-bezel), image.NewUniform(plate), image.Point{}, draw.Src)
		draw.Draw(sheet, box, p, image.Point{}, draw.Src)
		write(small, box.Min.X, box.Max.Y+caption, s.cells[i].caption)
	}
	return sheet, nil
}

// place sets pictures in rows of the sheet's width.
func place(s sheet, pictures []*image.RGBA) (at []image.Point, height int) {
	x, y, tallest := margin, margin+heading, 0
	for _, p := range pictures {
		if x > margin && x+p.Rect.Dx()+margin > s.width {
			x, y, tallest = margin, y+tallest+caption+gap, 0
		}
		at = append(at, image.Pt(x, y))
		x += p.Rect.Dx() + gap
		tallest = max(tallest, p.Rect.Dy())
	}
	return at, y + tallest + caption + margin
}

// glass is a frame in the colours that its panel shows.
func glass(f display.Frame, reduce int) *image.RGBA {
	m := *f.Image
	m.Palette = f.Scheme.Measured()
	small := image.NewRGBA(image.Rect(0, 0, m.Rect.Dx()/reduce, m.Rect.Dy()/reduce))
	draw.CatmullRom.Scale(small, small.Rect, &m, m.Rect, draw.Src, nil)
	return small
}

func face(ttf []byte, size float64) (font.Face, error) {
	f, err := opentype.ParseReaderAt(bytes.NewReader(ttf))
	if err != nil {
		return nil, fmt.Errorf("parse the font of captions: %w", err)
	}
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
}
