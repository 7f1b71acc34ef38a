package words_test

import (
	"testing"
	"time"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/health"
)

var now = apptest.Noon

func TestTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at        time.Time
		hours12   bool
		when, ago string
	}{
		{time.Time{}, false, "never", "never"},
		{now.Add(-10 * time.Second), false, "11:41", "just now"},
		{now.Add(-5 * time.Minute), false, "11:37", "5 min ago"},
		{now.Add(-5 * time.Minute).In(berlin), false, "11:37", "5 min ago"}, // as seen from now's place
		{now.Add(-2 * time.Hour), true, "9:42 AM", "9:42 AM"},
		{now.Add(-12 * time.Hour), false, "yesterday, 23:42", "yesterday, 23:42"},
		{now.Add(13 * time.Hour), false, "tomorrow, 00:42", "just now"},
		{now.AddDate(0, 0, -5), false, "18 Nov, 11:42", "18 Nov, 11:42"},
		{now.AddDate(-1, 0, 0), false, "23 Nov 2025, 11:42", "23 Nov 2025, 11:42"},
	} {
		if got := words.When(c.at, now, c.hours12); got != c.when {
			t.Errorf("When(%v) = %q, want %q", c.at, got, c.when)
		}
		if got := words.Ago(c.at, now, c.hours12); got != c.ago {
			t.Errorf("Ago(%v) = %q, want %q", c.at, got, c.ago)
		}
	}
}

func TestEveryStateOfTheEngineHasItsOwnToneOrWords(t *testing.T) {
	seen := map[string]engine.State{}
	for _, s := range []engine.State{engine.Starting, engine.SetUp, engine.Working, engine.InOrder, engine.Attention, engine.Paused} {
		_, text := words.State(s)
		if other, ok := seen[text]; ok || text == "" {
			t.Errorf("%s and %s both read %q", s, other, text)
		}
		seen[text] = s
	}
	if tone := words.Severity(health.Notice); tone != xwidget.Info {
		t.Errorf("a notice has tone %v", tone)
	}
	if words.Severity(health.Warning) != xwidget.Warn || words.Severity(health.Error) != xwidget.Bad {
		t.Error("warnings and errors are mixed up")
	}
}

func TestDisplay(t *testing.T) {
	problem := &engine.Explanation{Title: "No answer"}
	for _, c := range []struct {
		d    engine.Display
		tone xwidget.Tone
		text string
	}{
		{engine.Display{Stage: engine.Found}, xwidget.Info, "New on the network"},
		{engine.Display{Display: display.Display{Secured: true}, Stage: engine.Found}, xwidget.Warn, "Demands encryption"},
		{engine.Display{Stage: engine.Found, Asks: true}, xwidget.Info, "Asks to be let in"},
		{engine.Display{Stage: engine.Found, Silent: true}, xwidget.Neutral, "Was on the network"},
		{engine.Display{Stage: engine.Assigned, Asks: true, Delivery: engine.Delivered}, xwidget.Warn, "Asks to be approved"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Waiting, Due: now.Add(time.Minute)}, xwidget.Busy, "Sleeps; wakes about 11:43"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Waiting}, xwidget.Busy, "Sleeps; gets it when it wakes"},
		{engine.Display{Stage: engine.Adopted}, xwidget.Info, "No room yet"},
		{engine.Display{Stage: engine.Adopted, Problem: problem}, xwidget.Warn, "No answer"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Pending}, xwidget.Busy, "Waiting to update"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Pending, HeldUntil: now.Add(time.Minute)}, xwidget.Busy, "Spares the panel; updates at 11:43"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Pushing}, xwidget.Busy, "Updating…"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Delivered, DeliveredAt: now}, xwidget.Good, "Shown since 11:42"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Retrying, Problem: problem}, xwidget.Bad, "No answer"},
		{engine.Display{Stage: engine.Assigned, Delivery: engine.Retrying, NextTry: now.Add(time.Minute)}, xwidget.Bad, "Not updated; next try 11:43"},
	} {
		if tone, text := words.Display(c.d, now, false); tone != c.tone || text != c.text {
			t.Errorf("%s %s reads %v %q, want %v %q", c.d.Stage, c.d.Delivery, tone, text, c.tone, c.text)
		}
	}
}

