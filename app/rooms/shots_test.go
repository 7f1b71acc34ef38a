package rooms_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/internal/signtest"
)

var shots = flag.String("shots", "", "write pictures of the page to this folder")

// many is a large office: 2,000 rooms with long names, which takes its time to read.
func many() engine.Snapshot {
	s := apptest.Snapshot(apptest.Noon)
	few := s.Rooms
	s.Rooms = nil
	for i := range 2000 {
		r := few[i%len(few)]
		r.Room.ID = calendar.RoomID(fmt.Sprintf("room%d@contoso.com", i))
		r.Room.Name = fmt.Sprintf("%s %d", r.Room.Name, i)
		s.Rooms = append(s.Rooms, r)
	}
	s.Sync.Pace = engine.Pace{Interval: 160 * time.Second, Wanted: 30 * time.Second, PerBatch: 1300 * time.Millisecond, Rooms: 2000, Office: true}
	return s
}

// hiding is the office with a room that conceals titles, one that is gone from the
// directory and a calendar that is shared.
func hiding() engine.Snapshot {
	s := apptest.Snapshot(apptest.Noon)
	r := &s.Rooms[0]
	r.Concealed = true
	r.Room.List, r.Room.Equipment = "Oslo headquarters", "Teams Room, wheelchair accessible, Surface Hub 3 (85″), whiteboard"
	r.Agenda = calendar.NewAgenda(r.Room, time.UTC, []calendar.Event{
		{ID: "a", Subject: "Salaries", Private: true, Start: apptest.Noon.Add(-3 * time.Hour), End: apptest.Noon.Add(-2 * time.Hour)},
		{ID: "b", Subject: "Priya Nair ", Organizer: "Priya Nair", Start: apptest.Noon.Add(-42 * time.Minute), End: apptest.Noon.Add(48 * time.Minute)},
		{ID: "c", Organizer: "Jörg Müller", Availability: calendar.Tentative, Start: apptest.Noon.Add(5 * time.Hour), End: apptest.Noon.Add(22 * time.Hour)},
	}, r.SyncedAt)
	s.Rooms[1].RemovedAt = apptest.Noon.Add(-70 * time.Hour)
	shared := apptest.Calendars()[3]
	s.Rooms = append(s.Rooms, engine.Room{Agenda: calendar.NewAgenda(shared, time.UTC, nil, apptest.Noon), Manual: true, Events: 4})
	return s
}

// real draws real signs.
type real struct {
	fake
	s    engine.Snapshot
	draw signtest.Draw
}

func (r *real) PreviewSign(_ context.Context, request engine.PreviewRequest) (engine.Preview, error) {
	return r.draw(r.s, request)
}

// scenes are the states worth looking at.
func scenes() map[string]func(*testing.T) (*rooms.Page, fyne.Window) {
	at := func(s engine.Snapshot, then func(*rooms.Page, fyne.Window)) func(*testing.T) (*rooms.Page, fyne.Window) {
		return func(t *testing.T) (*rooms.Page, fyne.Window) {
			p, w, _ := open(t, &fake{}, s)
			if then != nil {
				then(p, w)
			}
			return p, w
		}
	}
	choose := func(i int) func(*rooms.Page, fyne.Window) {
		return func(p *rooms.Page, w fyne.Window) { tableOf(w).Tap(i) }
	}
	return map[string]func(*testing.T) (*rooms.Page, fyne.Window){
		"1-list":      at(apptest.Snapshot(apptest.Noon), nil),
		"2-room":      at(apptest.Snapshot(apptest.Noon), choose(0)),
		"3-concealed": at(hiding(), choose(0)),
		"4-removed":   at(hiding(), choose(1)),
		"5-denied":    at(apptest.Snapshot(apptest.Noon), choose(7)),
		"6-calendar":  at(hiding(), choose(8)),
		"7-many": at(many(), func(p *rooms.Page, w fyne.Window) {
			test.Tap(apptest.Find[*widget.Button](w, lang.L("Why?")))
		}),
		"8-many-room": at(many(), choose(1)),
		"9-sign": func(t *testing.T) (*rooms.Page, fyne.Window) {
			s := apptest.Snapshot(apptest.Noon)
			german, agenda := "de", sign.Agenda
			s.Rooms[0].Override = sign.Override{Language: &german, Design: &agenda}
			p, w := openWith(t, &real{s: s, draw: signtest.New(t, apptest.Noon)}, s)
			w.Resize(fyne.NewSize(1120, 740))
			tableOf(w).Tap(0)
			test.Tap(apptest.Find[*widget.Button](w, lang.L("Change…")))
			return p, w
		},
		"9-picker-failed": func(t *testing.T) (*rooms.Page, fyne.Window) {
			p, w, _ := open(t, &fake{fail: &apptest.Failure{Title: "The calendars can't be read", Text: "The proxy of this network asks for a password.",
				Remedy: "Check this computer's internet connection and proxy.", Details: "407"}}, apptest.Snapshot(apptest.Noon))
			test.Tap(apptest.Find[*widget.Button](w, lang.L("Add a calendar…")))
			return p, w
		},
		"9-picker": at(apptest.Snapshot(apptest.Noon), func(p *rooms.Page, w fyne.Window) {
			test.Tap(apptest.Find[*widget.Button](w, lang.L("Add a calendar…")))
			list(w).Select(5)
		}),
	}
}

// The page fits into the smallest window that is promised.
func TestPageFits(t *testing.T) {
	apptest.Speak(t, "../translations")
	for name, scene := range scenes() {
		t.Run(name, func(t *testing.T) {
			p, w := scene(t)
			if width := p.Content().MinSize().Width; width > apptest.NarrowestPage {
				t.Errorf("needs %v units", width)
			}
			if *shots != "" {
				apptest.Picture(t, w, p.Content(), *shots, name)
			}
		})
	}
}
