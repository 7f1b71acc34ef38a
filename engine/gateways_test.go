package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
)

// points is the driver of made-up access points, whose tags wake every five minutes. It
// demands the key "sesame" where locked is set.
type points struct {
	mu      sync.Mutex
	tags    map[string][]string // names of tags by the access point's address
	down    map[string]bool
	locked  bool
	lists   int
	changed chan struct{}
}

func newPoints() *points {
	return &points{tags: map[string][]string{}, down: map[string]bool{}, changed: make(chan struct{})}
}

// set changes the world of the access points and ends what goes on with them.
func (p *points) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	close(p.changed)
	p.changed = make(chan struct{})
}

type pointsKey struct {
	*points
	key string
}

func (p pointsKey) Protocol() string                  { return "points" }
func (p pointsKey) WithKey(key string) display.Driver { p.key = key; return p }

func (p pointsKey) reach(address string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	host, _, _ := strings.Cut(address, "/")
	_, there := p.tags[host]
	switch {
	case !there || p.down[host]:
		return &display.Error{Kind: display.Unreachable, Op: "connect", Address: address, Remedy: "Switch it on.", Err: errors.New("no route")}
	case p.locked && p.key != "sesame":
		return &display.Error{Kind: display.KeyRefused, Op: "list displays", Address: address, Remedy: "Enter the key.", Err: errors.New("wrong key")}
	}
	return nil
}

func (p pointsKey) tag(host, name string) display.Display {
	return display.Display{ID: display.ID("points:" + name), Protocol: "points", Name: "Tag " + name, Address: host + "/" + name, Sleeps: true,
		Panel: display.Panel{Width: 296, Height: 128, Scheme: display.BWR}, Telemetry: display.Telemetry{Battery: 2950, Signal: -60, At: time.Now()}}
}

func (p pointsKey) Displays(_ context.Context, host string) (display.Hub, []display.Display, error) {
	if err := p.reach(host); err != nil {
		return display.Hub{}, nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lists++
	var list []display.Display
	for _, name := range p.tags[host] {
		list = append(list, p.tag(host, name))
	}
	return display.Hub{Name: "Point " + host, Address: host, Protocol: "points"}, list, nil
}

func (p pointsKey) Watch(ctx context.Context, host string, report func(display.Report)) error {
	if err := p.reach(host); err != nil {
		return err
	}
	p.mu.Lock()
	tags, changed := slices.Clone(p.tags[host]), p.changed
	p.mu.Unlock()
	for {
		for _, name := range tags {
			report(display.Report{ID: display.ID("points:" + name), At: time.Now()})
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
			return errors.New("the connection was lost")
		case <-time.After(5 * time.Minute):
		}
	}
}

func (p pointsKey) Probe(_ context.Context, address string) (display.Display, error) {
	host, name, _ := strings.Cut(address, "/")
	return p.tag(host, name), p.reach(address)
}

func (p pointsKey) Push(_ context.Context, d display.Display, _ display.Frame) (display.Receipt, error) {
	return display.Receipt{At: time.Now()}, p.reach(d.Address)
}

// withPoints runs an engine in an office with access points.
func withPoints(t *testing.T, test func(t *testing.T, e *Engine, p *points, again func() *Engine)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPoints()
		l := newLife(2, 1)
		cfg := l.config(t, t.TempDir())
		cfg.Drivers = append(cfg.Drivers, pointsKey{points: p})
		e, stop := run(t, cfg)
		settle(time.Minute)
		test(t, e, p, func() *Engine {
			stop()
			e, stop = run(t, cfg)
			settle(time.Minute)
			return e
		})
		stop()
	})
}

func TestGatewayListsItsDisplays(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, again func() *Engine) {
		p.set(func() { p.tags["ap1"] = []string{"a", "b"} })
		g, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: "ap1"})
		if err != nil || g.Displays != 2 || g.Name != "Point ap1" || !g.InUse || !g.Keyed {
			t.Fatalf("gateway %+v, %v", g, err)
		}
		if err := e.Assign(t.Context(), "points:a", roomID(0)); err != nil {
			t.Fatal(err)
		}
		p.set(func() { p.tags["ap1"] = append(p.tags["ap1"], "c") })
		settle(time.Minute) // the connection was lost; the next listing has it
		if s := e.Snapshot(); len(s.Displays) != 3 || s.Gateways[0].Displays != 3 {
			t.Fatalf("%d displays, gateways %+v", len(s.Displays), s.Gateways)
		}
		e = again()
		s := e.Snapshot()
		if len(s.Displays) != 3 || !s.Gateways[0].InUse || s.Displays[0].Room != roomID(0) || s.Displays[0].Signal != -60 {
			t.Fatalf("after a restart: %+v", s)
		}
		if err := e.DropGateway(t.Context(), g.ID()); err != nil {
			t.Fatal(err)
		}
		lists := p.lists
		settle(time.Hour)
		if s := e.Snapshot(); len(s.Displays) != 1 || len(s.Gateways) != 0 || p.lists != lists {
			t.Errorf("given up: %d displays, gateways %+v, asked %d times more", len(s.Displays), s.Gateways, p.lists-lists)
		}
		if err := e.DropGateway(t.Context(), g.ID()); err == nil {
			t.Error("given up twice")
		}
	})
}

