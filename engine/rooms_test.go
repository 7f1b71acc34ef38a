package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/syncer"
)

func roomIn(t *testing.T, s Snapshot, id calendar.RoomID) Room {
	t.Helper()
	i := slices.IndexFunc(s.Rooms, func(r Room) bool { return r.Room.ID == id })
	if i < 0 {
		t.Fatalf("no room %s in %+v", id, s.Rooms)
	}
	return s.Rooms[i]
}

func TestRooms(t *testing.T) {
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should refuse an address that can't be read, and say why": func(t *testing.T, l *life, e *Engine) {
			l.set(func() {
				l.probes["nobody@contoso.com"] = &syncer.Error{Kind: syncer.NotFound, Op: "read the calendar of nobody@contoso.com"}
				l.probes["closed@contoso.com"] = &syncer.Error{Kind: syncer.Denied, Op: "read the calendar of closed@contoso.com", Remedy: "Ask."}
				l.probes["later@contoso.com"] = &syncer.Error{Kind: syncer.Offline, Op: "read the calendar of later@contoso.com"}
			})
			for _, bad := range []string{"nobody@contoso.com", "closed@contoso.com"} {
				if err := e.AddRoom(t.Context(), bad); kindOf(err) == "" {
					t.Errorf("%s: %v; want it refused", bad, err)
				}
			}
			must(t, e.AddRoom(t.Context(), "later@contoso.com"))
			if s := e.Snapshot(); len(s.Rooms) != 3 || !roomIn(t, s, "later@contoso.com").Manual {
				t.Errorf("rooms %+v; want the one that could not be asked about", s.Rooms)
			}
		},
		"should add a calendar of the account": func(t *testing.T, _ *life, e *Engine) {
			list, err := e.Calendars(t.Context())
			must(t, err)
			if err := e.AddCalendar(t.Context(), calendar.Room{ID: "oslo@contoso.com"}); err == nil {
				t.Error("a mailbox passed for a calendar")
			}
			must(t, e.AddCalendar(t.Context(), list[0]))
			if r := roomIn(t, e.Snapshot(), list[0].ID); r.Room.DisplayName() != "Annex" {
				t.Errorf("room %+v; want the annex", r)
			}
		},
		"should forget a room and leave its signs without one": func(t *testing.T, _ *life, e *Engine) {
			hang(t, e, 0)
			must(t, e.ForgetRoom(t.Context(), roomID(0)))
			settle(bound)
			s := e.Snapshot()
			if len(s.Rooms) != 1 || s.Displays[0].Stage != Adopted || s.Displays[0].Room != "" {
				t.Errorf("rooms %+v, displays %+v; want one room, and a display without one", s.Rooms, s.Displays)
			}
			if err := e.ForgetRoom(t.Context(), roomID(0)); err == nil {
				t.Error("a room was forgotten twice")
			}
		},
		"should not go on about the sign at a room that was forgotten": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			l.set(func() { l.power[displayID(0)] = false })
			l.meet(0)
			settle(10 * time.Minute)
			if !has(e.Snapshot(), CodeNotUpdated) {
				t.Fatal("no problem of the display")
			}
			must(t, e.ForgetRoom(t.Context(), roomID(0)))
			settle(10 * time.Minute)
			s := e.Snapshot()
			i := slices.IndexFunc(s.Problems, func(p health.Problem) bool { return p.Code == CodeNotUpdated })
			if i < 0 || s.Problems[i].Severity != health.Notice || strings.Contains(s.Problems[i].Title+s.Problems[i].Text, "Room 0") {
				t.Errorf("problems %+v; want no more than a notice that the glass may be old", s.Problems)
			}
			l.set(func() { l.power[displayID(0)] = true })
			settle(10 * time.Minute)
			if s := e.Snapshot(); has(s, CodeNotUpdated) || s.Displays[0].Sign.State != sign.Unassigned || l.shows(displayID(0)) != s.Displays[0].Frame.Hash {
				t.Errorf("problems %+v, display %+v; want the glass to own up", s.Problems, s.Displays[0])
			}
		},
		"should not bring up a room that was forgotten while a round went on": func(t *testing.T, l *life, e *Engine) {
			l.set(func() { l.broken[roomID(1)] = true })
			settle(bound)
			if !has(e.Snapshot(), codeRoom) {
				t.Fatal("no problem of the room")
			}
			must(t, e.ForgetRoom(t.Context(), roomID(1)))
			e.onSyncResult(syncer.Result{Asked: 2, Failed: map[calendar.RoomID]error{roomID(1): errors.New("not found")}})
			settle(10 * time.Minute)
			if s := e.Snapshot(); has(s, codeRoom) {
				t.Errorf("problems %+v; want none of a room that is gone", s.Problems)
			}
		},
		"should say on the sign that a room was given up, and keep it": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			l.set(func() { l.unlisted = roomID(0) })
			must(t, e.RefreshRooms(t.Context()))
			settle(bound)
			s := e.Snapshot()
			if r := roomIn(t, s, roomID(0)); r.RemovedAt.IsZero() || s.Displays[0].Sign.State != sign.Free {
				t.Errorf("room %+v, sign %+v; want it marked, and the sign as it was: its calendar can be read", r, s.Displays[0].Sign)
			}
			l.set(func() { l.broken[roomID(0)], l.how = true, syncer.NotFound })
			settle(bound)
			s = e.Snapshot()
			if d := s.Displays[0]; d.Sign.Headline != "Room removed" || d.Room != roomID(0) || d.Delivery != Delivered {
				t.Errorf("display %+v, sign %+v; want it on the glass, and the assignment kept", d, d.Sign)
			}
			l.set(func() { l.unlisted, l.broken[roomID(0)] = "", false })
			must(t, e.RefreshRooms(t.Context()))
			settle(20 * time.Minute)
			s = e.Snapshot()
			if r := roomIn(t, s, roomID(0)); !r.RemovedAt.IsZero() || s.Displays[0].Sign.State != sign.Free {
				t.Errorf("room %+v, sign %+v; want all as before", r, s.Displays[0].Sign)
			}
		},
		"should tell a mailbox that hides titles": func(t *testing.T, l *life, e *Engine) {
			l.set(func() {
				for i := range 4 {
					m := eventAt(string(rune('a'+i)), time.Now().Add(time.Duration(i)*time.Hour))
					m.Subject, m.Organizer = "Ada Lovelace ", "Ada Lovelace"
					l.events[roomID(1)][m.ID] = m
				}
				l.changed[roomID(1)] = time.Now()
			})
			settle(bound)
			s := e.Snapshot()
			if r := roomIn(t, s, roomID(1)); !r.Concealed || r.Events != 4 || roomIn(t, s, roomID(0)).Concealed {
				t.Errorf("room %+v; want it concealed", r)
			}
			for _, strange := range []calendar.RoomID{"room'; Remove-Everything@x", "(Remove-Everything)@x", "{Remove-Everything}@x", "a,Remove-Everything@x",
				"room’\u2028Remove-Everything@x", "-Remove-Everything@x", "@Remove-Everything", "a\rRemove-Everything@x", "#Remove-Everything@x"} {
				for _, r := range Cure(strange) {
					if !strings.Contains(r.Commands, "room@contoso.com") || strings.Contains(r.Commands, "Everything") {
						t.Errorf("%s; want nothing strange in a command", r.Commands)
					}
				}
			}
			if r := Cure("oslo_2.nord+a-b@contoso.com"); !strings.Contains(r[0].Commands, "oslo_2.nord+a-b@contoso.com") {
				t.Errorf("%s; want the room", r[0].Commands)
			}
		},
		"should tell how often it reads, and count what that takes": func(t *testing.T, _ *life, e *Engine) {
			e.onRequest(Traffic{Throttled: 2})
			e.onRequest(Traffic{Failed: 1})
			s := e.Snapshot().Sync
			if s.Pace.Interval != syncer.DefaultInterval || s.Pace.Rooms != 2 || s.Today.Requests != 2 || s.Today.Throttled != 2 || s.Today.Failed != 1 || s.Today.Rounds == 0 {
				t.Errorf("sync %+v", s)
			}
			settle(24 * time.Hour)
			if s := e.Snapshot().Sync; s.Today.Requests != 0 || s.Today.Since.Hour() != 0 {
				t.Errorf("a day later %+v; want a new count", s.Today)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

// Calendars are read less often while nobody is in any of the offices.
func TestQuietHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(2, 0) // in Berlin and New York
		cfg := l.config(t, t.TempDir())
		var clock hurried
		cfg.Now = clock.now
		cfg.Interval, cfg.Location = 0, time.FixedZone("office", 3600)
		e, _ := run(t, cfg)
		at := func(day, hour int) Pace { // UTC, of January 2000
			clock.pass(time.Date(2000, time.January, day, hour, 10, 0, 0, time.UTC).Sub(clock.now()))
			settle(10 * time.Minute)
			return e.Snapshot().Sync.Pace
		}
		for _, c := range []struct {
			day, hour int
			want      time.Duration
		}{
			{1, 12, 5 * time.Minute},  // a Saturday
			{3, 3, 5 * time.Minute},   // before anybody comes
			{3, 9, 30 * time.Second},  // in Berlin
			{3, 21, 30 * time.Second}, // in New York
			{4, 2, 5 * time.Minute},
		} {
			if p := at(c.day, c.hour); p.Interval != c.want || p.Office != (c.want == 30*time.Second) {
				t.Errorf("on the %d at %d: %+v; want %v", c.day, c.hour, p, c.want)
			}
		}
	})
}

// The window turns at night, and today is always well inside it.
func TestWindow(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	e := new(Engine)
	e.office.Store(berlin)
	for at := time.Date(2026, time.March, 27, 0, 0, 0, 0, time.UTC); at.Month() < time.May; at = at.Add(29 * time.Minute) {
		w, local := e.window(at), at.In(berlin)
		y, m, d := local.Date()
		if today := time.Date(y, m, d, 0, 0, 0, 0, berlin); w.From.After(today.AddDate(0, 0, -1)) || w.To.Before(today.AddDate(0, 0, 7)) {
			t.Fatalf("at %v the window is %v to %v", local, w.From, w.To)
		}
		if turned := e.window(at.Add(-29 * time.Minute)); turned != w && (local.Hour() < 2 || local.Hour() > 4) {
			t.Fatalf("the window turned at %v", local)
		}
	}
}
