package setup_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

const clientID = "3f9c2a10-7d4e-4b1a-9e55-0c8f6d2b7a41"

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		name  string
		check func(string) error
		text  string
		wrong string // part of the words; "" = right
	}{
		{"tenant", setup.CheckTenant, clientID, ""},
		{"tenant", setup.CheckTenant, " Contoso.onmicrosoft.com ", ""},
		{"tenant", setup.CheckTenant, "", "Needed"},
		{"tenant", setup.CheckTenant, "contoso", "neither"},
		{"tenant", setup.CheckTenant, "admin@contoso.com", "e-mail address"},
		{"tenant", setup.CheckTenant, "https://contoso.com", "neither"},
		{"client", setup.CheckClientID, clientID, ""},
		{"client", setup.CheckClientID, strings.ToUpper(clientID) + "\n", ""},
		{"client", setup.CheckClientID, "", "Needed"},
		{"client", setup.CheckClientID, "{" + clientID + "}", "no ID"},
		{"client", setup.CheckClientID, strings.ReplaceAll(clientID, "-", ""), "no ID"},
		{"client", setup.CheckClientID, clientID[:35], "no ID"},
		{"secret", setup.CheckSecret, "", ""}, // keeps the saved one
		{"secret", setup.CheckSecret, "Zx8~Q.secret_Value-0123456789abcdefghi", ""},
		{"secret", setup.CheckSecret, clientID, "Secret ID"},
		{"secret", setup.CheckSecret, "Zx8~Q.secret Value-0123456789", "no spaces"},
		{"secret", setup.CheckSecret, "short", "shorter"},
	} {
		err := c.check(c.text)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s %q: %v, want %q", c.name, c.text, err, c.wrong)
		}
	}
}

func TestStepsFollowTheEngine(t *testing.T) {
	full := apptest.Snapshot(apptest.Noon)
	fresh := apptest.Fresh(apptest.Noon)
	entered := fresh
	entered.Account.Credentials = full.Account.Credentials
	connected := entered
	connected.Account.State = engine.Connected
	adopted := connected
	adopted.Displays = []engine.Display{{Stage: engine.Adopted}, {Stage: engine.Found}}
	for _, c := range []struct {
		name    string
		s       engine.Snapshot
		current int
		summary string // of the current step
	}{
		{"empty", engine.Snapshot{}, setup.Register, "Once, in the Entra admin centre"},
		{"fresh", fresh, setup.Register, "Once, in the Entra admin centre"},
		{"entered", entered, setup.Connect, "Not connected"},
		{"connected", connected, setup.Adopt, "2 found"},
		{"adopted", adopted, setup.Assign, "No display has a room yet"},
	} {
		v := setup.ViewOf(c.s, false)
		if v.Current != c.current || v.Steps[v.Current].Summary != c.summary {
			t.Errorf("%s: step %d %q, want %d %q", c.name, v.Current, v.Steps[v.Current].Summary, c.current, c.summary)
		}
	}
	if v := setup.ViewOf(fresh, true); v.Current != setup.Connect {
		t.Errorf("in the demo the first step is %d, want Connect", v.Current)
	}
	v := setup.ViewOf(full, false)
	if v.Current != setup.Assign+1 {
		t.Errorf("all done: step %d", v.Current)
	}
	if got := v.Steps[setup.Adopt].Summary; got != "5 adopted · 1 new" {
		t.Errorf("adopt reads %q", got)
	}
	if got := v.Steps[setup.Assign].Summary; got != "4 with a room · 1 without" {
		t.Errorf("assign reads %q", got)
	}
	if first, last := v.Rooms[0].Label, v.Rooms[len(v.Rooms)-1].Label; first != "Fjord" || last != "Oslo (has a sign)" {
		t.Errorf("rooms from %q to %q; those without a sign come first", first, last)
	}
}

// fake is the engine as the page knows it.
type fake struct {
	save    func(engine.Credentials) error
	connect func(context.Context) error
	adopt   func(display.ID) error
	assign  func(display.ID, calendar.RoomID) error
}

