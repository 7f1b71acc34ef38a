package engine

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/bmp"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/sign"
)

// pictureServer is a server of one picture that notes what it is asked.
type pictureServer struct {
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []*http.Request
}

func (p *pictureServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r)
	p.answer(w, r)
}

func (p *pictureServer) set(f http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

func (p *pictureServer) requests() []*http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// plain is a picture of one grey.
func plain(w, h int, grey uint8) image.Image {
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	return m
}

func pngFile(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func serveFile(file []byte, etag string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if etag != "" {
			w.Header().Set("ETag", etag)
			w.Header().Set("Last-Modified", "Mon, 23 Nov 2026 08:00:00 GMT")
			if r.Header.Get("If-None-Match") == etag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		}
		_, _ = w.Write(file)
	}
}

// pictureTemplate shows the picture at an address, in any state.
func pictureTemplate(address string) []byte {
	return fmt.Appendf(nil, `{"displayType":"296x128","layout":[{"status":"ANY","items":[
		{"type":"BITMAP_URI","data":{"uri":%q,"block":{"x":8,"y":8,"w":64,"h":64}}},
		{"type":"TEXT","data":{"id":"ROOM_NAME","text":"","font":"DDIN_24","block":{"x":80,"y":8,"w":200,"h":24}}}]}]}`, address)
}

// withTemplate is the default policy with a template for all signs.
func withTemplate(name string) sign.Policy {
	p := sign.DefaultPolicy()
	p.Design, p.Template = sign.Custom, name
	return p
}

// smallPanel is that of the displays of a life.
func smallPanel() display.Panel {
	return display.Panel{Width: 296, Height: 128, Scheme: display.Mono}
}

// ink is what a preview shows where the picture of pictureTemplate is: "black" or
// "white" all over, or else that it is missing.
func ink(t *testing.T, e *Engine, name string) string {
	t.Helper()
	p, err := e.PreviewSign(t.Context(), PreviewRequest{Panel: smallPanel(), Policy: withTemplate(name)})
	must(t, err)
	n := 0
	for y := 8; y < 72; y++ {
		for x := 8; x < 72; x++ {
			if p.Frame.Image.ColorIndexAt(x, y) == display.Black {
				n++
			}
		}
	}
	switch n {
	case 0:
		return "white"
	case 64 * 64:
		return "black"
	default:
		return "missing"
	}
}

// TestPictures follows a picture through the life of its server.
func TestPictures(t *testing.T) {
	server := &pictureServer{answer: serveFile(pngFile(t, plain(64, 64, 0)), `"one"`)}
	loopback := httptest.NewServer(server)
	defer loopback.Close()
	address := loopback.URL + "/sign.png?key=secret"
	l := newLife(1, 1)
	cfg := l.config(t, t.TempDir())
	var clock hurried
	cfg.Now = clock.now
	e, err := Open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, e.Close()) }()
	round := func() {
		clock.pass(picturePause + time.Minute)
		e.fetchDue(t.Context())
	}
	want := func(picture string, requests int) {
		t.Helper()
		if got := ink(t, e, "p"); got != picture {
			t.Errorf("the picture is %s; want %s", got, picture)
		}
		if got := len(server.requests()); got != requests {
			t.Errorf("%d requests; want %d", got, requests)
		}
	}
	must(t, e.SaveTemplate(t.Context(), "p", pictureTemplate(address)))
	if p := e.Snapshot().Designs.Templates[0].Problems; len(p) != 1 || !strings.Contains(p[0].Text, "127.0.0.1") || p[0].Line != 2 {
		t.Errorf("problems %+v; want that the host is not allowed", p)
	}
	must(t, e.SetPolicy(t.Context(), withTemplate("p")))
	round()
	want("missing", 0) // no host is allowed
	must(t, e.SetPictureHosts(t.Context(), []string{"other.contoso.com"}))
	round()
	want("missing", 0)
	must(t, e.SetPictureHosts(t.Context(), []string{" 127.0.0.1 ", "Other.Contoso.com"}))
	if d := e.Snapshot().Designs; !slices.Equal(d.PictureHosts, []string{"127.0.0.1", "other.contoso.com"}) || len(d.Templates[0].Problems) != 0 {
		t.Errorf("designs %+v; want the hosts, and no problem any more", d)
	}
	must(t, e.SetPolicy(t.Context(), sign.DefaultPolicy()))
	round()
	want("missing", 0) // no sign uses it
	must(t, e.SetPolicy(t.Context(), withTemplate("p")))
	round()
	want("black", 1)
	e.fetchDue(t.Context())
	want("black", 1) // not due
	round()
	want("black", 2)
	if r := server.requests()[1]; r.Header.Get("If-None-Match") != `"one"` || r.Header.Get("If-Modified-Since") == "" {
		t.Errorf("header %v; want it asked whether the picture is the same", r.Header)
	}
	server.set(serveFile(pngFile(t, plain(64, 64, 255)), `"two"`))
	round()
	want("white", 3)
	server.set(serveFile(pngFile(t, plain(64, 64, 0)), `"three"`))
	round()
	want("black", 4)

	for i, broken := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxPictureFile+1)) },
	} {
		if has(e.Snapshot(), codePicture) {
			t.Errorf("a failure is told after %d", i)
		}
		server.set(broken)
		round()
		want("black", 5+i) // the old one stays
	}
	s := e.Snapshot()
	i := slices.IndexFunc(s.Problems, func(p health.Problem) bool { return p.Code == codePicture })
	if i < 0 || strings.Contains(s.Problems[i].Text, "secret") || !strings.Contains(s.Problems[i].Text, "more than 2 MB") {
		t.Errorf("problems %+v; want it told, without what follows the question mark", s.Problems)
	}

	must(t, e.SetPolicy(t.Context(), sign.DefaultPolicy()))
	round()
	if has(e.Snapshot(), codePicture) {
		t.Error("it is still told of a picture that no sign uses any more")
	}
	must(t, e.SetPolicy(t.Context(), withTemplate("p")))

	must(t, e.Close())
	e, err = Open(t.Context(), cfg)
	must(t, err)
	want("black", 7) // at once, though the server is out of order
	server.set(serveFile(nil, `"three"`))
	round()
	want("black", 8)
	if has(e.Snapshot(), codePicture) {
		t.Error("it is still told though the server is in order again")
	}
	must(t, e.SetPictureHosts(t.Context(), nil))
	round()
	want("missing", 8)
	if list, err := e.db.Pictures(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%d pictures kept, %v; want none", len(list), err)
	}
	for _, r := range server.requests() {
		for name := range r.Header {
			if !slices.Contains([]string{"Accept", "Accept-Encoding", "User-Agent", "If-None-Match", "If-Modified-Since", "Connection"}, name) {
				t.Errorf("header %s: %v; want nothing told that is not needed", name, r.Header[name])
			}
		}
	}
}

