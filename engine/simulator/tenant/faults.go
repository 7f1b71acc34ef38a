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
	Status int    // 0 while it is being answered, and for an answer that was Dropped
	// GrantType is the grant_type of a request to the token endpoint, such as
	// "refresh_token".
	GrantType string
}

// ringSize bounds what Requests remembers.
const ringSize = 4096

type requestRing struct {
	mu     sync.Mutex
	items  []RequestRecord
	total  int
	grants map[string]int
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

// grant notes the grant_type of a token request before it is answered, so that
// whoever has the answer finds it counted.
func (q *requestRing) grant(slot int, grantType string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if slot >= 0 && q.total-slot <= ringSize {
		q.items[slot%ringSize].GrantType = grantType
	}
	if q.grants == nil {
		q.grants = map[string]int{}
	}
	q.grants[grantType]++
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

	// See storm.go.
	storm         storm
	parts, wholes []orderedFault
	struck        map[Fault]int
	calms         int
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

// CountGrants is how many requests of a grant_type the token endpoint got
// since the tenant was made, refused ones included: "authorization_code",
// "refresh_token" or "client_credentials".
func (t *Tenant) CountGrants(grantType string) int {
	t.ring.mu.Lock()
	defer t.ring.mu.Unlock()
	return t.ring.grants[grantType]
}
