package browser_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/simulator/browser"
	"github.com/roomink/roomink/engine/simulator/tenant"
)

// office is a tenant and an app that waits for the browser to come back.
type office struct {
	*testing.T
	tenant   *tenant.Tenant
	base     string
	redirect string
}

func start(t *testing.T) *office {
	t.Helper()
	tn, err := tenant.New(tenant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(tn)
	t.Cleanup(srv.Close)
	tn.SetBaseURL(srv.URL)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<h1>Back at the app</h1><form>AADSTS1</form>")) // looks like a form of Microsoft's, but is not
	}))
	t.Cleanup(app.Close)
	at, err := url.Parse(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &office{t, tn, srv.URL, "http://localhost:" + at.Port() + "/roomink"}
}

func (o *office) authorize(scope string) string {
	return o.base + "/" + o.tenant.Credentials().TenantID + "/oauth2/v2.0/authorize?" + url.Values{"client_id": {o.tenant.Credentials().ClientID},
		"response_type": {"code"}, "redirect_uri": {o.redirect}, "scope": {scope}, "state": {"s"}}.Encode()
}

func (o *office) adminConsent() string {
	return o.base + "/" + o.tenant.Credentials().TenantID + "/v2.0/adminconsent?" + url.Values{"client_id": {o.tenant.Credentials().ClientID},
		"redirect_uri": {o.redirect}, "scope": {"https://graph.microsoft.com/.default"}, "state": {"s"}}.Encode()
}

func (o *office) person(r tenant.Role) *browser.Person {
	a := o.tenant.Account(r)
	return &browser.Person{Username: a.Username, Password: a.Password}
}

// back wants the person at the app and gives what the redirect said.
func (o *office) back(p *browser.Person, address string) url.Values {
	o.Helper()
	page, err := p.Visit(o.Context(), address)
	if err != nil || !strings.Contains(page.HTML, "Back at the app") || page.Status != 200 {
		o.Fatalf("%v, at %s: %s", err, page.URL, page.HTML)
	}
	at, err := url.Parse(page.URL)
	if err != nil {
		o.Fatal(err)
	}
	return at.Query()
}

// stuck wants the person at a page of Microsoft's.
func (o *office) stuck(p *browser.Person, address string, code int) *browser.Refusal {
	o.Helper()
	page, err := p.Visit(o.Context(), address)
	refusal, ok := errors.AsType[*browser.Refusal](err)
	if !ok || refusal.Code != code || !strings.HasPrefix(page.URL, o.base) || page.HTML == "" {
		o.Fatalf("%v at %s, want to be stuck with %d", err, page.URL, code)
	}
	return refusal
}

func TestPerson(t *testing.T) {
	o := start(t)
	if q := o.back(o.person(tenant.Administrator), o.authorize("openid")); q.Get("code") == "" {
		t.Errorf("%v", q)
	}
	no := o.person(tenant.Administrator)
	no.Decline = true
	for _, address := range []string{o.authorize("openid Calendars.Read"), o.adminConsent()} {
		if q := o.back(no, address); q.Get("error") != "access_denied" || !strings.Contains(q.Get("error_description"), "65004") {
			t.Errorf("%v", q)
		}
	}

	member := o.person(tenant.Member)
	if q := o.back(member, o.authorize("Place.Read.All")); q.Get("error") != "access_denied" {
		t.Errorf("without approval: %v", q)
	}
	member.Approver = o.person(tenant.Administrator)
	member.Approver.Organization = true
	if q := o.back(member, o.authorize("Place.Read.All")); q.Get("code") == "" {
		t.Errorf("approved: %v", q)
	}
	member.Approver = nil
	if q := o.back(member, o.authorize("Place.Read.All")); q.Get("code") == "" {
		t.Errorf("approved for everybody before: %v", q)
	}
	member.Approver = no
	if q := o.back(member, o.adminConsent()); q.Get("error") != "access_denied" {
		t.Errorf("approver declines: %v", q)
	}
	if q := o.back(o.person(tenant.Administrator), o.adminConsent()); q.Get("admin_consent") != "True" || q.Get("tenant") != o.tenant.Credentials().TenantID {
		t.Errorf("%v", q)
	}
}

func TestStuckPerson(t *testing.T) {
	o := start(t)
	o.stuck(o.person(tenant.Outsider), o.authorize("openid"), 50020)
	o.stuck(o.person(tenant.Administrator), strings.Replace(o.authorize("openid"), "roomink", "other", 1), 50011)
	o.tenant.FailAuthorize(1, 53003)
	r := o.stuck(o.person(tenant.Administrator), o.adminConsent(), 53003)
	if !strings.HasPrefix(r.Text, "AADSTS53003: Access has been blocked") || len(r.Details) != 4 || !strings.HasPrefix(r.Details[1], "Correlation Id: ") || !strings.Contains(r.Error(), "AADSTS53003") {
		t.Errorf("%+v", r)
	}
	forgot := o.person(tenant.Administrator)
	forgot.Password = "wrong"
	o.stuck(forgot, o.authorize("openid"), 50126)
	o.stuck(&browser.Person{Username: "nobody@x.example"}, o.authorize("openid"), 50034)
}

func TestOpenAndWait(t *testing.T) {
	o := start(t)
	p := o.person(tenant.Administrator)
	if err := p.Open(t.Context())(o.authorize("openid")); err != nil {
		t.Fatal(err)
	}
	if page, err := p.Wait(); err != nil || !strings.HasPrefix(page.URL, o.redirect) {
		t.Errorf("%v %s", err, page.URL)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Open(ctx)(o.authorize("openid")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestPersonAtOddPages(t *testing.T) {
	for name, page := range map[string]string{
		"a form that is not posted": `<form action="/"><input name="username"></form>`,
		"a form without an end":     `<form method="post" action="/"><button name="decision" value="accept"></form>`,
		"an action that is no URL":  `<form method="post" action="http://[::1"></form>`,
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(page)) }))
		if _, err := (&browser.Person{}).Visit(t.Context(), srv.URL); err == nil {
			t.Errorf("%s: no error", name)
		}
		srv.Close()
	}
	if _, err := (&browser.Person{}).Visit(t.Context(), "http://127.0.0.1:1/"); err == nil {
		t.Error("no error where nobody listens")
	}
	if _, err := (&browser.Person{}).Visit(t.Context(), "://"); err == nil {
		t.Error("no error at an address that is none")
	}
}
