package tenant

import (
	"strings"
	"time"
)

// People of the demo's company.
const demoDomain = "nordlicht.example"

var (
	frieda = Person{"Frieda Sommer", "frieda.sommer@" + demoDomain}
	sabine = Person{"Sabine Krüger", "sabine.krueger@" + demoDomain}
	jonas  = Person{"Jonas Lindqvist", "jonas.lindqvist@" + demoDomain}
	lucja  = Person{"Łucja Wójcik", "lucja.wojcik@" + demoDomain}
	elodie = Person{"Élodie Marchand", "elodie.marchand@" + demoDomain}
	misaki = Person{"佐藤 美咲", "misaki.sato@" + demoDomain}
	omar   = Person{"عمر حداد", "omar.haddad@" + demoDomain}
	grace  = Person{"Grace O’Neill", "grace.oneill@" + demoDomain}
	marcus = Person{"Marcus Bell", "marcus.bell@" + demoDomain}
	zoe    = Person{"Zoë Brandt", "zoe.brandt@" + demoDomain}
)

// Rooms of the demo, by address.
const (
	polarlicht = "polarlicht@" + demoDomain
	leuchtturm = "leuchtturm@" + demoDomain
	kajuete    = "kajuete@" + demoDomain
	sternwarte = "sternwarte@" + demoDomain
	beacon     = "beacon@" + demoDomain
	lantern    = "lantern@" + demoDomain
	skylight   = "skylight@" + demoDomain
	ember      = "ember@" + demoDomain
)

const (
	speicherhaus = "Speicherhaus"
	hudsonLoft   = "Hudson Loft"
)

// DefaultOffice is Nordlicht Design, an invented lighting studio with four
// rooms in Berlin and four in New York. It depends on now alone, and at every
// hour of every day it holds: Leuchtturm is busy now; Kajüte or Lantern is free
// now and booked later on its local day; Ember is free all day.
func DefaultOffice(now time.Time) *Office {
	o := &Office{
		Company: "Nordlicht Design",
		Domain:  demoDomain,
		Admin:   frieda,
		People:  []Person{jonas, sabine, misaki},
		Buildings: []Building{
			{Name: speicherhaus, Address: "speicherhaus@" + demoDomain, Street: "Am Speicher 14", City: "Berlin", State: "Berlin",
				Country: "Germany", Postcode: "10997", Latitude: 52.5013, Longitude: 13.4419, Zone: "Europe/Berlin", Phone: "+49 30 5550100"},
			{Name: hudsonLoft, Address: "hudson.loft@" + demoDomain, Street: "210 Hudson Street", City: "New York", State: "NY",
				Country: "United States", Postcode: "10013", Latitude: 40.7241, Longitude: -74.0076, Zone: "America/New_York", Phone: "+1 212 555 0140"},
		},
		Rooms: []Room{
			{Address: polarlicht, Name: "Polarlicht", Building: speicherhaus, Floor: 4, Capacity: 14, Video: "Teams Rooms, 86 inch", Audio: "Ceiling microphones",
				Display: "86 inch", Accessible: true, Tags: []string{"Boardroom"}},
			{Address: leuchtturm, Name: "Leuchtturm", Building: speicherhaus, Floor: 3, Capacity: 8, Video: "Teams Rooms, 65 inch"},
			{Address: kajuete, Name: "Kajüte", Building: speicherhaus, Floor: 2, Capacity: 4, Tags: []string{"Focus"}},
			{Address: sternwarte, Name: "Sternwarte", Building: speicherhaus, Floor: 4, Capacity: 10, Tags: []string{"Workshop", "Whiteboard"}},
			{Address: beacon, Name: "Beacon", Building: hudsonLoft, Floor: 9, Capacity: 12, Video: "Teams Rooms, 75 inch", Accessible: true},
			{Address: lantern, Name: "Lantern", Building: hudsonLoft, Floor: 9, Capacity: 6},
			{Address: skylight, Name: "Skylight", Building: hudsonLoft, Floor: 10, Capacity: 16, Tags: []string{"Boardroom", "Workshop"}},
			{Address: ember, Name: "Ember", Building: hudsonLoft, Floor: 10, Capacity: 4, Tags: []string{"Focus"}},
		},
		Meetings: map[string][]Meeting{},
		Shares: []Share{{Account: frieda.Address, Mailbox: polarlicht}, {Account: frieda.Address, Mailbox: skylight},
			{Account: frieda.Address, Mailbox: sabine.Address, Group: PeopleCalendars}},
	}
	s := seeder{office: o, now: now, berlin: mustZone("Europe/Berlin"), newYork: mustZone("America/New_York")}
	s.aroundNow()
	s.fixed()
	s.series()
	s.allDay()
	s.personal()
	return o
}

