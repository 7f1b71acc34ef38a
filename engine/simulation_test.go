package engine

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// TestSimulation lets whole offices live for a simulated week each: calendars are edited,
// displays and networks fail, Graph throttles, the computer restarts, sleeps and has its clock
// set, an administrator assigns, all at random from a seed. After every step the promises of
// sim.check hold. testdata/seeds.txt keeps the seeds that once broke one.
func TestSimulation(t *testing.T) {
	seeds, span := append([]uint64{1, 2}, regressions(t)...), 7*24*time.Hour
	if raced { // its clocks run out where a week passes in a second; make endurance does without
		seeds, span = seeds[:1], 24*time.Hour
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { simulate(t, seed, span) })
	}
}

// TestSoak simulates offices of random seeds for as long as ROOMINK_SOAK says, such as "1h";
// see make soak.
func TestSoak(t *testing.T) {
	span, err := time.ParseDuration(os.Getenv("ROOMINK_SOAK"))
	if err != nil {
		t.Skip("ROOMINK_SOAK says for how long, such as 10m")
	}
	weeks := 0
	for end := time.Now().Add(span); time.Now().Before(end) && !t.Failed(); weeks++ {
		seed := rand.Uint64N(1 << 32)
		fmt.Printf("seed %d\n", seed) // at once: a soak may be ended before its time
		t.Run(fmt.Sprint(seed), func(t *testing.T) { simulate(t, seed, 7*24*time.Hour) })
	}
	t.Logf("%d simulated weeks in %v", weeks, span)
}

// regressions reads the seeds that once failed.
func regressions(t *testing.T) (seeds []uint64) {
	file, err := os.Open(filepath.Join("testdata", "seeds.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("seeds.txt: %v", err)
		}
		seeds = append(seeds, seed)
	}
	return seeds
}

// simulation is one that goes on.
type simulation struct {
	*sim
	t      *testing.T
	rnd    *rand.Rand
	cfg    Config
	e      *Engine
	end    func()
	policy sign.Policy
	jumped time.Time // when the wall clock last did
	steps  int
	log    []string
}

func simulate(t *testing.T, seed uint64, span time.Duration) {
	files := descriptors()
	synctest.Test(t, func(t *testing.T) {
		const rooms, displays = 6, 12
		x := &simulation{sim: newSim(rooms, displays), t: t, rnd: rand.New(rand.NewPCG(seed, 11)), policy: sign.DefaultPolicy()}
		x.cfg = x.life.config(t, t.TempDir())
		x.cfg.Drivers = []display.Driver{direct{x.sim}, viaHub{x.sim}}
		x.cfg.Pulls = []pull.Protocol{fetching{}}
		x.cfg.Source = func(SourceConfig) (Source, error) { return simSource{source{x.life}, x.sim}, nil }
		x.cfg.Interval, x.cfg.Quiet, x.cfg.Now = 0, 0, x.wall.now // as in real life
		defer func() {
			if t.Failed() {
				t.Logf("seed %d; add it to testdata/seeds.txt. The last steps:\n%s", seed, strings.Join(x.log[max(0, len(x.log)-25):], "\n"))
			}
		}()
		x.start()
		settle(time.Minute)
		x.setUp()
		goroutines := 0
		for end := time.Now().Add(span); time.Now().Before(end) && !t.Failed(); x.steps++ {
			x.step()
			if x.steps%40 == 39 && !t.Failed() {
				x.calm()
				if n := runtime.NumGoroutine(); goroutines == 0 {
					goroutines = n
				} else if n > goroutines+8 { // idle connections of the database come and go
					t.Errorf("%d goroutines, and %d before: they leak", n, goroutines)
				}
			}
		}
		if !t.Failed() {
			x.calm()
		}
		x.end()
		t.Logf("seed %d: %d steps, %d pushes", seed, x.steps, x.pushed())
	})
	if n := descriptors(); n > files {
		t.Errorf("%d files are open, and %d before", n, files)
	}
}

