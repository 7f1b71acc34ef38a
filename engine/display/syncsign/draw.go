package syncsign

import (
	"errors"
	"image"

	qr "github.com/piglig/go-qr"

	"github.com/roomink/roomink/engine/display"
)

// errUnspoken says that a sign has letters which the displays' fonts lack.
var errUnspoken = errors.New("the sign has letters that the display cannot draw")

// draw turns a drawing list into items of a layout. It gives [errUnspoken] for words that
// must come as a picture, and another error for a list that no display can draw.
func draw(p display.Panel, list []display.Item) ([]item, error) {
	d := drawing{panel: p, bounds: p.Bounds(), colours: colours(p.Scheme), list: list}
	d.ground = make([]uint8, d.bounds.Dx()*d.bounds.Dy())
	d.paint(d.bounds, display.White)
	for _, it := range list {
		if int(it.Ink) >= len(d.colours) || int(it.Over) >= len(d.colours) {
			return nil, errors.New("the sign has inks that the display lacks")
		}
		if it.Kind == display.BoxItem {
			d.paint(it.Box, it.Ink)
		}
	}
	for i := 0; i < len(list); i++ {
		switch it := &list[i]; it.Kind {
		case display.BoxItem:
			if width := d.outlined(i); width > 0 {
				d.outline(it, &list[i+1], width)
				i++
			} else {
				d.box(it)
			}
		case display.CodeItem:
			d.code(it)
		case display.TextItem:
			if err := d.text(i); err != nil {
				return nil, err
			}
		}
	}
	return d.items, nil
}

// drawing is a layout in the making.
type drawing struct {
	panel   display.Panel
	bounds  image.Rectangle
	colours []string
	list    []display.Item
	ground  []uint8 // the inks of the boxes, by pixel
	items   []item
}

func (d *drawing) add(kind string, weight int, data any) {
	d.items = append(d.items, item{Type: kind, Data: data, weight: weight})
}

func (d *drawing) paint(r image.Rectangle, ink uint8) {
	r = r.Intersect(d.bounds)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := d.ground[y*d.bounds.Dx():]
		for x := r.Min.X; x < r.Max.X; x++ {
			row[x] = ink
		}
	}
}

// What items are worth, least to most: fine lines, boxes by their size, words by theirs,
// codes, and what fills a good part of the panel, without which words stand on the wrong
// ground.
const (
	worthBox  = 0
	worthText = 1000
	worthCode = 2000
	worthArea = 3000
)

func (d *drawing) worth(r image.Rectangle) int {
	area := r.Dx() * r.Dy()
	if area*20 >= d.bounds.Dx()*d.bounds.Dy() {
		return worthArea
	}
	return worthBox + min(area/16, worthText-1)
}

// thinnest is how narrow a box may be, in pixels, to be drawn at all: blocks are eight
// pixels wide, and a hair line of that width would be a bar.
const thinnest = 4

// box draws a rectangle in blocks of the size that a display takes.
func (d *drawing) box(it *display.Item) {
	r := onGrid(it.Box.Intersect(d.bounds))
	if r.Empty() || it.Box.Dx() < thinnest {
		return
	}
	d.fill(r, it.Ink, d.worth(r))
}

func (d *drawing) fill(r image.Rectangle, ink uint8, worth int) {
	for rows := max(maxBlock/r.Dx(), 1); !r.Empty(); r.Min.Y += rows {
		part := r
		part.Max.Y = min(r.Min.Y+rows, r.Max.Y)
		d.add("RECTANGLE", worth, &rectangle{FillColor: d.colours[ink], Block: blockOf(part)})
	}
}

// onGrid moves the sides of r to where blocks may have them, without making it vanish.
func onGrid(r image.Rectangle) image.Rectangle {
	if r.Empty() {
		return r
	}
	r.Min.X, r.Max.X = (r.Min.X+4)/8*8, (r.Max.X+4)/8*8
	if r.Min.X == r.Max.X {
		r.Max.X += 8
	}
	return r
}

// maxStroke is the thickest outline that is drawn as one, in pixels.
const maxStroke = 12

// outlined gives how thick the outline is that items i and i+1 make, one box in another;
// 0 if they make none.
func (d *drawing) outlined(i int) int {
	if i+1 >= len(d.list) || d.list[i+1].Kind != display.BoxItem {
		return 0
	}
	outer, inner := d.list[i].Box, d.list[i+1].Box
	width := inner.Min.X - outer.Min.X
	if width < 1 || width > maxStroke || inner.Empty() || outer.Inset(width) != inner {
		return 0
	}
	return width
}

func (d *drawing) outline(outer, inner *display.Item, width int) {
	r := onGrid(outer.Box.Intersect(d.bounds))
	if r.Empty() {
		return
	}
	if r.Dx()*r.Dy() <= maxBlock {
		d.add("RECTANGLE", d.worth(r), &rectangle{
			FillColor: d.colours[inner.Ink], StrokeColor: d.colours[outer.Ink], StrokeThickness: width, Block: blockOf(r),
		})
		return
	}
	d.fill(r, outer.Ink, worthArea)
	if in := image.Rect(r.Min.X+8, r.Min.Y+width, r.Max.X-8, r.Max.Y-width); !in.Empty() {
		d.fill(in, inner.Ink, worthArea)
	}
}

// code draws a QR code as large as fits into the place of ours. A display may need a
// larger one for the same words: it is not told to mix the ways of writing them.
func (d *drawing) code(it *display.Item) {
	encoded, err := qr.EncodeBinary([]byte(it.Text), qr.Medium)
	if err != nil || it.Text == "" {
		return // too long for any code
	}
	side := encoded.Size()
	scale := min(it.Box.Dx(), it.Box.Dy()) / side
	for scale > 0 && side*scale*side*scale > min(maxBlock, maxCode) {
		scale--
	}
	if scale < 1 {
		return
	}
	at := it.Box.Min.Add(image.Pt((it.Box.Dx()-side*scale)/2, (it.Box.Dy()-side*scale)/2))
	d.add("QRCODE", worthCode, &qrCode{
		Text: it.Text, Position: offset(at), Scale: scale, Version: (side - 17) / 4, ECCLevel: "MEDIUM",
	})
}

// maxCode is how many pixels a QR code may have on a 4.2-inch display.
const maxCode = 25600
