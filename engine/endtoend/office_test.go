package endtoend_test

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/opendisplay"
	"github.com/roomink/roomink/engine/drivers"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/simulator"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/simulator/virtual"
	"github.com/roomink/roomink/engine/vault"
)

func TestMain(m *testing.M) {
	if os.Getenv(asTenant) != "" {
		if err := serveTenant(); err != nil {
			slog.Error("the simulated tenant ended", "err", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(loopnet.Main(context.Background(), m))
}

// patience bounds a wait; only a failing test gets near it.
const patience = 60 * time.Second

// morning is when every test begins by the clock of its office: a Tuesday, two
// minutes after a quarter of an hour. The office's meetings begin and end on quarters,
// and signs change with them, so on the real clock a test that crosses one would see
// pushes that it did not ask for.
var morning = time.Date(2026, time.November, 24, 9, 2, 0, 0, time.UTC) // 10:02 in Berlin, 04:02 in New York

// clock starts at morning and runs at the normal speed.
type clock struct{ started time.Time }

func newClock() clock { return clock{time.Now()} }

// at is what the clock showed at a real instant.
func (c clock) at(real time.Time) time.Time { return morning.Add(real.Sub(c.started)) }

func (c clock) now() time.Time { return c.at(time.Now()) }

// office is a simulated office that runs for one test, and the clock that it shares
// with the engines.
type office struct {
	*simulator.Office
	clock
	t       *testing.T
	lo      net.Interface
	crowded bool // so many displays that one machine needs its time
}

// patient is a time that is ten times as long in a crowded office.
func (o *office) patient(d time.Duration) time.Duration {
	if o.crowded {
		return 10 * d
	}
	return d
}

func newOffice(t *testing.T, displays ...virtual.Options) *office {
	t.Helper()
	loopnet.Require(t.Context(), t)
	lo, err := loopnet.Interface()
	if err != nil {
		t.Fatal(err)
	}
	if displays == nil {
		displays = simulator.DefaultDisplays(0)
	}
	return openOffice(t, lo, simulator.Options{Displays: displays})
}

// openOffice opens an office as o says, on an interface of a test network.
func openOffice(t *testing.T, lo net.Interface, o simulator.Options) *office {
	t.Helper()
	c := newClock()
	o.Interface, o.Now = &lo, c.now
	sim, err := simulator.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	background(t, sim.Serve)
	return &office{Office: sim, clock: c, t: t, lo: lo}
}

// background runs f until the test ends, and waits for it.
func background(t *testing.T, f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("background: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// roomink is a running engine.
type roomink struct {
	*engine.Engine
	t    *testing.T
	stop func()
}

// start runs an engine on the folder dir with somebody at the browser.
func (o *office) start(dir string, browse visit) *roomink {
	o.t.Helper()
	var visits sync.WaitGroup
	kinds := drivers.All(drivers.Options{Now: o.now, OpenDisplay: opendisplay.Timeouts{Reply: o.patient(2 * time.Second), Refresh: o.patient(3 * time.Second)}})
	e, err := engine.Open(o.t.Context(), engine.Config{
		Dir: dir, Logger: slog.New(slog.DiscardHandler),
		Drivers: kinds.Push, Pulls: kinds.Pull, Listens: kinds.Listen, Shelf: kinds.Shelf,
		Source: func(c engine.SourceConfig) (engine.Source, error) {
			return graph.New(graph.Options{BaseURL: c.BaseURL, AppOnly: c.AppOnly, Token: c.Token, Rejected: c.Reject,
				Transport: c.Transport, Now: c.Now, Logger: c.Logger,
				OnRequest: func(r graph.RequestInfo) { c.OnRequest(engine.Traffic{Throttled: r.Throttled, Failed: r.Failed}) }})
		},
		OpenBrowser: func(url string) error {
			visits.Go(func() {
				if err := browse(o.t.Context(), url); err != nil && o.t.Context().Err() == nil {
					o.t.Errorf("sign in: %v", err)
				}
			})
			return nil
		},
		Clouds:     []entra.Cloud{{Name: "Simulated", Authority: o.URL(), Graph: o.URL(), Portal: o.URL()}},
		KeyStores:  []vault.KeyStore{vault.KeyFile{Path: filepath.Join(dir, "test.key")}},
		Interfaces: func() ([]net.Interface, error) { return []net.Interface{o.lo}, nil },
		Now:        o.now,
		Interval:   o.patient(200 * time.Millisecond),
		Rescan:     o.patient(time.Second),
	})
	if err != nil {
		o.t.Fatal(err)
	}
	stopRun := background(o.t, e.Run)
	r := &roomink{Engine: e, t: o.t}
	r.stop = sync.OnceFunc(func() {
		stopRun()
		visits.Wait()
		if err := e.Close(); err != nil {
			o.t.Errorf("close: %v", err)
		}
	})
	o.t.Cleanup(r.stop)
	return r
}

// visit is what a person does with a sign-in page.
type visit func(ctx context.Context, url string) error

// accepts and declines are people who sign in and then consent, or do not.
func (o *office) accepts(ctx context.Context, url string) error {
	_, err := o.admin().Visit(ctx, url)
	return err
}

func (o *office) declines(ctx context.Context, url string) error {
	person := o.admin()
	person.Decline = true
	_, err := person.Visit(ctx, url)
	return err
}

func (o *office) admin() *browser.Person {
	c := o.Tenant.Credentials()
	return &browser.Person{Username: c.Username, Password: c.Password}
}

// hesitates leaves the page open.
func hesitates(context.Context, string) error { return nil }

func (o *office) credentials() engine.Credentials {
	c := o.Tenant.Credentials()
	return engine.Credentials{Tenant: c.TenantID, ClientID: c.ClientID, Secret: c.ClientSecret, Directory: true}
}

// connected starts an engine and signs in.
func (o *office) connected(dir string) *roomink {
	o.t.Helper()
	r := o.start(dir, o.accepts)
	r.must(r.SaveCredentials(o.t.Context(), o.credentials()))
	r.must(r.Connect(o.t.Context()))
	return r
}

func (r *roomink) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("%v (%+v)", err, engine.Explain(err))
	}
}

// await waits for a snapshot that satisfies ok.
func (r *roomink) await(what string, ok func(engine.Snapshot) bool) engine.Snapshot {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	var last engine.Snapshot
	for last = range r.Watch(ctx) {
		if ok(last) {
			return last
		}
	}
	r.t.Fatalf("no %s within %v; the last snapshot: state %s, account %+v, sync %+v, displays %+v, problems %+v",
		what, patience, last.State, last.Account, last.Sync, last.Displays, last.Problems)
	return engine.Snapshot{}
}

func (r *roomink) awaitRooms() engine.Snapshot {
	r.t.Helper()
	return r.await("rooms with calendars", func(s engine.Snapshot) bool {
		return len(s.Rooms) == 8 && !slices.ContainsFunc(s.Rooms, func(r engine.Room) bool { return r.SyncedAt.IsZero() })
	})
}

// awaitDelivered waits until the displays are delivered and show it.
func (o *office) awaitDelivered(r *roomink, ids ...display.ID) engine.Snapshot {
	o.t.Helper()
	return r.await("delivered signs", func(s engine.Snapshot) bool {
		return !slices.ContainsFunc(ids, func(id display.ID) bool {
			return !o.shown(s, id)
		})
	})
}

func find(s engine.Snapshot, id display.ID) engine.Display {
	i := slices.IndexFunc(s.Displays, func(d engine.Display) bool { return d.ID == id })
	if i < 0 {
		return engine.Display{}
	}
	return s.Displays[i]
}

// device is the virtual display behind a display of a snapshot.
func (o *office) device(d engine.Display) *virtual.OpenDisplay {
	o.t.Helper()
	for _, v := range o.Displays {
		if v.Addr() == d.Address {
			return v
		}
	}
	o.t.Fatalf("no virtual display at %s", d.Address)
	return nil
}

func (o *office) pushes() int {
	n := 0
	for _, d := range o.Displays {
		n += d.Glass().Pushes
	}
	return n
}

// awaitGlass waits until the display is delivered, its sign satisfies ok, and the
// glass shows the frame that it should.
func (o *office) awaitGlass(r *roomink, what string, id display.ID, ok func(*sign.Sign) bool) engine.Snapshot {
	o.t.Helper()
	return r.await(what, func(s engine.Snapshot) bool {
		d := find(s, id)
		return d.Sign != nil && ok(d.Sign) && o.shown(s, id)
	})
}

// shown reports whether the display is delivered and its glass shows the frame. It fails the test if the glass shows anything else and has done so
// since before the snapshot: that was delivered in name only. A glass that changed
// after the snapshot proves nothing, and a newer snapshot must be asked.
func (o *office) shown(s engine.Snapshot, id display.ID) bool {
	o.t.Helper()
	d := find(s, id)
	if d.Delivery != engine.Delivered || d.Frame == nil {
		return false
	}
	glass := o.device(d).Glass()
	what := difference(glass.Image, d.Frame.Image)
	if what != "" && !o.at(glass.UpdatedAt).After(s.At) {
		o.t.Fatalf("%s is delivered but its glass is not its frame: %s", d.Label(), what)
	}
	return what == ""
}

// difference says how a glass differs from a frame, "" if it does not. Both name the
// inks in the same order, but in colours of their own.
func difference(glass, frame *image.Paletted) string {
	if glass.Bounds() != frame.Bounds() {
		return fmt.Sprintf("glass %v, frame %v", glass.Bounds(), frame.Bounds())
	}
	for y := range frame.Bounds().Dy() {
		for x := range frame.Bounds().Dx() {
			if g, f := glass.ColorIndexAt(x, y), frame.ColorIndexAt(x, y); g != f {
				return fmt.Sprintf("pixel %d,%d is ink %d on the glass and %d in the frame", x, y, g, f)
			}
		}
	}
	return ""
}

// freeRoom is a room that is free now and for at least an hour, and not in skip.
func freeRoom(t *testing.T, s engine.Snapshot, skip ...calendar.RoomID) engine.Room {
	t.Helper()
	for _, r := range s.Rooms {
		free := !r.Now.Busy && (r.Now.Next == nil || r.Now.Next.Start.After(s.At.Add(time.Hour)))
		if free && !slices.Contains(skip, r.Room.ID) {
			return r
		}
	}
	t.Fatal("no free room in the simulated office")
	return engine.Room{}
}
