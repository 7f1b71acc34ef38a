package tenant

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is a way in which Graph goes wrong now and then. All were seen in the
// field or are documented (graph.md 3 to 5).
type Fault string

// Faults that any request may meet: the whole of one, or one part of a $batch,
// whose other parts and whose outer 200 know nothing of it.
const (
	FaultThrottled      Fault = "429, Retry-After in seconds"
	FaultThrottledUntil Fault = "429, Retry-After as a date"
	FaultUnavailable    Fault = "503, Retry-After in seconds"
	FaultGatewayTimeout Fault = "504"
	FaultServerError    Fault = "500 ErrorInternalServerTransientError"
	FaultUnauthorized   Fault = "401" // though the token is good
	FaultDenied         Fault = "403 ErrorAccessDenied"
	FaultNoMailbox      Fault = "404 MailboxNotEnabledForRESTAPI"
	FaultBadGateway     Fault = "502 with a page of HTML"
	FaultPortal         Fault = "200 with a page of HTML" // a captive portal
	FaultTruncated      Fault = "JSON cut short"          // of a part: base64 text in place of an object, as for whatever is no JSON
	FaultMalformed      Fault = "JSON with a mistake"     // of a part: as above
	FaultHollow         Fault = "200 {}"
	FaultDropped        Fault = "connection cut in the middle of the answer" // a part is missing from the answers
)

// Faults of change tracking, which only requests for calendarView/delta meet.
const (
	FaultSyncStateGone  Fault = "410 SyncStateNotFound"                // of a request with a token
	FaultSyncStateMoved Fault = "410 SyncStateNotFound with Location"  // the same; Location has an empty $deltaToken
	FaultResyncRequired Fault = "410 resyncRequired"                   // the same
	FaultReplayed       Fault = "items that did not change come again" // whole series, or occurrences without their master
	FaultShuffled       Fault = "items twice and in no order"          // the last copy is the one that counts
	FaultMissed         Fault = "a change is never told"               // but for a read without a token
	FaultLate           Fault = "changes are told a round later"
	FaultWedged         Fault = "pages without end"       // until Calm, or a new round
	FaultForeignLink    Fault = "deltaLink to other host" // which must not get the access token
)

var (
	anyFaults = []Fault{FaultThrottled, FaultThrottledUntil, FaultUnavailable, FaultGatewayTimeout, FaultServerError, FaultUnauthorized,
		FaultDenied, FaultNoMailbox, FaultBadGateway, FaultPortal, FaultTruncated, FaultMalformed, FaultHollow, FaultDropped}
	deltaFaults = []Fault{FaultSyncStateGone, FaultSyncStateMoved, FaultResyncRequired, FaultReplayed, FaultShuffled, FaultMissed,
		FaultLate, FaultWedged, FaultForeignLink}
	// lasting ones look like decisions of an administrator, so Storm has to be
	// asked for them; those of one mailbox are no fault of a whole $batch.
	lastingFaults = []Fault{FaultUnauthorized, FaultDenied, FaultNoMailbox}
	mailboxFaults = []Fault{FaultDenied, FaultNoMailbox}
)

// orderedFault is one that a test asked for.
type orderedFault struct {
	fault     Fault
	left      int
	mailboxes []string // lower-case addresses and ids; nil = any
}

// storm draws faults at random.
type storm struct {
	rnd   *rand.Rand
	rate  float64
	any   []Fault // for a request
	whole []Fault // for a $batch
	delta []Fault // for a request for changes
}

// Storm makes requests to Graph go wrong at random until Calm: each HTTP request
// and each part of a $batch with a probability of rate, in a way drawn from among,
// which by default is every Fault but FaultUnauthorized, FaultDenied and
// FaultNoMailbox. A fault that doesn't apply (nothing changed that could be
// missed) does nothing. The same seed and the same requests, one after another,
// meet the same faults. After FaultMissed, which is among the default, only a read
// without token learns the truth.
func (t *Tenant) Storm(seed uint64, rate float64, among ...Fault) {
	if len(among) == 0 {
		among = slices.DeleteFunc(slices.Concat(anyFaults, deltaFaults), func(f Fault) bool { return slices.Contains(lastingFaults, f) })
	}
	s := storm{rnd: rand.New(rand.NewPCG(seed, 0)), rate: rate, delta: slices.Clone(among)}
	for _, f := range among {
		if slices.Contains(anyFaults, f) {
			s.any = append(s.any, f)
			if !slices.Contains(mailboxFaults, f) {
				s.whole = append(s.whole, f)
			}
		}
	}
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.storm = s
}

// Calm ends the storm, and everything that FailParts, FailWhole, FailNext,
// SetOutage and WedgeCursors ordered.
func (t *Tenant) Calm() {
	t.WedgeCursors(false)
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	f := &t.faults
	f.storm, f.parts, f.wholes, f.left, f.outage = storm{}, nil, nil, 0, 0
	f.calms++
}

