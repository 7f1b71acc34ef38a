package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

const oslo = calendar.RoomID("oslo@contoso.com")

var (
	day    = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	window = syncer.Window{From: day, To: day.AddDate(0, 0, 8)}
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("ROOMINK_CRASH_DIR"); dir != "" {
		writeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func open(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func event(id string, hour int) calendar.Event {
	return calendar.Event{ID: id, Subject: "Stand-up " + id, Organizer: "Ada", Start: day.Add(time.Duration(hour) * time.Hour),
		End: day.Add(time.Duration(hour+1) * time.Hour), Availability: calendar.Busy}
}

func occurrence(id, series string, hour int) calendar.Event {
	e := event(id, hour)
	e.SeriesID = series
	return e
}

func TestApply(t *testing.T) {
	stored := []calendar.Event{event("a", 9), event("b", 10), occurrence("s1", "s", 11), occurrence("s2", "s", 12)}
	moved := event("a", 15)
	tests := map[string]struct {
		change  syncer.Change
		want    []calendar.Event
		changed bool
	}{
		"should keep all where nothing is told": {
			change: syncer.Change{}, want: stored,
		},
		"should not count a replay as a change": {
			change: syncer.Change{Events: []calendar.Event{event("a", 9)}}, want: stored,
		},
		"should replace a changed event": {
			change: syncer.Change{Events: []calendar.Event{moved}}, changed: true,
			want: []calendar.Event{moved, stored[1], stored[2], stored[3]},
		},
		"should remove what is said to be gone and ignore unknown ids": {
			change: syncer.Change{Removed: []string{"b", "never seen"}}, changed: true,
			want: []calendar.Event{stored[0], stored[2], stored[3]},
		},
		"should not remove what the same change tells": {
			change: syncer.Change{Removed: []string{"b"}, Events: []calendar.Event{event("b", 10)}}, want: stored,
		},
		"should drop occurrences that a series told in full has no more": {
			change: syncer.Change{Series: []string{"s"}, Events: []calendar.Event{occurrence("s2", "s", 12)}}, changed: true,
			want: []calendar.Event{stored[0], stored[1], stored[3]},
		},
		"should hold just what a full reading tells": {
			change: syncer.Change{Full: true, Events: []calendar.Event{event("b", 10), event("new", 18)}}, changed: true,
			want: []calendar.Event{event("b", 10), event("new", 18)},
		},
		"should empty a calendar that a full reading found empty": {
			change: syncer.Change{Full: true}, changed: true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := open(t, t.TempDir())
			must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo, Name: "Oslo"}}, day))
			_, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Events: stored, Cursor: "c1"}, window, day)
			must(t, err)

			test.change.Room, test.change.Cursor = oslo, "c2"
			did, err := db.Apply(t.Context(), test.change, window, day.Add(time.Minute))
			must(t, err)
			if did.Changed != test.changed {
				t.Errorf("changed %v; want %v", did.Changed, test.changed)
			}
			got, err := db.Events(t.Context(), oslo)
			must(t, err)
			byID := cmpopts.SortSlices(func(a, b calendar.Event) bool { return a.ID < b.ID })
			if diff := cmp.Diff(test.want, got, byID, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			cursors, err := db.Cursors(t.Context())
			must(t, err)
			if diff := cmp.Diff([]syncer.Request{{Room: oslo, Cursor: "c2", Window: window}}, cursors); diff != "" {
				t.Errorf("cursors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestApplyToUnknownRoom(t *testing.T) {
	db := open(t, t.TempDir())
	_, err := db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Cursor: "c"}, window, day)
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v; want ErrNotFound", err)
	}
}

// A reading that brought nothing must outlive a regular end, and show at once.
func TestIdleReadingSurvivesClose(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
	at := day.Add(3 * time.Hour)
	_, err = db.Apply(t.Context(), syncer.Change{Room: oslo, Full: true, Cursor: "early"}, window, day)
	must(t, err)
	_, err = db.Apply(t.Context(), syncer.Change{Room: oslo, Cursor: "late"}, window, at)
	must(t, err)
	check := func(db *store.DB) {
		t.Helper()
		rooms, err := db.Rooms(t.Context())
		must(t, err)
		cursors, err := db.Cursors(t.Context())
		must(t, err)
		if !rooms[0].SyncedAt.Equal(at) || cursors[0].Cursor != "late" {
			t.Errorf("synced at %v with cursor %q; want %v, late", rooms[0].SyncedAt, cursors[0].Cursor, at)
		}
	}
	check(db)
	must(t, db.Close())
	check(open(t, dir))
}

