package xwidget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Step is one line of [Steps].
type Step struct {
	// Tone is how the step stands: Good for done, Neutral for to come, or what needs
	// an eye.
	Tone   Tone
	Locked bool // can't be gone to yet
	Hidden bool // is not one of the steps of this way
}

// Steps is the vertical list of the steps of a guide, in groups. Every step that can
// be gone to takes the keyboard focus; Space or Enter goes there.
type Steps struct {
	widget.BaseWidget
	items    []*stepItem
	groups   []*stepGroup
	box      *fyne.Container
	onSelect func(int)
}

type stepGroup struct {
	title *Text
	items []*stepItem
}

// NewSteps makes an empty list; onSelect is called when a person goes to a step.
func NewSteps(onSelect func(index int)) *Steps {
	s := &Steps{onSelect: onSelect, box: Stack(1)}
	s.ExtendBaseWidget(s)
	return s
}

// AddGroup begins a group.
func (s *Steps) AddGroup(title string) {
	g := &stepGroup{title: NewMuted(title)}
	g.title.TextSize = theme.SizeNameCaptionText
	g.title.Style.Bold = true
	top := float32(12)
	if len(s.groups) == 0 {
		top = 0
	}
	s.groups = append(s.groups, g)
	s.box.Add(Pad(g.title, top, 0, 4, 10))
}

// Add appends a step to the last group.
func (s *Steps) Add(title string) {
	i := len(s.items)
	item := &stepItem{title: NewText(title), mark: widget.NewIcon(nil), back: canvas.NewRectangle(color.Transparent),
		step: Step{Locked: true}}
	item.choose = func() { s.onSelect(i) }
	item.ExtendBaseWidget(item)
	s.items = append(s.items, item)
	g := s.groups[len(s.groups)-1]
	g.items = append(g.items, item)
	s.box.Add(item)
}

// Set brings the list up to date: a line for each step, and which one is on show.
func (s *Steps) Set(list []Step, current int) {
	changed := false
	for i, item := range s.items {
		on := i == current
		if item.step == list[i] && item.on == on && item.shown {
			continue
		}
		item.step, item.on, item.shown, changed = list[i], on, true, true
		item.Hidden = list[i].Hidden
		item.Refresh()
	}
	if changed {
		s.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Steps) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(s.box) }

type stepItem struct {
	widget.BaseWidget
	title            *Text
	mark             *widget.Icon
	back             *canvas.Rectangle
	choose           func()
	step             Step
	on, shown        bool
	hovered, focused bool
}

func (i *stepItem) Tapped(*fyne.PointEvent) {
	if !i.step.Locked {
		i.choose()
	}
}
func (i *stepItem) Cursor() desktop.Cursor {
	if i.step.Locked {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}
func (i *stepItem) MouseIn(*desktop.MouseEvent)    { i.hovered = true; i.Refresh() }
func (i *stepItem) MouseMoved(*desktop.MouseEvent) {}
func (i *stepItem) MouseOut()                      { i.hovered = false; i.Refresh() }
func (i *stepItem) FocusGained()                   { i.focused = true; i.Refresh() }
func (i *stepItem) FocusLost()                     { i.focused = false; i.Refresh() }
func (i *stepItem) TypedRune(rune)                 {}
func (i *stepItem) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		i.Tapped(nil)
	}
}

// Disabled keeps the keyboard away from a step that can't be gone to.
func (i *stepItem) Disabled() bool { return i.step.Locked }

// Disable and Enable implement fyne.Disableable; Set of the list decides.
func (i *stepItem) Disable() {}
func (i *stepItem) Enable()  {}

func (i *stepItem) CreateRenderer() fyne.WidgetRenderer {
	i.back.CornerRadius = 6
	row := container.New(iconBeside{}, i.mark, i.title)
	r := &stepRenderer{i: i, body: Pad(row, 5, 8, 5, 10)}
	r.apply()
	return r
}

type stepRenderer struct {
	i    *stepItem
	body *fyne.Container
}

func (r *stepRenderer) apply() {
	i := r.i
	th, v := i.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	ink, fill := theme.ColorNameForeground, fyne.ThemeColorName("")
	icon := i.step.Tone.Icon()
	switch {
	case i.on:
		ink, fill = theme.ColorNamePrimary, theme.ColorNameSelection
		if i.step.Tone == Neutral {
			icon = theme.NewPrimaryThemedResource(theme.RadioButtonCheckedIcon())
		}
	case i.step.Locked:
		ink = theme.ColorNamePlaceHolder
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
	i.mark.SetResource(icon)
	i.title.Color, i.title.Style.Bold = ink, i.on
	i.title.Refresh()
}

func (r *stepRenderer) Layout(size fyne.Size) { r.i.back.Resize(size); r.body.Resize(size) }
func (r *stepRenderer) MinSize() fyne.Size    { return r.body.MinSize() }
func (r *stepRenderer) Refresh() {
	r.apply()
	r.i.back.Refresh()
	r.body.Refresh()
	canvas.Refresh(r.i)
}
func (r *stepRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.i.back, r.body} }
func (r *stepRenderer) Destroy()                     {}
