package virtual

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"strconv"
	"strings"
	"sync"

	qr "github.com/piglig/go-qr"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// hubLayout is what a SyncSign display draws (dev.sync-sign.com/hubsdk/guides/render_layout.html,
// syncsign/skills references/display-render-layout-knowledge.md).
type hubLayout struct {
	Background *struct {
		BgColor string `json:"bgColor"`
	} `json:"background"`
	Items []struct {
		Type string          `json:"type"`
		Data json.RawMessage `json:"data"`
	} `json:"items"`
}

type hubBlock struct{ X, Y, W, H int }

func (b hubBlock) rect() image.Rectangle { return image.Rect(b.X, b.Y, b.X+b.W, b.Y+b.H) }

// hubItem has the fields of all kinds of items.
type hubItem struct {
	Text, Font, TextColor, BackgroundColor, TextAlign string
	FillColor, StrokeColor                            string
	StrokeThickness                                   int
	Block                                             hubBlock
	Offset                                            struct{ X, Y int }
	Position                                          struct{ X, Y int }
	Scale, Version                                    int
	EccLevel                                          string
	URI, ForegroundColor, TransparentColor            string
}

// draw draws the layout on the pixels of a node, palette indices row by row. What breaks a
// rule of the display is an error: a real one leaves stray pixels, or nothing.
func (l hubLayout) draw(ctx context.Context, n *Node, pixels []uint8) error {
	m := n.o.Model
	c := hubCanvas{m: m, pixels: pixels}
	if l.Background != nil {
		ink, err := c.ink(l.Background.BgColor, "WHITE")
		if err != nil {
			return err
		}
		c.fill(image.Rect(0, 0, m.Width, m.Height), ink)
	}
	for i, it := range l.Items {
		var d hubItem
		if err := json.Unmarshal(it.Data, &d); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
		var err error
		switch it.Type {
		case "TEXT":
			err = c.text(d)
		case "RECTANGLE":
			err = c.rectangle(d)
		case "QRCODE":
			err = c.code(d)
		case "BITMAP_URI":
			err = c.bitmap(ctx, n, d)
		default:
			err = errors.New("the firmware knows no such item")
		}
		if err != nil {
			return fmt.Errorf("item %d, %s: %w", i, it.Type, err)
		}
	}
	return nil
}

type hubCanvas struct {
	m      Model
	pixels []uint8
}

// ink is the palette index of a colour by its name.
func (c hubCanvas) ink(name, or string) (uint8, error) {
	if name == "" {
		name = or
	}
	inks := map[string]uint8{"BLACK": indexBlack, "WHITE": indexWhite}
	switch c.m.Scheme {
	case SchemeBWR:
		inks["RED"] = 2
	case SchemeBWY:
		inks["YELLOW"] = 2
	case SchemeBWRY:
		inks["YELLOW"], inks["RED"] = 2, 3
	}
	ink, ok := inks[name]
	if !ok {
		return 0, fmt.Errorf("the panel has no ink %q", name)
	}
	return ink, nil
}

func (c hubCanvas) fill(r image.Rectangle, ink uint8) {
	r = r.Intersect(image.Rect(0, 0, c.m.Width, c.m.Height))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c.pixels[y*c.m.Width+x] = ink
		}
	}
}

// mostBlock: w·h/8 of a block must be below 6,640.
const mostBlock = 6640 * 8

func (c hubCanvas) rectangle(d hubItem) error {
	b := d.Block
	if b.X%8 != 0 || b.W%8 != 0 || b.W < 1 || b.H < 1 || b.W*b.H >= mostBlock {
		return fmt.Errorf("block %+v", b)
	}
	fill, err := c.ink(d.FillColor, "WHITE")
	if err != nil {
		return err
	}
	r := b.rect()
	if d.StrokeThickness > 0 {
		stroke, err := c.ink(d.StrokeColor, "BLACK")
		if err != nil {
			return err
		}
		c.fill(r, stroke)
		r = r.Inset(d.StrokeThickness)
	}
	c.fill(r, fill)
	return nil
}

// sizes are those of the font that signs use, with its condensed form.
var hubSizes = map[int]bool{16: true, 24: true, 32: true, 48: true, 64: true, 128: true}

var hubFont = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

