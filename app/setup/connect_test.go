package setup_test

import (
	"context"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// openStep taps the head of a step.
func openStep(t *testing.T, w fyne.Window, title string) {
	t.Helper()
	var head fyne.Tappable
	apptest.Walk(w, func(o fyne.CanvasObject) {
		tappable, ok := o.(fyne.Tappable)
		if !ok {
			return
		}
		apptest.WalkObject(o, func(part fyne.CanvasObject) {
			if text, ok := part.(*xwidget.Text); ok && text.Text == title {
				head = tappable // the innermost one is visited last
			}
		})
	})
	if head == nil {
		t.Fatalf("there is no step %q", title)
	}
	test.Tap(head)
}

// What stands in the form is what a person means to sign in with, saved or not.
func TestConnectUsesWhatWasTyped(t *testing.T) {
	s := apptest.Fresh(apptest.Noon)
	s.Account.State = engine.NeedsSignIn
	s.Account.HasSecret = true
	s.Account.Credentials = engine.Credentials{Cloud: "Global", Tenant: "contoso.com", ClientID: clientID}
	var order []string
	_, w := open(t, fake{
		save:    func(c engine.Credentials) error { order = append(order, "save "+c.Secret); return nil },
		connect: func(context.Context) error { order = append(order, "connect"); return nil },
	}, s, nil)
	tap(t, w, "Sign in again")
	if len(order) != 1 || order[0] != "connect" {
		t.Fatalf("without a change: %q; want a sign-in alone", order)
	}
	order = nil
	openStep(t, w, "Enter the credentials")
	secret := apptest.Entries(w)[2]
	test.Type(secret, "Zx8~Q.new_secret_Value-0123456789")
	openStep(t, w, "Connect")
	tap(t, w, "Sign in again")
	if len(order) != 2 || order[0] != "save Zx8~Q.new_secret_Value-0123456789" || order[1] != "connect" {
		t.Errorf("after typing a secret: %q; want it saved, then the sign-in", order)
	}
	if secret.Text != "" {
		t.Error("the secret stays in the window after it was saved")
	}
	order = nil
	openStep(t, w, "Enter the credentials")
	test.Type(secret, clientID) // a Secret ID
	openStep(t, w, "Connect")
	tap(t, w, "Sign in again")
	if len(order) != 0 || !apptest.Shows(w, "This is the Secret ID.") {
		t.Errorf("with a secret that can't be right: %q, shows %q", order, apptest.Texts(w))
	}
}
