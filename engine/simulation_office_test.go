package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/syncer"
)

// sim is a whole office for the simulation: the calendars of a [life], panels of every way
// to be reached, and a wall clock that jumps. It notes whatever breaks a promise.
type sim struct {
	*life
	wall hurried

	mu       sync.Mutex
	panels   map[display.ID]*panel
	order    []*panel
	hubs     map[string]bool // with a push going on
	lenient  bool            // what failed may be tried at once
	throttle time.Time       // until when Graph puts everything off
	promises []string        // that were broken
}

// panel is one display and what has happened to it.
type panel struct {
	id      display.ID
	room    calendar.RoomID // that an admin assigned; "" = none
	scheme  display.Scheme
	refresh time.Duration
	hub     string // address; "" = direct
	pull    bool
	sleeps  bool

	off, hangs, flaky bool
	awake             bool // of one that sleeps

	glass  string // hash
	held   string // hash that the hub has for it, with its ticket
	ticket string
	doubt  bool // the last push did not end well: the same may come again
	busy   bool // a push goes on

	failed   time.Time // when the last push failed; zero = it did not, or something since allows to try at once
	attempts []time.Time
}

const hubs = 1

// newSim makes an office of rooms with a display of each kind, as many as are asked for.
func newSim(rooms, displays int) *sim {
	s := &sim{life: newLife(rooms, 0), panels: map[display.ID]*panel{}, hubs: map[string]bool{}}
	for i := range displays {
		p := &panel{scheme: display.Mono, refresh: 2 * time.Second}
		switch i % 6 {
		case 1:
			p.scheme, p.refresh = display.BWR, 15*time.Second
		case 2:
			p.scheme, p.refresh = display.Spectra6, 25*time.Second
		case 3:
			p.sleeps = true
		case 4:
			p.hub = fmt.Sprintf("hub%d", i/6%hubs)
		case 5:
			p.pull = true
		}
		switch {
		case p.hub != "":
			p.id = display.ID(fmt.Sprintf("hub:%04d", i))
		case p.pull: // named when it is made
			p.id = display.ID(fmt.Sprintf("fetch:%04d", i))
		default:
			p.id = display.ID(fmt.Sprintf("sim:%04d", i))
		}
		s.panels[p.id] = p
		s.order = append(s.order, p)
	}
	return s
}

// broke notes that a promise was broken. s.mu is held.
func (s *sim) broke(format string, args ...any) {
	s.promises = append(s.promises, time.Now().UTC().Format(time.DateTime)+": "+fmt.Sprintf(format, args...))
}

func (s *sim) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Changes implements [syncer.Source], with Graph's throttling.
func (s *sim) Changes(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error) {
	s.mu.Lock()
	wait := time.Until(s.throttle)
	s.mu.Unlock()
	if wait > 0 {
		return nil, &syncer.Error{Kind: syncer.Throttled, Op: "read the calendars", RetryAfter: wait}
	}
	return s.life.Changes(ctx, requests)
}

type simSource struct {
	source
	s *sim
}

func (s simSource) Changes(ctx context.Context, r []syncer.Request) ([]syncer.Change, error) {
	return s.s.Changes(ctx, r)
}

// direct, viaHub and fetching are the three ways to a panel.
type direct struct{ s *sim }

func (d direct) Protocol() string { return "sim" }

func (d direct) Probe(_ context.Context, address string) (display.Display, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	p := d.s.panels[display.ID("sim:"+address)]
	return d.s.describe(p, address), nil
}

func (s *sim) describe(p *panel, address string) display.Display {
	protocol, _, _ := strings.Cut(string(p.id), ":")
	return display.Display{ID: p.id, Protocol: protocol, Name: string(p.id), Address: address, Sleeps: p.sleeps || p.hub != "",
		Panel: display.Panel{Width: 296, Height: 128, Scheme: p.scheme}}
}

func (d direct) Push(ctx context.Context, to display.Display, f display.Frame) (display.Receipt, error) {
	s := d.s
	s.mu.Lock()
	p := s.panels[to.ID]
	s.begin(p)
	away, hangs, torn := p.off || p.sleeps && !p.awake, p.hangs, p.flaky && len(p.attempts)%5 != 0
	s.mu.Unlock()
	defer s.with(func() { p.busy = false })
	if away {
		err := pause(ctx, 3*time.Second)
		s.with(func() { s.failedAt(p, err != nil) }) // of a push that was cut short nothing is known
		if err != nil {
			return display.Receipt{}, err
		}
		return display.Receipt{}, &display.Error{Kind: display.Unreachable, Op: "connect", Address: to.Address}
	}
	if hangs {
		<-ctx.Done()
		s.with(func() { s.failedAt(p, true) })
		return display.Receipt{}, ctx.Err()
	}
	err := pause(ctx, p.refresh)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		p.glass = "torn"
		s.failedAt(p, true)
		return display.Receipt{}, err
	case torn:
		p.glass = "torn"
		s.failedAt(p, true)
		return display.Receipt{}, &display.Error{Kind: display.Timeout, Op: "send the picture", Address: to.Address}
	}
	if p.glass == f.Hash && !p.doubt {
		s.broke("%s was sent what it showed", p.id)
	}
	p.glass, p.doubt, p.failed = f.Hash, false, time.Time{}
	return display.Receipt{At: s.wall.now()}, nil
}

