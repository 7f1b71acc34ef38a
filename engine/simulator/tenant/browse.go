package tenant

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Browse plays a person with a browser: it opens an authorize or admin-consent
// URL of this tenant, signs in, presses Accept or Cancel and follows the
// redirect to the app. It returns the app's page. Unattended demos and
// end-to-end tests use it as the "system browser".
func (t *Tenant) Browse(ctx context.Context, address string, accept bool) (appPage string, err error) {
	b := browser{client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	decision := "cancel"
	if accept {
		decision = "accept"
	}
	c := t.Credentials()
	err = b.open(ctx, http.MethodGet, address, nil)
	for range 4 { // login, consent, and a redirect after each
		if err != nil {
			return "", fmt.Errorf("browse the simulated sign-in: %w", err)
		}
		form := formRE.FindStringSubmatch(b.page)
		switch {
		case b.next != "":
			err = b.open(ctx, http.MethodGet, b.next, nil)
		case form == nil:
			return b.page, nil
		default:
			err = b.open(ctx, http.MethodPost, html.UnescapeString(form[1]), url.Values{"flow": {html.UnescapeString(form[2])},
				"username": {c.Username}, "password": {c.Password}, "decision": {decision}})
		}
	}
	return b.page, err
}

// formRE reads the one form of this package's own sign-in pages.
var formRE = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)".*?name="flow" value="([^"]+)"`)

type browser struct {
	client *http.Client
	at     *url.URL
	page   string
	next   string // where a redirect leads
}

func (b *browser) open(ctx context.Context, method, address string, form url.Values) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if b.at != nil {
		u = b.at.ResolveReference(u)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }() // read to its end or failed already
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	b.at, b.page, b.next = u, string(body), res.Header.Get("Location")
	return nil
}
