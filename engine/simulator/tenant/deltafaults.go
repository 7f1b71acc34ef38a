package tenant

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// foreignHost is where FaultForeignLink leads: not Microsoft's, but close to it.
const foreignHost = "https://graph.microsoft.com.evil.example"

// loseState refuses a request whose token a fault made void.
func (t *Tenant) loseState(c *gcall, w window) *gerror {
	if t.faults.quiet(c) {
		return nil
	}
	switch {
	case t.faults.strikes(c, FaultSyncStateGone):
		return t.errNoState()
	case t.faults.strikes(c, FaultSyncStateMoved):
		e := t.errNoState()
		e.header = http.Header{"Location": {c.base + "/v1.0" + c.link + "?startDateTime=" + w.from.UTC().Format(time.RFC3339) +
			"&endDateTime=" + w.to.UTC().Format(time.RFC3339) + "&$deltatoken="}}
		return e
	case t.faults.strikes(c, FaultResyncRequired):
		return refuse(http.StatusGone, "resyncRequired", "Resync required.")
	}
	return nil
}

func (t *Tenant) errNoState() *gerror {
	g := t.delta.generation
	return refuse(http.StatusGone, "SyncStateNotFound", "The sync state generation is not found; generation=%d;[highest=%d][%d].", g, g+8, g+8)
}

// disturb spoils a round that follows an earlier one. Call with mu held.
func (t *Tenant) disturb(c *gcall, cur *cursor, since int64) {
	if t.faults.quiet(c) {
		return
	}
	if since >= 0 {
		if len(cur.pending) > 0 && t.faults.strikes(c, FaultLate) {
			cur.pending, cur.upto = nil, since
		}
		if len(cur.pending) > 0 && t.faults.strikes(c, FaultMissed) {
			lost := cur.pending[t.faults.random(len(cur.pending))].item()
			cur.pending = slices.DeleteFunc(cur.pending, func(e entry) bool { return e.item() == lost })
		}
		if known := cur.box.before(since); len(known) > 0 && t.faults.strikes(c, FaultReplayed) {
			t.replay(cur, known)
		}
	}
	if len(cur.pending) > 0 && t.faults.strikes(c, FaultShuffled) {
		t.shuffle(cur)
	}
}

// item is the id of the single meeting or the series that an entry belongs to.
func (e entry) item() string {
	master, _ := splitID(e.id())
	return master
}

// before lists what changed last at `since` or earlier, in an order that is the
// same in every run.
func (b *mailbox) before(since int64) []string {
	var ids []string
	for id, it := range b.items {
		if it.seq <= since {
			ids = append(ids, id)
		}
	}
	for _, g := range b.gone {
		if g.seq <= since {
			ids = append(ids, g.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// replay adds to a round what the client was told before: up to three items,
// whole or, of a series, perhaps only one occurrence without its master.
func (t *Tenant) replay(cur *cursor, known []string) {
	for range min(3, len(known)) {
		i := t.faults.random(len(known))
		id := known[i]
		known = slices.Delete(known, i, i+1)
		it := cur.box.items[id]
		if it == nil {
			cur.pending = append(cur.pending, entry{removed: id})
			continue
		}
		again := cur.box.changesOf(it, cur.w, true)
		if stubs := slices.DeleteFunc(slices.Clone(again), func(e entry) bool { return !e.stub }); len(stubs) > 0 && t.faults.random(2) == 0 {
			again = stubs[:1]
		}
		cur.pending = append(cur.pending, again...)
	}
}

// shuffle puts a round in another order and repeats half of it. Of a single
// meeting the first copy may be one that is no longer true.
func (t *Tenant) shuffle(cur *cursor) {
	list := slices.Clone(cur.pending)
	for _, e := range cur.pending {
		if t.faults.random(2) == 0 {
			continue
		}
		if e.removed == "" && e.in.kind == kindSingle {
			e = t.stale(e)
		}
		list = append(list, e)
	}
	for i := len(list) - 1; i > 0; i-- {
		j := t.faults.random(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	for i := range list { // the truth comes last
		for j := i + 1; j < len(list); j++ {
			if list[j].old && !list[i].old && list[i].id() == list[j].id() {
				list[i], list[j] = list[j], list[i]
			}
		}
	}
	cur.pending = list
}

// stale is a single meeting as it was a change ago.
func (t *Tenant) stale(e entry) entry {
	if t.faults.random(3) == 0 {
		return entry{removed: e.in.id, old: true}
	}
	r := []rune("Stale: " + e.in.m.Subject)
	e.old, e.in.m.Subject = true, string(r[:min(len(r), maxSubject)])
	e.in.m.Cancelled = !e.in.m.Cancelled
	e.in.seq = max(0, e.in.seq-1)
	return e
}

// linkBase is where a deltaLink leads.
func (t *Tenant) linkBase(c *gcall) string {
	if !t.faults.quiet(c) && t.faults.strikes(c, FaultForeignLink) {
		return foreignHost
	}
	return c.base
}

// wedge reports whether a round is to give the same page for ever.
func (t *Tenant) wedge(c *gcall, cur *cursor) bool {
	now := t.faults.calm()
	if !t.faults.quiet(c) && t.faults.strikes(c, FaultWedged) {
		cur.wedged = now
	}
	return t.delta.wedged || cur.wedged == now
}

// isDelta reports whether a request is for changes.
func (c *gcall) isDelta() bool {
	last := strings.ToLower(c.path[len(c.path)-1])
	return strings.HasSuffix(strings.TrimSuffix(last, "()"), "delta")
}
