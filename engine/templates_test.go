package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

// nameTemplate shows the room's name in a block that is for any state.
func nameTemplate(displayType, status string) []byte {
	return []byte(`{"displayType":"` + displayType + `",
"layout":[{"status":"` + status + `","items":[
{"type":"TEXT","data":{"id":"ROOM_NAME","text":"","font":"DDIN_48","block":{"x":8,"y":8,"w":280,"h":48}}}]}]}`)
}

func TestTemplates(t *testing.T) {
	good := nameTemplate("296x128", "ANY")
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should be drawn, change and go": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			usual := l.shows(displayID(0))
			must(t, e.SaveTemplate(t.Context(), "  Door ", good))
			must(t, e.SetPolicy(t.Context(), withTemplate("Door")))
			settle(bound)
			first := l.shows(displayID(0))
			if first == usual {
				t.Error("the glass shows the usual design")
			}
			must(t, e.SaveTemplate(t.Context(), "Door", []byte(strings.Replace(string(good), `"x":8`, `"x":28`, 1))))
			settle(bound)
			if l.shows(displayID(0)) == first {
				t.Error("the glass shows the template as it was")
			}
			must(t, e.DeleteTemplate(t.Context(), "Door"))
			settle(bound)
			d := e.Snapshot().Displays[0]
			if d.Delivery != Delivered || l.shows(d.ID) == first || l.shows(d.ID) != d.Frame.Hash {
				t.Errorf("display %+v; want the usual design", d)
			}
		},
		"should be given back as it was saved": func(t *testing.T, _ *life, e *Engine) {
			must(t, e.SaveTemplate(t.Context(), "Door", good))
			if got, err := e.TemplateSource(t.Context(), "Door"); err != nil || string(got) != string(good) {
				t.Errorf("%s, %v", got, err)
			}
			must(t, e.SaveTemplate(t.Context(), "Atrium", nameTemplate("7IN5_BWC", "ANY")))
			list := e.Snapshot().Designs.Templates
			if len(list) != 2 || list[0].Name != "Atrium" || list[0].Size.X != 800 || list[1].Size.X != 296 {
				t.Errorf("templates %+v", list)
			}
		},
		"should be refused with the place of the mistake, and leave the old one": func(t *testing.T, _ *life, e *Engine) {
			must(t, e.SaveTemplate(t.Context(), "Door", good))
			bad := strings.Replace(string(good), `"items":[`, `"items":[,`, 1)
			if err := e.SaveTemplate(t.Context(), "Door", []byte(bad)); err == nil || !strings.Contains(err.Error(), "line 2") {
				t.Errorf("%v; want the line", err)
			}
			if p := e.CheckTemplate([]byte(bad)); len(p) != 1 || !p[0].Fatal || p[0].Line != 2 {
				t.Errorf("problems %+v; want one, fatal, in line 2", p)
			}
			if err := e.SaveTemplate(t.Context(), "Door", make([]byte, 1<<20)); err == nil || !strings.Contains(err.Error(), "256 KiB") {
				t.Errorf("%v; want the limit", err)
			}
			for _, name := range []string{"", " ", strings.Repeat("x", 61), "a\nb", "a\xff"} {
				if e.SaveTemplate(t.Context(), name, good) == nil {
					t.Errorf("the name %q was taken", name)
				}
			}
			must(t, e.SaveTemplate(t.Context(), strings.Repeat("ü", 60), good))
			if got, err := e.TemplateSource(t.Context(), "Door"); err != nil || string(got) != string(good) {
				t.Errorf("%s, %v; want the old one", got, err)
			}
		},
		"should not be found where there is none": func(t *testing.T, _ *life, e *Engine) {
			_, err := e.TemplateSource(t.Context(), "none")
			for what, err := range map[string]error{"read": err, "delete": e.DeleteTemplate(t.Context(), "none")} {
				if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("%s: %v; want not found", what, err)
				}
			}
		},
		"should be missed where a sign uses one that is gone": func(t *testing.T, _ *life, e *Engine) {
			missed := func() []string {
				var names []string
				for _, p := range e.Snapshot().Problems {
					if p.Code == codeTemplate && p.Severity == health.Warning {
						names = append(names, p.Subject)
					}
				}
				slices.Sort(names)
				return names
			}
			want := func(names ...string) {
				t.Helper()
				if got := missed(); !slices.Equal(got, names) {
					t.Errorf("missed %v; want %v", got, names)
				}
			}
			must(t, e.SaveTemplate(t.Context(), "Door", good))
			must(t, e.SetPolicy(t.Context(), withTemplate("Door")))
			custom, name, status := sign.Custom, "Atrium", sign.Status
			must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Design: &custom, Template: &name}))
			want("Atrium")
			must(t, e.DeleteTemplate(t.Context(), "Door"))
			want("Atrium", "Door")
			must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Template: &name, Design: &status})) // a name alone uses nothing
			want("Door")
			must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Template: &name}))
			want("Atrium", "Door")
			must(t, e.ForgetRoom(t.Context(), roomID(0)))
			want("Door")
			must(t, e.SaveTemplate(t.Context(), "Door", good))
			want()
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

// A template that an older Roomink took and this one can't read must cost no more than
// the usual design.
func TestTemplateThatCantBeReadAnyMore(t *testing.T) {
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	db := openStore(t, cfg.Dir)
	must(t, db.SaveTemplate(t.Context(), store.Template{Name: "Door", Source: []byte("{")}))
	must(t, db.SavePicture(t.Context(), store.Picture{Name: logoName, Data: []byte("no picture")}))
	must(t, db.SaveSetting(t.Context(), settingPolicy, withTemplate("Door")))
	must(t, db.Close())
	e, err := Open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, e.Close()) }()
	s := e.Snapshot()
	if p := s.Designs.Templates[0].Problems; len(p) != 1 || !p[0].Fatal || !has(s, codeTemplate) || s.Designs.Logo != nil {
		t.Errorf("designs %+v, problems %+v; want it told", s.Designs, s.Problems)
	}
}
