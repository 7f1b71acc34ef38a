// Package words puts the states of the engine into words and tones for the pages
// and the tray, so that each is said in one way everywhere. It is pure.
package words

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/health"
)

// State is the whole engine in a word or two.
func State(s engine.State) (xwidget.Tone, string) {
	switch s {
	case engine.SetUp:
		return xwidget.Info, lang.L("To be set up")
	case engine.Working:
		return xwidget.Busy, lang.L("Updating signs")
	case engine.InOrder:
		return xwidget.Good, lang.L("All in order")
	case engine.Attention:
		return xwidget.Warn, lang.L("Needs attention")
	case engine.Paused:
		return xwidget.Held, lang.L("Paused")
	default:
		return xwidget.Neutral, lang.L("Starting…")
	}
}

// Severity is the tone of a problem.
func Severity(s health.Severity) xwidget.Tone {
	switch s {
	case health.Notice:
		return xwidget.Info
	case health.Warning:
		return xwidget.Warn
	default:
		return xwidget.Bad
	}
}

// Clock is a time of day in the office's own way of writing it.
func Clock(t time.Time, hours12 bool) string {
	if hours12 {
		return t.Format("3:04 PM")
	}
	return t.Format("15:04")
}

// When is an instant as seen from now: the time of day if it is today, the date as
// well if it is not; "never" for the zero time.
func When(t, now time.Time, hours12 bool) string {
	if t.IsZero() {
		return lang.L("never")
	}
	t = t.In(now.Location())
	clock := Clock(t, hours12)
	switch days(t, now) {
	case 0:
		return clock
	case 1:
		return lang.L("yesterday, {{.Time}}", map[string]any{"Time": clock})
	case -1:
		return lang.L("tomorrow, {{.Time}}", map[string]any{"Time": clock})
	}
	return Date(t, now) + ", " + clock
}

// Date is the day of t, with the year unless it is now's.
func Date(t, now time.Time) string {
	day := fmt.Sprintf("%d %s", t.Day(), Month(t.Month()))
	if t.Year() != now.Year() {
		day += fmt.Sprintf(" %d", t.Year())
	}
	return day
}

// Day heads the entries of one day.
func Day(t, now time.Time) string {
	switch days(t.In(now.Location()), now) {
	case 0:
		return lang.L("Today")
	case 1:
		return lang.L("Yesterday")
	default:
		return Date(t, now)
	}
}

// Month is the short name of a month.
func Month(m time.Month) string {
	names := [...]string{
		lang.L("Jan"), lang.L("Feb"), lang.L("Mar"), lang.L("Apr"), lang.X("month.short.may", "May"), lang.L("Jun"),
		lang.L("Jul"), lang.L("Aug"), lang.L("Sep"), lang.L("Oct"), lang.L("Nov"), lang.L("Dec"),
	}
	return names[m-1]
}

// days is how many calendar days t lies before now.
func days(t, now time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(now).Sub(date(t)) / (24 * time.Hour))
}

// Ago is how long before now t was, coarse enough not to change every second;
// "never" for the zero time.
func Ago(t, now time.Time, hours12 bool) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return lang.L("never")
	case d < time.Minute:
		return lang.L("just now")
	case d < time.Hour:
		return lang.L("{{.N}} min ago", map[string]any{"N": int(d / time.Minute)})
	default:
		return When(t, now, hours12)
	}
}

// Sync is how the reading of calendars stands, in one line.
func Sync(s engine.Snapshot, now time.Time) (xwidget.Tone, string) {
	switch {
	case s.Account.State == engine.Connecting:
		return xwidget.Busy, Account(s.Account)
	case s.Account.State != engine.Connected:
		return xwidget.Neutral, Account(s.Account)
	case s.Sync.Problem != nil:
		return xwidget.Bad, s.Sync.Problem.Title
	case len(s.Rooms) == 0:
		return xwidget.Neutral, lang.L("No rooms to read yet")
	case s.Sync.LastOK.IsZero():
		return xwidget.Busy, lang.L("Reading calendars…")
	default:
		return xwidget.Good, lang.L("Calendars read {{.When}}", map[string]any{"When": Ago(s.Sync.LastOK, now, s.Policy.Hours12)})
	}
}

// Account is the connection in one line.
func Account(a engine.Account) string {
	switch a.State {
	case engine.Connecting:
		return lang.L("Waiting for the browser")
	case engine.Connected:
		if a.Mode == engine.Application {
			return lang.L("Connected for the whole organisation")
		}
		if a.Username == "" {
			return lang.L("Connected")
		}
		return lang.L("Connected as {{.Name}}", map[string]any{"Name": a.Username})
	case engine.NeedsSignIn:
		return lang.L("Sign in again")
	case engine.NeedsSecret:
		return lang.L("A new client secret is needed")
	case engine.Locked:
		return lang.L("The saved sign-in is locked")
	default:
		return lang.L("Not connected")
	}
}