func TestGatewayKey(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, again func() *Engine) {
		p.set(func() { p.tags["hub"], p.locked = []string{"a"}, true })
		_, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: "hub"})
		if display.KindOf(err) != display.KeyRefused || len(e.Snapshot().Gateways) != 0 {
			t.Fatalf("without a key: %v, %+v", err, e.Snapshot().Gateways)
		}
		if _, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: "hub", Key: "sesame"}); err != nil {
			t.Fatal(err)
		}
		if err := e.Assign(t.Context(), "points:a", roomID(0)); err != nil {
			t.Fatal(err)
		}
		settle(time.Minute)
		e = again() // the key comes from the vault
		settle(15 * time.Minute)
		s := e.Snapshot()
		if g := s.Gateways[0]; !g.HasKey || g.Problem != nil {
			t.Errorf("after a restart: %+v", g)
		}
		if d := s.Displays[0]; d.Delivery != Delivered {
			t.Errorf("display is %s: %+v", d.Delivery, d.Problem)
		}
		if _, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: "hub"}); err != nil {
			t.Errorf("with the saved key: %v", err)
		}
		if _, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "memory", Address: "hub"}); err == nil {
			t.Error("a display was used as a gateway")
		}
	})
}

// An access point that goes down is told of, once, and asked ever more rarely.
func TestGatewayDown(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		p.set(func() { p.tags["ap1"] = []string{"a"} })
		if _, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: "ap1"}); err != nil {
			t.Fatal(err)
		}
		told := func() *health.Problem {
			for _, pr := range e.Snapshot().Problems {
				if pr.Code == codeGateway {
					return &pr
				}
			}
			return nil
		}
		p.set(func() { p.down["ap1"] = true })
		settle(time.Second)
		if told() != nil {
			t.Error("told of the first failure, which mends itself")
		}
		settle(20 * time.Minute)
		if pr := told(); pr == nil || !strings.Contains(pr.Title, "Point ap1") || pr.Remedy == "" {
			t.Fatalf("problem %+v", pr)
		}
		p.set(func() { p.down["ap1"] = false })
		settle(10 * time.Minute)
		if pr := told(); pr != nil || e.Snapshot().Gateways[0].Problem != nil {
			t.Errorf("still told when it is back: %+v", pr)
		}
	})
}

// A tag that another access point claims stays where it is while its own still has it, and
// moves once that is gone.
func TestTagRoams(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		p.set(func() { p.tags["ap1"], p.tags["ap2"] = []string{"a"}, []string{"a"} })
		use := func(address string) {
			if _, err := e.UseGateway(t.Context(), GatewayRequest{Protocol: "points", Address: address}); err != nil {
				t.Fatal(err)
			}
		}
		use("ap1")
		if err := e.Assign(t.Context(), "points:a", roomID(0)); err != nil {
			t.Fatal(err)
		}
		use("ap2")
		rival := func() bool {
			return slices.ContainsFunc(e.Snapshot().Problems, func(pr health.Problem) bool { return pr.Code == codeRival })
		}
		if d := e.Snapshot().Displays[0]; d.Gateway() != "ap1" || !rival() {
			t.Errorf("display at %s, told: %v", d.Address, rival())
		}
		p.set(func() { p.tags["ap1"] = nil })
		settle(time.Hour)
		if d := e.Snapshot().Displays[0]; d.Gateway() != "ap2" || d.Room != roomID(0) || d.Delivery != Delivered {
			t.Errorf("after it roamed: at %s, %s", d.Address, d.Delivery)
		}
		if rival() {
			t.Error("the alarm stays")
		}
	})
}

// An access point that was found is asked nothing until somebody wants it.
func TestFoundGateway(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		p.set(func() { p.tags["ap1"] = []string{"a"} })
		e.onCandidate(display.Candidate{Gateway: true, Protocol: "points", Name: "Hall", Address: "ap1", SeenAt: time.Now()})
		settle(time.Minute)
		s := e.Snapshot()
		if len(s.Gateways) != 1 || s.Gateways[0].InUse || s.Gateways[0].Name != "Hall" || len(s.Displays) != 0 || p.lists != 0 {
			t.Errorf("gateways %+v, %d displays, asked %d times", s.Gateways, len(s.Displays), p.lists)
		}
		settle(2 * time.Hour)
		if n := len(e.Snapshot().Gateways); n != 0 {
			t.Errorf("%d gateways long after they were seen", n)
		}
	})
}

