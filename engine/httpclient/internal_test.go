package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-ieproxy"
)

// system is a fake of the operating system's settings.
type system struct {
	conf   ieproxy.ProxyConf
	script func(target string) string
	now    time.Time
	reads  int
	runs   []string
}

func (s *system) proxies() *proxies {
	return &proxies{turn: make(chan struct{}, 1), now: func() time.Time { return s.now },
		read: func() ieproxy.ProxyConf { s.reads++; return s.conf },
		run: func(_ ieproxy.ProxyScriptConf, target string) string {
			s.runs = append(s.runs, target)
			return s.script(target)
		}}
}

func find(t *testing.T, p *proxies, target string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := p.find(req)
	switch {
	case err != nil:
		return "error: " + err.Error()
	case u == nil:
		return "direct"
	}
	return u.String()
}

func byHand(noProxy string, pairs ...string) ieproxy.ProxyConf {
	c := ieproxy.ProxyConf{Static: ieproxy.StaticProxyConf{Active: true, Protocols: map[string]string{}, NoProxy: noProxy}}
	for i := 0; i < len(pairs); i += 2 {
		c.Static.Protocols[pairs[i]] = pairs[i+1]
	}
	return c
}

func byScript(address string) ieproxy.ProxyConf {
	return ieproxy.ProxyConf{Automatic: ieproxy.ProxyScriptConf{Active: true, PreConfiguredURL: address}}
}

const graphURL = "https://graph.microsoft.com/v1.0/users/oslo@contoso.com/calendarView?x=1"