// seeder writes an office's calendar relative to one moment.
type seeder struct {
	office          *Office
	now             time.Time
	berlin, newYork *time.Location
}

func (s *seeder) loc(room string) *time.Location {
	switch room {
	case beacon, lantern, skylight, ember:
		return s.newYork
	}
	return s.berlin
}

// mustZone loads one of the demo's zones, which time/tzdata links in.
func mustZone(name string) *time.Location {
	loc, err := loadZone(name)
	if err != nil {
		panic(err)
	}
	return loc
}

func (s *seeder) add(room string, m Meeting) {
	s.office.Meetings[room] = append(s.office.Meetings[room], m)
}

// midnight is the start of the room's day, days after today.
func (s *seeder) midnight(room string, days int) time.Time {
	y, m, d := s.now.In(s.loc(room)).Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, s.loc(room))
}

// workday is the n-th working day of the room, counted from today; 0 is today
// unless it is a weekend. Up to n = 4 it lies within the coming week.
func (s *seeder) workday(room string, n int) time.Time {
	for d := 0; ; d++ {
		day := s.midnight(room, d)
		if wd := day.Weekday(); wd == time.Saturday || wd == time.Sunday {
			continue
		}
		if n == 0 {
			return day
		}
		n--
	}
}

func on(day time.Time, clock string) time.Time {
	c, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, c.Hour(), c.Minute(), 0, 0, day.Location())
}

// aroundNow makes the first look worth it at any hour: something runs,
// something comes, something is free.
func (s *seeder) aroundNow() {
	quarter := s.now.Truncate(15 * time.Minute)
	at := func(minutes int) time.Time { return quarter.Add(time.Duration(minutes) * time.Minute) }
	s.add(leuchtturm, Meeting{Subject: "Lichtkonzept Elbphilharmonie-Foyer", Organizer: zoe, Start: at(-30), End: at(45),
		Attendees: []Person{sabine, jonas}, Online: true, Body: "Bitte die Muster mitbringen."})
	s.add(leuchtturm, Meeting{Subject: "Mitarbeitergespräch", Organizer: sabine, Start: at(45), End: at(75),
		Sensitivity: "private", Attendees: []Person{jonas}})
	s.add(leuchtturm, Meeting{Subject: "Übergabe Projekt „Grüne Höfe“", Organizer: jonas, Start: at(120), End: at(180)})
	for _, r := range []struct {
		room, subject string
		who           Person
	}{{kajuete, "Rückruf Lieferant: Leuchtmittel & Zubehör", lucja}, {lantern, "Vendor call: dimmable drivers", grace}} {
		if h := at(-180).In(s.loc(r.room)).Hour(); h >= 8 && h < 19 {
			s.add(r.room, Meeting{Subject: "1:1", Organizer: r.who, Start: at(-180), End: at(-150)})
		}
		// Only while it is still the same day there. Berlin's night is New York's
		// afternoon, so one of the two always has it.
		if start := at(60); start.In(s.loc(r.room)).Before(s.midnight(r.room, 1)) {
			s.add(r.room, Meeting{Subject: r.subject, Organizer: r.who, Start: start, End: start.Add(45 * time.Minute)})
		}
	}
}

