package tenant

import (
	"sync"
	"time"
)

// RequestRecord is one HTTP request that the tenant got. A $batch is one.
type RequestRecord struct {
	Time   time.Time
	Method string
	Path   string // decoded, without the query
	Query  string // as sent
	Status int    // 0 while it is being answered
}

// ringSize bounds what Requests remembers.
const ringSize = 4096

type requestRing struct {
	mu    sync.Mutex
	items []RequestRecord
	total int
}

func (q *requestRing) add(r RequestRecord) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) < ringSize {
		q.items = append(q.items, r)
	} else {
		q.items[q.total%ringSize] = r
	}
	q.total++
	return q.total - 1
}

func (q *requestRing) done(slot, status int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if slot >= 0 && q.total-slot <= ringSize {
		q.items[slot%ringSize].Status = status
	}
}

func (q *requestRing) list() []RequestRecord {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]RequestRecord, 0, len(q.items))
	for i := range q.items {
		out = append(out, q.items[(q.total+i)%len(q.items)])
	}
	return out
}

// faults are the failures that a test ordered.
type faults struct {
	mu         sync.Mutex
	left       int
	status     int
	retryAfter time.Duration
	outage     int
}

// next takes one ordered failure, if any is left.
func (f *faults) next() (status int, retryAfter time.Duration, failing bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return 0, 0, false
	}
	f.left--
	return f.status, f.retryAfter, true
}

func (f *faults) outageStatus() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.outage
}

// FailNext makes the next n Graph requests fail with an HTTP status such as 429
// or 503, with a Retry-After header when retryAfter is positive (rounded up to
// seconds). Inside a $batch each part counts and the batch itself doesn't: the
// outer 200 hides inner failures, as with the real service. n = 0 ends it.
func (t *Tenant) FailNext(n int, status int, retryAfter time.Duration) {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.left, t.faults.status, t.faults.retryAfter = n, status, retryAfter
}

// SetOutage answers every HTTP request to Graph, $batch included, with this
// status and an HTML body, as a gateway in trouble does. 0 ends the outage.
func (t *Tenant) SetOutage(status int) {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.outage = status
}

// Requests lists the latest HTTP requests (up to 4096), oldest first.
func (t *Tenant) Requests() []RequestRecord { return t.ring.list() }

// ExpireAccessTokens makes Graph refuse every access token issued so far.
func (t *Tenant) ExpireAccessTokens() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	for _, g := range t.entra.access {
		g.expired = true
	}
}

// RevokeRefreshTokens does what an admin's "Revoke sessions" does: refreshing
// with any token issued so far fails with AADSTS50173.
func (t *Tenant) RevokeRefreshTokens() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	for _, r := range t.entra.refresh {
		r.revoked = true
	}
}

// SetClientSecret rotates the secret: the old one no longer works.
func (t *Tenant) SetClientSecret(s string) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.secret, t.entra.secretExpired = s, false
}

// ExpireClientSecret makes the current secret an expired one (AADSTS7000222).
func (t *Tenant) ExpireClientSecret() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.secretExpired = true
}

// GrantAdminConsent does what pressing "Grant admin consent" in the portal does:
// app-only tokens issued from now on carry roles, and users aren't asked again.
func (t *Tenant) GrantAdminConsent() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.roles = append([]string(nil), appRoles...)
	for _, s := range knownScopes {
		t.entra.consented[s.Name] = true
	}
}
