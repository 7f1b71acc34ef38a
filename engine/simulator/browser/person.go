// Package browser plays the person in front of the browser: it opens a sign-in page,
// fills in what the forms ask for, decides on consent and reads the last page. Tests
// use it, and so does the demo where there is no screen.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Person signs in at login pages made of plain forms, such as those of
// engine/simulator/tenant. Open and Wait are good for one sign-in, Visit for any number.
type Person struct {
	Username, Password string
	Decline            bool // press Cancel where consent is asked for
	// Organization ticks "Consent on behalf of your organization" where an
	// administrator finds it.
	Organization bool
	// Approver signs in and decides instead at "Need admin approval". Without one,
	// the person goes back to the application without consent.
	Approver *Person

	done chan struct{}
	page Page
	err  error
}

// Page is where the person ended up.
type Page struct {
	Status int
	URL    string
	HTML   string
}

// Refusal is Microsoft's own page saying no: the person is stuck there and the app
// hears nothing of it.
type Refusal struct {
	Code    int      // AADSTS number
	Text    string   // the line that a person reads, such as "AADSTS50011: The redirect URI ..."
	Details []string // troubleshooting details: ids and the time
}

func (r *Refusal) Error() string { return "stuck at the sign-in page: " + r.Text }

// maxPages is after how many pages the person gives up.
const maxPages = 10

// Open begins to sign in at an address and returns at once, as opening a browser
// does. The person works until ctx ends or Wait returns.
func (p *Person) Open(ctx context.Context) func(address string) error {
	return func(address string) error {
		p.done = make(chan struct{})
		go func() {
			defer close(p.done)
			p.page, p.err = p.Visit(ctx, address)
		}()
		return nil
	}
}

// Wait blocks until the person is done, and gives what Visit gave. It must follow
// a call of what Open gave.
func (p *Person) Wait() (Page, error) {
	<-p.done
	return p.page, p.err
}

// Visit signs in at an address and gives the page at which that ended. The error is a
// *Refusal where that is Microsoft's own, with the page beside it; other errors say
// that a page could not be opened.
func (p *Person) Visit(ctx context.Context, address string) (Page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return Page{}, err
	}
	// No kept-alive connection may delay the shutdown of a one-shot listener.
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Page{}, fmt.Errorf("word request: %w", err)
	}
	authority := req.URL.Host
	me := p
	for range maxPages {
		page, at, err := fetch(client, req)
		if err != nil {
			return page, err
		}
		seen, err := read(page.HTML)
		switch {
		case err != nil:
			return page, fmt.Errorf("read page %s: %w", page.URL, err)
		case at.Host != authority: // the app's
			return page, nil
		case seen.form == nil && seen.code == 0:
			return page, nil
		case seen.form == nil, seen.alert: // no way on, or the form again with what was wrong
			return page, &Refusal{seen.code, seen.line, seen.details}
		case seen.has("admin") && me.Approver != nil:
			me = me.Approver
			req, err = submit(ctx, seen.form, at, url.Values{"decision": {"admin"}})
		default:
			req, err = submit(ctx, seen.form, at, me.answers(seen))
		}
		if err != nil {
			return page, err
		}
	}
	return Page{}, fmt.Errorf("still a form after %d pages", maxPages)
}

func fetch(client *http.Client, req *http.Request) (Page, *url.URL, error) {
	resp, err := client.Do(req)
	if err != nil {
		return Page{}, nil, fmt.Errorf("open page: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Page{}, nil, fmt.Errorf("read page: %w", err)
	}
	return Page{Status: resp.StatusCode, URL: resp.Request.URL.String(), HTML: string(body)}, resp.Request.URL, nil
}

// answers are what the person types, ticks and presses on a page.
func (p *Person) answers(s sight) url.Values {
	v := url.Values{}
	if s.has("username") {
		v.Set("username", p.Username)
		v.Set("password", p.Password)
	}
	switch {
	case s.has("admin"): // "Need admin approval", and nobody to ask
		v.Set("decision", "back")
	case s.has("decision") && p.Decline:
		v.Set("decision", "cancel")
	case s.has("decision"):
		v.Set("decision", "accept")
	}
	if s.has("organization") && p.Organization {
		v.Set("organization", "true")
	}
	return v
}

// submit posts a form with its hidden fields and the person's answers.
func submit(ctx context.Context, f *form, at *url.URL, answers url.Values) (*http.Request, error) {
	if !f.post {
		return nil, errors.New("the form is not posted")
	}
	for name, value := range f.hidden {
		answers.Set(name, value)
	}
	action, err := at.Parse(f.action)
	if err != nil {
		return nil, fmt.Errorf("read the form's action: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(answers.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}