// A server that was allowed must not send Roomink to one that was not.
// A server that is down must not keep the pictures of others waiting, one time-out after
// the other.
func TestSilentPictureHost(t *testing.T) {
	cfg := newLife(1, 1).config(t, t.TempDir())
	asked := map[string]int{}
	cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		asked[r.URL.Hostname()]++
		switch r.URL.Hostname() {
		case "silent.contoso.com":
			return nil, &net.OpError{Op: "dial", Err: context.DeadlineExceeded}
		case "empty.contoso.com":
			return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Request: r, Body: http.NoBody}, nil
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(bytes.NewReader(pngFile(t, plain(64, 64, 0))))}, nil
	})}
	e, err := Open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, e.Close()) }()
	var items []string
	for _, host := range []string{"silent", "empty", "working"} {
		for i := range 3 {
			items = append(items, fmt.Sprintf(`{"type":"BITMAP_URI","data":{"uri":"http://%s.contoso.com/%d.png","block":{"x":8,"y":8,"w":64,"h":64}}}`, host, i))
		}
	}
	must(t, e.SaveTemplate(t.Context(), "p", []byte(`{"layout":[{"status":"ANY","items":[`+strings.Join(items, ",")+`]}]}`)))
	must(t, e.SetPictureHosts(t.Context(), []string{"silent.contoso.com", "empty.contoso.com", "working.contoso.com"}))
	must(t, e.SetPolicy(t.Context(), withTemplate("p")))
	for pass := range 4 {
		e.fetchDue(t.Context())
		want := map[string]int{"silent.contoso.com": min(pass+1, 3), "empty.contoso.com": 3, "working.contoso.com": 3}
		if !maps.Equal(asked, want) {
			t.Errorf("pass %d: asked %v; want %v", pass, asked, want)
		}
	}
}