// FailParts makes the next n requests that can meet a fault meet it, alone or as
// parts of a $batch, whose other parts don't. With mailboxes (addresses, also of
// room lists) only requests for those count. Orders add up.
func (t *Tenant) FailParts(f Fault, n int, mailboxes ...string) {
	var names []string
	t.mu.Lock()
	for _, m := range mailboxes {
		names = append(names, strings.ToLower(m))
		if b, err := t.box(m); err == nil {
			names = append(names, b.id)
		}
	}
	t.mu.Unlock()
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.parts = append(t.faults.parts, orderedFault{f, n, names})
}

// FailWhole makes the next n HTTP requests to Graph meet a fault, a $batch as a
// whole. Faults of change tracking can't be ordered here: nothing happens.
func (t *Tenant) FailWhole(f Fault, n int) {
	if !slices.Contains(anyFaults, f) {
		return
	}
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	t.faults.wholes = append(t.faults.wholes, orderedFault{fault: f, left: n})
}

// Struck counts the faults that requests met since the tenant was made, but for
// those of FailNext and SetOutage.
func (t *Tenant) Struck() map[Fault]int {
	t.faults.mu.Lock()
	defer t.faults.mu.Unlock()
	out := map[Fault]int{}
	for f, n := range t.faults.struck {
		out[f] = n
	}
	return out
}

// whole is what an HTTP request meets; "" is nothing.
func (f *faults) whole(batch bool) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.wholes) > 0 {
		o := &f.wholes[0]
		fault := o.fault
		if o.left--; o.left <= 0 {
			f.wholes = f.wholes[1:]
		}
		f.count(fault)
		return fault
	}
	if !batch { // it draws once, as its own only part
		return ""
	}
	fault := f.storm.draw(f.storm.whole)
	if fault != "" {
		f.count(fault)
	}
	return fault
}

// draw is what a storm has for a request; whether it strikes, strikes decides.
func (f *faults) draw(delta bool) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if delta {
		return f.storm.draw(f.storm.delta)
	}
	return f.storm.draw(f.storm.any)
}

func (s *storm) draw(list []Fault) Fault {
	if s.rate == 0 || len(list) == 0 || s.rnd.Float64() >= s.rate {
		return ""
	}
	return list[s.rnd.IntN(len(list))]
}

func (f *faults) count(fault Fault) {
	if f.struck == nil {
		f.struck = map[Fault]int{}
	}
	f.struck[fault]++
}

// strikes reports whether a request is to meet a fault, at the point where it can.
func (f *faults) strikes(c *gcall, fault Fault) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.fault == fault {
		c.fault = ""
		f.count(fault)
		return true
	}
	for i := range f.parts {
		o := &f.parts[i]
		if o.fault != fault || o.mailboxes != nil && !slices.Contains(o.mailboxes, strings.ToLower(c.mailbox)) {
			continue
		}
		if o.left--; o.left <= 0 {
			f.parts = slices.Delete(f.parts, i, i+1)
		}
		f.count(fault)
		return true
	}
	return false
}

// strikesAny is strikes for the faults that any request can meet.
func (f *faults) strikesAny(c *gcall) Fault {
	if f.quiet(c) {
		return ""
	}
	for _, fault := range anyFaults {
		if f.strikes(c, fault) {
			return fault
		}
	}
	return ""
}

// quiet saves a calm tenant the search.
func (f *faults) quiet(c *gcall) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return c.fault == "" && len(f.parts) == 0
}

// random is a number below n, from the storm's seed while there is one.
func (f *faults) random(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.storm.rnd == nil {
		f.storm.rnd = rand.New(rand.NewPCG(1, 0))
	}
	return f.storm.rnd.IntN(n)
}

// calm counts calms, from 1.
func (f *faults) calm() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calms + 1
}

// reply is how a fault answers in place of Graph; nil for those that spoil the
// true answer.
func (t *Tenant) faultReply(f Fault, base string, h http.Header) *greply {
	e := orderedFailure(map[Fault]int{FaultThrottled: 429, FaultThrottledUntil: 429, FaultUnavailable: 503, FaultGatewayTimeout: 504,
		FaultServerError: 500, FaultDenied: 403, FaultNoMailbox: 404, FaultUnauthorized: 401}[f], 0)
	switch f {
	case FaultThrottled, FaultUnavailable:
		e.header = retryAfter(t.opts.RetryAfter)
	case FaultThrottledUntil:
		until := t.now().Add(t.opts.RetryAfter + time.Second - 1) // an HTTP date has no fractions
		e.header = http.Header{"Retry-After": {until.UTC().Format(http.TimeFormat)}}
	case FaultUnauthorized:
		e = errToken(base, "Lifetime validation failed, the token is expired.")
	case FaultBadGateway:
		return &greply{status: http.StatusBadGateway, spoilt: f}
	case FaultPortal:
		return &greply{status: http.StatusOK, spoilt: f}
	case FaultHollow:
		return ok(rawJSON("{}"))
	case FaultTruncated, FaultMalformed, FaultDropped:
		return nil
	}
	return failed(e, h)
}
