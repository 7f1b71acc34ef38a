package frame

import (
	"image"
	"image/color"
	"math"
	"net/url"
	"path"

	xdraw "golang.org/x/image/draw"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/template"
)

// hatch paints a rectangle in a pattern. It is aligned to the panel, so that what is
// beside it joins.
func (c canvas) hatch(r image.Rectangle, p template.Pattern, ink uint8) {
	if p == template.Solid {
		c.fill(r, ink)
		return
	}
	r = r.Intersect(c.bounds)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.pix[y*c.stride:]
		for x := r.Min.X; x < r.Max.X; x++ {
			if p.On(x + y) {
				row[x] = ink
			}
		}
	}
}

// hatch paints a rectangle of a template in a pattern, which a drawing list can't say.
func (d *drawer) hatch(r image.Rectangle, p template.Pattern, ink uint8) {
	if p == template.Solid {
		d.fill(r, ink)
		return
	}
	d.canvas.hatch(r, p, ink)
}

// box draws a rectangle of a template: its fill, and its stroke inside it.
func (d *drawer) box(b *template.Rectangle, panel image.Point) {
	r := b.Area.In(panel)
	if r.Empty() {
		return
	}
	if b.Fill != template.None {
		d.hatch(r, b.FillPattern, inkOf(b.Fill, d.scheme))
	}
	width := min(b.Thickness, (min(r.Dx(), r.Dy())+1)/2)
	if b.Stroke == template.None || width == 0 {
		return
	}
	ink := inkOf(b.Stroke, d.scheme)
	if b.StrokePattern == template.Solid {
		d.outline(r, width, ink)
		return
	}
	inner := r.Inset(width)
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, inner.Min.Y)}, {image.Pt(r.Min.X, inner.Max.Y), r.Max},
		{image.Pt(r.Min.X, inner.Min.Y), image.Pt(inner.Min.X, inner.Max.Y)}, {image.Pt(inner.Max.X, inner.Min.Y), image.Pt(r.Max.X, inner.Max.Y)},
	} {
		d.dashes(side, b.StrokePattern, ink)
	}
}

// dashes paints a bar in dashes along its longer side.
func (d *drawer) dashes(bar image.Rectangle, p template.Pattern, ink uint8) {
	upright, seen := bar.Dy() > bar.Dx(), bar.Intersect(d.canvas.bounds)
	for n := range max(seen.Dx(), seen.Dy()) {
		part := image.Rect(seen.Min.X+n, seen.Min.Y, seen.Min.X+n+1, seen.Max.Y)
		at := part.Min.X - bar.Min.X
		if upright {
			part = image.Rect(seen.Min.X, seen.Min.Y+n, seen.Max.X, seen.Min.Y+n+1)
			at = part.Min.Y - bar.Min.Y
		}
		if p.On(at) {
			d.canvas.fill(part.Intersect(bar), ink)
		}
	}
}

// stroke draws a line of a template by Bresenham's algorithm, both ends included.
func (d *drawer) stroke(l *template.Line) {
	if d.record != nil && l.Pattern == template.Solid && l.Ink != template.None && (l.From.X == l.To.X || l.From.Y == l.To.Y) {
		bar := image.Rectangle{Min: l.From, Max: l.To}.Canon() // both ends included
		d.record.box(d.canvas, image.Rectangle{Min: bar.Min, Max: bar.Max.Add(image.Pt(1, 1))}, inkOf(l.Ink, d.scheme))
	}
	dx, dy := l.To.X-l.From.X, l.To.Y-l.From.Y
	sx, sy := sgn(dx), sgn(dy)
	dx, dy = dx*sx, -dy*sy
	at, slack := l.From, dx+dy
	for n := 0; ; n++ {
		c := l.Ink
		if !l.Pattern.On(n) {
			c = l.Ground
		}
		if c != template.None && at.In(d.canvas.bounds) {
			d.canvas.pix[at.Y*d.canvas.stride+at.X] = inkOf(c, d.scheme)
		}
		if at == l.To {
			return
		}
		twice := 2 * slack
		if twice >= dy {
			slack += dy
			at.X += sx
		}
		if twice <= dx {
			slack += dx
			at.Y += sy
		}
	}
}

func sgn(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	default:
		return 0
	}
}

// circle draws a circle of a template row by row.
func (d *drawer) circle(c *template.Circle) {
	hole := c.Radius - c.Thickness // where the stroke ends
	for y := max(c.Center.Y-c.Radius, 0); y <= min(c.Center.Y+c.Radius, d.canvas.bounds.Max.Y-1); y++ {
		half := halfChord(c.Radius, y-c.Center.Y)
		row := image.Rect(c.Center.X-half, y, c.Center.X+half+1, y+1)
		if c.Fill != template.None {
			d.canvas.hatch(row, c.FillPattern, inkOf(c.Fill, d.scheme))
		}
		if c.Stroke == template.None || c.Thickness == 0 {
			continue
		}
		ink, gap := inkOf(c.Stroke, d.scheme), halfChord(hole, y-c.Center.Y)
		if gap < 0 {
			d.canvas.fill(row, ink)
			continue
		}
		d.canvas.fill(image.Rect(row.Min.X, y, c.Center.X-gap, y+1), ink)
		d.canvas.fill(image.Rect(c.Center.X+gap+1, y, row.Max.X, y+1), ink)
	}
}

// halfChord is how far a disc reaches to each side of its centre in the row dy below
// it; -1 if not that far. Its rim is that of the midpoint circle: within half a pixel
// of the radius.
func halfChord(radius, dy int) int {
	rest := radius*radius + radius - dy*dy
	if radius < 0 || rest < 0 {
		return -1
	}
	return int(math.Sqrt(float64(rest)))
}

