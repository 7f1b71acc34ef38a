package setup_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/engine"
)

// failure is an error of Microsoft's with this code.
func failure(code int) error {
	return &apptest.Failure{Title: "It was refused", Text: "Microsoft says so", Remedy: "Do this",
		Details: fmt.Sprintf("AADSTS%d\nCorrelation ID: c-1", code)}
}

func TestAnErrorLeadsToTheStepThatHelps(t *testing.T) {
	eng := &fake{}
	b := open(t, eng, entered(), nil)
	for code, step := range map[int]string{
		50011: "Redirect", 700025: "Redirect", 700016: "The two IDs", 90002: "The two IDs", 50194: "The two IDs",
		7000215: "Secret", 7000222: "Secret", 7000218: "Secret",
		650056: "Permissions", 65001: "Permissions", 90094: "Permissions", 90038: "Way to connect", 53003: "",
	} {
		eng.refuse = map[string]error{"Connect": failure(code)}
		b.GoTo(setup.StepConnect)
		b.tap("Sign in")
		b.shows("It was refused", "Microsoft says so", "Do this", "Copy details")
		button := apptest.Find[*widget.Button](b.win, "Go to “"+step+"”")
		if step == "" {
			b.hides("Go to “")
			continue
		}
		if button == nil {
			t.Errorf("%d: no way to %q in %q", code, step, apptest.Texts(b.win))
			continue
		}
		test.Tap(button)
		b.hides("It was refused")
	}
}

func TestWhatThePageSays(t *testing.T) {
	s := entered()
	s.Account.State, s.Account.SignInURL = engine.Connecting, "https://login"
	b := open(t, &fake{}, s, nil)
	b.shows("Does the page show an error?")
	for label, step := range map[string]string{
		"50011 · Redirect URI": "Redirect", "700016 · No such app": "The two IDs", "90002 · No such tenant": "The two IDs",
		"50194 · One tenant only": "The two IDs", "53003 · Blocked by a policy": "", "Need admin approval": "Permissions",
	} {
		b.tap(label)
		if got := apptest.Find[*widget.Button](b.win, "Go to “"+step+"”"); (got == nil) != (step == "") {
			t.Errorf("%q: %q", label, apptest.Texts(b.win))
		}
	}
	b.enter(0, "Sorry, but we're having trouble signing you in. AADSTS50011: The redirect URI …")
	b.shows("The redirect URI is not registered")
	b.tap("Go to “Redirect”")
	b.shows("Say where Microsoft returns to")
	b.GoTo(setup.StepConnect)
	b.enter(0, "nothing to see")
	b.shows("There is no code in this")
	b.enter(0, "")
	b.hides("There is no code in this")
	b.tap("Open again")
	if !slices.Equal(b.opened, []string{"https://login"}) {
		t.Errorf("opened %q", b.opened)
	}
}

func TestTheCountdownTicksOnlyWhileItIsSeen(t *testing.T) {
	s := entered()
	s.Account.State, s.Account.SignInUntil = engine.Connecting, apptest.Noon.Add(90*time.Second+500*time.Millisecond)
	b := open(t, &fake{}, s, nil)
	b.shows("Roomink waits 1:31 more")
	b.time.pass(500 * time.Millisecond)
	b.shows("Roomink waits 1:30 more")
	b.time.pass(31 * time.Second)
	b.shows("Roomink waits 0:59 more")
	ticking := func(want bool, when string) {
		t.Helper()
		if got := len(b.time.list) > 0; got != want {
			t.Errorf("%s: ticks %v", when, got)
		}
	}
	ticking(true, "while it waits")
	b.SetVisible(false)
	ticking(false, "while the window is hidden")
	b.time.pass(10 * time.Second)
	b.SetVisible(true)
	b.shows("Roomink waits 0:49 more")
	ticking(true, "while the window shows again")
	b.Content().Hide() // another page
	b.time.pass(2 * time.Second)
	ticking(false, "on another page")
	b.Content().Show()
	b.Prepare(s)()
	ticking(true, "back on the page")
	b.GoTo(setup.StepWay)
	b.time.pass(2 * time.Second)
	ticking(false, "on another step")
	b.GoTo(setup.StepConnect)
	b.time.pass(time.Hour)
	b.shows("Roomink waits 0:00 more")
	ticking(false, "when the time is over")
	b.Prepare(entered())()
	b.hides("Roomink waits")
}

