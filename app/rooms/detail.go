package rooms

import (
	"cmp"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
)

// Details are what is known of one room beside its row.
type Details struct {
	Day     []Meeting // of today, in the room's zone
	More    int       // meetings of today that Day leaves out
	DayNote string    // in place of an empty Day
	Access  *Cure     // that lets it be read; nil if that is no question
	Titles  *Cure     // that lets it show titles; nil if it does
	Facts   []xwidget.Fact
	// Forgettable says that a person added it, so that one can take it off the list.
	Forgettable bool
}

// Meeting is one line of a room's day.
type Meeting struct {
	Time, Title, Organizer string
	Now, Over              bool
}

// Cure is what an Exchange administrator has to run to let a room show what it hides.
type Cure struct{ Title, Text, Commands, Note string }

// dayLines is how many meetings of a day are listed: a room that is booked to the
// minute must not cost the window its breath.
const dayLines = 20

func (o outlook) details(r engine.Room) Details {
	_, ofAccount := r.Room.ID.Calendar()
	d := Details{Facts: o.facts(r), Forgettable: r.Manual || ofAccount}
	d.Access, d.Titles = o.cures(r)
	day := r.On(o.now)
	for _, m := range day[:min(len(day), dayLines)] {
		d.Day = append(d.Day, o.meeting(m, r))
	}
	d.More = len(day) - len(d.Day)
	switch {
	case len(day) > 0:
	case r.SyncedAt.IsZero():
		d.DayNote = lang.L("Its calendar has not been read yet.")
	default:
		d.DayNote = lang.L("Nothing is booked today.")
	}
	return d
}

func (o outlook) meeting(e calendar.Event, r engine.Room) Meeting {
	from, to := calendar.DayBounds(o.now, r.Location)
	at := func(t time.Time) string { return words.Clock(t.In(r.Location), o.hours12) }
	m := Meeting{Title: strings.TrimSpace(e.Subject), Organizer: strings.TrimSpace(e.Organizer),
		Now: !o.now.Before(e.Start) && o.now.Before(e.End), Over: !o.now.Before(e.End)}
	switch begins, ends := !e.Start.Before(from), !e.End.After(to); {
	case !begins && !ends, e.Start.Equal(from) && !e.End.Before(to):
		m.Time = lang.L("All day")
	case !begins:
		m.Time = lang.L("until {{.Time}}", map[string]any{"Time": at(e.End)})
	case !ends:
		m.Time = lang.L("from {{.Time}}", map[string]any{"Time": at(e.Start)})
	default:
		m.Time = at(e.Start) + "–" + at(e.End)
	}
	if e.Private {
		m.Title, m.Organizer = lang.L("Private meeting"), ""
	}
	if m.Title == "" || m.Title == m.Organizer { // the mailbox conceals it
		m.Title, m.Organizer = cmp.Or(m.Organizer, lang.L("No title")), ""
	}
	if e.Availability == calendar.Tentative {
		m.Organizer = join(" · ", lang.L("not confirmed yet"), m.Organizer)
	}
	return m
}

// join puts the parts that are not empty together.
func join(between string, parts ...string) string {
	var list []string
	for _, p := range parts {
		if p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, between)
}

func (o outlook) facts(r engine.Room) []xwidget.Fact {
	address, list, group := string(r.Room.ID), r.Room.List, ""
	if _, ok := r.Room.ID.Calendar(); ok {
		address, list, group = "", "", cmp.Or(r.Room.List, lang.L("a calendar of the signed-in account"))
	}
	seats, events := "", ""
	if r.Room.Capacity > 0 {
		seats = words.Number(r.Room.Capacity)
	}
	if !r.SyncedAt.IsZero() {
		events = lang.L("{{.N}}, from yesterday to a week ahead", map[string]any{"N": words.Number(r.Events)})
	}
	origin := ""
	if r.Manual && address != "" {
		origin = lang.L("Added by address")
	}
	signs := lang.L("none")
	if len(r.Display) > 0 {
		names := make([]string, 0, len(r.Display))
		for _, id := range r.Display {
			names = append(names, cmp.Or(o.signs[id], string(id)))
		}
		signs = strings.Join(names, ", ")
	}
	zone := ""
	if name := r.Location.String(); name != o.now.Location().String() {
		zone = name
	}
	return []xwidget.Fact{
		{Name: lang.L("Last read"), Value: words.Ago(r.SyncedAt, o.now, o.hours12)},
		{Name: lang.L("Entries known"), Value: events},
		{Name: lang.L("Signs"), Value: signs},
		{Name: lang.L("Building"), Value: r.Room.Building},
		{Name: lang.L("Floor"), Value: r.Room.Floor},
		{Name: lang.L("Room list"), Value: list},
		{Name: lang.L("Calendar group"), Value: group},
		{Name: lang.L("Seats"), Value: seats},
		{Name: lang.L("Equipment"), Value: r.Room.Equipment},
		{Name: lang.L("Time zone"), Value: zone},
		{Name: lang.L("Address"), Value: address},
		{Name: lang.L("Origin"), Value: origin},
	}
}

// removed words that the directory does not list the room any more.
func (o outlook) removed(r engine.Room) xwidget.Words {
	text := lang.L("No sign hangs at its door.")
	if len(r.Display) > 0 {
		text = lang.L("Its signs stay assigned, and say that the room was removed, until you decide.")
	}
	return xwidget.Words{
		Title:  lang.L("No longer in the directory since {{.When}}", map[string]any{"When": words.When(r.RemovedAt, o.now, o.hours12)}),
		Text:   text,
		Remedy: lang.L("If it is listed again, it comes back by itself. If it is gone for good, forget it."),
	}
}

// cures are the commands that help the room. Rights on a folder help an account that
// signs in; what an Application may read is granted in another way, which the problem's
// remedy tells.
func (o outlook) cures(r engine.Room) (access, titles *Cure) {
	recipes := engine.Cure(r.Room.ID)
	note := ""
	if _, ok := r.Room.ID.Calendar(); ok {
		note = lang.L("Put the room's address in place of room@contoso.com.")
	}
	if r.Problem != nil && o.mode != engine.Application && r.Denied {
		access = &Cure{
			Title:    lang.L("The right to read it"),
			Text:     lang.L("An Exchange administrator grants it in Exchange Online PowerShell. Where the mailbox speaks another language, Calendar is called as in that language, such as Kalender."),
			Commands: commands(recipes, "Show details"), Note: note,
		}
	}
	if r.Concealed {
		titles = &Cure{
			Title:    lang.L("Titles are hidden by Exchange"),
			Text:     lang.L("The mailbox puts the organiser in place of a meeting's title, so no sign can show it. If it should, an Exchange administrator runs this in Exchange Online PowerShell. It acts on new bookings only."),
			Commands: commands(recipes, "Show titles"), Note: note,
		}
	}
	return access, titles
}

func commands(recipes []engine.Recipe, name string) string {
	for _, r := range recipes {
		if r.Name == name {
			return r.Commands
		}
	}
	return ""
}
