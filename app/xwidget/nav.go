package xwidget

import (
	"image/color"

	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Nav is a vertical list of places, one of which is chosen. Every item takes the
// keyboard focus; Space or Enter chooses it.
type Nav struct {
	widget.BaseWidget
	items    []*navItem
	box      *fyne.Container
	selected int
	onSelect func(int)
}

// NewNav makes an empty list; onSelect is called when a person chooses an item.
func NewNav(onSelect func(index int)) *Nav {
	n := &Nav{onSelect: onSelect, box: Stack(4)}
	n.ExtendBaseWidget(n)
	return n
}

// Add appends an item.
func (n *Nav) Add(icon fyne.Resource, label string) {
	i := len(n.items)
	item := &navItem{
		icon: widget.NewIcon(icon), label: NewText(label), badge: NewText(""), back: canvas.NewRectangle(color.Transparent),
		source: icon, on: i == n.selected,
	}
	item.badge.Whole = true
	item.choose = func() {
		n.Select(i)
		n.onSelect(i)
	}
	item.ExtendBaseWidget(item)
	n.items = append(n.items, item)
	n.box.Add(item)
}

// Select marks an item without calling onSelect.
func (n *Nav) Select(index int) {
	n.selected = index
	for i, item := range n.items {
		if on := i == index; item.on != on {
			item.on = on
			item.Refresh()
		}
	}
}

// SetBadge shows a count at an item, nothing for 0.
func (n *Nav) SetBadge(index, count int) {
	text := ""
	if count > 0 {
		text = strconv.Itoa(count)
	}
	n.items[index].badge.SetText(text)
	n.items[index].Refresh()
}

// CreateRenderer implements fyne.Widget.
func (n *Nav) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(n.box)
}

type navItem struct {
	widget.BaseWidget
	icon             *widget.Icon
	source           fyne.Resource
	label, badge     *Text
	back             *canvas.Rectangle
	choose           func()
	on               bool
	hovered, focused bool
}

func (i *navItem) Tapped(*fyne.PointEvent)        { i.choose() }
func (i *navItem) MouseIn(*desktop.MouseEvent)    { i.hovered = true; i.Refresh() }
func (i *navItem) MouseMoved(*desktop.MouseEvent) {}
func (i *navItem) MouseOut()                      { i.hovered = false; i.Refresh() }
func (i *navItem) FocusGained()                   { i.focused = true; i.Refresh() }
func (i *navItem) FocusLost()                     { i.focused = false; i.Refresh() }
func (i *navItem) TypedRune(rune)                 {}
func (i *navItem) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		i.choose()
	}
}

func (i *navItem) CreateRenderer() fyne.WidgetRenderer {
	i.back.CornerRadius = 8
	row := container.NewBorder(nil, nil, Pad(Fixed(i.icon, 20, 20), 0, 8, 0, 0), i.badge, i.label)
	r := &navRenderer{i: i, body: Pad(row, 9, 12, 9, 12)}
	r.apply()
	return r
}

type navRenderer struct {
	i    *navItem
	body *fyne.Container
}

func (r *navRenderer) apply() {
	i := r.i
	th, v := i.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	ink := theme.ColorNameForeground
	fill := fyne.ThemeColorName("")
	switch {
	case i.on:
		fill, ink = theme.ColorNameSelection, theme.ColorNamePrimary
	case i.hovered:
		fill = theme.ColorNameHover
	}
	i.back.FillColor, i.back.StrokeWidth = color.Transparent, 0
	if fill != "" {
		i.back.FillColor = th.Color(fill, v)
	}
	if i.focused {
		i.back.StrokeColor, i.back.StrokeWidth = th.Color(theme.ColorNamePrimary, v), 2
	}
	i.icon.Resource = theme.NewColoredResource(i.source, ink)
	i.icon.Refresh()
	i.label.Color, i.label.Style.Bold = ink, i.on
	i.badge.Color = theme.ColorNameWarning
	i.badge.Style.Bold = true
	i.label.Refresh()
	i.badge.Refresh()
}

func (r *navRenderer) Layout(size fyne.Size) { r.i.back.Resize(size); r.body.Resize(size) }
func (r *navRenderer) MinSize() fyne.Size    { return r.body.MinSize() }
func (r *navRenderer) Refresh() {
	r.apply()
	r.i.back.Refresh()
	r.body.Refresh()
	canvas.Refresh(r.i)
}
func (r *navRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.i.back, r.body} }
func (r *navRenderer) Destroy()                     {}
