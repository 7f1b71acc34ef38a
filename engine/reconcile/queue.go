package reconcile

import (
	"container/heap"
	"time"
)

// queue holds the entries that must be looked at, the one that is due first in front. It
// only saves looking at all of them: where an entry belongs follows from the entry, see
// Reconciler.schedule.
type queue []*entry

// spot is the place of an entry in the queue.
type spot struct {
	at     time.Time
	index  int // -1 = it is not in it
	parked bool
}

var nowhere = spot{index: -1}

// Len, Less, Swap, Push and Pop implement [heap.Interface].
func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].spot.at.Before(q[j].spot.at) }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].spot.index, q[j].spot.index = i, j
}
func (q *queue) Push(x any) {
	e := x.(*entry)
	e.spot.index = len(*q)
	*q = append(*q, e)
}
func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	e.spot.index = -1
	return e
}

// due gives the entry in front if its time has come, nil otherwise.
func (q queue) due(now time.Time) *entry {
	if len(q) == 0 || q[0].spot.at.After(now) {
		return nil
	}
	return q[0]
}

// take takes e out of the queue if it is in it.
func (q *queue) take(e *entry) {
	if e.spot.index >= 0 {
		heap.Remove(q, e.spot.index)
	}
}

// put puts e into the queue, or where it belongs there now.
func (q *queue) put(e *entry, at time.Time) {
	e.spot.at = at
	if e.spot.index >= 0 {
		heap.Fix(q, e.spot.index)
		return
	}
	heap.Push(q, e)
}

// lane is a gateway with a push going on. It takes one at a time, however many displays
// hang behind it, so that it is not overrun and a slow one takes no more than one slot.
type lane struct {
	waiting []*entry // that are held back only by this push
}

// doubtful are the pushes to displays that may not answer: they did not the last time, or
// were not heard of for long. Each takes as long as it takes to find out, so they get a
// part of all pushes only, and a thousand dead displays don't delay a live one.
type doubtful struct {
	most    int
	running int
	waiting []*entry // that are held back only by these, the first first
}

func (d *doubtful) full() bool { return d.running >= d.most }

// mayNotAnswer reports whether a push to e is a doubtful one.
func (e *entry) mayNotAnswer() bool { return e.Failures > 0 || e.unsure }

// unpark brings back as many of those that wait for a doubtful push as there is room for.
// r.mu is held.
func (r *Reconciler) unpark() {
	d := &r.doubtful
	for room := d.most - d.running; room > 0 && len(d.waiting) > 0; {
		e := d.waiting[0]
		d.waiting[0] = nil
		d.waiting = d.waiting[1:]
		e.spot.parked = false
		if r.entries[e.id] == e { // not forgotten
			r.schedule(e)
			room--
		}
	}
}

// schedule puts e where it belongs in the queue, after anything about it has changed. r.mu
// is held.
func (r *Reconciler) schedule(e *entry) {
	if r.pushing[e.id] {
		r.queue.take(e) // the end of the push brings it back
		return
	}
	var at time.Time
	needed := false
	need := func(t time.Time) {
		if !needed || t.Before(at) {
			at, needed = t, true
		}
	}
	if !e.due.IsZero() {
		need(e.due)
	}
	if e.retries() {
		need(e.NextTry)
	}
	if e.State == Waiting && e.Offered != "" && !e.deadline.IsZero() {
		need(e.deadline)
	}
	if e.State == Pending && e.Want != "" && !r.paused {
		switch l := r.lanes[e.lane]; {
		case e.spot.parked: // whoever ends there brings it back
		case l != nil:
			e.spot.parked = true
			l.waiting = append(l.waiting, e)
		case e.mayNotAnswer() && r.doubtful.full():
			e.spot.parked = true
			r.doubtful.waiting = append(r.doubtful.waiting, e)
		default:
			need(e.held)
		}
	}
	if needed {
		r.queue.put(e, at)
	} else {
		r.queue.take(e)
	}
}

// index makes the queue anew. r.mu is held.
func (r *Reconciler) index() {
	for _, e := range r.entries {
		r.schedule(e)
	}
}

// leave ends a push to a display in the lane of its gateway, if it has one. r.mu is held.
func (r *Reconciler) leave(gateway string) {
	l := r.lanes[gateway]
	if l == nil {
		return
	}
	delete(r.lanes, gateway)
	for _, e := range l.waiting {
		e.spot.parked = false
		if r.entries[e.id] == e { // not forgotten
			r.schedule(e)
		}
	}
}