// By its address, a device is recognised whatever it speaks.
func TestAddByAddress(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		p.set(func() { p.tags["ap1"] = []string{"a"} })
		delete(e.drivers, "memory") // answers to every address
		e.cfg.Drivers = e.cfg.Drivers[1:]
		if id, err := e.AddDisplay(t.Context(), "ap1"); err != nil || id != "" || len(e.Snapshot().Gateways) != 1 {
			t.Errorf("added %q, %v", id, err)
		}
		if _, err := e.AddDisplay(t.Context(), "nobody"); display.KindOf(err) != display.Unreachable {
			t.Errorf("nobody there: %v", err)
		}
		p.set(func() { p.locked = true })
		if _, err := e.AddDisplay(t.Context(), "ap1"); display.KindOf(err) != display.KeyRefused {
			t.Errorf("locked: %v", err)
		}
	})
}

func TestTellingError(t *testing.T) {
	of := func(k display.Kind) error {
		return &display.Error{Kind: k, Op: "ask", Address: "x", Err: errors.New("no")}
	}
	got := tellingError([]error{of(display.Unreachable), of(display.Protocol), of(display.Occupied), errors.New("other")})
	if display.KindOf(got) != "" { // what no driver should give is not hidden
		t.Errorf("chose %v", got)
	}
	if got := tellingError([]error{of(display.Unreachable), of(display.Occupied), of(display.Protocol)}); display.KindOf(got) != display.Occupied {
		t.Errorf("chose %v", got)
	}
}

func TestImportDisplays(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		p.set(func() { p.tags["ap1"] = []string{"a", "b"} })
		list := "\xef\xbb\xbfKind;Address;Room;Name\r\n" +
			"points;ap1;;\r\n" +
			"points;ap1/a;ROOM0@contoso.com;Door of Oslo\r\n" +
			";ap1/b;;\r\n" +
			";;;\r\n" +
			"memory;0000;no such room;\r\n" +
			"tv;0000;;\r\n" +
			"points;ap9;;\r\n" +
			"memory;0000;Room 1;K\u00fcche\r\n"
		var steps []string
		got, err := e.ImportDisplays(t.Context(), []byte(list), func(done, of int) { steps = append(steps, fmt.Sprint(done, "/", of)) })
		if err != nil || got.Added != 3 {
			t.Fatalf("%+v, %v", got, err)
		}
		var lines []int
		for _, pr := range got.Problems {
			lines = append(lines, pr.Line)
			if pr.Text == "" || strings.Contains(pr.Text, "\n") {
				t.Errorf("problem %+v", pr)
			}
		}
		if want := []int{6, 7, 8}; !slices.Equal(lines, want) {
			t.Errorf("problems %+v", got.Problems)
		}
		if got.Assigned != 2 || len(steps) != 7 || steps[6] != "7/7" {
			t.Errorf("assigned %d, steps %q", got.Assigned, steps)
		}
		settle(time.Minute)
		names := map[display.ID]string{}
		for _, d := range e.Snapshot().Displays {
			names[d.ID] = d.Name + " " + string(d.Room)
		}
		if names["points:a"] != "Door of Oslo room0@contoso.com" || names["memory:0000"] != "Küche room1@contoso.com" {
			t.Errorf("displays %q", names)
		}
	})
}

func TestImportRefuses(t *testing.T) {
	withPoints(t, func(t *testing.T, e *Engine, p *points, _ func() *Engine) {
		for name, list := range map[string]string{
			"nothing": "", "no titles": "10.0.0.1,Oslo\n", "a quote left open": "address\n\"10.0.0.1\n",
			"a picture": "\x89PNG\r\n\x1a\n\x00\x00", "too long": "address\n" + strings.Repeat("x\n", maxLines+1),
			"too large": strings.Repeat("a", maxList+1),
		} {
			if got, err := e.ImportDisplays(t.Context(), []byte(list), nil); err == nil || got.Added != 0 {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	})
}

func FuzzParseList(f *testing.F) {
	f.Add([]byte("address;kind\r\n10.0.0.1;\r\n"))
	f.Add([]byte("\xff\xfea\x00d\x00d\x00r\x00e\x00s\x00s\x00\n\x00x\x00"))
	f.Add([]byte("room,address\n\"K\xfcche\",\"a\nb\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		lines, err := parseList(data)
		if err != nil && len(lines) > 0 {
			t.Errorf("an error and %d lines", len(lines))
		}
		for _, l := range lines {
			if l.number < 2 || l == (listed{number: l.number}) {
				t.Errorf("line %+v", l)
			}
		}
	})
}

func TestSearchOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		cfg.Interfaces = nil
		cfg.Rescan = 100 * time.Hour // nothing is looked for in this test
		e, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}()
		chosen := func() (names []string) {
			list, err := e.NetInterfaces()
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range list {
				if i.Chosen {
					names = append(names, i.Name)
				}
			}
			return names
		}
		if err := e.SearchOn(t.Context(), "no such adapter"); err != nil {
			t.Fatal(err)
		}
		if got := chosen(); len(got) != 0 {
			t.Errorf("chosen %q", got)
		}
		if err := e.SearchOn(t.Context()); err != nil {
			t.Fatal(err)
		}
		if list, err := e.NetInterfaces(); err != nil || len(list) == 0 || slices.ContainsFunc(list, func(i NetInterface) bool { return i.Chosen != (i.Why == "") }) {
			t.Errorf("by default: %+v, %v", list, err)
		}
	})
}