func TestRooms(t *testing.T) {
	db := open(t, t.TempDir())
	room := calendar.Room{ID: oslo, Name: "Oslo", Building: "Nord", Floor: "3", Capacity: 8, TimeZone: "Europe/Oslo"}
	must(t, db.AddRoom(t.Context(), calendar.Room{ID: oslo, Name: "oslo"}))
	must(t, db.SaveRooms(t.Context(), []calendar.Room{room}, day))
	renamed := room
	renamed.Name, renamed.TimeZone = "Oslo (large)", ""
	must(t, db.SaveRooms(t.Context(), []calendar.Room{renamed}, day.Add(time.Hour)))
	got, err := db.Rooms(t.Context())
	must(t, err)
	renamed.TimeZone = "Europe/Oslo" // a listing without zones must not lose it
	want := []store.Room{{Room: renamed, Manual: true, ListedAt: day.Add(time.Hour)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rooms (-want +got):\n%s", diff)
	}
}

func TestDisplays(t *testing.T) {
	db := open(t, t.TempDir())
	must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
	d := store.Display{
		Display: display.Display{ID: "opendisplay:01", Protocol: "opendisplay", Name: "OD1", Model: "M", Firmware: "2.2",
			Address: "192.0.2.7:2446", Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono, Rotation: 90},
			Pull: true, Sleeps: true, Secured: true,
			Telemetry: display.Telemetry{Battery: 3900, Percent: 60, Signal: -71, Temperature: 21.5, At: day}},
		AdoptedAt: day, LastSeen: day, TokenHash: "c0ffee", Host: "192.0.2.7", Due: day.Add(time.Hour),
	}
	must(t, db.SaveDisplay(t.Context(), d))
	must(t, db.Assign(t.Context(), d.ID, oslo))
	must(t, db.SaveDelivered(t.Context(), d.ID, "hash", day.Add(time.Hour)))
	d.Address = "192.0.2.8:2446"
	stale := d // as whoever read it before a person decided something
	stale.Pull, stale.Secured, stale.TokenHash, stale.Host = false, false, "", ""
	must(t, db.SaveDisplay(t.Context(), stale)) // moved: assignment, delivery and trust stay
	d.Room, d.Written, d.Delivered, d.DeliveredAt = oslo, true, "hash", day.Add(time.Hour)
	check := func(want ...store.Display) {
		t.Helper()
		got, err := db.Displays(t.Context())
		must(t, err)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("displays (-want +got):\n%s", diff)
		}
	}
	check(d)
	must(t, db.RenameDisplay(t.Context(), d.ID, "opendisplay:02", nil))
	d.ID = "opendisplay:02"
	check(d)
	if err := db.RenameDisplay(t.Context(), "opendisplay:01", "opendisplay:03", nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("rename a display that is gone: %v; want ErrNotFound", err)
	}
	must(t, db.ForgetDelivered(t.Context(), d.ID))
	d.Delivered, d.DeliveredAt = "", time.Time{}
	check(d)
	must(t, db.DeleteRoom(t.Context(), oslo))
	d.Room = ""
	check(d)
	must(t, db.DeleteDisplay(t.Context(), d.ID))
	check()
	must(t, db.SaveDelivered(t.Context(), d.ID, "late", day)) // its push ended after it was forgotten
	check()
	if err := db.Assign(t.Context(), d.ID, ""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("assign a forgotten display: %v; want ErrNotFound", err)
	}
	must(t, db.SaveDisplay(t.Context(), d))
	if err := db.Assign(t.Context(), d.ID, "nowhere@contoso.com"); err == nil {
		t.Error("assigned to a room that does not exist")
	}
}

