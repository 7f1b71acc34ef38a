package crashtest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/syncer"
)

// protocol is the language of the panels.
const protocol = "crash"

// What there is in an office.
const (
	listedRooms = 5 // that the directory lists
	typedRooms  = 3 // that it does not
	panels      = 6
)

func listedRoom(i int) calendar.RoomID { return calendar.RoomID(fmt.Sprintf("room%d@contoso.com", i)) }
func typedRoom(i int) calendar.RoomID  { return calendar.RoomID(fmt.Sprintf("annex%d@contoso.com", i)) }
func panelID(i int) display.ID         { return display.ID(fmt.Sprintf("%s:d%d", protocol, i)) }
func anyRoom(rnd *rand.Rand) calendar.RoomID {
	if i := rnd.IntN(listedRooms + typedRooms); i < listedRooms {
		return listedRoom(i)
	}
	return typedRoom(rnd.IntN(typedRooms))
}

// roomOf is what is known of a room apart from its calendar.
func roomOf(id calendar.RoomID) calendar.Room {
	name, _, _ := strings.Cut(string(id), "@")
	r := calendar.Room{ID: id, Name: name}
	if strings.HasPrefix(name, "room") {
		r.TimeZone = "Europe/Berlin"
	}
	return r
}

// office is what outlives the engine: calendars, and panels at the doors.
type office struct {
	server *httptest.Server

	mu        sync.Mutex
	rnd       *rand.Rand
	calendars map[calendar.RoomID][]map[string]calendar.Event // all versions; the cursor is the index
	kind      bool                                            // panels work at once and without a fault
	glass     map[display.ID]string                           // hash of what hangs there, "torn" for nobody knows what
	pushed    map[display.ID]bool
	torn      int // pushes whose sender was gone before the end
	lastWords int // pushes that came to the glass though their sender was gone
	pushes    int

	// panel is held while a panel takes a picture: it takes one at a time.
	panel map[display.ID]*sync.Mutex
	busy  sync.WaitGroup
}

func newOffice(t *testing.T, seed uint64) *office {
	o := &office{rnd: rand.New(rand.NewPCG(seed, 2)), calendars: map[calendar.RoomID][]map[string]calendar.Event{},
		glass: map[display.ID]string{}, pushed: map[display.ID]bool{}, panel: map[display.ID]*sync.Mutex{}}
	for i := range listedRooms {
		o.calendars[listedRoom(i)] = []map[string]calendar.Event{{}}
	}
	for i := range typedRooms {
		o.calendars[typedRoom(i)] = []map[string]calendar.Event{{}}
	}
	for i := range panels {
		o.panel[panelID(i)] = &sync.Mutex{}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rooms", o.rooms)
	mux.HandleFunc("POST /changes", o.changes)
	mux.HandleFunc("POST /push/{id}", o.push)
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, toJSON(v)) // whoever asked may be dead by now
}

func (o *office) rooms(w http.ResponseWriter, _ *http.Request) {
	var list []calendar.Room
	for i := range listedRooms {
		list = append(list, roomOf(listedRoom(i)))
	}
	answer(w, list)
}

func (o *office) changes(w http.ResponseWriter, r *http.Request) {
	var requests []syncer.Request
	if err := json.NewDecoder(r.Body).Decode(&requests); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	changes := make([]syncer.Change, len(requests))
	for i, r := range requests {
		versions := o.calendars[r.Room]
		changes[i] = news(versions, r)
	}
	answer(w, changes)
}

// news tells what changed since a cursor, or everything where there is none.
func news(versions []map[string]calendar.Event, r syncer.Request) syncer.Change {
	now := versions[len(versions)-1]
	c := syncer.Change{Room: r.Room, Cursor: strconv.Itoa(len(versions) - 1)}
	at, err := strconv.Atoi(r.Cursor)
	if err != nil || at >= len(versions) {
		c.Full, c.Events = true, slices.Collect(maps.Values(now))
		return c
	}
	for id, e := range now {
		if versions[at][id] != e {
			c.Events = append(c.Events, e)
		}
	}
	for id := range versions[at] {
		if _, there := now[id]; !there {
			c.Removed = append(c.Removed, id)
		}
	}
	return c
}

// edit books, moves or cancels a meeting.
func (o *office) edit() {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := anyRoom(o.rnd)
	versions := o.calendars[room]
	now := maps.Clone(versions[len(versions)-1])
	id := fmt.Sprint("meeting", o.rnd.IntN(5))
	if _, there := now[id]; there && o.rnd.IntN(2) == 0 {
		delete(now, id)
	} else {
		start := time.Now().UTC().Truncate(15 * time.Minute).Add(time.Duration(o.rnd.IntN(24)-8) * 15 * time.Minute)
		now[id] = calendar.Event{ID: id, Subject: fmt.Sprint("Meeting ", o.rnd.IntN(1000)), Organizer: "Ada", Availability: calendar.Busy,
			Start: start, End: start.Add(time.Duration(1+o.rnd.IntN(8)) * 15 * time.Minute)}
	}
	o.calendars[room] = append(versions, now)
}

// version gives a calendar as it was at a cursor, and whether there is such a cursor.
func (o *office) version(room calendar.RoomID, cursor string) (map[string]calendar.Event, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	at, err := strconv.Atoi(cursor)
	if err != nil || at >= len(o.calendars[room]) {
		return nil, false
	}
	return o.calendars[room][at], true
}

func (o *office) today(room calendar.RoomID) []calendar.Event {
	o.mu.Lock()
	defer o.mu.Unlock()
	versions := o.calendars[room]
	return slices.Collect(maps.Values(versions[len(versions)-1]))
}

// push takes a picture, as a panel does: it may be busy, slow, fail half-way, or lose the
// line to whoever sends it.
func (o *office) push(w http.ResponseWriter, r *http.Request) {
	o.busy.Add(1)
	defer o.busy.Done()
	id := display.ID(r.PathValue("id"))
	hash, err := io.ReadAll(io.LimitReader(r.Body, 1000))
	panel := o.panel[id]
	if err != nil || panel == nil {
		http.Error(w, "not a picture for a panel here", http.StatusBadRequest)
		return
	}
	if !panel.TryLock() {
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	defer panel.Unlock()
	o.mu.Lock()
	luck, slow, finishes := o.rnd.IntN(20), time.Duration(o.rnd.IntN(120))*time.Millisecond, o.rnd.IntN(2) == 0
	if o.kind {
		luck, slow = 10, 0
	}
	if luck > 1 {
		o.pushes++
		o.pushed[id] = true
		o.glass[id] = "torn" // until it is done
	}
	o.mu.Unlock()
	if luck <= 1 {
		http.Error(w, "busy with another program", http.StatusServiceUnavailable)
		return
	}
	gone := false
	select {
	case <-time.After(slow):
	case <-r.Context().Done():
		gone = true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case gone && !finishes:
		o.torn++
	case gone:
		o.lastWords++
		o.glass[id] = string(hash)
	case luck == 2:
		http.Error(w, "the refresh failed", http.StatusInternalServerError)
	default:
		o.glass[id] = string(hash)
		answer(w, "done")
	}
}

// quiet waits until no panel takes a picture, and gives what hangs on each, and on which
// of them one was ever put.
func (o *office) quiet() (glass map[display.ID]string, pushed map[display.ID]bool) {
	o.busy.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.glass), maps.Clone(o.pushed)
}

func (o *office) setKind(kind bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kind = kind
}
