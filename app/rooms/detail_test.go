package rooms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
)

// one is the office with the events in its only room.
func one(loc *time.Location, events ...calendar.Event) engine.Snapshot {
	s := apptest.Snapshot(apptest.Noon)
	for i := range events {
		events[i].ID = fmt.Sprint(i)
		if events[i].Availability == "" {
			events[i].Availability = calendar.Busy
		}
	}
	s.Rooms = s.Rooms[:1]
	r := &s.Rooms[0]
	r.Agenda = calendar.NewAgenda(r.Room, loc, events, apptest.Noon)
	r.Now = r.At(apptest.Noon)
	return s
}

func detailsOf(s engine.Snapshot, i int) rooms.Details {
	return rooms.ViewOf(s, apptest.Noon).Rows[i].Details()
}

func TestTheDayOfARoom(t *testing.T) {
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, time.UTC) }
	day := at(0, 0)
	for _, c := range []struct {
		name  string
		event calendar.Event
		want  rooms.Meeting
	}{
		{"going on", calendar.Event{Subject: "Review", Organizer: "Ada", Start: at(11, 0), End: at(12, 0)},
			rooms.Meeting{Time: "11:00–12:00", Title: "Review", Organizer: "Ada", Now: true}},
		{"over", calendar.Event{Subject: "Review", Start: at(9, 0), End: at(11, 42)}, rooms.Meeting{Time: "09:00–11:42", Title: "Review", Over: true}},
		{"to midnight", calendar.Event{Subject: "Party", Start: at(20, 0), End: at(24, 0)}, rooms.Meeting{Time: "20:00–00:00", Title: "Party"}},
		{"begun yesterday", calendar.Event{Subject: "Move", Start: at(-3, 0), End: at(13, 0)}, rooms.Meeting{Time: "until 13:00", Title: "Move", Now: true}},
		{"ends tomorrow", calendar.Event{Subject: "Move", Start: at(16, 0), End: at(30, 0)}, rooms.Meeting{Time: "from 16:00", Title: "Move"}},
		{"all day", calendar.Event{Subject: "Course", AllDay: true, Start: day, End: day.AddDate(0, 0, 1)}, rooms.Meeting{Time: "All day", Title: "Course", Now: true}},
		{"for days", calendar.Event{Subject: "Fair", Start: at(-40, 0), End: at(80, 0)}, rooms.Meeting{Time: "All day", Title: "Fair", Now: true}},
		{"private", calendar.Event{Subject: "Salaries", Organizer: "Ada", Private: true, Start: at(14, 0), End: at(15, 0)}, rooms.Meeting{Time: "14:00–15:00", Title: "Private meeting"}},
		{"concealed", calendar.Event{Subject: "Ada ", Organizer: "Ada", Start: at(14, 0), End: at(15, 0)}, rooms.Meeting{Time: "14:00–15:00", Title: "Ada"}},
		{"stripped", calendar.Event{Organizer: "Ada", Start: at(14, 0), End: at(15, 0)}, rooms.Meeting{Time: "14:00–15:00", Title: "Ada"}},
		{"nameless", calendar.Event{Start: at(14, 0), End: at(15, 0)}, rooms.Meeting{Time: "14:00–15:00", Title: "No title"}},
		{"pending", calendar.Event{Subject: "Idea", Organizer: "Ada", Availability: calendar.Tentative, Start: at(14, 0), End: at(15, 0)},
			rooms.Meeting{Time: "14:00–15:00", Title: "Idea", Organizer: "not confirmed yet · Ada"}},
	} {
		got := detailsOf(one(time.UTC, c.event), 0)
		if len(got.Day) != 1 || got.Day[0] != c.want || got.DayNote != "" {
			t.Errorf("%s: %+v %q, want %+v", c.name, got.Day, got.DayNote, c.want)
		}
	}
}

func TestTheDayIsTheRoomsOwn(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo") // 20:42 there
	if err != nil {
		t.Fatal(err)
	}
	d := detailsOf(one(tokyo, calendar.Event{Subject: "Late", Start: apptest.Noon.Add(time.Hour), End: apptest.Noon.Add(2 * time.Hour)},
		calendar.Event{Subject: "Tomorrow", Start: apptest.Noon.Add(4 * time.Hour), End: apptest.Noon.Add(5 * time.Hour)}), 0)
	if len(d.Day) != 1 || d.Day[0].Time != "21:42–22:42" || fact(d, "Time zone") != "Asia/Tokyo" {
		t.Errorf("the day is %+v in %q", d.Day, fact(d, "Time zone"))
	}
}

