package policy_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/policy"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

func form(t *testing.T, room bool) (*policy.Form, fyne.Window, *int) {
	t.Helper()
	test.NewTempApp(t)
	changes := new(int)
	f := policy.NewForm(policy.Config{Languages: apptest.Languages(), Changed: func() { *changes++ }, Room: room})
	f.SetTemplates([]engine.Template{{Name: "Foyer"}})
	w := test.NewTempWindow(t, container.NewVScroll(f.Object()))
	w.Resize(fyne.NewSize(600, 3000))
	return f, w, changes
}

func all[T fyne.CanvasObject](w fyne.Window, fits func(T) bool) (list []T) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if x, ok := o.(T); ok && fits(x) {
			list = append(list, x)
		}
	})
	return list
}

func choose(t *testing.T, w fyne.Window, from, to string) {
	t.Helper()
	s := apptest.Find[*widget.Select](w, from)
	if s == nil || !slices.Contains(s.Options, to) {
		t.Fatalf("no list shows %q and offers %q", from, to)
	}
	s.SetSelected(to)
}

func radio(t *testing.T, w fyne.Window, option string) {
	t.Helper()
	list := all(w, func(r *widget.RadioGroup) bool { return slices.Contains(r.Options, option) })
	if len(list) != 1 {
		t.Fatalf("%d groups offer %q", len(list), option)
	}
	list[0].SetSelected(option)
}

func check(t *testing.T, w fyne.Window, label string, on bool) {
	t.Helper()
	c := apptest.Find[*widget.Check](w, label)
	if c == nil {
		t.Fatalf("there is no %q", label)
	}
	c.SetChecked(on)
}

func entry(t *testing.T, w fyne.Window, placeholder, text string) {
	t.Helper()
	for _, e := range apptest.Entries(w) {
		if e.PlaceHolder == placeholder {
			e.SetText(text)
			return
		}
	}
	t.Fatalf("there is no entry with %q", placeholder)
}

const (
	addressHolder = "https://book.example.com/?room={room}"
	textHolder    = "Please leave the room tidy"
)

// changes are what a person can do to each field of a policy, with what it makes of the
// default one.
var changes = []struct {
	name   string // of the decision
	do     func(*testing.T, fyne.Window)
	expect func(*sign.Policy)
}{
	{"Design", func(t *testing.T, w fyne.Window) { choose(t, w, "Status", "Foyer") }, func(p *sign.Policy) { p.Design, p.Template = sign.Custom, "Foyer" }},
	{"Design", func(t *testing.T, w fyne.Window) { choose(t, w, "Status", "Timeline") }, func(p *sign.Policy) { p.Design = sign.Timeline }},
	{"What is shown", func(t *testing.T, w fyne.Window) { check(t, w, "Building and floor", false) }, func(p *sign.Policy) { p.Show.Place = false }},
	{"What is shown", func(t *testing.T, w fyne.Window) { check(t, w, "Seats", false) }, func(p *sign.Policy) { p.Show.Seats = false }},
	{"What is shown", func(t *testing.T, w fyne.Window) { check(t, w, "Equipment", true) }, func(p *sign.Policy) { p.Show.Equipment = true }},
	{"What is shown", func(t *testing.T, w fyne.Window) { check(t, w, "Organiser", false) }, func(p *sign.Policy) { p.Show.Organizer = false }},
	{"What is shown", func(t *testing.T, w fyne.Window) { check(t, w, "Next meetings", false) }, func(p *sign.Policy) { p.Show.Next = false }},
	{"What is shown", func(t *testing.T, w fyne.Window) { check(t, w, "The day as a bar", false) }, func(p *sign.Policy) { p.Show.Timeline = false }},
	{"Logo", func(t *testing.T, w fyne.Window) { check(t, w, "Show the organisation's logo", false) }, func(p *sign.Policy) { p.Logo = false }},
	{"Privacy", func(t *testing.T, w fyne.Window) { radio(t, w, "The organiser alone") }, func(p *sign.Policy) { p.Privacy = sign.Organizer }},
	{"Announce start and end", func(t *testing.T, w fyne.Window) { choose(t, w, "Not at all", "10 minutes before") }, func(p *sign.Policy) { p.Soon = 10 * time.Minute }},
	{"Language", func(t *testing.T, w fyne.Window) { choose(t, w, "English", "العربية (ar)") }, func(p *sign.Policy) { p.Language = "ar" }},
	{"Clock", func(t *testing.T, w fyne.Window) { radio(t, w, "2:30 PM") }, func(p *sign.Policy) { p.Hours12 = true }},
	{"The week begins on", func(t *testing.T, w fyne.Window) { choose(t, w, "Monday", "Sunday") }, func(p *sign.Policy) { p.WeekStart = time.Sunday }},
	{"Working days", func(t *testing.T, w fyne.Window) {
		test.Tap(apptest.Find[*widget.Button](w, "Sa"))
		test.Tap(apptest.Find[*widget.Button](w, "Mo"))
	}, func(p *sign.Policy) {
		p.WorkDays = sign.MondayToFriday.With(time.Monday, false).With(time.Saturday, true)
	}},
	{"Working hours", func(t *testing.T, w fyne.Window) { choose(t, w, "08:00", "07:30") }, func(p *sign.Policy) { p.WorkFrom = 450 }},
	{"Working hours", func(t *testing.T, w fyne.Window) { choose(t, w, "18:00", "24:00") }, func(p *sign.Policy) { p.WorkTo = 1440 }},
	{"Working hours", func(t *testing.T, w fyne.Window) { choose(t, w, "08:00", "20:00") }, func(p *sign.Policy) { p.WorkFrom, p.WorkTo = 1200, 1260 }},
	{"Outside working hours", func(t *testing.T, w fyne.Window) { radio(t, w, "Say that the room is closed") }, func(p *sign.Policy) { p.Outside = sign.SayShut }},
	{"QR code", func(t *testing.T, w fyne.Window) { radio(t, w, "Book this room in Outlook") }, func(p *sign.Policy) { p.Code = sign.OutlookCode }},
	{"QR code", func(t *testing.T, w fyne.Window) {
		radio(t, w, "An address of your own")
		entry(t, w, addressHolder, " https://a.example/{room} ")
	}, func(p *sign.Policy) { p.Code, p.CodeAddress = sign.AddressCode, "https://a.example/{room}" }},
	{"Free text", func(t *testing.T, w fyne.Window) { entry(t, w, textHolder, "No food ") }, func(p *sign.Policy) { p.Text = "No food" }},
	{"Out of date after", func(t *testing.T, w fyne.Window) { choose(t, w, "15 minutes", "2 hours") }, func(p *sign.Policy) { p.StaleAfter = 2 * time.Hour }},
}

