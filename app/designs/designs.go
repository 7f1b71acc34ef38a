package designs

import (
	"context"
	"image"
	"slices"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

// Config is what the page needs.
type Config struct {
	Engine Engine
	Hub    *command.Hub
	Now    func() time.Time
	Window fyne.Window // for dialogs
	// ChooseFile asks for a file with one of the extensions and reads it; SaveFile asks
	// where to save one, and saves it. The error is context.Canceled if a person chose
	// nothing.
	ChooseFile func(extensions []string, done func(name string, data []byte, err error))
	SaveFile   func(name string, data []byte, done func(error))
}

// Page is the page. It shows the gallery, one design enlarged, or the editor of a
// template, under one bar that says whose sign is looked at, on which panel and when.
type Page struct {
	cfg      Config
	view     View
	known    bool // a snapshot has been shown
	chooser  *preview.Chooser
	latest   *command.Latest
	pictures *paper.Cache
	area     *command.Area

	builtIn   []*card
	templates []*card
	walls     [2]*fyne.Container
	noneYet   *xwidget.Paragraph
	hosts     *hosts
	marked    string // the room that the marks are about
	gallery   *container.Scroll

	large   *large
	editor  *editor
	body    *fyne.Container
	content *fyne.Container
}

// The pictures of the gallery: sharp on a dense screen too.
const (
	pictureWidth = 840
	pictureCount = 64
)

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, latest: cfg.Hub.NewLatest(), pictures: paper.NewCache(pictureWidth, pictureCount), area: cfg.Hub.NewArea()}
	p.chooser = preview.NewChooser(p.draw)
	for i := range p.walls {
		p.walls[i] = container.New(&xwidget.Wall{Least: 350, Gap: 12})
	}
	for _, item := range BuiltIn() {
		c := p.newCard(item)
		p.builtIn = append(p.builtIn, c)
		p.walls[0].Add(c.card)
	}
	p.hosts = newHosts(p)
	p.noneYet = xwidget.NewMutedParagraph(lang.L("Bring the calendar templates of your SyncSign displays along, or write one: it is drawn as you type, and errors name their line."))
	list := xwidget.Stack(14, p.walls[0], p.templatesHead(), p.noneYet, p.walls[1], p.hosts.object)
	p.gallery = container.NewVScroll(xwidget.Pad(list, 2, 12, 12, 2))
	p.large = newLarge(p)
	p.editor = newEditor(p)
	p.body = container.New(xwidget.Shown{}, p.gallery, p.large.object, p.editor.object)
	p.open(p.gallery)
	bar := xwidget.NewPaddedCard(xwidget.Pad(p.chooser.Bar(), 0, 4, 0, 4), 10)
	p.content = container.NewBorder(xwidget.Pad(xwidget.Stack(8, bar, p.area), 0, 12, 10, 2), nil, nil, nil, p.body)
	return p
}

func (p *Page) templatesHead() fyne.CanvasObject {
	fresh := widget.NewButtonWithIcon(lang.L("New template"), theme.ContentAddIcon(), p.NewTemplate)
	bring := widget.NewButtonWithIcon(lang.L("Import…"), theme.FolderOpenIcon(), p.Import)
	title := xwidget.NewHeading(lang.L("Templates of your own"), theme.SizeNameSubHeadingText)
	return xwidget.Pad(container.NewBorder(nil, nil, nil, xwidget.Row(8, bring, fresh), title), 8, 0, 0, 0)
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the page of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	v := ViewOf(s, p.cfg.Now())
	return func() { p.show(v) }
}

func (p *Page) show(v View) {
	p.view = v
	p.showTemplates()
	p.hosts.show(v.Hosts)
	p.chooser.Show(v.View)
	p.marked = "" // what is in force may have changed
	p.draw()
}

// showTemplates makes a card for each template, if the list has changed.
func (p *Page) showTemplates() {
	name := func(c *card) string { return c.item.Name }
	var want []string
	for _, item := range p.view.Templates {
		want = append(want, item.Name)
	}
	var have []string
	for _, c := range p.templates {
		have = append(have, name(c))
	}
	if slices.Equal(want, have) && p.known {
		return
	}
	p.known = true
	p.templates = nil
	p.walls[1].RemoveAll()
	for _, item := range p.view.Templates {
		c := p.newCard(item)
		p.templates = append(p.templates, c)
		p.walls[1].Add(c.card)
	}
	xwidget.SetVisible(p.noneYet, len(p.templates) == 0)
	xwidget.SetVisible(p.walls[1], len(p.templates) > 0)
	p.gallery.Refresh()
}

func (p *Page) cards() []*card { return slices.Concat(p.builtIn, p.templates) }