func (x *simulation) note(format string, args ...any) {
	x.log = append(x.log, fmt.Sprintf("%s %s", x.wall.now().UTC().Format("Mon 15:04:05"), fmt.Sprintf(format, args...)))
}

// start runs an engine, and the panels beside it.
func (x *simulation) start() {
	x.t.Helper()
	e, stop := run(x.t, x.cfg)
	ctx, cancel := context.WithCancel(context.Background())
	var lives sync.WaitGroup
	for _, p := range x.order {
		if p.sleeps || p.pull && strings.Count(string(p.id), ":") == 1 {
			lives.Go(func() { x.lifeOf(ctx, e, p) })
		}
	}
	x.e = e
	x.end = func() {
		cancel()
		lives.Wait()
		stop()
		synctest.Wait()
	}
}

// restart ends the engine and starts it again.
func (x *simulation) restart() {
	x.end()
	x.with(x.freely)
	x.start()
}

// setUp adopts all displays and assigns most of them, as an administrator does.
func (x *simulation) setUp() {
	ctx := x.t.Context()
	for i := range hubs {
		if _, err := x.e.UseGateway(ctx, GatewayRequest{Protocol: "hub", Address: fmt.Sprint("hub", i)}); err != nil {
			x.t.Fatal(err)
		}
	}
	c := x.e.Snapshot().Account.Credentials
	c.Secret = canary
	must(x.t, x.e.SaveCredentials(ctx, c))
	for i, p := range x.order {
		switch {
		case p.pull:
			id, err := x.e.NewPullDisplay(ctx, PullDisplay{Protocol: "fetch", Name: string(p.id), Panel: x.describe(p, "").Panel})
			if err != nil {
				x.t.Fatal(err)
			}
			x.with(func() {
				delete(x.panels, p.id)
				p.id = id
				x.panels[id] = p
			})
		case p.hub == "":
			if _, err := x.e.AddDisplay(ctx, strings.TrimPrefix(string(p.id), "sim:")); err != nil {
				x.t.Fatal(err)
			}
		}
		x.assign(p, roomID(i%len(x.events)))
	}
	x.restart() // so that the panels that fetch are known by their names
	settle(5 * time.Minute)
}

func (x *simulation) assign(p *panel, room calendar.RoomID) {
	if err := x.e.Assign(x.t.Context(), p.id, room); err != nil {
		x.t.Errorf("assign %s: %v", p.id, err)
		return
	}
	x.with(func() { p.room, p.failed = room, time.Time{} })
}

// step does one thing to the office, lets some time pass, and looks.
func (x *simulation) step() {
	list := x.order
	p := list[x.rnd.IntN(len(list))]
	room := roomID(x.rnd.IntN(len(x.events)))
	switch x.rnd.IntN(26) {
	case 0:
		x.set(func() { x.offline = !x.offline; x.note("Graph reached: %v", !x.offline) })
	case 1, 2:
		x.with(func() { p.off = !p.off; x.note("%s off: %v", p.id, p.off) })
	case 3:
		x.with(func() { p.flaky = !p.flaky; x.note("%s flaky: %v", p.id, p.flaky) })
	case 4:
		x.with(func() { p.hangs = !p.hangs && p.hub == ""; x.note("%s hangs: %v", p.id, p.hangs) })
	case 5:
		x.set(func() { x.signOut = x.rnd.IntN(3) == 0; x.note("signed out: %v", x.signOut) })
	case 6:
		x.set(func() { x.broken[room] = !x.broken[room]; x.note("%s refused: %v", room, x.broken[room]) })
	case 7:
		wait := time.Duration(1+x.rnd.IntN(20)) * time.Minute
		x.with(func() { x.throttle = time.Now().Add(wait) })
		x.note("throttled for %v", wait)
	case 8:
		x.note("restart")
		x.restart()
	case 9:
		x.jump(time.Duration(x.rnd.IntN(60*60)) * time.Minute) // asleep, up to a weekend
	case 10:
		x.jump(time.Duration(x.rnd.IntN(240)-120) * time.Minute) // the clock is set
	case 11:
		if x.rnd.IntN(3) == 0 {
			room = ""
		}
		x.note("assign %s to %q", p.id, room)
		x.assign(p, room)
	case 12:
		x.policy.Language = []string{"en", "de"}[x.rnd.IntN(2)]
		x.policy.Soon = time.Duration(x.rnd.IntN(3)*5) * time.Minute
		x.note("policy %s %v", x.policy.Language, x.policy.Soon)
		must(x.t, x.e.SetPolicy(x.t.Context(), x.policy))
	case 13:
		x.set(func() { x.network = fmt.Sprintf("198.51.100.%d/24", 1+x.rnd.IntN(200)) })
		x.note("another network")
		x.leniently(networkEvery)
	case 14:
		x.note("a meeting in %q is booked and cancelled, %s flaky", p.room, p.id)
		x.with(func() { p.flaky = true })
		x.passing(p.room)
	default:
		x.edit(x.rnd)
	}
	settle(time.Duration(30+x.rnd.IntN(40*60)) * time.Second)
	x.check()
}

