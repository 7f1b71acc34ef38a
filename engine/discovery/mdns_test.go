package discovery_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grandcat/zeroconf"
	"github.com/miekg/dns"

	"github.com/roomink/roomink/engine/discovery"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/opendisplay"
	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

func TestMain(m *testing.M) { os.Exit(loopnet.Main(context.Background(), m)) }

// watcher keeps what a browser found and waits for more.
type watcher struct {
	mu      sync.Mutex
	byName  map[string]display.Candidate
	times   map[string]int
	notices []discovery.Notice
	changed chan struct{}
}

func watch() *watcher {
	return &watcher{byName: map[string]display.Candidate{}, times: map[string]int{}, changed: make(chan struct{}, 1)}
}

func (w *watcher) found(c display.Candidate) {
	w.mu.Lock()
	w.byName[c.Name] = c
	w.times[c.Name]++
	w.mu.Unlock()
	w.poke()
}

func (w *watcher) notice(n discovery.Notice) {
	w.mu.Lock()
	w.notices = append(w.notices, n)
	w.mu.Unlock()
	w.poke()
}

func (w *watcher) poke() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// until waits for a condition on what was found.
func (w *watcher) until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		w.mu.Lock()
		done := ok()
		w.mu.Unlock()
		if done {
			return
		}
		select {
		case <-w.changed:
		case <-timeout:
			w.mu.Lock()
			defer w.mu.Unlock()
			t.Fatalf("%s: not within 30 s; found %+v, notices %q", what, w.byName, w.notices)
		}
	}
}

// serve runs a browser on loopback, with short rounds, until the test ends.
func serve(t *testing.T, w *watcher, o discovery.Options) {
	t.Helper()
	loopnet.Require(t.Context(), t)
	o.Announcers = []display.Announcer{opendisplay.New(opendisplay.Options{})}
	o.Found, o.Notice, o.Rescan = w.found, w.notice, 300*time.Millisecond
	o.Interfaces = discovery.Named("lo")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = discovery.New(o).Serve(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
}

func announce(t *testing.T, instance string, port int, txt ...string) *zeroconf.Server {
	t.Helper()
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	host := strings.Map(func(r rune) rune {
		if r < 'a' || r > 'z' {
			return 'x'
		}
		return r
	}, strings.ToLower(instance))
	s, err := zeroconf.RegisterProxy(instance, "_opendisplay._tcp", "local.", port, host, []string{"127.0.0.1"}, txt, []net.Interface{lo})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFindsAnnouncedDisplays(t *testing.T) {
	w := watch()
	serve(t, w, discovery.Options{})
	for _, s := range []*zeroconf.Server{
		announce(t, "Door 1", 2446, "mac=02:00:00:00:00:01", "tls=0", "fw=2.24", "cm=05", "id=00000001", "pv=2.2", "msd=00000000000000000000007c9001"),
		announce(t, "Locked", 2447, "mac=02:00:00:00:00:02", "tls=1"),
		announce(t, "Old", 2448, "msd=00000000000000000000007c9001"),
		announce(t, "Junk", 2449, "mac=\x1b[2J", strings.Repeat("x", 200), "="),
		announce(t, "OpenDisplay Server (pc)", 2450, "ip=127.0.0.1"),
	} {
		t.Cleanup(s.Shutdown)
	}
	for i, want := range []display.Candidate{
		{Name: "Door 1", ID: "opendisplay:02:00:00:00:00:01", Address: "127.0.0.1:2446", Firmware: "2.24",
			Telemetry: display.Telemetry{Battery: 4000, Temperature: 22}, Inputs: strings.Repeat("\x00", 11)},
		{Name: "Locked", ID: "opendisplay:02:00:00:00:00:02", Address: "127.0.0.1:2447", Secured: true},
		{Name: "Old", ID: "opendisplay:@127.0.0.1:2448", Address: "127.0.0.1:2448",
			Telemetry: display.Telemetry{Battery: 4000, Temperature: 22}, Inputs: strings.Repeat("\x00", 11)},
		{Name: "Junk", Address: "127.0.0.1:2449", Problem: `announcement says mac="[2J", which is no hardware address`},
	} {
		// Twice, so that a later round is proved as well.
		w.until(t, want.Name, func() bool { return w.times[want.Name] >= 2 })
		w.mu.Lock()
		got := w.byName[want.Name]
		w.mu.Unlock()
		if got.SeenAt.IsZero() || (i != 1 && i != 3) != got.Telemetry.At.Equal(got.SeenAt) {
			t.Errorf("%s: times %v and %v", want.Name, got.SeenAt, got.Telemetry.At)
		}
		want.Protocol, want.Interface, want.SeenAt, want.Telemetry.At = "opendisplay", "lo", got.SeenAt, got.Telemetry.At
		if got != want {
			t.Errorf("found\n%+v, want\n%+v", got, want)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.byName) != 4 || len(w.notices) != 0 {
		t.Errorf("found %d candidates, want 4; notices %q", len(w.byName), w.notices)
	}
}

// A display that falls silent is simply no longer reported, and again when it is back.
func TestSilenceAndReturn(t *testing.T) {
	w := watch()
	serve(t, w, discovery.Options{})
	txt := []string{"mac=02:00:00:00:00:01", "tls=0"}
	s := announce(t, "Flaky", 2446, txt...)
	w.until(t, "first seen", func() bool { return w.times["Flaky"] >= 2 })
	s.Shutdown()
	again := announce(t, "Flaky", 2500, txt...) // with another port, as after a new configuration
	t.Cleanup(again.Shutdown)
	w.until(t, "back", func() bool { return w.byName["Flaky"].Address == "127.0.0.1:2500" })
}

func TestFindsVirtualDisplay(t *testing.T) {
	w := watch()
	serve(t, w, discovery.Options{})
	dev, err := virtual.New(virtual.Options{Model: virtual.Panel75BW, MAC: "02:00:00:00:00:07"})
	if err != nil {
		t.Fatal(err)
	}
	if err := dev.Listen(); err != nil {
		t.Fatal(err)
	}
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = dev.Serve(ctx) })
	wg.Go(func() { _ = dev.Advertise(ctx, []net.Interface{lo}, net.IPv4(127, 0, 0, 1)) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	w.until(t, "virtual display", func() bool {
		c := w.byName[dev.Name()]
		return c.ID == "opendisplay:02:00:00:00:00:07" && c.Address == dev.Addr() && c.Problem == ""
	})
}

// A flood of announcements in hand-made packets, thousands of displays in a second.
func TestFloodOnTheWire(t *testing.T) {
	w := watch()
	inUse := display.ID("opendisplay:02:00:00:00:00:01")
	serve(t, w, discovery.Options{Limit: 60, Known: func(id display.ID) bool { return id == inUse }})
	stop := flood(t)
	defer stop()
	w.until(t, "notice of the flood", func() bool {
		for _, n := range w.notices {
			if n.Kind == discovery.Flood && n.Text != "" {
				return true
			}
		}
		return false
	})
	s := announce(t, "In use", 2446, "mac=02:00:00:00:00:01", "tls=0")
	defer s.Shutdown()
	w.until(t, "display in use amid the flood", func() bool { return w.byName["In use"].ID == inUse })
	w.mu.Lock()
	n := len(w.byName)
	w.mu.Unlock()
	if n > 61 {
		t.Errorf("%d candidates were reported, more than the limit", n)
	}
	stop()
	w.until(t, "end of the notice", func() bool { return w.notices[len(w.notices)-1].Text == "" })
}

// flood multicasts ever new displays, and some packets that are no DNS, until stop.
func flood(t *testing.T) (stop func()) {
	t.Helper()
	conn, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353})
	if err != nil {
		t.Fatal(err)
	}
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer conn.Close()
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n += 10 {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			packet, err := response(n).Pack()
			if err != nil {
				t.Errorf("pack: %v", err)
				return
			}
			_, _ = conn.Write(packet)
			_, _ = conn.Write(packet[:len(packet)/2])
		}
	}()
	return sync.OnceFunc(func() { close(quit); <-done })
}