// begin notes that a push begins. s.mu is held.
func (s *sim) begin(p *panel) {
	now := time.Now()
	if p.busy {
		s.broke("two pushes at once to %s", p.id)
	}
	p.busy = true
	// The shortest delay is 2 s less 30 %.
	if !s.lenient && !p.failed.IsZero() && now.Sub(p.failed) < 1400*time.Millisecond {
		s.broke("%s was tried again %v after a failure", p.id, now.Sub(p.failed))
	}
	p.attempts = append(p.attempts, now)
	recent := slices.IndexFunc(p.attempts, func(t time.Time) bool { return now.Sub(t) < time.Hour })
	p.attempts = p.attempts[recent:]
	// 2, 4, 8 … 300 s: 7 tries until the delays are at their most, then one each 300 s less
	// 30 %; what the display should show may change meanwhile, which begins anew.
	if n := len(p.attempts); !p.failed.IsZero() && n > 60 {
		s.broke("%s was tried %d times in an hour", p.id, n)
	}
}

// failedAt notes that a push failed. s.mu is held.
func (s *sim) failedAt(p *panel, doubt bool) {
	p.failed = time.Now()
	p.doubt = p.doubt || doubt
}

// freely says that something allows to try at once whatever failed. s.mu is held.
func (s *sim) freely() {
	for _, p := range s.panels {
		p.failed, p.attempts = time.Time{}, nil
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

type viaHub struct{ s *sim }

func (h viaHub) Protocol() string { return "hub" }

func (h viaHub) Displays(_ context.Context, address string) (display.Hub, []display.Display, error) {
	if !strings.HasPrefix(address, "hub") {
		return display.Hub{}, nil, &display.Error{Kind: display.Protocol, Op: "list displays", Address: address}
	}
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	var list []display.Display
	for _, p := range h.s.order {
		if p.hub == address {
			list = append(list, h.s.describe(p, address+"/"+string(p.id)))
		}
	}
	return display.Hub{Name: address, Address: address, Protocol: "hub"}, list, nil
}

func (h viaHub) Probe(_ context.Context, address string) (display.Display, error) {
	_, id, _ := strings.Cut(address, "/")
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.s.describe(h.s.panels[display.ID(id)], address), nil
}

// Push keeps the frame for a display that wakes every five minutes.
func (h viaHub) Push(ctx context.Context, to display.Display, f display.Frame) (display.Receipt, error) {
	s := h.s
	s.mu.Lock()
	p := s.panels[to.ID]
	s.begin(p)
	if s.hubs[p.hub] {
		s.broke("two pushes at once through %s", p.hub)
	}
	s.hubs[p.hub] = true
	s.mu.Unlock()
	defer s.with(func() { p.busy, s.hubs[p.hub] = false, false })
	err := pause(ctx, 3*time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failedAt(p, true)
		return display.Receipt{}, err
	}
	if (p.glass == f.Hash && p.held == "" || p.held == f.Hash) && !p.doubt && !p.off {
		s.broke("%s was sent what it shows, or what its hub holds for it", p.id)
	}
	p.held, p.ticket = f.Hash, fmt.Sprint("t", len(p.attempts), time.Now().UnixNano())
	p.doubt, p.failed = p.off, time.Time{} // nobody fetches it: it may be sent again
	return display.Receipt{At: s.wall.now(), Ticket: p.ticket}, nil
}

// Watch wakes the displays of a hub every five minutes.
func (h viaHub) Watch(ctx context.Context, address string, report func(display.Report)) error {
	s := h.s
	for {
		s.mu.Lock()
		var reports []display.Report
		for _, p := range s.order {
			if p.hub != address || p.off {
				continue
			}
			if p.held != "" {
				p.glass, p.held, p.doubt = p.held, "", false
			}
			reports = append(reports, display.Report{ID: p.id, At: s.wall.now(), Ticket: p.ticket})
		}
		s.mu.Unlock()
		for _, r := range reports {
			report(r)
		}
		if err := pause(ctx, 5*time.Minute); err != nil {
			return err
		}
	}
}

type fetching struct{}

func (fetching) Protocol() string                 { return "fetch" }
func (fetching) Routes(*http.ServeMux, pull.Desk) {}
func (fetching) Instructions(_, _ string, _ display.Display) display.Instructions {
	return display.Instructions{}
}

// fetch lets a panel that is on fetch its picture, as a server's page would.
func (s *sim) fetch(e *Engine, p *panel) (sleep time.Duration) {
	offer, ok := desk{e}.Offer(p.id)
	s.mu.Lock()
	if !ok || p.off {
		s.mu.Unlock()
		return 5 * time.Minute
	}
	p.glass = offer.Frame.Hash
	s.mu.Unlock()
	desk{e}.Report(display.Report{ID: p.id, Shown: offer.Frame.Hash, At: s.wall.now()})
	return offer.Sleep
}

// lifeOf lets a panel come and go as its kind does, until ctx ends.
func (s *sim) lifeOf(ctx context.Context, e *Engine, p *panel) {
	for ctx.Err() == nil {
		switch {
		case p.pull:
			_ = pause(ctx, s.fetch(e, p))
		case p.sleeps: // awake for two minutes of fifteen
			s.with(func() { p.awake = true })
			e.rec.Seen(p.id)
			s.with(func() { p.failed = time.Time{} })
			_ = pause(ctx, 2*time.Minute)
			s.with(func() { p.awake = false })
			_ = pause(ctx, 13*time.Minute)
		default:
			<-ctx.Done()
		}
	}
}

// edit changes a calendar at random, at the wall clock's time.
func (s *sim) edit(rnd *rand.Rand) { s.life.editAt(rnd, s.wall.now(), 8) }

// descriptors counts the open files of this process; 0 where that can't be told.
func descriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(list)
}
