package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// life is an office without a network: a calendar system and a wall of panels in
// memory, for a whole engine in a bubble of testing/synctest, where a day passes in
// milliseconds.
type life struct {
	mu       sync.Mutex
	events   map[calendar.RoomID]map[string]calendar.Event
	changed  map[calendar.RoomID]time.Time // last edit
	offline  bool                          // the calendar system does not answer
	signOut  bool                          // it wants a new sign-in
	refuse   error                         // what it answers instead of reading
	broken   map[calendar.RoomID]bool      // it refuses this room
	how      syncer.Kind                   // in which way; "" = Denied
	nowhere  calendar.RoomID               // it has no time zone of its own
	unlisted calendar.RoomID               // the directory does not list it
	probes   map[string]error              // what it answers to a look at a mailbox; nil = it may be read
	expires  map[string]time.Time          // when client secrets end

	glass   map[display.ID]string // hash of what hangs there
	power   map[display.ID]bool
	flaky   *rand.Rand  // nil = pushes work
	pushes  []string    // "id hash", in order
	began   []time.Time // when each did
	twice   []string    // pushes of what was on the glass already, without a failure before
	failed  map[display.ID]bool
	panics  bool   // reading a calendar hits a mistake in the program
	network string // address of this computer
	// battery is what displays tell of theirs, in millivolts; 0 = nothing.
	battery int
}

func newLife(rooms, displays int) *life {
	l := &life{events: map[calendar.RoomID]map[string]calendar.Event{}, changed: map[calendar.RoomID]time.Time{},
		broken: map[calendar.RoomID]bool{}, probes: map[string]error{}, expires: map[string]time.Time{},
		glass: map[display.ID]string{}, power: map[display.ID]bool{}, failed: map[display.ID]bool{}}
	for i := range rooms {
		l.events[roomID(i)] = map[string]calendar.Event{}
	}
	for i := range displays {
		l.power[displayID(i)] = true
	}
	return l
}

func roomID(i int) calendar.RoomID { return calendar.RoomID(fmt.Sprintf("room%d@contoso.com", i)) }
func displayID(i int) display.ID   { return display.ID(fmt.Sprintf("memory:%04d", i)) }

func (l *life) room(i int) calendar.Room {
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata"}
	zone := zones[i%len(zones)]
	if l.nowhere == roomID(i) {
		zone = ""
	}
	return calendar.Room{ID: roomID(i), Name: fmt.Sprintf("Room %d", i), TimeZone: zone}
}

// Rooms implements [syncer.Source].
func (l *life) Rooms(context.Context) ([]calendar.Room, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.offline {
		return nil, &syncer.Error{Kind: syncer.Offline, Op: "list the rooms"}
	}
	var rooms []calendar.Room
	for i := range len(l.events) {
		if roomID(i) != l.unlisted {
			rooms = append(rooms, l.room(i))
		}
	}
	return rooms, nil
}

// Changes implements [syncer.Source].
func (l *life) Changes(ctx context.Context, requests []syncer.Request) ([]syncer.Change, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.panics:
		panic("index out of range [7] with length 3")
	case l.refuse != nil:
		return nil, l.refuse
	case l.signOut:
		return nil, &syncer.Error{Kind: syncer.SignIn, Op: "read the calendars", Remedy: "Sign in again."}
	case l.offline:
		return nil, &syncer.Error{Kind: syncer.Offline, Op: "read the calendars", Err: errors.New("no route to host")}
	}
	changes := make([]syncer.Change, len(requests))
	for i, r := range requests {
		cursor := l.changed[r.Room].Format(time.RFC3339Nano)
		changes[i] = syncer.Change{Room: r.Room, Cursor: cursor}
		if r.Cursor != cursor {
			changes[i].Full, changes[i].Events = true, slices.Collect(maps.Values(l.events[r.Room]))
		}
		if l.broken[r.Room] {
			changes[i] = syncer.Change{Room: r.Room, Err: &syncer.Error{Kind: cmp.Or(l.how, syncer.Denied), Op: "read the calendar"}}
		}
	}
	return changes, nil
}

