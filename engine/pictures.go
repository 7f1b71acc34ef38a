package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
)

// Limits of the pictures that templates fetch.
const (
	picturePause       = 10 * time.Minute // between two looks at one
	pictureTime        = 10 * time.Second // for one answer, all of it
	maxPictureFile     = 2 << 20          // bytes
	maxFetchedPixels   = 4 << 20          // more than any panel has
	maxPictures        = 100              // of all templates together
	maxPictureHosts    = 100
	maxRedirects       = 3
	pictureFailureTold = 3 // failures in a row after which a person is told
)

// fetched is a picture that templates fetch.
type fetched struct {
	image          image.Image       // nil = never fetched
	file           [sha256.Size]byte // hash of the file that it came from
	etag, modified string            // of the server's, for the next question
	tried          time.Time         // when the server was last asked by this process
	failures       int               // in a row
}

// SetPictureHosts names the hosts that templates may fetch pictures from; none at
// first. A host is a name such as "intranet.contoso.com" or an IP address, and stands
// for itself alone, on any port.
func (e *Engine) SetPictureHosts(ctx context.Context, hosts []string) error {
	list := make([]string, 0, len(hosts))
	for _, h := range hosts {
		host, err := hostName(h)
		if err != nil {
			return err
		}
		list = append(list, host)
	}
	slices.Sort(list)
	if list = slices.Compact(list); len(list) > maxPictureHosts {
		return fmt.Errorf("these are %d hosts, and there may be %d", len(list), maxPictureHosts)
	}
	e.designing.Lock()
	defer e.designing.Unlock()
	if err := e.db.SaveSetting(ctx, settingHosts, list); err != nil {
		return err
	}
	e.changeTemplates(func() { e.state.hosts = list })
	text := "Templates may fetch no pictures"
	if len(list) > 0 {
		text = "Templates may fetch pictures from " + strings.Join(list, ", ")
	}
	e.record(ctx, ActSign, text, false)
	return nil
}

// hostName gives a host as it is kept.
func hostName(host string) (string, error) {
	name := strings.ToLower(strings.TrimSpace(host))
	bare := name
	if strings.HasPrefix(name, "[") && strings.HasSuffix(name, "]") { // as in an address
		bare = name[1 : len(name)-1]
	}
	if addr, err := netip.ParseAddr(bare); err == nil && addr.Zone() == "" {
		return addr.String(), nil
	}
	bad := func(why string) (string, error) { return "", fmt.Errorf("%q is not the name of a host: %s", host, why) }
	switch {
	case name == "" || len(name) > 253:
		return bad("it should look like intranet.contoso.com")
	case strings.Contains(name, "://") || strings.ContainsAny(name, "/:@"):
		return bad("leave out what stands before and after it, such as https:// and a port")
	case strings.Contains(name, "*"):
		return bad("each host must be named")
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return bad("it should look like intranet.contoso.com")
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return bad("it may hold the letters a to z, digits and hyphens; write others as xn--…")
			}
		}
	}
	return name, nil
}

// pictureHost gives the host that a picture would be fetched from.
func pictureHost(address string) (string, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", errors.New("it has no valid address")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("its address does not begin with http:// or https://")
	case u.User != nil:
		return "", errors.New("its address holds a name or a password")
	}
	return hostName(u.Hostname())
}

// kickPictures lets the pictures that are missing be fetched at once.
func (e *Engine) kickPictures() {
	select {
	case e.missing <- struct{}{}:
	default:
	}
}

// fetchPictures keeps the pictures up to date that the templates in use fetch. It asks
// hosts that an administrator allowed, and tells them nothing.
func (e *Engine) fetchPictures(ctx context.Context) error {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	for {
		e.fetchDue(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		case <-e.missing:
		}
	}
}

// fetchDue fetches the pictures that are due, and drops those that nobody needs.
func (e *Engine) fetchDue(ctx context.Context) {
	client := *e.cfg.HTTPClient
	client.Jar, client.CheckRedirect, client.Timeout = nil, sameHost, pictureTime
	e.dropPictures(ctx)
	due, used := e.duePictures()
	for _, p := range e.health.Problems() { // a sign that used it may have another design now
		if p.Code == codePicture && !slices.Contains(used, p.Subject) {
			e.health.Clear(codePicture, p.Subject)
		}
	}
	silent := make(map[string]bool) // hosts that did not answer: their other pictures wait for the next minute
	for _, address := range due {
		if ctx.Err() != nil {
			return
		}
		if host, err := pictureHost(address); err == nil && !silent[host] {
			silent[host] = !e.fetchPicture(ctx, &client, address)
		}
	}
}

// sameHost lets a server send us elsewhere on itself only: any other host would have to
// be allowed, and nobody sees where an address leads.
func sameHost(next *http.Request, before []*http.Request) error {
	first := before[0].URL
	switch {
	case len(before) > maxRedirects:
		return errors.New("the server sends us from address to address")
	case !strings.EqualFold(next.URL.Hostname(), first.Hostname()):
		return errors.New("the server sends us to another host, " + next.URL.Hostname())
	case next.URL.Scheme != first.Scheme && next.URL.Scheme != "https":
		return errors.New("the server sends us to an address that is not encrypted")
	}
	return nil
}

// duePictures gives the addresses to ask now, and all that signs use.
func (e *Engine) duePictures() (due, used []string) {
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, name := range e.templatesInUse() {
		t := e.state.templates[name]
		if t.parsed == nil {
			continue
		}
		for _, address := range t.parsed.Addresses() {
			if !e.allowed(address) || slices.Contains(used, address) || len(used) == maxPictures {
				continue
			}
			used = append(used, address)
			if f := e.state.pictures[address]; f == nil || now.Sub(f.tried).Abs() >= picturePause {
				due = append(due, address)
			}
		}
	}
	return due, used
}

