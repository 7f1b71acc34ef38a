package rooms_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/rooms"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

func TestCheckAddress(t *testing.T) {
	for text, right := range map[string]bool{
		"oslo@contoso.com": true, " oslo@contoso.com\n": true, "": false, "oslo": false, "@contoso.com": false,
		"oslo@contoso": false, "Oslo <oslo@contoso.com>": false, "a@b.c, d@e.f": false,
	} {
		if err := rooms.CheckAddress(text); (err == nil) != right {
			t.Errorf("CheckAddress(%q) = %v", text, err)
		}
	}
}

func TestRowsAndOrder(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	v := rooms.ViewOf(s, apptest.Noon)
	first := v.Rows[0]
	if first.Name != "Aurora" || first.Place != "Main building, floor 1" || first.Seats != "6" || first.Signs != 1 ||
		first.Next != "13:30" || first.Read != "just now" || first.Now != "In use until 12:30" {
		t.Errorf("Aurora reads %+v", first)
	}
	last := v.Rows[len(v.Rows)-1]
	if last.Trouble == nil || last.Seats != "" || last.Place != "" || last.Next != "" {
		t.Errorf("a room that can't be read reads %+v", last)
	}
	for _, c := range []struct {
		query  string
		column int
		down   bool
		first  string
		n      int
	}{
		{"", -1, false, "Aurora", 8},
		{"", 0, true, "Workshop", 8},
		{"", 2, true, "Training room", 8},
		{"", 2, false, "Workshop", 8},
		{"harbour", 0, false, "Fjord", 3},
		{"boardroom@", -1, false, "Boardroom", 1},
	} {
		got := rooms.Choose(v.Rows, rooms.Every, c.query, c.column, c.down)
		if len(got) != c.n || got[0].Name != c.first {
			t.Errorf("%q by %d: %d rooms from %q, want %d from %q", c.query, c.column, len(got), got[0].Name, c.n, c.first)
		}
	}
}

type fake struct {
	did  []string
	fail error

	previews  []engine.PreviewRequest
	overrides []sign.Override
}

func (f *fake) RefreshRooms(context.Context) error { f.did = append(f.did, "refresh"); return f.fail }
func (f *fake) AddRoom(_ context.Context, a string) error {
	f.did = append(f.did, "add "+a)
	return f.fail
}

func (f *fake) Calendars(context.Context) ([]calendar.Room, error) {
	f.did = append(f.did, "calendars")
	return apptest.Calendars(), f.fail
}
func (f *fake) AddCalendar(_ context.Context, r calendar.Room) error {
	f.did = append(f.did, "add "+r.Name)
	return f.fail
}
func (f *fake) ForgetRoom(_ context.Context, id calendar.RoomID) error {
	f.did = append(f.did, "forget "+string(id))
	return f.fail
}

func (f *fake) Languages() []engine.Language { return apptest.Languages() }
func (f *fake) PreviewSign(_ context.Context, r engine.PreviewRequest) (engine.Preview, error) {
	f.previews = append(f.previews, r)
	return apptest.Preview(apptest.Snapshot(apptest.Noon), r), nil
}
func (f *fake) SetOverride(_ context.Context, id calendar.RoomID, o sign.Override) error {
	f.did = append(f.did, "override "+string(id))
	f.overrides = append(f.overrides, o)
	return f.fail
}

func open(t *testing.T, f *fake, s engine.Snapshot) (*rooms.Page, fyne.Window, *[]string) {
	t.Helper()
	opened := new([]string)
	p, w := openWith(t, f, s, func(c *rooms.Config) { c.Open = func(page string) { *opened = append(*opened, page) } })
	return p, w, opened
}

func openWith(t *testing.T, e rooms.Engine, s engine.Snapshot, change ...func(*rooms.Config)) (*rooms.Page, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	c := rooms.Config{Engine: e, Hub: command.Inline(t.Context(), apptest.Explain), Now: func() time.Time { return apptest.Noon }, Window: w}
	for _, f := range change {
		f(&c)
	}
	p := rooms.New(c)
	w.SetContent(p.Content())
	w.Resize(fyne.NewSize(1000, 900))
	p.Prepare(s)()
	return p, w
}

func TestEmptyStates(t *testing.T) {
	s := apptest.Fresh(apptest.Noon)
	p, w, opened := open(t, &fake{}, s)
	test.Tap(apptest.Find[*widget.Button](w, "Go to Setup"))
	if !slices.Equal(*opened, []string{"setup"}) {
		t.Errorf("opened %q", *opened)
	}
	s.Account.State = engine.Connected
	p.Prepare(s)()
	if !apptest.Shows(w, "Add a room by its e-mail address.") || apptest.Find[*widget.Button](w, "Go to Setup") != nil {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestARoomThatCantBeReadIsExplained(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	p, w, _ := open(t, &fake{}, s)
	const remedy = "Give admin@contoso.com at least reviewer rights on the room's calendar."
	if apptest.Shows(w, remedy) {
		t.Error("explained before anybody asked")
	}
	tableOf(w).Tap(7)
	if !apptest.Shows(w, remedy) {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	s.Rooms[7].Problem = nil
	p.Prepare(s)()
	if apptest.Shows(w, remedy) {
		t.Error("still explained after it was mended")
	}
}

func TestCommands(t *testing.T) {
	f := &fake{}
	_, w, _ := open(t, f, apptest.Snapshot(apptest.Noon))
	test.Tap(apptest.Find[*widget.Button](w, "Read room list"))
	if !apptest.Shows(w, "The list of rooms was read.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	f.fail = &apptest.Failure{Title: "No such mailbox"}
	test.Tap(apptest.Find[*widget.Button](w, "Add by address…"))
	e := apptest.Entries(w)
	test.Type(e[len(e)-1], "new@contoso.com")
	test.Tap(apptest.Find[*widget.Button](w, "Add"))
	if !slices.Equal(f.did, []string{"refresh", "add new@contoso.com"}) || !apptest.Shows(w, "No such mailbox") {
		t.Errorf("did %q, shows %q", f.did, apptest.Texts(w))
	}
}

func tableOf(w fyne.Window) (table *xwidget.Table) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if x, ok := o.(*xwidget.Table); ok {
			table = x
		}
	})
	return table
}

// list is the list of the dialog.
func list(w fyne.Window) (list *widget.List) {
	for _, o := range w.Canvas().Overlays().List() {
		apptest.WalkObject(o, func(o fyne.CanvasObject) {
			if x, ok := o.(*widget.List); ok {
				list = x
			}
		})
	}
	return list
}
