package openepaperlink_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/displaytest"
	"github.com/roomink/roomink/engine/display/openepaperlink"
	"github.com/roomink/roomink/engine/simulator/hostile"
	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

var bwr = display.Panel{Width: 296, Height: 128, Scheme: display.BWR}

// setUp has one access point with one tag.
func setUp(t *testing.T) (*virtual.AccessPoint, *virtual.Tag, display.Display) {
	t.Helper()
	ap := point(t, virtual.AccessPointOptions{Name: "Floor 1"})
	tag := tag(t, ap, virtual.TagOptions{Kind: kindFor(bwr), Name: "Door 1"})
	return ap, tag, describe(ap, tag, bwr, kindFor(bwr).Name)
}

// watch gives the reports until the test ends.
func watch(t *testing.T, d *openepaperlink.Driver, ap *virtual.AccessPoint) <-chan display.Report {
	t.Helper()
	reports := make(chan display.Report, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = d.Watch(ctx, ap.Addr(), func(r display.Report) { reports <- r })
	}()
	t.Cleanup(func() { cancel(); <-done })
	return reports
}

func until(t *testing.T, reports <-chan display.Report, what string, ok func(display.Report) bool) display.Report {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case r := <-reports:
			if ok(r) {
				return r
			}
		case <-timeout:
			t.Fatalf("%s: no report", what)
		}
	}
}

func any1(display.Report) bool { return true }

func TestComeBackLater(t *testing.T) {
	t.Parallel()
	ap, tag, d := setUp(t)
	ap.SetRunning(false)
	_, err := driver().Push(t.Context(), d, displaytest.Noise(bwr, 1).Frame)
	displaytest.CheckError(t, err, display.Occupied)
	if n := tag.Glass().Pushes; n != 0 {
		t.Errorf("%d refreshes", n)
	}
}

func TestQueueLostAtRestart(t *testing.T) {
	t.Parallel()
	ap, tag, d := setUp(t)
	tag.SetPower(false)
	receipt, err := driver().Push(t.Context(), d, displaytest.Noise(bwr, 1).Frame)
	if err != nil || receipt.Ticket == "" {
		t.Fatalf("push: %v, ticket %q", err, receipt.Ticket)
	}
	ap.Restart()
	tag.SetPower(true)
	reports := watch(t, driver(), ap)
	if r := until(t, reports, "first report", any1); r.Ticket != "" {
		t.Errorf("a lost frame is reported as %q", r.Ticket)
	}
	// The same frame once more finds its way.
	receipt, err = driver().Push(t.Context(), d, displaytest.Noise(bwr, 1).Frame)
	if err != nil {
		t.Fatal(err)
	}
	until(t, reports, "delivery", func(r display.Report) bool { return r.Ticket == receipt.Ticket })
}

// TestNight: what the access point puts off gets a ticket that nobody will report; the
// hash that comes in its place is unknown, and pushing again settles it without a refresh.
func TestNight(t *testing.T) {
	t.Parallel()
	ap, tag, d := setUp(t)
	hasty := openepaperlink.New(openepaperlink.Options{Pace: pace, Timeouts: openepaperlink.Timeouts{Draw: 50 * time.Millisecond}})
	ap.SetNight(true)
	pic := displaytest.Noise(bwr, 1)
	receipt, err := hasty.Push(t.Context(), d, pic.Frame)
	if err != nil || !strings.HasPrefix(receipt.Ticket, "later:") {
		t.Fatalf("push: %v, ticket %q", err, receipt.Ticket)
	}
	reports := watch(t, hasty, ap)
	ap.SetNight(false)
	until(t, reports, "delivery", func(r display.Report) bool { return len(r.Ticket) == 16 })
	if receipt, err = driver().Push(t.Context(), d, pic.Frame); err != nil || receipt.Ticket != "" {
		t.Errorf("push again: %v, ticket %q, want none", err, receipt.Ticket)
	}
	if n := tag.Glass().Pushes; n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

func TestSomebodyElseDraws(t *testing.T) {
	t.Parallel()
	ap, tag, d := setUp(t)
	receipt, err := driver().Push(t.Context(), d, displaytest.Noise(bwr, 1).Frame)
	if err != nil {
		t.Fatal(err)
	}
	reports := watch(t, driver(), ap)
	until(t, reports, "delivery", func(r display.Report) bool { return r.Ticket == receipt.Ticket })
	ap.Upload(tag, make([]uint8, bwr.Width*bwr.Height))
	until(t, reports, "the other picture", func(r display.Report) bool { return r.Ticket != "" && r.Ticket != receipt.Ticket })
}

func TestButtonsTelemetryAndRestart(t *testing.T) {
	t.Parallel()
	ap, tag, d := setUp(t)
	reports := watch(t, driver(), ap)
	r := until(t, reports, "first report", any1)
	if r.ID != d.ID || r.Address != d.Address || r.Firmware != "0029" || len(r.Buttons) != 0 ||
		r.Telemetry.Battery != 3000 || r.Telemetry.Signal != -62 || r.Telemetry.Temperature != 21 || r.Telemetry.At.IsZero() {
		t.Errorf("first report %+v", r)
	}
	if wait := time.Until(r.Due); wait < 0 || wait > 61*time.Second {
		t.Errorf("due in %v", wait)
	}
	tag.Press(t.Context(), 2)
	r = until(t, reports, "button", func(r display.Report) bool { return len(r.Buttons) > 0 })
	if r.Buttons[0].Number != 2 || len(r.Buttons) != 1 {
		t.Errorf("buttons %+v", r.Buttons)
	}
	tag.Reset(t.Context())
	until(t, reports, "restart", func(r display.Report) bool { return r.Ticket == "restarted" && len(r.Buttons) == 0 })
}

func TestManyTags(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 40, 255, 300} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			ap := point(t, virtual.AccessPointOptions{})
			for i := range n {
				k := kindFor(bwr)
				if i%7 == 0 {
					k = kindFor(display.Panel{Width: 400, Height: 300, Scheme: display.BWRY})
				}
				if _, err := ap.NewTag(virtual.TagOptions{Kind: k, MAC: fmt.Sprintf("0000%012X", i+1), Others: i%10 == 9}); err != nil {
					t.Fatal(err)
				}
			}
			_, all, err := driver().Displays(t.Context(), ap.Addr())
			if err != nil {
				t.Fatal(err)
			}
			if want := n - n/10; len(all) != want {
				t.Errorf("%d displays of %d tags, want %d", len(all), n, want)
			}
		})
	}
}