// passing books a meeting from now on, and cancels it some minutes later: each sign of the
// room has to come back to what it showed.
func (x *simulation) passing(room calendar.RoomID) {
	if room == "" {
		return
	}
	now := x.wall.now().UTC()
	x.set(func() {
		x.events[room]["passing"] = calendar.Event{ID: "passing", Availability: calendar.Busy, Start: now.Add(-time.Minute), End: now.Add(30 * time.Hour)}
		x.changed[room] = time.Now()
	})
	settle(time.Duration(1+x.rnd.IntN(8)) * time.Minute)
	x.set(func() {
		delete(x.events[room], "passing")
		x.changed[room] = time.Now()
	})
}

// jump puts the wall clock forward or back while no other time passes.
func (x *simulation) jump(d time.Duration) {
	x.note("the clock jumps by %v", d)
	x.wall.pass(d)
	x.leniently(30 * time.Second) // within a heartbeat it is noticed, and what failed is tried anew
	x.jumped = time.Now()
}

// leniently lets time pass in which everything may be tried again at once.
func (x *simulation) leniently(d time.Duration) {
	x.with(func() { x.lenient = true })
	settle(d)
	x.with(func() {
		x.lenient = false
		x.freely()
	})
}

func (x *simulation) pushed() (n int) {
	for _, a := range x.e.Snapshot().Activity {
		if a.Kind == ActSign {
			n++
		}
	}
	return n
}

// lag is how long a glass may differ from its calendar while nothing is said: a reading
// outside office hours, its turn among all rooms, the rest of a panel with colours.
const lag = 9 * time.Minute // a little more than a reading each five minutes takes

