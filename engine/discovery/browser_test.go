package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/opendisplay"
)

// These tests put a made-up network in the resolver's place and run on a fake
// clock; mdns_test.go has the real one.

const okMSD = "msd=00000000000000000000007c9001"

func entry(instance, ip string, port int, txt ...string) *zeroconf.ServiceEntry {
	e := zeroconf.NewServiceEntry(instance, "_opendisplay._tcp", "local.")
	e.Port, e.Text = port, txt
	if p := net.ParseIP(ip); p.To4() != nil {
		e.AddrIPv4 = []net.IP{p}
	} else if p != nil {
		e.AddrIPv6 = []net.IP{p}
	}
	return e
}

func mac(n int) string {
	return fmt.Sprintf("mac=02:00:00:%02x:%02x:%02x", n>>16&0xff, n>>8&0xff, n&0xff)
}

// readers are those of OpenDisplay alone.
var readers = []display.Announcer{opendisplay.New(opendisplay.Options{})}

// noInputs is what okMSD says of buttons and sensors.
var noInputs = strings.Repeat("\x00", 11)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestCandidate(t *testing.T) {
	for _, c := range []struct {
		name string
		in   *zeroconf.ServiceEntry
		want display.Candidate
	}{
		{"in order", entry(`Door\ 1`, "192.0.2.7", 2446, mac(1), "tls=0", "fw=2.24", okMSD),
			display.Candidate{ID: "opendisplay:02:00:00:00:00:01", Name: "Door 1", Address: "192.0.2.7:2446", Firmware: "2.24",
				Telemetry: display.Telemetry{Battery: 4000, Temperature: 22, At: at}, Inputs: noInputs}},
		{"encrypted", entry("OD000001", "192.0.2.7", 2447, mac(1), "tls=1"),
			display.Candidate{ID: "opendisplay:02:00:00:00:00:01", Name: "OD000001", Address: "192.0.2.7:2447", Secured: true}},
		{"without mac", entry("homeplate", "192.0.2.7", 2446, okMSD),
			display.Candidate{ID: "opendisplay:@192.0.2.7:2446", Name: "homeplate", Address: "192.0.2.7:2446",
				Telemetry: display.Telemetry{Battery: 4000, Temperature: 22, At: at}, Inputs: noInputs}},
		{"IPv6 alone", entry("OD000001", "2001:db8::7", 2446, mac(1)),
			display.Candidate{ID: "opendisplay:02:00:00:00:00:01", Name: "OD000001", Address: "[2001:db8::7]:2446"}},
		{"IPv6 of the link", entry("OD000001", "fe80::7", 2446, mac(1)),
			display.Candidate{ID: "opendisplay:02:00:00:00:00:01", Name: "OD000001", Address: "[fe80::7%eth0]:2446"}},
		{"junk", entry("x", "192.0.2.7", 2446, "mac=zz"),
			display.Candidate{Name: "x", Address: "192.0.2.7:2446", Problem: `announcement says mac="zz", which is no hardware address`}},
		{"no keys", entry("x", "192.0.2.7", 2446),
			display.Candidate{Name: "x", Address: "192.0.2.7:2446", Problem: "announcement has none of the keys of a display"}},
		{"no port", entry("x", "192.0.2.7", 0, mac(1)),
			display.Candidate{Name: "x", Problem: "announcement has no address that can be dialled"}},
		{"points at ourselves", entry("x", "127.0.0.1", 2446, mac(1)),
			display.Candidate{Name: "x", Problem: "announcement has no address that can be dialled"}},
		{"points at nobody", entry("x", "0.0.0.0", 2446, mac(1)),
			display.Candidate{Name: "x", Problem: "announcement has no address that can be dialled"}},
		{"points at everybody", entry("x", "255.255.255.255", 2446, mac(1)),
			display.Candidate{Name: "x", Problem: "announcement has no address that can be dialled"}},
		{"no address", entry("x", "", 2446, mac(1)),
			display.Candidate{Name: "x", Problem: "announcement has no address that can be dialled"}},
	} {
		c.want.Protocol, c.want.SeenAt, c.want.Interface = "opendisplay", at, "eth0"
		if got, ok := candidate(c.in, readers, "eth0", at); !ok || got != c.want {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", c.name, got, ok, c.want)
		}
	}
	both := entry("OD1", "192.0.2.7", 2446, mac(1))
	both.AddrIPv6 = []net.IP{net.ParseIP("2001:db8::7")}
	if got, _ := candidate(both, readers, "eth0", at); got.Address != "192.0.2.7:2446" {
		t.Errorf("of both: %s", got.Address)
	}
	if got, ok := candidate(entry("OpenDisplay Server (pc)", "192.0.2.9", 2446, "ip=192.0.2.9"), readers, "eth0", at); ok {
		t.Errorf("a server is a candidate: %+v", got)
	}
	if got, _ := candidate(entry("OD1", "127.0.0.1", 2446, mac(1)), readers, "lo", at); got.Problem != "" || got.Address != "127.0.0.1:2446" {
		t.Errorf("loopback over loopback: %+v", got)
	}
}

