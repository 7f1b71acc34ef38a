package displays_test

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/displays"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"

	"time"
)

func TestCheckAddress(t *testing.T) {
	for text, right := range map[string]bool{
		"192.168.20.31": true, "door-1.local": true, "192.168.20.31:2446": true, " door:80 ": true, "fe80::1": true, "[fe80::1]:2446": true,
		"": false, "http://door": false, "door/": false, "door:": false, "door:0": false, "door:99999": false, "a b": false, "door:x": false,
	} {
		if err := displays.CheckAddress(text); (err == nil) != right {
			t.Errorf("CheckAddress(%q) = %v", text, err)
		}
	}
}

func names(rows []displays.Row) []string {
	var list []string
	for _, r := range rows {
		list = append(list, r.Name)
	}
	return list
}

func TestChoose(t *testing.T) {
	rows := displays.ViewOf(apptest.Snapshot(apptest.Noon), apptest.Noon).Rows
	const harbour = "Harbour annex, second floor, left of the kitchen"
	for _, c := range []struct {
		name   string
		filter displays.Filter
		query  string
		column int
		down   bool
		want   []string
	}{
		{"as they are", displays.Every, "", -1, false, []string{"Door 1", "Door 2", "Door 3", harbour, "Door 5", "OD-9f31c2"}},
		{"new", displays.Unadopted, "", -1, false, []string{"OD-9f31c2"}},
		{"without a room", displays.Roomless, "", -1, false, []string{"Door 5"}},
		{"with a room", displays.Roomed, "", -1, false, []string{"Door 1", "Door 2", "Door 3", harbour}},
		{"troubled", displays.Troubled, "", -1, false, []string{harbour}},
		{"by room's name", displays.Every, " oslo ", -1, false, []string{harbour}},
		{"by address", displays.Every, "20.35", -1, false, []string{"Door 5"}},
		{"by name, down", displays.Roomed, "door", 0, true, []string{"Door 3", "Door 2", "Door 1"}},
		{"by state", displays.Roomed, "", 2, false, []string{harbour, "Door 2", "Door 1", "Door 3"}},
		{"nothing", displays.Every, "zzz", -1, false, nil},
	} {
		if got := names(displays.Choose(rows, c.filter, c.query, c.column, c.down)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestViewTellsWhatIsKnown(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Displays = append(s.Displays, engine.Display{Display: display.Display{ID: "x:1", Address: "10.0.0.9:2446", Secured: true}, Stage: engine.Found})
	s.Rooms = append(s.Rooms, engine.Room{Agenda: calendar.Agenda{Room: calendar.Room{ID: "oslo2@contoso.com", Name: "Oslo"}, Location: time.UTC}})
	v := displays.ViewOf(s, apptest.Noon)
	unknown := v.Rows[len(v.Rows)-1]
	if unknown.Name != "x:1" || unknown.Sub != "10.0.0.9:2446" || unknown.Trouble == nil || unknown.Facts()[1].Value != "not asked yet" {
		t.Errorf("a display that was never asked reads %+v", unknown)
	}
	if v.Rows[1].OnGlass || !v.Rows[0].OnGlass {
		t.Error("what is on the glass is mixed up with what should be")
	}
	var labels []string
	for _, c := range v.Rooms {
		labels = append(labels, c.Label)
	}
	if !slices.Contains(labels, "Oslo (oslo2@contoso.com)") || !slices.Contains(labels, "Oslo (oslo@contoso.com)") || !slices.Contains(labels, "Fjord") {
		t.Errorf("rooms of one name can't be told apart: %q", labels)
	}
}

// fake is the engine as the page knows it: it records, and fails where told.
type fake struct {
	did     []string
	fail    error
	preview func(display.ID, calendar.RoomID) (display.Frame, error)
}

func (f *fake) do(what string, id display.ID) error {
	f.did = append(f.did, what+" "+string(id))
	return f.fail
}
func (f *fake) AddDisplay(_ context.Context, address string) (display.ID, error) {
	return "new:1", f.do("add", display.ID(address))
}
func (f *fake) Adopt(_ context.Context, id display.ID) error    { return f.do("adopt", id) }
func (f *fake) Forget(_ context.Context, id display.ID) error   { return f.do("forget", id) }
func (f *fake) Unassign(_ context.Context, id display.ID) error { return f.do("unassign", id) }
func (f *fake) Identify(_ context.Context, id display.ID) error { return f.do("identify", id) }
func (f *fake) Assign(_ context.Context, id display.ID, r calendar.RoomID) error {
	return f.do("assign "+string(r), id)
}
func (f *fake) Rename(_ context.Context, id display.ID, name string) error {
	return f.do("rename "+name, id)
}
func (f *fake) ImportDisplays(_ context.Context, list []byte, _ func(done, of int)) (engine.Imported, error) {
	return engine.Imported{Added: 1, Problems: []engine.ImportProblem{{Line: 3, Text: "nobody answers"}}}, f.do("import "+string(list), "")
}
func (f *fake) Kinds() []engine.DriverInfo { return (&apptest.Engine{}).Kinds() }
func (f *fake) UseGateway(_ context.Context, r engine.GatewayRequest) (engine.Gateway, error) {
	return engine.Gateway{}, f.do("use "+r.Protocol+" "+r.Key, display.ID(r.Address))
}
func (f *fake) DropGateway(_ context.Context, id string) error { return f.do("drop", display.ID(id)) }
func (f *fake) LetIn(_ context.Context, on bool) error         { return f.do(fmt.Sprint("letIn ", on), "") }
func (f *fake) NewPullDisplay(_ context.Context, d engine.PullDisplay) (display.ID, error) {
	return "picture:1", f.do("new "+d.Protocol+" "+d.Panel.String(), display.ID(d.Name))
}
func (f *fake) PullInstructions(_ context.Context, id display.ID) (display.Instructions, error) {
	return display.Instructions{URL: "http://192.168.20.5:8480/picture/SECRET.png", Snippets: []display.Snippet{{Title: "ESPHome", Text: "online_image:"}}}, f.do("instructions", id)
}
func (f *fake) RenewPullAddress(_ context.Context, id display.ID) error { return f.do("renew", id) }
func (f *fake) SetPull(_ context.Context, id display.ID, on bool) error {
	return f.do(fmt.Sprint("pull ", on), id)
}
func (f *fake) Approve(_ context.Context, id display.ID) error { return f.do("approve", id) }
func (f *fake) Describe(_ context.Context, id display.ID, p display.Panel) error {
	return f.do("describe "+p.String(), id)
}
func (f *fake) Preview(id display.ID, r calendar.RoomID) (display.Frame, error) {
	return f.preview(id, r)
}

func open(t *testing.T, f *fake, hub *command.Hub, s engine.Snapshot) (*displays.Page, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	p := displays.New(displays.Config{Engine: f, Hub: hub, Now: func() time.Time { return apptest.Noon }, Window: w})
	w.SetContent(p.Content())
	w.Resize(fyne.NewSize(1000, 900))
	p.Prepare(s)()
	return p, w
}

func inline(t *testing.T) *command.Hub { return command.Inline(t.Context(), apptest.Explain) }

func tap(t *testing.T, w fyne.Window, label string) {
	t.Helper()
	b := apptest.Find[*widget.Button](w, label)
	if b == nil {
		t.Fatalf("there is no button %q in %q", label, apptest.Texts(w))
	}
	test.Tap(b)
}

func frame(hash string) display.Frame {
	return display.Frame{Hash: hash, Image: image.NewPaletted(image.Rect(0, 0, 80, 48), display.Mono.Palette())}
}

func TestEachStageOffersWhatMakesSense(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	for _, c := range []struct {
		display int
		want    []string
		not     []string
	}{
		{5, []string{"Adopt"}, []string{"Assign", "Forget…", "Identify", "Take the room away"}},
		{4, []string{"Assign", "Forget…", "Identify"}, []string{"Adopt", "Take the room away"}},
		{0, []string{"Assign", "Forget…", "Identify", "Take the room away"}, []string{"Adopt"}},
	} {
		p.Select(s.Displays[c.display].ID)
		for _, label := range c.want {
			if apptest.Find[*widget.Button](w, label) == nil {
				t.Errorf("%s: no button %q", s.Displays[c.display].Name, label)
			}
		}
		for _, label := range c.not {
			if apptest.Find[*widget.Button](w, label) != nil {
				t.Errorf("%s: there is a button %q", s.Displays[c.display].Name, label)
			}
		}
	}
	tap(t, w, "Identify")
	tap(t, w, "Take the room away")
	p.Select(s.Displays[5].ID)
	tap(t, w, "Adopt")
	want := []string{"identify " + string(s.Displays[0].ID), "unassign " + string(s.Displays[0].ID), "adopt " + string(s.Displays[5].ID)}
	if !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
	if !apptest.Shows(w, "OD-9f31c2 is yours now. Give it a room.") {
		t.Errorf("success is not told: %q", apptest.Texts(w))
	}
}

func TestForgetAsksFirst(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{}
	_, w := open(t, f, inline(t), s)
	tap(t, w, "Forget…")
	if !apptest.Shows(w, "Forget Door 1?") || len(f.did) != 0 {
		t.Fatalf("did %q, shows %q", f.did, apptest.Texts(w))
	}
	tap(t, w, "Cancel")
	tap(t, w, "Forget…")
	tap(t, w, "Forget")
	if !slices.Equal(f.did, []string{"forget " + string(s.Displays[0].ID)}) {
		t.Errorf("did %q", f.did)
	}
}

func TestForgetForgetsTheDisplayItNamed(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	p.Select(s.Displays[3].ID) // with a problem
	apptest.Find[*widget.Select](w, "All").SetSelected("With a problem")
	tap(t, w, "Forget…")
	question := "Forget " + s.Displays[3].Name + "?"
	if !apptest.Shows(w, question) {
		t.Fatalf("shows %q", apptest.Texts(w))
	}
	// While the question stands the display recovers and leaves the filtered list,
	// which another joins.
	later := s
	later.Displays = slices.Clone(s.Displays)
	later.Displays[3].Problem, later.Displays[3].Delivery = nil, engine.Delivered
	later.Displays[0].Problem, later.Displays[0].Delivery = s.Displays[3].Problem, engine.Retrying
	p.Prepare(later)()
	if !apptest.Shows(w, "192.168.20.34:2446") {
		t.Errorf("the details left the display that was only filtered out: %q", apptest.Texts(w))
	}
	later.Displays = slices.Delete(slices.Clone(later.Displays), 3, 4) // and then it goes
	p.Prepare(later)()
	if !apptest.Shows(w, "192.168.20.31:2446") {
		t.Errorf("no other display took the place of the one that is gone: %q", apptest.Texts(w))
	}
	tap(t, w, "Forget")
	if want := []string{"forget " + string(s.Displays[3].ID)}; !slices.Equal(f.did, want) {
		t.Errorf("did %q after %q", f.did, question)
	}
}

func TestASearchKeepsTheChosenDisplay(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	p.Select(s.Displays[0].ID)
	apptest.Entries(w)[0].SetText("oslo")
	tap(t, w, "Identify")
	apptest.Entries(w)[0].SetText("")
	tap(t, w, "Identify")
	if want := "identify " + string(s.Displays[0].ID); !slices.Equal(f.did, []string{want, want}) {
		t.Errorf("did %q", f.did)
	}
}

func TestARoomIsSeenBeforeItIsGiven(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{preview: func(_ display.ID, r calendar.RoomID) (display.Frame, error) { return frame(string(r)), nil }}
	p, w := open(t, f, inline(t), s)
	p.Select(s.Displays[4].ID) // Door 5, adopted
	assign := apptest.Find[*widget.Button](w, "Assign")
	if !assign.Disabled() {
		t.Error("Assign is offered before a room was chosen")
	}
	room := apptest.Find[*widget.Select](w, "")
	room.SetSelected("Fjord")
	if !apptest.Shows(w, "Preview – not on the glass yet") || pictureSize(w) != image.Pt(80, 48) {
		t.Fatalf("no preview: %q", apptest.Texts(w))
	}
	p.Prepare(s)() // a new snapshot must not take the choice away
	if room.Selected != "Fjord" || assign.Disabled() || !apptest.Shows(w, "Preview – not on the glass yet") {
		t.Error("a snapshot took the choice away")
	}
	test.Tap(assign)
	if !slices.Equal(f.did, []string{"assign fjord@contoso.com " + string(s.Displays[4].ID)}) {
		t.Errorf("did %q", f.did)
	}
	if !assign.Disabled() {
		t.Error("Assign is offered again for the same room")
	}
	p.Select(s.Displays[0].ID)
	p.Select(s.Displays[4].ID)
	if apptest.Shows(w, "Preview") {
		t.Error("a preview outlives the visit to another display")
	}
}

func pictureSize(w fyne.Window) (size image.Point) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if b, ok := o.(*xwidget.Bezel); ok && b.Picture() != nil {
			size = b.Picture().Bounds().Size()
		}
	})
	return size
}

