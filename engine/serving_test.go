package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/display/trmnl"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// loopback is the adapter that tests serve on.
func loopback(t *testing.T) string {
	t.Helper()
	all, err := net.Interfaces()
	must(t, err)
	for _, i := range all {
		if i.Flags&net.FlagLoopback != 0 {
			return i.Name
		}
	}
	t.Skip("no loopback")
	return ""
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer func() { must(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// untilServing waits for a snapshot of which f is true.
func untilServing(t *testing.T, e *Engine, what string, f func(Snapshot) bool) Snapshot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var last Snapshot
	for s := range e.Watch(ctx) {
		if last = s; f(s) {
			return s
		}
	}
	t.Fatalf("never: %s; last %+v, displays %+v", what, last.Serving, last.Displays)
	return last
}

// servingConfig is of an engine that can serve on loopback.
func servingConfig(t *testing.T) Config {
	t.Helper()
	cfg := newLife(2, 0).config(t, t.TempDir())
	cfg.Pulls = []pull.Protocol{trmnl.New(trmnl.Options{})}
	return cfg
}

func TestPullFromKnockToGlass(t *testing.T) {
	cfg := servingConfig(t)
	e, stop := run(t, cfg)
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: loopback(t), Port: freePort(t)}))
	url := e.Snapshot().Serving.URL
	if s := e.Snapshot().Serving; s.On || url == "" {
		t.Fatalf("nobody needs it: %+v", s)
	}
	tag, err := virtual.NewTRMNL(virtual.TRMNLOptions{Model: virtual.Model{Name: "og", Width: 800, Height: 480, Scheme: virtual.SchemeMono},
		MAC: "02:00:00:00:00:01", Server: url, SleepScale: 0.001})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { defer close(served); _ = tag.Serve(ctx) }()
	defer func() { cancel(); <-served }()

	must(t, e.LetIn(t.Context(), true))
	s := untilServing(t, e, "found", func(s Snapshot) bool { return len(s.Displays) == 1 && s.Displays[0].Asks && s.Serving.On })
	id := s.Displays[0].ID
	if d := s.Displays[0]; d.Stage != Found || !d.Pull || s.Serving.Open.IsZero() || tag.Key() != "" {
		t.Fatalf("%+v, key %q", d, tag.Key())
	}
	must(t, e.LetIn(t.Context(), false))
	untilServing(t, e, "rooms", func(s Snapshot) bool { return len(s.Rooms) > 0 })
	must(t, e.Assign(t.Context(), id, roomID(0)))
	deadline := time.Now().Add(20 * time.Second)
	for tag.Key() == "" || func() bool { _, fetched, _ := tag.Count(); return fetched < 2 }() {
		if time.Now().After(deadline) {
			t.Fatalf("no picture; it says %q", tag.Message())
		}
		tag.Wake()
		time.Sleep(20 * time.Millisecond)
	}
	untilServing(t, e, "delivered", func(s Snapshot) bool { return s.Displays[0].Delivery == Delivered && s.Displays[0].Battery > 0 })
	key := tag.Key()
	if d, ok := (desk{e}).Holder(trmnl.Name, key); !ok || d.ID != id {
		t.Errorf("the token is not known: %+v", d)
	}
	if _, ok := (desk{e}).Holder("other", key); ok {
		t.Error("a token is good for another protocol")
	}

	stop() // a restart keeps the token
	e, _ = run(t, cfg)
	if d, ok := (desk{e}).Holder(trmnl.Name, key); !ok || d.ID != id {
		t.Fatal("the token is lost")
	}
	untilServing(t, e, "on", func(s Snapshot) bool { return s.Serving.On && s.Serving.URL == url })
	must(t, e.Forget(t.Context(), id))
	untilServing(t, e, "off", func(s Snapshot) bool { return !s.Serving.On })
	if _, ok := (desk{e}).Holder(trmnl.Name, key); ok {
		t.Error("a forgotten display still has a token")
	}
}

func TestServingPlace(t *testing.T) {
	e, _ := run(t, servingConfig(t))
	lo := loopback(t)
	for _, bad := range []ServingSettings{{Port: 80}, {Port: 70000}, {Interface: "none0"}, {Wake: time.Second}} {
		if e.SaveServing(t.Context(), bad) == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = taken.Close() }()
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: lo, Port: taken.Addr().(*net.TCPAddr).Port}))
	must(t, e.LetIn(t.Context(), true))
	untilServing(t, e, "a problem", func(s Snapshot) bool { return !s.Serving.On && s.Serving.Problem != nil })
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: lo, Port: freePort(t)}))
	s := untilServing(t, e, "on", func(s Snapshot) bool { return s.Serving.On && s.Serving.Problem == nil })

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Serving.URL+"/api/current_screen", nil)
	must(t, err)
	req.Header.Set("Access-Token", "wrong")
	for host, want := range map[string]int{"": http.StatusNotFound, "evil.example": http.StatusMisdirectedRequest} {
		req.Host = host
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("Host %q: %s", host, res.Status)
		}
	}
	must(t, e.LetIn(t.Context(), false))
	untilServing(t, e, "off", func(s Snapshot) bool { return !s.Serving.On })
}