func TestTagOfAnotherPoint(t *testing.T) {
	t.Parallel()
	ap := point(t, virtual.AccessPointOptions{})
	tag, err := ap.NewTag(virtual.TagOptions{Kind: kindFor(bwr), MAC: "00007E23907FB299", Others: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = driver().Probe(t.Context(), ap.Addr()+"/"+tag.MAC())
	displaytest.CheckError(t, err, display.Unreachable)
	if !strings.Contains(err.Error(), "192.0.2.9") {
		t.Errorf("%v does not say where the tag is", err)
	}
	for _, address := range []string{ap.Addr(), ap.Addr() + "/", ap.Addr() + "/zz", ap.Addr() + "/0000000000000000", ap.Addr() + "/0000000000000042"} {
		_, err = driver().Probe(t.Context(), address)
		displaytest.CheckError(t, err, display.Unreachable)
	}
}

// TestHostile: whatever answers, every call ends soon, with an error in words.
func TestHostile(t *testing.T) {
	t.Parallel()
	d := display.Display{ID: "openepaperlink:00007e23907fb299", Panel: bwr}
	for _, kind := range hostile.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s, err := hostile.HTTP(kind, hostile.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			d := d
			d.Address = s.Addr() + "/00007E23907FB299"
			_, err = impatient().Probe(t.Context(), d.Address)
			displaytest.CheckError(t, err)
			_, err = impatient().Push(t.Context(), d, displaytest.Noise(bwr, 1).Frame)
			displaytest.CheckError(t, err)
			_, _, err = impatient().Displays(t.Context(), s.Addr())
			displaytest.CheckError(t, err)
			err = impatient().Watch(t.Context(), s.Addr(), func(display.Report) { t.Error("a report") })
			displaytest.CheckError(t, err)
		})
	}
}

// TestPace: with the default pace, uploads to one access point are a second apart,
// whatever the number of those who push. Another access point does not wait.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		refuse := func(context.Context, string, string) (net.Conn, error) {
			times = append(times, time.Now())
			return nil, errors.New("no network here")
		}
		d := openepaperlink.New(openepaperlink.Options{DialContext: refuse})
		for range 3 {
			go func() { _, _ = d.Probe(t.Context(), "192.0.2.1/00007E23907FB299") }()
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for i := 1; i < len(times); i++ {
			if gap := times[i].Sub(times[i-1]); gap < 250*time.Millisecond {
				t.Errorf("requests %v apart", gap)
			}
		}
		if len(times) != 3 {
			t.Errorf("%d requests, want 3", len(times))
		}
	})
}

func TestSearch(t *testing.T) {
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	point(t, virtual.AccessPointOptions{Name: "Floor 1", Addr: "127.0.0.5:0", Interface: &lo})
	point(t, virtual.AccessPointOptions{Addr: "127.0.0.6:0", Interface: &lo})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	names := map[string]display.Candidate{}
	err = driver().Search(ctx, []net.Interface{lo}, func(c display.Candidate) {
		names[c.Address] = c
		if len(names) == 2 {
			cancel()
		}
	})
	if err != nil {
		t.Errorf("search: %v", err)
	}
	got := names["127.0.0.5:80"]
	want := display.Candidate{Protocol: "openepaperlink", Name: "Floor 1", Address: "127.0.0.5:80", Gateway: true, SeenAt: got.SeenAt, Interface: "lo"}
	if got != want || got.SeenAt.IsZero() {
		t.Errorf("found %+v, want %+v", got, want)
	}
	if c := names["127.0.0.6:80"]; c.Name != "OpenEPaperLink access point" {
		t.Errorf("found %+v", c)
	}
	if err := driver().Search(t.Context(), nil, func(display.Candidate) {}); err == nil {
		t.Error("search without an interface: no error")
	}
}