// templateCode draws a QR code of a template.
func (d *drawer) templateCode(q *template.QRCode) {
	if d.record != nil {
		d.record.code(q.Text, q.Bounds(image.Point{}))
	}
	d.canvas.fill(q.Bounds(image.Point{}), display.White)
	for y := range q.Modules() {
		for x := range q.Modules() {
			if q.Dark(x, y) {
				at := q.At.Add(image.Pt(x*q.Scale, y*q.Scale))
				d.canvas.fill(image.Rectangle{Min: at, Max: at.Add(image.Pt(q.Scale, q.Scale))}, display.Black)
			}
		}
	}
}

// bitmap draws a picture of a template, or where it is to be.
func (d *drawer) bitmap(b *template.Bitmap, r image.Rectangle) {
	m := d.look.Pictures[b.URI]
	if m == nil {
		d.missingPicture(b.URI, r)
		return
	}
	if b.Plain {
		d.picture(m, r)
		return
	}
	index := func(c template.Color) int {
		if c == template.None {
			return leave
		}
		return int(inkOf(c, d.scheme))
	}
	d.stamp(m, r, index(b.Ink), index(b.Ground))
}

// leave, in place of an ink, leaves what is there.
const leave = -1

// stamp draws a picture in two inks: its dark pixels in one, its light and its
// transparent ones in the other. It begins at the top left corner of r; one that is
// larger than r is made smaller.
func (d *drawer) stamp(m image.Image, r image.Rectangle, ink, ground int) {
	from := m.Bounds()
	if from.Empty() || r.Empty() {
		return
	}
	to := from.Sub(from.Min).Add(r.Min)
	if scale := min(float64(r.Dx())/float64(from.Dx()), float64(r.Dy())/float64(from.Dy())); scale < 1 {
		to.Max = r.Min.Add(image.Pt(max(int(float64(from.Dx())*scale+0.5), 1), max(int(float64(from.Dy())*scale+0.5), 1)))
		small := image.NewRGBA(to)
		xdraw.ApproxBiLinear.Scale(small, to, m, from, xdraw.Src, nil)
		m = small
	} else {
		m = moved{m, from.Min.Sub(r.Min)}
	}
	seen := to.Intersect(r).Intersect(d.canvas.bounds)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		row := d.canvas.pix[y*d.canvas.stride:]
		for x := seen.Min.X; x < seen.Max.X; x++ {
			paint := ground
			if dark(m.At(x, y)) {
				paint = ink
			}
			if paint != leave {
				row[x] = uint8(paint)
			}
		}
	}
}

// moved is a picture with another origin.
type moved struct {
	image.Image
	by image.Point
}

func (m moved) At(x, y int) color.Color { return m.Image.At(x+m.by.X, y+m.by.Y) }

// dark reports whether a colour on white paper is nearer to black.
func dark(c color.Color) bool {
	r, g, b, a := c.RGBA() // premultiplied
	paper := 0xffff - a
	return (299*(r+paper)+587*(g+paper)+114*(b+paper))/1000 < 0x8000
}

// missingPicture draws the outline and the file name of a picture that is not there.
func (d *drawer) missingPicture(address string, r image.Rectangle) {
	d.box(&template.Rectangle{
		Area:   template.Area{X: r.Min.X, Y: r.Min.Y, W: r.Dx(), H: r.Dy()},
		Stroke: template.Black, StrokePattern: template.DashTiny, Thickness: 1,
	}, image.Point{})
	name := address
	if u, err := url.Parse(address); err == nil {
		if name = path.Base(u.Path); name == "." || name == "/" {
			name = u.Host
		}
	}
	r = inset(r.Intersect(d.canvas.bounds), 4, 2)
	b := d.fit(name, limits{style: medium, max: 8, min: floorSize, lines: 1}, r.Dx(), r.Dy())
	cutTop(&r, (r.Dy()-b.height())/2)
	d.put(&b, r, center, display.Black)
}

// emptyBattery draws an empty battery into the first corner that is free. It says no
// more than that, since a template has no place for it.
func (d *drawer) emptyBattery(b *template.Block, panel image.Point) {
	height := max(min(panel.X, panel.Y)/32, 8)
	line, size := max(height/8, 1), image.Pt(height*2, height)
	margin := 2 * line
	within := image.Rectangle{Max: panel}
	if b.Frame != nil && b.Frame.Stroke != template.None && within.In(b.Frame.Bounds(panel)) {
		within = within.Inset(b.Frame.Thickness)
	}
	for _, corner := range []image.Point{{1, 1}, {0, 1}, {1, 0}, {0, 0}} {
		patch := image.Rectangle{Max: size.Add(image.Pt(2*margin, 2*margin))}.Add(within.Min)
		patch = patch.Add(image.Pt(corner.X*(within.Dx()-patch.Dx()), corner.Y*(within.Dy()-patch.Dy())))
		if !patch.In(within) || !vacant(b, patch, panel) {
			continue
		}
		d.fill(patch, display.White)
		body := patch.Inset(margin)
		pole := cutRight(&body, 2*line)
		d.fill(inset(pole, 0, height/4), display.Black)
		d.outline(body, line, display.Black)
		d.fill(image.Rect(body.Min.X+2*line, body.Min.Y+2*line, body.Min.X+4*line, body.Max.Y-2*line), display.Black)
		return
	}
}

// vacant reports whether patch covers nothing but the grounds of rectangles.
func vacant(b *template.Block, patch image.Rectangle, panel image.Point) bool {
	for _, item := range b.Items {
		bounds := item.Bounds(panel)
		if ground, ok := item.(*template.Rectangle); ok && patch.In(bounds.Inset(ground.Thickness)) {
			continue
		}
		if bounds.Overlaps(patch) {
			return false
		}
	}
	return true
}
