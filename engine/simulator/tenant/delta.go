package tenant

import (
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"time"
)

// deltaState holds the cursors that the tenant gave out. Guarded by Tenant.mu.
type deltaState struct {
	cursors    map[string]*cursor
	rounds     int
	generation int // in the words of the 410 reply
	wedged     bool
}

// cursor is what a $skiptoken or $deltatoken stands for. It is never altered,
// so the same link gives the same page again.
type cursor struct {
	box     *mailbox
	w       window
	issued  time.Time
	skip    bool // a $skiptoken: pending is the rest of a round
	pending []entry
	upto    int64 // the change that the round reaches
	page    int   // page size when the request has no odata.maxpagesize
	empty   bool  // the page before this was the empty first one
	wedged  int   // the calm during which pages repeat themselves, see Tenant.wedge
}

// entry is one item of a delta round.
type entry struct {
	removed string // id, for @removed
	stub    bool
	old     bool // not true any more; what is follows
	in      instance
}

// cursorsPerMailbox bounds memory: older tokens answer 410.
const cursorsPerMailbox = 256

// defaultPage is Outlook's page size when nobody asks for another.
const defaultPage = 10

// ExpireCursors makes every delta and skip token given out so far answer
// 410 SyncStateNotFound.
func (t *Tenant) ExpireCursors() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delta.cursors, t.delta.generation = nil, t.delta.generation+1
}

// WedgeCursors makes delta rounds never end, as Graph did in May 2026: each page
// repeats itself with a nextLink and no deltaLink comes. false ends it.
func (t *Tenant) WedgeCursors(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delta.wedged = on
}

// calendarViewDelta serves change tracking of a calendar view with the quirks
// of graph.md 3.3: stub occurrences, silent deletion of an occurrence, @removed
// for what left the window or never was in it, arbitrary order, empty pages,
// and a window that the cursor fixes for good.
func (t *Tenant) calendarViewDelta(c *gcall, args []string) (*greply, error) {
	for k := range c.query {
		if low := strings.ToLower(k); strings.HasPrefix(low, "$") && low != "$skiptoken" && low != "$deltatoken" {
			return nil, refuse(http.StatusBadRequest, "ErrorInvalidUrlQuery", "The following parameters are not supported with change tracking over the 'CalendarView' resource: '$orderby, $filter, $select, $expand, $search, $top'.")
		}
	}
	p, err := c.preferences()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, err
	}
	cur, err := t.resume(c, b)
	if err != nil {
		return nil, err
	}
	if p.pageSize > 0 {
		cur.page = min(p.pageSize, 1000)
	}
	return t.deltaPage(c, cur, p), nil
}

// resume makes the state of this page from the request's token, or starts a
// round over a new window.
func (t *Tenant) resume(c *gcall, b *mailbox) (cursor, error) {
	token := c.token()
	if token == "" {
		w, err := c.span()
		if err != nil {
			return cursor{}, err
		}
		return t.newRound(c, b, w, -1), nil
	}
	cur := t.delta.cursors[token]
	ttl := t.opts.CursorTTL
	switch {
	case len(token) < 40:
		return cursor{}, refuse(http.StatusBadRequest, "BadRequest", "Badly formed token.")
	case cur == nil, ttl > 0 && t.now().Sub(cur.issued) >= ttl:
		return cursor{}, t.errNoState()
	case cur.box != b:
		return cursor{}, refuse(http.StatusBadRequest, "BadRequest", "Badly formed token.")
	}
	if bad := t.loseState(c, cur.w); bad != nil {
		return cursor{}, bad
	}
	if cur.skip {
		return *cur, nil
	}
	next := t.newRound(c, b, cur.w, cur.upto)
	next.page = cur.page
	return next, nil
}

// token is the link's own part. An empty one, as the Location of a 410 has it,
// begins anew.
func (c *gcall) token() string {
	for k, v := range c.query {
		if low := strings.ToLower(k); (low == "$skiptoken" || low == "$deltatoken") && v[0] != "" {
			return v[0]
		}
	}
	return ""
}

func (t *Tenant) newRound(c *gcall, b *mailbox, w window, since int64) cursor {
	cur := cursor{box: b, w: w, page: defaultPage, pending: b.changes(w, since), upto: b.seq}
	t.disturb(c, &cur, since)
	return cur
}

