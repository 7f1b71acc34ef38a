package template

import (
	"image"
	"strings"

	"github.com/roomink/roomink/engine/display"
)

// template reads a whole template, the outermost value of its file.
func (r *reader) template(root *node) (*Template, *Error) {
	if root.kind == array && len(root.items) > 0 && root.items[0].field("items") == nil { // as SyncSign's client exports them
		for _, other := range root.items[1:] {
			r.problem(other.at, "a file holds one template: this one and those after it are left out")
			break
		}
		root = root.items[0]
	}
	layout := root // where someone pasted no more than that
	about := &node{kind: object, at: root.at}
	if root.kind == object && root.field("items") == nil {
		if layout = root.field("layout"); layout == nil {
			return nil, r.fail(root.at, `the template has no "layout"`)
		}
		about = root
	}
	f := r.fields(about, "a template")
	f.ignore("layout", "id", "version", "description", "ownerId", "dataSource", "preImg", "nodeId", "createdAt", "updatedAt")
	t := &Template{name: shorten(f.prose("name")), blocks: map[Status]*Block{}}
	var boxes []box
	switch layout.kind {
	case array:
		for _, n := range layout.items {
			r.block(t, n, &boxes, true)
		}
	case object:
		r.block(t, layout, &boxes, false)
	default:
		return nil, r.fail(layout.at, `a template is an object such as {"layout": […]}, not %s`, layout.kind)
	}
	if len(t.blocks) == 0 {
		return nil, r.fail(layout.at, `the layout has no block with a status of BUSY, FREE or ANY`)
	}
	r.complete(t, layout)
	r.size(t, &f, boxes)
	f.rest()
	return t, nil
}

// complete says what happens in states that the template has no block for.
func (r *reader) complete(t *Template, layout *node) {
	for _, s := range []Status{Busy, Free} {
		if t.Block(s) == nil {
			r.problem(layout.at, "there is no block for %s: meanwhile the sign shows Roomink's usual design", s)
		}
	}
}

// block reads a block of t, of which the layout of a single render has no status. It
// appends the boxes of what it draws.
func (r *reader) block(t *Template, n *node, boxes *[]box, calendar bool) {
	what := "a block"
	if !calendar {
		what = "a layout"
	}
	f := r.fields(n, what)
	if n.kind != object {
		return
	}
	f.ignore("preImg", "id", "name")
	status := Any
	if s := f.get("status"); s != nil {
		status = Status(strings.ToUpper(strings.TrimSpace(s.text)))
		if status != Busy && status != Free && status != Any {
			r.problem(s.at, "status must be BUSY, FREE or ANY: this block is never shown")
			status = ""
		}
	} else if calendar {
		f.missing("status", "taken for ANY")
	}
	if status != "" && t.blocks[status] != nil {
		r.problem(n.at, "there is a block for %s already: this one is never shown", status)
		status = ""
	}
	b := &Block{Ground: White}
	if ground := f.get("background"); ground != nil {
		r.ground(b, ground)
	}
	r.items(b, &f, boxes)
	if o := f.get("options"); o != nil {
		r.options(o)
	}
	f.rest()
	if status != "" {
		t.blocks[status] = b
	}
}

// ground reads a background.
func (r *reader) ground(b *Block, n *node) {
	f := r.fields(n, "a background")
	f.ignore("transparentColor")
	if b.Ground = f.color("bgColor", White); b.Ground == None {
		b.Ground = White
	}
	if zone := f.get("enableButtonZone"); zone != nil && f.yes("enableButtonZone", false) {
		r.problem(zone.at, "enableButtonZone is ignored: no buttons are drawn")
	}
	if rect := f.get("rectangle"); rect != nil {
		inner := r.fields(rect, "a background's rectangle")
		b.Frame = r.outline(&inner)
		inner.rest()
	}
	f.rest()
}

// options reads what is to be done with a layout beside drawing it.
func (r *reader) options(n *node) {
	f := r.fields(n, "options")
	if refresh := f.get("refreshScreen"); refresh != nil && !f.yes("refreshScreen", true) {
		r.problem(refresh.at, "refreshScreen is ignored: Roomink decides how a panel refreshes")
	}
	if rate := f.get("pollRate"); rate != nil {
		r.problem(rate.at, "pollRate is ignored: Roomink sends a sign when it changes")
	}
	f.rest()
}