func TestADayWithoutEndIsCut(t *testing.T) {
	var events []calendar.Event
	for i := range 3000 {
		start := apptest.Noon.Add(time.Duration(i) * time.Second)
		events = append(events, calendar.Event{Subject: "x", Start: start, End: start.Add(time.Second)})
	}
	if d := detailsOf(one(time.UTC, events...), 0); len(d.Day) != 20 || d.More != 2980 {
		t.Errorf("%d lines and %d more", len(d.Day), d.More)
	}
	if d := detailsOf(one(time.UTC), 0); d.DayNote != "Nothing is booked today." {
		t.Errorf("an empty day reads %q", d.DayNote)
	}
	s := one(time.UTC)
	s.Rooms[0].SyncedAt = time.Time{}
	if d := detailsOf(s, 0); d.DayNote != "Its calendar has not been read yet." || fact(d, "Entries known") != "" {
		t.Errorf("a day that was not read yet reads %q", d.DayNote)
	}
}

func fact(d rooms.Details, name string) string {
	for _, f := range d.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

func TestFacts(t *testing.T) {
	s := hiding()
	d := detailsOf(s, 0)
	for name, want := range map[string]string{
		"Last read": "just now", "Entries known": "24, from yesterday to a week ahead", "Signs": "Door 1", "Building": "Main building", "Floor": "1",
		"Room list": "Oslo headquarters", "Seats": "6", "Address": "aurora@contoso.com", "Time zone": "", "Origin": "", "Calendar group": "",
		"Equipment": "Teams Room, wheelchair accessible, Surface Hub 3 (85″), whiteboard",
	} {
		if got := fact(d, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	shared := detailsOf(s, 8)
	if fact(shared, "Address") != "" || fact(shared, "Room list") != "" || fact(shared, "Calendar group") != "Other calendars" || !shared.Forgettable {
		t.Errorf("a calendar of the account reads %+v", shared)
	}
	s.Rooms[0].Manual = true
	if d := detailsOf(s, 0); fact(d, "Origin") != "Added by address" || !d.Forgettable {
		t.Errorf("a room that was typed reads %+v", d)
	}
}

func TestCuresAreForWhomTheyHelp(t *testing.T) {
	s := hiding()
	d := detailsOf(s, 0)
	if d.Access != nil || d.Titles == nil || d.Titles.Note != "" ||
		!strings.Contains(d.Titles.Commands, "Set-CalendarProcessing aurora@contoso.com -DeleteSubject $false") {
		t.Errorf("a room that conceals is cured by %+v, %+v", d.Access, d.Titles)
	}
	d = detailsOf(s, 7)
	if d.Titles != nil || d.Access == nil || !strings.Contains(d.Access.Commands, `Set-MailboxFolderPermission workshop@contoso.com:\Calendar`) {
		t.Errorf("a room that may not be read is cured by %+v, %+v", d.Access, d.Titles)
	}
	s.Account.Mode = engine.Application // which rights on a folder don't help
	if d := detailsOf(s, 7); d.Access != nil {
		t.Errorf("an application is sent to %q", d.Access.Commands)
	}
	s.Account.Mode = engine.Delegated
	s.Rooms[7].Denied = false
	s.Rooms[7].Problem = &engine.Explanation{Title: "Read the calendar did not work", Details: "HTTP status 404, ErrorInvalidUser"}
	if d := detailsOf(s, 7); d.Access != nil {
		t.Errorf("a room that is not there is cured by %q", d.Access.Commands)
	}
	s.Rooms[8].Concealed = true // a calendar, whose mailbox is not known
	if d := detailsOf(s, 8); d.Titles == nil || !strings.Contains(d.Titles.Note, "room@contoso.com") {
		t.Errorf("a calendar that conceals is cured by %+v", d.Titles)
	}
}

func TestFilters(t *testing.T) {
	v := rooms.ViewOf(hiding(), apptest.Noon)
	for f, want := range map[rooms.Filter][]string{
		rooms.Troubled: {"Besprechungsraum Nordlicht mit sehr langem Namen", "Workshop"},
		rooms.Hidden:   {"Aurora"},
		rooms.Signless: {"Fjord", "Focus 1", "Training room", "Workshop", "Guest studio – Ada Lovelace"},
	} {
		var got []string
		for _, r := range rooms.Choose(v.Rows, f, "", -1, false) {
			got = append(got, r.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s keeps %q, want %q", rooms.Filters()[f], got, want)
		}
	}
	if got := rooms.Choose(v.Rows, rooms.Every, "headquarters", -1, false); len(got) != 1 || got[0].Name != "Aurora" {
		t.Errorf("a room list finds %+v", got)
	}
}

// A snapshot of a large office must cost the window little: several arrive a second.
func BenchmarkView2000(b *testing.B) {
	s := many()
	for b.Loop() {
		v := rooms.ViewOf(s, apptest.Noon)
		rooms.Choose(v.Rows, rooms.Every, "", -1, false)
	}
}
