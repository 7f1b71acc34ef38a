package designs_test

import (
	"flag"
	"image"
	"os"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/designs"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/internal/signtest"
)

var shots = flag.String("shots", "", "write pictures of the page to this folder")

// drawer draws real signs, those of saved templates by the starter.
func drawer(t *testing.T) signtest.Draw {
	starter, err := os.ReadFile("starter.json")
	if err != nil {
		t.Fatal(err)
	}
	draw := signtest.New(t, apptest.Noon)
	return func(s engine.Snapshot, r engine.PreviewRequest) (engine.Preview, error) {
		if r.Policy.Design == sign.Custom && r.Template == nil {
			r.Template = starter
		}
		return draw(s, r)
	}
}

// scenes are the states worth looking at.
func scenes() map[string]func(*testing.T) (*designs.Page, fyne.Window) {
	at := func(change func(*engine.Snapshot), then func(*designs.Page, fyne.Window)) func(*testing.T) (*designs.Page, fyne.Window) {
		return func(t *testing.T) (*designs.Page, fyne.Window) {
			s := apptest.Snapshot(apptest.Noon)
			if change != nil {
				change(&s)
			}
			e := apptest.NewEngine(s, s)
			e.Draw = drawer(t)
			p, w := open(t, e, nil)
			if then != nil {
				then(p, w)
			}
			return p, w
		}
	}
	templates := func(s *engine.Snapshot) {
		s.Designs.Templates = []engine.Template{
			{Name: "Foyer", Size: image.Pt(800, 480), Problems: apptest.CheckTemplate([]byte("odd\nodd"))},
			{Name: "Reception desk", Size: image.Pt(400, 300)}}
		s.Designs.PictureHosts = []string{"pictures.contoso.com"}
		agenda := sign.Agenda
		s.Rooms[0].Override.Design = &agenda
	}
	bottom := func(p *designs.Page, w fyne.Window) { p.Scroll(1) }
	return map[string]func(*testing.T) (*designs.Page, fyne.Window){
		"1-gallery": at(nil, nil),
		"2-spectra": at(nil, func(p *designs.Page, w fyne.Window) {
			panels(w).SetSelectedIndex(len(panels(w).Options) - 1)
			slider(w).SetValue(9 * 60)
		}),
		"3-small":     at(nil, func(p *designs.Page, w fyne.Window) { panels(w).SetSelectedIndex(2) }),
		"4-templates": at(templates, bottom),
		"5-large":     at(templates, func(p *designs.Page, w fyne.Window) { p.Enlarge(designs.Look{Design: sign.Timeline}) }),
		"6-editor":    at(templates, func(p *designs.Page, w fyne.Window) { p.NewTemplate() }),
		"7-errors": at(templates, func(p *designs.Page, w fyne.Window) {
			p.NewTemplate()
			e := apptest.Entries(w)
			source := e[0]
			for _, x := range e {
				if x.MultiLine {
					source = x
				}
			}
			source.SetText(source.Text[:200] + "odd\n" + source.Text[200:700] + "bad\n" + source.Text[700:])
		}),
		"8-none": at(func(s *engine.Snapshot) { *s = apptest.Fresh(apptest.Noon); s.Displays = nil }, nil),
	}
}

// The page fits into the smallest window that is promised.
func TestPageFits(t *testing.T) {
	apptest.Speak(t, "../translations")
	for name, scene := range scenes() {
		t.Run(name, func(t *testing.T) {
			p, w := scene(t)
			if width := p.Content().MinSize().Width; width > apptest.NarrowestPage {
				t.Errorf("needs %v units", width)
			}
			if *shots != "" {
				apptest.Picture(t, w, p.Content(), *shots, name)
			}
		})
	}
}

func open(t *testing.T, e designs.Engine, change func(*designs.Config)) (*designs.Page, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	w := test.NewTempWindow(t, nil)
	c := designs.Config{Engine: e, Hub: command.Inline(t.Context(), apptest.Explain), Window: w, Now: func() time.Time { return apptest.Noon }}
	if change != nil {
		change(&c)
	}
	p := designs.New(c)
	w.SetContent(p.Content())
	w.Resize(fyne.NewSize(1000, 900))
	if s, ok := e.(interface{ Snapshot() engine.Snapshot }); ok {
		p.Prepare(s.Snapshot())()
	}
	return p, w
}

// selects are the lists of the bar: rooms, then panels.
func selects(w fyne.Window) (list []*widget.Select) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if s, ok := o.(*widget.Select); ok {
			list = append(list, s)
		}
	})
	return list
}

func panels(w fyne.Window) *widget.Select { return selects(w)[1] }

func slider(w fyne.Window) (found *widget.Slider) {
	apptest.Walk(w, func(o fyne.CanvasObject) {
		if s, ok := o.(*widget.Slider); ok && found == nil {
			found = s
		}
	})
	return found
}
