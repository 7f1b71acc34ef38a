package designs

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/xwidget"
)

// card is one design of the gallery.
type card struct {
	item    Item
	glass   *glass
	mark    *xwidget.Status
	trouble *xwidget.Status
	forAll  *widget.Button
	forRoom *widget.Button
	card    *xwidget.Card
	body    *fyne.Container
}

func (p *Page) newCard(item Item) *card {
	c := &card{item: item, mark: xwidget.NewWholeStatus(xwidget.Good, ""), trouble: xwidget.NewStatus(xwidget.Warn, "")}
	c.glass = newGlass(func() { p.Enlarge(c.item.Look) })
	c.forAll = widget.NewButton(lang.L("Use for all signs"), func() { p.UseForAll(c.item.Look) })
	c.forRoom = widget.NewButton(lang.L("Use for this room"), func() { p.UseForRoom(c.item.Look) })
	name := xwidget.NewHeading(item.Name, theme.SizeNameSubHeadingText)
	var purpose fyne.CanvasObject = xwidget.NewMutedParagraph(item.Purpose)
	if item.Template != "" {
		purpose = container.NewBorder(nil, nil, nil, container.NewVBox(p.templateButtons(item.Template)), xwidget.Pad(purpose, 7, 0, 0, 0))
	}
	c.body = xwidget.Stack(8, xwidget.Pad(c.glass, 0, 0, 4, 0),
		container.NewBorder(nil, nil, nil, c.mark, name),
		purpose, c.trouble, xwidget.Row(8, c.forAll, c.forRoom))
	c.card = xwidget.NewCard(c.body)
	c.trouble.Hide()
	c.mark.Hide()
	return c
}

// templateButtons are what can be done with a template beside using it.
func (p *Page) templateButtons(name string) fyne.CanvasObject {
	button := func(icon fyne.Resource, do func()) *widget.Button {
		b := widget.NewButtonWithIcon("", icon, do)
		b.Importance = widget.LowImportance
		return b
	}
	return xwidget.Row(0, button(theme.DocumentCreateIcon(), func() { p.Edit(name) }),
		button(theme.DownloadIcon(), func() { p.Export(name) }), button(theme.DeleteIcon(), func() { p.Delete(name) }))
}

// show marks the card if it is in force for all signs or for the room, and offers what
// it is not.
func (c *card) show(item Item, forAll, forRoom, own, anyRoom bool) {
	c.item = item
	mark, tone, accent := "", xwidget.Good, xwidget.Neutral
	switch {
	case own && forRoom && forAll:
		mark = lang.L("In use for all signs")
	case own && forRoom:
		mark, tone = lang.L("In use for this room"), xwidget.Info
	case forAll:
		mark = lang.L("In use for all signs")
	}
	if forRoom || forAll && !anyRoom {
		accent = xwidget.Good
		if own {
			accent = xwidget.Info
		}
	}
	c.mark.Set(tone, mark)
	c.mark.Hidden = mark == ""
	troubleTone := xwidget.Warn
	if item.Fatal {
		troubleTone = xwidget.Bad
	}
	c.trouble.Set(troubleTone, item.Trouble)
	c.trouble.Hidden = item.Trouble == ""
	xwidget.SetAble(c.forAll, !forAll && !item.Fatal)
	xwidget.SetAble(c.forRoom, anyRoom && !forRoom && !item.Fatal)
	if c.card.Accent != accent {
		c.card.Accent = accent
		c.card.Refresh()
	}
}

// glass is a picture that a tap enlarges, or Space or Enter with the focus.
type glass struct {
	widget.BaseWidget
	bezel *xwidget.Bezel
	ring  *canvas.Rectangle // around it while it has the focus
	open  func()
}

func newGlass(open func()) *glass {
	g := &glass{bezel: xwidget.NewBezel(fyne.NewSize(240, 240)), ring: canvas.NewRectangle(color.Transparent), open: open}
	g.ring.CornerRadius = 10
	g.ring.Hide()
	g.ExtendBaseWidget(g)
	return g
}

// fit gives the picture a height that suits its proportions.
func (g *glass) fit(width, height int) {
	const usual, least, most = 390, 150, 400
	if width <= 0 || height <= 0 {
		return
	}
	g.bezel.SetLeast(fyne.NewSize(240, min(max(usual*float32(height)/float32(width), least), most)))
}

// Tapped implements fyne.Tappable.
func (g *glass) Tapped(*fyne.PointEvent) { g.open() }

// Cursor implements desktop.Cursorable.
func (g *glass) Cursor() desktop.Cursor { return desktop.PointerCursor }

// FocusGained implements fyne.Focusable.
func (g *glass) FocusGained() {
	g.ring.StrokeColor, g.ring.StrokeWidth = g.Theme().Color(theme.ColorNamePrimary, fyne.CurrentApp().Settings().ThemeVariant()), 2
	g.ring.Show()
}

// FocusLost implements fyne.Focusable.
func (g *glass) FocusLost() { g.ring.Hide() }

// TypedRune implements fyne.Focusable.
func (g *glass) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (g *glass) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		g.open()
	}
}

// CreateRenderer implements fyne.Widget.
func (g *glass) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(g.bezel, g.ring))
}
