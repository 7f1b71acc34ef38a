package designs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/designs"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// fake records what it is asked.
type fake struct {
	*apptest.Engine
	asked     []engine.PreviewRequest
	policies  []sign.Policy
	overrides map[calendar.RoomID]sign.Override
	hosts     [][]string
}

// newFake records requests one after the other: work of one gallery runs at once, and
// is asked for under a lock.
func newFake(s engine.Snapshot) *fake {
	f := &fake{Engine: apptest.NewEngine(s, s), overrides: make(map[calendar.RoomID]sign.Override)}
	turn := make(chan struct{}, 1)
	f.Draw = func(s engine.Snapshot, r engine.PreviewRequest) (engine.Preview, error) {
		turn <- struct{}{}
		defer func() { <-turn }()
		f.asked = append(f.asked, r)
		return apptest.Preview(s, r), nil
	}
	return f
}

func (f *fake) SetPolicy(ctx context.Context, p sign.Policy) error {
	f.policies = append(f.policies, p)
	return f.Engine.SetPolicy(ctx, p)
}

func (f *fake) SetOverride(ctx context.Context, id calendar.RoomID, o sign.Override) error {
	f.overrides[id] = o
	return f.Engine.SetOverride(ctx, id, o)
}

func (f *fake) SetPictureHosts(ctx context.Context, hosts []string) error {
	f.hosts = append(f.hosts, hosts)
	return f.Engine.SetPictureHosts(ctx, hosts)
}

func office() engine.Snapshot { return apptest.Snapshot(apptest.Noon) }

func tap(t *testing.T, w fyne.Window, label string) {
	t.Helper()
	b := apptest.Find[*widget.Button](w, label)
	if b == nil {
		t.Fatalf("there is no button %q in %q", label, apptest.Texts(w))
	}
	test.Tap(b)
}

