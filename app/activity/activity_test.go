package activity_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/activity"
	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/engine"
)

var shots = flag.String("shots", "", "write pictures of the page to this folder")

// The page fits into the smallest window that is promised.
func TestPageFits(t *testing.T) {
	apptest.Speak(t, "../translations")
	test.NewTempApp(t)
	p := activity.New(activity.Config{Now: func() time.Time { return apptest.Noon }})
	w := test.NewTempWindow(t, p.Content())
	p.Prepare(apptest.Snapshot(apptest.Noon))()
	if width := p.Content().MinSize().Width; width > apptest.NarrowestPage {
		t.Errorf("needs %v units", width)
	}
	if *shots != "" {
		apptest.Picture(t, w, p.Content(), *shots, "activity")
	}
}

func TestChoose(t *testing.T) {
	rows := activity.ViewOf(apptest.Snapshot(apptest.Noon), apptest.Noon)
	for _, c := range []struct {
		kind     engine.ActivityKind
		problems bool
		n        int
		first    string
	}{
		{"", false, 9, "Besprechungsraum Nordlicht mit sehr langem Namen: 1 meeting changed"},
		{"", true, 2, "Workshop: the calendar may not be read"},
		{engine.ActSign, false, 3, "Aurora: the sign at the door was updated"},
		{engine.ActSign, true, 1, "Oslo: the display did not answer; next try in 4 minutes"},
		{engine.ActAccount, false, 2, "Connected to Microsoft 365 as admin@contoso.com"},
	} {
		got := activity.Choose(rows, c.kind, c.problems)
		if len(got) != c.n || got[0].Text != c.first {
			t.Errorf("%q, problems %v: %d rows %+v, want %d from %q", c.kind, c.problems, len(got), got, c.n, c.first)
		}
	}
	if activity.Choose(rows, engine.ActAccount, true) != nil {
		t.Error("there are problems of the account")
	}
}

func TestTallyOf(t *testing.T) {
	if got := activity.TallyOf(engine.Snapshot{}, apptest.Noon); len(got.Figures) != 0 {
		t.Errorf("before anything was counted there is %+v", got)
	}
	s := apptest.Snapshot(apptest.Noon)
	got := activity.TallyOf(s, apptest.Noon)
	var values []string
	for _, f := range got.Figures {
		values = append(values, f.Value)
		if f.Name == "" || f.About == "" {
			t.Errorf("%+v is not explained", f)
		}
	}
	if want := []string{"1,404", "1,422", "3", "1", "2"}; got.Since != "Since midnight" || !slices.Equal(values, want) {
		t.Errorf("the tally reads %q %q, want %q", got.Since, values, want)
	}
	s.Sync.Today.Since = apptest.Noon.Add(-2 * time.Hour)
	if got := activity.TallyOf(s, apptest.Noon); got.Since != "Since the start at 09:42" {
		t.Errorf("counted %q", got.Since)
	}
}

func TestPageShowsTheTallyOnceThereIsOne(t *testing.T) {
	test.NewTempApp(t)
	p := activity.New(activity.Config{Now: func() time.Time { return apptest.Noon }})
	w := test.NewTempWindow(t, p.Content())
	w.Resize(fyne.NewSize(900, 700))
	s := apptest.Snapshot(apptest.Noon)
	today := s.Sync.Today
	for _, there := range []bool{false, true, false} {
		s.Sync.Today = engine.Tally{}
		if there {
			s.Sync.Today = today
		}
		p.Prepare(s)()
		if apptest.Shows(w, "Requests") != there || apptest.Shows(w, "1,422") != there {
			t.Errorf("with a tally: %v; shows %q", there, apptest.Texts(w))
		}
	}
	s.Sync.Today = today
	s.Sync.Today.Requests = 1500
	p.Prepare(s)()
	if !apptest.Shows(w, "1,500") || apptest.Shows(w, "1,422") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestPageFilters(t *testing.T) {
	test.NewTempApp(t)
	p := activity.New(activity.Config{Now: func() time.Time { return apptest.Noon }})
	w := test.NewTempWindow(t, p.Content())
	w.Resize(fyne.NewSize(900, 700))
	p.Prepare(engine.Snapshot{})()
	if !apptest.Shows(w, "Nothing has happened yet") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	p.Prepare(apptest.Snapshot(apptest.Noon))()
	if apptest.Shows(w, "Nothing") || !apptest.Shows(w, "Door 5 was adopted") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	apptest.Find[*widget.Check](w, "Problems only").SetChecked(true)
	if apptest.Shows(w, "Door 5 was adopted") || !apptest.Shows(w, "Oslo: the display did not answer") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	apptest.Find[*widget.Select](w, "Everything").SetSelected("Account")
	if !apptest.Shows(w, "Nothing matches") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}
