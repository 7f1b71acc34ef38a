package tenant

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
)

// Errors of a mailbox's calendar.
var (
	errNoItem   = errors.New("the calendar holds no such event")
	errCrossing = errors.New("the moved occurrence would cross or overlap its neighbour")
)

// mailbox is one calendar: what Exchange keeps for a room or a person. Its
// fields are guarded by Tenant.mu.
type mailbox struct {
	id      string // directory object id
	head    string // of its events' regular ids
	name    string
	address string
	room    *Room // nil for a person
	// unlisted rooms are not in the directory of places.
	unlisted bool
	zone     string
	loc      *time.Location
	rights   FolderRights // of the calendar folder's "Default" entry
	list     []listed     // calendars beside its own, see calendars.go

	seq          int64 // grows with every change; what delta cursors point at
	made         uint64
	items        map[string]*item
	gone         []tombstone
	transactions map[string]string // transactionId to event id
	cursors      []string          // tokens of this mailbox, oldest first
}

type tombstone struct {
	id  string
	seq int64
}

// item is what has an id of its own: a single meeting or a whole series.
type item struct {
	id, uid           string
	m                 Meeting
	created, modified time.Time
	seq               int64
	transactionID     string
	series            *series // nil for a single meeting
}

// instance is a copy of one event as a client sees it.
type instance struct {
	box               *mailbox // only its constant fields are used outside the lock
	id, masterID, uid string   // uid is empty for occurrences, see iCalUID
	kind              string   // singleInstance, occurrence, exception, seriesMaster
	m                 Meeting
	created, modified time.Time
	seq               int64
	transactionID     string
	original          time.Time // an occurrence's start by its series' rule
	skipped           []string  // days of a master's deleted occurrences
}

const (
	kindSingle     = "singleInstance"
	kindOccurrence = "occurrence"
	kindException  = "exception"
	kindMaster     = "seriesMaster"
)

func newMailbox(id, name, address string, room *Room, loc *time.Location, zone string) *mailbox {
	return &mailbox{id: id, head: idHead(address), name: name, address: address, room: room, loc: loc, zone: zone,
		items: map[string]*item{}, transactions: map[string]string{}}
}

// add puts a meeting into the calendar.
func (b *mailbox) add(m Meeting, now time.Time) (*item, error) {
	if err := m.check(b.loc); err != nil {
		return nil, err
	}
	it := &item{id: b.newID(), m: m, created: now, modified: now}
	it.uid = uidOf(it.id)
	if m.RRule != "" {
		s, err := newSeries(m, b.loc, now)
		if err != nil {
			return nil, err
		}
		it.series = s
		it.m.Skip, it.m.Changed = nil, nil
	}
	b.items[it.id] = it
	b.touch(it, now)
	return it, nil
}

func (b *mailbox) touch(it *item, now time.Time) {
	b.seq++
	it.seq, it.modified = b.seq, now
}

// ref points at an event: an item, or one day of a series.
type ref struct {
	it  *item
	day string
}

func (b *mailbox) find(id string) (ref, error) {
	master, day := splitID(b.regular(id))
	it := b.items[master]
	if it == nil || day != "" && (it.series == nil || !it.series.occursOn(day)) {
		return ref{}, errNoItem
	}
	return ref{it, day}, nil
}

// get reads the event that r points at.
func (b *mailbox) get(r ref) instance {
	if r.day != "" {
		return b.occurrence(r.it, r.it.series.startOn(r.day))
	}
	in := instance{box: b, id: r.it.id, uid: r.it.uid, kind: kindSingle, m: r.it.m, created: r.it.created,
		modified: r.it.modified, seq: r.it.seq, transactionID: r.it.transactionID}
	if s := r.it.series; s != nil {
		in.kind = kindMaster
		for day := range s.skipped {
			in.skipped = append(in.skipped, day)
		}
		slices.Sort(in.skipped)
	}
	return in
}

