package rooms_test

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/engine"
)

func TestPaceOf(t *testing.T) {
	const half, quiet = 30 * time.Second, 5 * time.Minute
	for _, c := range []struct {
		name      string
		pace      engine.Pace
		line, why string
	}{
		{"not known", engine.Pace{}, "", ""},
		{"in the office", engine.Pace{Interval: half, Wanted: half, Rooms: 8, Office: true}, "Calendars are read every 30 s.", "Outside office hours"},
		{"at night", engine.Pace{Interval: quiet, Wanted: quiet, Rooms: 8}, "Calendars are read every 5 min outside office hours.", "Within office hours"},
		{"many", engine.Pace{Interval: 160 * time.Second, Wanted: half, Rooms: 2000, PerBatch: 1300 * time.Millisecond, Office: true},
			"2,000 rooms are read every 2 min 40 s: Microsoft answers 4 rooms at once and takes 1.3 s for 20.", "2,000 rooms need 100 requests"},
		{"many at night", engine.Pace{Interval: 10 * time.Minute, Wanted: quiet, Rooms: 501, PerBatch: 19 * time.Second},
			"501 rooms are read every 10 min: Microsoft answers 4 rooms at once and takes 19 s for 20.", "each calendar every 5 min. 501 rooms need 26 requests"},
	} {
		s := apptest.Snapshot(apptest.Noon)
		s.Sync.Pace = c.pace
		got := rooms.PaceOf(s)
		if got.Line != c.line || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %q because %q, want %q because …%q", c.name, got.Line, got.Why, c.line, c.why)
		}
	}
	s := apptest.Snapshot(apptest.Noon)
	s.Account.State = engine.NeedsSignIn
	if got := rooms.PaceOf(s); got != (rooms.Pace{}) {
		t.Errorf("nothing is read, and yet %q", got.Line)
	}
}

func TestTheReasonForThePaceIsToldOnDemand(t *testing.T) {
	p, w, _ := open(t, &fake{}, many())
	const reason = "2,000 rooms need 100 requests"
	if !apptest.Shows(w, "every 2 min 40 s") || apptest.Shows(w, reason) {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	test.Tap(apptest.Find[*widget.Button](w, "Why?"))
	if !apptest.Shows(w, reason) {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	test.Tap(apptest.Find[*widget.Button](w, "Why?"))
	if apptest.Shows(w, reason) {
		t.Error("the reason does not go away")
	}
	s := many()
	s.Sync.Pace = engine.Pace{}
	p.Prepare(s)()
	if apptest.Shows(w, "are read every") || apptest.Find[*widget.Button](w, "Why?") != nil {
		t.Errorf("the pace is not known, and yet %q", apptest.Texts(w))
	}
}