// stranger is a device that fetches.
func stranger(i int, host string) display.Display {
	return display.Display{ID: display.ID(fmt.Sprintf("%s:%06x", trmnl.Name, i)), Protocol: trmnl.Name, Name: "Evil\x00" + strings.Repeat("x", 1000),
		Address: host, Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}}
}

func TestDesk(t *testing.T) {
	e, _ := run(t, servingConfig(t))
	k, d := desk{e}, stranger(0, "192.0.2.7")
	if _, ok := k.Knock(d); ok || len(e.Snapshot().Displays) != 0 {
		t.Fatal("a stranger was let in without a person")
	}
	must(t, e.LetIn(t.Context(), true))
	for i := range 2 * maxStrangers {
		k.Knock(stranger(i, "192.0.2.7"))
	}
	s := e.Snapshot()
	if len(s.Displays) != maxStrangers || slices.ContainsFunc(s.Displays, func(d Display) bool { return len(d.Name) > 4*maxWords || strings.Contains(d.Name, "\x00") }) {
		t.Fatalf("%d strangers", len(s.Displays))
	}
	if _, ok := k.Offer(d.ID); ok {
		t.Error("a stranger gets a picture")
	}
	must(t, e.Adopt(t.Context(), d.ID))
	d.Address = "192.0.2.8"
	if _, ok := k.Knock(d); ok {
		t.Fatal("another address got the key")
	}
	d.Address = "192.0.2.7"
	first, ok := k.Knock(d)
	if !ok || first == "" {
		t.Fatal("no key after adoption")
	}
	if again, ok := k.Knock(d); ok {
		t.Fatalf("a second key %q", again)
	}
	asks := func() bool {
		s := e.Snapshot()
		i := slices.IndexFunc(s.Displays, func(x Display) bool { return x.ID == d.ID })
		return s.Displays[i].Asks
	}
	if _, ok := k.Holder(trmnl.Name, first); !ok || !asks() {
		t.Fatal("it lost its key by knocking, or nobody is told")
	}
	must(t, e.Approve(t.Context(), d.ID))
	second, ok := k.Knock(d)
	if _, old := k.Holder(trmnl.Name, first); !ok || old || second == first || asks() {
		t.Errorf("after the approval: %v, old key good: %v", ok, old)
	}
	if e.Approve(t.Context(), d.ID) == nil {
		t.Error("approved what nobody asked for")
	}

	// Without tokens the address counts.
	if _, ok := k.Display(d.ID, "192.0.2.7"); !ok {
		t.Error("not known at its address")
	}
	if _, ok := k.Display(d.ID, "192.0.2.9"); ok || !asks() {
		t.Error("known elsewhere, or nobody is told")
	}
	must(t, e.Approve(t.Context(), d.ID))
	if _, ok := k.Display(d.ID, "192.0.2.9"); !ok {
		t.Error("not known at its approved address")
	}
}

// nobody speaks a language of its own and says hello.
type nobody struct{ port int }

func (nobody) Protocol() string                   { return "nobody" }
func (n nobody) Port() int                        { return n.port }
func (nobody) Announce(net.IP) (string, []string) { return "", nil }
func (nobody) Serve(ctx context.Context, l net.Listener, _ pull.Desk) error {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		_, err = c.Write([]byte("hello"))
		if err := c.Close(); err != nil {
			return err
		}
		if err != nil {
			return err
		}
	}
}

func TestListener(t *testing.T) {
	cfg := servingConfig(t)
	cfg.Pulls = nil
	n := nobody{freePort(t)}
	cfg.Listens = []pull.Listener{n}
	e, _ := run(t, cfg)
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: loopback(t)}))
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port))
	greets := func() bool {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return false
		}
		defer func() { _ = c.Close() }()
		b, err := io.ReadAll(c)
		return err == nil && string(b) == "hello"
	}
	becomes := func(want bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); greets() != want; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("greets: %v", !want)
			}
		}
	}
	if greets() {
		t.Fatal("it listens though nobody needs it")
	}
	must(t, e.LetIn(t.Context(), true))
	becomes(true)
	must(t, e.LetIn(t.Context(), false))
	becomes(false)
}

// A device must not take the place of the one that a person is looking at.
func TestStrangerKeepsItsPlace(t *testing.T) {
	e, _ := run(t, servingConfig(t))
	must(t, e.LetIn(t.Context(), true))
	k := desk{e}
	k.Knock(stranger(0, "192.0.2.7"))
	k.Knock(stranger(0, "192.0.2.66"))
	d := e.Snapshot().Displays[0]
	must(t, e.Adopt(t.Context(), d.ID))
	if _, ok := k.Knock(stranger(0, "192.0.2.66")); ok || d.Address != "192.0.2.7" {
		t.Errorf("the second device took the place of the first, at %s", d.Address)
	}
	if _, ok := k.Knock(stranger(0, "192.0.2.7")); !ok {
		t.Error("the first device got no key")
	}
}
