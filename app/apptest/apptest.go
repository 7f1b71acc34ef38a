// Package apptest is a believable office for tests of the window and for looking at
// it: eight rooms, six displays, problems and activity, and an engine that holds
// them and does nothing else.
package apptest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
)

// Noon is the instant of the office: Monday, 23 November 2026, 11:42 in UTC.
var Noon = time.Date(2026, 11, 23, 11, 42, 0, 0, time.UTC)

type room struct {
	name, mailbox, building, floor string
	seats                          int
	busy                           bool
	from, to                       int // minutes of the day of the current or next meeting
	subject, who                   string
}

var office = []room{
	{"Aurora", "aurora", "Main building", "1", 6, true, 660, 750, "Design review", "Priya Nair"},
	{"Besprechungsraum Nordlicht mit sehr langem Namen", "nordlicht", "Main building", "1", 12, false, 780, 840, "Projektstand Umbau", "Jörg Müller"},
	{"Boardroom", "boardroom", "Main building", "4", 20, true, 600, 780, "Quarterly numbers", "Amélie Fournier"},
	{"Fjord", "fjord", "Harbour annex", "2", 8, false, 720, 750, "1:1", "Tomasz Zieliński"},
	{"Focus 1", "focus1", "Main building", "2", 2, false, 0, 0, "", ""},
	{"Oslo", "oslo", "Harbour annex", "2", 10, true, 690, 720, "Stand-up Platform", "Daniel Osei"},
	{"Training room", "training", "Harbour annex", "G", 30, true, 0, 1440, "First-aid course", "HR"},
	{"Workshop", "workshop", "", "", 0, false, 900, 960, "Prototype demo", "Mei Lin"},
}

func roomID(mailbox string) calendar.RoomID { return calendar.RoomID(mailbox + "@contoso.com") }

func midnight(now time.Time) time.Time {
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
}

func rooms(now time.Time) []engine.Room {
	var list []engine.Room
	at := func(min int) time.Time { return midnight(now).Add(time.Duration(min) * time.Minute) }
	for _, o := range office {
		r := calendar.Room{ID: roomID(o.mailbox), Name: o.name, Building: o.building, Floor: o.floor, Capacity: o.seats}
		var events []calendar.Event
		if o.to > 0 {
			events = append(events,
				calendar.Event{ID: "1", Subject: o.subject, Organizer: o.who, Start: at(o.from), End: at(o.to), Availability: calendar.Busy},
				calendar.Event{ID: "2", Subject: "Retrospective", Organizer: o.who, Start: at(o.to + 60), End: at(o.to + 120), Availability: calendar.Busy})
		}
		a := calendar.NewAgenda(r, now.Location(), events, now.Add(-40*time.Second))
		list = append(list, engine.Room{Agenda: a, Now: a.At(now), Events: 12 * len(events)})
	}
	list[7].Denied = true
	list[7].Problem = &engine.Explanation{
		Title:   "Workshop: the calendar may not be read",
		Text:    "Microsoft 365 answered that the signed-in account has no permission for this mailbox.",
		Remedy:  "Give admin@contoso.com at least reviewer rights on the room's calendar.",
		Details: "ErrorAccessDenied 403 request-id 5c1b…",
	}
	return list
}

// Calendars are those of the account that signs in at the office.
func Calendars() []calendar.Room {
	return []calendar.Room{
		{ID: calendar.NewCalendarID("AAMkAD1="), Name: "Calendar", List: "My calendars"},
		{ID: calendar.NewCalendarID("AAMkAD2="), Name: "Holidays in Norway", List: "My calendars"},
		{ID: calendar.NewCalendarID("AAMkAD3="), Name: "Quiet room – Reception", List: "Other calendars"},
		{ID: calendar.NewCalendarID("AAMkAD4="), Name: "Guest studio – Ada Lovelace", List: "Other calendars"},
	}
}

// Snapshot is the office in full swing, with two things that need a person.
func Snapshot(now time.Time) engine.Snapshot {
	s := engine.Snapshot{
		Seq: 1, At: now, State: engine.Attention,
		Account: engine.Account{
			State: engine.Connected, Mode: engine.Delegated, HasSecret: true, Username: "admin@contoso.com", Name: "Adele Admin",
			Tenant:      "8d2f1c4e-3b7a-4f50-9c61-2a7e5d9b1f30",
			Credentials: engine.Credentials{Tenant: "contoso.onmicrosoft.com", ClientID: "3f9c2a10-7d4e-4b1a-9e55-0c8f6d2b7a41"},
		},
		Sync: engine.Sync{
			LastOK: now.Add(-40 * time.Second),
			Pace:   engine.Pace{Interval: 30 * time.Second, Wanted: 30 * time.Second, Rooms: len(office), PerBatch: 500 * time.Millisecond, Office: true},
			Today:  engine.Tally{Since: midnight(now), Rounds: 1404, Requests: 1422, Throttled: 3, Failed: 1, Healed: 2},
		},
		Rooms:  rooms(now),
		Policy: sign.DefaultPolicy(),
	}
	s.Displays = displays(now, s.Rooms)
	for _, d := range s.Displays {
		for i := range s.Rooms {
			if d.Room == s.Rooms[i].Room.ID {
				s.Rooms[i].Display = append(s.Rooms[i].Display, d.ID)
			}
		}
	}
	s.Problems = problems(now)
	s.Activity = activity(now)
	return s
}