// Every field of a policy can be changed, each alone, and comes back as it was given.
func TestEveryFieldCanBeChanged(t *testing.T) {
	touched := make(map[string]bool)
	f, w, told := form(t, false)
	for _, c := range changes {
		f.SetPolicy(sign.DefaultPolicy())
		*told = 0
		c.do(t, w)
		want := sign.DefaultPolicy()
		c.expect(&want)
		if got := f.Policy(); got != want {
			t.Errorf("%s: the form says\n%+v, want\n%+v", c.name, got, want)
		}
		if *told == 0 {
			t.Errorf("%s: nobody was told", c.name)
		}
		before := *told
		f.SetPolicy(sign.DefaultPolicy())
		f.SetPolicy(want)
		if got := f.Policy(); got != want || *told != before {
			t.Errorf("%s: shown, the policy reads\n%+v, want\n%+v (told %d times)", c.name, got, want, *told-before)
		}
		a, b := reflect.ValueOf(want), reflect.ValueOf(sign.DefaultPolicy())
		for i := range a.NumField() {
			if !a.Field(i).Equal(b.Field(i)) {
				touched[a.Type().Field(i).Name] = true
			}
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[sign.Policy]()) {
		if !touched[field.Name] {
			t.Errorf("no change of %s is offered", field.Name)
		}
	}
}

// untie has a room decide something for itself, or follow the organisation again.
func untie(t *testing.T, w fyne.Window, name string, follow bool) {
	t.Helper()
	var last string
	found := false
	apptest.Walk(w, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *xwidget.Text:
			last = x.Text
		case *widget.Check:
			if x.Text == "As everywhere" && last == name {
				found = true
				x.SetChecked(follow)
			}
		}
	})
	if !found {
		t.Fatalf("%q can't be untied", name)
	}
}

