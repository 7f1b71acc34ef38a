package displaytest

import (
	"cmp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// stranger: a device that nobody adopted knocks and gets nothing, and serves once a
// person lets it in.
func (h PullHarness) stranger(t *testing.T) {
	if _, ok := h.addressed(); ok {
		t.Skip("its displays have addresses of their own")
	}
	s := h.open(t, NewDesk(), "")
	p := h.Panels[0]
	dev := h.Start(t, s.base(), p)
	want := dev.Display
	secret := Noise(p, 20)
	s.desk.Show(want.ID, secret.Frame, offered)
	for range 3 {
		_ = dev.Wake(t.Context())
	}
	if same(dev.Glass(), p, secret.Frame.Image) {
		t.Error("a stranger got the picture")
	}
	if r := s.desk.Reports(want.ID); len(r) > 0 {
		t.Errorf("reports of a stranger: %+v", r)
	}
	if !s.knocked(want.ID) {
		t.Fatalf("%s did not knock; these did: %+v", want.ID, s.desk.Knocks())
	}
	got := s.desk.Knocks()[0]
	if want := cmp.Or(dev.Host, "127.0.0.1"); got.Address != want {
		t.Errorf("it knocks from %q, want the host %s", got.Address, want)
	}
	got.Address, got.Name, got.Telemetry = want.Address, want.Name, want.Telemetry
	if got != want {
		t.Errorf("it knocks as\n%+v, want\n%+v", got, want)
	}
	s.desk.Admit(want.ID)
	if want.Panel == (display.Panel{}) {
		s.desk.Describe(want.ID, p) // which it can't tell
	}
	m := &member{PullDevice: dev, id: want.ID, panel: p, desk: s.desk}
	m.show(t, secret)
}

func (h PullHarness) pictures(t *testing.T) {
	for _, p := range h.Panels {
		t.Run(p.String(), func(t *testing.T) {
			s := h.open(t, NewDesk(), "")
			m := s.join(t, p)
			for _, pic := range Pictures(p) {
				t.Run(pic.Name, func(t *testing.T) { m.show(t, pic) })
			}
		})
	}
}

// unchanged: e-paper is not refreshed for the picture that it shows.
func (h PullHarness) unchanged(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	pic := Noise(m.panel, 21)
	m.show(t, pic)
	refreshes := m.Refreshes()
	for range 3 {
		m.wake(t)
	}
	if got := m.Refreshes(); got != refreshes {
		t.Errorf("the same picture refreshed the panel %d times more", got-refreshes)
	}
	m.show(t, Noise(m.panel, 22))
	if got := m.Refreshes(); got != refreshes+1 {
		t.Errorf("another picture refreshed the panel %d times, want once", got-refreshes)
	}
	m.show(t, pic) // an old one again
}

func (h PullHarness) report(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	start := time.Now()
	m.show(t, Noise(m.panel, 23))
	if m.Sleep != nil {
		if got := m.Sleep(); got != offered {
			t.Errorf("it sleeps for %v, was offered %v", got, offered)
		}
	}
	var told, due bool
	for _, r := range s.desk.Reports(m.id) {
		if r.ID != m.id || r.At.IsZero() {
			t.Errorf("report without identity or time: %+v", r)
		}
		if want := cmp.Or(m.Host, "127.0.0.1"); r.Address != "" && r.Address != want {
			t.Errorf("report from %q, want the host %s", r.Address, want)
		}
		if !r.Due.IsZero() {
			due = true
			if in := r.Due.Sub(start); in < offered-time.Second || in > offered+time.Minute {
				t.Errorf("it is due in %v, was offered %v", in, offered)
			}
		}
		if r.Telemetry.At.IsZero() {
			continue
		}
		told = true
		r.Telemetry.At = time.Time{}
		if r.Telemetry != m.Telemetry {
			t.Errorf("telemetry %+v, want %+v", r.Telemetry, m.Telemetry)
		}
	}
	if m.Telemetry != (display.Telemetry{}) && !told {
		t.Error("no report has telemetry")
	}
	if m.Sleep != nil && !due {
		t.Error("no report says when it is heard next")
	}
}

func (h PullHarness) nothingToShow(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	old := Noise(m.panel, 24)
	m.show(t, old)
	refreshes := m.Refreshes()
	s.desk.Withdraw(m.id)
	_ = m.Wake(t.Context()) // it may call this a fault
	if got := m.Refreshes(); got != refreshes && !h.Notices {
		t.Errorf("the panel refreshed %d times for nothing", got-refreshes)
	}
	m.show(t, Noise(m.panel, 25))
}

// wrongFrame: what does not fit the panel is not sent.
func (h PullHarness) wrongFrame(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	m.show(t, Noise(m.panel, 26))
	larger := m.panel
	larger.Width, larger.Height = larger.Width+8, larger.Height+8
	for name, f := range map[string]display.Frame{"no picture": {Hash: "none"}, "wrong size": Noise(larger, 27).Frame} {
		refreshes := m.Refreshes()
		m.desk.Show(m.id, f, offered)
		_ = m.Wake(t.Context())
		if got := m.Refreshes(); got != refreshes && !h.Notices {
			t.Errorf("%s: the panel refreshed", name)
		}
	}
	s.stop()
	for _, hash := range []string{"none", Noise(larger, 27).Frame.Hash} {
		if m.desk.Shown(m.id, hash) > 0 {
			t.Errorf("a report says that %q is shown", hash)
		}
	}
}

// wrongToken: an address with a made-up secret gives nothing.
func (h PullHarness) wrongToken(t *testing.T) {
	a, ok := h.addressed()
	if !ok {
		t.Skip("its displays get their tokens by themselves")
	}
	s := h.open(t, NewDesk(), "")
	p := h.Panels[0]
	d := display.Display{ID: display.ID(a.Protocol() + ":1"), Protocol: a.Protocol(), Panel: p, Pull: true}
	s.desk.Adopt(d)
	pic := Noise(p, 28)
	s.desk.Show(d.ID, pic.Frame, offered)
	dev := h.Start(t, a.Instructions(s.base(), pull.NewToken(), d).URL, p)
	if err := dev.Wake(t.Context()); err == nil {
		t.Error("a made-up token made no fault")
	}
	s.stop()
	if n := dev.Refreshes(); n != 0 {
		t.Errorf("the panel refreshed %d times", n)
	}
	if r := s.desk.Reports(d.ID); len(r) > 0 {
		t.Errorf("reports: %+v", r)
	}
	if k := s.desk.Knocks(); len(k) > 0 {
		t.Errorf("knocks: %+v", k)
	}
}

// lostToken: a token that was taken back opens nothing, until a person says yes again.
func (h PullHarness) lostToken(t *testing.T) {
	if h.Tokenless {
		t.Skip("it has no tokens")
	}
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	m.show(t, Noise(m.panel, 29))
	s.desk.Revoke(m.id)
	pic := Noise(m.panel, 30)
	s.desk.Show(m.id, pic.Frame, offered)
	m.refuse(t, s, pic)
	if _, ok := h.addressed(); ok {
		return // it needs another address: another device
	}
	again := h.open(t, s.desk, s.at)
	_ = m.Wake(t.Context())
	if !again.knocked(m.id) {
		t.Fatal("it does not knock again")
	}
	again.desk.Admit(m.id)
	if m.Reset != nil {
		m.Reset()
	}
	m.show(t, pic)
}

// elsewhere: a display that is known by its address alone is not served at another one.
func (h PullHarness) elsewhere(t *testing.T) {
	if !h.Tokenless {
		t.Skip("its displays have tokens")
	}
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	m.show(t, Noise(m.panel, 31))
	s.desk.Pin(m.id, "192.0.2.1")
	pic := Noise(m.panel, 32)
	s.desk.Show(m.id, pic.Frame, offered)
	m.refuse(t, s, pic)
	if s.desk.Strangers() == 0 {
		t.Error("the desk was not asked with the host")
	}
}

// manyAtOnce: no device gets the picture of another.
func (h PullHarness) manyAtOnce(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	var members []*member
	for i := range 4 {
		members = append(members, s.join(t, h.Panels[i%len(h.Panels)]))
	}
	if ids := slices.Compact(slices.Sorted(func(yield func(display.ID) bool) {
		for _, m := range members {
			if !yield(m.id) {
				return
			}
		}
	})); len(ids) != len(members) {
		t.Fatalf("the harness made devices of the same identity: %q", ids)
	}
	for round := range 3 {
		var awake sync.WaitGroup
		for i, m := range members {
			s.desk.Show(m.id, Noise(m.panel, uint64(100*round+i)).Frame, offered)
			awake.Go(func() {
				for range 3 { // the first may only bring the token
					_ = m.Wake(t.Context())
				}
			})
		}
		awake.Wait()
		for i, m := range members {
			CheckGlass(t, m.Glass(), m.panel, Noise(m.panel, uint64(100*round+i)).Frame.Image)
		}
	}
}

// reboot: what a device forgets without power costs a fetch at most.
func (h PullHarness) reboot(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	if m.Reboot == nil {
		t.Skip("it can't")
	}
	pic := Noise(m.panel, 33)
	m.show(t, pic)
	m.Reboot()
	m.wake(t)
	CheckGlass(t, m.Glass(), m.panel, pic.Frame.Image)
	m.show(t, Noise(m.panel, 34))
}

// dropMidFrame: a picture that arrived in part was not shown.
func (h PullHarness) dropMidFrame(t *testing.T) {
	if !slices.Contains(h.Faults, DropMidFrame) {
		t.Skip("it can't")
	}
	for _, p := range h.Panels {
		t.Run(p.String(), func(t *testing.T) {
			s := h.open(t, NewDesk(), "")
			m := s.join(t, p)
			old := Noise(p, 35)
			m.show(t, old)
			pic := Noise(p, 36)
			s.desk.Show(m.id, pic.Frame, offered)
			m.SetFault(DropMidFrame)
			m.refuse(t, s, pic)
			CheckGlass(t, m.Glass(), p, old.Frame.Image)
			m.SetFault(NoFault)
			h.open(t, s.desk, s.at)
			m.show(t, pic)
		})
	}
}

// serverRestarts: whoever served last, the glass follows.
func (h PullHarness) serverRestarts(t *testing.T) {
	s := h.open(t, NewDesk(), "")
	m := s.join(t, h.Panels[0])
	old := Noise(m.panel, 37)
	m.show(t, old)
	refreshes := m.Refreshes()
	s.stop()
	if err := m.Wake(t.Context()); err == nil {
		t.Error("no server made no fault")
	}
	CheckGlass(t, m.Glass(), m.panel, old.Frame.Image)
	h.open(t, s.desk, s.at)
	m.wake(t)
	if got := m.Refreshes(); got != refreshes {
		t.Errorf("the panel refreshed %d times for what it shows", got-refreshes)
	}
	m.show(t, Noise(m.panel, 38))
}

// serverMoves: the server has another address, which a person types in.
func (h PullHarness) serverMoves(t *testing.T) {
	desk := NewDesk()
	s := h.open(t, desk, "")
	m := s.join(t, h.Panels[0])
	if m.SetServer == nil {
		t.Skip("it can't")
	}
	m.show(t, Noise(m.panel, 39))
	next := h.open(t, desk, "")
	s.stop()
	if a, ok := h.addressed(); ok {
		// The desk does not keep the token, so the display gets another.
		d := display.Display{ID: m.id, Protocol: a.Protocol(), Panel: m.panel, Pull: true}
		m.SetServer(a.Instructions(next.base(), desk.Adopt(d), d).URL)
	} else {
		m.SetServer(next.base())
	}
	for i := range 2 {
		m.show(t, Noise(m.panel, uint64(40+i)))
	}
}