// Writes at the same time share a commit; each must be there once it returned, and
// the failure of one must not undo the others.
func TestGroupedWrites(t *testing.T) {
	db := open(t, t.TempDir())
	const n = 200
	for i := range n {
		must(t, db.SaveDisplay(t.Context(), store.Display{Display: display.Display{ID: display.ID(fmt.Sprint(i))}}))
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var writers sync.WaitGroup
	for i := range n {
		writers.Go(func() {
			if i%10 == 0 {
				if err := db.SaveDelivered(cancelled, display.ID(fmt.Sprint(i)), "h", day); !errors.Is(err, context.Canceled) {
					t.Errorf("error %v; want cancelled", err)
				}
				return
			}
			if err := db.SaveDelivered(t.Context(), display.ID(fmt.Sprint(i)), fmt.Sprint("h", i), day); err != nil {
				t.Error(err)
			}
			if _, err := db.AddActivity(t.Context(), store.Activity{At: day, Text: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	got, err := db.Displays(t.Context())
	must(t, err)
	for _, d := range got {
		want := "h" + string(d.ID)
		if strings.HasSuffix(string(d.ID), "0") {
			want = ""
		}
		if d.Delivered != want {
			t.Errorf("%s holds %q; want %q", d.ID, d.Delivered, want)
		}
	}
	lines, err := db.Activities(t.Context(), n)
	must(t, err)
	if len(lines) != n-n/10 {
		t.Errorf("%d activities; want %d", len(lines), n-n/10)
	}
}

func TestSettingsSecretsActivity(t *testing.T) {
	db := open(t, t.TempDir())
	var number int
	if err := db.Setting(t.Context(), "n", &number); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v; want ErrNotFound", err)
	}
	must(t, db.SaveSetting(t.Context(), "n", 1))
	must(t, db.SaveSetting(t.Context(), "n", 2))
	if err := db.Setting(t.Context(), "n", &number); err != nil || number != 2 {
		t.Errorf("setting %d, %v; want 2", number, err)
	}
	must(t, db.SaveSecret(t.Context(), "s", []byte{1, 2}))
	if got, err := db.Secret(t.Context(), "s"); err != nil || !slices.Equal(got, []byte{1, 2}) {
		t.Errorf("secret %v, %v", got, err)
	}
	must(t, db.DeleteSecret(t.Context(), "s"))
	if _, err := db.Secret(t.Context(), "s"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("error %v; want ErrNotFound", err)
	}
	for i := range 5 {
		_, err := db.AddActivity(t.Context(), store.Activity{At: day, Kind: "sign", Text: fmt.Sprint(i), Problem: i == 4})
		must(t, err)
	}
	got, err := db.Activities(t.Context(), 2)
	must(t, err)
	want := []store.Activity{{ID: 5, At: day, Kind: "sign", Text: "4", Problem: true}, {ID: 4, At: day, Kind: "sign", Text: "3"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("activity (-want +got):\n%s", diff)
	}
}

func TestDamagedFileIsKeptAside(t *testing.T) {
	damages := map[string]func(path string){
		"should keep a file that is no database": func(path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600))
		},
		"should keep a database with torn pages": func(path string) {
			data, err := os.ReadFile(path)
			must(t, err)
			for i := 4096; i < len(data); i++ {
				data[i] = byte(i * 7)
			}
			must(t, os.WriteFile(path, data, 0o600))
		},
		"should keep a truncated database": func(path string) {
			must(t, os.Truncate(path, 5000))
		},
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db, err := store.Open(t.Context(), dir, nil)
			must(t, err)
			must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
			must(t, db.Close())
			path := filepath.Join(dir, store.FileName)
			damage(path)
			before, err := os.ReadFile(path)
			must(t, err)

			db = open(t, dir)
			if db.Quarantined == "" {
				t.Fatal("nothing was put aside")
			}
			kept, err := os.ReadFile(db.Quarantined)
			must(t, err)
			if !slices.Equal(before, kept) {
				t.Error("the file that was put aside is not the damaged one")
			}
			rooms, err := db.Rooms(t.Context())
			if err != nil || len(rooms) != 0 {
				t.Errorf("rooms %v, %v; want a fresh store", rooms, err)
			}
		})
	}
}

// writeUntilKilled is the child of TestKill: it prints each number after its
// commit, so that its parent knows what must be there.
func writeUntilKilled(dir string) {
	ctx := context.Background()
	db, err := store.Open(ctx, dir, nil)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var n int
	if err := db.Setting(ctx, "n", &n); err != nil && !errors.Is(err, store.ErrNotFound) {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for {
		n++
		err := db.Update(ctx, store.Update{Settings: map[string]any{"n": n}, Secrets: map[string][]byte{"n": fmt.Append(nil, n)}})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println(n)
	}
}

// TestKill kills a writing process again and again: what it said is committed must
// be there, and the file must be sound.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	rnd := rand.New(rand.NewPCG(1, 1))
	last := 0
	for round := range 25 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "ROOMINK_CRASH_DIR="+dir)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		lines := bufio.NewScanner(out)
		for stop := 1 + rnd.IntN(20); stop > 0 && lines.Scan(); stop-- {
			if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
				t.Fatalf("round %d: child says %q", round, lines.Text())
			}
		}
		must(t, cmd.Process.Kill())
		for lines.Scan() { // what it printed before the kill took effect counts too
			if _, err := fmt.Sscan(lines.Text(), &last); err != nil {
				break // a torn last line
			}
		}
		_ = cmd.Wait() // killed: its status tells nothing
	}
	db := open(t, dir)
	if db.Quarantined != "" {
		t.Fatalf("the database was damaged: %s", db.Quarantined)
	}
	var n int
	must(t, db.Setting(t.Context(), "n", &n))
	if n < last {
		t.Errorf("store holds %d; %d was committed", n, last)
	}
	if secret, err := db.Secret(t.Context(), "n"); err != nil || string(secret) != fmt.Sprint(n) {
		t.Errorf("secret %q, %v; want %d, as the setting of the same update", secret, err, n)
	}
}
