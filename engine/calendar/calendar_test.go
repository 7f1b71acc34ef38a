package calendar_test

import (
	"testing"

	"github.com/roomink/roomink/engine/calendar"
)

func TestRoomIDs(t *testing.T) {
	const graphID = "AAMkAGI2TGULAAA=xY-z_"
	if id := calendar.NewRoomID("  Oslo@Contoso.COM "); id != "oslo@contoso.com" {
		t.Errorf("%q", id)
	} else if got, ok := id.Calendar(); ok {
		t.Errorf("a mailbox passes for the calendar %q", got)
	}
	id := calendar.NewCalendarID(graphID)
	if got, ok := id.Calendar(); id != "calendar:"+graphID || !ok || got != graphID {
		t.Errorf("%q is the calendar %q, %v", id, got, ok)
	}
	if calendar.NewCalendarID("a") == calendar.NewCalendarID("A") {
		t.Error("ids of calendars differ by case")
	}
}

func TestConcealed(t *testing.T) {
	type e = calendar.Event
	ada := func(id, subject string) e { return e{ID: id, Subject: subject, Organizer: "Ada Lovelace"} }
	three := []e{ada("1", "Ada Lovelace "), ada("2", "Ada Lovelace"), ada("3", "ada lovelace")}
	with := func(more ...e) []e { return append(append([]e(nil), three...), more...) }
	series := func(id string) e { x := ada(id, ""); x.SeriesID = "s"; return x }
	private, cancelled := ada("4", "Reviews"), ada("5", "Canceled: Reviews")
	private.Private, cancelled.Cancelled = true, true
	hidden := ada("6", "")
	hidden.Private = true
	for name, c := range map[string]struct {
		events []e
		want   bool
	}{
		"no events":                            {nil, false},
		"the organiser in place of a subject":  {three, true},
		"stripped subjects":                    {[]e{ada("1", ""), ada("2", " "), ada("3", "")}, true},
		"both":                                 {[]e{ada("1", ""), ada("2", "Ada Lovelace "), ada("3", "")}, true},
		"two are not enough":                   {three[:2], false},
		"one with a title":                     {with(ada("4", "Reviews")), false},
		"the organiser and a title":            {with(ada("4", "Ada Lovelace Reviews")), false}, // DeleteSubject is off
		"a private one tells nothing":          {with(private), true},
		"a cancelled one tells nothing":        {with(cancelled), true},
		"private ones don't count":             {append(three[:2:2], hidden), false},
		"without an organiser nothing is told": {[]e{{ID: "1"}, {ID: "2"}, {ID: "3"}, {ID: "4", Subject: "Busy"}}, false},
		"a series is one booking":              {[]e{series("1"), series("2"), series("3"), series("4")}, false},
		"a series and two more":                {[]e{series("1"), series("2"), ada("3", ""), ada("4", "")}, true},
	} {
		if got := calendar.Concealed(c.events); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