// check is what is promised: nothing that an administrator did is lost, no sign lies without
// the app knowing, one that knows nothing says so, and what [sim] itself notes in broken.
func (x *simulation) check() {
	x.t.Helper()
	s := x.e.Snapshot()
	x.with(func() {
		for _, b := range x.promises {
			x.t.Error(b)
		}
	})
	if secret, err := x.e.secret(x.t.Context(), secretClient); err != nil || string(secret) != canary {
		x.t.Errorf("the client secret is lost: %v", err)
	}
	if s.Policy.Language != x.policy.Language || s.Policy.Soon != x.policy.Soon {
		x.t.Error("the policy is lost")
	}
	for _, p := range x.order {
		i := slices.IndexFunc(s.Displays, func(d Display) bool { return d.ID == p.id })
		if i < 0 || s.Displays[i].Room != p.room {
			x.t.Errorf("the assignment of %s to %q is lost", p.id, p.room)
			continue
		}
		d := s.Displays[i]
		x.mu.Lock()
		glass := p.glass
		x.mu.Unlock()
		if d.Delivery != Delivered || p.room == "" {
			continue // the app says that it is not shown, or nobody stands at a door
		}
		if d.Frame != nil && d.Frame.Hash != glass {
			x.t.Errorf("%s counts as shown, but is not what hangs there", p.id)
		}
		x.life.mu.Lock()
		fresh := time.Since(x.changed[p.room]) < lag
		x.life.mu.Unlock()
		j := slices.IndexFunc(s.Rooms, func(r Room) bool { return r.Room.ID == p.room })
		if j < 0 {
			x.t.Errorf("room %s is lost", p.room)
			continue
		}
		told := fresh || s.Sync.Problem != nil || s.Account.State != Connected || s.Rooms[j].Problem != nil || time.Since(x.jumped) < 2*time.Minute
		// A sign that owns up lies no more while the reading of a moment ago settles.
		told = told || d.Sign.State == sign.Unknown && s.At.Sub(s.Rooms[j].SyncedAt) < time.Second
		if want := x.want(p); glass != want && !told {
			x.t.Errorf("%s is wrong, and nobody says so: %s %s %s, read %v ago", p.id, d.Sign.State, d.Sign.Headline, d.Sign.Detail, s.At.Sub(s.Rooms[j].SyncedAt))
		}
		age := s.At.Sub(s.Rooms[j].SyncedAt)
		if age > x.policy.StaleAfter+time.Minute && d.Sign.State != sign.Unknown && time.Since(x.jumped) > time.Minute {
			x.t.Errorf("%s shows a reading that is %v old without owning up", p.id, age)
		}
	}
}

// want is the hash of what a panel must show if all is known.
func (x *simulation) want(p *panel) string {
	x.t.Helper()
	var room calendar.Room
	for i := range len(x.events) {
		if roomID(i) == p.room {
			room = x.room(i)
		}
	}
	loc, err := time.LoadLocation(room.TimeZone)
	if err != nil {
		x.t.Fatal(err)
	}
	x.life.mu.Lock()
	events := slices.Collect(maps.Values(x.events[p.room]))
	x.life.mu.Unlock()
	now := x.wall.now()
	s, _ := sign.Compose(calendar.NewAgenda(room, loc, events, now), sign.AccountOK, x.policy, now)
	return x.hash(s, p)
}

func (x *simulation) hash(s sign.Sign, p *panel) string {
	f, err := x.e.renderer.Frame(s, x.describe(p, "").Panel, (*frame.Look)(nil))
	if err != nil {
		x.t.Fatal(err)
	}
	return f.Hash
}

// calm mends everything that is broken, waits, and demands that every sign is right.
func (x *simulation) calm() {
	x.t.Helper()
	x.note("all is mended")
	x.set(func() {
		x.offline, x.signOut = false, false
		clear(x.broken)
	})
	x.with(func() {
		x.throttle = time.Time{}
		for _, p := range x.panels {
			p.off, p.flaky, p.hangs = false, false, false
		}
	})
	settle(90 * time.Minute)
	x.check()
	wrong := x.wrong()
	for range 20 { // a boundary may just have passed, and a display be about to wake
		if len(wrong) == 0 {
			break
		}
		settle(time.Minute)
		wrong = x.wrong()
	}
	if len(wrong) > 0 {
		x.t.Errorf("an hour and a half after the last fault these are still wrong: %s", strings.Join(wrong, "; "))
	}
	s := x.e.Snapshot()
	if s.Account.State != Connected || s.Sync.Problem != nil {
		x.t.Errorf("an hour and a half after the last fault the account is %s, %+v", s.Account.State, s.Sync.Problem)
	}
}

// wrong lists the signs at rooms that don't show what they must.
func (x *simulation) wrong() (list []string) {
	s := x.e.Snapshot()
	for _, p := range x.order {
		i := slices.IndexFunc(s.Displays, func(d Display) bool { return d.ID == p.id })
		if p.room == "" || i < 0 {
			continue
		}
		if d := s.Displays[i]; p.glass != x.want(p) {
			list = append(list, fmt.Sprintf("%s, %s, held until %v, %+v", p.id, d.Delivery, d.HeldUntil, d.Problem))
		}
	}
	return list
}
