package template

import (
	"fmt"
	"image"
	"strings"
)

// item reads an item; nil if it is not drawn. kind is its type as written.
func (r *reader) item(n *node) (kind string, item Item) {
	f := r.fields(n, "an item")
	if n.kind != object {
		return "", nil
	}
	kind = strings.ToUpper(strings.TrimSpace(f.words("type")))
	read := r.reading(kind)
	if read == nil {
		if kind == "" {
			f.missing("type", "not drawn")
		} else {
			r.problem(f.get("type").at, "%s is not drawn", nothingFor(kind))
		}
		return kind, nil
	}
	data := f.get("data")
	if data == nil {
		f.missing("data", "not drawn")
		return kind, nil
	}
	f.rest()
	inner := r.fields(data, "this "+kind)
	if data.kind != object {
		return kind, nil
	}
	item = read(&inner)
	inner.rest()
	return kind, item
}

// reading is how the data of an item of a kind are read; nil for an unknown one.
func (r *reader) reading(kind string) func(*fields) Item {
	switch kind {
	case "TEXT":
		return r.text
	case "RECTANGLE":
		return r.rectangle
	case "LINE":
		return r.line
	case "CIRCLE":
		return r.circle
	case "QRCODE":
		return r.code
	case "IMAGE":
		return r.image
	case "BITMAP_URI":
		return r.bitmap
	}
	return nil
}

// nothingFor names an item that is not drawn.
func nothingFor(kind string) string {
	switch kind {
	case "BOTTOM_CUSTOM_BUTTONS", "BOTTOM_BUTTONS", "PERIPHERAL_CONTROL":
		return kind + " is for a display's buttons and lights: it"
	case "POLL_RATE":
		return "POLL_RATE is for SyncSign's hub: it"
	}
	return "the item type " + shorten(kind) + " is unknown: it"
}

// text reads a TEXT.
func (r *reader) text(f *fields) Item {
	t := &Text{
		ID: strings.TrimSpace(f.words("id")), Text: f.prose("text"),
		LineSpace: f.pixels("lineSpace", 2, 0),
	}
	if n := f.get("offset"); n != nil {
		offset := r.fields(n, "its offset")
		t.Offset = image.Pt(offset.pixels("x", 0, -maxCoordinate), offset.pixels("y", 0, -maxCoordinate))
		offset.rest()
	}
	if t.Font = r.font(f); t.Font.Icons {
		f.ignore("textColor", "backgroundColor", "transparentColor", "textAlign", "text-align", "block", "property")
		return nil
	}
	transparent := f.transparent()
	t.Ink, t.Ground = f.color("textColor", Black).clear(transparent), f.color("backgroundColor", White).clear(transparent)
	t.Align = r.align(f)
	r.placeholder(f, t)
	var ok bool
	if t.Area, ok = r.area(f, image.Pt(0, t.Font.Pixels)); !ok {
		return nil
	}
	if !t.Area.Percent && t.Area.H > 0 && t.Area.H < t.Font.Pixels {
		r.problem(f.get("block").at, "the text is %d pixels high, its block only %d: cut off", t.Font.Pixels, t.Area.H)
	}
	return t
}

// font reads the font of a text.
func (r *reader) font(f *fields) Font {
	n := f.get("font")
	if n == nil {
		f.missing("font", "drawn in DDIN_16")
		font, _ := fontNamed("DDIN_16")
		return font
	}
	font, remark := fontNamed(n.text)
	if remark != "" {
		r.problem(n.at, "%s", remark)
	}
	return font
}

func (r *reader) align(f *fields) Align {
	n := f.get("textAlign", "text-align")
	if n == nil {
		return Left
	}
	switch strings.ToUpper(strings.TrimSpace(n.text)) {
	case "LEFT", "":
		return Left
	case "CENTER", "CENTRE":
		return Center
	case "RIGHT":
		return Right
	}
	r.problem(n.at, "textAlign must be LEFT, CENTER or RIGHT: taken for LEFT")
	return Left
}

