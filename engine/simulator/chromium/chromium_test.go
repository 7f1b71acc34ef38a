package chromium_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/simulator/chromium"
)

// forms are a login page, a consent page and an end, as the simulated Entra has them.
func forms() http.Handler {
	mux := http.NewServeMux()
	page := func(w http.ResponseWriter, title, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><title>" + title + "</title>" + body))
	}
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, _ *http.Request) {
		page(w, "Log in", `<form method="post" action="consent"><input name="username" value="x"><input name="password" type="password"><button type="submit">Go</button></form>`)
	})
	mux.HandleFunc("POST /consent", func(w http.ResponseWriter, r *http.Request) {
		page(w, "Consent", `<p>`+r.PostFormValue("username")+`</p><form method="post" action="end"><button name="decision" value="cancel">No</button><button name="decision" value="accept">Yes</button></form>`)
	})
	mux.HandleFunc("POST /end", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		page(w, "End", `<p>It is `+r.PostFormValue("decision")+`</p><img src="/none.png">`)
	})
	return mux
}

func TestVisit(t *testing.T) {
	server := httptest.NewServer(forms())
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	b, err := chromium.Open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	var seen []string
	page, err := b.Visit(ctx, server.URL+"/login", chromium.Person{Username: "ada@contoso.com", Password: "secret",
		Look: func(name string, png []byte) error {
			seen = append(seen, name)
			if len(png) == 0 {
				t.Errorf("no picture of %s", name)
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(seen, " "); got != "login consent end" || page.Title != "End" || page.Text != "It is accept" {
		t.Errorf("saw %s, ended at %q: %q; want the end, accepted", got, page.Title, page.Text)
	}
	if all := strings.Join(page.Complaints, "\n"); !strings.Contains(all, "Content Security Policy") {
		t.Errorf("complaints %q; want the blocked image", page.Complaints)
	}
	text, err := b.Evaluate(ctx, server.URL+"/login", `fetch('/login').then(r => 'status ' + r.status)`)
	if err != nil || text != "status 200" {
		t.Errorf("script gives %q, %v", text, err)
	}
}