// source is the calendar system of an office. It has a type of its own because a
// display is probed, too.
type source struct{ *life }

// Probe implements [Source].
func (s source) Probe(_ context.Context, mailbox string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.probes[mailbox]
}

// Calendars implements [Source].
func (s source) Calendars(context.Context) ([]calendar.Room, error) {
	return []calendar.Room{{ID: calendar.NewCalendarID("AAMk-Annex"), Name: "Annex"}}, nil
}

// SecretExpiry implements [Source].
func (s source) SecretExpiry(_ context.Context, _, secret string) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expires[secret], nil
}

// Protocol, Probe and Push implement [display.Driver].
func (l *life) Protocol() string { return "memory" }

func (l *life) Probe(_ context.Context, address string) (display.Display, error) {
	return display.Display{ID: display.ID("memory:" + address), Protocol: "memory", Name: "Display " + address, Address: address,
		Panel: display.Panel{Width: 296, Height: 128, Scheme: display.Mono}}, nil
}

func (l *life) Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.power[d.ID] {
		return display.Receipt{}, &display.Error{Kind: display.Unreachable, Op: "connect", Address: d.Address}
	}
	if l.glass[d.ID] == f.Hash && !l.failed[d.ID] {
		l.twice = append(l.twice, string(d.ID))
	}
	l.pushes, l.began = append(l.pushes, string(d.ID)+" "+f.Hash), append(l.began, time.Now())
	if l.flaky != nil && l.flaky.IntN(4) == 0 {
		l.failed[d.ID] = true
		l.glass[d.ID] = "torn"
		return display.Receipt{}, &display.Error{Kind: display.Timeout, Op: "send the picture", Address: d.Address}
	}
	l.failed[d.ID] = false
	l.glass[d.ID] = f.Hash
	r := display.Receipt{At: time.Now()}
	if l.battery > 0 {
		r.Telemetry = display.Telemetry{Battery: l.battery, At: r.At}
	}
	return r, nil
}

// config is an engine's in this office. The folder holds a sign-in already.
func (l *life) config(t testing.TB, dir string, alter ...func(*signedIn)) Config {
	t.Helper()
	cfg := l.signedOut(dir)
	seedSignIn(t, dir, cfg.KeyStores[0].(vault.KeyFile), alter...)
	return cfg
}

// signedOut is the same for a folder as it is.
func (l *life) signedOut(dir string) Config {
	key := vault.KeyFile{Path: filepath.Join(dir, "key")}
	return Config{
		Dir: dir, Logger: slog.New(slog.DiscardHandler), Drivers: []display.Driver{l},
		Source:      func(SourceConfig) (Source, error) { return source{l}, nil },
		OpenBrowser: func(string) error { return errors.New("no browser") },
		KeyStores:   []vault.KeyStore{key}, Location: time.UTC, Interval: syncer.DefaultInterval, // day and night
		Interfaces: func() ([]net.Interface, error) { return nil, nil },
		Addresses:  l.addresses,
	}
}

func (l *life) addresses() ([]net.Addr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.network == "none" {
		return nil, nil
	}
	ip, network, err := net.ParseCIDR(cmp.Or(l.network, "192.0.2.7/24"))
	if err != nil {
		return nil, err
	}
	return []net.Addr{&net.IPNet{IP: ip, Mask: network.Mask}}, nil
}

func seedSignIn(t testing.TB, dir string, key vault.KeyFile, alter ...func(*signedIn)) {
	t.Helper()
	db, err := store.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), false, key)
	if err != nil {
		t.Fatal(err)
	}
	c := Credentials{Tenant: "contoso.com", ClientID: "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"}
	in := signedIn{
		Credentials: entra.Credentials{Cloud: entra.Global(), Tenant: c.Tenant, ClientID: c.ClientID},
		Tokens:      entra.Tokens{Access: "a", Refresh: "r", Expiry: time.Now().AddDate(10, 0, 0), Scopes: []string{"Place.Read.All"}},
	}
	for _, f := range alter {
		f(&in)
	}
	signIn, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		db.SaveSetting(t.Context(), settingCredentials, c),
		db.SaveSecret(t.Context(), secretSignIn, v.Seal(secretSignIn, signIn)), db.Close())
	if err != nil {
		t.Fatal(err)
	}
}