// A server that sends the same picture again and again must not make every sign be drawn
// anew, and the picture be saved, each time.
func TestSamePictureAgain(t *testing.T) {
	server := &pictureServer{answer: serveFile(pngFile(t, plain(64, 64, 0)), "")}
	loopback := httptest.NewServer(server)
	defer loopback.Close()
	cfg := newLife(1, 1).config(t, t.TempDir())
	var clock hurried
	cfg.Now = clock.now
	e, err := Open(t.Context(), cfg)
	must(t, err)
	defer func() { must(t, e.Close()) }()
	must(t, e.SaveTemplate(t.Context(), "p", pictureTemplate(loopback.URL+"/sign.png")))
	must(t, e.SetPictureHosts(t.Context(), []string{"127.0.0.1"}))
	must(t, e.SetPolicy(t.Context(), withTemplate("p")))
	e.fetchDue(t.Context())
	look := func() *frame.Look {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.lookOf(withTemplate("p"))
	}
	first := look()
	again := func(requests int) {
		t.Helper()
		clock.pass(picturePause + time.Minute)
		e.fetchDue(t.Context())
		if n := len(server.requests()); n != requests {
			t.Fatalf("%d requests; want %d", n, requests)
		}
	}
	again(2)
	if look() != first {
		t.Error("signs are drawn anew with the picture that they had")
	}
	must(t, e.Close())
	e, err = Open(t.Context(), cfg)
	must(t, err)
	first = look()
	again(3)
	if look() != first {
		t.Error("signs are drawn anew with the picture that was saved")
	}
	server.set(serveFile(pngFile(t, plain(64, 64, 255)), ""))
	again(4)
	if got := ink(t, e, "p"); got != "white" {
		t.Errorf("the picture is %s; want the new one", got)
	}
}

func TestPictureRedirects(t *testing.T) {
	file := pngFile(t, plain(64, 64, 0))
	inner := &pictureServer{answer: serveFile(file, "")}
	forbidden := httptest.NewServer(inner)
	defer forbidden.Close()
	elsewhere := strings.Replace(forbidden.URL, "127.0.0.1", "localhost", 1)
	for name, c := range map[string]struct {
		to      string // from /sign.png
		picture string
	}{
		"on itself":       {"/other.png", "black"},
		"to another host": {elsewhere + "/other.png", "missing"},
		"in circles":      {"/sign.png", "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			server := &pictureServer{answer: func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/other.png" {
					_, _ = w.Write(file)
					return
				}
				http.Redirect(w, r, c.to, http.StatusFound)
			}}
			loopback := httptest.NewServer(server)
			defer loopback.Close()
			e, err := Open(t.Context(), newLife(1, 1).config(t, t.TempDir()))
			must(t, err)
			defer func() { must(t, e.Close()) }()
			must(t, e.SaveTemplate(t.Context(), "p", pictureTemplate(loopback.URL+"/sign.png")))
			must(t, e.SetPictureHosts(t.Context(), []string{"127.0.0.1"}))
			must(t, e.SetPolicy(t.Context(), withTemplate("p")))
			e.fetchDue(t.Context())
			if got := ink(t, e, "p"); got != c.picture {
				t.Errorf("the picture is %s; want %s", got, c.picture)
			}
		})
	}
	if n := len(inner.requests()); n != 0 {
		t.Errorf("%d requests to a host that is not allowed", n)
	}
}

