package engine

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to look at the file as a stranger would

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// crashEnv makes this test binary the process that is killed: data folder, address of the
// office, and what to do, separated by "|".
const crashEnv = "ROOMINK_CRASH"

func TestMain(m *testing.M) {
	if spec := os.Getenv(crashEnv); spec != "" {
		if err := crashChild(strings.Split(spec, "|")); err != nil {
			fmt.Fprintln(os.Stderr, "crash child:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const crashRooms, crashDisplays = 5, 6

// outside is the office around the process that is killed: it outlives it.
type outside struct {
	*life
	mu    sync.Mutex
	glass map[display.ID]string
	one   map[display.ID]*sync.Mutex // one refresh at a time
	delay func() time.Duration
}

func (o *outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/rooms":
		rooms, err := o.life.Rooms(r.Context())
		reply(w, rooms, err)
	case "/changes":
		var requests []syncer.Request
		if err := json.NewDecoder(r.Body).Decode(&requests); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		changes, err := o.life.Changes(r.Context(), requests)
		reply(w, changes, err)
	case "/push":
		id := display.ID(r.URL.Query().Get("id"))
		one := o.one[id]
		one.Lock() // a panel goes through with a refresh, whoever asked for it and died since
		defer one.Unlock()
		time.Sleep(o.delay())
		o.mu.Lock()
		o.glass[id] = r.URL.Query().Get("hash")
		o.mu.Unlock()
		reply(w, nil, nil)
	default:
		http.NotFound(w, r)
	}
}

func reply(w http.ResponseWriter, v any, err error) {
	if err == nil {
		err = json.NewEncoder(w).Encode(v)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (o *outside) shown(id display.ID) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.glass[id]
}

// remote is the way of the process to the office: its calendars, and its panels.
type remote struct{ url string }

func (r remote) call(ctx context.Context, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

func (r remote) Rooms(ctx context.Context) (rooms []calendar.Room, err error) {
	return rooms, r.call(ctx, "/rooms", nil, &rooms)
}

func (r remote) Changes(ctx context.Context, requests []syncer.Request) (changes []syncer.Change, err error) {
	return changes, r.call(ctx, "/changes", requests, &changes)
}

func (r remote) Calendars(context.Context) ([]calendar.Room, error) { return nil, nil }
func (r remote) Probe(context.Context, string) error                { return nil }
func (r remote) SecretExpiry(context.Context, string, string) (time.Time, error) {
	return time.Time{}, nil
}

type remotePanels struct{ remote }

func (remotePanels) Protocol() string { return "memory" }
func (remotePanels) Probe(ctx context.Context, address string) (display.Display, error) {
	return (&life{}).Probe(ctx, address)
}

func (p remotePanels) Push(ctx context.Context, d display.Display, f display.Frame) (display.Receipt, error) {
	if err := p.call(ctx, "/push?id="+string(d.ID)+"&hash="+f.Hash, nil, new(any)); err != nil {
		return display.Receipt{}, &display.Error{Kind: display.Timeout, Op: "send the picture", Err: err}
	}
	return display.Receipt{At: time.Now()}, nil
}

// crashChild is the process: an engine, and an administrator who tells standard output what
// is tried and what was acknowledged. Told to be calm, it tells how the signs stand instead.
func crashChild(spec []string) error {
	dir, url := spec[0], spec[1]
	seed, err := strconv.ParseUint(spec[2], 10, 64)
	if err != nil {
		return err
	}
	calm := spec[3] == "calm"
	cfg := (&life{}).signedOut(dir)
	cfg.Interval, cfg.Drivers = 50*time.Millisecond, []display.Driver{remotePanels{remote{url}}}
	cfg.Source = func(SourceConfig) (Source, error) { return struct{ remote }{remote{url}}, nil }
	ctx := context.Background()
	e, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	for s := range e.Watch(ctx) {
		if len(s.Rooms) == crashRooms {
			break
		}
	}
	if calm {
		for s := range e.Watch(ctx) {
			line := "state"
			for _, d := range s.Displays {
				if d.Stage == Assigned && d.Delivery == Delivered {
					line += " " + string(d.ID) + "=" + d.Frame.Hash
				}
			}
			fmt.Println(line)
		}
	}
	a := admin{e: e, rnd: rand.New(rand.NewPCG(seed, 3))}
	for {
		if err := a.act(ctx); err != nil {
			return err
		}
		time.Sleep(time.Duration(a.rnd.IntN(8)) * time.Millisecond)
	}
}

type admin struct {
	e   *Engine
	rnd *rand.Rand
}

// act does one thing. A line says what is about to be done, as "try key value", and another
// that it was acknowledged.
func (a admin) act(ctx context.Context) error {
	n := a.rnd.IntN(1 << 20)
	i, room := a.rnd.IntN(crashDisplays), roomID(a.rnd.IntN(crashRooms))
	id := displayID(i)
	adopted := false
	for _, d := range a.e.Snapshot().Displays {
		adopted = adopted || d.ID == id && d.Stage != Found
	}
	do := func(key, value string, f func() error) error {
		fmt.Printf("try %s %s\n", key, value)
		if err := f(); err != nil {
			return fmt.Errorf("%s %s: %w", key, value, err)
		}
		fmt.Printf("ack %s\n", key)
		return nil
	}
	switch a.rnd.IntN(10) {
	case 0:
		p := sign.DefaultPolicy()
		p.Text = fmt.Sprint("note ", n)
		p.Language = []string{"en", "de"}[n%2]
		return do("policy", p.Language+","+p.Text, func() error { return a.e.SetPolicy(ctx, p) })
	case 1:
		text := fmt.Sprint("room note ", n)
		return do("override:"+string(room), text, func() error { return a.e.SetOverride(ctx, room, sign.Override{Text: &text}) })
	case 2:
		c := a.e.Snapshot().Account.Credentials
		c.Secret = fmt.Sprint("secret-value-", n)
		return do("secret", c.Secret, func() error { return a.e.SaveCredentials(ctx, c) })
	case 3:
		if !adopted {
			return nil
		}
		return do("room:"+string(id), "forgotten", func() error { return a.e.Forget(ctx, id) })
	case 4:
		if !adopted {
			return nil
		}
		return do("room:"+string(id), "none", func() error { return a.e.Assign(ctx, id, "") })
	default:
		if !adopted {
			return do("room:"+string(id), "none", func() error {
				_, err := a.e.AddDisplay(ctx, fmt.Sprintf("%04d", i))
				return err
			})
		}
		return do("room:"+string(id), string(room), func() error { return a.e.Assign(ctx, id, room) })
	}
}

// crashes is how many times the process is killed, unless ROOMINK_KILLS says otherwise.
func crashes() int {
	if n, err := strconv.Atoi(os.Getenv("ROOMINK_KILLS")); err == nil {
		return n
	}
	if raced || testing.Short() {
		return 40
	}
	return 300
}

// TestCrashes kills a real process on a real file at random moments, while calendars change
// and an administrator works. After each the file is whole, what was acknowledged is there,
// what was not is there wholly or not at all, no glass is claimed to show what it does not;
// and in the end, and from time to time, the signs converge.
func TestCrashes(t *testing.T) {
	if os.Getenv("ROOMINK_CRASH_SEED") != "" {
		t.Log("seed from the environment")
	}
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("ROOMINK_CRASH_SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("seed %d (ROOMINK_CRASH_SEED)", seed)
	rnd := rand.New(rand.NewPCG(seed, 5))
	o := &outside{life: newLife(crashRooms, 0), glass: map[display.ID]string{}, one: map[display.ID]*sync.Mutex{},
		delay: func() time.Duration { return time.Duration(rand.IntN(20)) * time.Millisecond }}
	for i := range crashDisplays {
		o.one[displayID(i)] = new(sync.Mutex)
	}
	server := httptest.NewServer(o)
	defer server.Close()
	dir := t.TempDir()
	o.life.config(t, dir) // signed in
	c := &crashRun{t: t, outside: o, url: server.URL, dir: dir, sure: map[string]string{}, open: map[string]string{}}
	kills := crashes()
	acknowledged := 0
	for i := range kills {
		acknowledged += c.kill(rnd.Uint64(), time.Duration(rnd.IntN(450))*time.Millisecond)
		if c.check(i); t.Failed() {
			t.Fatalf("after kill %d of seed %d", i+1, seed)
		}
		if i%50 == 49 || i == kills-1 {
			c.converge()
		}
	}
	t.Logf("%d kills, %d acknowledged commands", kills, acknowledged)
	if acknowledged < kills {
		t.Errorf("only %d commands were acknowledged in %d runs: nothing is proven", acknowledged, kills)
	}
}

type crashRun struct {
	t *testing.T
	*outside
	url, dir string
	sure     map[string]string // what was acknowledged, by key
	open     map[string]string // what was tried and not acknowledged
}

func (c *crashRun) command(seed uint64, mode string) (*exec.Cmd, io.Reader) {
	c.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d|%s", crashEnv, c.dir, c.url, seed, mode))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	return cmd, out
}

// kill runs the process for some time, while calendars change, and kills it. It gives how
// many commands were acknowledged.
func (c *crashRun) kill(seed uint64, after time.Duration) (acknowledged int) {
	cmd, out := c.command(seed, "work")
	stop := make(chan struct{})
	var editing sync.WaitGroup
	editing.Go(func() {
		rnd := rand.New(rand.NewPCG(seed, 9))
		for {
			c.life.edit(rnd)
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	timer := time.AfterFunc(after+100*time.Millisecond, func() { _ = cmd.Process.Kill() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		verb, rest, _ := strings.Cut(lines.Text(), " ")
		key, value, _ := strings.Cut(rest, " ")
		switch verb {
		case "try":
			c.open[key] = value
		case "ack":
			c.sure[key] = c.open[key]
			delete(c.open, key)
			acknowledged++
		}
	}
	err := cmd.Wait()
	if timer.Stop() {
		c.t.Errorf("the process ended by itself: %v", err)
	}
	close(stop)
	editing.Wait()
	return acknowledged
}

// check looks at the file that the killed process left behind.
func (c *crashRun) check(kill int) {
	c.t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, c.dir, nil) // which recovers the file, as the next start would
	if err != nil {
		c.t.Error(err)
		return
	}
	defer func() {
		if err := db.Close(); err != nil {
			c.t.Error(err)
		}
	}()
	if db.Quarantined != "" {
		c.t.Error("the file was damaged")
	}
	c.integrity()
	displays, err := db.Displays(ctx)
	if err != nil {
		c.t.Error(err)
	}
	actual := map[string]string{}
	for i := range crashDisplays {
		actual["room:"+string(displayID(i))] = "forgotten"
	}
	for _, d := range displays {
		actual["room:"+string(d.ID)] = "none"
		if d.Room != "" {
			actual["room:"+string(d.ID)] = string(d.Room)
		}
		if shown := c.shown(d.ID); d.Delivered != "" && d.Delivered != shown {
			c.t.Errorf("%s is said to show %.8s, and shows %.8s", d.ID, d.Delivered, shown)
		}
	}
	p := sign.DefaultPolicy()
	if err := db.Setting(ctx, settingPolicy, &p); err == nil {
		actual["policy"] = p.Language + "," + p.Text
	}
	overrides, err := db.Overrides(ctx)
	if err != nil {
		c.t.Error(err)
	}
	for room, o := range overrides {
		actual["override:"+string(room)] = *o.Text
	}
	v, err := vault.Open(ctx, true, vault.KeyFile{Path: filepath.Join(c.dir, "key")})
	if err != nil {
		c.t.Error(err)
		return
	}
	for _, name := range []string{secretClient, secretSignIn} {
		sealed, err := db.Secret(ctx, name)
		if errors.Is(err, store.ErrNotFound) && name == secretClient {
			continue
		}
		plain, openErr := v.Open(name, sealed)
		if err := errors.Join(err, openErr); err != nil {
			c.t.Errorf("secret %s: %v", name, err)
		}
		if name == secretClient {
			actual["secret"] = string(plain)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(actual)) {
		sure, known := c.sure[key]
		tried, open := c.open[key]
		if !known {
			sure = "forgotten" // only displays begin with a value
		}
		switch got := actual[key]; {
		case got == sure:
		case open && got == tried:
		case !known && strings.HasPrefix(key, "policy"):
		default:
			c.t.Errorf("%s is %q; acknowledged was %q, tried %q", key, got, sure, tried)
		}
		c.sure[key] = actual[key]
	}
	for key, sure := range c.sure {
		if _, there := actual[key]; !there {
			c.t.Errorf("%s, acknowledged as %q, is lost", key, sure)
		}
	}
	clear(c.open)
}

// integrity has SQLite check the file.
func (c *crashRun) integrity() {
	c.t.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(c.dir, store.FileName))+"?mode=ro")
	if err != nil {
		c.t.Error(err)
		return
	}
	defer raw.Close()
	var verdict string
	if err := raw.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		c.t.Errorf("integrity: %q, %v", verdict, err)
	}
	var table any
	if err := raw.QueryRow("PRAGMA foreign_key_check").Scan(&table, new(any), new(any), new(any)); !errors.Is(err, sql.ErrNoRows) {
		c.t.Errorf("a row of %v refers to nothing (%v)", table, err)
	}
}

// converge runs the process undisturbed until every sign shows what its calendar says.
func (c *crashRun) converge() {
	c.t.Helper()
	cmd, out := c.command(0, "calm")
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	overdue := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer overdue.Stop()
	r, err := frame.New(frame.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	wrong := []string{"nothing was told"}
	for lines := bufio.NewScanner(out); lines.Scan() && len(wrong) > 0; {
		wrong = nil
		for i := range crashDisplays {
			id := displayID(i)
			room := calendar.RoomID(c.sure["room:"+string(id)])
			if !strings.Contains(string(room), "@") {
				continue
			}
			want := c.want(r, room)
			if c.shown(id) != want || !strings.Contains(lines.Text(), string(id)+"="+want) {
				wrong = append(wrong, fmt.Sprintf("%s at %s", id, room))
			}
		}
	}
	if len(wrong) > 0 {
		c.t.Errorf("the signs don't converge: %v", wrong)
	}
}

// want is the hash of the frame that a sign at a room must show.
func (c *crashRun) want(r *frame.Renderer, id calendar.RoomID) string {
	var room calendar.Room
	for i := range crashRooms {
		if roomID(i) == id {
			room = c.room(i)
		}
	}
	loc, err := time.LoadLocation(room.TimeZone)
	if err != nil {
		c.t.Fatal(err)
	}
	c.life.mu.Lock()
	events := slices.Collect(maps.Values(c.events[id]))
	c.life.mu.Unlock()
	p := sign.DefaultPolicy()
	if saved, ok := c.sure["policy"]; ok {
		p.Language, p.Text, _ = strings.Cut(saved, ",")
	}
	if text, ok := c.sure["override:"+string(id)]; ok {
		p.Text = text
	}
	s, _ := sign.Compose(calendar.NewAgenda(room, loc, events, time.Now()), sign.AccountOK, p, time.Now())
	f, err := r.Frame(s, display.Panel{Width: 296, Height: 128, Scheme: display.Mono}, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return f.Hash
}
