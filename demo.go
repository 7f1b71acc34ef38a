package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/roomink/roomink/app"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/simulator"
	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/loopnet"
	"github.com/roomink/roomink/engine/vault"
	"github.com/roomink/roomink/internal/caretaker"
)

// exhibition is a demo: a simulated office beside the real engine and window.
type exhibition struct {
	office    *simulator.Office
	tour      string // where an unattended demo writes its pictures; "" = attended
	announced bool   // the displays can be found over mDNS
	started   time.Time
	fixtures  []simulator.Fixture

	mu    sync.Mutex
	known map[display.ID]simulator.Fixture // those that the engine was introduced to

	// byItself says that the demo gives the consent, in place of a person.
	byItself atomic.Bool
	signIns  sync.WaitGroup

	stop context.CancelFunc
	done chan error
}

// openDemo starts a simulated office and points the engine's configuration at it.
func openDemo(ctx context.Context, o options, cfg *engine.Config, log *slog.Logger) (*exhibition, error) {
	x := &exhibition{tour: o.tour, started: time.Now(), done: make(chan error, 1)}
	lo := loopback(ctx, log)
	x.announced = lo != nil
	office, err := simulator.Open(simulator.Options{Interface: lo, Logger: log, Fleet: simulator.DemoFleet()})
	if err != nil {
		return nil, fmt.Errorf("open the simulated office: %w", err)
	}
	x.office, x.fixtures = office, office.Fixtures()
	x.byItself.Store(o.tour != "")

	open := cfg.OpenBrowser
	account := office.Tenant.Credentials()
	person := &browser.Person{Username: account.Username, Password: account.Password}
	cfg.OpenBrowser = func(url string) error {
		if !x.byItself.Load() {
			return open(url)
		}
		x.signIns.Go(func() {
			if _, err := person.Visit(ctx, url); err != nil && ctx.Err() == nil {
				log.Error("The demo could not sign in", "err", err)
			}
		})
		return nil
	}
	cfg.Clouds = []entra.Cloud{{Name: "Simulated Microsoft 365", Authority: office.URL(), Graph: office.URL(), Portal: office.URL()}}
	cfg.KeyStores = []vault.KeyStore{vault.KeyFile{Path: filepath.Join(o.dir, "demo.key")}}
	cfg.Interval = 2 * time.Second // the simulated Microsoft does not mind
	cfg.Rescan = 3 * time.Second
	// Never the machine's real interfaces: strangers' displays are not for a demo.
	cfg.Interfaces = func() ([]net.Interface, error) {
		if lo == nil {
			return nil, nil
		}
		return []net.Interface{*lo}, nil
	}

	serving, stop := context.WithCancel(ctx)
	x.stop = stop
	go func() { x.done <- office.Serve(serving) }()
	return x, nil
}

// loopback is the interface to announce displays on, nil where none will do.
func loopback(ctx context.Context, log *slog.Logger) *net.Interface {
	if loopnet.Inside() {
		if err := loopnet.Setup(ctx); err != nil {
			log.Warn("No multicast on loopback, displays are added by address", "err", err)
			return nil
		}
	}
	list, err := net.Interfaces()
	if err != nil {
		log.Warn("No network interfaces, displays are added by address", "err", err)
		return nil
	}
	i := slices.IndexFunc(list, func(i net.Interface) bool {
		const need = net.FlagUp | net.FlagLoopback | net.FlagMulticast
		return i.Flags&need == need
	})
	if i < 0 {
		return nil
	}
	return &list[i]
}

// anyLoopback names a loopback interface, "" if there is none.
func anyLoopback() string {
	list, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range list {
		if i.Flags&net.FlagLoopback != 0 && i.Flags&net.FlagUp != 0 {
			return i.Name
		}
	}
	return ""
}

// ensureKnown adds the displays that can't announce themselves.
func (x *exhibition) ensureKnown(ctx context.Context, eng *engine.Engine) error {
	if x.announced {
		return nil
	}
	return x.addByAddress(ctx, eng)
}

// run shows the window until somebody quits, or the tour is over.
func (x *exhibition) run(ctx context.Context, eng *engine.Engine, desktop app.Config) error {
	office := &demo.Office{
		Glasses: x.glasses, Watch: x.watch, OutlookURL: x.office.Tenant.OutlookURL(),
		Credentials: x.credentials(),
		SetUp:       func(ctx context.Context, progress func(string)) error { return x.setUp(ctx, eng, progress) },
	}
	if !x.announced {
		office.Note = "Multicast is not available on this computer's loopback, so the virtual displays are added by their addresses."
	}
	desktop.Demo = office
	if x.tour == "" {
		app.New(desktop).Run(ctx)
		return nil
	}
	photograph, done, err := screenshots()
	if err != nil {
		return err
	}
	defer done()
	desktop.Photograph = photograph
	window := app.New(desktop)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	result := make(chan error, 1)
	go func() {
		result <- x.visit(ctx, eng, window)
		cancel() // ends the window
	}()
	window.Run(ctx)
	if err := <-result; err != nil {
		return fmt.Errorf("the demo did not end as it should: %w", err)
	}
	return nil
}

// addByAddress makes the displays known without discovery.
func (x *exhibition) addByAddress(ctx context.Context, eng *engine.Engine) error {
	for _, d := range x.office.Displays {
		if _, err := eng.AddDisplay(ctx, d.Addr()); err != nil {
			return fmt.Errorf("add a virtual display by its address: %w", err)
		}
	}
	return nil
}

