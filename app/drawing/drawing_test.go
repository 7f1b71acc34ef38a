package drawing_test

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/theme"
	"github.com/roomink/roomink/engine"
)

var update = flag.Bool("update", false, "write the masters anew")

var permissions = []engine.Permission{
	{Name: "User.Read", Mode: engine.Delegated},
	{Name: "Calendars.Read", Mode: engine.Delegated},
	{Name: "Calendars.ReadWrite.Shared", Mode: engine.Delegated, Optional: true},
	{Name: "Place.Read.All", Mode: engine.Application, AdminConsent: true, Optional: true},
}

const longURI = "http://localhost/a/path/that/somebody/chose/and/that/is/long"

func scenes() map[string]drawing.Scene {
	delegated, application := drawing.TwoWays()
	return map[string]drawing.Scene{
		"portal": drawing.Portal(), "name": drawing.NameAndTypes(false), "name-multi": drawing.NameAndTypes(true),
		"redirect": drawing.Redirect(false, "http://localhost/roomink"), "redirect-public": drawing.Redirect(true, "http://localhost/roomink"),
		"redirect-long": drawing.Redirect(true, longURI),
		"ids":           drawing.IDs(), "secret": drawing.Secret(), "permissions": drawing.Permissions(permissions),
		"permissions-none": drawing.Permissions(nil), "delegated": delegated, "application": application,
	}
}

// Masters are the scenes as SVG, which is all that a scene holds.
func TestScenes(t *testing.T) {
	test.NewTempApp(t)
	apptest.In(t, "en", "../translations")
	for name, s := range scenes() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", name+".svg")
			got := s.SVG() + "\n"
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("other than %s:\n%s", path, diff)
			}
		})
	}
}

func TestSVGIsWellFormed(t *testing.T) {
	test.NewTempApp(t)
	all := scenes()
	all["hostile"] = drawing.Redirect(false, `"/><script>&amp;</script>`)
	for name, s := range all {
		texts := 0
		for dec := xml.NewDecoder(strings.NewReader(s.SVG())); ; {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if e, ok := token.(xml.StartElement); ok {
				switch e.Name.Local {
				case "text":
					texts++
				case "svg", "rect", "line", "circle":
				default:
					t.Errorf("%s: element %s", name, e.Name.Local)
				}
			}
		}
		if texts < 2 {
			t.Errorf("%s has %d texts", name, texts)
		}
	}
}

func TestEveryPictureIsSaidInWords(t *testing.T) {
	test.NewTempApp(t)
	for name, s := range scenes() {
		if len(s.Alt()) < 40 || !strings.HasSuffix(s.Alt(), ".") {
			t.Errorf("%s: %q is no sentence", name, s.Alt())
		}
	}
	if alt := drawing.Redirect(true, longURI).Alt(); !strings.Contains(alt, longURI) {
		t.Errorf("%q does not say the whole address", alt)
	}
}

func TestThePictureShowsWhatWasChosen(t *testing.T) {
	test.NewTempApp(t)
	words := func(s drawing.Scene) (list []string) {
		for _, o := range objects(s, s.Size()) {
			if text, ok := o.(*canvas.Text); ok {
				list = append(list, text.Text)
			}
		}
		return list
	}
	for _, c := range []struct {
		scene drawing.Scene
		want  []string
	}{
		{drawing.Redirect(false, "http://localhost/x"), []string{"Web", "http://localhost/x"}},
		{drawing.Redirect(true, "http://localhost/x"), []string{"Public client/native (mobile & desktop)"}},
		{drawing.Permissions(permissions), []string{"Microsoft Graph (4)", "Place.Read.All", "Delegated", "Application", "Yes", "No", "optional"}},
		{drawing.Secret(), []string{"Description", "Expires", "Value", "Secret ID"}},
		{drawing.IDs(), []string{"Application (client) ID", "Directory (tenant) ID", "Object ID", "not needed"}},
	} {
		got := "\n" + strings.Join(words(c.scene), "\n") + "\n"
		for _, want := range c.want {
			if !strings.Contains(got, "\n"+want+"\n") {
				t.Errorf("no %q in %q", want, got)
			}
		}
	}
}

// objects draws s in a place of the given size.
func objects(s drawing.Scene, size fyne.Size) []fyne.CanvasObject {
	o := s.Object().(fyne.Widget)
	o.Resize(size)
	return test.WidgetRenderer(o).Objects()
}

func TestPictureGrowsInProportion(t *testing.T) {
	test.NewTempApp(t)
	s := drawing.Secret()
	if got := s.Object().MinSize(); got != s.Size() {
		t.Errorf("least size %v of a scene of %v", got, s.Size())
	}
	frame := func(w, h float32) fyne.Size { return objects(s, fyne.NewSize(w, h))[0].Size() }
	full := frame(s.Size().Width, s.Size().Height)
	for _, c := range []struct{ w, h, scale float32 }{
		{s.Size().Width * 1.2, 2000, 1.2}, {2000, s.Size().Height * 1.2, 1.2}, {5000, 5000, 1.4}, {s.Size().Width / 2, 2000, 0.5},
	} {
		got, want := frame(c.w, c.h), fyne.NewSize(full.Width*c.scale, full.Height*c.scale)
		if abs(got.Width-want.Width) > 0.1 || abs(got.Height-want.Height) > 0.1 {
			t.Errorf("in %v × %v the page is %v, want %v", c.w, c.h, got, want)
		}
	}
}

func abs(v float32) float32 { return max(v, -v) }

func TestPictureFollowsTheTheme(t *testing.T) {
	a := test.NewTempApp(t)
	o := drawing.IDs().Object()
	w := test.NewTempWindow(t, o)
	for _, dark := range []bool{false, true} {
		th := theme.Forced(dark)
		a.Settings().SetTheme(th)
		w.Content().Refresh()
		page := test.WidgetRenderer(o.(fyne.Widget)).Objects()[0].(*canvas.Rectangle)
		if want := th.Color(fynetheme.ColorNameOverlayBackground, 0); page.FillColor != want {
			t.Errorf("dark %v: the page is %v, want %v", dark, page.FillColor, want)
		}
	}
}
