package sign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

func TestTemplateValues(t *testing.T) {
	o := newOffice(t)
	events := []calendar.Event{o.meeting(o.at(9, 0), o.at(10, 0)), o.private(o.at(11, 0), o.at(12, 0)), o.meeting(o.at(13, 0), o.at(14, 0))}
	p := sign.DefaultPolicy()
	p.Design, p.Template, p.Outside = sign.Custom, "Ours", sign.SayShut
	values := func(now, syncedAt time.Time) map[string]string {
		s, _ := sign.Compose(calendar.NewAgenda(calendar.Room{ID: "r@example.com", Name: "Lovelace"}, o.loc, events, syncedAt), sign.AccountOK, p, now)
		if s.Design != sign.Custom || s.Template != "Ours" {
			t.Errorf("design %s, template %q", s.Design, s.Template)
		}
		return s.Values
	}
	for _, c := range []struct {
		name          string
		now, syncedAt time.Time
		want          map[string]string
	}{
		{"busy", o.at(9, 0), o.at(9, 0), map[string]string{
			"ROOM_NAME": "Lovelace", "NOTE_AVAILABLE": "In use", "NOTE_UNTIL": "until 10:00", "NOTE_UNTIL_WITH_YEAR": "until 10:00",
			"ONGOING_EVENT_SUMMARY": "Planning", "ONGOING_CREATOR": "Ada Lovelace", "ONGOING_TIME": "09:00 – 10:00",
			"ONGOING_TIME_WITH_YEAR": "23 Nov 2026, 09:00 – 10:00",
			"UPCOMING":               "11:00 – 12:00  Private meeting\n13:00 – 14:00  Planning",
			"UPCOMING_1_SUMMARY":     "Private meeting", "UPCOMING_1_CREATOR": "", "UPCOMING_1_TIME": "11:00 – 12:00",
			"UPCOMING_2_SUMMARY": "Planning", "UPCOMING_2_CREATOR": "Ada Lovelace", "UPCOMING_2_TIME": "13:00 – 14:00",
			"UPCOMING_3_SUMMARY": "", "UPCOMING_12_TIME": "", "NOTICE": "", "BOTTOM_BUTTONS": "",
		}},
		{"free", o.at(15, 0), o.at(15, 0), map[string]string{
			"NOTE_AVAILABLE": "Free", "NOTE_UNTIL": "for the rest of the day", "ONGOING_EVENT_SUMMARY": "", "ONGOING_TIME_WITH_YEAR": "", "UPCOMING": "",
		}},
		{"closed: tomorrow's meetings are not today's", o.at(-5, 0), o.at(-5, 0), map[string]string{
			"NOTE_AVAILABLE": "Closed", "NOTE_UNTIL": "until tomorrow, 08:00", "UPCOMING": "", "UPCOMING_1_SUMMARY": "",
		}},
		{"stale", o.at(9, 0), o.at(8, 0), map[string]string{
			"NOTE_AVAILABLE": "Not up to date", "NOTE_UNTIL": "the room may be taken", "NOTICE": "Not updated since 23 Nov, 08:00",
			"ONGOING_EVENT_SUMMARY": "", "UPCOMING": "", "UPCOMING_1_SUMMARY": "",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := values(c.now, c.syncedAt)
			for name, want := range c.want {
				if value, ok := got[name]; !ok || value != want {
					t.Errorf("%s = %q, %v; want %q", name, value, ok, want)
				}
			}
			for _, unknown := range []string{"ONGOING_CREATOR_EMAIL", "ONGOING_ATTENDEES", "ONGOING_ATTENDEES_LIST", "UPCOMING_1_CREATOR_EMAIL", "UPCOMING_1_ATTENDEES", "SN", "NODE_ID"} {
				if _, ok := got[unknown]; ok {
					t.Errorf("%s is there although nobody knows it", unknown)
				}
			}
		})
	}
}

func TestCode(t *testing.T) {
	long := strings.Repeat("会議室", 10)
	for _, c := range []struct {
		name, room, display string
		code                sign.Code
		address             string
		want, label         string
	}{
		{"none", "lovelace@example.com", "Lovelace", sign.NoCode, "https://example.com", "", ""},
		{"Outlook", "lovelace@example.com", "Lovelace", sign.OutlookCode, "",
			"https://outlook.office.com/calendar/deeplink/compose?to=lovelace%40example.com&location=Lovelace", "Book this room"},
		{"odd characters", "a+b&c@example.com", "R&D 1", sign.OutlookCode, "",
			"https://outlook.office.com/calendar/deeplink/compose?to=a%2Bb%26c%40example.com&location=R%26D%201", "Book this room"},
		{"a name too long for a code", "room@example.com", long, sign.OutlookCode, "",
			"https://outlook.office.com/calendar/deeplink/compose?to=room%40example.com", "Book this room"},
		{"a calendar can't be invited", "calendar:AAMk=", "Team", sign.OutlookCode, "", "", ""},
		{"an address", "lovelace@example.com", "Lovelace", sign.AddressCode, "https://example.com/help", "https://example.com/help", "Scan here"},
		{"an address with the room", "a+b@example.com", "Lovelace", sign.AddressCode, "https://example.com/{room}?r={room}",
			"https://example.com/a%2Bb%40example.com?r=a%2Bb%40example.com", "Scan here"},
		{"an address with a room that has none", "calendar:AAMk=", "Team", sign.AddressCode, "https://example.com/{room}", "", ""},
		{"an address, a calendar", "calendar:AAMk=", "Team", sign.AddressCode, "https://example.com/", "https://example.com/", "Scan here"},
		{"no address yet", "lovelace@example.com", "Lovelace", sign.AddressCode, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			p := sign.DefaultPolicy()
			p.Code, p.CodeAddress = c.code, c.address
			a := calendar.NewAgenda(calendar.Room{ID: calendar.RoomID(c.room), Name: c.display}, o.loc, nil, o.at(9, 0))
			s, _ := sign.Compose(a, sign.AccountOK, p, o.at(9, 0))
			if s.Code != c.want || s.CodeLabel != c.label {
				t.Errorf("%q, %q; want %q, %q", s.Code, s.CodeLabel, c.want, c.label)
			}
			if s, _ := sign.Compose(a, sign.RoomRemoved, p, o.at(9, 0)); s.Code != "" || s.CodeLabel != "" {
				t.Errorf("a room that is gone still asks to be booked: %q", s.Code)
			}
		})
	}
}