// placeholder says what the words of a text become.
func (r *reader) placeholder(f *fields, t *Text) {
	is, filled := Placeholder(t.ID)
	switch {
	case is && !filled:
		r.problem(f.get("id").at, "Roomink has nothing to put in for %s: left empty", t.ID)
	case !is && resembles(t.ID):
		r.problem(f.get("id").at, "there is no placeholder %q: the text stays as it is", shorten(t.ID))
	}
	for _, mark := range []string{"<SN>", "<NODE_ID>"} {
		if !is && strings.Contains(t.Text, mark) {
			r.problem(f.get("text").at, "%s is not known to Roomink: left out", mark)
			t.Text = strings.ReplaceAll(t.Text, mark, "")
		}
	}
	if p := f.get("property"); p != nil {
		r.problem(p.at, "SyncSign lets someone fill this text in: here, write it into \"text\"")
	}
}

// rectangle reads a RECTANGLE.
func (r *reader) rectangle(f *fields) Item {
	f.ignore("id")
	if rect := r.outline(f); rect != nil {
		return rect
	}
	return nil
}

// outline reads a rectangle with its stroke; nil if it has no block.
func (r *reader) outline(f *fields) *Rectangle {
	transparent := f.transparent()
	rect := &Rectangle{Fill: f.color("fillColor", None).clear(transparent), Stroke: f.color("strokeColor", Black).clear(transparent)}
	thickness := 1
	if f.get("strokeColor") == nil && f.get("fillColor") != nil {
		thickness = 0
	}
	rect.Thickness = f.pixels("strokeThickness", thickness, 0)
	var ok bool
	if rect.FillPattern, ok = f.pattern("fillPattern"); !ok {
		rect.Fill = None
	}
	if rect.StrokePattern, ok = f.pattern("strokePattern"); !ok {
		rect.Thickness = 0
	}
	if rect.Area, ok = r.area(f, image.Point{}); !ok {
		return nil
	}
	return rect
}

// line reads a LINE.
func (r *reader) line(f *fields) Item {
	f.ignore("id")
	transparent := f.transparent()
	l := &Line{Ink: f.color("lineColor", Black).clear(transparent), Ground: f.color("backgroundColor", None).clear(transparent)}
	var paint bool
	if l.Pattern, paint = f.pattern("linePattern"); !paint {
		l.Ink, l.Ground = None, None
	}
	n := f.get("block")
	if n == nil {
		f.missing("block", "not drawn")
		return nil
	}
	ends := r.fields(n, "its block")
	l.From, l.To = ends.point("x0", "y0"), ends.point("x1", "y1")
	ends.rest()
	return l
}

// circle reads a CIRCLE.
func (r *reader) circle(f *fields) Item {
	f.ignore("id", "backgroundColor")
	transparent := f.transparent()
	c := &Circle{
		Center: r.position(f, "center"), Radius: f.pixels("radius", 0, 0),
		Fill: f.color("fillColor", None).clear(transparent), Stroke: f.color("strokeColor", Black).clear(transparent),
		Thickness: f.pixels("strokeThickness", 1, 0),
	}
	if f.get("radius") == nil {
		f.missing("radius", "a single point is drawn")
	}
	var paint bool
	if c.FillPattern, paint = f.pattern("fillPattern"); !paint {
		c.Fill = None
	}
	switch stroke, paint := f.pattern("strokePattern"); {
	case !paint:
		c.Thickness = 0
	case stroke != Solid:
		r.problem(f.get("strokePattern").at, "the stroke of a circle is drawn solid")
	}
	if c.Fill != None && c.Stroke != White && c.Fill != c.Stroke && c.Thickness > 0 {
		r.problem(f.get("fillColor").at, "SyncSign's displays fill a circle in its strokeColor: here, it is drawn as written")
	}
	return c
}

