package tenant

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options configure a Tenant. The zero value is the demo's office.
type Options struct {
	// Now is the tenant's clock; time.Now when nil.
	Now func() time.Time
	// BaseURL is where the tenant is served, such as "http://127.0.0.1:8400",
	// without a trailing slash. While it is empty, absolute links are made from
	// each request's Host header.
	BaseURL string
	// Logger gets one debug line a request; discarded when nil.
	Logger *slog.Logger
	// CursorTTL is how long a delta or skip token lives; 0 means until
	// ExpireCursors or until 256 newer ones of the same mailbox exist.
	CursorTTL time.Duration
	// AccessTokenLife is the life of an access token; 1 hour when 0.
	AccessTokenLife time.Duration
	// EmptyPageEvery makes every n-th delta round start with an empty page that
	// has a nextLink, as Graph does now and then. 0 means 3; negative means never.
	EmptyPageEvery int
	// Seed is the office to start with; DefaultOffice(Now()) when nil.
	Seed *Office
	// Registration is the app registration; the zero value is the demo's.
	Registration Registration
	// ExchangeDelay is how long Exchange takes to act on NarrowByPolicy and
	// NarrowByRBAC. Microsoft's takes from 30 minutes to 2 hours; 0 is at once.
	ExchangeDelay time.Duration
	// PartLatency is how long each request for a calendar takes, alone or as a part
	// of a $batch, of which four run at once. Microsoft's take some 250 ms; 0 is as
	// quick as can be, one part after another.
	PartLatency time.Duration
	// Concurrency is how the limit of four requests for calendars in flight counts.
	Concurrency Concurrency
	// MailboxQuota is how many requests a mailbox answers in ten minutes; 10,000,
	// as Outlook's, when 0.
	MailboxQuota int
	// RetryAfter is what throttled requests are asked to wait; 1 s when 0.
	RetryAfter time.Duration
}

// Credentials are what an admin would copy from the Entra portal, and the
// account that signs in.
type Credentials struct {
	TenantID     string
	ClientID     string
	ClientSecret string
	Username     string
	Password     string
}

// RegisteredRedirect is the redirect URI of the demo's app registration, see
// Registration. The port of a request's URI is ignored, its path is not.
const RegisteredRedirect = "http://localhost/roomink"

// ServicePrincipalID is the object id of the enterprise application: the "oid" of
// app-only tokens, and what Exchange's New-ServicePrincipal asks for.
const ServicePrincipalID = "5e9d1f60-aa11-4b22-8c33-dd44ee55ff66"

// Fixed identities of the simulation, so that the demo can show them.
const (
	tenantID     = "7b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713"
	clientID     = "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"
	clientSecret = "Sim8Q~demo-value-not-a-real-secret.x1"
	appObjectID  = "91b7c5d3-4e2f-4a60-8d17-c3b2a1908f7e" // of the registration, not the client id
	adminID      = "c0ffee00-1d2e-4f3a-8b4c-5d6e7f809112"
	adminSecret  = "Signs!2026"
	appName      = "Room signs"
)

// Tenant is the simulated tenant. All methods are safe for concurrent use.
type Tenant struct {
	now    func() time.Time
	log    *slog.Logger
	opts   Options
	office *Office
	entra  *directory
	faults faults
	limits limiter
	ring   requestRing
	// zippers holds gzip writers, which are too large to make for each reply.
	zippers sync.Pool

	baseMu sync.RWMutex
	base   string

	mu    sync.Mutex          // guards everything below and all in mailboxes
	boxes map[string]*mailbox // by lower-case address and by object id
	order []*mailbox          // rooms, in the office's order
	delta deltaState          // cursors of all mailboxes
	exch  exchange            // who may open which mailbox
	sign  signInFaults        // has its own lock
}

// New builds a tenant. It refuses an office with a time zone that it doesn't
// know, two mailboxes with one address, or a meeting that makes no sense.
func New(o Options) (*Tenant, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Seed == nil {
		o.Seed = DefaultOffice(o.Now())
	}
	o.AccessTokenLife = cmp.Or(o.AccessTokenLife, time.Hour)
	o.MailboxQuota = cmp.Or(o.MailboxQuota, quotaSize)
	o.RetryAfter = cmp.Or(o.RetryAfter, time.Second)
	o.EmptyPageEvery = cmp.Or(o.EmptyPageEvery, 3)
	t := &Tenant{now: o.Now, log: o.Logger, opts: o, office: o.Seed, boxes: map[string]*mailbox{}}
	t.SetBaseURL(o.BaseURL)
	t.entra = newDirectory(t, o.Registration)
	if err := t.fill(o.Seed); err != nil {
		return nil, fmt.Errorf("seed simulated tenant: %w", err)
	}
	return t, nil
}

// SetBaseURL tells the tenant where it is served, e.g. "http://127.0.0.1:8400".
func (t *Tenant) SetBaseURL(u string) {
	t.baseMu.Lock()
	defer t.baseMu.Unlock()
	t.base = strings.TrimSuffix(u, "/")
}

// OutlookURL is the address of the Simulated Outlook page; relative while no
// base URL is known.
func (t *Tenant) OutlookURL() string { return t.knownBase() + "/outlook" }

// Credentials returns what an admin would type into Roomink: the newest client
// secret, and the administrator's account.
func (t *Tenant) Credentials() Credentials {
	return Credentials{TenantID: tenantID, ClientID: clientID, ClientSecret: t.entra.currentSecret(),
		Username: t.office.Admin.Address, Password: adminSecret}
}

// ServeHTTP serves Entra ID, Microsoft Graph under /v1.0 and Simulated Outlook
// under /outlook.
func (t *Tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := t.now()
	slot := -1
	if r.URL.Path != "/outlook/version" { // an open page would fill the ring with its polls
		slot = t.ring.add(RequestRecord{Time: start, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery})
	}
	rec := &statusWriter{ResponseWriter: w, status: http.StatusOK, slot: slot}
	defer func() { // also when an ordered fault cuts the connection
		t.ring.done(slot, rec.status)
		t.log.Debug("simulated tenant request", "method", r.Method, "path", r.URL.Path, "status", rec.status)
	}()
	switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first {
	case "v1.0":
		t.serveGraph(rec, r)
	case "", "outlook", "assets":
		t.serveOutlook(rec, r)
	default:
		t.serveEntra(rec, r)
	}
}

// baseOf is the absolute address of this tenant as the request's sender sees it.
func (t *Tenant) baseOf(r *http.Request) string {
	return cmp.Or(t.knownBase(), "http://"+r.Host)
}

func (t *Tenant) knownBase() string {
	t.baseMu.RLock()
	defer t.baseMu.RUnlock()
	return t.base
}

// sameOrigin reports whether a form was posted from this tenant's own page. A
// page elsewhere on the web must not be able to book rooms or press Accept on
// the demo of whoever visits it. Plain HTTP clients send no Origin and pass.
// The host has to be loopback or the base URL's, which stops DNS rebinding.
func (t *Tenant) sameOrigin(r *http.Request) bool {
	if !isLoopback(r.Host) && "http://"+r.Host != t.knownBase() {
		return false
	}
	if s := r.Header.Get("Sec-Fetch-Site"); s != "" && s != "same-origin" && s != "none" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

func isLoopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type statusWriter struct {
	http.ResponseWriter
	status int
	slot   int // of its RequestRecord
}

func (w *statusWriter) WriteHeader(code int) {
	w.status = code
	w.ResponseWriter.WriteHeader(code)
}

// Unwrap is for [http.ResponseController].
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// randomToken returns 256 random bits, safe in URLs.
func randomToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}
