package entra

import (
	"context"
	"errors"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var pagesDir = flag.String("pages", "", "write the browser's pages there, to be looked at")

// everyPage is one page of each kind.
func everyPage() map[string]page {
	c := Credentials{Tenant: "contoso.com", ClientID: "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"}.Trimmed()
	signIn := &flow{c: c, o: Options{Now: time.Now}}
	c.AppOnly = true
	approve := &flow{c: c, o: Options{Now: time.Now}}
	at := time.Date(2026, 11, 23, 8, 1, 2, 0, time.UTC)
	refused := func(f *flow, code int, oauth, said string) page {
		return f.outcome(Tokens{}, f.c.wireFailure(f.op(), wireError{Code: code, OAuth: oauth, Description: said,
			CorrelationID: "5c3f1a64-0b0e-4f0e-9d0a-6a7c2b1f9e10", At: at}, 400, nil))
	}
	ada := Account{Name: "Ada Lovelace", Username: "ada.lovelace@contoso.com", Tenant: "contoso.com", TenantID: "7b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713"}
	app := Account{Name: "Room signs", Tenant: "contoso.com"}
	return map[string]page{
		"signed-in":         signIn.outcome(Tokens{Account: ada, Scopes: []string{"Calendars.Read"}}, nil),
		"signed-in-booking": signIn.outcome(Tokens{Account: ada, Scopes: []string{"Calendars.ReadWrite.Shared"}}, nil),
		"approved":          approve.outcome(Tokens{AppOnly: true, Account: app, Scopes: []string{"Calendars.Read", "Place.Read.All"}}, nil),
		"approved-no-roles": approve.outcome(Tokens{AppOnly: true, Account: app}, nil),
		"declined":          refused(signIn, 65004, "access_denied", "User declined to consent to access the app."),
		"approval-declined": refused(approve, 65004, "access_denied", "User declined to consent to access the app."),
		"wrong-secret": refused(signIn, 7000215, "invalid_client",
			"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401'."),
		"blocked":   refused(signIn, 53003, "access_denied", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."),
		"unknown":   refused(signIn, 123456, "invalid_request", "Something new."),
		"no-number": refused(signIn, 0, "temporarily_unavailable", ""),
		"clock":     signIn.outcome(Tokens{}, signIn.checkClock(time.Now().Add(3*time.Hour), time.Now().Add(4*time.Hour))),
		"surprise":  signIn.outcome(Tokens{}, errors.New("boom")),
		"stopped":   signIn.outcome(Tokens{}, context.Canceled),
		"stranger":  signIn.strangerPage(),
		"used":      approve.usedPage(),
	}
}

var elsewhere = regexp.MustCompile(`(?i)(src|href|action)\s*=\s*"[^d"]|url\(|@import|<script|http-equiv`)

// TestPages: each page is complete by itself, says what happened and asks nothing of
// anybody else.
func TestPages(t *testing.T) {
	for name, p := range everyPage() {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			p.write(w)
			html := w.Body.String()
			if w.Code != p.Status || p.Title == "" || p.Text == "" || p.Tone == "" || strings.HasSuffix(p.Title, ".") || !strings.HasSuffix(p.Text, ".") {
				t.Errorf("%d %+v", w.Code, p)
			}
			if p.Tone == toneBad && (p.Remedy == "" || p.At == "") {
				t.Errorf("a failure without remedy or time: %+v", p)
			}
			if found := elsewhere.FindString(html); found != "" {
				t.Errorf("the page wants something from elsewhere: %s", found)
			}
			if strings.ContainsAny(p.Title+p.Text+p.Remedy, "{}") {
				t.Errorf("something was left to fill in: %+v", p)
			}
			for header, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
				if got := w.Header().Get(header); got != want {
					t.Errorf("%s: %q", header, got)
				}
			}
			if *pagesDir != "" {
				if err := os.WriteFile(filepath.Join(*pagesDir, name+".html"), w.Body.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