// allowed reports whether a picture may be fetched. e.mu is held.
func (e *Engine) allowed(address string) bool {
	host, err := pictureHost(address)
	return err == nil && slices.Contains(e.state.hosts, host)
}

// dropPictures forgets those that no template needs any more, or may have.
func (e *Engine) dropPictures(ctx context.Context) {
	e.designing.Lock()
	defer e.designing.Unlock()
	var gone []string
	e.mu.Lock()
	needed := make(map[string]bool)
	for _, t := range e.state.templates {
		if t.parsed != nil {
			for _, address := range t.parsed.Addresses() {
				needed[address] = e.allowed(address)
			}
		}
	}
	for address := range e.state.pictures {
		if !needed[address] {
			gone = append(gone, address)
			delete(e.state.pictures, address)
		}
	}
	if len(gone) > 0 {
		e.relook()
	}
	e.mu.Unlock()
	for _, address := range gone {
		if err := e.db.DeletePicture(ctx, address); err != nil && ctx.Err() == nil {
			e.storeFailed(err)
		}
		e.health.Clear(codePicture, address)
	}
	if len(gone) > 0 {
		e.touchAll()
	}
}

// fetchPicture asks for a picture, and keeps the old one if that does not work. It reports
// whether the server answered in time, be it with an error.
func (e *Engine) fetchPicture(ctx context.Context, client *http.Client, address string) (answered bool) {
	e.mu.Lock()
	f := e.state.pictures[address]
	if f == nil {
		f = &fetched{}
		e.state.pictures[address] = f
	}
	f.tried = e.cfg.Now()
	before := *f
	e.mu.Unlock()
	news, file, err := askPicture(ctx, client, address, before)
	if ctx.Err() != nil {
		return false
	}
	_, silent := errors.AsType[net.Error](err)
	if err == nil && file != nil {
		err = e.keepPicture(ctx, address, news, file)
	}
	e.mu.Lock()
	if f.failures++; err == nil {
		f.failures = 0
	}
	failures, missing := f.failures, f.image == nil
	e.mu.Unlock()
	switch {
	case err == nil:
		e.health.Clear(codePicture, address)
	case failures >= pictureFailureTold:
		text := "Signs show the one that was fetched before."
		if missing {
			text = "Signs leave it out."
		}
		e.health.Set(health.Problem{Code: codePicture, Subject: address, Severity: health.Notice,
			Title: "A picture of a template can't be fetched",
			Text:  withoutQuery(address) + ": " + err.Error() + ". " + text, Remedy: "Look whether the address in the template is right, and its server in order."})
	}
	return !silent
}

// withoutQuery is an address to show: what follows the question mark may be a secret.
func withoutQuery(address string) string {
	shown, _, _ := strings.Cut(address, "?")
	return shown
}

// askPicture asks for a picture. The file is nil if it is still the same.
func askPicture(ctx context.Context, client *http.Client, address string, before fetched) (news fetched, file []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fetched{}, nil, errors.New("it has no valid address")
	}
	req.Header.Set("Accept", "image/png, image/bmp, image/gif, image/jpeg")
	req.Header.Set("User-Agent", "Roomink")
	if before.image != nil && before.etag != "" {
		req.Header.Set("If-None-Match", before.etag)
	}
	if before.image != nil && before.modified != "" {
		req.Header.Set("If-Modified-Since", before.modified)
	}
	resp, err := client.Do(req)
	if failure, ok := errors.AsType[*url.Error](err); ok {
		return fetched{}, nil, failure.Err // without the address
	}
	if err != nil {
		return fetched{}, nil, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotModified:
		return before, nil, nil
	default:
		return fetched{}, nil, errors.New(strings.TrimSpace(fmt.Sprintf("the server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))))
	}
	file, err = io.ReadAll(io.LimitReader(resp.Body, maxPictureFile+1))
	if err != nil {
		return fetched{}, nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(file) > maxPictureFile {
		return fetched{}, nil, fmt.Errorf("it has more than %d MB", maxPictureFile>>20)
	}
	news = fetched{file: sha256.Sum256(file), etag: resp.Header.Get("ETag"), modified: resp.Header.Get("Last-Modified")}
	if before.image != nil && news.file == before.file {
		return before, nil, nil // of a server that knows no better than to send it again
	}
	if news.image, err = decodePicture(file, maxFetchedPixels); err != nil {
		return fetched{}, nil, err
	}
	return news, file, nil
}

// keepPicture lets signs show a picture that was fetched, if it is still allowed.
func (e *Engine) keepPicture(ctx context.Context, address string, news fetched, file []byte) error {
	e.designing.Lock()
	defer e.designing.Unlock()
	e.mu.Lock()
	f, there := e.state.pictures[address]
	wanted := there && e.allowed(address)
	e.mu.Unlock()
	if !wanted {
		return nil
	}
	if err := e.db.SavePicture(ctx, store.Picture{Name: address, Data: file, ETag: news.etag, Modified: news.modified, FetchedAt: e.cfg.Now()}); err != nil {
		return err
	}
	e.mu.Lock()
	f.image, f.file, f.etag, f.modified = news.image, news.file, news.etag, news.modified
	e.relook()
	e.mu.Unlock()
	e.touchAll()
	e.changed()
	return nil
}
