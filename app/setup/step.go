package setup

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/xwidget"
)

// step is one step of the list: a head that always shows how it stands, and a body
// that opens under it.
type step struct {
	widget.BaseWidget
	head *stepHead
	body fyne.CanvasObject
	fold *fyne.Container
}

func newStep(number int, title string, body fyne.CanvasObject, onTapped func()) *step {
	s := &step{body: body}
	s.head = &stepHead{
		badge: newBadge(strconv.Itoa(number)), title: xwidget.NewHeading(title, theme.SizeNameSubHeadingText),
		summary: xwidget.NewMuted(""), onTapped: onTapped,
	}
	s.head.title.Whole = true
	s.head.summary.Align = fyne.TextAlignTrailing
	s.head.ExtendBaseWidget(s.head)
	s.fold = xwidget.Pad(body, 12, 8, 6, 44)
	s.fold.Hide()
	s.ExtendBaseWidget(s)
	return s
}

func (s *step) show(st Step, current, open bool) {
	s.head.badge.set(st.Done, current)
	s.head.summary.SetText(st.Summary)
	s.head.open = open
	if s.fold.Visible() != open {
		s.fold.Hidden = !open
		s.Refresh()
	}
	s.head.Refresh()
}

func (s *step) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(xwidget.NewCard(container.NewVBox(s.head, s.fold)))
}

// stepHead opens its step, by mouse or keyboard.
type stepHead struct {
	widget.BaseWidget
	badge    *badge
	title    *xwidget.Text
	summary  *xwidget.Text
	arrow    *widget.Icon
	onTapped func()
	open     bool
	focused  bool
}

func (h *stepHead) Tapped(*fyne.PointEvent) { h.onTapped() }
func (h *stepHead) Cursor() desktop.Cursor  { return desktop.PointerCursor }
func (h *stepHead) FocusGained()            { h.focused = true; h.Refresh() }
func (h *stepHead) FocusLost()              { h.focused = false; h.Refresh() }
func (h *stepHead) TypedRune(rune)          {}
func (h *stepHead) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace || e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		h.onTapped()
	}
}

func (h *stepHead) Refresh() {
	if h.arrow != nil {
		icon := theme.MenuDropDownIcon()
		if h.open {
			icon = theme.MenuDropUpIcon()
		}
		h.arrow.SetResource(icon)
	}
	color := theme.ColorNameForeground
	if h.focused {
		color = theme.ColorNamePrimary
	}
	h.title.Set(h.title.Text, color)
	h.BaseWidget.Refresh()
}

func (h *stepHead) CreateRenderer() fyne.WidgetRenderer {
	h.arrow = widget.NewIcon(theme.MenuDropDownIcon())
	left := xwidget.Row(14, h.badge, h.title)
	right := xwidget.Pad(xwidget.Fixed(h.arrow, 20, 20), 0, 0, 0, 8)
	return widget.NewSimpleRenderer(container.NewBorder(nil, nil, left, right, h.summary))
}

// badge is a step's number in a circle, or a check mark once it is done.
type badge struct {
	widget.BaseWidget
	number        string
	done, current bool
	circle        *canvas.Circle
	text          *xwidget.Text
	check         *widget.Icon
}

func newBadge(number string) *badge {
	b := &badge{number: number, circle: &canvas.Circle{StrokeWidth: 2}, text: xwidget.NewWhole(number),
		check: widget.NewIcon(theme.NewColoredResource(theme.ConfirmIcon(), theme.ColorNameForegroundOnSuccess))}
	b.text.Style.Bold = true
	b.text.Align = fyne.TextAlignCenter
	b.ExtendBaseWidget(b)
	return b
}

func (b *badge) set(done, current bool) {
	b.done, b.current = done, current
	b.Refresh()
}

func (b *badge) CreateRenderer() fyne.WidgetRenderer {
	stack := container.NewStack(b.circle, b.text, container.NewCenter(xwidget.Fixed(b.check, 18, 18)))
	b.paint()
	return widget.NewSimpleRenderer(xwidget.Fixed(stack, 30, 30))
}

func (b *badge) Refresh() {
	b.paint()
	b.circle.Refresh()
	b.text.Refresh()
	b.check.Refresh()
	b.BaseWidget.Refresh()
}

func (b *badge) paint() {
	th, v := b.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	fill, stroke, ink := theme.ColorNameOverlayBackground, theme.ColorNameInputBorder, theme.ColorNamePlaceHolder
	switch {
	case b.done:
		fill, stroke = theme.ColorNameSuccess, theme.ColorNameSuccess
	case b.current:
		fill, stroke, ink = theme.ColorNamePrimary, theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	}
	b.circle.FillColor, b.circle.StrokeColor = th.Color(fill, v), th.Color(stroke, v)
	b.text.Color = ink
	b.text.Hidden, b.check.Hidden = b.done, !b.done
}

// titles of the steps.
func titles() [steps]string {
	return [steps]string{
		lang.L("Register Roomink with Microsoft"), lang.L("Enter the credentials"), lang.L("Connect"),
		lang.L("Adopt your displays"), lang.L("Give each display a room"),
	}
}
