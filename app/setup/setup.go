package setup

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/engine"
)

// Config is what the page needs.
type Config struct {
	Engine  Engine
	Hub     *command.Hub
	Now     func() time.Time
	Open    func(page string)    // shows another page
	OpenURL func(address string) // opens the browser

	// optional

	Demo *demo.Office // fills the form in and offers to do everything
	// Handout makes the page to print for whoever owns the tenant; the credentials
	// hold no secret. It is called on the UI goroutine. nil offers no hand-out.
	Handout func(engine.Guide, engine.Credentials) ([]byte, error)
	// SaveFile asks a person where to save a file of the given name, saves it and
	// tells the outcome, a cancel as context.Canceled; all on the UI goroutine.
	SaveFile func(name string, data []byte, done func(error))
	// OpenFile has the system show a file. It runs off the UI goroutine.
	OpenFile func(ctx context.Context, name string, data []byte) error
	// After calls f on the UI goroutine once d has passed, unless stop is called
	// first; nil = a real timer.
	After func(d time.Duration, f func()) (stop func())
}

// screen is one step: what a person sees and does there. Its methods are the UI
// goroutine's.
type screen interface {
	// object is what the screen consists of, always the same.
	object() fyne.CanvasObject
	// show brings it up to date with what was entered and with the engine.
	show()
	// ready is what a person must still do here, nil if they may go on. goingOn says
	// that they are, and that the fields shall show it.
	ready(goingOn bool) error
	// focus is where typing begins, nil where there is nothing to type.
	focus() fyne.Focusable
}

// mover is a screen whose Next does more than show the next step.
type mover interface {
	next()
	nextLabel() string // "" = as usual
}

// visitor is a screen that is about a page of the portal; "" = not yet.
type visitor interface{ portal() string }

// leaver is a screen that has something to do when a person has left it.
type leaver interface{ away() }

// Page is the page. Its methods are for the UI goroutine; those that are for others, or
// for the time after it, say so.
type Page struct {
	cfg    Config
	clouds []engine.Cloud
	view   View
	keep   *keeper

	current string // the step on show
	far     int    // the furthest step reached
	chosen  bool   // a person has moved or typed: the page moves by itself no more
	hidden  bool   // the window is away

	screens map[string]screen
	connect *connectScreen
	everything
	frame
}

// New makes the page.
func New(cfg Config) *Page {
	p := &Page{cfg: cfg, clouds: cfg.Engine.Clouds(), current: StepWay}
	p.keep = &keeper{page: p}
	p.notes = cfg.Hub.NewArea()
	p.connect = newConnectScreen(p)
	p.screens = map[string]screen{
		StepWay: newWayScreen(p), StepPortal: newPortalScreen(p), StepName: newNameScreen(p),
		StepRedirect: newRedirectScreen(p), StepIDs: newIDsScreen(p), StepSecret: newSecretScreen(p),
		StepPermissions: newPermissionsScreen(p), StepConnect: p.connect, StepProof: newProofScreen(p),
		StepDisplays: newAdoptList(p), StepRooms: newAssignList(p), StepDone: newDoneScreen(p),
	}
	p.build()
	p.show(View{})
	return p
}

// Content is what the page consists of.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Prepare works out the page of s.
func (p *Page) Prepare(s engine.Snapshot) func() {
	v := ViewOf(s)
	return func() { p.show(v) }
}

// Flush keeps what was entered and is not kept yet. Call it when the window is gone,
// on the goroutine that was the UI's, before the engine closes; it may be after the
// hub was closed.
func (p *Page) Flush(ctx context.Context) error { return p.keep.flush(ctx) }

// SetVisible stops and starts the countdown while the window is hidden and shown.
func (p *Page) SetVisible(visible bool) {
	p.hidden = !visible
	p.connect.clock.set()
}

func (p *Page) show(v View) {
	if now := v.Account; now.State == engine.Connected && p.view.Account.State != engine.Connected && now.Problem == nil {
		p.connect.failed = nil // it is over
	}
	p.view = v
	p.keep.follow(v.Account, p.prefilled())
	if !p.chosen && v.Known {
		p.place(v.Begin())
	}
	p.far = max(p.far, p.reached())
	p.refresh()
}

