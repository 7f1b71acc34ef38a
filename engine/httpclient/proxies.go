package httpclient

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-ieproxy"
	"golang.org/x/net/http/httpproxy"
)

const (
	// settingsAge is how long the system's settings count as read. Reading them
	// takes microseconds.
	settingsAge = time.Minute
	// scriptAge is how long the answers of a proxy script are kept: to find and run
	// one may take seconds, and would otherwise be done for each request.
	scriptAge = 5 * time.Minute
)

// proxies finds the proxy for a request: by the environment where HTTPS_PROXY or
// HTTP_PROXY is set, otherwise by the settings of Windows and macOS.
//
// The settings come from package ieproxy, but not through its GetProxyFunc: that
// one never sees changed settings, runs the script for each request, and does not
// know the wildcards of Windows' list of exceptions. Two of ieproxy's limits
// remain. A script that answers DIRECT can't be told from one that failed, so a
// proxy that is also set by hand is then used. And without cgo macOS has no
// settings but the environment.
type proxies struct {
	environment func(*url.URL) (*url.URL, error) // nil if it names no proxy
	read        func() ieproxy.ProxyConf
	run         func(script ieproxy.ProxyScriptConf, target string) string
	now         func() time.Time

	turn    chan struct{} // holds one token while somebody uses what follows
	conf    ieproxy.ProxyConf
	readAt  time.Time           // of conf; zero = read it
	answers map[string]*url.URL // of the script, by scheme and host; nil = no proxy
	ranAt   time.Time           // of the oldest answer
}

func systemProxies() *proxies {
	p := &proxies{read: readSystem, run: runScript, now: time.Now, turn: make(chan struct{}, 1)}
	if env := httpproxy.FromEnvironment(); env.HTTPProxy != "" || env.HTTPSProxy != "" {
		p.environment = env.ProxyFunc()
	}
	return p
}

// reading guards the variable in which ieproxy keeps what it read.
var reading sync.Mutex

func readSystem() ieproxy.ProxyConf {
	reading.Lock()
	defer reading.Unlock()
	return ieproxy.ReloadConf()
}

func runScript(script ieproxy.ProxyScriptConf, target string) string {
	answer := script.FindProxyForURL(target)
	if plain, ok := strings.CutPrefix(target, "https:"); ok && answer == "" && runtime.GOOS == "darwin" {
		// macOS calls the proxy for https another type, which ieproxy overlooks.
		answer = script.FindProxyForURL("http:" + plain)
	}
	return answer
}

// find is for http.Transport.Proxy: nil means no proxy. While another request
// looks for its proxy, it waits or ends with the request's context.
func (p *proxies) find(req *http.Request) (*url.URL, error) {
	host := strings.ToLower(strings.TrimSuffix(req.URL.Hostname(), "."))
	if isThisComputer(host) {
		return nil, nil
	}
	if p.environment != nil {
		return p.environment(req.URL)
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
	p.refresh()
	if p.conf.Automatic.Active {
		if proxy, err := p.byScript(req.URL.Scheme, host); proxy != nil || err != nil {
			return proxy, err
		}
	}
	return fixed(p.conf.Static, req.URL.Scheme, host)
}

// forget makes the next request look for its proxy anew. It does nothing while
// another request is doing that.
func (p *proxies) forget() {
	select {
	case p.turn <- struct{}{}:
		p.readAt, p.answers = time.Time{}, nil
		<-p.turn
	default:
	}
}

func (p *proxies) refresh() {
	now := p.now()
	if age := now.Sub(p.readAt); age < 0 || age >= settingsAge {
		conf := p.read()
		if !reflect.DeepEqual(conf, p.conf) {
			p.answers = nil
		}
		p.conf, p.readAt = conf, now
	}
	if age := now.Sub(p.ranAt); age < 0 || age >= scriptAge || p.answers == nil {
		p.answers, p.ranAt = map[string]*url.URL{}, now
	}
}

// byScript asks the proxy script, by the host alone: what else is in a URL is no
// business of whoever wrote the script.
func (p *proxies) byScript(scheme, host string) (*url.URL, error) {
	target := (&url.URL{Scheme: scheme, Host: host, Path: "/"}).String()
	if proxy, ok := p.answers[target]; ok {
		return proxy, nil
	}
	if !validScript(p.conf.Automatic.PreConfiguredURL) {
		return nil, errors.New("the address of the proxy script in this computer's settings is not valid")
	}
	var proxy *url.URL
	if answer := p.run(p.conf.Automatic, target); answer != "" {
		var err error
		if proxy, err = server(answer); err != nil {
			return nil, err
		}
	}
	p.answers[target] = proxy
	return proxy, nil
}

// validScript refuses what macOS makes no URL of, as ieproxy would crash on it.
// Without an address, Windows looks for a script in the network.
func validScript(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && u.Scheme != "" &&
		!strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' })
}

// fixed is the proxy that was set by hand.
func fixed(c ieproxy.StaticProxyConf, scheme, host string) (*url.URL, error) {
	entry, ok := c.Protocols[scheme]
	if !ok {
		entry = c.Protocols[""]
	}
	if entry = strings.TrimSpace(entry); !c.Active || entry == "" || bypassed(c.NoProxy, host) {
		return nil, nil
	}
	return server(entry)
}

// server reads the first entry of a list of proxies of the form
// [scheme=][scheme://]server[:port], separated by semicolons or blanks
// (learn.microsoft.com/windows/win32/api/winhttp/ns-winhttp-winhttp_proxy_info).
func server(list string) (*url.URL, error) {
	bad := errors.New("the proxy in this computer's settings is not of the form host:port") // the entry may hold a password
	entries := strings.FieldsFunc(list, func(r rune) bool { return r == ';' || r <= ' ' })
	if len(entries) == 0 {
		return nil, bad
	}
	kind, entry, ok := strings.Cut(entries[0], "=")
	if !ok {
		kind, entry = "http", entries[0]
	}
	if !strings.Contains(entry, "://") {
		if strings.EqualFold(kind, "socks") {
			entry = "socks5://" + entry
		} else {
			entry = "http://" + entry
		}
	}
	u, err := url.Parse(entry)
	if err != nil || u.Hostname() == "" {
		return nil, bad
	}
	switch u.Scheme {
	case "http", "https", "socks5":
		return &url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}, nil
	}
	return nil, bad
}

func isThisComputer(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}
