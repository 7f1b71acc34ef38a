package crashtest

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/vault"
)

// command is one thing that the admin does.
type command struct {
	N       int
	Op      string
	Display display.ID
	Room    calendar.RoomID
	Text    string // what is set, different in each command
}

// configuration is everything that commands change, as a person would tell it.
type configuration struct {
	Displays     map[display.ID]hung
	Manual       map[calendar.RoomID]bool   // rooms that the admin typed
	Overrides    map[calendar.RoomID]string // free texts of rooms
	Policy       string                     // free text of all rooms
	Paused       bool
	Draft        string // step of the guide
	DraftTenant  string
	DraftSecret  string
	Tenant       string // of the saved credentials
	ClientSecret string
}

// hung is an adopted display.
type hung struct {
	Name string
	Room calendar.RoomID
}

func newConfiguration() configuration {
	return configuration{Displays: map[display.ID]hung{}, Manual: map[calendar.RoomID]bool{}, Overrides: map[calendar.RoomID]string{}}
}

func secretOf(text string) string { return "secret~" + text }

// after is the configuration once a command has been obeyed.
func (c configuration) after(do command) configuration {
	c.Displays, c.Manual, c.Overrides = maps.Clone(c.Displays), maps.Clone(c.Manual), maps.Clone(c.Overrides)
	d, adopted := c.Displays[do.Display]
	switch do.Op {
	case "adopt":
		if !adopted {
			c.Displays[do.Display] = hung{Name: nameOf(do.Display)}
		}
	case "forget":
		delete(c.Displays, do.Display)
	case "assign", "unassign":
		d.Room = do.Room
		c.Displays[do.Display] = d
	case "rename":
		d.Name = do.Text
		c.Displays[do.Display] = d
	case "addRoom":
		c.Manual[do.Room] = true
	case "forgetRoom":
		delete(c.Manual, do.Room)
		delete(c.Overrides, do.Room)
		for id, d := range c.Displays {
			if d.Room == do.Room {
				d.Room = ""
				c.Displays[id] = d
			}
		}
	case "override":
		if c.Overrides[do.Room] = do.Text; do.Text == "" {
			delete(c.Overrides, do.Room)
		}
	case "policy":
		c.Policy = do.Text
	case "pause", "resume":
		c.Paused = do.Op == "pause"
	case "draft":
		c.Draft, c.DraftTenant, c.DraftSecret = do.Text, do.Text, secretOf(do.Text)
	case "credentials": // the draft is done with, but for its step
		c.Tenant, c.DraftTenant, c.ClientSecret, c.DraftSecret = do.Text, do.Text, secretOf(do.Text), ""
	case "renewKey": // changes nothing that can be seen
	}
	return c
}

// nameOf is what a display calls itself.
func nameOf(id display.ID) string { return "Display " + strings.TrimPrefix(string(id), protocol+":") }

// stored is what a database holds.
type stored struct {
	configuration
	displays []store.Display
	cursors  map[calendar.RoomID]string
	events   map[calendar.RoomID]map[string]calendar.Event
}

// read opens the database in dir as the engine does, and checks what must always hold.
func read(t *testing.T, dir string) stored {
	t.Helper()
	inspect(t, filepath.Join(dir, store.FileName))
	ctx := context.Background()
	db, err := store.Open(ctx, dir, nil)
	if err != nil {
		t.Fatalf("open the database after the kill: %v", err)
	}
	defer db.Close()
	if db.Quarantined != "" {
		t.Fatalf("the database was damaged: %s", db.Quarantined)
	}
	s := stored{configuration: newConfiguration(), cursors: map[calendar.RoomID]string{}, events: map[calendar.RoomID]map[string]calendar.Event{}}
	s.displays, err = db.Displays(ctx)
	must(t, err)
	for _, d := range s.displays {
		s.Displays[d.ID] = hung{Name: d.Name, Room: d.Room}
	}
	rooms, err := db.Rooms(ctx)
	must(t, err)
	for _, r := range rooms {
		if r.Manual {
			s.Manual[r.ID] = true
		}
		list, err := db.Events(ctx, r.ID)
		must(t, err)
		s.events[r.ID] = map[string]calendar.Event{}
		for _, e := range list {
			s.events[r.ID][e.ID] = e
		}
	}
	requests, err := db.Cursors(ctx)
	must(t, err)
	for _, r := range requests {
		s.cursors[r.Room] = r.Cursor
	}
	overrides, err := db.Overrides(ctx)
	must(t, err)
	for id, o := range overrides {
		s.Overrides[id] = *o.Text
	}
	s.readSettings(t, db, dir)
	return s
}

func (s *stored) readSettings(t *testing.T, db *store.DB, dir string) {
	t.Helper()
	ctx := context.Background()
	var policy sign.Policy
	var credentials engine.Credentials
	var draft engine.Draft
	for name, v := range map[string]any{"policy": &policy, "paused": &s.Paused, "credentials": &credentials, "draft": &draft} {
		if err := db.Setting(ctx, name, v); err != nil && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("read the setting %s: %v", name, err)
		}
	}
	s.Policy, s.Tenant = policy.Text, credentials.Tenant
	s.Draft, s.DraftTenant = draft.Step, draft.Tenant
	v, err := vault.Open(ctx, true, keyFile(dir))
	must(t, err)
	sealed, err := db.Secrets(ctx)
	must(t, err)
	secrets := map[string]string{}
	for name, text := range sealed {
		plain, err := v.Open(name, text)
		if err != nil {
			t.Errorf("the secret %s is lost: %v", name, err)
		}
		secrets[name] = string(plain)
	}
	s.ClientSecret, s.DraftSecret = secrets["client-secret"], secrets["draft-secret"]
	if secrets["sign-in"] == "" {
		t.Error("the sign-in is lost")
	}
	if draft.HasSecret != (s.DraftSecret != "") {
		t.Errorf("the draft says that its secret is kept: %t; secrets are %v", draft.HasSecret, slicesOf(secrets))
	}
}

func slicesOf(m map[string]string) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}

// inspect looks at the file with nothing of Roomink in between.
func inspect(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path))
	must(t, err)
	defer db.Close()
	for what, query := range map[string]string{
		"integrity":                                      "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
		"a row that refers to none":                      "SELECT \"table\" || rowid FROM pragma_foreign_key_check",
		"events of a room that was not read":             "SELECT DISTINCT r.id FROM events e JOIN rooms r ON r.id = e.room_id WHERE r.cursor = '' OR r.synced_at = 0",
		"half a reading":                                 "SELECT id FROM rooms WHERE (cursor = '') <> (synced_at = 0) OR (cursor = '') <> (window_to = 0)",
		"a key of a display that is gone":                "SELECT name FROM secrets WHERE name LIKE 'display:%' AND substr(name, 9) NOT IN (SELECT id FROM displays)",
		"a picture on a glass that was never written to": "SELECT id FROM displays JOIN deliveries ON display_id = id WHERE written = 0",
	} {
		rows, err := db.Query(query)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		for rows.Next() {
			var found string
			if err := rows.Scan(&found); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			t.Errorf("the database has %s: %s", what, found)
		}
		if err := cmp.Or(rows.Err(), rows.Close()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("%T: %v", v, err)) // a mistake of this test
	}
	return string(text)
}