func TestPictureHosts(t *testing.T) {
	inOffice(t, func(t *testing.T, _ *life, e *Engine) {
		for _, bad := range []string{"", "https://a.contoso.com", "a.contoso.com:8080", "*.contoso.com", "*", "a.contoso.com/x", "a b", "a..b", "-a.com",
			"user@host", "bücher.de", strings.Repeat("a", 64) + ".com", "[::1", "fe80::1%eth0"} {
			if err := e.SetPictureHosts(t.Context(), []string{"good.contoso.com", bad}); err == nil {
				t.Errorf("%q was taken", bad)
			}
		}
		if hosts := e.Snapshot().Designs.PictureHosts; len(hosts) != 0 {
			t.Errorf("hosts %v; want none of a list with one that is bad", hosts)
		}
		must(t, e.SetPictureHosts(t.Context(), []string{"xn--bcher-kva.de", "INTRANET", "[::1]", "10.0.0.7", "intranet"}))
		if got, want := e.Snapshot().Designs.PictureHosts, []string{"10.0.0.7", "::1", "intranet", "xn--bcher-kva.de"}; !slices.Equal(got, want) {
			t.Errorf("hosts %v; want %v", got, want)
		}
	})
}

// roundTripper is a network without one.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A picture must reach the glass soon after a template that needs it is chosen, and be
// asked for again every ten minutes, whatever else goes on.
func TestPicturesOnTheGlass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		var asked []time.Time
		var file bytes.Buffer
		must(t, bmp.Encode(&file, image.NewPaletted(image.Rect(0, 0, 64, 64), color.Palette{color.Black, color.White})))
		cfg.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, time.Now())
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: r, Body: io.NopCloser(bytes.NewReader(file.Bytes()))}, nil
		})}
		e, _ := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		must(t, e.SetPictureHosts(t.Context(), []string{"pictures.contoso.com"}))
		must(t, e.SaveTemplate(t.Context(), "p", pictureTemplate("http://pictures.contoso.com/a.bmp")))
		settle(time.Hour)
		if len(asked) != 0 {
			t.Errorf("%d requests for a template that no sign uses", len(asked))
		}
		custom, name := sign.Custom, "p"
		must(t, e.SetOverride(t.Context(), roomID(0), sign.Override{Design: &custom, Template: &name}))
		settle(5 * time.Second)
		d := e.Snapshot().Displays[0]
		if got := d.Frame.Image.ColorIndexAt(20, 20); got != display.Black || l.shows(d.ID) != d.Frame.Hash {
			t.Errorf("ink %d, delivery %s; want the picture on the glass", got, d.Delivery)
		}
		for range 60 {
			must(t, e.SetPolicy(t.Context(), sign.DefaultPolicy()))
			settle(time.Minute)
		}
		if len(asked) < 5 || len(asked) > 7 {
			t.Errorf("asked %v; want it every ten minutes", asked)
		}
	})
}

// FuzzPictureHost: whatever an address looks like, what it would be fetched from must be
// a host as an administrator could have named it.
func FuzzPictureHost(f *testing.F) {
	for _, address := range []string{"http://a.contoso.com/x.bmp", "https://[::1]:8080/", "http://A.CONTOSO.COM.", "http://user@a", "ftp://a", "http://a\\b", "//a", "http://%41.com"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		host, err := pictureHost(address)
		if err != nil {
			return
		}
		if again, err := hostName(host); err != nil || again != host {
			t.Errorf("%q gives the host %q, which is kept as %q, %v", address, host, again, err)
		}
		u, err := url.Parse(address)
		if err != nil || !strings.EqualFold(u.Hostname(), host) && !strings.Contains(host, ":") {
			t.Errorf("%q would be fetched from %q, not from %q: %v", address, u.Hostname(), host, err)
		}
	})
}