func TestSettings(t *testing.T) {
	both := byHand("", "", "hand:1")
	both.Automatic.Active = true
	off := byHand("", "", "hand:1")
	off.Static.Active = false
	tests := map[string]struct {
		conf   ieproxy.ProxyConf
		answer string // of the script
		target string // graphURL if empty
		want   string
	}{
		"none":                       {want: "direct"},
		"switched off":               {conf: off, want: "direct"},
		"for all":                    {conf: byHand("", "", "proxy.contoso.com:8080"), want: "http://proxy.contoso.com:8080"},
		"for https":                  {conf: byHand("", "http", "a:1", "https", "b:2"), want: "http://b:2"},
		"for http alone":             {conf: byHand("", "http", "a:1"), want: "direct"},
		"with a scheme":              {conf: byHand("", "", "https://proxy.contoso.com"), want: "https://proxy.contoso.com"},
		"with a password":            {conf: byHand("", "", "http://ada:secret@proxy.contoso.com:8080/"), want: "http://ada:secret@proxy.contoso.com:8080"},
		"not readable":               {conf: byHand("", "", "http://ada:secret@%zz"), want: "error: the proxy in this computer's settings is not of the form host:port"},
		"no host":                    {conf: byHand("", "", ":8080"), want: "error: the proxy in this computer's settings is not of the form host:port"},
		"exception":                  {conf: byHand("*.microsoft.com,<local>", "", "p:1"), want: "direct"},
		"other exception":            {conf: byHand("*.contoso.com", "", "p:1"), want: "http://p:1"},
		"this computer":              {conf: byHand("", "", "p:1"), target: "http://localhost:8080/", want: "direct"},
		"this computer, dotted":      {conf: byHand("", "", "p:1"), target: "http://LOCALHOST.:8080/", want: "direct"},
		"this computer, IPv6":        {conf: byHand("", "", "p:1"), target: "http://[::1]:8080/", want: "direct"},
		"this computer, script":      {conf: byScript("http://x/"), answer: "p:1", target: "http://127.1.2.3/", want: "direct"},
		"script":                     {conf: byScript("http://wpad/wpad.dat"), answer: "proxy:8080", want: "http://proxy:8080"},
		"script without an address":  {conf: byScript(""), answer: "proxy:8080", want: "http://proxy:8080"},
		"script gives two":           {conf: byScript(""), answer: "a:1 b:2", want: "http://a:1"},
		"script gives SOCKS":         {conf: byScript(""), answer: "socks=s:1080", want: "socks5://s:1080"},
		"script gives a scheme":      {conf: byScript(""), answer: "https=a:1;http=b:2", want: "http://a:1"},
		"script says direct":         {conf: byScript(""), want: "direct"},
		"script fails, one by hand":  {conf: both, want: "http://hand:1"},
		"script over one by hand":    {conf: both, answer: "script:2", want: "http://script:2"},
		"script's nonsense":          {conf: byScript(""), answer: ";;", want: "error: the proxy in this computer's settings is not of the form host:port"},
		"script's unknown kind":      {conf: byScript(""), answer: "gopher://a:1", want: "error: the proxy in this computer's settings is not of the form host:port"},
		"script's address with gaps": {conf: byScript("http://x/a b"), answer: "p:1", want: "error: the address of the proxy script in this computer's settings is not valid"},
		"script's address is none":   {conf: byScript("wpad.dat"), answer: "p:1", want: "error: the address of the proxy script in this computer's settings is not valid"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := &system{conf: tt.conf, now: time.Unix(1e9, 0), script: func(string) string { return tt.answer }}
			target := tt.target
			if target == "" {
				target = graphURL
			}
			if got := find(t, s.proxies(), target); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestSettingsAreReadAnew(t *testing.T) {
	s := &system{conf: byHand("", "", "office:1"), now: time.Unix(1e9, 0)}
	p := s.proxies()
	for i, step := range []struct {
		after time.Duration
		conf  ieproxy.ProxyConf
		want  string
		reads int
	}{
		{0, byHand("", "", "office:1"), "http://office:1", 1},
		{59 * time.Second, byHand("", "", "home:1"), "http://office:1", 1},
		{time.Second, byHand("", "", "home:1"), "http://home:1", 2},
		{-time.Hour, ieproxy.ProxyConf{}, "direct", 3}, // the clock was set
	} {
		s.now, s.conf = s.now.Add(step.after), step.conf
		if got := find(t, p, graphURL); got != step.want || s.reads != step.reads {
			t.Errorf("step %d: %s after %d readings, want %s after %d", i, got, s.reads, step.want, step.reads)
		}
	}
	s.conf = byHand("", "", "train:1")
	p.forget() // a request failed
	if got := find(t, p, graphURL); got != "http://train:1" {
		t.Errorf("%s after a failure", got)
	}
}

func TestScriptIsRunSeldom(t *testing.T) {
	s := &system{conf: byScript("http://wpad/wpad.dat"), now: time.Unix(1e9, 0), script: func(target string) string {
		if strings.Contains(target, "login.") {
			return ""
		}
		return "proxy:1"
	}}
	p := s.proxies()
	ask := func(want int) {
		t.Helper()
		for range 3 {
			if a, b := find(t, p, graphURL), find(t, p, "https://login.microsoftonline.com/t/oauth2/v2.0/token"); a != "http://proxy:1" || b != "direct" {
				t.Errorf("%s, %s", a, b)
			}
		}
		if len(s.runs) != want {
			t.Errorf("the script ran for %v, want %d times", s.runs, want)
		}
	}
	ask(2)
	if fmt.Sprint(s.runs) != "[https://graph.microsoft.com/ https://login.microsoftonline.com/]" {
		t.Errorf("the script was told %v: paths and queries are not its business", s.runs)
	}
	s.now = s.now.Add(scriptAge - time.Second)
	ask(2)
	s.now = s.now.Add(time.Second)
	ask(4)
	s.conf, s.now = byScript("http://other/"), s.now.Add(settingsAge)
	ask(6)
	p.forget()
	ask(8)
}

// TestSlowScript shows that who waits for another's look-up can give up.
func TestSlowScript(t *testing.T) {
	s := &system{conf: byScript(""), now: time.Unix(1e9, 0)}
	started, release := make(chan struct{}), make(chan struct{})
	s.script = func(string) string { close(started); <-release; return "p:1" }
	p := s.proxies()
	first := make(chan string)
	go func() { first <- find(t, p, graphURL) }()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, graphURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.find(req); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	p.forget() // does not wait either
	close(release)
	if got := <-first; got != "http://p:1" {
		t.Error(got)
	}
}

func TestEnvironmentComesFirst(t *testing.T) {
	s := &system{conf: byHand("", "", "system:1"), now: time.Unix(1e9, 0)}
	p := s.proxies()
	p.environment = func(*url.URL) (*url.URL, error) { return url.Parse("http://environment:1") }
	if got := find(t, p, graphURL); got != "http://environment:1" || s.reads != 0 {
		t.Errorf("%s after %d readings", got, s.reads)
	}
}

func TestTheSystemCanBeAsked(t *testing.T) {
	p := systemProxies()
	if got := find(t, p, graphURL); strings.HasPrefix(got, "error") {
		t.Error(got)
	}
	if answer := runScript(ieproxy.ProxyScriptConf{}, graphURL); answer != "" {
		t.Errorf("no script answered %q", answer)
	}
}

func TestExceptions(t *testing.T) {
	tests := map[string]bool{ // of graph.microsoft.com
		"": false, "graph.microsoft.com": true, "GRAPH.Microsoft.com": true, "*.microsoft.com": true, ".microsoft.com": true,
		"microsoft.com": false, "*microsoft*": true, "graph.*": true, "*": true, "https://graph.microsoft.com": true,
		"<local>": false, "10.*, *.contoso.com; *.microsoft.com": true, "10.*,192.168.0.0/16": false, "[": false, "<-loopback>": false, "*.com": true, "*.example": false,
	}
	for list, want := range tests {
		if got := bypassed(list, "graph.microsoft.com"); got != want {
			t.Errorf("%q: %v", list, got)
		}
	}
	if !bypassed("<local>", "intranet") || bypassed("<local>", "::1") {
		t.Error("<local> means names without a dot")
	}
}

// FuzzSettings feeds odd settings: the outcome is an error without what was fed,
// or a proxy that net/http takes.
func FuzzSettings(f *testing.F) {
	for _, s := range []string{"proxy:8080", "http=a:1;https=b:2", "socks=s:1080", "https://ada:secret@p:1/x?y#z", "://", "=", ";", "[::1]:3128", "%zz", "a b"} {
		f.Add(s, "*.contoso.com;<local>", "graph.microsoft.com")
	}
	f.Fuzz(func(t *testing.T, list, exceptions, host string) {
		bypassed(exceptions, host)
		u, err := server(list)
		if err != nil {
			if len(err.Error()) > 100 {
				t.Errorf("%v", err)
			}
			return
		}
		if u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" {
			t.Errorf("%q gives %v", list, u)
		}
	})
}