// Fresh is an office on its first day: nothing connected, two displays in sight.
func Fresh(now time.Time) engine.Snapshot {
	full := Snapshot(now)
	s := engine.Snapshot{Seq: 1, At: now, State: engine.SetUp, Policy: sign.DefaultPolicy(),
		Account: engine.Account{State: engine.SignedOut}}
	for _, d := range full.Displays[:2] {
		s.Displays = append(s.Displays, engine.Display{Display: d.Display, Stage: engine.Found,
			LastSeen: now, Delivery: engine.NothingToShow})
	}
	return s
}

func displays(now time.Time, rooms []engine.Room) []engine.Display {
	large := display.Panel{Width: 800, Height: 480, Scheme: display.Mono}
	small := display.Panel{Width: 400, Height: 300, Scheme: display.BWR}
	make := func(n int, name, model string, p display.Panel, millivolts int) engine.Display {
		return engine.Display{Display: display.Display{
			ID: display.ID(fmt.Sprintf("opendisplay:a4:cf:12:00:00:%02x", n)), Protocol: "opendisplay", Name: name,
			Model: model, Firmware: "1.4.2", Address: fmt.Sprintf("192.168.20.%d:2446", 30+n), Panel: p,
			Telemetry: display.Telemetry{Battery: millivolts, Temperature: 21.5, At: now.Add(-3 * time.Minute)},
		}, Stage: engine.Found, Delivery: engine.NothingToShow, LastSeen: now.Add(-20 * time.Second)}
	}
	assigned := func(d engine.Display, room int) engine.Display {
		d.Stage, d.Room = engine.Assigned, rooms[room].Room.ID
		d.Frame = Frame(rooms[room], d.Panel)
		d.Delivery, d.DeliveredAt = engine.Delivered, now.Add(-42*time.Minute)
		return d
	}
	list := []engine.Display{
		assigned(make(1, "Door 1", "Flex 7.5″", large, 0), 0),
		assigned(make(2, "Door 2", "Flex 7.5″", large, 3980), 1),
		assigned(make(3, "Door 3", "Flex 4.2″", small, 3310), 2),
		assigned(make(4, "Harbour annex, second floor, left of the kitchen", "Flex 7.5″", large, 4010), 5),
		make(5, "Door 5", "Flex 7.5″", large, 4100),
		make(6, "OD-9f31c2", "Flex 4.2″", small, 4080),
	}
	list[1].Delivery = engine.Pushing
	list[3].Delivery, list[3].NextTry = engine.Retrying, now.Add(4*time.Minute)
	list[3].LastSeen = now.Add(-3 * time.Hour)
	list[3].Problem = &engine.Explanation{
		Title:   "No answer from the display",
		Text:    "Nothing answers at 192.168.20.34:2446 since 08:41.",
		Remedy:  "Check its power and Wi-Fi; Roomink tries again by itself.",
		Details: "dial tcp 192.168.20.34:2446: i/o timeout",
	}
	list[4].Stage = engine.Adopted
	return list
}

func problems(now time.Time) []health.Problem {
	return []health.Problem{
		{Code: "display.unreachable", Subject: "opendisplay:a4:cf:12:00:00:04", Severity: health.Error, Since: now.Add(-3 * time.Hour),
			Title: "Oslo: the sign at the door can't be reached", Text: "It still shows the state of 08:41.",
			Remedy: "Check the power and the Wi-Fi of “Harbour annex, second floor, left of the kitchen”."},
		{Code: "room.denied", Subject: "workshop@contoso.com", Severity: health.Warning, Since: now.Add(-time.Hour),
			Title: "Workshop: the calendar may not be read", Remedy: "Give admin@contoso.com at least reviewer rights on the room's calendar."},
	}
}

func activity(now time.Time) []engine.Activity {
	lines := []struct {
		ago     time.Duration
		kind    engine.ActivityKind
		text    string
		problem bool
	}{
		{40 * time.Second, engine.ActCalendar, "Besprechungsraum Nordlicht mit sehr langem Namen: 1 meeting changed", false},
		{42 * time.Minute, engine.ActSign, "Aurora: the sign at the door was updated", false},
		{43 * time.Minute, engine.ActSign, "Boardroom: the sign at the door was updated", false},
		{time.Hour, engine.ActCalendar, "Workshop: the calendar may not be read", true},
		{2 * time.Hour, engine.ActDisplay, "OD-9f31c2 was found on the network", false},
		{3 * time.Hour, engine.ActSign, "Oslo: the display did not answer; next try in 4 minutes", true},
		{20 * time.Hour, engine.ActDisplay, "Door 5 was adopted", false},
		{21 * time.Hour, engine.ActAccount, "Connected to Microsoft 365 as admin@contoso.com", false},
		{50 * time.Hour, engine.ActAccount, "The credentials were saved", false},
	}
	var list []engine.Activity
	for i, l := range lines {
		list = append(list, engine.Activity{ID: int64(len(lines) - i), At: now.Add(-l.ago), Kind: l.kind, Text: l.text, Problem: l.problem})
		if l.kind == engine.ActAccount || strings.HasSuffix(l.text, "adopted") {
			list[i].Actor = "frieda"
		}
	}
	return list
}

// Explain is an engine.Explain for tests: the error's own words.
func Explain(err error) engine.Explanation {
	var known *Failure
	if errors.As(err, &known) {
		return engine.Explanation(*known)
	}
	return engine.Explanation{Title: "It did not work", Text: err.Error(), Details: err.Error()}
}

// Failure is an error with its explanation.
type Failure engine.Explanation

// Error implements error.
func (f *Failure) Error() string { return f.Title }
