package tenant

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Concurrency is how Outlook's limit of four requests in flight is counted. Each
// part of a $batch counts, and a batch runs up to four of its parts at once.
// Microsoft's documents say both of the first two (graph.md 4.2).
type Concurrency int

// The ways to count.
const (
	PerApp     Concurrency = iota // over all mailboxes; the stricter
	PerMailbox                    // for each mailbox
	Unlimited
)

// Limits of the Outlook service (learn.microsoft.com/graph/throttling-limits).
const (
	maxInFlight = 4
	quotaSpan   = 10 * time.Minute
	quotaSize   = 10_000
)

// limiter counts the requests of the one app that the tenant knows.
type limiter struct {
	mu     sync.Mutex
	flight map[string]int    // by what Concurrency counts
	spent  map[string]*spent // by mailbox
	peak   int
}

// spent is what a mailbox answered in a span of ten minutes.
type spent struct {
	since time.Time
	n     int
}

// MostInFlight is the largest number of requests for calendars that were under
// way at once, throttled ones aside.
func (t *Tenant) MostInFlight() int {
	t.limits.mu.Lock()
	defer t.limits.mu.Unlock()
	return t.limits.peak
}

// enter begins a request to a mailbox. leave must be called if there is no error.
func (t *Tenant) enter(mailbox string) (leave func(), bad *gerror) {
	l, key := &t.limits, ""
	if t.opts.Concurrency == PerMailbox {
		key = mailbox
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.spend(mailbox, t.now(), t.opts.MailboxQuota); wait > 0 {
		// What the message of this limit is, Microsoft doesn't document.
		return nil, throttled("Application is over its request limit for this mailbox.", wait)
	}
	if l.flight[key] >= maxInFlight && t.opts.Concurrency != Unlimited {
		return nil, throttled("Application is over its MailboxConcurrency limit.", t.opts.RetryAfter)
	}
	if l.flight == nil {
		l.flight = map[string]int{}
	}
	l.flight[key]++
	l.peak = max(l.peak, l.flight[key])
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.flight[key]--; l.flight[key] == 0 {
			delete(l.flight, key)
		}
	}, nil
}

// spend takes one request off a mailbox's quota; wait is until there is more.
func (l *limiter) spend(mailbox string, now time.Time, quota int) (wait time.Duration) {
	s := l.spent[mailbox]
	if s == nil || now.Sub(s.since) >= quotaSpan || now.Before(s.since) {
		s = &spent{since: now}
		if l.spent == nil {
			l.spent = map[string]*spent{}
		}
		l.spent[mailbox] = s
	}
	if s.n++; s.n > quota {
		return s.since.Add(quotaSpan).Sub(now)
	}
	return 0
}

func throttled(message string, after time.Duration) *gerror {
	e := refuse(http.StatusTooManyRequests, "ApplicationThrottled", "%s", message)
	e.header = retryAfter(after)
	return e
}

// retryAfter is a header with whole seconds, rounded up; none for no time.
func retryAfter(d time.Duration) http.Header {
	if d <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int((d + time.Second - 1) / time.Second))}}
}

// outlook runs a request for a calendar under the limits, taking its time.
func (t *Tenant) outlook(ctx context.Context, c *gcall, serve func() (*greply, error)) (*greply, error) {
	leave, bad := t.enter(t.keyOf(c.mailbox))
	if bad != nil {
		return nil, bad
	}
	defer leave()
	if t.opts.PartLatency > 0 {
		wait := time.NewTimer(t.opts.PartLatency)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done(): // nobody is there to read the answer
		}
	}
	return serve()
}

// keyOf is one name for a mailbox that has two.
func (t *Tenant) keyOf(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b := t.boxes[strings.ToLower(name)]; b != nil {
		return b.id
	}
	return strings.ToLower(name)
}
