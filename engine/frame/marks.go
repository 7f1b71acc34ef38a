package frame

import (
	"image"

	qr "github.com/piglig/go-qr"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// mark is something on a sign that is no text and that no text may touch.
type mark string

const (
	codeMark    mark = "code"
	logoMark    mark = "logo"
	batteryMark mark = "battery"
	stateMark   mark = "state"
)

// note tells tests of a mark.
func (d *drawer) note(kind mark, box image.Rectangle) {
	if d.observeMark != nil {
		d.observeMark(kind, d.place(box))
	}
}

// code is a QR code: its modules row by row, dark ones set, without the quiet zone.
// One without modules stands for a text that no QR code can hold.
type code struct {
	side    int
	modules []bool
}

const (
	quietZone = 4   // modules of paper around a code, ISO/IEC 18004
	maxCodes  = 256 // kept by a drawer, about half a megabyte
)

// code encodes text with medium error correction: a scratch or a worn pixel row does
// no harm. It remembers what it has encoded.
func (d *drawer) code(text string) *code {
	if c, ok := d.codes[text]; ok {
		return c
	}
	c := &code{}
	if encoded, err := qr.EncodeText(text, qr.Medium); err == nil { // it fails where text is too long
		c.side = encoded.Size()
		for y := range c.side {
			for x := range c.side {
				c.modules = append(c.modules, encoded.Module(x, y))
			}
		}
	}
	if len(d.codes) >= maxCodes {
		clear(d.codes)
	}
	d.codes[text] = c
	return c
}

// leastModule is the smallest side of a module, in pixels, that phones read on paper
// that is a little worn.
const leastModule = 2

// codeModule is the largest module, in pixels, with which the code of text fits into
// width × height pixels that have margin pixels of paper around them, where the quiet
// zone may lie, except above; and what the quiet zone takes of the other sides beyond
// that. It is 0 if the code does not fit, or there is no text.
func (d *drawer) codeModule(text string, width, height, margin int) (module, pad int) {
	if text == "" {
		return 0, 0
	}
	c := d.code(text)
	if c.side == 0 {
		return 0, 0
	}
	for module = min(width, height) / c.side; module >= leastModule; module-- {
		pad = max(0, quietZone*module-margin)
		if side := module * c.side; side+2*pad <= width && side+pad+quietZone*module <= height {
			return module, pad
		}
	}
	return 0, 0
}

// putCode draws the code of text with its dark modules from the top left of box, and
// the quiet zone around it.
func (d *drawer) putCode(text string, box image.Rectangle, module int) {
	c := d.code(text)
	box.Max = box.Min.Add(image.Pt(c.side*module, c.side*module))
	whole := box.Inset(-quietZone * module)
	d.note(codeMark, whole)
	d.fill(whole, display.White)
	if d.record != nil {
		d.record.code(text, d.place(box))
	}
	at := d.place(box).Min
	for i, dark := range c.modules {
		if dark {
			x, y := at.X+i%c.side*module, at.Y+i/c.side*module
			d.canvas.fill(image.Rect(x, y, x+module, y+module), display.Black)
		}
	}
}

// logo is the organisation's logo where s wants it and there is one.
func (d *drawer) logo(s *sign.Sign) image.Image {
	if d.look == nil || !s.Logo || d.look.Logo == nil || d.look.Logo.Bounds().Empty() {
		return nil
	}
	return d.look.Logo
}

// leastLogo is the least height or width, in pixels, at which a logo is more than a
// stain.
const leastLogo = 14

// logoSize is how large a logo stands in width × height pixels. It is zero where there
// is no room.
func logoSize(logo image.Image, width, height int) image.Point {
	if logo == nil {
		return image.Point{}
	}
	size := fitted(logo.Bounds().Size(), image.Pt(width, height))
	if min(size.X, size.Y) < leastLogo {
		return image.Point{}
	}
	return size
}

// putLogo draws a logo into box, which has its proportions.
func (d *drawer) putLogo(logo image.Image, box image.Rectangle) {
	d.note(logoMark, box)
	d.picture(logo, box)
}

// battery takes room for an empty battery off the right of r, as tall as the capitals
// of the limits l, and for what it says if that needs no more than a part in share of
// r. It gives how far they reach above and below a baseline, and what draws them on one.
func (d *drawer) battery(s *sign.Sign, r *image.Rectangle, l limits, share int, ink uint8) (above, below int, draw func(baseline int)) {
	l.lines, l.min = 1, l.max
	word := d.fit(s.LowBattery, l, r.Dx()/share, r.Dy())
	height := max(d.capHeight(&word), 7)
	width, gap := height*2, max(height/2, 4)
	if word.n == 0 || r.Dx() < 4*width || r.Dy() < height {
		return 0, 0, func(int) {}
	}
	icon := cutRight(r, width)
	cutRight(r, gap)
	var box image.Rectangle
	if !word.cut {
		box = cutRight(r, d.width(&word))
		cutRight(r, gap)
	}
	return word.ascent, word.descent, func(baseline int) {
		icon.Min.Y, icon.Max.Y = baseline-height, baseline
		d.note(batteryMark, icon)
		line := max(1, height/8)
		d.fill(inset(cutRight(&icon, 2*line), 0, height/4), ink)
		d.outline(icon, line, ink)
		charge := inset(icon, 2*line, 2*line)
		d.fill(cutLeft(&charge, max(2, height/5)), ink)
		if !box.Empty() {
			box.Min.Y = baseline - word.ascent
			d.put(&word, box, right, ink)
		}
	}
}

// facts draws what is to be known of a room beside its name at the top of r, and cuts
// it off with gap.
func (d *drawer) facts(s *sign.Sign, r *image.Rectangle, keep int, l limits, ink uint8, gap int) {
	if b := d.fitFacts(s, l, r.Dx(), r.Dy()-keep-gap); b.n > 0 {
		d.put(&b, cutTop(r, b.height()), left, ink)
		cutTop(r, gap)
	}
}

// fitFacts fits as much of the place, the seats and the equipment as one line has room
// for.
func (d *drawer) fitFacts(s *sign.Sign, l limits, width, height int) (b block) {
	l.lines = 1
	where := d.join(s.Place, s.Seats)
	for _, text := range []string{d.join(where, s.Equipment), where, s.Place} {
		if b = d.fit(text, l, width, height); b.n > 0 && !b.cut {
			break
		}
	}
	return b
}

// freeText sets the free text at the bottom of r and cuts it off with gap. The upper
// keep pixels are not used.
func (d *drawer) freeText(s *sign.Sign, r *image.Rectangle, keep int, l limits, gap int) {
	l.lines, l.even = 3, true
	if text := d.fit(s.Text, l, r.Dx(), r.Dy()-keep-gap); text.n > 0 {
		d.put(&text, cutBottom(r, text.height()), left, display.Black)
		cutBottom(r, gap)
	}
}

// footText draws the free text across the bottom of r, and cuts it off with the margins
// at its sides and below.
func (d *drawer) footText(s *sign.Sign, r *image.Rectangle, margin, below int, l limits) {
	l.even = true
	if b := d.fit(s.Text, l, r.Dx()-2*margin, r.Dy()/4); b.n > 0 {
		foot := cutBottom(r, b.height()+below)
		d.put(&b, inset(foot, margin, 0), left, display.Black)
	}
}

// listText sets the free text at the bottom of r and cuts it off with gap, if that
// leaves room for the first of the lines of a list and for how many more there are.
func (d *drawer) listText(s *sign.Sign, r *image.Rectangle, lines []sign.Line, time, title, l limits, gap int) {
	line := d.fit("0", time, r.Dx(), r.Dy())
	keep := 2 * line.height()
	if len(lines) > 0 && r.Dx() < leastFlat*int(title.max) {
		b := d.fit(lines[0].Title, title, r.Dx(), r.Dy())
		keep += b.height()
	}
	d.freeText(s, r, keep, l, gap)
}

// foot draws the free text, the QR code with its label and the logo at the bottom of
// r, one below the other, and cuts them off. The upper keep pixels are not used, but for
// a quarter of them by the text; what does not fit below them is left out. Texts are set
// in the limits l, and margin is the paper around r.
func (d *drawer) foot(s *sign.Sign, r *image.Rectangle, keep, margin int, l limits, gap int) {
	area := *r
	cutTop(&area, keep)
	d.codeRow(s, &area, margin, l, gap)
	r.Max.Y = area.Max.Y
	d.freeText(s, r, keep*3/4, l, gap)
}

// codeRow draws the QR code at the bottom left of r, its label and the logo beside
// it, and cuts them off.
func (d *drawer) codeRow(s *sign.Sign, r *image.Rectangle, margin int, l limits, gap int) {
	row := *r
	module, pad := d.codeModule(s.Code, min(r.Dx()*2/3, d.px(130)), r.Dy(), margin)
	if module > 0 {
		side, quiet := d.code(s.Code).side*module, quietZone*module
		cutBottom(r, pad)
		row = cutBottom(r, side)
		cutLeft(&row, pad)
		d.putCode(s.Code, cutLeft(&row, side), module)
		cutBottom(r, max(quiet, gap))
		cutLeft(&row, max(quiet, gap))
		l.lines, l.even = maxLines, true
		if label := d.fit(s.CodeLabel, l, row.Dx(), row.Dy()); label.n > 0 && !label.cut && !label.broken {
			row.Min.Y -= label.ascent - d.capHeight(&label) // capitals level with the code
			d.put(&label, cutTop(&row, label.height()), left, display.Black)
			cutTop(&row, gap-label.descent)
		}
	}
	logo := d.logo(s)
	size := logoSize(logo, row.Dx(), min(row.Dy()-gap, logoHeight(l)))
	if size == (image.Point{}) {
		return
	}
	box := cutBottom(&row, size.Y)
	d.putLogo(logo, cutLeft(&box, size.X))
	if module == 0 {
		*r = row
		cutBottom(r, gap)
	}
}

// corner draws the QR code at the top right of r with its label below it, and cuts
// them off with gap. The quiet zone lies in r, but may reach margin pixels out of it at
// the right. It gives what is left below, empty where there is no code.
func (d *drawer) corner(s *sign.Sign, r *image.Rectangle, margin int, l limits, gap int) (below image.Rectangle) {
	most := min(r.Dx()*2/5, d.px(150))
	l.lines = 1
	label := d.fit(s.CodeLabel, l, most, r.Dy()/4)
	if label.cut {
		label = block{}
	}
	module, _ := d.codeModule(s.Code, most, r.Dy()-label.height(), 0)
	if module == 0 { // the code does more than its label
		label = block{}
		module, _ = d.codeModule(s.Code, most, r.Dy(), 0)
	}
	if module == 0 {
		return image.Rectangle{}
	}
	quiet, side := quietZone*module, d.code(s.Code).side*module
	cutRight(r, max(0, quiet-margin))
	column := cutRight(r, max(side, d.width(&label)))
	cutRight(r, max(gap, quiet+gap/2))
	cutTop(&column, quiet)
	row := cutTop(&column, side)
	d.putCode(s.Code, cutRight(&row, side), module)
	cutTop(&column, quiet)
	d.put(&label, cutTop(&column, label.height()), right, display.Black)
	cutTop(&column, gap)
	return column
}

// logoHeight is how tall a logo stands beside texts in the limits l.
func logoHeight(l limits) int { return 4 * int(l.max) }

// logoBelow draws the logo, height pixels tall at most, at the bottom right of r if
// that has room for it, and reports whether it did.
func (d *drawer) logoBelow(s *sign.Sign, r image.Rectangle, height int) bool {
	logo := d.logo(s)
	size := logoSize(logo, r.Dx(), height)
	if size == (image.Point{}) || size.Y > r.Dy() {
		return false
	}
	row := cutBottom(&r, size.Y)
	d.putLogo(logo, cutRight(&row, size.X))
	return true
}
