package demo

import (
	"context"
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
)

// Window shows every virtual display, as if they hung on one wall.
type Window struct {
	office Office
	win    fyne.Window
	wall   *fyne.Container
	glass  []*glassCard
}

// NewWindow makes the window; it shows with Show.
func NewWindow(a fyne.App, office Office, openURL func(string)) *Window {
	w := &Window{office: office, win: a.NewWindow(lang.L("Virtual displays")), wall: container.New(wall{})}
	outlook := widget.NewButtonWithIcon(lang.L("Open Simulated Outlook"), theme.CalendarIcon(), func() { openURL(office.OutlookURL) })
	outlook.Importance = widget.HighImportance
	title := xwidget.NewHeading(lang.L("Virtual displays"), theme.SizeNameHeadingText)
	hint := xwidget.NewMuted(lang.L("What is on the glass of each simulated device, as it would hang at its door."))
	head := container.NewBorder(nil, nil, nil, container.NewCenter(outlook), xwidget.Stack(4, title, hint))
	list := xwidget.Stack(12, head)
	if office.Note != "" {
		list.Add(xwidget.NewExplanation(xwidget.Info, xwidget.Words{Title: lang.L("Please note"), Text: office.Note}, nil))
	}
	body := container.NewBorder(xwidget.Pad(list, 16, 20, 12, 20), nil, nil, nil,
		container.NewVScroll(xwidget.Pad(w.wall, 0, 20, 16, 20)))
	w.win.SetPadded(false)
	w.win.SetContent(body)
	w.win.Resize(fyne.NewSize(980, 860))
	w.win.SetCloseIntercept(w.win.Hide)
	w.show(shots(office.Glasses()))
	return w
}

// Window is the Fyne window.
func (w *Window) Window() fyne.Window { return w.win }

// Show brings the window to the front.
func (w *Window) Show() { w.win.Show() }

// Run keeps the window up to date until ctx ends. It must not run on the UI
// goroutine.
func (w *Window) Run(ctx context.Context) {
	for glasses := range w.office.Watch(ctx) {
		now := shots(glasses)
		fyne.Do(func() { w.show(now) })
	}
}

// shot is a glass with its picture made, off the UI goroutine.
type shot struct {
	Glass
	picture image.Image
}

func shots(glasses []Glass) []shot {
	list := make([]shot, 0, len(glasses))
	for _, g := range glasses {
		s := shot{Glass: g}
		if g.Image != nil {
			s.picture = paper.Inked(g.Image, g.Inks, 0)
		}
		list = append(list, s)
	}
	return list
}

func (w *Window) show(list []shot) {
	for len(w.glass) < len(list) {
		card := newGlassCard(w.win)
		w.glass = append(w.glass, card)
		w.wall.Add(card.object)
	}
	for i, s := range list {
		w.glass[i].show(s)
	}
}

// glassCard is one device with its name, what it does, and all that a person can do with
// it: its plug, its button, and the address that it fetches from.
type glassCard struct {
	bezel   *xwidget.Bezel
	name    *xwidget.Text
	model   *xwidget.Text
	state   *xwidget.Status
	power   *widget.Check
	address *widget.Button
	press   *widget.Button
	actions *fyne.Container
	row     *fyne.Container // of the actions
	device  Glass           // whose functions are those of the present device
	filling bool
	object  fyne.CanvasObject
}

func newGlassCard(win fyne.Window) *glassCard {
	c := &glassCard{
		bezel: xwidget.NewBezel(fyne.NewSize(380, 238)),
		name:  xwidget.NewHeading("", theme.SizeNameSubHeadingText),
		model: xwidget.NewMuted(""),
		state: xwidget.NewStatus(xwidget.Neutral, ""),
	}
	c.power = widget.NewCheck(lang.L("Power"), func(on bool) {
		if !c.filling && c.device.SetPower != nil {
			c.device.SetPower(on)
		}
	})
	c.address = widget.NewButton(lang.L("Address…"), func() {
		address := widget.NewEntry()
		item := widget.NewFormItem(lang.L("Address that Roomink shows"), address)
		form := dialog.NewForm(lang.L("Where {{.Name}} fetches its pictures", map[string]any{"Name": c.device.Name}), lang.L("OK"), lang.L("Cancel"),
			[]*widget.FormItem{item}, func(ok bool) {
				if ok {
					c.device.SetServer(address.Text)
				}
			}, win)
		form.Resize(fyne.NewSize(520, 0))
		form.Show()
	})
	c.press = widget.NewButton(lang.L("Press its button"), func() { c.device.Wake() })
	c.address.Importance, c.press.Importance = widget.LowImportance, widget.LowImportance
	c.actions = container.NewHBox(c.address, c.press)
	c.address.Hide()
	c.press.Hide()
	// All cards are as high as those with buttons.
	room := canvas.NewRectangle(color.Transparent)
	room.SetMinSize(fyne.NewSize(0, c.power.MinSize().Height))
	c.row = container.NewBorder(nil, nil, nil, c.actions, c.state)
	c.object = xwidget.NewCard(xwidget.Stack(6, c.bezel,
		container.NewBorder(nil, nil, nil, c.power, xwidget.Stack(3, c.name, c.model)),
		container.NewStack(room, c.row)))
	return c
}

func (c *glassCard) show(s shot) {
	c.name.SetText(s.Name)
	c.model.SetText(s.Model)
	c.bezel.SetOff(!s.On)
	if s.picture != nil {
		c.bezel.SetPicture(s.picture)
	} else {
		c.bezel.SetEmpty(0, 0, lang.L("Blank"))
	}
	switch {
	case !s.On:
		c.state.Set(xwidget.Held, lang.L("Off – e-paper keeps its last picture"))
	case s.Refreshing:
		c.state.Set(xwidget.Busy, lang.L("Refreshing…"))
	case s.UpdatedAt.IsZero():
		c.state.Set(xwidget.Neutral, lang.L("Waiting for its first picture"))
	default:
		c.state.Set(xwidget.Good, lang.L("Refreshed at {{.Time}}", map[string]any{"Time": words.Clock(s.UpdatedAt.Local(), false)}))
	}
	c.device = s.Glass
	if c.address.Visible() != (s.SetServer != nil) || c.press.Visible() != (s.Wake != nil) {
		show(c.address, s.SetServer != nil)
		show(c.press, s.Wake != nil)
		c.actions.Refresh() // what is shown needs room
		c.row.Refresh()
	}
	c.filling = true
	c.power.SetChecked(s.On)
	c.filling = false
}

func show(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}

// wall hangs devices in as many columns as fit, all of one size.
type wall struct{}

const wallGap = 14

func (wall) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if len(objects) == 0 {
		return
	}
	least := objects[0].MinSize()
	columns := max(1, int((size.Width+wallGap)/(least.Width+wallGap)))
	columns = min(columns, len(objects))
	width := (size.Width - wallGap*float32(columns-1)) / float32(columns)
	for i, o := range objects {
		o.Resize(fyne.NewSize(width, least.Height))
		o.Move(fyne.NewPos(float32(i%columns)*(width+wallGap), float32(i/columns)*(least.Height+wallGap)))
	}
}

// MinSize is that of two columns: the layout is not told the width that it will get.
func (wall) MinSize(objects []fyne.CanvasObject) fyne.Size {
	if len(objects) == 0 {
		return fyne.Size{}
	}
	least := objects[0].MinSize()
	rows := float32((len(objects) + 1) / 2)
	return fyne.NewSize(least.Width, rows*(least.Height+wallGap)-wallGap)
}
