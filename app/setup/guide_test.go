package setup_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// choose takes a card.
func (b *bench) choose(title string) {
	b.t.Helper()
	done := false
	apptest.Walk(b.win, func(o fyne.CanvasObject) {
		if c, ok := o.(*xwidget.Choice); ok && c.Title() == title && !done {
			done = true
			test.Tap(c)
		}
	})
	if !done {
		b.t.Fatalf("there is no choice %q in %q", title, apptest.Texts(b.win))
	}
}

// The whole way of a person who makes no mistake.
func TestFromNothingToConnected(t *testing.T) {
	eng := &fake{}
	b := open(t, eng, fresh(), nil)
	b.shows("How should Roomink reach your calendars?", "Step 1 of 10", "Sign in with an account")
	b.tap("Next")
	b.tap("Open the admin centre")
	b.tap("Next")
	b.shows("Roomink room signs")
	b.tap("Next")
	b.shows("http://localhost/roomink", "platform Web")
	b.tap("Next")
	b.enter(0, " "+clientID+" ")
	b.enter(1, tenantID)
	b.tap("Open in the portal")
	test.TypeOnCanvas(b.win.Canvas(), "") // the focus stays in the field
	apptest.Entries(b.win)[1].TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.shows("Make a client secret and bring it back")
	b.enter(0, secret)
	apptest.Find[*widget.Select](b.win, "").SetSelected("24 months")
	b.shows("Ends on 22 Nov 2028")
	b.tap("Next")
	b.shows("Calendars.Read.Shared")
	b.hides("Place.Read.All")
	test.Tap(apptest.Find[*widget.Check](b.win, "Also read the list of rooms (an administrator must consent)"))
	b.shows("Place.Read.All", "An administrator must consent; optional")
	b.tap("Next")
	b.shows(clientID, tenantID, "kept, encrypted; ends on 22 Nov 2028", "read from the organisation's list")
	b.hides(secret)
	b.tap("Sign in")
	want := engine.Credentials{Mode: engine.Delegated, Cloud: "Microsoft 365", Tenant: tenantID, ClientID: clientID, Secret: secret,
		SecretExpires: time.Date(2028, 11, 22, 0, 0, 0, 0, time.UTC), Directory: true, RedirectPath: "/roomink"}
	if len(eng.saved) != 1 || eng.saved[0] != want || !slices.Contains(eng.calls, "Connect") {
		t.Errorf("saved %+v\nwant  %+v\ncalls %q", eng.saved, want, eng.calls)
	}
	b.shows("Adopt your displays")
	if want := []string{"https://entra.microsoft.com/new", "https://entra.microsoft.com/overview/" + clientID}; !slices.Equal(b.opened, want) {
		t.Errorf("opened %q, want %q", b.opened, want)
	}
}

