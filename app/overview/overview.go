// Package overview is the wall of signs: every assigned display as a card with the
// real frame, the room, and whether the glass shows what it should.
package overview

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// Config is what the page needs. It sends no commands.
type Config struct {
	Now         func() time.Time
	Open        func(page string)
	OpenDisplay func(display.ID) // shows one display on its page
}

// Page is the page.
type Page struct {
	cfg      Config
	pictures *paper.Cache
	seen     seen
	view     View
	shown    []Card
	search   *widget.Entry
	summary  *xwidget.Text
	wall     *widget.GridWrap
	empty    *xwidget.EmptyState
	full     *fyne.Container
	content  *fyne.Container
}

// The wall's pictures: twice as wide as on a plain screen, so that they stay sharp
// on a dense one, and as many as a large screen shows with some to spare.
const (
	pictureWidth = 520
	pictureCount = 96
	firstScreen  = 24 // the cards to draw beforehand while none was shown yet
)

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, pictures: paper.NewCache(pictureWidth, pictureCount), summary: xwidget.NewMuted("")}
	p.search = widget.NewEntry()
	p.search.SetPlaceHolder(lang.L("Search room or place"))
	p.search.OnChanged = func(string) { p.filter() }
	p.wall = widget.NewGridWrap(
		func() int { return len(p.shown) },
		func() fyne.CanvasObject { return newSignCard() },
		func(i widget.GridWrapItemID, o fyne.CanvasObject) { p.bind(o.(*signCard), p.shown[i]) },
	)
	p.wall.OnSelected = func(i widget.GridWrapItemID) { // by keyboard
		p.wall.UnselectAll()
		p.cfg.OpenDisplay(p.shown[i].ID)
	}
	p.empty = xwidget.NewEmptyState(art.Sign(), "", "", "", nil)
	bar := container.NewBorder(nil, nil, nil, xwidget.Fixed(p.search, 240, 0), p.summary)
	p.full = container.NewBorder(xwidget.Pad(bar, 0, 4, 10, 0), nil, nil, nil, p.wall)
	p.full.Hide()
	p.empty.Hide()
	p.content = container.NewStack(p.full, p.empty)
	return p
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the wall of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	v := ViewOf(s, p.cfg.Now())
	p.pictures.Warm(p.seen.frames(v.Cards))
	return func() { p.show(v) }
}

func (p *Page) show(v View) {
	p.view = v
	bare := len(v.Cards) == 0
	if e := v.Empty; bare {
		p.empty.Set(e.Title, e.Text, e.Action, func() { p.cfg.Open(e.Page) })
	}
	if p.full.Visible() == bare || p.empty.Visible() != bare {
		p.full.Hidden, p.empty.Hidden = bare, !bare
		p.content.Refresh()
	}
	p.summary.SetText(v.Summary)
	p.filter()
}

func (p *Page) filter() {
	p.shown = Matching(p.view.Cards, p.search.Text)
	p.wall.Refresh()
}

func (p *Page) bind(w *signCard, c Card) {
	p.seen.add(c.ID)
	w.card.OnTapped = func() { p.cfg.OpenDisplay(c.ID) }
	w.show(c, p.pictures.Picture(c.Frame))
}

// signCard is one card of the wall.
type signCard struct {
	widget.BaseWidget
	card  *xwidget.Card
	bezel *xwidget.Bezel
	room  *xwidget.Text
	place *xwidget.Text
	line  *xwidget.Status
}

func newSignCard() *signCard {
	w := &signCard{
		bezel: xwidget.NewBezel(fyne.NewSize(254, 164)),
		room:  xwidget.NewHeading("", theme.SizeNameText),
		place: xwidget.NewMuted(""),
		line:  xwidget.NewStatus(xwidget.Neutral, ""),
	}
	w.place.TextSize = theme.SizeNameCaptionText
	body := xwidget.Stack(5, xwidget.Pad(w.bezel, 0, 0, 4, 0), w.room, w.place, w.line)
	w.card = xwidget.NewCard(body)
	w.ExtendBaseWidget(w)
	return w
}

func (w *signCard) show(c Card, picture image.Image) {
	if picture != nil {
		w.bezel.SetPicture(picture)
	} else {
		size := c.Panel.Bounds().Size()
		w.bezel.SetEmpty(size.X, size.Y, lang.L("Not drawn yet"))
	}
	w.room.SetText(c.Room)
	w.place.SetText(c.Place)
	w.line.Set(c.Tone, c.Line)
	accent := xwidget.Neutral
	if c.Trouble {
		accent = c.Tone
	}
	if w.card.Accent != accent {
		w.card.Accent = accent
		w.card.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (w *signCard) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(xwidget.Pad(w.card, 0, 4, 8, 4))
}