// hurried is a wall clock that can be put forward: days pass without what would go on
// in each of their minutes, as while a computer sleeps.
type hurried struct{ ahead atomic.Int64 }

func (h *hurried) now() time.Time       { return time.Now().Add(time.Duration(h.ahead.Load())) }
func (h *hurried) pass(d time.Duration) { h.ahead.Add(int64(d)) }

// run opens and runs an engine until stop is called.
func run(t testing.TB, cfg Config) (e *Engine, stop func()) {
	t.Helper()
	e, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, e.Close()); err != nil {
			t.Errorf("stop the engine: %v", err)
		}
	})
	t.Cleanup(stop)
	return e, stop
}

// settle lets the given time pass and everything come to rest.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// truth is the hash that the glass at a room must show now if all is known.
func (l *life) truth(t testing.TB, r *frame.Renderer, i int, p display.Panel) string {
	t.Helper()
	loc, err := time.LoadLocation(l.room(i).TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	events := slices.Collect(maps.Values(l.events[roomID(i)]))
	l.mu.Unlock()
	s, _ := sign.Compose(calendar.NewAgenda(l.room(i), loc, events, time.Now()), sign.AccountOK, sign.DefaultPolicy(), time.Now())
	f, err := r.Frame(s, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f.Hash
}

func (l *life) edit(rnd *rand.Rand) { l.editAt(rnd, time.Now(), 6) }

// editAt changes one of so many meetings of a room, as of an instant.
func (l *life) editAt(rnd *rand.Rand, now time.Time, meetings int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := roomID(rnd.IntN(len(l.events)))
	l.changed[room] = time.Now()
	events := l.events[room]
	id := fmt.Sprint(rnd.IntN(meetings))
	if _, there := events[id]; there && rnd.IntN(2) == 0 {
		delete(events, id)
		return
	}
	start := now.Add(time.Duration(rnd.IntN(48)-12) * 15 * time.Minute).Truncate(15 * time.Minute).UTC()
	events[id] = calendar.Event{ID: id, Subject: fmt.Sprint("Meeting ", rnd.IntN(100)), Organizer: "Ada", Availability: calendar.Busy,
		Start: start, End: start.Add(time.Duration(1+rnd.IntN(8)) * 15 * time.Minute), Private: rnd.IntN(5) == 0}
}

// bound is how long a glass may lag behind its calendar while nothing is said: a
// reading, the settling time, and a push.
const bound = time.Minute

// TestLife lets an office live for days under random edits and faults. After every
// step each glass is right, or the app says that it is not.
func TestLife(t *testing.T) {
	for seed := range uint64(lives) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { liveFor(t, 48*time.Hour, seed) })
		})
	}
}

func liveFor(t *testing.T, span time.Duration, seed uint64) {
	const rooms, displays = 4, 5
	rnd := rand.New(rand.NewPCG(seed, 7))
	l := newLife(rooms, displays)
	cfg := l.config(t, t.TempDir())
	e, stop := run(t, cfg)
	settle(time.Minute)
	for i := range displays {
		if _, err := e.AddDisplay(t.Context(), fmt.Sprintf("%04d", i)); err != nil {
			t.Fatal(err)
		}
		if err := e.Assign(t.Context(), displayID(i), roomID(i%rooms)); err != nil {
			t.Fatal(err)
		}
	}
	settle(bound)
	for end := time.Now().Add(span); time.Now().Before(end); {
		switch rnd.IntN(14) {
		case 0:
			l.set(func() { l.offline = !l.offline })
		case 1:
			l.set(func() { i := displayID(rnd.IntN(displays)); l.power[i] = !l.power[i] })
		case 2:
			l.set(func() {
				l.flaky = nil
				if rnd.IntN(2) == 0 {
					l.flaky = rand.New(rand.NewPCG(seed, rnd.Uint64()))
				}
			})
		case 3:
			l.set(func() { l.signOut = rnd.IntN(3) == 0 })
		case 4:
			l.set(func() { i := roomID(rnd.IntN(rooms)); l.broken[i] = !l.broken[i] })
		case 5: // the computer restarts
			stop()
			e, stop = run(t, cfg)
		default:
			l.edit(rnd)
		}
		settle(time.Duration(1+rnd.IntN(40)) * time.Minute)
		l.check(t, e, displays, rooms)
	}
	l.set(func() {
		l.offline, l.signOut, l.flaky = false, false, nil
		clear(l.broken)
		for id := range l.power {
			l.power[id] = true
		}
	})
	settle(time.Hour)
	for i := range displays {
		if got, want := l.glass[displayID(i)], l.truth(t, e.renderer, i%rooms, e.Snapshot().Displays[0].Panel); got != want {
			t.Errorf("an hour after the last fault %s is still wrong", displayID(i))
		}
	}
	if len(l.twice) > 0 {
		t.Errorf("pushed again what was on the glass: %v", l.twice)
	}
}

