package engine

import (
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
)

// exampleRoom is a room for previews, where there is none yet, or none to show around.
func exampleRoom() calendar.Room {
	return calendar.Room{ID: "example@roomink.invalid", Name: "Oslo", Building: "Nord", Floor: "3", Capacity: 12,
		Equipment: "Teams Rooms, Whiteboard"}
}

// exampleMeeting is one of an office day, in minutes after midnight.
type exampleMeeting struct {
	from, to           int
	subject, organizer string
	private            bool
}

// exampleDays are invented office days, with the words that most offices use whatever
// their language is. Each has a gap, a short pause and meetings back to back.
func exampleDays() [][]exampleMeeting {
	return [][]exampleMeeting{
		{
			{9 * 60, 9*60 + 30, "Stand-up", "Ada Lovelace", false},
			{10 * 60, 11*60 + 30, "Design review", "Grace Hopper", false},
			{13 * 60, 14 * 60, "Interview", "Alan Turing", true},
			{14*60 + 30, 15*60 + 30, "Budget 2027", "Katherine Johnson", false},
			{15*60 + 30, 16 * 60, "Roadmap", "Mary Jackson", false},
			{16*60 + 30, 17*60 + 30, "Retrospective", "Ada Lovelace", false},
		},
		{
			{8*60 + 30, 9*60 + 30, "Onboarding", "Mary Jackson", false},
			{11 * 60, 12 * 60, "Demo", "Grace Hopper", false},
			{14 * 60, 17 * 60, "Workshop", "Katherine Johnson", false},
		},
	}
}

// exampleAgenda is that of the example room as read at an instant, for the days around
// it. Weekends but the day itself are empty.
func exampleAgenda(at time.Time, loc *time.Location) calendar.Agenda {
	local := at.In(loc)
	year, month, day := local.Date()
	var events []calendar.Event
	for offset := -7; offset <= 7; offset++ {
		midnight := time.Date(year, month, day+offset, 0, 0, 0, 0, loc)
		weekend := midnight.Weekday() == time.Saturday || midnight.Weekday() == time.Sunday
		if weekend && offset != 0 {
			continue
		}
		days := exampleDays()
		for i, m := range days[(offset+14)%len(days)] {
			events = append(events, calendar.Event{
				ID: fmt.Sprint(offset, " ", i), Subject: m.subject, Organizer: m.organizer, Private: m.private, Availability: calendar.Busy,
				Start: time.Date(year, month, day+offset, 0, m.from, 0, 0, loc), End: time.Date(year, month, day+offset, 0, m.to, 0, 0, loc),
			})
		}
	}
	return calendar.NewAgenda(exampleRoom(), loc, events, at)
}
