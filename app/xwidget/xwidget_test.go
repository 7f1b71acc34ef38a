package xwidget_test

import (
	"flag"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/xwidget"
)

var update = flag.Bool("update", false, "write the masters of the markup anew")

// Masters are in testdata; what differs from one is written to testdata/failed.
func TestMarkup(t *testing.T) {
	pixel := image.NewGray(image.Rect(0, 0, 8, 4))
	nav := func() fyne.CanvasObject {
		n := xwidget.NewNav(func(int) {})
		n.Add(theme.HomeIcon(), "Home")
		n.Add(theme.ListIcon(), "List")
		n.Select(1)
		n.SetBadge(0, 3)
		return n
	}
	bezel := func(p image.Image) fyne.CanvasObject {
		b := xwidget.NewBezel(fyne.NewSize(120, 80))
		b.SetEmpty(400, 300, "Empty")
		b.SetPicture(p)
		return b
	}
	table := func() fyne.CanvasObject {
		rows := [][]string{{"a", "1"}, {"b", "2"}}
		t := xwidget.NewTable(xwidget.TableConfig{
			Columns: []xwidget.TableColumn{{Title: "Name", Width: xwidget.Column{Min: 40, Share: 1}, Sortable: true}, {Title: "N", Width: xwidget.Column{Min: 20}}},
			Length:  func() int { return len(rows) },
			NewCell: func(int) fyne.CanvasObject { return xwidget.NewText("") },
			Bind:    func(r, c int, o fyne.CanvasObject) { o.(*xwidget.Text).SetText(rows[r][c]) },
			OnSort:  func(int, bool) {},
		})
		t.SortBy(0)
		return xwidget.Fixed(t, 200, 140)
	}
	for _, c := range []struct {
		name string
		make func() fyne.CanvasObject
	}{
		{"text", func() fyne.CanvasObject { return xwidget.NewWhole("Words") }},
		{"facts", func() fyne.CanvasObject {
			f := xwidget.NewFacts()
			f.Set(xwidget.Fact{Name: "Seats", Value: "6"}, xwidget.Fact{Name: "Unknown"}, xwidget.Fact{Name: "Building", Value: "Main"})
			return xwidget.Fixed(f, 200, 0)
		}},
		{"commands-narrow", func() fyne.CanvasObject { return xwidget.NewCommands("Get-Mailbox").Narrow() }},
		{"explanation-narrow", func() fyne.CanvasObject {
			return xwidget.NewExplanation(xwidget.Warn, xwidget.Words{Title: "T", Details: "D"}, nil).Narrow()
		}},
		{"card", func() fyne.CanvasObject { return xwidget.NewCard(widget.NewLabel("in a card")) }},
		{"status", func() fyne.CanvasObject { return xwidget.NewWholeStatus(xwidget.Warn, "Careful") }},
		{"explanation", func() fyne.CanvasObject {
			return xwidget.NewExplanation(xwidget.Bad, xwidget.Words{Title: "Title", Text: "Text", Remedy: "Remedy", Details: "D"}, func() {})
		}},
		{"explanation-short", func() fyne.CanvasObject {
			return xwidget.NewExplanation(xwidget.Info, xwidget.Words{Title: "Title"}, nil)
		}},
		{"empty", func() fyne.CanvasObject {
			return xwidget.NewEmptyState(theme.HomeIcon(), "Nothing", "Do this.", "Do", func() {})
		}},
		{"copyable", func() fyne.CanvasObject { return xwidget.NewCopyable("http://localhost") }},
		{"copyable-compact", func() fyne.CanvasObject { return xwidget.NewCompactCopyable("User.Read") }},
		{"commands", func() fyne.CanvasObject { return xwidget.NewCommands("one\ntwo") }},
		{"explanation-action", func() fyne.CanvasObject {
			e := xwidget.NewExplanation(xwidget.Bad, xwidget.Words{Title: "Title", Details: "D"}, nil)
			e.SetAction("Do", theme.HomeIcon(), func() {})
			return e
		}},
		{"choice", func() fyne.CanvasObject {
			c := xwidget.NewChoice("One", xwidget.NewParagraph("means this"), func() {})
			c.Select(true)
			return c
		}},
		{"field", func() fyne.CanvasObject { return field("", nil) }},
		{"field-right", func() fyne.CanvasObject { return field("right", nil) }},
		{"field-wrong", func() fyne.CanvasObject { return field("wrong", nil) }},
		{"field-odd", func() fyne.CanvasObject { return field("odd", nil) }},
		{"steps", func() fyne.CanvasObject {
			l := xwidget.NewSteps(func(int) {})
			l.AddGroup("Group")
			for _, title := range []string{"Done", "Now", "Hidden", "Wrong", "Later"} {
				l.Add(title)
			}
			l.Set([]xwidget.Step{{Tone: xwidget.Good}, {}, {Hidden: true}, {Tone: xwidget.Warn}, {Locked: true}}, 1)
			return l
		}},
		{"nav", nav},
		{"bezel", func() fyne.CanvasObject { return bezel(pixel) }},
		{"bezel-empty", func() fyne.CanvasObject { return bezel(nil) }},
		{"table", table},
	} {
		t.Run(c.name, func(t *testing.T) {
			test.NewTempApp(t)
			test.ApplyTheme(t, test.Theme())
			w := test.NewTempWindow(t, c.make())
			w.SetPadded(false)
			for range 2 { // wrapped text knows its height only once it has its width
				w.Resize(fyne.NewSize(420, w.Content().MinSize().Height))
			}
			if *update {
				if err := os.WriteFile(filepath.Join("testdata", c.name+".xml"), []byte(test.RenderToMarkup(w.Canvas())), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			test.AssertRendersToMarkup(t, c.name+".xml", w.Canvas())
		})
	}
}

func TestTextIsCutToItsPlace(t *testing.T) {
	test.NewTempApp(t)
	line := xwidget.NewText("A line that is longer than its place")
	test.NewTempWindow(t, container.NewWithoutLayout(line))
	drawn := func() string {
		return test.WidgetRenderer(line).Objects()[0].(*canvas.Text).Text
	}
	line.Resize(fyne.NewSize(1000, 20))
	if drawn() != line.Text {
		t.Errorf("drawn %q with ample room", drawn())
	}
	for _, width := range []float32{200, 100, 50, 20} {
		line.Resize(fyne.NewSize(width, 20))
		got := drawn()
		if !strings.HasSuffix(got, "…") || !strings.HasPrefix(line.Text, strings.TrimSuffix(got, "…")) {
			t.Errorf("in %v units: %q", width, got)
		}
		if w := fyne.MeasureText(got, theme.TextSize(), fyne.TextStyle{}).Width; w > width && got != "…" {
			t.Errorf("%q is %v units wide in a place of %v", got, w, width)
		}
	}
	if line.MinSize().Width > 30 {
		t.Errorf("a line that may be cut asks for %v units", line.MinSize().Width)
	}
	line.Whole = true
	line.Refresh()
	if line.MinSize().Width < 200 || drawn() != line.Text {
		t.Errorf("a whole line is %q of %v units", drawn(), line.MinSize().Width)
	}
}

func TestColumnsShareOutWhatIsLeft(t *testing.T) {
	objects := []fyne.CanvasObject{canvas.NewRectangle(nil), canvas.NewRectangle(nil), canvas.NewRectangle(nil)}
	layout := xwidget.Columns{Cols: []xwidget.Column{{Min: 10}, {Min: 20, Share: 1}, {Min: 30, Share: 3}}, Gap: 5}
	if got := layout.MinSize(objects).Width; got != 70 {
		t.Errorf("least width %v, want 70", got)
	}
	layout.Layout(objects, fyne.NewSize(110, 7))
	var got []float32
	for _, o := range objects {
		got = append(got, o.Position().X, o.Size().Width)
	}
	if want := []float32{0, 10, 15, 30, 50, 60}; !slices.Equal(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
	layout.Layout(objects, fyne.NewSize(40, 7)) // too narrow: nothing shrinks below its least
	if got := objects[2].Size().Width; got != 30 {
		t.Errorf("width %v in too little room", got)
	}
}

func TestBezelKeepsTheProportionsOfItsGlass(t *testing.T) {
	test.NewTempApp(t)
	b := xwidget.NewBezel(fyne.NewSize(100, 80))
	test.NewTempWindow(t, b)
	for _, p := range []image.Image{image.NewGray(image.Rect(0, 0, 800, 480)), image.NewGray(image.Rect(0, 0, 480, 800)), image.NewGray(image.Rect(0, 0, 1, 1))} {
		b.SetPicture(p)
		for _, size := range []fyne.Size{{Width: 300, Height: 200}, {Width: 100, Height: 400}, {Width: 500, Height: 90}} {
			b.Resize(size)
			for _, o := range test.WidgetRenderer(b).Objects() {
				if o.Position().X < 0 || o.Position().Y < 0 || o.Position().X+o.Size().Width > size.Width+0.1 || o.Position().Y+o.Size().Height > size.Height+0.1 {
					t.Errorf("%T sticks out of %v: %v %v", o, size, o.Position(), o.Size())
				}
				if i, ok := o.(*canvas.Image); ok {
					want := float32(p.Bounds().Dx()) / float32(p.Bounds().Dy())
					if got := i.Size().Width / i.Size().Height; got < want*0.99 || got > want*1.01 {
						t.Errorf("in %v the glass is %v, want %v", size, got, want)
					}
				}
			}
		}
	}
	b.SetPicture(nil) // keeps what is there
	if b.Picture() == nil {
		t.Error("the picture is gone")
	}
}

func TestNavIsUsableByKeyboard(t *testing.T) {
	test.NewTempApp(t)
	var chosen []int
	n := xwidget.NewNav(func(i int) { chosen = append(chosen, i) })
	n.Add(theme.HomeIcon(), "A")
	n.Add(theme.ListIcon(), "B")
	w := test.NewTempWindow(t, n)
	test.FocusNext(w.Canvas())
	test.FocusNext(w.Canvas())
	f := w.Canvas().Focused()
	if f == nil {
		t.Fatal("nothing takes the focus")
	}
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyA})
	if !slices.Equal(chosen, []int{1, 1}) {
		t.Errorf("chosen %v", chosen)
	}
	n.Select(0)
	if len(chosen) != 2 {
		t.Error("selecting by program calls back")
	}
}

func TestTableSortsAndSelects(t *testing.T) {
	test.NewTempApp(t)
	var sorted []bool
	var chosen []int
	table := xwidget.NewTable(xwidget.TableConfig{
		Columns:  []xwidget.TableColumn{{Title: "A", Width: xwidget.Column{Min: 50}, Sortable: true}},
		Length:   func() int { return 3 },
		NewCell:  func(int) fyne.CanvasObject { return xwidget.NewText("") },
		Bind:     func(int, int, fyne.CanvasObject) {},
		OnSort:   func(_ int, down bool) { sorted = append(sorted, down) },
		OnSelect: func(row int) { chosen = append(chosen, row) },
	})
	test.NewTempWindow(t, table).Resize(fyne.NewSize(200, 200))
	table.SortBy(0)
	table.SortBy(0)
	table.SortBy(0)
	if !slices.Equal(sorted, []bool{false, true, false}) {
		t.Errorf("sorted %v", sorted)
	}
	table.Select(1)
	table.Tap(2)
	table.Select(-1)
	if !slices.Equal(chosen, []int{2}) {
		t.Errorf("chosen %v: only a person's choice is told", chosen)
	}
}

func TestExplanationCanBePutAway(t *testing.T) {
	test.NewTempApp(t)
	away, acted := 0, 0
	e := xwidget.NewExplanation(xwidget.Bad, xwidget.Words{Title: "T"}, func() { away++ })
	e.SetAction("More", theme.MenuDropDownIcon(), func() { acted++ })
	w := test.NewTempWindow(t, e)
	w.Resize(fyne.NewSize(400, 100))
	var buttons []*widget.Button
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *widget.Button:
			if x.Visible() {
				buttons = append(buttons, x)
			}
		case *fyne.Container:
			for _, c := range x.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(x).Objects() {
				walk(c)
			}
		}
	}
	walk(e)
	if len(buttons) != 2 {
		t.Fatalf("%d buttons, want the action and the one that puts away", len(buttons))
	}
	for _, b := range buttons {
		test.Tap(b)
	}
	if away != 1 || acted != 1 {
		t.Errorf("put away %d times, acted %d times", away, acted)
	}
}