// text draws a line with a face that is about as wide as DIN 1451.
func (c hubCanvas) text(d hubItem) error {
	b := d.Block
	family, size, _ := strings.Cut(strings.TrimPrefix(d.Font, "DDIN_"), "_")
	if size == "" {
		size = family
	}
	px, err := strconv.Atoi(size)
	if err != nil || !strings.HasPrefix(d.Font, "DDIN_") || !hubSizes[px] || px == 128 && family == "CONDENSED" {
		return fmt.Errorf("no font %q", d.Font)
	}
	if b.Y%8 != 0 && b.H%8 != 0 || b.W < 1 || b.H < 1 || b.W*b.H >= mostBlock {
		return fmt.Errorf("block %+v", b)
	}
	for _, r := range d.Text {
		if r < ' ' || r > 0xff {
			return fmt.Errorf("no letter %q", r)
		}
	}
	paper, err := c.ink(d.BackgroundColor, "WHITE")
	if err != nil {
		return err
	}
	ink, err := c.ink(d.TextColor, "BLACK")
	if err != nil {
		return err
	}
	c.fill(b.rect(), paper)
	em := float64(px) * 0.78
	if family == "CONDENSED" {
		em *= 0.85
	}
	face, err := opentype.NewFace(hubFont(), &opentype.FaceOptions{Size: em, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return err
	}
	defer face.Close()
	mask := image.NewAlpha(image.Rect(0, 0, b.W, b.H))
	drawer := font.Drawer{Dst: mask, Src: image.NewUniform(color.Opaque), Face: face}
	width := drawer.MeasureString(d.Text).Ceil()
	x := d.Offset.X
	switch d.TextAlign {
	case "CENTER":
		x += (b.W - width) / 2
	case "RIGHT":
		x += b.W - width
	}
	drawer.Dot = fixed.P(x, d.Offset.Y+px*8/10)
	drawer.DrawString(d.Text)
	for y := range b.H {
		for x := range b.W {
			if mask.AlphaAt(x, y).A > 127 {
				c.fill(image.Rect(b.X+x, b.Y+y, b.X+x+1, b.Y+y+1), ink)
			}
		}
	}
	return nil
}

func (c hubCanvas) code(d hubItem) error {
	levels := map[string]qr.Ecc{"LOW": qr.Low, "MEDIUM": qr.Medium, "QUARTILE": qr.Quartile, "HIGH": qr.High}
	level, ok := levels[d.EccLevel]
	if !ok || d.Scale < 1 || d.Version < 1 || d.Version > 40 {
		return fmt.Errorf("scale %d, version %d, level %q", d.Scale, d.Version, d.EccLevel)
	}
	code, err := qr.EncodeBinary([]byte(d.Text), level)
	if err != nil {
		return err
	}
	side := code.Size()
	if side > 4*d.Version+17 {
		return fmt.Errorf("the text does not fit into version %d", d.Version)
	}
	for y := range side {
		for x := range side {
			ink := uint8(indexWhite)
			if code.Module(x, y) {
				ink = indexBlack
			}
			at := image.Rect(0, 0, d.Scale, d.Scale).Add(image.Pt(d.Position.X+x*d.Scale, d.Position.Y+y*d.Scale))
			c.fill(at, ink)
		}
	}
	return nil
}

// bitmap fetches a BMP of one bit a pixel.
func (c hubCanvas) bitmap(ctx context.Context, n *Node, d hubItem) error {
	file, err := n.get(ctx, d.URI)
	if err != nil {
		return err
	}
	dark, err := c.ink(d.ForegroundColor, "BLACK")
	if err != nil {
		return err
	}
	light, err := c.ink(d.BackgroundColor, "WHITE")
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	if len(file) < 62 || string(file[:2]) != "BM" || le.Uint16(file[28:]) != 1 || le.Uint32(file[30:]) != 0 {
		return errors.New("it is no BMP of one bit a pixel")
	}
	w, h, start := int(le.Uint32(file[18:])), int(le.Uint32(file[22:])), int(le.Uint32(file[10:]))
	stride := (w + 31) / 32 * 4
	if w != d.Block.W || h != d.Block.H || w > 4096 || h > 4096 || start < 62 || len(file) < start+stride*h {
		return fmt.Errorf("a BMP of %d×%d for a block of %d×%d", w, h, d.Block.W, d.Block.H)
	}
	lightFirst := le.Uint32(file[54:])&0xffffff != 0 // the colour of 0
	for y := range h {
		row := file[start+(h-1-y)*stride:]
		for x := range w {
			isLight := (bit(row, x) == 1) != lightFirst
			if isLight && d.TransparentColor != "" && d.TransparentColor == d.BackgroundColor {
				continue
			}
			ink := dark
			if isLight {
				ink = light
			}
			c.fill(image.Rect(d.Block.X+x, d.Block.Y+y, d.Block.X+x+1, d.Block.Y+y+1), ink)
		}
	}
	return nil
}
