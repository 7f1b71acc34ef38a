package setup_test

import (
	"errors"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// bare is an engine that has nothing to say.
type bare struct{ *fake }

func (bare) Clouds() []engine.Cloud                { return nil }
func (bare) Guide(engine.Credentials) engine.Guide { return engine.Guide{} }

// Whatever the engine says and whatever was kept by another version, every step can be
// shown and left.
func TestEveryStepCanBeLeftWhateverTheState(t *testing.T) {
	eng := &fake{refuse: map[string]error{"SaveDraft": errors.New("no disk"), "Connect": failure(7000215), "SaveCredentials": errLocked}}
	benches := []*bench{open(t, eng, fresh(), nil), open(t, eng, fresh(), func(_ *bench, cfg *setup.Config) { cfg.Engine = bare{eng} })}
	states := []engine.AccountState{engine.SignedOut, engine.Connecting, engine.Connected, engine.NeedsSignIn,
		engine.NeedsSecret, engine.Locked, "of a later version"}
	drafts := []engine.Draft{
		{}, {Step: "of a later version", HasSecret: true},
		{Step: setup.StepProof, Credentials: engine.Credentials{Public: true, Cloud: "a cloud that is gone"}},
		{Step: setup.StepSecret, Credentials: engine.Credentials{Mode: engine.Application, Public: true, Tenant: "organizations", RedirectPath: "x", Port: -1}},
		{Step: setup.StepIDs, Credentials: engine.Credentials{Mode: "of a later version", ClientID: "x", SecretExpires: time.Unix(1, 0)}},
	}
	for i, state := range states {
		for j, b := range benches {
			s := fresh()
			s.Account.State, s.Account.Draft = state, drafts[(i+j)%len(drafts)]
			s.Account.Exposure = engine.Exposure{State: engine.Unclear}
			b.Prepare(s)()
			for _, step := range append(b.Steps(), "no step") {
				b.GoTo(step)
				b.Next()
				b.Prepare(s)()
				b.Back()
			}
		}
	}
}

func TestSeveralOrganisationsAndBackAgain(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.GoTo(setup.StepIDs)
	b.enter(1, tenantID)
	several := func() {
		t.Helper()
		b.GoTo(setup.StepName)
		test.Tap(apptest.Find[*widget.Check](b.win, "Accounts of several organisations sign in (multitenant)"))
		b.GoTo(setup.StepIDs)
	}
	several()
	b.hides(tenantID)
	several()
	if list := apptest.Entries(b.win); len(list) != 2 || list[1].Text != tenantID {
		t.Errorf("the tenant that was typed is gone: %q", apptest.Texts(b.win))
	}
	b.hides("Whether several organisations sign in is chosen at the step Name.")
}

func TestWhatIsTypedDuringASignInStays(t *testing.T) {
	const other = "xyz8Q~Zx8dsecret-Value_0123456789.abcdef"
	eng := &fake{}
	b := open(t, eng, entered(), slow)
	b.GoTo(setup.StepSecret)
	b.enter(0, secret)
	b.Next()
	b.finish()
	b.Connect()
	b.GoTo(setup.StepSecret)
	b.enter(0, other)
	s := entered()
	s.Account.Draft = engine.Draft{Credentials: s.Account.Credentials, Step: setup.StepConnect}
	eng.connect = nil
	eng.refuse = map[string]error{"Connect": failure(7000215)}
	b.finish()
	b.Prepare(s)()
	if got := apptest.Entries(b.win)[0].Text; got != other {
		t.Errorf("the field holds %q", got)
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := eng.drafts[len(eng.drafts)-1]; last.Secret != other {
		t.Errorf("what was typed last is not kept, but %+v", last)
	}
}

func TestAnOldDayIsNotThatOfANewSecret(t *testing.T) {
	s := connected()
	s.Account.Credentials.SecretExpires = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	eng := &fake{}
	b := open(t, eng, s, nil)
	b.GoTo(setup.StepSecret)
	b.shows("Ends on 30 Nov")
	b.enter(0, secret)
	b.hides("Ends on 30 Nov")
	b.enter(0, "")
	b.shows("Ends on 30 Nov")
	b.enter(0, secret)
	b.Next()
	if want := "ReplaceSecret " + secret + " 0001-01-01"; eng.calls[len(eng.calls)-1] != want {
		t.Errorf("called %q, want %q", eng.calls, want)
	}
}

func TestALockedKeychainIsSeenToInSettings(t *testing.T) {
	s := connected()
	s.Account.State, s.Account.HasSecret = engine.Locked, false
	eng := &fake{}
	b := open(t, eng, s, nil)
	b.shows("The saved sign-in is locked")
	b.Next()
	if len(b.pages) != 1 || b.pages[0] != "settings" {
		t.Errorf("opened %q after %q", b.pages, eng.calls)
	}
}

func TestAFailureIsOverOnceConnected(t *testing.T) {
	eng := &fake{refuse: map[string]error{"Connect": failure(7000215)}}
	b := open(t, eng, entered(), nil)
	b.GoTo(setup.StepConnect)
	b.Next()
	b.shows("It was refused")
	b.Prepare(connected())()
	b.hides("It was refused")
}

func TestWhereARegistrationIsThereItIsPutRight(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.GoTo(setup.StepRedirect)
	b.shows("Under Redirect URI choose the platform Web and paste:", "Then press Register at the foot of the portal's page.")
	b = open(t, &fake{}, entered(), nil)
	b.GoTo(setup.StepRedirect)
	b.hides("Then press Register at the foot of the portal's page.")
	b.shows("Under Authentication")
}

func TestATypedSecretCantBeCalledBack(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.GoTo(setup.StepSecret)
	e := apptest.Entries(b.win)[0]
	test.Type(e, secret)
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyBackspace})
	b.GoTo(setup.StepPermissions)
	e.Undo()
	if e.Text != "" {
		t.Errorf("Undo brings %q", e.Text)
	}
}

// Fyne does not scroll to what the Tab key reaches.
func TestTheFieldThatIsTypedIntoIsInSight(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.win.Resize(fyne.NewSize(765, 420))
	b.GoTo(setup.StepIDs)
	var scroll *container.Scroll
	var fields []*xwidget.Entry
	apptest.Walk(b.win, func(o fyne.CanvasObject) {
		if s, ok := o.(*container.Scroll); ok && s.Size().Height > 100 && s.Size().Width > 300 {
			scroll = s
		}
		if e, ok := o.(*xwidget.Entry); ok {
			fields = append(fields, e)
		}
	})
	inSight := func(o fyne.CanvasObject) bool {
		y := fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y - fyne.CurrentApp().Driver().AbsolutePositionForObject(scroll).Y
		return y >= 0 && y+o.Size().Height <= scroll.Size().Height
	}
	tenant := fields[1]
	if inSight(tenant) {
		t.Fatal("the window is too large for this test")
	}
	b.win.Canvas().Focus(tenant)
	if !inSight(tenant) {
		t.Error("the field with the keyboard is out of sight")
	}
	scroll.ScrollToTop()
	tenant.TypedRune('x')
	if !inSight(tenant) {
		t.Error("the field that is typed into is out of sight")
	}
}

func TestAButtonThatShowsUpHasItsIcon(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.GoTo(setup.StepIDs)
	icons := 0
	apptest.WalkObject(apptest.Find[*widget.Button](b.win, "Open in the portal"), func(o fyne.CanvasObject) {
		if _, ok := o.(*canvas.Image); ok {
			icons++
		}
	})
	if icons != 1 {
		t.Errorf("%d icons", icons)
	}
}