// longSubject has 255 characters, the most that Outlook takes.
var longSubject = string([]rune(strings.Repeat("Abstimmung der Beleuchtungsplanung für Außenbereich, Treppenhäuser, Tiefgarage und Dachterrasse inklusive Notbeleuchtung; ", 3))[:255])

// fixed are meetings at believable hours, on working days counted from today.
func (s *seeder) fixed() {
	for _, r := range []struct {
		room  string
		days  []int
		clock string
		mins  int
		m     Meeting
	}{
		{polarlicht, []int{0, 2}, "09:00", 60, Meeting{Subject: "Kundentermin: Café Größenwahn", Organizer: jonas, Attendees: []Person{zoe}}},
		{polarlicht, []int{0, 2}, "10:00", 60, Meeting{Subject: "Angebot & Kalkulation", Organizer: sabine}}, // back to back
		{polarlicht, []int{0, 1, 4}, "13:30", 90, Meeting{Subject: "Messestand „Licht & Raum“: Rückblick", Organizer: zoe, Online: true}},
		{polarlicht, []int{0, 4}, "14:30", 60, Meeting{Subject: "Puffer: Präsentation üben", Organizer: jonas, ShowAs: "tentative"}}, // overlaps
		{polarlicht, []int{1}, "16:00", 60, Meeting{Subject: "Vertragsverhandlung", Organizer: sabine, Sensitivity: "private"}},
		{sternwarte, []int{0, 3}, "10:00", 45, Meeting{Subject: "Revue de design : identité visuelle d’été", Organizer: elodie, Attendees: []Person{zoe, lucja}}},
		{sternwarte, []int{0, 1, 2}, "11:00", 60, Meeting{Subject: "Przegląd projektu: świąteczne oświetlenie Łodzi", Organizer: lucja}},
		{sternwarte, []int{0, 4}, "15:00", 60, Meeting{Subject: "Personalgespräch", Organizer: sabine, Sensitivity: "private"}},
		{sternwarte, []int{2}, "13:00", 120, Meeting{Subject: longSubject, Organizer: jonas}},
		{sternwarte, []int{1, 3}, "16:30", 30, Meeting{Subject: "Jonas Lindqvist ", Organizer: jonas}}, // AddOrganizerToSubject
		{leuchtturm, []int{1, 3}, "09:30", 90, Meeting{Subject: "Workshop: Akustik trifft Licht", Organizer: elodie}},
		{leuchtturm, []int{2}, "14:00", 60, Meeting{Subject: "Vorstellungsgespräch", Organizer: sabine, Sensitivity: "confidential"}},
		{kajuete, []int{1, 2}, "11:00", 30, Meeting{Subject: "Vérification des devis", Organizer: elodie}},
		{kajuete, []int{2, 4}, "15:30", 45, Meeting{Subject: "Telefonat mit Behörde: Denkmalschutz", Organizer: jonas, ShowAs: "tentative"}},
		{beacon, []int{0, 2, 4}, "10:00", 60, Meeting{Subject: "北欧照明プロジェクト 週次レビュー", Organizer: misaki, Online: true}},
		{beacon, []int{0, 3}, "11:00", 30, Meeting{Subject: "Hiring sync", Organizer: marcus, Sensitivity: "private"}},
		{beacon, []int{0, 1}, "13:00", 60, Meeting{Subject: "مراجعة التصميم مع فريق دبي", Organizer: omar, Online: true}},
		{beacon, []int{0, 4}, "15:00", 45, Meeting{Subject: "Launch party planning 🎉🥂", Organizer: grace, Attendees: []Person{marcus, misaki}}},
		{lantern, []int{1, 3}, "14:00", 60, Meeting{Subject: "Sample review: brass & smoked glass", Organizer: grace}},
		{lantern, []int{2}, "09:00", 30, Meeting{Subject: "", Organizer: marcus}}, // no subject at all
		{skylight, []int{1}, "17:00", 60, Meeting{Subject: "Canceled: Budget review", Organizer: marcus, Cancelled: true, ShowAs: "free"}},
		{skylight, []int{3}, "09:00", 60, Meeting{Subject: "Q&amp;A: pricing &lt;Sales&gt; &quot;EMEA&quot;", Organizer: grace}},
		{skylight, []int{3}, "10:00", 120, Meeting{Subject: "Board prep <draft>", Organizer: marcus}},
		{skylight, []int{4}, "11:30", 60, Meeting{Subject: "Client tour: Museum of Light", Organizer: grace, ShowAs: "tentative"}},
		{ember, []int{2, 4}, "10:30", 30, Meeting{Subject: "Quick sync", Organizer: misaki}},
	} {
		for _, n := range r.days {
			day := s.workday(r.room, n)
			m := r.m
			m.Start = on(day, r.clock)
			m.End = m.Start.Add(time.Duration(r.mins) * time.Minute)
			s.add(r.room, m)
		}
	}
}