// cardButton finds a button on the card of a design.
func cardButton(t *testing.T, w fyne.Window, design, label string) (found *widget.Button) {
	t.Helper()
	apptest.Walk(w, func(o fyne.CanvasObject) {
		c, ok := o.(*xwidget.Card)
		if !ok || found != nil {
			return
		}
		var b *widget.Button
		named := false
		apptest.WalkObject(c, func(o fyne.CanvasObject) {
			switch x := o.(type) {
			case *xwidget.Text:
				named = named || x.Text == design
			case *widget.Button:
				if x.Text == label {
					b = x
				}
			}
		})
		if named && b != nil {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("the card of %q has no %q", design, label)
	}
	return found
}

// The gallery draws every design of the room that was chosen, by what is in force
// there, on its panel and at its time.
func TestTheGalleryDrawsTheOwnRoomOnItsOwnPanel(t *testing.T) {
	s := office()
	masked := sign.Masked
	s.Rooms[2].Override.Privacy = &masked
	f := newFake(s)
	_, w := open(t, f, nil)
	f.asked = nil
	selects(w)[0].SetSelected("Boardroom")
	if len(f.asked) != 4 {
		t.Fatalf("%d pictures for four designs", len(f.asked))
	}
	var drawn []sign.Design
	for _, r := range f.asked {
		drawn = append(drawn, r.Policy.Design)
		if r.Room != "boardroom@contoso.com" || r.Panel != (display.Panel{Width: 400, Height: 300, Scheme: display.BWR}) ||
			r.Policy.Privacy != sign.Masked || !r.At.IsZero() {
			t.Errorf("asked for %+v", r)
		}
	}
	slices.Sort(drawn)
	if want := slices.Sorted(slices.Values(sign.Designs())); !slices.Equal(drawn, want) {
		t.Errorf("drew %q, want %q", drawn, want)
	}
	f.asked = nil
	slider(w).SetValue(9*60 + 30)
	if at := f.asked[0].At; !at.Equal(apptest.Noon.Truncate(24 * time.Hour).Add(9*time.Hour + 30*time.Minute)) {
		t.Errorf("the slider asks for %v", at)
	}
	if !apptest.Shows(w, "09:30") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	f.asked = nil
	tap(t, w, "Turn")
	if b := f.asked[0].Panel.Bounds(); b.Dx() != 300 || b.Dy() != 400 {
		t.Errorf("turned, the panel is %v", b)
	}
	f.asked = nil
	tap(t, w, "Now")
	if !f.asked[0].At.IsZero() || !apptest.Shows(w, "11:42") {
		t.Errorf("now is %v; shows %q", f.asked[0].At, apptest.Texts(w))
	}
}

// A slider that is dragged asks for one gallery at a time, and the last moment is the
// one on show in the end.
func TestASliderThatIsDraggedQueuesNothing(t *testing.T) {
	var waiting []func()
	hub := command.NewHub(command.Config{Explain: apptest.Explain, Do: func(f func()) { f() }, Go: func(f func()) { waiting = append(waiting, f) }})
	hub.Open(t.Context())
	f := newFake(office())
	_, w := open(t, f, func(c *designs.Config) { c.Hub = hub })
	goOn := func() {
		next := waiting[0]
		waiting = waiting[1:]
		next()
	}
	goOn()
	f.asked = nil
	for minute := 0; minute <= 24*60; minute += 5 {
		slider(w).SetValue(float64(minute))
	}
	if len(waiting) != 1 {
		t.Fatalf("%d pieces of work wait", len(waiting))
	}
	goOn()
	goOn()
	if len(waiting) != 0 || len(f.asked) != 8 {
		t.Errorf("%d pictures were drawn, %d wait", len(f.asked), len(waiting))
	}
	if last := f.asked[7].At; !last.Equal(apptest.Noon.Truncate(24 * time.Hour).Add(24 * time.Hour)) {
		t.Errorf("the last picture is of %v", last)
	}
	if !apptest.Shows(w, "24:00") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestADesignForAllSignsAndForARoom(t *testing.T) {
	s := office()
	text := "Tidy up"
	s.Rooms[0].Override.Text = &text
	f := newFake(s)
	p, w := open(t, f, nil)
	refresh := func() { p.Prepare(f.Snapshot())() }
	if !cardButton(t, w, "Status", "Use for all signs").Disabled() || !cardButton(t, w, "Status", "Use for this room").Disabled() {
		t.Error("what is in force can be put in force")
	}
	test.Tap(cardButton(t, w, "Agenda", "Use for all signs"))
	want := sign.DefaultPolicy()
	want.Design = sign.Agenda
	if len(f.policies) != 1 || f.policies[0] != want {
		t.Fatalf("set %+v, want %+v", f.policies, want)
	}
	refresh()
	test.Tap(cardButton(t, w, "Timeline", "Use for this room"))
	o := f.overrides["aurora@contoso.com"]
	if got := o.Apply(want); got.Design != sign.Timeline || got.Text != text || o.Language != nil {
		t.Errorf("Aurora does %+v otherwise", o)
	}
	refresh()
	if !apptest.Shows(w, "In use for this room") || !apptest.Shows(w, "In use for all signs") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	test.Tap(cardButton(t, w, "Agenda", "Use for this room")) // what all signs have
	if o := f.overrides["aurora@contoso.com"]; o.Design != nil || o.Template != nil || o.Text == nil {
		t.Errorf("Aurora does %+v otherwise", o)
	}
	f.Fail = func(string) error { return &apptest.Failure{Title: "The disk is full"} }
	refresh()
	test.Tap(cardButton(t, w, "Name plate", "Use for all signs"))
	if !apptest.Shows(w, "The disk is full") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestAnExampleStandsInWhereThereAreNoRooms(t *testing.T) {
	s := apptest.Fresh(apptest.Noon)
	s.Displays = nil
	f := newFake(s)
	_, w := open(t, f, nil)
	r := f.asked[0]
	if r.Room != "" || r.Panel != (display.Panel{Width: 800, Height: 480, Scheme: display.Mono}) || selects(w)[0].Selected != "Example" {
		t.Errorf("asked for %+v", r)
	}
	if !cardButton(t, w, "Agenda", "Use for this room").Disabled() || cardButton(t, w, "Agenda", "Use for all signs").Disabled() {
		t.Error("an example can be given a design, or all signs can't")
	}
}

func TestADesignEnlargedFollowsTheSlider(t *testing.T) {
	f := newFake(office())
	p, w := open(t, f, nil)
	f.asked = nil
	p.Enlarge(designs.Look{Design: sign.Timeline})
	slider(w).SetValue(60)
	if len(f.asked) != 2 || f.asked[1].Policy.Design != sign.Timeline || f.asked[1].At.Hour() != 1 {
		t.Errorf("asked for %+v", f.asked)
	}
	if !apptest.Shows(w, "800×480 pixels") || apptest.Find[*widget.Button](w, "Use for all signs") != nil {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "All designs")
	if apptest.Find[*widget.Button](w, "Use for all signs") == nil {
		t.Error("there is no way back")
	}
}

func TestAPictureThatCantBeDrawnSaysWhy(t *testing.T) {
	f := newFake(office())
	f.Draw = func(engine.Snapshot, engine.PreviewRequest) (engine.Preview, error) {
		return engine.Preview{}, &apptest.Failure{Title: "This panel is too large"}
	}
	_, w := open(t, f, nil)
	if !apptest.Shows(w, "This panel is too large") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

func TestHosts(t *testing.T) {
	f := newFake(office())
	p, w := open(t, f, nil)
	if !apptest.Shows(w, "No host is allowed.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	type step struct{ typed, wrong string }
	for _, s := range []step{{"", "Name one host"}, {"a b", "Name one host"}, {"*.contoso.com", "Name one host"}, {"https://Pictures.contoso.com/logo.bmp", ""}, {"10.0.0.7:8080", ""}, {"10.0.0.7:8080", ""}} {
		for _, e := range apptest.Entries(w) {
			e.SetText(s.typed)
		}
		tap(t, w, "Allow")
		if s.wrong != "" && !apptest.Shows(w, s.wrong) {
			t.Errorf("%q: shows %q", s.typed, apptest.Texts(w))
		}
		p.Prepare(f.Snapshot())()
	}
	want := [][]string{{"pictures.contoso.com"}, {"pictures.contoso.com", "10.0.0.7:8080"}, {"pictures.contoso.com", "10.0.0.7:8080"}}
	if !slices.EqualFunc(f.hosts, want, slices.Equal) {
		t.Errorf("allowed %q, want %q", f.hosts, want)
	}
	if !apptest.Shows(w, "pictures.contoso.com") || apptest.Shows(w, "No host is allowed.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
}

// A host that is allowed before the snapshot with the last one is here joins it.
func TestHostsAllowedAtOnce(t *testing.T) {
	f := newFake(office())
	_, w := open(t, f, nil)
	for _, host := range []string{"a.contoso.com", "b.contoso.com"} {
		apptest.Entries(w)[0].SetText(host)
		tap(t, w, "Allow")
	}
	if want := []string{"a.contoso.com", "b.contoso.com"}; !slices.Equal(f.hosts[1], want) {
		t.Errorf("allowed %q, want %q", f.hosts[1], want)
	}
}

// source is the text of the editor.
func source(t *testing.T, w fyne.Window) *widget.Entry {
	t.Helper()
	for _, e := range apptest.Entries(w) {
		if e.MultiLine {
			return e
		}
	}
	t.Fatalf("no editor is open: %q", apptest.Texts(w))
	return nil
}

func name(w fyne.Window) *widget.Entry {
	list := apptest.Entries(w)
	return list[slices.IndexFunc(list, func(e *widget.Entry) bool { return !e.MultiLine })]
}

// The editor draws what is typed, names the line of each error, and does not save what
// can't be drawn.
func TestTheEditorNamesTheLineOfAnError(t *testing.T) {
	f := newFake(office())
	p, w := open(t, f, nil)
	tap(t, w, "New template")
	f.asked = nil
	text := "{\n  odd\n  ok\n    bad\n}"
	source(t, w).SetText("{}")
	if last := f.asked[len(f.asked)-1]; string(last.Template) != "{}" || last.Policy.Design != sign.Custom || last.Room != "aurora@contoso.com" {
		t.Errorf("asked for %+v", last)
	}
	source(t, w).SetText(text)
	for _, words := range []string{"Can't be drawn like this", "Line 4, column 5", "this is not JSON", "Line 2, column 3"} {
		if !apptest.Shows(w, words) {
			t.Errorf("does not show %q but %q", words, apptest.Texts(w))
		}
	}
	if string(f.asked[len(f.asked)-1].Template) != "{}" {
		t.Error("what can't be drawn was drawn")
	}
	if save := apptest.Find[*widget.Button](w, "Save"); !save.Disabled() {
		t.Error("what can't be drawn can be saved")
	}
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if c, ok := o.(*xwidget.Card); ok && c.OnTapped != nil && source(t, w).CursorRow == 0 {
			c.OnTapped() // the first is the gravest
		}
	})
	if e := source(t, w); e.CursorRow != 3 || e.CursorColumn != 4 || w.Canvas().Focused() != e {
		t.Errorf("the cursor is at %d:%d", e.CursorRow, e.CursorColumn)
	}
	source(t, w).SetText(strings.ReplaceAll(text, "bad", "good"))
	if !apptest.Shows(w, "1 part is not drawn as it says") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	name(w).SetText(" ")
	if save := apptest.Find[*widget.Button](w, "Save"); !save.Disabled() || !apptest.Shows(w, "The template needs a name.") {
		t.Errorf("a template without a name can be saved; shows %q", apptest.Texts(w))
	}
	name(w).SetText("Foyer ")
	tap(t, w, "Save")
	got, err := f.TemplateSource(t.Context(), "Foyer")
	if err != nil || string(got) != strings.ReplaceAll(text, "bad", "good") {
		t.Errorf("saved %q, %v", got, err)
	}
	tap(t, w, "All designs") // nothing would be lost: no question
	p.Prepare(f.Snapshot())()
	if apptest.Find[*widget.Button](w, "Use for all signs") == nil || !apptest.Shows(w, "Foyer") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	if r := f.asked[len(f.asked)-1]; r.Template != nil {
		t.Error("a saved template is drawn from what was typed")
	}
}

func withTemplate(t *testing.T) *fake {
	t.Helper()
	f := newFake(office())
	if err := f.SaveTemplate(t.Context(), "Foyer", []byte(apptest.TemplateSource)); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTheEditorAsksBeforeSomethingIsLost(t *testing.T) {
	f := withTemplate(t)
	p, w := open(t, f, nil)
	p.Edit("Foyer")
	if source(t, w).Text != apptest.TemplateSource {
		t.Errorf("edits %q", source(t, w).Text)
	}
	source(t, w).SetText("{}")
	tap(t, w, "All designs")
	tap(t, w, "Go on editing")
	if source(t, w).Text != "{}" {
		t.Errorf("edits %q", source(t, w).Text)
	}
	p.Prepare(f.Snapshot())() // a snapshot must not take the draft away
	if source(t, w).Text != "{}" {
		t.Errorf("edits %q", source(t, w).Text)
	}
	tap(t, w, "All designs")
	tap(t, w, "Discard")
	if got, err := f.TemplateSource(t.Context(), "Foyer"); string(got) != apptest.TemplateSource || err != nil {
		t.Errorf("discarded, it reads %q, %v", got, err)
	}
	tap(t, w, "New template")
	name(w).SetText("Foyer")
	tap(t, w, "Save")
	if !apptest.Shows(w, "There is a template of this name.") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	tap(t, w, "Cancel")
	if got, _ := f.TemplateSource(t.Context(), "Foyer"); string(got) != apptest.TemplateSource {
		t.Error("another template took its place unasked")
	}
	tap(t, w, "Save")
	tap(t, w, "Replace")
	if got, _ := f.TemplateSource(t.Context(), "Foyer"); string(got) == apptest.TemplateSource {
		t.Error("it was not replaced")
	}
}

func TestTemplatesComeAndGoAsFiles(t *testing.T) {
	f := withTemplate(t)
	var opened struct {
		name string
		data string
		err  error
	}
	var saved []string
	p, w := open(t, f, func(c *designs.Config) {
		c.ChooseFile = func(extensions []string, done func(string, []byte, error)) {
			if !slices.Equal(extensions, []string{".json"}) {
				t.Errorf("offers %q", extensions)
			}
			done(opened.name, []byte(opened.data), opened.err)
		}
		c.SaveFile = func(name string, data []byte, done func(error)) {
			saved = append(saved, name, string(data))
			done(nil)
		}
	})
	opened.err = context.Canceled
	tap(t, w, "Import…")
	if len(apptest.Entries(w)) != 1 {
		t.Error("nothing was chosen, and something opened")
	}
	opened.err = errors.New("the stick was pulled out")
	tap(t, w, "Import…")
	if !apptest.Shows(w, "the stick was pulled out") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	for wrong, data := range map[string]string{"larger than 256 KiB": strings.Repeat(" ", 256<<10+1), "it is no text": "\x89PNG\xff"} {
		opened.name, opened.data, opened.err = "odd.json", data, nil
		tap(t, w, "Import…")
		if !apptest.Shows(w, wrong) || len(apptest.Entries(w)) != 1 {
			t.Errorf("a file of which %s: shows %q", wrong, apptest.Texts(w))
		}
	}
	opened.name, opened.data, opened.err = "7in5.json", "\ufeff{\r\n}\r\n", nil
	tap(t, w, "Import…")
	if source(t, w).Text != "{\n}\n" || name(w).Text != "7in5" {
		t.Errorf("imported %q as %q", source(t, w).Text, name(w).Text)
	}
	tap(t, w, "Save")
	p.Gallery()
	p.Export("Foyer")
	if !slices.Equal(saved, []string{"Foyer.json", apptest.TemplateSource}) {
		t.Errorf("saved %q", saved)
	}
	p.Delete("Foyer")
	tap(t, w, "Cancel")
	p.Delete("Foyer")
	tap(t, w, "Delete")
	p.Prepare(f.Snapshot())()
	var left []string
	for _, x := range f.Snapshot().Designs.Templates {
		left = append(left, x.Name)
	}
	if !slices.Equal(left, []string{"7in5"}) {
		t.Errorf("left are %q", left)
	}
	test.Tap(cardButton(t, w, "7in5", "Use for all signs"))
	if got := f.policies[len(f.policies)-1]; got.Design != sign.Custom || got.Template != "7in5" {
		t.Errorf("set %+v", got)
	}
}

// A template that can't be drawn is not shown with the picture of the one before.
func TestAnotherTemplateBeginsWithoutAPicture(t *testing.T) {
	f := withTemplate(t)
	p, w := open(t, f, func(c *designs.Config) {
		c.ChooseFile = func(_ []string, done func(string, []byte, error)) { done("broken.json", []byte("bad"), nil) }
	})
	p.Edit("Foyer")
	if apptest.Shows(w, "No preview") {
		t.Fatalf("the template is not drawn: %q", apptest.Texts(w))
	}
	p.Gallery()
	p.Import()
	if source(t, w).Text != "bad" || !apptest.Shows(w, "No preview") {
		t.Errorf("shows a picture of another template: %q", apptest.Texts(w))
	}
}