// reached is the furthest step that what is known allows to go to.
func (p *Page) reached() int {
	c := p.keep.credentials()
	step := StepWay
	switch {
	case p.view.Account.State == engine.Connected:
		step = StepDone
	case p.view.Account.State != engine.SignedOut && p.view.Known, p.view.Entered(), p.prefilled() != nil:
		step = StepConnect
	case c.ClientID != "" && p.hasSecret():
		step = StepPermissions
	case c.ClientID != "":
		step = StepSecret
	}
	return max(indexOf(step), indexOf(p.current))
}

// prefilled are the credentials of the demo, nil outside of it.
func (p *Page) prefilled() *engine.Credentials {
	if p.cfg.Demo == nil {
		return nil
	}
	return &p.cfg.Demo.Credentials
}

// place puts a step on show without a person's doing.
func (p *Page) place(step string) {
	if !applies(step, p.keep.credentials()) {
		step = neighbour(step, 1, p.keep.credentials())
	}
	p.current = step
}

// GoTo shows a step, as if a person had chosen it; an unknown one changes nothing.
func (p *Page) GoTo(step string) {
	if indexOf(step) < 0 {
		return
	}
	p.chosen = true
	p.place(step)
	p.far = max(p.far, indexOf(p.current))
	p.keep.now()
	p.refresh()
	p.focus()
	p.scroll.ScrollToTop() // the step begins with what is to be done, and ends with the fields
}

// focus puts the keyboard where the step's typing begins.
func (p *Page) focus() {
	c := fyne.CurrentApp().Driver().CanvasForObject(p.content)
	if c == nil || !p.content.Visible() {
		return
	}
	if f := p.screens[p.current].focus(); f != nil {
		c.Focus(f)
		return
	}
	c.Unfocus()
}

// Next goes on, if the step's fields can be right; if not, it says what is missing.
func (p *Page) Next() {
	if p.next.Disabled() || p.next.Hidden {
		return
	}
	p.chosen = true
	s := p.screens[p.current]
	err := s.ready(true)
	p.tellMissing(err)
	if err != nil {
		p.keep.now()
		p.focus()
		return
	}
	if m, ok := s.(mover); ok {
		m.next()
		return
	}
	p.forward()
}

// forward shows the next step.
func (p *Page) forward() {
	if step := neighbour(p.current, 1, p.keep.credentials()); step != "" {
		p.GoTo(step)
	}
}

// Back shows the step before.
func (p *Page) Back() {
	if step := neighbour(p.current, -1, p.keep.credentials()); step != "" {
		p.GoTo(step)
	}
}

// TypedKey takes a key that no widget had the focus for: Enter goes on.
func (p *Page) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter {
		p.Next()
	}
}

// edit changes what was entered.
func (p *Page) edit(change func(*engine.Draft)) {
	p.chosen = true
	p.keep.edit(change)
	p.tellMissing(nil)
	p.refresh()
}

// guide is what the portal needs for what was entered.
func (p *Page) guide() engine.Guide {
	c := p.keep.credentials()
	c.Secret = ""
	return p.cfg.Engine.Guide(c)
}

// application reports whether an administrator shall approve.
func (p *Page) application() bool { return p.keep.draft.Mode == engine.Application }

// hasSecret reports whether a secret is at hand, typed or kept.
func (p *Page) hasSecret() bool {
	d, a := p.keep.draft, p.view.Account
	return d.Secret != "" || d.HasSecret ||
		a.HasSecret && sameRegistration(p.keep.credentials(), normal(a.Credentials, p.clouds))
}

// changed reports whether what was entered differs from what the connection uses.
func (p *Page) changed() bool {
	c, saved := p.keep.credentials(), normal(p.view.Account.Credentials, p.clouds)
	return c != saved || p.keep.draft.HasSecret
}

// live reports whether there is a connection that a new secret could serve.
func (p *Page) live() bool {
	s := p.view.Account.State
	c, saved := p.keep.credentials(), normal(p.view.Account.Credentials, p.clouds)
	return (s == engine.Connected || s == engine.NeedsSecret) && c.Mode == saved.Mode && !c.Public && !saved.Public &&
		sameRegistration(c, saved)
}

// after calls f on the UI goroutine after d.
func (p *Page) after(d time.Duration, f func()) (stop func()) {
	if p.cfg.After != nil {
		return p.cfg.After(d, f)
	}
	stopped := false
	t := time.AfterFunc(d, func() {
		p.cfg.Hub.OnUI(func() {
			if !stopped {
				f()
			}
		})
	})
	return func() {
		stopped = true
		t.Stop()
	}
}