func (f fake) SaveCredentials(_ context.Context, c engine.Credentials) error { return f.save(c) }
func (f fake) Connect(ctx context.Context) error                             { return f.connect(ctx) }
func (f fake) Adopt(_ context.Context, id display.ID) error                  { return f.adopt(id) }
func (f fake) Assign(_ context.Context, id display.ID, r calendar.RoomID) error {
	return f.assign(id, r)
}
func (f fake) Clouds() []engine.Cloud {
	return []engine.Cloud{{Name: "Global", Portal: "https://portal"}, {Name: "China", Portal: "https://portal.cn"}}
}

func open(t *testing.T, f fake, s engine.Snapshot, change func(*setup.Config)) (*setup.Page, fyne.Window) {
	t.Helper()
	test.NewTempApp(t)
	cfg := setup.Config{Engine: f, Hub: command.Inline(t.Context(), apptest.Explain), Open: func(string) {}, OpenURL: func(string) {}}
	if change != nil {
		change(&cfg)
	}
	p := setup.New(cfg)
	w := test.NewTempWindow(t, p.Content())
	w.Resize(fyne.NewSize(900, 1400))
	p.Prepare(s)()
	return p, w
}

func tap(t *testing.T, w fyne.Window, label string) {
	t.Helper()
	b := apptest.Find[*widget.Button](w, label)
	if b == nil {
		t.Fatalf("there is no button %q in %q", label, apptest.Texts(w))
	}
	test.Tap(b)
}

func TestCredentialsAreCheckedBeforeTheyAreSaved(t *testing.T) {
	var saved []engine.Credentials
	refuse := error(nil)
	_, w := open(t, fake{save: func(c engine.Credentials) error { saved = append(saved, c); return refuse }}, apptest.Fresh(apptest.Noon), nil)
	tap(t, w, "Done, next step")
	tap(t, w, "Save")
	if len(saved) != 0 || !apptest.Shows(w, "Needed: the Application (client) ID.") {
		t.Fatalf("saved %v, shows %q", saved, apptest.Texts(w))
	}
	e := apptest.Entries(w)
	test.Type(e[0], "contoso.com")
	test.Type(e[1], clientID)
	test.Type(e[2], clientID)
	if !apptest.Shows(w, "This is the Secret ID.") {
		t.Errorf("a Secret ID is not told while it is typed: %q", apptest.Texts(w))
	}
	tap(t, w, "Save")
	if len(saved) != 0 {
		t.Fatal("a Secret ID was saved as the secret")
	}
	e[2].SetText(" Zx8~Q.secret_Value-0123456789 ")
	refuse = &apptest.Failure{Title: "The keychain is locked", Remedy: "Unlock it"}
	tap(t, w, "Save")
	if !apptest.Shows(w, "The keychain is locked") || e[2].Text == "" {
		t.Errorf("a refusal must be told and lose nothing: %q, secret %d characters", apptest.Texts(w), len(e[2].Text))
	}
	refuse = nil
	tap(t, w, "Save")
	want := engine.Credentials{Cloud: "Global", Tenant: "contoso.com", ClientID: clientID, Secret: "Zx8~Q.secret_Value-0123456789"}
	if len(saved) != 2 || saved[1] != want {
		t.Errorf("saved %+v, want %+v", saved, want)
	}
	if e[2].Text != "" {
		t.Error("the secret stays in the window after it was saved")
	}
}

func TestWhatIsTypedSurvivesNewSnapshots(t *testing.T) {
	s := apptest.Fresh(apptest.Noon)
	p, w := open(t, fake{}, s, nil)
	tap(t, w, "Done, next step")
	e := apptest.Entries(w)
	test.Type(e[0], "contoso.com")
	p.Prepare(s)()
	if e[0].Text != "contoso.com" {
		t.Errorf("the tenant is now %q", e[0].Text)
	}
}