// response announces ten displays.
func response(first int) *dns.Msg {
	m := &dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}}
	const service = "_opendisplay._tcp.local."
	head := func(name string, kind uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: 120}
	}
	for n := first; n < first+10; n++ {
		instance, host := fmt.Sprintf("F%d.%s", n, service), fmt.Sprintf("f%d.local.", n)
		m.Answer = append(m.Answer,
			&dns.PTR{Hdr: head(service, dns.TypePTR), Ptr: instance},
			&dns.SRV{Hdr: head(instance, dns.TypeSRV), Port: 2446, Target: host},
			&dns.TXT{Hdr: head(instance, dns.TypeTXT), Txt: []string{fmt.Sprintf("mac=06:00:00:%02x:%02x:%02x", n>>16&0xff, n>>8&0xff, n&0xff)}},
			&dns.A{Hdr: head(host, dns.TypeA), A: net.IPv4(127, 0, 0, 1)})
	}
	return m
}

// Rounds upon rounds with things to report leave nothing behind.
func TestRoundsLeakNothing(t *testing.T) {
	loopnet.Require(t.Context(), t)
	s := announce(t, "Door", 2446, "mac=02:00:00:00:00:01", "tls=0")
	defer s.Shutdown()
	w := watch()
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = discovery.New(discovery.Options{Announcers: []display.Announcer{opendisplay.New(opendisplay.Options{})}, Found: w.found, Rescan: 20 * time.Millisecond, Interfaces: discovery.Named("lo")}).Serve(ctx)
	}()
	w.until(t, "many rounds", func() bool { return w.times["Door"] >= 30 })
	cancel()
	<-done
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
	}
}
