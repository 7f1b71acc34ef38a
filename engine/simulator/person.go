package simulator

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

	"golang.org/x/net/html"
)

// Person signs in at the simulated tenant as somebody with a browser would: by
// opening the page and filling in and sending its forms.
type Person struct {
	Username, Password string
	// Declines the consent in place of accepting it.
	Declines bool
}

// maxPages bounds a sign-in: login, consent, the page at the end, and some slack.
const maxPages = 8

// Visit opens a sign-in page and goes on until a page without a form is reached. It
// gives that page's text. The error tells if a page could not be opened.
func (p Person) Visit(ctx context.Context, address string) (text string, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", fmt.Errorf("make a cookie jar: %w", err)
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("open the sign-in page: %w", err)
	}
	for range maxPages {
		page, err := open(client, req)
		if err != nil {
			return "", err
		}
		f := page.form()
		if f == nil {
			return page.text(), nil
		}
		if req, err = p.fill(ctx, page, f); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("sign in: still forms after %d pages", maxPages)
}

// page is a page that was opened, with the address that it came from in the end.
type page struct {
	at  *url.URL
	doc *html.Node
}

func open(client *http.Client, req *http.Request) (*page, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", req.URL.Path, err)
	}
	defer resp.Body.Close()
	doc, err := html.Parse(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", req.URL.Path, err)
	}
	return &page{at: resp.Request.URL, doc: doc}, nil
}

func (p *page) form() *html.Node {
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && strings.EqualFold(attr(n, "method"), "post") {
			return n
		}
	}
	return nil
}

// text is what the page says, white space folded.
func (p *page) text() string {
	var words []string
	for n := range p.doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" && n.Parent.Data != "script" {
			words = append(words, strings.Fields(n.Data)...)
		}
	}
	return strings.Join(words, " ")
}

// fill makes the request that sending the form makes.
func (p Person) fill(ctx context.Context, at *page, form *html.Node) (*http.Request, error) {
	values := url.Values{}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" {
			continue
		}
		switch name := attr(n, "name"); {
		case name == "username":
			values.Set(name, p.Username)
		case name == "password":
			values.Set(name, p.Password)
		case name == "decision":
			values.Set(name, "accept")
			if p.Declines {
				values.Set(name, "cancel")
			}
		case n.Data == "input":
			values.Set(name, attr(n, "value"))
		}
	}
	action, err := at.at.Parse(attr(form, "action"))
	if err != nil {
		return nil, errors.Join(errors.New("send a form with a bad address"), err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, fmt.Errorf("send a form: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", at.at.Scheme+"://"+at.at.Host)
	return req, nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
