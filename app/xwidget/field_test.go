package xwidget_test

import (
	"errors"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/xwidget"
)

// field takes any text but "wrong" and nothing, and finds "odd" odd.
func field(text string, changed func()) *xwidget.Field {
	f := xwidget.NewField(xwidget.FieldConfig{
		Name: "Name", Hint: "Hint", Entry: xwidget.NewEntry(), Changed: changed,
		Check: func(s string) error {
			switch s {
			case "":
				return errors.New("it is needed")
			case "wrong":
				return errors.New("it is wrong")
			}
			return nil
		},
		Doubt: func(s string) string {
			if s == "odd" {
				return "it is odd"
			}
			return ""
		},
	})
	f.SetText(text)
	return f
}

func TestAFieldJudgesWhatIsTyped(t *testing.T) {
	test.NewTempApp(t)
	changes := 0
	f := field("", func() { changes++ })
	w := test.NewTempWindow(t, f)
	w.Resize(fyne.NewSize(300, 200))
	shows := func(want ...string) {
		t.Helper()
		got := apptest.Texts(w)[1:] // without the name
		if !slices.Equal(got, want) {
			t.Errorf("shows %q, want %q", got, want)
		}
	}
	shows("Hint")
	if f.Judge(false) == nil || f.Right() {
		t.Error("an empty field is right")
	}
	shows("Hint") // nobody is told off before they begin
	if f.Judge(true) == nil {
		t.Error("a person goes on with an empty field")
	}
	shows("it is needed")
	test.Type(f.Entry(), " wrong ")
	shows("it is wrong")
	if changes != 7 || f.Text() != "wrong" {
		t.Errorf("%d changes, text %q", changes, f.Text())
	}
	f.SetText("odd")
	shows("it is odd")
	if f.Judge(true) != nil || f.Right() {
		t.Error("what is odd is neither wrong nor beyond doubt")
	}
	f.SetText("right")
	shows("Hint")
	if !f.Right() || changes != 7 {
		t.Errorf("right %v, %d changes by the program", f.Right(), changes-7)
	}
	f.SetHint("Another")
	shows("Another")
}

func TestAChoiceIsTakenByMouseAndKeyboard(t *testing.T) {
	test.NewTempApp(t)
	taken := 0
	c := xwidget.NewChoice("One", xwidget.NewParagraph("means this"), func() { taken++ })
	w := test.NewTempWindow(t, c)
	w.Resize(fyne.NewSize(300, 120))
	test.TapCanvas(w.Canvas(), fyne.NewPos(150, 60)) // wherever a person clicks
	w.Canvas().Focus(c)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyA} {
		c.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if taken != 3 || c.Selected() {
		t.Errorf("taken %d times, selected %v by itself", taken, c.Selected())
	}
}

func TestCommandsAreCopiedAsGiven(t *testing.T) {
	a := test.NewTempApp(t)
	c := xwidget.NewCommands("old")
	w := test.NewTempWindow(t, c)
	c.SetText("one  two\nthree")
	test.Tap(apptest.Find[*widget.Button](w, "Copy"))
	if got := a.Clipboard().Content(); got != "one  two\nthree" {
		t.Errorf("copied %q", got)
	}
}

// A step that is locked is out of reach for the keyboard too.
func TestStepsAreGoneToUnlessLocked(t *testing.T) {
	test.NewTempApp(t)
	var went []int
	l := xwidget.NewSteps(func(i int) { went = append(went, i) })
	l.AddGroup("Group")
	l.Add("a")
	l.Add("b")
	l.Add("c")
	l.Set([]xwidget.Step{{}, {Locked: true}, {}}, 0)
	w := test.NewTempWindow(t, l)
	for range 3 {
		test.FocusNext(w.Canvas())
		if f := w.Canvas().Focused(); f != nil {
			f.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
		}
	}
	if !slices.Equal(went, []int{0, 2, 0}) {
		t.Errorf("went to %v", went)
	}
}

func TestScaledKeepsProportions(t *testing.T) {
	test.NewTempApp(t)
	r := canvas.NewRectangle(nil)
	r.SetMinSize(fyne.NewSize(400, 100))
	for width, want := range map[float32]fyne.Size{200: {Width: 200, Height: 50}, 400: {Width: 400, Height: 100}, 900: {Width: 600, Height: 150}} {
		c := xwidget.Scaled(r, 1.5)
		test.NewTempWindow(t, container.NewVBox(c))
		c.Resize(fyne.NewSize(width, 500))
		if r.Size() != want || c.MinSize() != fyne.NewSize(0, want.Height) {
			t.Errorf("in %v: %v, asks for %v", width, r.Size(), c.MinSize())
		}
	}
}
