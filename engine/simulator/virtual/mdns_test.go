package virtual_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// browse looks for OpenDisplay devices on lo until found says it has enough, and
// returns what it saw by unescaped instance name.
func browse(t *testing.T, lo net.Interface, enough func(map[string]*zeroconf.ServiceEntry) bool) map[string]*zeroconf.ServiceEntry {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	resolver, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{lo}), zeroconf.SelectIPTraffic(zeroconf.IPv4))
	if err != nil {
		t.Fatal(err)
	}
	entries := make(chan *zeroconf.ServiceEntry)
	if err := resolver.Browse(ctx, "_opendisplay._tcp", "local.", entries); err != nil {
		t.Fatal(err)
	}
	found := map[string]*zeroconf.ServiceEntry{}
	for entry := range entries {
		found[strings.ReplaceAll(entry.Instance, `\`, "")] = entry
		if enough(found) {
			stop()
		}
	}
	return found
}

// advertise announces a display until the returned function, or the test, ends.
func advertise(t *testing.T, d *virtual.OpenDisplay, lo net.Interface) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Advertise(ctx, []net.Interface{lo}, net.IPv4(127, 0, 0, 1)) }()
	stop = func() {
		cancel()
		if err, ok := <-ended; ok && err != nil {
			t.Errorf("Advertise: %v", err)
		}
		close(ended)
	}
	t.Cleanup(func() { cancel(); <-ended })
	return stop
}

func TestBrowseFindsTheDisplays(t *testing.T) {
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	displays := map[string]*virtual.OpenDisplay{}
	for _, o := range []virtual.Options{
		{MAC: "02:00:00:00:00:01"}, {MAC: "02:00:00:00:00:02"}, {MAC: "02:00:00:00:00:03", Profile: virtual.Homeplate},
	} {
		d := start(t, o)
		displays[d.Name()] = d
		advertise(t, d, lo)
	}
	found := browse(t, lo, func(f map[string]*zeroconf.ServiceEntry) bool { return len(f) == len(displays) })
	for name, d := range displays {
		entry, s := found[name], d.Service()
		if entry == nil {
			t.Errorf("%s was not found", name)
			continue
		}
		if entry.HostName != name+".local." || entry.Port != s.Port || len(entry.AddrIPv4) == 0 || !entry.AddrIPv4[0].IsLoopback() {
			t.Errorf("%s: host %s, port %d, addresses %v", name, entry.HostName, entry.Port, entry.AddrIPv4)
		}
		if !slices.Equal(entry.Text, s.Records()) {
			t.Errorf("%s: TXT %q, want %q", name, entry.Text, s.Records())
		}
	}
}

// TestAdvertisementFollowsPower listens for the goodbye of a display that is
// switched off and for its return with new telemetry.
func TestAdvertisementFollowsPower(t *testing.T) {
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, virtual.Options{MAC: "02:00:00:0d:00:04"})
	stop := advertise(t, d, lo)
	all := func(f map[string]*zeroconf.ServiceEntry) bool { return f[d.Name()] != nil }
	if browse(t, lo, all)[d.Name()] == nil {
		t.Fatal("not found at first")
	}

	d.SetPower(false)
	waitGone(t, lo, d.Name())

	d.SetTelemetry(virtual.Telemetry{Millivolts: 3300, Celsius: 30})
	d.SetPower(true)
	entry := browse(t, lo, all)[d.Name()]
	if entry == nil || !slices.Contains(entry.Text, "msd="+d.Service().TXT["msd"]) {
		t.Fatalf("after power came back: %+v", entry)
	}

	d.SetTelemetry(virtual.Telemetry{Millivolts: 3200, Celsius: 31})
	want := "msd=" + d.Service().TXT["msd"]
	for deadline := time.Now().Add(patience); ; {
		if entry := browse(t, lo, all)[d.Name()]; entry != nil && slices.Contains(entry.Text, want) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("new telemetry was not published")
		}
	}
	stop()
	waitGone(t, lo, d.Name())
}

// waitGone asks until nobody answers for the instance.
func waitGone(t *testing.T, lo net.Interface, instance string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		resolver, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{lo}), zeroconf.SelectIPTraffic(zeroconf.IPv4))
		if err != nil {
			t.Fatal(err)
		}
		entries := make(chan *zeroconf.ServiceEntry)
		if err := resolver.Lookup(ctx, instance, "_opendisplay._tcp", "local.", entries); err != nil {
			t.Fatal(err)
		}
		answered := false
		for range entries {
			answered = true
			stop()
		}
		stop()
		if !answered {
			return
		}
	}
	t.Fatalf("%s is still announced", instance)
}

func TestAdvertiseRefusesRealInterfaces(t *testing.T) {
	d := newDisplay(t, virtual.Options{})
	ip := net.IPv4(127, 0, 0, 1)
	if err := d.Advertise(t.Context(), nil, ip); err == nil {
		t.Error("no interface at all was taken: zeroconf would use every one")
	}
	for _, flags := range []net.Flags{net.FlagUp | net.FlagMulticast, net.FlagUp | net.FlagLoopback} {
		i := net.Interface{Index: 1, Name: "made-up", Flags: flags}
		if err := d.Advertise(t.Context(), []net.Interface{i}, ip); err == nil {
			t.Errorf("an interface with flags %v was taken", flags)
		}
	}
}