func TestASignInIsCancelled(t *testing.T) {
	var b *bench
	eng := &fake{connect: func(ctx context.Context) error {
		b.shows("Waiting for you to sign in, in the browser…")
		if next := apptest.Find[*widget.Button](b.win, "Sign in"); next == nil || !next.Disabled() {
			t.Error("a second sign-in can begin")
		}
		b.Next()
		b.tap("Cancel")
		return ctx.Err()
	}}
	b = open(t, eng, entered(), slow)
	b.tap("Sign in")
	b.finish()
	b.shows("Cancelled", "Check what you entered first")
	if n := len(slices.DeleteFunc(eng.calls, func(c string) bool { return c != "Connect" })); n != 1 {
		t.Errorf("connected %d times", n)
	}
}

// What stands on the screens is what a person means to sign in with.
func TestConnectUsesWhatWasTyped(t *testing.T) {
	s := entered()
	s.Account.State = engine.NeedsSignIn
	eng := &fake{}
	b := open(t, eng, s, nil)
	b.tap("Sign in again")
	if !slices.Equal(eng.calls, []string{"Connect", "SaveDraft"}) {
		t.Errorf("without a change: %q; want a sign-in alone, then the step that follows", eng.calls)
	}
	eng = &fake{}
	b = open(t, eng, s, nil)
	b.GoTo(setup.StepSecret)
	b.enter(0, secret)
	b.GoTo(setup.StepConnect)
	b.tap("Sign in again")
	if len(eng.saved) != 1 || eng.saved[0].Secret != secret {
		t.Errorf("after typing a secret: saved %+v", eng.saved)
	}
	eng = &fake{}
	b = open(t, eng, s, nil)
	b.GoTo(setup.StepSecret)
	b.enter(0, clientID) // a Secret ID
	b.GoTo(setup.StepConnect)
	b.tap("Sign in again")
	if len(eng.saved) != 0 {
		t.Errorf("a Secret ID was saved: %+v", eng.saved)
	}
	eng = &fake{}
	b = open(t, eng, fresh(), nil)
	b.GoTo(setup.StepConnect)
	b.shows("missing")
	b.tap("Sign in")
	b.shows("Bring back two IDs", "The Application (client) ID is missing or can't be right.")
	if slices.Contains(eng.calls, "Connect") {
		t.Error("connected with nothing")
	}
}

func TestARefusalToSaveLosesNothing(t *testing.T) {
	eng := &fake{refuse: map[string]error{"SaveCredentials": errLocked}}
	b := open(t, eng, entered(), nil)
	b.GoTo(setup.StepSecret)
	b.enter(0, secret)
	b.GoTo(setup.StepConnect)
	b.tap("Sign in")
	b.shows("The keychain is locked", "Unlock it")
	eng.refuse = nil
	b.tap("Sign in")
	if n := len(eng.saved); n != 2 || eng.saved[1].Secret != secret {
		t.Errorf("saved %+v", eng.saved)
	}
	b.shows("Adopt your displays")
}

func TestALostConnectionIsTold(t *testing.T) {
	b := open(t, &fake{}, connected(), nil)
	b.GoTo(setup.StepConnect)
	b.shows("Connected as admin@contoso.com", "Tenant "+tenantID)
	s := connected()
	s.Account.State, s.Account.Problem = engine.NeedsSignIn, &engine.Explanation{Title: "The password was changed", Code: 50173}
	b.Prepare(s)()
	b.shows("The password was changed", "Sign in again")
	b.hides("Tenant " + tenantID)
	s.Account.State = engine.Connected
	s.Account.Problem = nil
	b.Prepare(s)()
	b.GoTo(setup.StepPermissions)
	test.Tap(apptest.Find[*widget.Check](b.win, "Also read the list of rooms (an administrator must consent)"))
	b.GoTo(setup.StepConnect)
	b.shows("What you changed is used from the next sign-in on.", "Sign in again")
}