// What a room decides for itself is in its override, and nothing else is.
func TestARoomDecidesOneThing(t *testing.T) {
	f, w, _ := form(t, true)
	for _, c := range changes {
		f.SetOverride(sign.DefaultPolicy(), sign.Override{})
		if !f.Override().Empty() {
			t.Fatalf("a room that does as everywhere has %+v", f.Override())
		}
		untie(t, w, c.name, false)
		if list := policy.Differences(f.Override(), sign.DefaultPolicy(), apptest.Languages()); len(list) != 1 || list[0].Name != c.name {
			t.Errorf("%s: untied, the room differs in %v", c.name, list)
		}
		c.do(t, w)
		want := sign.DefaultPolicy()
		c.expect(&want)
		o := f.Override()
		if got := o.Apply(sign.DefaultPolicy()); got != want || f.Policy() != want {
			t.Errorf("%s: the room's policy is\n%+v, want\n%+v", c.name, got, want)
		}
		other := sign.Policy{Language: "fr", StaleAfter: time.Hour, Design: sign.Agenda, Text: "x"}
		f.SetOverride(other, o)
		if got := f.Override(); !policy.Same(got, o) {
			t.Errorf("%s: under another policy the override reads %+v, want %+v", c.name, got, o)
		}
		untie(t, w, c.name, true)
		if !f.Override().Empty() || f.Policy() != other {
			t.Errorf("%s: tied again, it reads %+v", c.name, f.Override())
		}
	}
}

func TestWhatARoomDoesAsEverywhereCantBeTouched(t *testing.T) {
	_, w, _ := form(t, true)
	s := apptest.Find[*widget.Select](w, "English")
	if !s.Disabled() {
		t.Error("the language can be chosen while the room follows")
	}
	untie(t, w, "Language", false)
	if s.Disabled() {
		t.Error("the language can't be chosen")
	}
}

// An odd value that is in force joins the choice, and showing it changes nothing.
func TestAnUncommonPolicyIsShownAsItIs(t *testing.T) {
	odd := sign.Policy{Language: "xx", Privacy: sign.Masked, StaleAfter: 7 * time.Minute, Design: sign.Custom, Template: "gone",
		WeekStart: time.Wednesday, WorkFrom: 481, WorkTo: 1019, Outside: sign.SayShut, Soon: 3 * time.Minute, Code: sign.OutlookCode}
	f, w, told := form(t, false)
	f.SetPolicy(odd)
	for _, words := range []string{"xx", "7 minutes", "gone", "Wednesday", "08:01", "16:59", "3 minutes before"} {
		if !apptest.Shows(w, words) {
			t.Errorf("does not show %q but %q", words, apptest.Texts(w))
		}
	}
	check(t, w, "Seats", true)
	odd.Show.Seats = true
	if f.Policy() != odd || *told != 1 {
		t.Errorf("the form says %+v, want %+v", f.Policy(), odd)
	}
}

func TestTheAddressIsJudgedInPlace(t *testing.T) {
	f, w, _ := form(t, false)
	radio(t, w, "An address of your own")
	if f.Problem() == nil || !apptest.Shows(w, "The code needs an address") {
		t.Errorf("no address is right; shows %q", apptest.Texts(w))
	}
	entry(t, w, addressHolder, "https://a.example/{name}")
	if f.Problem() == nil || !apptest.Shows(w, "Nothing but {room} may stand in braces") {
		t.Errorf("shows %q", apptest.Texts(w))
	}
	radio(t, w, "None")
	if f.Problem() != nil {
		t.Errorf("an address that is not used is judged: %v", f.Problem())
	}
}

func TestCheckAddress(t *testing.T) {
	long := "https://a.example/"
	for range 300 {
		long += "x"
	}
	for text, right := range map[string]bool{
		"https://a.example": true, "http://10.0.0.2:8080/book?r={room}": true, "https://a.example/{room}/{room}": true,
		"": false, "a.example": false, "https://": false, "ftp://a.example": false, "https://a.example/{name}": false,
		"https://a.example/a b": false, "javascript:alert(1)": false, long: false, "https://a.example/{": false,
	} {
		if err := policy.CheckAddress(text); (err == nil) != right {
			t.Errorf("CheckAddress(%q) = %v", text, err)
		}
	}
}

// A form is as high as its rows at the first sight of it, before Fyne has laid it out
// twice.
func TestTheFormIsAsHighAtFirstAsItStays(t *testing.T) {
	test.NewTempApp(t)
	f := policy.NewForm(policy.Config{Languages: apptest.Languages(), Changed: func() {}})
	grid := func() (height float32) {
		apptest.WalkObject(f.Object(), func(o fyne.CanvasObject) {
			if c, ok := o.(*fyne.Container); ok && len(c.Objects) == 6 {
				if _, ok := c.Objects[0].(*widget.Check); ok {
					height = c.MinSize().Height
				}
			}
		})
		return height
	}
	first := grid()
	f.Object().Resize(fyne.NewSize(500, 2000))
	if now := grid(); first == 0 || now != first {
		t.Errorf("what is shown takes %v at first, then %v", first, now)
	}
}