// series are the recurring meetings. Each began eight weeks ago; the stand-up
// in Sternwarte has one occurrence moved and one deleted in the coming week.
func (s *seeder) series() {
	begin := func(room, clock string) time.Time {
		day := s.midnight(room, -56)
		back := (int(day.Weekday()) + 6) % 7 // to Monday
		return on(day.AddDate(0, 0, -back), clock)
	}
	const weekdays = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
	moved := s.workday(sternwarte, 1)
	start := begin(sternwarte, "09:15")
	s.add(sternwarte, Meeting{Subject: "Stand-up Studio", Organizer: zoe, Start: start, End: start.Add(15 * time.Minute), RRule: weekdays,
		Attendees: []Person{jonas, elodie, lucja}, Skip: []time.Time{s.workday(sternwarte, 3)},
		Changed: []Change{{Day: moved, Start: on(moved, "12:15"), End: on(moved, "12:45"), Subject: "Stand-up Studio (verschoben)"}}})
	start = begin(beacon, "09:30")
	s.add(beacon, Meeting{Subject: "Daily stand-up", Organizer: marcus, Start: start, End: start.Add(15 * time.Minute), RRule: weekdays, Online: true})
	start = begin(polarlicht, "16:00").AddDate(0, 0, 3)
	s.add(polarlicht, Meeting{Subject: "Wochenausklang", Organizer: sabine, Start: start, End: start.Add(time.Hour), RRule: "FREQ=WEEKLY;BYDAY=TH"})
	start = begin(lantern, "16:00").AddDate(0, 0, 1)
	s.add(lantern, Meeting{Subject: "Materials library", Organizer: misaki, Start: start, End: start.Add(30 * time.Minute), RRule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"})
}

func (s *seeder) allDay() {
	from := s.midnight(skylight, 0)
	s.add(skylight, Meeting{Subject: "Design sprint: Winter Garden", Organizer: grace, AllDay: true, Start: from, End: s.midnight(skylight, 2)})
	day := s.workday(polarlicht, 3)
	s.add(polarlicht, Meeting{Subject: "Klausurtag der Geschäftsführung", Organizer: sabine, AllDay: true, Start: day, End: day.AddDate(0, 0, 1)})
}

// personal are meetings in people's own calendars, which no app for room signs
// has any business to read.
func (s *seeder) personal() {
	for i, who := range []Person{frieda, jonas, sabine, misaki} {
		for n := range 3 {
			start := on(s.workday(kajuete, n), "08:00").Add(time.Duration(i) * 30 * time.Minute)
			s.add(who.Address, Meeting{Subject: []string{"Zahnarzt", "Gehaltsgespräch", "Elternabend"}[n], Organizer: who,
				Start: start, End: start.Add(45 * time.Minute), Sensitivity: []string{"", "private", ""}[n]})
		}
	}
}
