package rooms_test

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/engine/sign"
)

// What a room's sign does otherwise is listed, changed beside a preview, and given back.
func TestTheSignOfARoom(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	german := "de"
	s.Rooms[2].Override.Language = &german
	f := &fake{}
	p, w, _ := open(t, f, s)
	tableOf(w).Tap(0)
	if !apptest.Shows(w, "It follows the organisation in everything.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tableOf(w).Tap(2)
	if !apptest.Shows(w, "Deutsch") || apptest.Shows(w, "It follows the organisation in everything.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Change…")
	if !apptest.Shows(w, "The sign of Boardroom") || !apptest.Shows(w, "Differs in 1 thing") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	apply := apptest.Find[*widget.Button](w, "Apply to this room")
	if !apply.Disabled() {
		t.Error("there is something to apply at first")
	}
	apptest.Find[*widget.Select](w, "Deutsch").SetSelected("Français")
	last := f.previews[len(f.previews)-1]
	if last.Room != "boardroom@contoso.com" || last.Policy.Language != "fr" || last.Panel.Width != 400 {
		t.Errorf("asked for %+v", last)
	}
	f.fail = &apptest.Failure{Title: "The disk is full"}
	tap(t, w, "Apply to this room")
	if !apptest.Shows(w, "The disk is full") || !apptest.Shows(w, "The sign of Boardroom") {
		t.Errorf("a refusal is not told, or the draft is lost: %q", apptest.Texts(w))
	}
	f.fail = nil
	tap(t, w, "Apply to this room")
	if apptest.Shows(w, "The sign of Boardroom") {
		t.Error("the dialog stays")
	}
	french := f.overrides[1]
	if got := french.Apply(sign.DefaultPolicy()); got.Language != "fr" || french.Design != nil || french.Show != nil {
		t.Errorf("set %+v", french)
	}
	s.Rooms = slices.Clone(s.Rooms)
	s.Rooms[2].Override = french
	p.Prepare(s)()
	tap(t, w, "Change…")
	tap(t, w, "Follow the organisation in everything")
	tap(t, w, "Apply to this room")
	if !f.overrides[2].Empty() {
		t.Errorf("set %+v", f.overrides[2])
	}
	if !slices.Equal(f.did, []string{"override boardroom@contoso.com", "override boardroom@contoso.com", "override boardroom@contoso.com"}) {
		t.Errorf("did %q", f.did)
	}
}