// Previews answer when they can; only the one asked for last may be shown.
func TestAPreviewThatComesLateIsDropped(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{preview: func(_ display.ID, r calendar.RoomID) (display.Frame, error) {
		if r == "fjord@contoso.com" {
			return display.Frame{}, errors.New("late and wrong")
		}
		return frame(string(r)), nil
	}}
	var work []func()
	hub := command.NewHub(command.Config{Explain: apptest.Explain, Do: func(f func()) { f() }, Go: func(f func()) { work = append(work, f) }})
	hub.Open(t.Context())
	p, w := open(t, f, hub, s)
	p.Select(s.Displays[4].ID)
	room := apptest.Find[*widget.Select](w, "")
	room.SetSelected("Fjord")
	room.SetSelected("Focus 1")
	work[1]()
	work[0]()
	if apptest.Shows(w, "late and wrong") || !apptest.Shows(w, "Preview – not on the glass yet") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestFailuresAreToldOnThePage(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{fail: &apptest.Failure{Title: "No answer", Remedy: "Check its power"}}
	f.preview = func(display.ID, calendar.RoomID) (display.Frame, error) { return display.Frame{}, f.fail }
	p, w := open(t, f, inline(t), s)
	p.Add("10.0.0.9")
	if !apptest.Shows(w, "No answer") || !apptest.Shows(w, "Check its power") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	p.Select(s.Displays[4].ID)
	apptest.Find[*widget.Select](w, "").SetSelected("Fjord")
	if !apptest.Shows(w, "Check its power") || apptest.Shows(w, "Preview") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestAddByAddressChecksWhatIsTyped(t *testing.T) {
	f := &fake{}
	_, w := open(t, f, inline(t), engine.Snapshot{})
	if !apptest.Shows(w, "No displays yet") {
		t.Fatalf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Add a display…")
	choose(t, w, "It has a network address")
	e := apptest.Entries(w)
	test.Type(e[len(e)-1], "http://door")
	if b := apptest.Find[*widget.Button](w, "Add"); !b.Disabled() {
		t.Error("a wrong address can be added")
	}
	e[len(e)-1].SetText("door-9.local")
	tap(t, w, "Add")
	if !slices.Equal(f.did, []string{"add door-9.local"}) || !apptest.Shows(w, "door-9.local answered and is in the list.") {
		t.Errorf("did %q, shows %q", f.did, apptest.Texts(w))
	}
}

// choose takes one of the ways to add a display.
func choose(t *testing.T, w fyne.Window, title string) {
	t.Helper()
	var found *xwidget.Choice
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if c, ok := o.(*xwidget.Choice); ok && c.Title() == title {
			found = c
		}
	})
	if found == nil {
		t.Fatalf("there is no choice %q in %q", title, apptest.Texts(w))
	}
	test.Tap(found)
}

func TestAddGateway(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Gateways = []engine.Gateway{
		{Hub: display.Hub{Protocol: "openepaperlink", Name: "Floor 1", Address: "192.168.20.40"}, InUse: true, Displays: 3},
		{Hub: display.Hub{Protocol: "openepaperlink", Address: "192.168.20.41"}},
	}
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	tap(t, w, "Access points (2)")
	if !apptest.Shows(w, "3 displays") || !apptest.Shows(w, "Found on the network") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Give it up…")
	tap(t, w, "Give it up")
	p.UseGateway(engine.GatewayRequest{Protocol: "syncsign", Address: "192.168.20.50", Key: "key"})
	if want := []string{"drop openepaperlink 192.168.20.40", "use syncsign key 192.168.20.50"}; !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
}

func TestLetIn(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	s.Serving.URL = "http://192.168.20.5:8480"
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	tap(t, w, "Add a display…")
	choose(t, w, "It asks for its pictures by itself")
	if !apptest.Shows(w, "http://192.168.20.5:8480") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Let new displays in")
	s.Serving.Open = apptest.Noon.Add(20 * time.Minute)
	p.Prepare(s)()
	tap(t, w, "Let no more in")
	if want := []string{"letIn true ", "letIn false "}; !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
}

func TestDisplayWithAnAddressOfItsOwn(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	tap(t, w, "Add a display…")
	choose(t, w, "It opens a web address")
	e := apptest.Entries(w)
	e[len(e)-3].SetText("Library")
	tap(t, w, "Make its address")
	for _, want := range []string{"http://192.168.20.5:8480/picture/SECRET.png", "online_image:"} {
		if !apptest.Shows(w, want) {
			t.Errorf("no %q in %q", want, apptest.Texts(w))
		}
	}
	p.RenewAddress("picture:1", "Library")
	tap(t, w, "Make it")
	if want := []string{"new picture 800×480 bw Library", "instructions picture:1", "renew picture:1", "instructions picture:1"}; !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
}

func TestApproval(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	d := &s.Displays[0]
	d.Asks, d.Pull, d.Clear, d.Charge, d.DaysLeft = true, true, "The signs.", 62, 140
	f := &fake{}
	_, w := open(t, f, inline(t), s)
	for _, want := range []string{"Asks to be approved", "Unencrypted on its way: The signs.", "about 140 days left"} {
		if !apptest.Shows(w, want) {
			t.Errorf("no %q in %q", want, apptest.Texts(w))
		}
	}
	tap(t, w, "Approve")
	tap(t, w, "Yes, approve it")
	if want := []string{"approve " + string(d.ID)}; !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
}

// A display that can't tell its panel is described before it is adopted.
func TestDescribe(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	d := &s.Displays[5]
	d.Pull, d.Asks, d.Panel = true, true, display.Panel{}
	f := &fake{}
	p, w := open(t, f, inline(t), s)
	p.Select(d.ID)
	tap(t, w, "Adopt")
	if b := apptest.Find[*widget.Button](w, "Cancel"); b == nil {
		t.Fatalf("nothing is asked: %q", apptest.Texts(w))
	}
	var last *widget.Button
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if b, ok := o.(*widget.Button); ok && b.Text == "Adopt" {
			last = b
		}
	})
	test.Tap(last)
	if want := []string{"describe 800×480 bw " + string(d.ID), "adopt " + string(d.ID)}; !slices.Equal(f.did, want) {
		t.Errorf("did %q, want %q", f.did, want)
	}
}

func TestImport(t *testing.T) {
	f := &fake{}
	p, w := open(t, f, inline(t), apptest.Snapshot(apptest.Noon))
	p.ImportList([]byte("address"))
	if !apptest.Shows(w, "Answered: 1 display.") || !apptest.Shows(w, "Line 3: nobody answers") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}