func (x *exhibition) credentials() engine.Credentials {
	c := x.office.Tenant.Credentials()
	return engine.Credentials{Tenant: c.TenantID, ClientID: c.ClientID, Secret: c.ClientSecret, Directory: true}
}

// setUp does the rest of the demo in one: connect, adopt, assign, wait for frames.
func (x *exhibition) setUp(ctx context.Context, eng *engine.Engine, progress func(string)) error {
	if eng.Snapshot().Account.State != engine.Connected {
		progress("Signing in and giving consent")
		x.byItself.Store(true)
		defer x.byItself.Store(x.tour != "")
		if err := eng.SaveCredentials(ctx, x.credentials()); err != nil {
			return err
		}
		if err := eng.Connect(ctx); err != nil {
			return err
		}
	}
	progress("Reading the rooms and their calendars")
	s, err := await(ctx, eng, func(s engine.Snapshot) bool {
		return len(s.Rooms) == len(x.office.Tenant.Rooms()) && !s.Sync.LastOK.IsZero() &&
			!slices.ContainsFunc(s.Rooms, func(r engine.Room) bool { return r.SyncedAt.IsZero() })
	})
	if err != nil {
		return fmt.Errorf("wait for the rooms: %w", err)
	}
	progress("Looking for the displays")
	if !x.announced { // there is no network to choose from
		if err := eng.SaveServing(ctx, engine.ServingSettings{Interface: anyLoopback()}); err != nil {
			return err
		}
	}
	known, err := caretaker.Introduce(ctx, eng, x.fixtures)
	if err != nil {
		return err
	}
	x.mu.Lock()
	x.known = known
	x.mu.Unlock()
	names := make(map[calendar.RoomID]string)
	var rooms []calendar.RoomID
	for _, r := range varied(s.Rooms) {
		rooms = append(rooms, r.Room.ID)
		names[r.Room.ID] = r.Room.DisplayName()
	}
	if err := caretaker.Assign(ctx, eng, known, rooms, func(id display.ID, room calendar.RoomID) {
		progress("Assigning " + known[id].Label + " to " + names[room])
	}); err != nil {
		return err
	}
	progress("Waiting for the pictures on the glass")
	_, err = await(ctx, eng, allDelivered)
	if err != nil {
		return fmt.Errorf("wait for the pictures: %w", err)
	}
	return nil
}

// varied orders rooms so that the first few tell different stories: taken now, free
// for some time, free for the rest of the day.
func varied(rooms []engine.Room) []engine.Room {
	story := func(r engine.Room) int {
		switch {
		case r.Now.Busy:
			return 0
		case r.Now.Next != nil && time.Until(r.Now.Next.Start) < 12*time.Hour:
			return 1
		}
		return 2
	}
	var stacks [3][]engine.Room
	for _, r := range rooms {
		stacks[story(r)] = append(stacks[story(r)], r)
	}
	var mixed []engine.Room
	for i := 0; len(mixed) < len(rooms); i++ {
		if s := &stacks[i%3]; len(*s) > 0 {
			mixed = append(mixed, (*s)[0])
			*s = (*s)[1:]
		}
	}
	return mixed
}

func allDelivered(s engine.Snapshot) bool {
	assigned := 0
	for _, d := range s.Displays {
		if d.Stage != engine.Assigned {
			continue
		}
		assigned++
		if d.Delivery != engine.Delivered {
			return false
		}
	}
	return assigned > 0
}

// await waits for a snapshot that satisfies ok.
func await(ctx context.Context, eng *engine.Engine, ok func(engine.Snapshot) bool) (engine.Snapshot, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for s := range eng.Watch(ctx) {
		if ok(s) {
			return s, nil
		}
	}
	return engine.Snapshot{}, context.Cause(ctx)
}

// glasses is what hangs at the doors.
func (x *exhibition) glasses() []demo.Glass {
	list := make([]demo.Glass, 0, len(x.fixtures))
	for _, f := range x.fixtures {
		g, model := f.Glass(), f.Model()
		list = append(list, demo.Glass{
			Name: f.Label, Model: model.Name, Image: g.Image, Inks: caretaker.Inks(model.Scheme),
			Refreshing: g.Refreshing, On: g.Powered, UpdatedAt: g.UpdatedAt, SetPower: f.SetPower, SetServer: f.SetServer, Wake: f.Wake,
		})
	}
	return list
}

// watch gives all glasses whenever one of them changes.
func (x *exhibition) watch(ctx context.Context) <-chan []demo.Glass {
	out := make(chan []demo.Glass, 1)
	changed := make(chan struct{}, 1)
	var watching sync.WaitGroup
	for _, d := range x.fixtures {
		watching.Go(func() {
			for range d.Watch(ctx) {
				select {
				case changed <- struct{}{}:
				default:
				}
			}
		})
	}
	go func() {
		defer close(out)
		defer watching.Wait()
		for {
			select {
			case <-ctx.Done():
				return
			case <-changed:
			}
			select {
			case <-out: // not read yet: replaced
			default:
			}
			out <- x.glasses()
		}
	}()
	return out
}

// close ends the office.
func (x *exhibition) close() error {
	x.stop()
	x.signIns.Wait()
	return <-x.done
}