func TestANewSecretDisturbsNothing(t *testing.T) {
	for _, state := range []engine.AccountState{engine.Connected, engine.NeedsSecret} {
		s := connected()
		s.Account.State = state
		eng := &fake{refuse: map[string]error{"ReplaceSecret " + secret + " 2027-11-23": failure(7000215)}}
		b := open(t, eng, s, nil)
		b.GoTo(setup.StepSecret)
		b.shows("The signs are not disturbed.")
		b.enter(0, secret)
		apptest.Find[*widget.Select](b.win, "").SetSelected("12 months")
		b.tap("Use the new secret")
		b.shows("It was refused")
		eng.refuse = nil
		b.tap("Use the new secret")
		b.shows("The new secret is in use.")
		if slices.Contains(eng.calls, "Connect") || len(eng.saved) != 0 {
			t.Errorf("%s: calls %q", state, eng.calls)
		}
		if got := eng.calls[len(eng.calls)-1]; got != "ReplaceSecret "+secret+" 2027-11-23" {
			t.Errorf("%s: %q", state, got)
		}
		if e := apptest.Entries(b.win)[0]; e.Text != "" {
			t.Error("the secret stays in the window")
		}
		s.Account.State = engine.Connected
		s.Account.Credentials.SecretExpires = time.Date(2027, 11, 23, 0, 0, 0, 0, time.UTC)
		b.Prepare(s)()
		b.tap("Next")
		b.shows("Allow what Roomink may read")
	}
}

func TestOnlyTheDayChanges(t *testing.T) {
	eng := &fake{}
	b := open(t, eng, connected(), nil)
	b.GoTo(setup.StepSecret)
	apptest.Find[*widget.Select](b.win, "").SetSelected("3 months")
	b.tap("Next")
	if len(eng.saved) != 1 || !eng.saved[0].SecretExpires.Equal(time.Date(2027, 2, 21, 0, 0, 0, 0, time.UTC)) || slices.Contains(eng.calls, "Connect") {
		t.Errorf("saved %+v, calls %q", eng.saved, eng.calls)
	}
}

func TestTheProof(t *testing.T) {
	eng := &fake{}
	s := approved()
	b := open(t, eng, s, nil)
	b.shows("Can Roomink read only rooms?", "You can skip this.", "Skip for now")
	b.tap("Check")
	b.shows("Needed: the address of a mailbox")
	b.enter(0, "anna@contoso.com")
	b.tap("Check")
	if !slices.Contains(eng.calls, "CheckExposure anna@contoso.com") || eng.drafts[len(eng.drafts)-1].Mailbox != "anna@contoso.com" {
		t.Errorf("calls %q, kept %+v", eng.calls, eng.drafts)
	}
	s.Account.Exposure = engine.Exposure{State: engine.Exposed, Mailbox: "anna@contoso.com", At: apptest.Noon}
	b.Prepare(s)()
	b.shows("Roomink could read anna@contoso.com (11:42)", "New-ServicePrincipal -AppId "+clientID, "30 minutes to 2 hours", "Check again", "Go on meanwhile")
	s.Account.Exposure.State = engine.Unclear
	s.Account.Exposure.Problem = &engine.Explanation{Title: "There is no such mailbox"}
	b.Prepare(s)()
	b.shows("There is no such mailbox", "Skip for now")
	b.hides("New-ServicePrincipal")
	s.Account.Exposure.State = engine.Closed
	b.Prepare(s)()
	b.shows("Exchange turned Roomink away from anna@contoso.com")
	b.hides("You can skip this.")
	b.tap("Next")
	b.shows("Adopt your displays")
	eng.refuse = map[string]error{"CheckExposure anna@contoso.com": errLocked}
	b.GoTo(setup.StepProof)
	b.tap("Check again")
	b.shows("The keychain is locked")
}
