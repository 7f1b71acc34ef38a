package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

func signAt(t *testing.T, e *Engine, i int) sign.Sign {
	t.Helper()
	s := e.Snapshot()
	j := slices.IndexFunc(s.Displays, func(d Display) bool { return d.ID == displayID(i) })
	if j < 0 || s.Displays[j].Sign == nil {
		t.Fatalf("displays %+v; want a sign on %s", s.Displays, displayID(i))
	}
	return *s.Displays[j].Sign
}

func TestOverride(t *testing.T) {
	german, masked, custom, none := "de", sign.Masked, sign.Custom, ""
	day := sign.Override{Language: &german, Privacy: &masked}
	tests := map[string]func(t *testing.T, l *life, e *Engine){
		"should change the signs of one room alone, at once": func(t *testing.T, l *life, e *Engine) {
			hang(t, e, 0)
			hang(t, e, 1)
			other := l.shows(displayID(1))
			l.meet(0)
			settle(bound)
			must(t, e.SetOverride(t.Context(), roomID(0), day))
			settle(time.Second)
			s := e.Snapshot()
			if got := signAt(t, e, 0); got.Language != "de" || got.Current == nil || strings.Contains(got.Current.Title, "Meeting") {
				t.Errorf("sign %+v; want it in German and masked", got)
			}
			if l.shows(displayID(1)) != other || signAt(t, e, 1).Language != "en" {
				t.Error("the sign of another room changed")
			}
			if !strings.Contains(s.Activity[0].Text+s.Activity[1].Text, "Room 0: the sign has settings of its own now") {
				t.Errorf("activity %+v; want it told", s.Activity[:2])
			}
			if diff := cmp.Diff(day, roomIn(t, s, roomID(0)).Override); diff != "" {
				t.Errorf("override (-want +got):\n%s", diff)
			}
			before := l.shows(displayID(0))
			f, err := e.Preview(displayID(1), roomID(0))
			must(t, err)
			if f.Hash != before {
				t.Error("the preview does not follow the room's own settings")
			}
			must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{}))
			settle(time.Second)
			if s := e.Snapshot(); !roomIn(t, s, roomID(0)).Override.Empty() || signAt(t, e, 0).Language != "en" {
				t.Errorf("sign %+v; want it as the organisation's again", signAt(t, e, 0))
			}
		},
		"should follow the organisation in all else": func(t *testing.T, _ *life, e *Engine) {
			hang(t, e, 0)
			must(t, e.SetOverride(t.Context(), roomID(0), day))
			p := sign.DefaultPolicy()
			p.Language, p.Text = "fr", "Please leave the room tidy"
			must(t, e.SetPolicy(t.Context(), p))
			settle(bound)
			if got := signAt(t, e, 0); got.Language != "de" || got.Text != p.Text {
				t.Errorf("sign %+v; want its own language, and the organisation's text", got)
			}
		},
		"should not see what its caller does to it later": func(t *testing.T, _ *life, e *Engine) {
			hang(t, e, 0)
			language := "de"
			must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Language: &language}))
			language = "fr"
			e.touchAll()
			settle(bound)
			if got := signAt(t, e, 0).Language; got != "de" {
				t.Errorf("language %s; want de", got)
			}
		},
		"should refuse what can't hold, and keep what was": func(t *testing.T, _ *life, e *Engine) {
			must(t, e.SetOverride(t.Context(), roomID(0), day))
			second, late, early := time.Second, sign.Minutes(20*60), sign.Minutes(60)
			for what, o := range map[string]sign.Override{
				"a limit that makes the sign stale": {StaleAfter: &second},
				"working hours that end too early":  {WorkFrom: &late}, // the organisation's end at 18:00
				"an end before the beginning":       {WorkTo: &early},
				"a template without a name":         {Design: &custom, Template: &none},
			} {
				if e.SetOverride(t.Context(), roomID(0), o) == nil {
					t.Errorf("%s: no error", what)
				}
			}
			if err := e.SetOverride(t.Context(), "none@contoso.com", day); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("of no room: %v; want not found", err)
			}
			if diff := cmp.Diff(day, roomIn(t, e.Snapshot(), roomID(0)).Override); diff != "" {
				t.Errorf("override (-want +got):\n%s", diff)
			}
		},
		"should not be made wrong by the organisation's": func(t *testing.T, _ *life, e *Engine) {
			from := sign.Minutes(17 * 60)
			must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{WorkFrom: &from}))
			p := sign.DefaultPolicy()
			p.WorkTo = 16 * 60
			if err := e.SetPolicy(t.Context(), p); err == nil || !strings.Contains(err.Error(), "Room 0") {
				t.Errorf("%v; want it refused, with the room", err)
			}
			if got := e.Snapshot().Policy; got != sign.DefaultPolicy() {
				t.Errorf("policy %+v; want the old one", got)
			}
		},
		"should stay while the directory drops the room, and go with it": func(t *testing.T, l *life, e *Engine) {
			must(t, e.SetOverride(t.Context(), roomID(0), day))
			l.set(func() { l.unlisted = roomID(0) })
			must(t, e.RefreshRooms(t.Context()))
			l.set(func() { l.unlisted = "" })
			must(t, e.RefreshRooms(t.Context()))
			settle(bound)
			if roomIn(t, e.Snapshot(), roomID(0)).Override.Empty() {
				t.Error("it is lost")
			}
			must(t, e.ForgetRoom(t.Context(), roomID(0)))
			must(t, e.RefreshRooms(t.Context()))
			settle(bound)
			if o := roomIn(t, e.Snapshot(), roomID(0)).Override; !o.Empty() {
				t.Errorf("override %+v of a room that is new", o)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { inOffice(t, test) })
	}
}

