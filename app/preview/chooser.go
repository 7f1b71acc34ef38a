package preview

import (
	"image"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Chooser lets a person choose a scene: a room, a panel, and a moment of today. It is
// the UI goroutine's.
type Chooser struct {
	view    View
	changed func()
	quiet   bool // set by the program

	room   calendar.RoomID
	panel  display.Panel
	turned bool // against how the panel hangs
	moment int  // minutes of the day; -1 = now

	rooms  *widget.Select
	panels *widget.Select
	turn   *widget.Button
	slider *widget.Slider
	clock  *xwidget.Text
	now    *widget.Button
}

// step is how far apart the slider's moments are, in minutes.
const step = 5

// NewChooser makes one that calls changed after each change by a person.
func NewChooser(changed func()) *Chooser {
	c := &Chooser{changed: changed, moment: -1, clock: xwidget.NewHeading("", theme.SizeNameText)}
	c.rooms = widget.NewSelect(nil, func(string) { c.chooseRoom() })
	c.panels = widget.NewSelect(nil, func(string) { c.choosePanel() })
	c.turn = widget.NewButtonWithIcon(lang.L("Turn"), theme.MediaReplayIcon(), c.Turn)
	c.slider = widget.NewSlider(0, 24*60)
	c.slider.Step = step
	c.slider.OnChanged = func(v float64) { c.slide(int(v)) }
	c.now = widget.NewButton(lang.L("Now"), c.Now)
	c.clock.Whole = true
	return c
}

// Bar is the chooser as a wide bar.
func (c *Chooser) Bar() fyne.CanvasObject {
	choice := container.New(xwidget.Columns{Cols: []xwidget.Column{{Min: 150, Share: 2}, {Min: 190, Share: 3}, {Min: 104}}, Gap: 10},
		c.rooms, c.panels, c.turn)
	return xwidget.Stack(6, choice, c.day())
}

// Column is the chooser as a narrow column.
func (c *Chooser) Column() fyne.CanvasObject {
	c.turn.SetText("")
	return xwidget.Stack(6, c.rooms, container.NewBorder(nil, nil, nil, c.turn, c.panels), c.day())
}

func (c *Chooser) day() fyne.CanvasObject {
	clock := container.New(xwidget.Middle{}, xwidget.Fixed(c.clock, 64, 0))
	return container.NewBorder(nil, nil, clock, c.now, c.slider)
}

// Alone takes the choice of the room away, where there is none.
func (c *Chooser) Alone() { c.rooms.Hide() }

// Show offers what there is to choose from, and keeps what was chosen if it is still
// there.
func (c *Chooser) Show(v View) {
	c.view = v
	c.quiet = true
	defer func() { c.quiet = false }()
	room := v.Room(c.room)
	if c.panel == (display.Panel{}) || room.ID != c.room {
		if signed := slices.IndexFunc(v.Rooms, func(r Room) bool { return r.Sign != nil }); signed >= 0 && c.panel == (display.Panel{}) {
			room = v.Rooms[signed]
		}
		c.take(room)
	}
	var labels []string
	for _, r := range v.Rooms {
		labels = append(labels, r.Label)
	}
	fill(c.rooms, labels, slices.IndexFunc(v.Rooms, func(r Room) bool { return r.ID == c.room }))
	labels = nil
	for _, p := range v.Panels {
		labels = append(labels, p.Label)
	}
	fill(c.panels, labels, slices.IndexFunc(v.Panels, func(p Panel) bool { return p.Panel == c.panel }))
	c.showTime()
}

// fill gives a select its options without touching what it shows in vain.
func fill(s *widget.Select, options []string, at int) {
	current := ""
	if at >= 0 {
		current = options[at]
	}
	if slices.Equal(s.Options, options) && s.Selected == current {
		return
	}
	s.Options, s.Selected = options, current
	s.Refresh()
}

// take chooses a room, with the panel that hangs at its door.
func (c *Chooser) take(r Room) {
	c.room = r.ID
	switch {
	case r.Sign != nil:
		c.panel, c.turned = *r.Sign, false
	case c.panel == display.Panel{}:
		c.panel = c.view.usual()
	}
	// One that looks the same may stand for it in the list.
	i := slices.IndexFunc(c.view.Panels, func(p Panel) bool { return p.Panel == c.panel })
	if i < 0 {
		i = slices.IndexFunc(c.view.Panels, func(p Panel) bool { return alike(p.Panel, c.panel) })
	}
	if i >= 0 {
		c.panel = c.view.Panels[i].Panel
	}
}

func (c *Chooser) chooseRoom() {
	if i := c.rooms.SelectedIndex(); !c.quiet && i >= 0 {
		c.SelectRoom(c.view.Rooms[i].ID)
	}
}

// SelectRoom chooses a room as a person would.
func (c *Chooser) SelectRoom(id calendar.RoomID) {
	c.take(c.view.Room(id))
	c.Show(c.view)
	c.changed()
}

// SelectSize chooses a panel of a size in pixels, unless one is chosen or there is none.
func (c *Chooser) SelectSize(size image.Point) {
	fits := func(p Panel) bool { return p.Panel.Bounds().Size() == size }
	i := slices.IndexFunc(c.view.Panels, func(p Panel) bool { return fits(p) && p.Panel.Scheme == c.panel.Scheme })
	if i < 0 {
		i = slices.IndexFunc(c.view.Panels, fits)
	}
	if i < 0 || c.Scene().Panel.Bounds().Size() == size {
		return
	}
	c.panel, c.turned = c.view.Panels[i].Panel, false
	c.Show(c.view)
	c.changed()
}

func (c *Chooser) choosePanel() {
	if i := c.panels.SelectedIndex(); !c.quiet && i >= 0 {
		c.panel, c.turned = c.view.Panels[i].Panel, false
		c.changed()
	}
}

// Turn makes a panel that lies stand, and the other way round.
func (c *Chooser) Turn() {
	c.turned = !c.turned
	c.changed()
}

func (c *Chooser) slide(minutes int) {
	if c.quiet {
		return
	}
	c.moment = minutes
	c.showTime()
	c.changed()
}

// Now goes back to the present, and stays with it.
func (c *Chooser) Now() {
	c.moment = -1
	c.quiet = true
	c.showTime()
	c.quiet = false
	c.changed()
}

// day is the room's day and how many minutes it has: 1500 when clocks go back.
func (c *Chooser) bounds() (from time.Time, minutes int) {
	from, to := calendar.DayBounds(c.view.Now, c.view.Room(c.room).Zone)
	return from, int(to.Sub(from) / time.Minute)
}

func (c *Chooser) showTime() {
	from, length := c.bounds()
	at := c.moment
	if at < 0 {
		at = int(c.view.Now.Sub(from) / time.Minute)
	}
	quiet := c.quiet
	c.quiet = true
	if c.slider.Max != float64(length) {
		c.slider.Max = float64(length)
		c.slider.Refresh()
	}
	c.slider.SetValue(float64(at - at%step))
	c.quiet = quiet
	text := words.TimeOfDay(24*60, c.view.Hours12)
	if at < length {
		t := from.Add(time.Duration(at) * time.Minute).In(c.view.Room(c.room).Zone)
		text = words.TimeOfDay(sign.Minutes(t.Hour()*60+t.Minute()), c.view.Hours12)
	}
	c.clock.SetText(text)
	importance := widget.MediumImportance
	if c.moment < 0 {
		importance = widget.HighImportance
	}
	if c.now.Importance != importance {
		c.now.Importance = importance
		c.now.Refresh()
	}
}

// Room is the room that was chosen.
func (c *Chooser) Room() Room { return c.view.Room(c.room) }

// View is what there is to choose from.
func (c *Chooser) View() View { return c.view }

// Scene is what was chosen.
func (c *Chooser) Scene() Scene {
	s := Scene{Room: c.room, Panel: c.panel}
	if c.turned {
		s.Panel.Rotation = (s.Panel.Rotation + 90) % 360
	}
	if c.moment >= 0 {
		from, _ := c.bounds()
		s.At = from.Add(time.Duration(c.moment) * time.Minute)
	}
	return s
}