func (l *life) shows(id display.ID) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.glass[id]
}

func (l *life) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.pushes)
}

func (l *life) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// check is the promise: a sign never lies.
func (l *life) check(t *testing.T, e *Engine, displays, rooms int) {
	t.Helper()
	s := e.Snapshot()
	told := func(d Display, room int) bool {
		l.mu.Lock()
		fresh := time.Since(l.changed[roomID(room)]) < bound
		l.mu.Unlock()
		i := slices.IndexFunc(s.Rooms, func(r Room) bool { return r.Room.ID == roomID(room) })
		return fresh || d.Delivery != Delivered || s.Sync.Problem != nil || s.Account.State != Connected || s.Rooms[i].Problem != nil
	}
	for i := range displays {
		j := slices.IndexFunc(s.Displays, func(d Display) bool { return d.ID == displayID(i) })
		if j < 0 || s.Displays[j].Room != roomID(i%rooms) {
			t.Fatalf("the assignment of %s is lost", displayID(i))
		}
		d := s.Displays[j]
		if l.shows(d.ID) != l.truth(t, e.renderer, i%rooms, d.Panel) && !told(d, i%rooms) {
			t.Errorf("%v: %s is wrong and nobody says so: %+v", time.Now(), d.ID, d.Sign)
		}
	}
}

// A sign must own up to old data on the glass itself, not only in the app.
func TestStaleOnTheGlass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		e, _ := run(t, l.config(t, t.TempDir()))
		settle(time.Minute)
		if _, err := e.AddDisplay(t.Context(), "0000"); err != nil {
			t.Fatal(err)
		}
		if err := e.Assign(t.Context(), displayID(0), roomID(0)); err != nil {
			t.Fatal(err)
		}
		settle(bound)
		l.set(func() { l.offline = true })
		settle(14 * time.Minute)
		if s := e.Snapshot().Displays[0]; s.Sign.State == sign.Unknown {
			t.Errorf("stale after less than the policy's 15 minutes: %+v", s.Sign)
		}
		settle(2 * time.Minute)
		s := e.Snapshot()
		if d := s.Displays[0]; d.Sign.State != sign.Unknown || d.Sign.Notice == "" || d.Delivery != Delivered || l.shows(d.ID) != d.Frame.Hash {
			t.Errorf("sign %+v, %s; want it to own up on the glass", d.Sign, d.Delivery)
		}
		if s.State != Attention {
			t.Errorf("state %s; want attention", s.State)
		}
		l.set(func() { l.offline = false })
		settle(6 * time.Minute)
		if d := e.Snapshot().Displays[0]; d.Sign.State == sign.Unknown || d.Delivery != Delivered {
			t.Errorf("sign %+v, %s; want it up to date again", d.Sign, d.Delivery)
		}
	})
}

func eventAt(id string, start time.Time) calendar.Event {
	return calendar.Event{ID: id, Subject: "Meeting " + id, Organizer: "Ada", Availability: calendar.Busy, Start: start.Add(-time.Minute), End: start.Add(time.Hour)}
}