// image reads an IMAGE: the organisation's logo is the only one that we have.
func (r *reader) image(f *fields) Item {
	f.ignore("id")
	from, name := f.words("source"), f.words("name")
	area, ok := r.area(f, image.Pt(logoSide, logoSide))
	if !strings.EqualFold(from, "BUILD_IN") || !strings.EqualFold(name, "logo.bin") {
		r.problem(f.node.at, "the only image that is drawn is the logo: source BUILD_IN, name logo.bin")
		return nil
	}
	if !ok {
		return nil
	}
	return &Logo{Area: area}
}

// logoSide is the size of SyncSign's logos in pixels.
const logoSide = 96

// bitmap reads a BITMAP_URI.
func (r *reader) bitmap(f *fields) Item {
	f.ignore("id", "text", "font")
	transparent := f.transparent()
	b := &Bitmap{
		URI: f.words("uri"), Plain: f.get("foregroundColor") == nil && f.get("backgroundColor") == nil,
		Ink: f.color("foregroundColor", Black).clear(transparent), Ground: f.color("backgroundColor", White).clear(transparent),
	}
	var ok bool
	if b.Area, ok = r.area(f, image.Point{}); !ok {
		return nil
	}
	if f.get("uri") == nil {
		f.missing("uri", "not drawn")
		return nil
	}
	host, ok := fetchable(b.URI)
	if !ok {
		r.problem(f.get("uri").at, "the address of a picture begins with http:// or https:// and names a host: not drawn")
		return nil
	}
	r.note(f.get("uri").at, Problem{Host: host, Text: "the picture is fetched only if the administrator allows the host " + host})
	return b
}

// layer leaves the paper of a second picture in the same place unpainted: a black and
// a red one on top of each other are how SyncSign's displays show both inks.
func (b *Bitmap) layer(below []Item) {
	for _, item := range below {
		if other, ok := item.(*Bitmap); ok && other.Area == b.Area {
			b.Ground = None
		}
	}
}

// position reads a point in a field of its own.
func (r *reader) position(f *fields, name string) image.Point {
	n := f.get(name)
	if n == nil {
		f.missing(name, "taken for the top left corner")
		return image.Point{}
	}
	inner := r.fields(n, "its "+name)
	defer inner.rest()
	return inner.point("x", "y")
}

// point reads two coordinates.
func (f *fields) point(x, y string) image.Point {
	for _, name := range []string{x, y} {
		if f.get(name) == nil {
			f.missing(name, "taken for 0")
		}
	}
	return image.Pt(f.pixels(x, 0, -maxCoordinate), f.pixels(y, 0, -maxCoordinate))
}

// area reads a block, in pixels or in percent of the panel. usual is its size where
// it does not say; ok is false if there is none.
func (r *reader) area(f *fields, usual image.Point) (a Area, ok bool) {
	n := f.get("block")
	if n == nil {
		f.missing("block", "not drawn")
		return Area{}, false
	}
	inner := r.fields(n, "its block")
	defer inner.rest()
	if n.kind != object {
		return Area{}, false
	}
	if inner.get("x_percent", "y_percent", "w_percent", "h_percent") != nil {
		percent := func(name string, low int) int {
			return inner.number(inner.get(name), name, 0, low, 100*1000, 100)
		}
		return Area{X: percent("x_percent", -100*1000), Y: percent("y_percent", -100*1000), W: percent("w_percent", 0), H: percent("h_percent", 0), Percent: true}, true
	}
	at := inner.point("x", "y")
	a = Area{X: at.X, Y: at.Y, W: inner.pixels("w", usual.X, 0), H: inner.pixels("h", usual.Y, 0)}
	if inner.get("w") == nil {
		inner.missing("w", fmt.Sprintf("taken for %d", a.W))
	}
	if inner.get("h") == nil {
		inner.missing("h", fmt.Sprintf("taken for %d", a.H))
	}
	return a, true
}
