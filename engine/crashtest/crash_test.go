package crashtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/vault"
)

// offices is in how many places the engine is killed at a time.
const offices = 3

// calmEvery is after how many kills one engine is left alone until all signs are right.
const calmEvery = 20

// patience is how long that may take.
const patience = 20 * time.Second * slowness

// TestKilled kills the engine again and again while calendars change and an admin is at
// work.
func TestKilled(t *testing.T) {
	total, seed := number(t, "ROOMINK_KILLS", kills), uint64(number(t, "ROOMINK_SEED", int(time.Now().UnixNano()%1_000_000)))
	if testing.Short() && os.Getenv("ROOMINK_KILLS") == "" {
		total = min(total, 40)
	}
	t.Logf("%d kills, ROOMINK_SEED=%d", total, seed)
	sums := make([]tally, offices)
	t.Run("office", func(t *testing.T) {
		for i := range offices {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				c := newCrash(t, seed+uint64(i))
				c.run(t, (total+i)/offices)
				sums[i] = c.tally
				sums[i].pushes, sums[i].torn, sums[i].lastWords = c.office.pushes, c.office.torn, c.office.lastWords
			})
		}
	})
	var sum tally
	for _, s := range sums {
		sum.kills += s.kills
		sum.acks += s.acks
		sum.early += s.early
		sum.inFlight += s.inFlight
		sum.happened += s.happened
		sum.pushes += s.pushes
		sum.torn += s.torn
		sum.lastWords += s.lastWords
	}
	t.Logf("%+v", sum)
	if sum.kills != total || sum.acks < total || sum.pushes < total || sum.early == 0 || sum.inFlight == 0 || sum.torn+sum.lastWords == 0 {
		t.Errorf("%+v: that proves nothing", sum)
	}
}

// tally counts what the kills hit.
type tally struct {
	kills, acks        int
	early              int // kills before the engine was open
	inFlight, happened int // commands that were going on, and those of them that were obeyed
	pushes             int
	torn, lastWords    int // pushes whose sender died
}

func number(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number", variable, text)
	}
	return n
}

// crash is one office, its engine and what the engine has promised.
type crash struct {
	dir    string
	seed   uint64
	rnd    *rand.Rand
	office *office
	draw   *frame.Renderer
	known  configuration
	next   int // number of the next command
	gaveUp map[string]bool
	tally
}

func newCrash(t *testing.T, seed uint64) *crash {
	c := &crash{dir: t.TempDir(), seed: seed, rnd: rand.New(rand.NewPCG(seed, 1)), office: newOffice(t, seed),
		known: newConfiguration(), next: 1, gaveUp: map[string]bool{}}
	var err error
	c.draw, err = frame.New(frame.Options{})
	must(t, err)
	signIn(t, c.dir)
	return c
}

// signIn leaves a sign-in behind that is good for years.
func signIn(t *testing.T, dir string) {
	t.Helper()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	v, err := vault.Open(t.Context(), false, keyFile(dir))
	must(t, err)
	text := toJSON(map[string]any{ // as package engine keeps it
		"Credentials": entra.Credentials{Cloud: entra.Global(), Tenant: "contoso.com", ClientID: clientID},
		"Tokens": entra.Tokens{Access: "a", Refresh: "r", Expiry: time.Now().AddDate(10, 0, 0),
			Scopes: []string{"Place.Read.All"}},
	})
	must(t, db.SaveSecret(t.Context(), "sign-in", v.Seal("sign-in", []byte(text))))
	must(t, db.Close())
}

func (c *crash) run(t *testing.T, kills int) {
	for c.tally.kills = 1; !t.Failed(); c.tally.kills++ {
		c.round(t)
		if c.tally.kills%calmEvery == 0 || c.tally.kills == kills {
			c.calm(t)
		}
		if c.tally.kills == kills {
			return
		}
	}
	t.Errorf("after kill %d of seed %d", c.tally.kills-1, c.seed)
}

// round lets the engine live for a while, kills it and looks at what is left.
func (c *crash) round(t *testing.T) {
	life := time.Duration(c.rnd.IntN(150)) * time.Millisecond // it may not even be open
	if c.rnd.IntN(4) > 0 {
		life += time.Duration(c.rnd.IntN(600)) * time.Millisecond
	}
	p := c.start(t, c.next)
	end := time.After(life * slowness)
	edits := time.NewTicker(20 * time.Millisecond)
	defer edits.Stop()
	for alive := true; alive; {
		select {
		case <-edits.C:
			c.office.edit()
		case <-end:
			alive = false
		}
	}
	must(t, p.cmd.Process.Kill())
	c.hear(t, p)
}

// process is a running engine.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	lines chan string // closed when it is dead
}

func (c *crash) start(t *testing.T, first int) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), ordersVariable+"="+toJSON(orders{Dir: c.dir, Office: c.office.server.URL, Seed: c.rnd.Uint64(), First: first}))
	stdin, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	p := &process{cmd: cmd, stdin: stdin, lines: make(chan string, 100_000)}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test gave up before
	go func() {
		defer close(p.lines)
		r := bufio.NewReader(out)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return // a line without its end was not said
			}
			p.lines <- strings.TrimSpace(line)
		}
	}()
	return p
}

