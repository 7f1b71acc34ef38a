package activity_test

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/activity"
	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/engine"
)

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
