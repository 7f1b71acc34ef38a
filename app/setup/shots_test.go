package setup_test

import (
	"context"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/app/setup"
	"github.com/roomink/roomink/app/theme"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

var shots = flag.String("shots", "", "write pictures of every screen to this folder")

func contains(s, sub string) bool { return strings.Contains(s, sub) }

// scenes are the screens worth looking at.
func scenes() map[string]func(*testing.T) *bench {
	at := func(s engine.Snapshot, step string, then func(*bench)) func(*testing.T) *bench {
		return func(t *testing.T) *bench {
			b := open(t, &fake{}, s, func(_ *bench, c *setup.Config) {
				c.Handout = func(engine.Guide, engine.Credentials) ([]byte, error) { return nil, nil }
				c.SaveFile = func(string, []byte, func(error)) {}
				c.OpenFile = func(context.Context, string, []byte) error { return nil }
			})
			b.GoTo(step)
			if then != nil {
				then(b)
			}
			return b
		}
	}
	long := fresh()
	long.Account.Draft = engine.Draft{Credentials: engine.Credentials{RedirectPath: "/" + strings.Repeat("path", 40),
		Tenant: strings.Repeat("long-", 40) + "name.com"}}
	waiting := entered()
	waiting.Account.State, waiting.Account.SignInURL = engine.Connecting, "https://login"
	waiting.Account.SignInUntil = apptest.Noon.Add(5 * time.Minute)
	failed := entered()
	failed.Account.Problem = &engine.Explanation{Title: "The client secret is wrong", Text: "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '3f9c2a10-7d4e-4b1a-9e55-0c8f6d2b7a41'.",
		Remedy: "Copy the Value of the client secret, not the Secret ID.", Details: "AADSTS7000215", Code: 7000215}
	wait := func(then func(*bench)) func(*testing.T) *bench {
		return func(t *testing.T) *bench {
			b := open(t, &fake{}, entered(), slow)
			b.GoTo(setup.StepConnect)
			b.Next()
			b.Prepare(waiting)()
			if then != nil {
				then(b)
			}
			return b
		}
	}
	app := fresh()
	app.Account.Draft.Mode = engine.Application
	exposed, closed := approved(), approved()
	exposed.Account.Exposure = engine.Exposure{State: engine.Exposed, Mailbox: "anna@contoso.com", At: apptest.Noon}
	closed.Account.Exposure = engine.Exposure{State: engine.Closed, Mailbox: "anna@contoso.com", At: apptest.Noon}
	finished := apptest.Snapshot(apptest.Noon)
	adopted := connected()
	adopted.Displays = finished.Displays[4:]
	adopted.Rooms = finished.Rooms
	return map[string]func(*testing.T) *bench{
		"01-way": at(fresh(), setup.StepWay, nil),
		"01-way-demo": func(t *testing.T) *bench {
			return open(t, &fake{}, fresh(), func(_ *bench, c *setup.Config) {
				c.Demo = &demo.Office{Credentials: engine.Credentials{Tenant: tenantID, ClientID: clientID, Secret: secret}}
			})
		},
		"02-portal":               at(fresh(), setup.StepPortal, nil),
		"03-name":                 at(fresh(), setup.StepName, nil),
		"04-redirect":             at(fresh(), setup.StepRedirect, nil),
		"04-redirect-application": at(app, setup.StepRedirect, nil),
		"05-ids":                  at(fresh(), setup.StepIDs, nil),
		"05-ids-wrong": at(fresh(), setup.StepIDs, func(b *bench) {
			b.enter(0, clientID)
			b.enter(1, "anna@contoso.com")
			b.Next()
		}),
		"05-ids-right":               at(entered(), setup.StepIDs, nil),
		"06-secret":                  at(fresh(), setup.StepSecret, nil),
		"06-secret-id":               at(fresh(), setup.StepSecret, func(b *bench) { b.enter(0, clientID) }),
		"06-secret-replace":          at(connected(), setup.StepSecret, func(b *bench) { b.enter(0, secret) }),
		"07-permissions":             at(fresh(), setup.StepPermissions, nil),
		"07-permissions-application": at(app, setup.StepPermissions, nil),
		"08-connect":                 at(entered(), setup.StepConnect, nil),
		"08-connect-missing":         at(fresh(), setup.StepConnect, nil),
		"08-connect-waiting":         wait(nil),
		"08-connect-waiting-50011":   wait(func(b *bench) { b.tap("50011 · Redirect URI") }),
		"08-connect-failed":          at(failed, setup.StepConnect, nil),
		"08-connected":               at(connected(), setup.StepConnect, nil),
		"04-redirect-long":           at(long, setup.StepRedirect, nil),
		"08-connect-long":            at(long, setup.StepConnect, nil),
		"09-proof":                   at(approved(), setup.StepProof, nil),
		"09-proof-exposed":           at(exposed, setup.StepProof, nil),
		"09-proof-closed":            at(closed, setup.StepProof, nil),
		"10-displays":                at(connected(), setup.StepDisplays, nil),
		"11-rooms":                   at(adopted, setup.StepRooms, nil),
		"12-done":                    at(finished, setup.StepDone, nil),
		"12-done-not-yet":            at(closed, setup.StepDone, nil),
	}
}

// Every screen fits into the smallest window that is promised, 1000 units wide, beside
// the window's own navigation.
func TestScreensFit(t *testing.T) {
	if strings.HasPrefix(string(lang.SystemLocale()), "de") {
		data, err := os.ReadFile("../translations/de.json")
		if err == nil {
			err = lang.AddTranslations(fyne.NewStaticResource("de.json", data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, scene := range scenes() {
		t.Run(name, func(t *testing.T) {
			b := scene(t)
			if w := b.Content().MinSize().Width; w > 1000-235 {
				t.Errorf("needs %v units", w)
			}
			if *shots != "" {
				picture(t, b, name)
			}
		})
	}
}

// picture writes how the screen looks, at two sizes, in light and dark.
func picture(t *testing.T, b *bench, name string) {
	t.Helper()
	c := b.Content()
	b.win.SetPadded(false)
	b.win.SetContent(container.NewStack(xwidget.Pad(c, 0, 20, 16, 20)))
	for _, size := range []struct {
		tag  string
		w, h float32
	}{{"1180x760", 1180 - 195, 760 - 105}, {"1000x700", 1000 - 195, 700 - 105}} {
		for _, dark := range []bool{false, true} {
			test.ApplyTheme(t, theme.Forced(dark))
			for range 4 { // wrapped text knows its height only once it has its width
				b.win.Resize(fyne.NewSize(size.w, size.h))
				c.Refresh()
				b.win.Resize(fyne.NewSize(size.w+1, size.h))
			}
			b.win.Resize(fyne.NewSize(size.w, size.h))
			file := name + "-" + size.tag
			if dark {
				file += "-dark"
			}
			f, err := os.Create(filepath.Join(*shots, file+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, b.win.Canvas().Capture()); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