func TestInstanceName(t *testing.T) {
	for in, want := range map[string]string{
		`OD123456`:        "OD123456",
		`Door\ 1`:         "Door 1",
		`K\195\188che`:    "Küche",
		`a\.b\\c`:         `a.b\c`,
		`tail\`:           `tail\`,
		`short\19`:        "short19",
		`\999`:            "999",
		`evil\027\091\7m`: "evil[7m",
		`\255\254`:        "",
		``:                "",
	} {
		if got := instanceName(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func FuzzCandidate(f *testing.F) {
	f.Add(`Door\ 1`, mac(1)+"\ntls=0\nfw=2.24\n"+okMSD, 2446, []byte{192, 0, 2, 7}, []byte(nil))
	f.Add(`\`, "ip=1", -1, []byte{1}, []byte{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Add(`\0\300`, "mac=\nmac=\n\xff=\xff", 65536, []byte{}, []byte{255})
	f.Fuzz(func(t *testing.T, instance, txt string, port int, v4, v6 []byte) {
		e := entry(instance, "", port, strings.Split(txt, "\n")...)
		e.AddrIPv4, e.AddrIPv6 = []net.IP{v4}, []net.IP{v6}
		c, ok := candidate(e, readers, "eth0", at)
		if !ok {
			return
		}
		if (c.ID == "") != (c.Problem != "") {
			t.Fatalf("identity and problem: %+v", c)
		}
		if c.ID != "" {
			if _, _, err := net.SplitHostPort(c.Address); err != nil {
				t.Fatalf("address %q: %v", c.Address, err)
			}
		}
		for _, s := range []string{c.Name, c.Problem, c.Firmware} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x07\x1b\n\r") {
				t.Fatalf("unsafe text %q", s)
			}
		}
	})
}

// run serves b in a bubble until the test ends.
func run(t *testing.T, b *Browser) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Serve ended with %v", err)
		}
	})
}

func one(names ...string) func() ([]net.Interface, error) {
	return func() ([]net.Interface, error) {
		var list []net.Interface
		for _, n := range names {
			list = append(list, net.Interface{Name: n})
		}
		return list, nil
	}
}

// net of made-up entries, announced once at the start of each round.
func announcing(entries func(iface string) []*zeroconf.ServiceEntry) func(context.Context, string, net.Interface, func(*zeroconf.ServiceEntry)) error {
	return func(ctx context.Context, _ string, i net.Interface, report func(*zeroconf.ServiceEntry)) error {
		for _, e := range entries(i.Name) {
			report(e)
		}
		<-ctx.Done()
		return nil
	}
}

func TestEveryRoundReportsEveryDisplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		b := New(Options{Announcers: readers, Interfaces: one("eth0", "wlan0"), Found: func(c display.Candidate) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, c.Interface+" "+c.Name+" "+time.Since(epoch()).String())
		}})
		b.browse = announcing(func(iface string) []*zeroconf.ServiceEntry {
			if iface == "wlan0" {
				return nil
			}
			return []*zeroconf.ServiceEntry{entry("OD1", "192.0.2.1", 2446, mac(1))}
		})
		run(t, b)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		mu.Lock()
		if want := []string{"eth0 OD1 0s", "eth0 OD1 15s", "eth0 OD1 30s"}; !slices.Equal(got, want) {
			t.Fatalf("reported %q, want %q", got, want)
		}
		mu.Unlock()
		b.Rescan()
		b.Rescan()
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(got) < 4 || got[3] != "eth0 OD1 31s" {
			t.Fatalf("after Rescan: %q", got)
		}
	})
}

// epoch is when a synctest bubble begins.
func epoch() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func TestInterfacesMayComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var answer []net.Interface
		var failure error
		broken := true
		now := map[NoticeKind]string{}
		told, found := 0, 0
		b := New(Options{
			Announcers: readers,
			Interfaces: func() ([]net.Interface, error) {
				mu.Lock()
				defer mu.Unlock()
				return slices.Clone(answer), failure
			},
			Found: func(display.Candidate) {
				mu.Lock()
				defer mu.Unlock()
				found++
			},
			Notice: func(n Notice) {
				mu.Lock()
				defer mu.Unlock()
				now[n.Kind] = n.Text
				told++
			},
		})
		b.browse = func(ctx context.Context, _ string, i net.Interface, report func(*zeroconf.ServiceEntry)) error {
			mu.Lock()
			fail := broken
			mu.Unlock()
			if fail {
				return errors.New("permission denied")
			}
			report(entry("OD1", "192.0.2.1", 2446, mac(1)))
			<-ctx.Done()
			return nil
		}
		// after changes the world and lets two rounds pass.
		after := func(change func(), noInterface, browseFailed string) {
			t.Helper()
			mu.Lock()
			change()
			mu.Unlock()
			time.Sleep(31 * time.Second)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			for kind, want := range map[NoticeKind]string{NoInterface: noInterface, BrowseFailed: browseFailed} {
				if got := now[kind]; (want == "") != (got == "") || !strings.Contains(got, want) {
					t.Errorf("%s: %q, want …%s…", kind, got, want)
				}
			}
		}
		run(t, b)
		after(func() {}, "no network adapter", "")
		after(func() { failure = errors.New("no netlink") }, "no netlink", "")
		after(func() { failure, answer = nil, []net.Interface{{Name: "eth0"}} }, "", "eth0: permission denied")
		after(func() { broken = false }, "", "")
		mu.Lock()
		defer mu.Unlock()
		if told != 5 { // each change once, however many rounds it holds
			t.Errorf("%d notices were told, want 5", told)
		}
		if found == 0 {
			t.Error("nothing was found in the end")
		}
	})
}

// Candidates that fell silent give up their places.
func TestTableForgets(t *testing.T) {
	tab := newTable(2)
	known := func(n int) display.Candidate { return display.Candidate{ID: display.ID(fmt.Sprint(n))} }
	if !tab.admit(known(1), false) || !tab.admit(display.Candidate{Name: "junk"}, false) || tab.admit(known(2), false) {
		t.Fatal("the limit is not kept")
	}
	if tab.endRound() == "" {
		t.Error("no word of the one who was kept out")
	}
	for range keepRounds {
		if !tab.admit(known(1), false) {
			t.Fatal("lost its place")
		}
		tab.endRound()
	}
	if !tab.admit(known(2), false) || tab.junk != 0 {
		t.Error("the silent one keeps its place")
	}
}

func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 200
		var mu sync.Mutex // the bubble orders all this, which the race detector can't see
		found := map[display.ID]int{}
		junk := map[string]int{}
		var notices []Notice
		flooding := false
		b := New(Options{
			Announcers: readers,
			Interfaces: one("eth0"), Limit: limit,
			Found: func(c display.Candidate) {
				mu.Lock()
				defer mu.Unlock()
				if c.ID == "" {
					junk[c.Address]++
				} else {
					found[c.ID]++
				}
			},
			Known: func(id display.ID) bool { return id == "opendisplay:02:00:00:ff:ff:01" },
			Notice: func(n Notice) {
				mu.Lock()
				defer mu.Unlock()
				notices = append(notices, n)
			},
		})
		round := 0
		b.browse = announcing(func(string) []*zeroconf.ServiceEntry {
			mu.Lock()
			defer mu.Unlock()
			round++
			list := []*zeroconf.ServiceEntry{entry("early", "192.0.2.1", 2446, mac(0xffff00))}
			if flooding {
				for i := range 500 {
					n := round*1000 + i
					list = append(list, entry("flood", fmt.Sprintf("198.51.100.%d", n%200+1), 2446, mac(n)),
						entry("junk", fmt.Sprintf("203.0.113.%d", i%200+1), 1000+n, "mac=junk"))
				}
				list = append(list, entry("in use", "192.0.2.2", 2446, mac(0xffff01)),
					entry("late", "192.0.2.3", 2446, mac(0xffff02)))
			}
			return list
		})
		run(t, b)
		time.Sleep(time.Second)
		mu.Lock()
		flooding = true
		mu.Unlock()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		mu.Lock()
		if len(found) != limit-junkLimit+1 || len(junk) != junkLimit {
			t.Errorf("%d candidates and %d of junk were reported", len(found), len(junk))
		}
		if found["opendisplay:02:00:00:ff:ff:00"] < 20 || found["opendisplay:02:00:00:ff:ff:01"] < 20 {
			t.Errorf("displays that were there first or are in use were crowded out: %v", found)
		}
		if len(notices) != 1 || notices[0].Kind != Flood || !strings.Contains(notices[0].Text, "flooding") {
			t.Errorf("notices %q", notices)
		}
		flooding = false
		mu.Unlock()
		time.Sleep(11 * time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if last := notices[len(notices)-1]; last.Text != "" {
			t.Errorf("the notice stays: %q", last)
		}
	})
}

// A display that falls silent is told of once, however long it stays away, and its
// return is an ordinary find.
func TestLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		silent := false
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, what+" "+time.Since(epoch()).String())
		}
		b := New(Options{
			Announcers: readers, Interfaces: one("eth0"), Limit: 1, // two displays: those in use don't count
			Known: func(display.ID) bool { return true },
			Found: func(c display.Candidate) {
				if c.Name == "OD1" {
					note("found")
				}
			},
			Lost: func(id display.ID) { note("lost " + string(id)) },
		})
		b.browse = announcing(func(string) []*zeroconf.ServiceEntry {
			mu.Lock()
			defer mu.Unlock()
			list := []*zeroconf.ServiceEntry{entry("OD2", "192.0.2.2", 2446, mac(2))}
			if !silent {
				list = append(list, entry("OD1", "192.0.2.1", 2446, mac(1)))
			}
			return list
		})
		run(t, b)
		time.Sleep(time.Second)
		set := func(v bool) { mu.Lock(); silent = v; mu.Unlock() }
		set(true)
		time.Sleep(3 * time.Minute)
		set(false)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		want := []string{"found 0s", "lost opendisplay:02:00:00:00:00:01 1m15s", "found 3m15s"}
		if !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// searcher finds what it is told to, or fails.
type searcher struct {
	finds []display.Candidate
	err   error
	on    chan []net.Interface // gets what it was asked to search on, if there is room
}

func (s searcher) Search(ctx context.Context, on []net.Interface, found func(display.Candidate)) error {
	select {
	case s.on <- on:
	default:
	}
	for _, c := range s.finds {
		found(c)
	}
	if s.err != nil {
		return s.err
	}
	<-ctx.Done()
	return ctx.Err()
}

// Access points come from searchers; one that can't search hinders nobody else.
func TestSearchers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		point := display.Candidate{Gateway: true, Protocol: "openepaperlink", Name: "AP", Address: "192.0.2.9:80"}
		on := make(chan []net.Interface, 1)
		var mu sync.Mutex
		var got []display.Candidate
		var notices []Notice
		b := New(Options{
			Interfaces: one("eth0", "wlan0"),
			Searchers:  []Searcher{searcher{err: errors.New("port 16033 is taken"), on: on}, searcher{finds: []display.Candidate{point}, on: on}},
			Found:      func(c display.Candidate) { mu.Lock(); got = append(got, c); mu.Unlock() },
			Notice:     func(n Notice) { mu.Lock(); notices = append(notices, n); mu.Unlock() },
		})
		run(t, b)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(got) == 2 && got[0].SeenAt.Equal(epoch()) {
			point.SeenAt = got[0].SeenAt
		}
		if len(got) != 2 || got[0] != point {
			t.Errorf("found %+v, want the access point in each of two rounds", got)
		}
		if len(notices) != 1 || notices[0].Kind != BrowseFailed || !strings.Contains(notices[0].Text, "eth0, wlan0: port 16033 is taken") {
			t.Errorf("notices %+v", notices)
		}
		if list := <-on; len(list) != 2 {
			t.Errorf("searched on %v", list)
		}
	})
}
