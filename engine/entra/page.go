package entra

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what the browser shows at the end of a flow.
type page struct {
	Status   int
	Tone     tone
	Title    string
	Text     string
	Facts    []fact
	Remedy   string
	Code     string // such as "AADSTS65004"
	Said     string // Microsoft's own sentence
	CorrID   string
	At       string
	CSPNonce string
}

// tone is the class of page.html that gives colour and sign.
type tone string

const (
	toneOK   tone = "ok"
	toneBad  tone = "bad"
	toneNote tone = "note" // nothing is wrong, but nothing happened either
)

// fact is a line of what is now connected.
type fact struct{ Name, Value string }

// shown leaves out what nobody knows.
func shown(facts ...fact) []fact {
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Value == "" })
}

func signedInPage(t Tokens) page {
	who := t.Account
	p := page{Status: http.StatusOK, Tone: toneOK, Title: "You are signed in",
		Text: "Roomink now reads calendars with this account. Go back to Roomink to go on.",
		Facts: shown(fact{"Account", who.DisplayName()}, fact{"User name", who.Username},
			fact{"Organisation", who.Tenant})}
	if t.Has("Calendars.ReadWrite.Shared") {
		p.Text = "Roomink now reads calendars with this account, and books rooms where somebody does so at the door. Go back to Roomink to go on."
	}
	return p
}

func approvedPage(t Tokens) page {
	p := page{Status: http.StatusOK, Tone: toneOK, Title: "Roomink is approved",
		Text: "Roomink now works by itself; nobody has to stay signed in. Go back to Roomink: it checks next that it sees rooms only.",
		Facts: shown(fact{"App", t.Account.Name}, fact{"Organisation", t.Account.Tenant},
			fact{"Permissions", strings.Join(t.Scopes, ", ")})}
	if len(t.Scopes) == 0 {
		p.Remedy = "Check one thing: Microsoft names no permissions. That is right if Exchange grants them to the app (RBAC for Applications). " +
			"If not, add application permissions to the app registration and approve again."
	}
	return p
}

func (f *flow) failurePage(e *Error) page {
	p := page{Status: http.StatusBadRequest, Tone: toneBad, Title: e.Title, Text: "Nothing was changed. Go back to Roomink to try again.",
		Remedy: e.Remedy, Said: e.Description, CorrID: e.CorrelationID}
	if e.Code != 0 {
		p.Code = fmt.Sprintf("AADSTS%d", e.Code)
	} else {
		p.Code = e.OAuth
	}
	if !e.At.IsZero() {
		p.At = e.At.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	return p
}

func (f *flow) strangerPage() page {
	return page{Status: http.StatusBadRequest, Tone: toneNote, Title: f.c.fillIn("This answer belongs to another {sign-in}"),
		Text:   f.c.fillIn("Roomink did not use it: it does not fit the {sign-in} that is waiting now."),
		Remedy: "Close this page and use the newest tab that Roomink opened, or press Connect in Roomink again."}
}

func (f *flow) usedPage() page {
	return page{Status: http.StatusGone, Tone: toneNote, Title: f.c.fillIn("This {sign-in} was already used"),
		Text: f.c.fillIn("Each answer of Microsoft's works once. Go back to Roomink: it shows whether the {sign-in} worked.")}
}

func (f *flow) gonePage() page {
	return page{Status: http.StatusGone, Tone: toneNote, Title: f.c.fillIn("The {sign-in} was stopped"),
		Text: "Roomink no longer waits for this answer. Press Connect in Roomink to try again."}
}

// outcome is the page for the end of the flow.
func (f *flow) outcome(t Tokens, err error) page {
	if err == nil && t.AppOnly {
		return approvedPage(t)
	}
	if err == nil {
		return signedInPage(t)
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return f.failurePage(e)
	}
	if errors.Is(err, context.Canceled) {
		return f.gonePage()
	}
	return f.failurePage(&Error{Title: f.c.fillIn("The {sign-in} did not work"), Remedy: "Go back to Roomink and try again.", At: f.o.Now()})
}

// write sends the page. Nothing on it is loaded from anywhere, nothing runs, and
// the address, which holds the code, is neither cached nor passed on.
func (p page) write(w http.ResponseWriter) {
	p.CSPNonce = rand.Text()
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, p); err != nil { // only a broken page.html can do that
		http.Error(w, p.Title, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'nonce-"+p.CSPNonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Connection", "close")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body.Bytes()) // a browser that left has no use for it
}