func TestSyncAndAccount(t *testing.T) {
	for _, c := range []struct {
		s    engine.Snapshot
		text string
	}{
		{engine.Snapshot{Account: engine.Account{State: engine.SignedOut}}, "Not connected"},
		{engine.Snapshot{Account: engine.Account{State: engine.NeedsSignIn}}, "Sign in again"},
		{engine.Snapshot{Account: engine.Account{State: engine.Connecting}}, "Waiting for the browser"},
		{engine.Snapshot{Account: engine.Account{State: engine.Connected}}, "No rooms to read yet"},
		{engine.Snapshot{Account: engine.Account{State: engine.Connected}, Rooms: make([]engine.Room, 1)}, "Reading calendars…"},
		{engine.Snapshot{Account: engine.Account{State: engine.Connected}, Rooms: make([]engine.Room, 1), Sync: engine.Sync{LastOK: now}}, "Calendars read just now"},
		{engine.Snapshot{Account: engine.Account{State: engine.Connected}, Sync: engine.Sync{Problem: &engine.Explanation{Title: "No network"}}}, "No network"},
	} {
		if _, text := words.Sync(c.s, now); text != c.text {
			t.Errorf("reads %q, want %q", text, c.text)
		}
	}
	if got := words.Account(engine.Account{State: engine.Connected, Username: "a@b.c"}); got != "Connected as a@b.c" {
		t.Errorf("account reads %q", got)
	}
	if got := words.Account(engine.Account{State: engine.Connected}); got != "Connected" {
		t.Errorf("account reads %q", got)
	}
}

func TestRoomNow(t *testing.T) {
	room := func(events ...calendar.Event) engine.Room {
		a := calendar.NewAgenda(calendar.Room{ID: "r"}, time.UTC, events, now)
		return engine.Room{Agenda: a, Now: a.At(now)}
	}
	event := func(from, to time.Duration) calendar.Event {
		return calendar.Event{ID: from.String(), Start: now.Add(from), End: now.Add(to), Availability: calendar.Busy}
	}
	unread := room()
	unread.SyncedAt = time.Time{}
	broken := room()
	broken.Problem = &engine.Explanation{Title: "no"}
	for _, c := range []struct {
		name string
		room engine.Room
		text string
	}{
		{"free", room(), "Free until tomorrow"},
		{"free until", room(event(time.Hour, 2*time.Hour)), "Free until 12:42"},
		{"tomorrow's meeting", room(event(24*time.Hour, 25*time.Hour)), "Free until tomorrow"},
		{"in use", room(event(-time.Hour, time.Hour)), "In use until 12:42"},
		{"all day", room(event(-20*time.Hour, 20*time.Hour)), "In use until tomorrow"},
		{"for days", room(event(-20*time.Hour, 80*time.Hour)), "In use until " + words.Date(now.Add(80*time.Hour), now)},
		{"not read", unread, "Not read yet"},
		{"broken", broken, "Can't be read"},
	} {
		if _, text := words.Now(c.room, now, false); text != c.text {
			t.Errorf("%s reads %q, want %q", c.name, text, c.text)
		}
	}
}

func TestSmallWords(t *testing.T) {
	for got, want := range map[string]string{
		words.Battery(0):    "Mains or not told",
		words.Battery(3985): "3.98 V",
		words.Place(calendar.Room{Building: "A", Floor: "2"}): "A, floor 2",
		words.Place(calendar.Room{Floor: "2"}):                "Floor 2",
		words.Place(calendar.Room{Building: "A"}):             "A",
		words.Stage(engine.Found):                             "New",
		words.Day(now, now):                                   "Today",
		words.Day(now.AddDate(0, 0, -1), now):                 "Yesterday",
		words.Day(now.AddDate(0, 0, -9), now):                 "14 Nov",
	} {
		if got != want {
			t.Errorf("reads %q, want %q", got, want)
		}
	}
}