// maxItems is the most items that a block may have.
const maxItems = 500

// box is where an item lies, for what can only be said once the panel is known.
type box struct {
	at   int
	what string
	item Item
}

// items reads the items of a block.
func (r *reader) items(b *Block, f *fields, boxes *[]box) {
	list := f.get("items")
	if list == nil {
		f.missing("items", "nothing but its background is drawn")
		return
	}
	if list.kind != array {
		r.problem(list.at, "items must be a list, not %s: nothing of it is drawn", list.kind)
		return
	}
	for i, n := range list.items {
		if i == maxItems {
			r.problem(n.at, "a block has at most %d items: this one and those after it are not drawn", maxItems)
			break
		}
		kind, item := r.item(n)
		if item == nil {
			continue
		}
		if bitmap, ok := item.(*Bitmap); ok {
			bitmap.layer(b.Items)
		}
		b.Items = append(b.Items, item)
		*boxes = append(*boxes, box{at: n.at, what: kind, item: item})
	}
}

// size finds out which panel the template is for, and what lies outside it.
func (r *reader) size(t *Template, f *fields, boxes []box) {
	extent := extentOf(boxes)
	declared := f.get("displayType")
	if declared != nil {
		t.size = panelOf(declared.text)
	}
	switch {
	case declared != nil && t.size == image.Pt(800, 480) && (extent.X > 800 || extent.Y > 480) && smallest(extent) == older():
		t.size = older()
		r.problem(declared.at, "its items need one of the first 7.5-inch displays: taken for %d×%d pixels", t.size.X, t.size.Y)
	case t.size != image.Point{}:
	case extent == image.Point{}:
		if declared != nil {
			r.problem(declared.at, "the display type %q is unknown: drawn on panels of any size", shorten(declared.text))
		}
	default:
		at, why := f.node.at, "the template does not say its displayType"
		if declared != nil {
			at, why = declared.at, "the display type is unknown"
		}
		if t.size = smallest(extent); t.size == (image.Point{}) {
			t.size = image.Pt(min(extent.X, display.MaxSide), min(extent.Y, display.MaxSide))
		}
		r.problem(at, "%s: from its items taken for %d×%d pixels; write displayType \"%[2]dx%d\" if that is right", why, t.size.X, t.size.Y)
	}
	if (t.size == image.Point{}) {
		return
	}
	panel := image.Rectangle{Max: t.size}
	for _, b := range boxes {
		if code, ok := b.item.(*QRCode); ok {
			r.shrink(code, b.at, panel)
		}
		switch bounds := b.item.Bounds(t.size); {
		case bounds.Empty():
			r.problem(b.at, "this %s has no width or no height: not seen", b.what)
		case !bounds.Overlaps(panel):
			r.problem(b.at, "this %s lies outside the panel of %d×%d pixels: not seen", b.what, t.size.X, t.size.Y)
		case !bounds.In(panel):
			r.problem(b.at, "this %s reaches beyond the panel of %d×%d pixels: cut off there", b.what, t.size.X, t.size.Y)
		}
	}
}

// shrink makes a QR code that is cut off smaller, until it can be scanned.
func (r *reader) shrink(q *QRCode, at int, panel image.Rectangle) {
	scale := q.Scale
	for q.Scale > 1 && !q.Bounds(panel.Max).In(panel) {
		q.Scale--
	}
	switch {
	case !q.Bounds(panel.Max).In(panel):
		q.Scale = scale
	case q.Scale != scale:
		r.problem(at, "this QRCODE has no room at scale %d: drawn at scale %d", scale, q.Scale)
	}
}

// extentOf is how far the items that are on any panel reach to the right and down.
func extentOf(boxes []box) (extent image.Point) {
	for _, b := range boxes {
		if end := b.item.Bounds(image.Point{}).Max; end.X > 0 && end.Y > 0 {
			extent.X, extent.Y = max(extent.X, end.X), max(extent.Y, end.Y)
		}
	}
	return extent
}