// hear takes in what a killed engine had promised and holds its database against that.
func (c *crash) hear(t *testing.T, p *process) {
	t.Helper()
	var open *command // that was going on
	ready := false
	for line := range p.lines {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "open":
			ready = true
		case "intend":
			open = new(command)
			must(t, json.Unmarshal([]byte(rest), open))
			c.next = open.N + 1
		case "ack":
			c.known = c.known.after(*open)
			if open.Op == "forget" {
				c.gaveUp[string(open.Display)] = true
			}
			c.acks++
			open = nil
		case "refused":
			open = nil
		default:
			t.Errorf("the engine says: %s", line)
		}
	}
	_ = p.cmd.Wait() // killed: its status tells nothing
	if !ready {
		c.early++
	}
	c.office.server.CloseClientConnections() // as the system does, sooner or later
	glass, pushed := c.office.quiet()
	s := read(t, c.copy(t))
	diff := cmp.Diff(c.known, s.configuration)
	if open != nil {
		c.inFlight++
		if maybe := c.known.after(*open); cmp.Equal(maybe, s.configuration) {
			if diff != "" {
				c.happened++
			}
			diff, c.known = "", maybe
		}
		if open.Op == "forget" {
			c.gaveUp[string(open.Display)] = true
		}
	}
	if diff != "" {
		t.Errorf("the database is not what was promised, in flight %+v (-want +got):\n%s", open, diff)
	}
	for _, d := range s.displays {
		if d.Delivered != "" && d.Delivered != glass[d.ID] {
			t.Errorf("the database says that %s shows %s; it shows %s", d.ID, d.Delivered, glass[d.ID])
		}
		if pushed[d.ID] && !d.Written && !c.gaveUp[string(d.ID)] {
			t.Errorf("the database says that %s was never written to; it shows %s", d.ID, glass[d.ID])
		}
	}
	for room, cursor := range s.cursors {
		if cursor == "" {
			continue
		}
		if want, ok := c.office.version(room, cursor); !ok || !maps.Equal(want, s.events[room]) {
			t.Errorf("the database has another calendar of %s than there was at %s (-want +got):\n%s", room, cursor, cmp.Diff(want, s.events[room]))
		}
	}
}

// copy copies the data folder, so that the next engine finds the files as the kill left
// them: whoever opens the database in place would clean up after it.
func (c *crash) copy(t *testing.T) string {
	t.Helper()
	to := filepath.Join(c.dir, "..", filepath.Base(c.dir)+"-copy")
	must(t, os.RemoveAll(to))
	must(t, os.MkdirAll(to, 0o700))
	files, err := os.ReadDir(c.dir)
	must(t, err)
	for _, f := range files {
		if strings.Contains(f.Name(), ".damaged-") {
			t.Errorf("the engine put its database aside as damaged: %s", f.Name())
		}
		if f.IsDir() || strings.HasSuffix(f.Name(), "-shm") || strings.HasSuffix(f.Name(), ".lock") {
			continue
		}
		data, err := fs.ReadFile(os.DirFS(c.dir), f.Name())
		must(t, err)
		must(t, os.WriteFile(filepath.Join(to, f.Name()), data, 0o600))
	}
	return to
}

// calm leaves an engine alone until every sign is right by the calendar, and ends it
// properly.
func (c *crash) calm(t *testing.T) {
	t.Helper()
	c.office.setKind(true)
	defer c.office.setKind(false)
	p := c.start(t, 0)
	end := time.After(patience)
	why := "nothing was said"
	for why != "" {
		select {
		case line, alive := <-p.lines:
			word, rest, _ := strings.Cut(line, " ")
			switch {
			case !alive:
				t.Fatal("the engine ended")
			case word == "error":
				t.Fatalf("the engine says: %s", line)
			case word == "claims":
				var list []claim
				must(t, json.Unmarshal([]byte(rest), &list))
				why = c.wrong(t, list)
			}
		case <-end:
			t.Fatalf("left alone for %v, and still: %s", patience, why)
		}
	}
	c.known.Paused = false
	must(t, p.stdin.Close())
	c.hear(t, p)
	if !p.cmd.ProcessState.Success() {
		t.Errorf("it ended with %v", p.cmd.ProcessState)
	}
}

// wrong tells which sign is not right, "" if all are.
func (c *crash) wrong(t *testing.T, list []claim) string {
	t.Helper()
	glass, _ := c.office.quiet()
	if len(list) != len(c.known.Displays) {
		return fmt.Sprintf("%d displays are known; want %d", len(list), len(c.known.Displays))
	}
	for _, d := range list {
		want, adopted := c.known.Displays[d.ID]
		if !adopted || d.Room != want.Room {
			t.Fatalf("%s hangs at %q; want %q", d.ID, d.Room, want.Room)
		}
		if want.Room == "" {
			if d.Delivery != engine.NothingToShow && (d.State != sign.Unassigned || d.Delivery != engine.Delivered || glass[d.ID] != d.Hash) {
				return fmt.Sprintf("%s has no room, and its glass %s: %+v", d.ID, glass[d.ID], d)
			}
			continue
		}
		if truth := c.truth(t, want.Room); glass[d.ID] != truth || d.Hash != truth || d.Delivery != engine.Delivered {
			return fmt.Sprintf("%s shows %s; want %s; the engine says %+v", d.ID, glass[d.ID], truth, d)
		}
	}
	return ""
}

// truth is the hash of what the sign at a room must show now.
func (c *crash) truth(t *testing.T, id calendar.RoomID) string {
	t.Helper()
	r := roomOf(id)
	loc, err := time.LoadLocation(r.TimeZone) // "" is UTC, as the engine is told
	must(t, err)
	p := sign.DefaultPolicy()
	p.Text = c.known.Policy
	if own, ok := c.known.Overrides[id]; ok {
		p.Text = own
	}
	now := time.Now()
	s, _ := sign.Compose(calendar.NewAgenda(r, loc, c.office.today(id), now), sign.AccountOK, p, now)
	f, err := c.draw.Frame(s, panel, nil)
	must(t, err)
	return f.Hash
}