// mark shows what is in force.
func (p *Page) mark() {
	room := p.chooser.Room()
	own := room.Override.Design != nil || room.Override.Template != nil
	everywhere, here := lookOf(p.view.Policy), lookOf(p.view.PolicyOf(room.ID))
	items := slices.Concat(BuiltIn(), p.view.Templates)
	for i, c := range p.cards() {
		c.show(items[i], items[i].Look == everywhere, items[i].Look == here, own, room.ID != "")
		c.body.Refresh()
	}
}

// open shows the gallery, the enlargement or the editor in place of the others.
func (p *Page) open(what fyne.CanvasObject) {
	for _, o := range p.body.Objects {
		if o != what {
			o.Hide()
		}
	}
	what.Show()
	p.body.Refresh()
}

// Gallery goes back to all designs.
func (p *Page) Gallery() {
	p.open(p.gallery)
	p.draw()
}

// draw asks for the pictures of what is open. While a slider is dragged only the newest
// moment counts.
func (p *Page) draw() {
	if p.large == nil || p.editor == nil {
		return // still being made
	}
	if room := "of " + string(p.chooser.Room().ID); p.marked != room {
		p.marked = room
		p.mark()
	}
	switch {
	case p.editor.object.Visible():
		p.editor.draw()
	case p.large.object.Visible():
		p.large.draw()
	default:
		p.drawGallery()
	}
}

// drawing is what became of one picture.
type drawing struct {
	card    *card
	picture image.Image
	err     error
}

func (p *Page) drawGallery() {
	scene, policy := p.chooser.Scene(), p.policy()
	list := make([]drawing, 0, len(p.builtIn)+len(p.templates))
	for _, c := range p.cards() {
		list = append(list, drawing{card: c})
	}
	requests := make([]engine.PreviewRequest, len(list))
	for i, d := range list {
		requests[i] = scene.Request(d.card.item.In(policy))
		requests[i].Panel = d.card.item.on(scene.Panel)
	}
	p.latest.Run(func(ctx context.Context) error {
		var work sync.WaitGroup
		for i := range list {
			work.Go(func() { list[i].picture, list[i].err = p.picture(ctx, p.pictures, requests[i]) })
		}
		work.Wait()
		return nil
	}, func(error) {
		for i, d := range list {
			size := requests[i].Panel.Bounds().Size()
			d.card.glass.fit(size.X, size.Y)
			p.put(d.card.glass.bezel, d.picture, d.err, size)
		}
	})
}

// policy is what is in force for the chosen room.
func (p *Page) policy() sign.Policy { return p.view.PolicyOf(p.chooser.Room().ID) }

// picture asks for one. It runs off the UI goroutine.
func (p *Page) picture(ctx context.Context, cache *paper.Cache, r engine.PreviewRequest) (image.Image, error) {
	answer, err := p.cfg.Engine.PreviewSign(ctx, r)
	if err != nil {
		return nil, err
	}
	return cache.Picture(&answer.Frame), nil
}

// put shows a picture, or on an empty glass why there is none.
func (p *Page) put(b *xwidget.Bezel, picture image.Image, err error, size image.Point) {
	if err != nil {
		b.SetEmpty(size.X, size.Y, p.cfg.Hub.Explain(err).Title)
		return
	}
	b.SetPicture(picture)
}

// UseForAll makes a look that of all signs, but those of rooms that have one of their own.
func (p *Page) UseForAll(l Look) {
	policy := l.In(p.view.Policy)
	p.area.Run(command.Task{
		Key: "design", Label: lang.L("Applying…"),
		Success: lang.L("All signs are drawn as “{{.Name}}” now.", map[string]any{"Name": words.Design(l.Design, l.Template)}),
		Work:    func(ctx context.Context) error { return p.cfg.Engine.SetPolicy(ctx, policy) },
	})
}

// UseForRoom gives the chosen room a look of its own. Where it is what all signs have,
// the room follows them again.
func (p *Page) UseForRoom(l Look) {
	room := p.chooser.Room()
	if room.ID == "" {
		return // the example has no sign
	}
	o := room.Override
	if o.Design, o.Template = &l.Design, &l.Template; l == lookOf(p.view.Policy) {
		o.Design, o.Template = nil, nil
	}
	p.area.Run(command.Task{
		Key: "design", Label: lang.L("Applying…"),
		Success: lang.L("The sign of {{.Room}} is drawn as “{{.Name}}” now.", map[string]any{"Room": room.Label, "Name": words.Design(l.Design, l.Template)}),
		Work:    func(ctx context.Context) error { return p.cfg.Engine.SetOverride(ctx, room.ID, o) },
	})
}

// Scroll shows a part of the gallery, from 0 (its top) to 1 (its end).
func (p *Page) Scroll(part float32) { xwidget.ScrollTo(p.gallery, part) }