// Now says whether a room is taken and until when.
func Now(r engine.Room, now time.Time, hours12 bool) (xwidget.Tone, string) {
	at := func(t time.Time) string { return When(t.In(r.Location), now.In(r.Location), hours12) }
	switch {
	case r.Problem != nil:
		return xwidget.Bad, lang.L("Can't be read")
	case r.SyncedAt.IsZero():
		return xwidget.Neutral, lang.L("Not read yet")
	case r.Now.Busy && r.Now.FreeAt.IsZero():
		return xwidget.Taken, lang.L("In use")
	case r.Now.Busy && days(r.Now.FreeAt.In(r.Location), now.In(r.Location)) == -1:
		return xwidget.Taken, lang.L("In use until tomorrow")
	case r.Now.Busy && days(r.Now.FreeAt.In(r.Location), now.In(r.Location)) < -1:
		return xwidget.Taken, lang.L("In use until {{.Time}}", map[string]any{"Time": Date(r.Now.FreeAt.In(r.Location), now.In(r.Location))})
	case r.Now.Busy:
		return xwidget.Taken, lang.L("In use until {{.Time}}", map[string]any{"Time": at(r.Now.FreeAt)})
	case r.Now.Next != nil && days(r.Now.Next.Start.In(r.Location), now.In(r.Location)) == 0:
		return xwidget.Good, lang.L("Free until {{.Time}}", map[string]any{"Time": at(r.Now.Next.Start)})
	default:
		return xwidget.Good, lang.L("Free until tomorrow")
	}
}

// Place is where a room is: building, floor.
func Place(r calendar.Room) string {
	switch {
	case r.Building != "" && r.Floor != "":
		return lang.L("{{.Building}}, floor {{.Floor}}", map[string]any{"Building": r.Building, "Floor": r.Floor})
	case r.Floor != "":
		return lang.L("Floor {{.Floor}}", map[string]any{"Floor": r.Floor})
	default:
		return r.Building
	}
}

// Stage is how far a display has come.
func Stage(s engine.Stage) string {
	switch s {
	case engine.Assigned:
		return lang.L("Assigned")
	case engine.Adopted:
		return lang.L("Adopted")
	default:
		return lang.L("New")
	}
}

// Display is how a display does, in one line.
func Display(d engine.Display, now time.Time, hours12 bool) (xwidget.Tone, string) {
	switch {
	case d.Delivery == engine.Retrying && d.Problem != nil:
		return xwidget.Bad, d.Problem.Title
	case d.Delivery == engine.Retrying:
		return xwidget.Bad, lang.L("Not updated; next try {{.When}}", map[string]any{"When": When(d.NextTry, now, hours12)})
	case d.Problem != nil:
		return xwidget.Warn, d.Problem.Title
	case d.Secured && d.Stage == engine.Found:
		return xwidget.Warn, lang.L("Demands encryption")
	case d.Asks && d.Stage != engine.Found:
		return xwidget.Warn, lang.L("Asks to be approved")
	case d.Asks:
		return xwidget.Info, lang.L("Asks to be let in")
	case d.Stage == engine.Found && d.Silent:
		return xwidget.Neutral, lang.L("Was on the network")
	case d.Stage == engine.Found:
		return xwidget.Info, lang.L("New on the network")
	case d.Stage == engine.Adopted:
		return xwidget.Info, lang.L("No room yet")
	}
	switch d.Delivery {
	case engine.Pushing:
		return xwidget.Busy, lang.L("Updating…")
	case engine.Delivered:
		return xwidget.Good, lang.L("Shown since {{.When}}", map[string]any{"When": When(d.DeliveredAt, now, hours12)})
	case engine.Waiting:
		if d.Due.After(now) {
			return xwidget.Busy, lang.L("Sleeps; wakes about {{.When}}", map[string]any{"When": When(d.Due, now, hours12)})
		}
		return xwidget.Busy, lang.L("Sleeps; gets it when it wakes")
	case engine.Pending:
		if d.HeldUntil.After(now) {
			return xwidget.Busy, lang.L("Spares the panel; updates at {{.When}}", map[string]any{"When": When(d.HeldUntil, now, hours12)})
		}
	}
	return xwidget.Busy, lang.L("Waiting to update")
}

// Battery is a voltage, or that there is none to speak of.
func Battery(millivolts int) string {
	if millivolts <= 0 {
		return lang.L("Mains or not told")
	}
	return fmt.Sprintf("%.2f V", float64(millivolts)/1000)
}

// Explanation is the engine's explanation for the widget.
func Explanation(e engine.Explanation) xwidget.Words {
	return xwidget.Words{Title: e.Title, Text: e.Text, Remedy: e.Remedy, Details: e.Details}
}
