package setup_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

const (
	clientID = "3f9c2a10-7d4e-4b1a-9e55-0c8f6d2b7a41"
	tenantID = "8d2f1c4e-3b7a-4f50-9c61-2a7e5d9b1f30"
	secret   = "abc8Q~Zx8dsecret-Value_0123456789.abcdef" // of the form that the portal makes
)

// fake is the engine as the page knows it: it notes what was asked and answers as
// told, with success where nothing is.
type fake struct {
	calls  []string
	saved  []engine.Credentials
	drafts []engine.Draft

	refuse   map[string]error // by the name of the command
	exposure engine.Exposure
	connect  func(context.Context) error
	adopt    func(display.ID) error
	assign   func(display.ID, calendar.RoomID) error
}

func (f *fake) call(name string) error {
	f.calls = append(f.calls, name)
	return f.refuse[name]
}

func (f *fake) SaveCredentials(_ context.Context, c engine.Credentials) error {
	f.saved = append(f.saved, c)
	return f.call("SaveCredentials")
}

func (f *fake) SaveDraft(_ context.Context, d engine.Draft) error {
	f.drafts = append(f.drafts, d)
	return f.call("SaveDraft")
}

func (f *fake) Connect(ctx context.Context) error {
	if err := f.call("Connect"); err != nil || f.connect == nil {
		return err
	}
	return f.connect(ctx)
}

func (f *fake) ReplaceSecret(_ context.Context, secret string, expires time.Time) error {
	return f.call("ReplaceSecret " + secret + " " + expires.Format(time.DateOnly))
}

func (f *fake) CheckExposure(_ context.Context, mailbox string) (engine.Exposure, error) {
	return f.exposure, f.call("CheckExposure " + mailbox)
}

func (f *fake) Adopt(_ context.Context, id display.ID) error { return f.adopt(id) }
func (f *fake) Assign(_ context.Context, id display.ID, r calendar.RoomID) error {
	return f.assign(id, r)
}

func (f *fake) Clouds() []engine.Cloud {
	return []engine.Cloud{{Name: "Microsoft 365"}, {Name: "US Government (GCC High)"}, {Name: "China (21Vianet)"}}
}

func (f *fake) Guide(c engine.Credentials) engine.Guide {
	portal := "https://entra.microsoft.com"
	if c.Cloud == "China (21Vianet)" {
		portal = "https://entra.microsoftonline.cn"
	}
	g := engine.Guide{
		Portal: portal, NewApp: portal + "/new", Overview: portal + "/overview/" + c.ClientID, Authentication: portal + "/auth",
		Secrets: portal + "/secrets", Permissions: portal + "/permissions",
		AppName: "Roomink room signs", RedirectURI: "http://localhost" + c.RedirectPath,
	}
	if c.Mode == engine.Application {
		g.Needed = []engine.Permission{{Name: "Calendars.Read", Mode: engine.Application, AdminConsent: true}}
		g.Narrow = []engine.Recipe{
			{Name: "RBAC for Applications", Note: "The better way: grants only what is listed. Take Calendars.Read out of the API permissions afterwards.",
				Commands: "Connect-ExchangeOnline\nNew-ServicePrincipal -AppId " + c.ClientID + " -ObjectId <object id> -DisplayName Roomink\nNew-ManagementScope -Name Rooms -RecipientRestrictionFilter \"RecipientTypeDetails -eq 'RoomMailbox'\"\nNew-ManagementRoleAssignment -App <object id> -Role \"Application Calendars.Read\" -CustomResourceScope Rooms"},
			{Name: "Application access policy", Note: "The older way.", Commands: "New-ApplicationAccessPolicy -AppId " + c.ClientID},
		}
	} else {
		for _, name := range []string{"openid", "profile", "offline_access", "User.Read", "Calendars.Read", "Calendars.Read.Shared"} {
			g.Needed = append(g.Needed, engine.Permission{Name: name, Mode: engine.Delegated})
		}
	}
	if c.Directory {
		g.Needed = append(g.Needed, engine.Permission{Name: "Place.Read.All", Mode: c.Mode, AdminConsent: true, Optional: true})
	}
	return g
}

func (f *fake) ExplainPage(text string) engine.Explanation {
	known := map[string]engine.Explanation{
		"50011":  {Title: "The redirect URI is not registered", Remedy: "Add the platform Web with the redirect URI http://localhost/roomink.", Code: 50011},
		"700016": {Title: "There is no such app in this tenant", Remedy: "Check the Application (client) ID and the tenant ID.", Code: 700016},
		"90002":  {Title: "There is no such tenant", Code: 90002},
		"50194":  {Title: "This app belongs to a single tenant", Code: 50194},
		"53003":  {Title: "Conditional Access blocks this sign-in", Code: 53003},
		"90094":  {Title: "Your organisation lets only administrators allow apps", Code: 90094},
	}
	for code, x := range known {
		if contains(text, code) {
			return x
		}
	}
	return engine.Explanation{}
}