// Overrides, policy, logo and templates must come back with the next start, before the
// first sign is drawn.
func TestDesignsOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		must(t, e.SetLogo(t.Context(), pngFile(t, plain(300, 200, 0))))
		must(t, e.SaveTemplate(t.Context(), "Door", pictureTemplate("https://pictures.contoso.com/a.png")))
		must(t, e.SetPictureHosts(t.Context(), []string{"intranet.contoso.com"}))
		must(t, e.SetPolicy(t.Context(), withTemplate("Door")))
		text := "Ask Ada"
		must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Text: &text}))
		settle(bound)
		before, glass := e.Snapshot(), l.shows(displayID(0))
		pushes := l.count()
		stop()
		e, _ = run(t, cfg)
		settle(bound)
		after := e.Snapshot()
		if before.Designs.Logo == nil || len(before.Designs.Templates) != 1 || before.Displays[0].Sign.Text != text || before.Displays[0].Sign.Design != sign.Custom {
			t.Errorf("designs %+v, sign %+v", before.Designs, before.Displays[0].Sign)
		}
		if diff := cmp.Diff(before.Designs.Templates, after.Designs.Templates); diff != "" {
			t.Errorf("templates (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(before.Rooms[0].Override, after.Rooms[0].Override); diff != "" {
			t.Errorf("override (-before +after):\n%s", diff)
		}
		if !slices.Equal(after.Designs.PictureHosts, before.Designs.PictureHosts) || after.Policy != before.Policy || after.Designs.Logo.Bounds() != before.Designs.Logo.Bounds() {
			t.Errorf("designs %+v; want %+v", after.Designs, before.Designs)
		}
		if l.count() != pushes || l.shows(displayID(0)) != glass {
			t.Errorf("%d pushes after the restart; want none", l.count()-pushes)
		}
	})
}

// A policy that an older Roomink saved knows nothing of what was added since: that must
// have its default and not be off.
func TestPolicyOfAnOlderRoomink(t *testing.T) {
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	db := openStore(t, cfg.Dir)
	must(t, db.SaveSetting(t.Context(), settingPolicy, map[string]any{
		"Language": "de", "Hours12": true, "Privacy": "organizer", "StaleAfter": 5 * time.Minute}))
	must(t, db.Close())
	e, err := Open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, e.Close()) }()
	want := sign.DefaultPolicy()
	want.Language, want.Hours12, want.Privacy, want.StaleAfter = "de", true, sign.Organizer, 5*time.Minute
	if diff := cmp.Diff(want, e.Snapshot().Policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

// A limit of one room must hold on its sign, and the syncer must keep to the shortest
// one.
func TestStaleAfterOfARoom(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		hang(t, e, 0)
		hang(t, e, 1)
		short := 3 * time.Minute
		must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{StaleAfter: &short}))
		if got := e.staleAfter(); got != short {
			t.Errorf("the syncer keeps to %v; want %v", got, short)
		}
		settle(bound)
		l.set(func() { l.offline = true })
		settle(5 * time.Minute)
		if a, b := signAt(t, e, 0).State, signAt(t, e, 1).State; a != sign.Unknown || b != sign.Free {
			t.Errorf("states %s and %s; want the first room's to own up alone", a, b)
		}
		l.set(func() { l.offline = false })
		settle(5 * time.Minute)
		if a := signAt(t, e, 0).State; a != sign.Free {
			t.Errorf("state %s; want it up to date again", a)
		}
	})
}