// changes lists what a client at change `since` has to learn; since < 0 means
// that it knows nothing.
func (b *mailbox) changes(w window, since int64) []entry {
	var out []entry
	first := since < 0
	for _, it := range b.items {
		if it.seq > since {
			out = append(out, b.changesOf(it, w, first)...)
		}
	}
	if !first {
		for _, g := range b.gone {
			if g.seq > since {
				out = append(out, entry{removed: g.id})
			}
		}
	}
	// Any order may come; this one is arbitrary but the same in every run.
	slices.SortFunc(out, func(x, y entry) int {
		hx, hy := x.hash(), y.hash()
		switch {
		case hx < hy:
			return -1
		case hx > hy:
			return 1
		}
		return strings.Compare(x.id(), y.id())
	})
	return out
}

func (e entry) id() string {
	if e.removed != "" {
		return e.removed
	}
	return e.in.id
}

func (e entry) hash() uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(e.id()))
	return h.Sum32()
}

// changesOf words one changed item for a window. The cursor doesn't know what
// the client has; so what lies outside is always reported as removed, known to
// the client or not.
func (b *mailbox) changesOf(it *item, w window, first bool) []entry {
	ins := b.instances(it, w)
	if it.series == nil {
		switch {
		case len(ins) == 1:
			return []entry{{in: ins[0]}}
		case first:
			return nil
		}
		return []entry{{removed: it.id}}
	}
	if len(ins) == 0 && !it.series.touches(w) {
		if first {
			return nil
		}
		return []entry{{removed: it.id}}
	}
	out := []entry{{in: b.get(ref{it, ""})}}
	for _, in := range ins {
		out = append(out, entry{in: in, stub: in.kind == kindOccurrence})
	}
	for day, ch := range it.series.changed {
		if !first && !w.overlaps(ch.m) {
			out = append(out, entry{removed: occurrenceID(it.id, day)})
		}
	}
	return out
}

// deltaPage cuts one page off a round and links to what follows.
func (t *Tenant) deltaPage(c *gcall, cur cursor, p prefs) *greply {
	n, wedged := min(cur.page, len(cur.pending)), t.wedge(c, &cur)
	if !cur.skip {
		t.delta.rounds++
		if e := t.opts.EmptyPageEvery; e > 0 && t.delta.rounds%e == 0 {
			n = 0
			cur.empty = true
		}
	} else {
		cur.empty = false
	}
	o := newObject(make([]byte, 0, 1024+n*2400), nil)
	o.str("@odata.context", t.context(c, "Collection(event)"))
	o.list("value", n, func(b []byte, i int) []byte { return cur.pending[i].append(b, p) })
	rest := cur
	rest.pending, rest.skip = cur.pending[n:], true
	switch {
	case wedged:
		rest.pending = cur.pending
		o.str("@odata.nextLink", t.cursorLink(c, c.base, "$skiptoken", rest))
	case len(rest.pending) > 0 || cur.empty:
		o.str("@odata.nextLink", t.cursorLink(c, c.base, "$skiptoken", rest))
	default:
		rest.skip, rest.pending = false, nil
		o.str("@odata.deltaLink", t.cursorLink(c, t.linkBase(c), "$deltatoken", rest))
	}
	return ok(rawJSON(o.end()))
}

func (e entry) append(b []byte, p prefs) []byte {
	if e.stub {
		return appendStub(b, e.in, p)
	}
	o := newObject(b, nil)
	o.raw("@odata.type", eventType)
	if e.removed == "" {
		return eventBody(o, e.in, p)
	}
	o.str("id", p.id(e.removed))
	o.raw("@removed", `{"reason":"deleted"}`)
	return o.end()
}

// cursorLink stores a cursor and makes the URL that leads back to it.
func (t *Tenant) cursorLink(c *gcall, base, kind string, cur cursor) string {
	token := randomToken() + randomToken()
	cur.issued = t.now()
	if t.delta.cursors == nil {
		t.delta.cursors = map[string]*cursor{}
	}
	t.delta.cursors[token] = &cur
	b := cur.box
	b.cursors = append(b.cursors, token)
	if len(b.cursors) > cursorsPerMailbox {
		delete(t.delta.cursors, b.cursors[0])
		b.cursors = slices.Delete(b.cursors, 0, 1)
	}
	return base + "/v1.0" + c.link + "?" + kind + "=" + token
}
