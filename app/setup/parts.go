package setup

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/xwidget"
)

// basic is what most screens have in common: an object, nothing that must be entered
// and nowhere to type.
type basic struct {
	page *Page
	body *fyne.Container
}

func (b *basic) object() fyne.CanvasObject { return b.body }
func (b *basic) show()                     {}
func (b *basic) ready(bool) error          { return nil }
func (b *basic) focus() fyne.Focusable     { return nil }

// newBasic makes a screen's body of objects under each other.
func newBasic(p *Page, objects ...fyne.CanvasObject) basic {
	return basic{page: p, body: xwidget.Stack(14, objects...)}
}

// say is a short text of a screen.
func say(text string) *xwidget.Paragraph { return xwidget.NewParagraph(text) }

// link is a button that opens a page of the portal; address is asked for at the press.
func (p *Page) link(label string, address func() string) *widget.Button {
	return widget.NewButtonWithIcon(label, theme.LoginIcon(), func() { p.cfg.OpenURL(address()) })
}

// labelledRow is an object with its name above it.
func labelledRow(name string, o fyne.CanvasObject) fyne.CanvasObject {
	return xwidget.Stack(5, xwidget.NewHeading(name, theme.SizeNameText), o)
}

// abreast puts two objects beside each other.
func abreast(a, b fyne.CanvasObject) *fyne.Container {
	return container.New(xwidget.Columns{Cols: []xwidget.Column{{Share: 1}, {Share: 1}}, Gap: 12}, a, b)
}

// narrow keeps a field or a value readable on a wide window.
func narrow(o fyne.CanvasObject) fyne.CanvasObject { return container.New(xwidget.Narrow(560), o) }

// more hides what few need behind a heading.
func more(title string, o fyne.CanvasObject) *widget.Accordion {
	return widget.NewAccordion(widget.NewAccordionItem(title, xwidget.Pad(o, 6, 8, 6, 8)))
}

// field makes a field that comes into sight when a person is about to type there.
func (p *Page) field(cfg xwidget.FieldConfig) *xwidget.Field {
	var f *xwidget.Field
	cfg.Busy = func() { p.reveal(f) }
	f = xwidget.NewField(cfg)
	return f
}

// reveal scrolls as little as brings all of an object into sight.
func (p *Page) reveal(o fyne.CanvasObject) {
	const around = 10
	driver := fyne.CurrentApp().Driver()
	top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(p.scroll.Content).Y - around
	bottom := top + o.Size().Height + 2*around
	at := p.scroll.Offset
	at.Y = min(max(at.Y, bottom-p.scroll.Size().Height), top)
	if at != p.scroll.Offset {
		p.scroll.ScrollToOffset(at)
	}
}

// picture is a place for a drawing, which changes with what was entered.
type picture struct {
	box  *fyne.Container
	last any
}

func newPicture() *picture { return &picture{box: container.NewStack()} }

// set shows the drawing made for a key, which tells drawings apart.
func (p *picture) set(key any, draw func() drawing.Scene) {
	if p.last == key && len(p.box.Objects) > 0 {
		return
	}
	p.last = key
	p.box.Objects = []fyne.CanvasObject{xwidget.Scaled(draw().Object(), 1)}
	p.box.Refresh()
}

// tell puts words for what Microsoft's or the engine's error means on an explanation,
// with a way to the step where it is put right.
func (p *Page) tell(x *xwidget.Explanation, tone xwidget.Tone, w xwidget.Words, step string) {
	x.Set(tone, w)
	if step == "" || !applies(step, p.keep.credentials()) {
		x.HideAction()
		return
	}
	x.SetAction(lang.L("Go to “{{.Step}}”", map[string]any{"Step": brief(step)}), theme.NavigateNextIcon(), func() { p.GoTo(step) })
}