// change lets edit alter an event. One day of a series becomes an exception.
func (b *mailbox) change(r ref, now time.Time, edit func(*Meeting)) error {
	if r.day != "" {
		if err := r.it.series.change(r.it, r.day, now, b.loc, edit); err != nil {
			return err
		}
		b.touch(r.it, now)
		return nil
	}
	m := r.it.m
	edit(&m)
	if err := m.check(b.loc); err != nil {
		return err
	}
	if r.it.series != nil && (!m.Start.Equal(r.it.m.Start) || !m.End.Equal(r.it.m.End) || m.RRule != r.it.m.RRule) {
		s, err := newSeries(m, b.loc, now) // a new pattern forgets its exceptions, as in Outlook
		if err != nil {
			return err
		}
		r.it.series = s
	}
	r.it.m = m
	b.touch(r.it, now)
	return nil
}

// update is change by the organiser, whose words the room processes anew.
func (b *mailbox) update(r ref, now time.Time, edit func(*Meeting)) error {
	return b.change(r, now, func(m *Meeting) {
		before := *m
		edit(m)
		accepted := *m
		b.process(&accepted)
		m.Sensitivity = accepted.Sensitivity
		if m.Subject != before.Subject {
			m.Subject = accepted.Subject
		}
	})
}

// remove deletes an event. A day of a series leaves no tombstone, only a
// changed master: clients have to notice (graph.md 3.3, quirk 2).
func (b *mailbox) remove(r ref, now time.Time) {
	if r.day != "" {
		delete(r.it.series.changed, r.day)
		r.it.series.skipped[r.day] = true
		b.touch(r.it, now)
		return
	}
	delete(b.items, r.it.id)
	delete(b.transactions, r.it.transactionID)
	b.seq++
	b.gone = append(b.gone, tombstone{r.it.id, b.seq})
}

// cancel does to the room's copy what the organizer's cancellation does while
// RemoveCanceledMeetings is off: it stays, marked.
func (b *mailbox) cancel(r ref, now time.Time) error {
	return b.change(r, now, func(m *Meeting) {
		if m.Cancelled {
			return
		}
		m.Cancelled, m.ShowAs, m.Subject = true, "free", "Canceled: "+m.Subject
	})
}

// window is a half-open span of time.
type window struct{ from, to time.Time }

func (w window) overlaps(m Meeting) bool { return m.Start.Before(w.to) && m.End.After(w.from) }

// view expands the calendar over a window, ordered by start, then id.
func (b *mailbox) view(w window) []instance {
	var out []instance
	for _, it := range b.items {
		out = append(out, b.instances(it, w)...)
	}
	slices.SortFunc(out, func(x, y instance) int {
		return cmp.Or(x.m.Start.Compare(y.m.Start), strings.Compare(x.id, y.id))
	})
	return out
}

// instances lists what an item puts into the window, masters excluded.
func (b *mailbox) instances(it *item, w window) []instance {
	if it.series == nil {
		if !w.overlaps(it.m) {
			return nil
		}
		return []instance{b.get(ref{it, ""})}
	}
	var out []instance
	for _, start := range it.series.starts(w, it.m.End.Sub(it.m.Start)) {
		if in := b.occurrence(it, start); w.overlaps(in.m) && in.kind == kindOccurrence {
			out = append(out, in)
		}
	}
	for day, ch := range it.series.changed {
		if w.overlaps(ch.m) {
			out = append(out, b.occurrence(it, it.series.startOn(day)))
		}
	}
	slices.SortFunc(out, func(x, y instance) int { return x.m.Start.Compare(y.m.Start) })
	return out
}

// occurrence is the series' event that the rule puts at start.
func (b *mailbox) occurrence(it *item, start time.Time) instance {
	day := start.Format(time.DateOnly)
	in := instance{box: b, id: occurrenceID(it.id, day), masterID: it.id, kind: kindOccurrence,
		created: it.created, modified: it.modified, seq: it.seq, original: start}
	if ch := it.series.changed[day]; ch != nil {
		in.kind, in.m, in.modified = kindException, ch.m, ch.modified
		return in
	}
	in.m = it.series.at(it.m, start)
	return in
}