func TestConnectExplainsFailuresInPlace(t *testing.T) {
	s := apptest.Fresh(apptest.Noon)
	s.Account.Credentials = engine.Credentials{Tenant: "contoso.com", ClientID: clientID}
	err := error(&apptest.Failure{Title: "The client secret is wrong", Text: "AADSTS7000215", Remedy: "Copy the Value"})
	opened := ""
	p, w := open(t, fake{connect: func(context.Context) error { return err }}, s, func(c *setup.Config) { c.OpenURL = func(u string) { opened = u } })
	tap(t, w, "Connect")
	for _, part := range []string{"The client secret is wrong", "AADSTS7000215", "Copy the Value"} {
		if !apptest.Shows(w, part) {
			t.Errorf("does not show %q", part)
		}
	}
	s.Account.Problem = &engine.Explanation{Title: "The client secret is wrong"}
	p.Prepare(s)()
	if n := count(apptest.Texts(w), "The client secret is wrong"); n != 1 {
		t.Errorf("the failure is told %d times", n)
	}
	err = nil
	tap(t, w, "Connect")
	if apptest.Shows(w, "Copy the Value") {
		t.Error("the failure is still told after a success")
	}
	s.Account.State, s.Account.SignInURL, s.Account.Problem = engine.Connecting, "https://login", nil
	p.Prepare(s)()
	tap(t, w, "Open the page again")
	if opened != "https://login" {
		t.Errorf("opened %q", opened)
	}
	s.Account.State = engine.NeedsSignIn
	s.Account.Problem = &engine.Explanation{Title: "The password was changed"}
	p.Prepare(s)()
	if !apptest.Shows(w, "The password was changed") || apptest.Find[*widget.Button](w, "Sign in again") == nil {
		t.Errorf("a lost sign-in is not told: %q", apptest.Texts(w))
	}
}

func count(list []string, text string) int {
	n := 0
	for _, s := range list {
		if s == text {
			n++
		}
	}
	return n
}

func TestAdoptAndAssignWithAClickEach(t *testing.T) {
	s := apptest.Snapshot(apptest.Noon)
	for i := range s.Displays {
		s.Displays[i].Stage, s.Displays[i].Room = engine.Found, ""
	}
	var adopted []display.ID
	var given []string
	f := fake{
		adopt: func(id display.ID) error { adopted = append(adopted, id); return nil },
		assign: func(id display.ID, r calendar.RoomID) error {
			given = append(given, string(id)+" "+string(r))
			return nil
		},
	}
	p, w := open(t, f, s, nil)
	tap(t, w, "Adopt")
	if len(adopted) != 1 || adopted[0] != s.Displays[0].ID {
		t.Errorf("adopted %v", adopted)
	}
	tap(t, w, "Adopt all")
	if len(adopted) != 1+len(s.Displays) {
		t.Errorf("adopted %v", adopted)
	}
	s.Displays[0].Stage = engine.Adopted
	s.Displays = s.Displays[:1]
	p.Prepare(s)()
	b := apptest.Find[*widget.Button](w, "Assign")
	if b == nil || !b.Disabled() {
		t.Fatal("a display can be given no room at all")
	}
	room := apptest.Find[*widget.Select](w, "")
	room.SetSelected("Focus 1")
	p.Prepare(s)() // a snapshot between choosing and assigning changes nothing
	tap(t, w, "Assign")
	if len(given) != 1 || given[0] != string(s.Displays[0].ID)+" focus1@contoso.com" {
		t.Errorf("gave %q", given)
	}
}

func TestDemoFillsInAndDoesEverything(t *testing.T) {
	var saved engine.Credentials
	connected, opened := 0, ""
	office := &demo.Office{
		Credentials: engine.Credentials{Tenant: "contoso.com", ClientID: clientID, Secret: "a-secret-of-the-demo"},
		OutlookURL:  "http://outlook", Note: "by address",
		SetUp: func(_ context.Context, progress func(string)) error {
			progress("step")
			return errors.New("the office burnt down")
		},
	}
	f := fake{save: func(c engine.Credentials) error { saved = c; return nil }, connect: func(context.Context) error { connected++; return nil }}
	p, w := open(t, f, apptest.Fresh(apptest.Noon), func(c *setup.Config) { c.Demo, c.OpenURL = office, func(u string) { opened = u } })
	p.Connect() // without a visit to the form
	want := office.Credentials
	want.Cloud = "Global"
	if saved != want || connected != 1 {
		t.Errorf("saved %+v, connected %d times", saved, connected)
	}
	tap(t, w, "Open Simulated Outlook")
	if opened != "http://outlook" {
		t.Errorf("opened %q", opened)
	}
	tap(t, w, "Set up everything for me")
	if !apptest.Shows(w, "the office burnt down") {
		t.Errorf("a failure of the demo is not told: %q", apptest.Texts(w))
	}
}
