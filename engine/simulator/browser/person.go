// Package browser plays the person in front of the browser: it opens a sign-in page,
// fills in what the forms ask for, decides on consent and reads the last page. Tests
// use it, and so does the demo where there is no screen.
package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// Person signs in at login pages made of plain forms, such as those of
// engine/simulator/tenant. Open and Wait are good for one sign-in, Visit for any number.
type Person struct {
	Username, Password string
	Decline            bool // press Cancel where consent is asked for

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

// Wait blocks until the person is done, and gives the last page. It must follow
// a call of what Open gave.
func (p *Person) Wait() (Page, error) {
	<-p.done
	return p.page, p.err
}

// Visit signs in at an address and gives the page at which that ended: the app's, or
// an error page of Microsoft's. The error says that a page could not be opened.
func (p *Person) Visit(ctx context.Context, address string) (Page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return Page{}, err
	}
	// No kept-alive connection may delay the shutdown of a one-shot listener.
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	for range maxPages {
		if err != nil {
			return Page{}, fmt.Errorf("word request: %w", err)
		}
		page, at, err2 := fetch(client, req)
		if err2 != nil {
			return page, err2
		}
		form := findForm(page.HTML)
		if form == nil {
			return page, nil
		}
		req, err = p.fillIn(ctx, form, at)
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

// fillIn answers a form the way its owner would.
func (p *Person) fillIn(ctx context.Context, form *html.Node, at *url.URL) (*http.Request, error) {
	values := url.Values{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if name == "" {
			continue
		}
		switch {
		case name == "username":
			values.Set(name, p.Username)
		case name == "password":
			values.Set(name, p.Password)
		case n.Data == "button" && name == "decision" && p.Decline:
			values.Set(name, "cancel")
		case n.Data == "button" && name == "decision":
			values.Set(name, "accept")
		case n.Data == "input" && attr(n, "type") == "hidden":
			values.Set(name, attr(n, "value"))
		}
	}
	action, err := at.Parse(attr(form, "action"))
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(attr(form, "method"), http.MethodPost) {
		return nil, errors.New("the form is not posted")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(values.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

func findForm(page string) *html.Node {
	root, err := html.Parse(bytes.NewReader([]byte(page)))
	if err != nil {
		return nil
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
