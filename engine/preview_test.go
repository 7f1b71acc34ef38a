package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

func TestPreviewSign(t *testing.T) {
	request := PreviewRequest{Room: roomID(0), Panel: smallPanel(), Policy: sign.DefaultPolicy()}
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should be what hangs at the door now": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			l.meet(0)
			settle(bound)
			p, err := e.PreviewSign(t.Context(), request)
			must(t, err)
			if d := e.Snapshot().Displays[0]; p.Frame.Hash != l.shows(d.ID) || !cmp.Equal(p.Sign, *d.Sign) || !p.Next.After(time.Now()) {
				t.Errorf("sign %+v, until %v; want %+v", p.Sign, p.Next, d.Sign)
			}
		},
		"should own up to old data now, and at no other moment": func(t *testing.T, l *life, e *Engine) {
			l.meet(0)
			settle(bound)
			l.set(func() { l.offline = true })
			settle(30 * time.Minute)
			now, err := e.PreviewSign(t.Context(), request)
			must(t, err)
			r := request
			r.At = time.Now().Add(-31 * time.Minute)
			before, err := e.PreviewSign(t.Context(), r)
			must(t, err)
			if now.Sign.State != sign.Unknown || before.Sign.State != sign.Busy || before.Sign.Notice != "" {
				t.Errorf("states %s and %s; want unknown and busy", now.Sign.State, before.Sign.State)
			}
			if end := r.At.Add(time.Hour); before.Next.Sub(end).Abs() > 2*time.Minute {
				t.Errorf("changes at %v; want the end of the meeting, about %v", before.Next, end)
			}
		},
		"should draw every panel and design": func(t *testing.T, _ *life, e *Engine) {
			for _, panel := range []display.Panel{
				{Width: 296, Height: 128, Scheme: display.BWR}, {Width: 1872, Height: 1404, Scheme: display.Gray16},
				{Width: 1200, Height: 1600, Scheme: display.Spectra6, Rotation: 90},
			} {
				for _, design := range sign.Designs() {
					r := request
					r.Room, r.Panel, r.Policy.Design = "", panel, design
					p, err := e.PreviewSign(t.Context(), r)
					if err != nil || p.Frame.Image.Bounds() != panel.Bounds() || p.Sign.Design != design {
						t.Errorf("%s on %s: %v", design, panel, err)
					}
				}
			}
		},
		"should change nothing": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			before, pushes := e.Snapshot(), l.count()
			r := request
			r.Policy.Language, r.Policy.Text = "de", "Hallo"
			for i := range 24 {
				r.At = time.Now().Add(time.Duration(i) * time.Hour)
				_, err := e.PreviewSign(t.Context(), r)
				must(t, err)
			}
			settle(bound)
			if s := e.Snapshot(); s.Policy != before.Policy || l.count() != pushes || !cmp.Equal(s.Displays[0].Sign, before.Displays[0].Sign) {
				t.Errorf("policy %+v, %d pushes; want nothing changed", s.Policy, l.count()-pushes)
			}
		},
		"should refuse what can't be drawn": func(t *testing.T, _ *life, e *Engine) {
			r := request
			r.Panel.Width = 0
			if _, err := e.PreviewSign(t.Context(), r); err == nil {
				t.Error("no error for a panel without width")
			}
			r = request
			r.Room = "none@contoso.com"
			if _, err := e.PreviewSign(t.Context(), r); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%v; want not found", err)
			}
		},
		"should draw a template that nobody saved": func(t *testing.T, _ *life, e *Engine) {
			usual, err := e.PreviewSign(t.Context(), request)
			must(t, err)
			r := request
			r.Policy = withTemplate("draft")
			r.Template = nameTemplate("296x128", "ANY")
			p, err := e.PreviewSign(t.Context(), r)
			if err != nil || len(p.Problems) != 0 || p.Frame.Hash == usual.Frame.Hash {
				t.Errorf("problems %+v, %v; want it drawn", p.Problems, err)
			}
			must(t, e.SaveTemplate(t.Context(), "draft", r.Template))
			r.Template = nil
			if saved, err := e.PreviewSign(t.Context(), r); err != nil || saved.Frame.Hash != p.Frame.Hash {
				t.Errorf("%v; want the same once it is saved", err)
			}
		},
		"should tell why a template can't be drawn": func(t *testing.T, _ *life, e *Engine) {
			for what, c := range map[string]struct {
				source []byte
				want   string
			}{
				"a mistake":     {[]byte("{\n\n!}"), "line 3"},
				"another panel": {nameTemplate("7IN5_BWC", "ANY"), "800×480"},
				"no such":       {nil, `no template "draft"`},
			} {
				r := request
				r.Policy, r.Template = withTemplate("draft"), c.source
				p, err := e.PreviewSign(t.Context(), r)
				must(t, err)
				i := slices.IndexFunc(p.Problems, func(p TemplateProblem) bool { return p.Fatal && strings.Contains(p.String(), c.want) })
				if i < 0 || p.Frame.Image == nil {
					t.Errorf("%s: problems %+v; want %q, and the usual design", what, p.Problems, c.want)
				}
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

// The example must show whatever a sign can say in the course of its day, on any day and
// in any place.
func TestExampleDay(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		for _, day := range []time.Time{
			time.Date(2026, time.November, 23, 0, 0, 0, 0, time.UTC), time.Date(2026, time.November, 28, 0, 0, 0, 0, time.UTC),
		} {
			states := map[sign.State]int{}
			private, steps := false, 0
			for at := day; at.Before(day.AddDate(0, 0, 1)); steps++ {
				p, err := e.PreviewSign(t.Context(), PreviewRequest{Panel: smallPanel(), Policy: sign.DefaultPolicy(), At: at})
				must(t, err)
				if !p.Next.After(at) {
					t.Fatalf("changes at %v, before %v", p.Next, at)
				}
				states[p.Sign.State]++
				private = private || p.Sign.Current != nil && p.Sign.Current.Title == "Private meeting"
				if p.Sign.Notice != "" || p.Sign.Seats == "" || p.Sign.Place == "" {
					t.Errorf("at %v: sign %+v; want it complete and fresh", at, p.Sign)
				}
				at = p.Next
			}
			if states[sign.Free] < 4 || states[sign.Busy] < 5 || !private || steps > 30 {
				t.Errorf("%v: states %v in %d steps, private %v; want a full day", day, states, steps, private)
			}
		}
	})
}