// alarms are the page's timers, worked off by the test.
type alarms struct {
	now  time.Time
	list []*alarm
}

type alarm struct {
	at time.Time
	f  func()
}

func (a *alarms) after(d time.Duration, f func()) func() {
	x := &alarm{a.now.Add(d), f}
	a.list = append(a.list, x)
	return func() { a.list = slices.DeleteFunc(a.list, func(y *alarm) bool { return x == y }) }
}

// pass lets time go by, and what is due in it happen in its order.
func (a *alarms) pass(d time.Duration) {
	end := a.now.Add(d)
	for {
		slices.SortStableFunc(a.list, func(x, y *alarm) int { return x.at.Compare(y.at) })
		if len(a.list) == 0 || a.list[0].at.After(end) {
			break
		}
		x := a.list[0]
		a.list = a.list[1:]
		a.now = x.at
		x.f()
	}
	a.now = end
}

// bench is a page in a window, over a fake engine.
type bench struct {
	*setup.Page
	t      *testing.T
	eng    *fake
	win    fyne.Window
	time   *alarms
	opened []string // addresses
	pages  []string
	work   []func() // tasks that wait, where the hub is slow
}

// open shows the page of a snapshot.
func open(t *testing.T, eng *fake, s engine.Snapshot, change func(*bench, *setup.Config)) *bench {
	t.Helper()
	test.NewTempApp(t)
	b := &bench{t: t, eng: eng, time: &alarms{now: apptest.Noon}}
	cfg := setup.Config{
		Engine: eng, Hub: command.Inline(t.Context(), apptest.Explain), Now: func() time.Time { return b.time.now },
		Open:    func(page string) { b.pages = append(b.pages, page) },
		OpenURL: func(address string) { b.opened = append(b.opened, address) },
		After:   b.time.after,
	}
	if change != nil {
		change(b, &cfg)
	}
	b.Page = setup.New(cfg)
	b.win = test.NewTempWindow(t, b.Content())
	b.win.Resize(fyne.NewSize(945, 650))
	b.Prepare(s)()
	return b
}

// slow has tasks wait until the test runs them.
func slow(b *bench, cfg *setup.Config) {
	cfg.Hub = command.NewHub(command.Config{Explain: apptest.Explain, Do: func(f func()) { f() },
		Go: func(f func()) { b.work = append(b.work, f) }})
	cfg.Hub.Open(b.t.Context())
}

// finish runs the tasks that wait.
func (b *bench) finish() {
	for len(b.work) > 0 {
		f := b.work[0]
		b.work = b.work[1:]
		f()
	}
}

func (b *bench) tap(label string) {
	b.t.Helper()
	x := apptest.Find[*widget.Button](b.win, label)
	if x == nil {
		b.t.Fatalf("there is no button %q in %q", label, apptest.Texts(b.win))
	}
	test.Tap(x)
}

// type_ types into the n-th entry on show.
func (b *bench) enter(n int, text string) {
	b.t.Helper()
	list := apptest.Entries(b.win)
	if n >= len(list) {
		b.t.Fatalf("there are %d entries in %q", len(list), apptest.Texts(b.win))
	}
	list[n].SetText("")
	test.Type(list[n], text)
}

func (b *bench) shows(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !apptest.Shows(b.win, text) {
			b.t.Errorf("does not show %q, but\n%q", text, apptest.Texts(b.win))
		}
	}
}

func (b *bench) hides(texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if apptest.Shows(b.win, text) {
			b.t.Errorf("shows %q:\n%q", text, apptest.Texts(b.win))
		}
	}
}

// fresh is an office on its first day.
func fresh() engine.Snapshot { return apptest.Fresh(apptest.Noon) }

// entered is one where everything was brought back from the portal.
func entered() engine.Snapshot {
	s := fresh()
	s.Account.Credentials = engine.Credentials{Tenant: tenantID, ClientID: clientID}
	s.Account.HasSecret = true
	return s
}

// connected is one with an account signed in.
func connected() engine.Snapshot {
	s := entered()
	s.Account.State, s.Account.Mode = engine.Connected, engine.Delegated
	s.Account.Username, s.Account.Tenant = "admin@contoso.com", tenantID
	return s
}

// approved is one with an application approved.
func approved() engine.Snapshot {
	s := connected()
	s.Account.Mode, s.Account.Credentials.Mode = engine.Application, engine.Application
	s.Account.Username, s.Account.Name = "", "Roomink"
	return s
}

var errLocked = &apptest.Failure{Title: "The keychain is locked", Remedy: "Unlock it"}