func TestTheWaysDiffer(t *testing.T) {
	eng := &fake{}
	b := open(t, eng, fresh(), nil)
	b.choose("Approve for the whole organisation")
	apptest.Find[*widget.Select](b.win, "Microsoft 365").SetSelected("China (21Vianet)")
	b.shows("Step 1 of 11", "Only rooms?")
	b.tap("Next")
	b.tap("Open the admin centre")
	if b.opened[0] != "https://entra.microsoftonline.cn/new" {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("Next")
	if apptest.Find[*widget.Check](b.win, "Accounts of several organisations sign in (multitenant)") != nil {
		t.Error("an approval offers several organisations")
	}
	b.tap("Next")
	b.hides("Mobile and desktop")
	b.Back()
	b.Back()
	b.Back()
	b.choose("Sign in with an account")
	b.GoTo(setup.StepName)
	test.Tap(apptest.Find[*widget.Check](b.win, "Accounts of several organisations sign in (multitenant)"))
	b.GoTo(setup.StepRedirect)
	b.choose("Mobile and desktop")
	b.shows("Public client/native (mobile & desktop)")
	b.tap("More")
	b.enter(0, "/Signs")
	b.enter(1, "80")
	b.shows("http://localhost/Signs", "A port is a number")
	b.Next()
	b.shows("Say where Microsoft returns to") // stays
	b.enter(1, "8400")
	b.Next()
	b.shows("Bring back two IDs", "accounts of several organisations sign in")
	b.enter(0, clientID)
	b.Next()
	b.shows("Allow what Roomink may read") // there is no secret to make
	b.Next()
	b.tap("Sign in")
	want := engine.Credentials{Mode: engine.Delegated, Cloud: "China (21Vianet)", Tenant: "organizations", ClientID: clientID,
		Public: true, RedirectPath: "/Signs", Port: 8400}
	if len(eng.saved) != 1 || eng.saved[0] != want {
		t.Errorf("saved %+v\nwant  %+v", eng.saved, want)
	}
}

func TestMistakesAreToldAsTheyAreTyped(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.GoTo(setup.StepIDs)
	b.Next()
	b.shows("Needed: the Application (client) ID.", "The Application (client) ID is missing or can't be right.")
	b.enter(0, tenantID)
	b.hides("is missing or can't be right")
	b.enter(1, tenantID)
	b.shows("Both fields hold the same ID.")
	b.enter(0, clientID)
	b.hides("Both fields hold the same ID.")
	b.enter(1, "admin@contoso.com")
	b.shows("This is an e-mail address.")
	b.Next()
	b.shows("Bring back two IDs", "The Directory (tenant) ID is missing or can't be right.")
	b.enter(1, "organizations")
	b.shows("chosen at the step Name")
	b.enter(1, "contoso.com")
	b.Next()
	b.Next()
	b.shows("Needed: the Value of a client secret.")
	b.enter(0, clientID)
	b.shows("This is the Secret ID.")
	b.Next()
	b.shows("This can't be the secret's Value.")
	b.enter(0, "a-secret-from-long-ago")
	b.shows("look different today")
	b.Next()
	b.shows("Allow what Roomink may read") // a doubt stops nobody
}

func TestTheTenantThatAnsweredIsNoClientID(t *testing.T) {
	b := open(t, &fake{}, connected(), nil)
	b.GoTo(setup.StepIDs)
	b.enter(1, "contoso.com")
	b.enter(0, tenantID)
	b.shows("The two IDs seem to be swapped.")
}

func TestADraftIsKeptAndResumed(t *testing.T) {
	eng := &fake{}
	b := open(t, eng, fresh(), nil)
	b.time.pass(time.Minute)
	if len(eng.drafts) != 0 {
		t.Errorf("kept %+v before anybody did anything", eng.drafts)
	}
	b.GoTo(setup.StepIDs)
	if len(eng.drafts) != 1 || eng.drafts[0].Step != setup.StepIDs {
		t.Fatalf("kept %+v; a step is kept at once", eng.drafts)
	}
	b.enter(0, clientID)
	b.time.pass(400 * time.Millisecond)
	if len(eng.drafts) != 1 {
		t.Errorf("kept %d times in the midst of typing", len(eng.drafts))
	}
	b.time.pass(200 * time.Millisecond)
	if len(eng.drafts) != 2 || eng.drafts[1].ClientID != clientID {
		t.Errorf("kept %+v", eng.drafts)
	}
	b.enter(1, "contoso.com")
	b.Next()
	if n := len(eng.drafts); n != 3 || eng.drafts[2].Tenant != "contoso.com" || eng.drafts[2].Step != setup.StepSecret {
		t.Errorf("kept %+v", eng.drafts)
	}
	b.enter(0, secret[:30]) // may be half of it
	b.time.pass(time.Second)
	if n := len(eng.drafts); n != 3 {
		t.Errorf("kept half a secret: %+v", eng.drafts[3:])
	}
	b.enter(0, secret)
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := eng.drafts[len(eng.drafts)-1]
	if last.Secret != secret {
		t.Errorf("closing lost the secret: %+v", last)
	}

	// The next start.
	s := fresh()
	s.Account.Draft = last
	s.Account.Draft.Secret, s.Account.Draft.HasSecret = "", true
	eng = &fake{}
	b = open(t, eng, s, nil)
	b.shows("Make a client secret and bring it back", "A secret is kept, encrypted on this computer.")
	if e := apptest.Entries(b.win)[0]; e.Text != "" || !strings.Contains(e.PlaceHolder, "leave empty to keep it") {
		t.Errorf("the field holds %q, says %q", e.Text, e.PlaceHolder)
	}
	b.Next()
	b.Next()
	b.shows(clientID, "contoso.com", "kept, encrypted")
	b.tap("Sign in")
	if len(eng.saved) != 1 || eng.saved[0].Secret != "" || eng.saved[0].ClientID != clientID {
		t.Errorf("saved %+v", eng.saved)
	}
	if err := b.Flush(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestADraftThatCantBeKeptIsTold(t *testing.T) {
	eng := &fake{refuse: map[string]error{"SaveDraft": errLocked}}
	b := open(t, eng, fresh(), nil)
	b.Next()
	b.shows("The keychain is locked", "Begin a registration in the admin centre")
	if err := b.Flush(t.Context()); !errors.Is(err, errLocked) {
		t.Errorf("flush: %v", err)
	}
	eng.refuse = nil
	b.Next()
	b.hides("The keychain is locked")
}

func TestATypedSecretLeavesTheWindow(t *testing.T) {
	b := open(t, &fake{}, entered(), nil)
	b.GoTo(setup.StepSecret)
	b.enter(0, secret)
	b.Back()
	b.Next()
	if e := apptest.Entries(b.win)[0]; e.Text != "" {
		t.Error("the secret stays in the window after its screen was left")
	}
	for _, text := range apptest.Texts(b.win) {
		if strings.Contains(text, secret) {
			t.Errorf("shows the secret in %q", text)
		}
	}
}

func TestWhatIsTypedSurvivesNewSnapshots(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	b.GoTo(setup.StepIDs)
	b.enter(1, "contoso.com")
	b.Prepare(fresh())()
	b.Prepare(entered())()
	if e := apptest.Entries(b.win)[1]; e.Text != "contoso.com" {
		t.Errorf("the tenant is now %q", e.Text)
	}
}

func TestWhereThePageBegins(t *testing.T) {
	draft := func(s engine.Snapshot, step string) engine.Snapshot {
		s.Account.Draft = engine.Draft{Credentials: s.Account.Credentials, Step: step}
		return s
	}
	state := func(s engine.Snapshot, to engine.AccountState) engine.Snapshot { s.Account.State = to; return s }
	full := apptest.Snapshot(apptest.Noon)
	newSecret := draft(connected(), setup.StepSecret)
	newSecret.Account.Draft.HasSecret = true
	for _, c := range []struct {
		name string
		s    engine.Snapshot
		want string
	}{
		{"before the engine knows", engine.Snapshot{}, setup.StepWay},
		{"fresh", fresh(), setup.StepWay},
		{"left off", draft(fresh(), setup.StepName), setup.StepName},
		{"an unknown step", draft(fresh(), "of a newer version"), setup.StepWay},
		{"entered", entered(), setup.StepConnect},
		{"connected", connected(), setup.StepDisplays},
		{"connected, left at a step that is done", draft(connected(), setup.StepSecret), setup.StepDisplays},
		{"connected, a new secret waits", newSecret, setup.StepSecret},
		{"approved", approved(), setup.StepProof},
		{"approved, proof skipped", draft(approved(), setup.StepDisplays), setup.StepDisplays},
		{"sign in again", state(connected(), engine.NeedsSignIn), setup.StepConnect},
		{"locked", state(connected(), engine.Locked), setup.StepConnect},
		{"a new secret is needed", state(connected(), engine.NeedsSecret), setup.StepSecret},
		{"all done", full, setup.StepDone},
	} {
		if got := setup.ViewOf(c.s).Begin(); got != c.want {
			t.Errorf("%s: begins at %q, want %q", c.name, got, c.want)
		}
	}
	b := open(t, &fake{}, full, nil)
	b.shows("Everything is set up.", "5 adopted · 1 new", "4 with a room · 1 without", "Connected as admin@contoso.com")
	b.tap("See the signs")
	if !slices.Equal(b.pages, []string{"overview"}) {
		t.Errorf("opened %q", b.pages)
	}
}

func TestDemoFillsInAndDoesEverything(t *testing.T) {
	office := &demo.Office{
		Credentials: engine.Credentials{Tenant: "contoso.com", ClientID: clientID, Secret: "a-secret-of-the-demo"},
		OutlookURL:  "http://outlook", Note: "by address",
		SetUp: func(_ context.Context, progress func(string)) error {
			progress("step")
			return errors.New("the office burnt down")
		},
	}
	eng := &fake{}
	b := open(t, eng, fresh(), func(_ *bench, c *setup.Config) { c.Demo = office })
	b.shows("This is a demonstration", "by address")
	b.tap("Open Simulated Outlook")
	if !slices.Equal(b.opened, []string{"http://outlook"}) {
		t.Errorf("opened %q", b.opened)
	}
	b.tap("Set up everything for me")
	b.shows("the office burnt down")
	office.SetUp = func(context.Context, func(string)) error { return nil }
	b.tap("Set up everything for me")
	b.shows("Everything is set up: see the signs on the Overview.", "Where things stand")

	eng = &fake{}
	b = open(t, eng, fresh(), func(_ *bench, c *setup.Config) { c.Demo = office })
	for range 7 {
		b.tap("Next")
	}
	b.tap("Sign in")
	if len(eng.saved) != 1 || eng.saved[0].Secret != "a-secret-of-the-demo" || !slices.Contains(eng.calls, "Connect") {
		t.Errorf("saved %+v, calls %q", eng.saved, eng.calls)
	}
}

func TestHandout(t *testing.T) {
	var made engine.Credentials
	var name, opened string
	refuse := error(nil)
	b := open(t, &fake{}, fresh(), func(_ *bench, c *setup.Config) {
		c.Handout = func(g engine.Guide, given engine.Credentials) ([]byte, error) {
			made = given
			return []byte(g.AppName), refuse
		}
		c.SaveFile = func(n string, data []byte, done func(error)) {
			name = n + " " + string(data)
			done(errors.New("the disk is full"))
		}
		c.OpenFile = func(_ context.Context, n string, data []byte) error { opened = n + " " + string(data); return nil }
	})
	b.GoTo(setup.StepSecret)
	b.enter(0, secret)
	b.GoTo(setup.StepPortal)
	b.tap("Save hand-out…")
	b.shows("the disk is full")
	b.tap("Open hand-out to print")
	b.hides("the disk is full")
	const want = "roomink-registration.html Roomink room signs"
	if made.Secret != "" || name != want || opened != want {
		t.Errorf("made of %+v, saved %q, opened %q", made, name, opened)
	}
	refuse = errors.New("no paper")
	b.tap("Open hand-out to print")
	b.shows("no paper")
	b.tap("Enter what they sent back")
	b.shows("Bring back two IDs")
}

// Enter goes on where no widget has the focus.
func TestEnterGoesOn(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyA, fyne.KeyEnter} {
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	b.shows("Name it, and say who may use it")
}

// Only steps that were reached can be gone to.
func TestTheListOfStepsGoesToWhatWasReached(t *testing.T) {
	b := open(t, &fake{}, fresh(), nil)
	step := func(title string) fyne.Tappable {
		var item fyne.Tappable
		apptest.Walk(b.win, func(o fyne.CanvasObject) {
			if x, ok := o.(interface {
				fyne.Tappable
				fyne.Focusable
				fyne.Disableable
			}); ok {
				apptest.WalkObject(o, func(part fyne.CanvasObject) {
					if text, ok := part.(*xwidget.Text); ok && text.Text == title {
						item = x
					}
				})
			}
		})
		if item == nil {
			t.Fatalf("no step %q", title)
		}
		return item
	}
	test.Tap(step("The two IDs"))
	b.shows("How should Roomink reach your calendars?")
	b.GoTo(setup.StepPermissions)
	test.Tap(step("Name"))
	b.shows("Name it, and say who may use it")
	test.Tap(step("Permissions"))
	b.shows("Allow what Roomink may read")
}
