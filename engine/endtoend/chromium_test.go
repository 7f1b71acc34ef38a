package endtoend_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/simulator/chromium"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// browse starts Debian's Chromium, which has to be there: `make test` installs it.
func browse(t *testing.T) *chromium.Browser {
	t.Helper()
	b, err := chromium.Open(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// TestChromium connects with a real browser: it fills in the login page and consents,
// and Roomink's own page says how that ended.
func TestChromium(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	b := browse(t)
	pictures := t.ArtifactDir()
	tests := []struct {
		name    string
		mode    engine.Mode
		decline bool
		says    string // on the page at the end
	}{
		{"declined", engine.Delegated, true, "AADSTS65004"},
		{"an account", engine.Delegated, false, "signed in"},
		{"the whole organisation, declined", engine.Application, true, "AADSTS65004"},
		{"the whole organisation", engine.Application, false, "organisation"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ended := make(chan chromium.Page, 1)
			r := o.start(t.TempDir(), func(ctx context.Context, address string) error {
				c := o.Tenant.Credentials()
				page, err := b.Visit(ctx, address, chromium.Person{Username: c.Username, Password: c.Password, Decline: test.decline,
					Look: func(name string, png []byte) error {
						return os.WriteFile(filepath.Join(pictures, strings.ReplaceAll(test.name, " ", "-")+"-"+name+".png"), png, 0o644)
					}})
				ended <- page
				return err
			})
			c := o.credentials()
			c.Mode = test.mode
			r.must(r.SaveCredentials(t.Context(), c))
			err := r.Connect(t.Context())
			page := <-ended
			if !strings.Contains(strings.ToLower(page.Text), strings.ToLower(test.says)) {
				t.Errorf("the page at the end, %q, says %q; want %q", page.Title, page.Text, test.says)
			}
			if len(page.Complaints) != 0 && !test.decline { // the page of a refusal has the status 400
				t.Errorf("Chromium complains: %q", page.Complaints)
			}
			if test.decline {
				if err == nil || engine.Explain(err).Code != 65004 || r.Snapshot().Account.State != engine.SignedOut {
					t.Errorf("%v, account %+v; want it refused", err, r.Snapshot().Account)
				}
				return
			}
			r.must(err)
			if a := r.Snapshot().Account; a.State != engine.Connected || a.Mode != test.mode {
				t.Errorf("account %+v; want connected", a)
			}
			r.awaitRooms()
		})
	}
}

// A web page that happens to be open in the same browser must not be able to end, use
// up or read a sign-in by calling the port that Roomink waits on.
func TestChromiumStrangers(t *testing.T) {
	o := newOffice(t, []virtual.Options{}...)
	b := browse(t)
	r := o.start(t.TempDir(), func(ctx context.Context, address string) error {
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		back := u.Query().Get("redirect_uri") + "?code=stolen&state=" + url.QueryEscape(u.Query().Get("state"))
		for _, options := range []string{`{}`, `{mode: 'no-cors'}`, `{mode: 'no-cors', method: 'POST', body: 'code=x'}`} {
			// It even knows the state, which it can't.
			text, err := b.Evaluate(ctx, o.URL()+"/outlook", `fetch('`+back+`', `+options+`).then(r => 'read ' + r.type + r.status, e => 'blocked')`)
			if err != nil {
				return err
			}
			if text != "blocked" && text != "read opaque0" {
				return errors.New("a strange page could read the answer: " + text)
			}
		}
		c := o.Tenant.Credentials()
		_, err = b.Visit(ctx, address, chromium.Person{Username: c.Username, Password: c.Password})
		return err
	})
	r.must(r.SaveCredentials(t.Context(), o.credentials()))
	r.must(r.Connect(t.Context()))
	if a := r.Snapshot().Account; a.State != engine.Connected {
		t.Errorf("account %+v; want connected by the person, not by the page", a)
	}
}
