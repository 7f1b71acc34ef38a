package tray_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/art"
	"github.com/roomink/roomink/app/tray"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/health"
)

type desk struct {
	menus []*fyne.Menu
	icons []fyne.Resource
}

func (d *desk) SetSystemTrayMenu(m *fyne.Menu)    { d.menus = append(d.menus, m) }
func (d *desk) SetSystemTrayIcon(i fyne.Resource) { d.icons = append(d.icons, i) }
func (d *desk) SetSystemTrayWindow(fyne.Window)   {}

func labels(m *fyne.Menu) []string {
	var list []string
	for _, i := range m.Items {
		if !i.IsSeparator {
			list = append(list, i.Label)
		}
	}
	return list
}

func TestMenuFollowsTheState(t *testing.T) {
	test.NewTempApp(t)
	var did []string
	tr := tray.New(&desk{}, tray.Commands{
		Open: func() { did = append(did, "open") }, SyncNow: func() { did = append(did, "sync") },
		SetPaused: func(p bool) { did = append(did, map[bool]string{true: "pause", false: "resume"}[p]) },
		Quit:      func() { did = append(did, "quit") },
	})
	for _, c := range []struct {
		view tray.View
		want []string
	}{
		{tray.View{State: engine.InOrder}, []string{"All in order", "Open Roomink", "Sync now", "Pause updates", "Quit"}},
		{tray.View{State: engine.Attention, Problems: 1}, []string{"Needs attention – 1 problem", "Open Roomink", "Sync now", "Pause updates", "Quit"}},
		{tray.View{State: engine.Attention, Problems: 3}, []string{"Needs attention – 3 problems", "Open Roomink", "Sync now", "Pause updates", "Quit"}},
		{tray.View{State: engine.Attention, Problems: 1, Paused: true}, []string{"Needs attention – updates are paused – 1 problem", "Open Roomink", "Sync now", "Resume updates", "Quit"}},
		{tray.View{State: engine.Paused, Paused: true}, []string{"Paused", "Open Roomink", "Sync now", "Resume updates", "Quit"}},
	} {
		m := tr.Menu(c.view)
		if got := labels(m); !slices.Equal(got, c.want) {
			t.Errorf("menu of %+v is %q, want %q", c.view, got, c.want)
		}
		if last := m.Items[len(m.Items)-1]; !last.IsQuit {
			t.Error("Fyne would add a second Quit")
		}
		for _, i := range m.Items {
			if i.Action != nil {
				i.Action()
			}
		}
	}
	if want := []string{"open", "open", "sync", "pause", "quit"}; !slices.Equal(did[:5], want) {
		t.Errorf("items did %q, want %q", did[:5], want)
	}
	if did[len(did)-2] != "resume" {
		t.Errorf("a paused tray offers %q", did[len(did)-2])
	}
}

// Fyne starts a goroutine an item at every rebuild of the menu.
func TestIsRebuiltOnlyWhenItSaysSomethingElse(t *testing.T) {
	test.NewTempApp(t)
	d := &desk{}
	tr := tray.New(d, tray.Commands{})
	s := apptest.Snapshot(apptest.Noon)
	for range 3 {
		tr.Show(tray.ViewOf(s))
		s.Seq++
		s.Activity = nil
	}
	if len(d.menus) != 1 || len(d.icons) != 1 {
		t.Errorf("%d menus and %d icons for one state", len(d.menus), len(d.icons))
	}
	s.Problems = s.Problems[:1]
	tr.Show(tray.ViewOf(s))
	if len(d.menus) != 2 || len(d.icons) != 1 {
		t.Errorf("%d menus and %d icons after another count of problems", len(d.menus), len(d.icons))
	}
	s.State, s.Paused = engine.Paused, true
	tr.Show(tray.ViewOf(s))
	if len(d.icons) != 2 {
		t.Errorf("%d icons after pausing", len(d.icons))
	}
}

func TestFourIconsThatDiffer(t *testing.T) {
	test.NewTempApp(t)
	seen := map[string]engine.State{}
	for _, s := range []engine.State{engine.InOrder, engine.Working, engine.Attention, engine.Paused} {
		icon := art.Tray(s)
		if _, themed := icon.(fyne.ThemedResource); !themed {
			t.Errorf("%s: not a themed resource, which macOS needs for a template", s)
		}
		if other, ok := seen[string(icon.Content())]; ok {
			t.Errorf("%s looks like %s", s, other)
		}
		seen[string(icon.Content())] = s
	}
}

func TestTitlesAreCutToTheMenu(t *testing.T) {
	long := strings.Repeat("Ratssaal ", 30)
	v := tray.ViewOf(engine.Snapshot{Problems: []health.Problem{{Title: long}, {Title: "Short"}}})
	if n := utf8.RuneCountInString(v.Titles[0]); n > 70 || !strings.HasSuffix(v.Titles[0], "…") {
		t.Errorf("%d characters: %q", n, v.Titles[0])
	}
	if v.Titles[1] != "Short" {
		t.Errorf("%q", v.Titles[1])
	}
}
