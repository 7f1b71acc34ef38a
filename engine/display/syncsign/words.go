package syncsign

import (
	"image"

	"github.com/roomink/roomink/engine/display"
)

// text draws item i, a line of text: in the largest font that is about as large as ours
// and fits. Where a line of it is taller than the place of ours, it may reach into paper
// that nothing else uses. What does not fit even in the smallest font loses its end.
func (d *drawing) text(i int) error {
	it := &d.list[i]
	words, ok := spell(it.Text)
	if !ok {
		return errUnspoken
	}
	box := it.Box.Intersect(d.bounds)
	if box.Empty() {
		return nil
	}
	for _, f := range fonts {
		if f.size > max(it.Size*5/4, smallest) || f.width(words) > box.Dx() {
			continue
		}
		if r, ok := d.place(i, f, f.width(words)); ok {
			d.write(it, f, words, r)
			return nil
		}
	}
	f := fonts[len(fonts)-2]
	if f.width(words) > box.Dx() {
		f = fonts[len(fonts)-1]
	}
	if words = f.cut(words, box.Dx()); words != "" {
		d.write(it, f, words, d.squeeze(box, f))
	}
	return nil
}

// smallest is the size of the smallest font that is used.
const smallest = 16

// place finds the block for item i in a font that sets it width pixels wide.
func (d *drawing) place(i int, f font, width int) (image.Rectangle, bool) {
	it := &d.list[i]
	box := it.Box.Intersect(d.bounds)
	r := alongside(box, it.Align, width)
	if r.Dx()*f.size > maxBlock {
		return r, false
	}
	middle := (box.Min.Y + box.Max.Y - f.size) / 2
	for shift := 0; shift <= max(f.size-box.Dy(), 0); shift++ {
		for _, y := range [...]int{middle - shift, middle + shift} {
			r.Min.Y, r.Max.Y = y, y+f.size
			if d.free(i, r) {
				return r, true
			}
		}
	}
	if f.size <= box.Dy() { // its own place is free, though perhaps not on the grid of blocks
		r.Min.Y, r.Max.Y = middle, middle+f.size
		return r.Intersect(box), true
	}
	return r, false
}

// alongside gives the columns that a text of a width takes in box, with some air, on the
// grid of blocks.
func alongside(box image.Rectangle, align, width int) image.Rectangle {
	width = min(width+8, box.Dx())
	r := box
	switch {
	case align < 0:
		r.Max.X = r.Min.X + width
	case align > 0:
		r.Min.X = r.Max.X - width
	default:
		r.Min.X += (box.Dx() - width) / 2
		r.Max.X = r.Min.X + width
	}
	r.Min.X, r.Max.X = r.Min.X/8*8, (r.Max.X+7)/8*8
	return r
}

// brush is how many pixels the blocks of two lines of text may have in common: letters
// don't fill their line.
const brush = 2

// free reports whether block r of item i lies on its own ground alone, and on nobody
// else's words.
func (d *drawing) free(i int, r image.Rectangle) bool {
	if !r.In(d.bounds) {
		return false
	}
	over := d.list[i].Over
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for _, ink := range d.ground[y*d.bounds.Dx()+r.Min.X : y*d.bounds.Dx()+r.Max.X] {
			if ink != over {
				return false
			}
		}
	}
	for k := range d.list {
		if k == i || d.list[k].Kind == display.BoxItem {
			continue
		}
		if met := d.list[k].Box.Intersect(r); met.Dx() > brush && met.Dy() > brush {
			return false
		}
	}
	return true
}

// squeeze is the block for a line that has no room: in the middle of box, on the panel.
func (d *drawing) squeeze(box image.Rectangle, f font) image.Rectangle {
	y := min(max((box.Min.Y+box.Max.Y-f.size)/2, 0), max(d.bounds.Max.Y-f.size, 0))
	return image.Rect(box.Min.X, y, box.Max.X, y+f.size)
}

// write adds a line of text in block r. Its letters stand where ours did, whatever the
// grid did to the block.
func (d *drawing) write(it *display.Item, f font, words string, r image.Rectangle) {
	t := &text{Text: words, Font: f.name, TextAlign: "LEFT", Block: blockOf(r)}
	shift := it.Box.Min.X - r.Min.X
	switch {
	case it.Align == 0:
		t.TextAlign, shift = "CENTER", (it.Box.Min.X+it.Box.Max.X-r.Min.X-r.Max.X)/2
	case it.Align > 0:
		t.TextAlign, shift = "RIGHT", min(it.Box.Max.X-r.Max.X, 0)
	}
	if it.Align < 0 {
		shift = max(shift, 0)
	}
	if shift != 0 {
		t.Offset = &offset{X: shift}
	}
	if it.Ink != display.Black {
		t.TextColor = d.colours[it.Ink]
	}
	if it.Over != display.White {
		t.BackgroundColor = d.colours[it.Over]
	}
	d.add("TEXT", worthText+min(it.Size, worthCode-worthText-1), t)
}
