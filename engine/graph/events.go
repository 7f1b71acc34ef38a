package graph

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/zones"
)

// round gathers the items of one delta round. Their order is arbitrary and one
// may come twice: the last one counts.
type round struct {
	items   map[string]*item // but masters
	masters map[string]*item // of this round, or asked for
	removed map[string]bool
	told    map[string]bool // series whose occurrences in the window all are in items
}

func newRound() round {
	return round{items: map[string]*item{}, masters: map[string]*item{},
		removed: map[string]bool{}, told: map[string]bool{}}
}

// add takes a page in; fresh says whether it told of any event for the first time in
// this round.
func (r *round) add(page []*item) (fresh bool, err error) {
	for _, e := range page {
		if e == nil || e.ID == "" {
			return fresh, errors.New("an event has no id")
		}
		fresh = fresh || !r.knows(e.ID)
		gone := len(e.Removed) > 0 && string(e.Removed) != "null"
		delete(r.items, e.ID)
		delete(r.removed, e.ID)
		switch {
		case gone:
			delete(r.masters, e.ID)
			r.removed[e.ID], r.told[e.ID] = true, true // it may have been a master
		case e.Type == "seriesMaster":
			r.masters[e.ID], r.told[e.ID] = e, true
		default:
			r.items[e.ID] = e
		}
	}
	return fresh, nil
}

func (r *round) knows(id string) bool {
	return r.items[id] != nil || r.masters[id] != nil || r.removed[id]
}

// missingMasters are the series whose occurrences came without subject and
// master.
func (r *round) missingMasters() []string {
	missing := map[string]bool{}
	for _, e := range r.items {
		if e.SeriesMasterID != "" && e.isStub() && r.masters[e.SeriesMasterID] == nil {
			missing[e.SeriesMasterID] = true
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// seriesGone drops what belongs to a series that no longer exists.
func (r *round) seriesGone(master string) {
	r.told[master] = true
	maps.DeleteFunc(r.items, func(_ string, e *item) bool { return e.SeriesMasterID == master })
}

func (r *round) removedIDs() []string { return slices.Sorted(maps.Keys(r.removed)) }
func (r *round) toldSeries() []string { return slices.Sorted(maps.Keys(r.told)) }

// events puts the round together, by id. The master itself is no event: its
// start is that of the first occurrence, which may be years ago.
func (r *round) events() ([]calendar.Event, error) {
	out := make([]calendar.Event, 0, len(r.items))
	for _, id := range slices.Sorted(maps.Keys(r.items)) {
		e := r.items[id]
		from := e
		if e.isStub() {
			if m := r.masters[e.SeriesMasterID]; m != nil {
				from = m
			}
		}
		ev, err := event(e, from)
		if err != nil {
			return nil, err
		}
		out = append(out, ev)
	}
	return out, nil
}

// isStub reports whether change tracking sent an occurrence without what it
// shares with its series.
func (e *item) isStub() bool {
	return e.Type == "occurrence" && e.ShowAs == nil && e.Subject == nil
}

// event maps times and identity of e, and everything else of from, which is e
// itself or its series master. Subjects are plain text and kept to the letter: what
// looks like an HTML entity was typed by somebody.
func event(e, from *item) (calendar.Event, error) {
	by := from.Organizer.EmailAddress
	ev := calendar.Event{
		ID:           e.ID,
		SeriesID:     e.SeriesMasterID,
		Subject:      str(from.Subject),
		Organizer:    cmp.Or(by.Name, by.Address),
		AllDay:       from.IsAllDay,
		Availability: availability(from),
		Private:      from.Sensitivity != "" && from.Sensitivity != "normal",
		Cancelled:    from.IsCancelled,
	}
	var err error
	if ev.Start, err = instant(e.Start, ev.AllDay); err != nil {
		return ev, fmt.Errorf("event %s starts %w", clip(ev.ID, 200), err)
	}
	if ev.End, err = instant(e.End, ev.AllDay); err != nil {
		return ev, fmt.Errorf("event %s ends %w", clip(ev.ID, 200), err)
	}
	return ev, nil
}

// availability is showAs, but for a booking that the room declined: the organiser was
// told no, and where the mailbox keeps the entry, it may still show as busy. One that
// waits for approval shows as tentative and takes the room
// (Set-CalendarProcessing, TentativePendingApproval).
func availability(e *item) calendar.Availability {
	if e.ResponseStatus.Response == "declined" {
		return calendar.Free
	}
	switch a := calendar.Availability(str(e.ShowAs)); a {
	case calendar.Free, calendar.Tentative, calendar.Busy, calendar.OutOfOffice, calendar.WorkingElsewhere:
		return a
	}
	return calendar.Unknown
}

// instant reads a dateTimeTimeZone. All-day events float: they are midnight to
// midnight whatever zone stands beside them, so only the date is kept.
func instant(d dateTimeZone, allDay bool) (time.Time, error) {
	if d.DateTime == "" {
		return time.Time{}, errors.New("at no time")
	}
	if allDay {
		date, _, _ := strings.Cut(d.DateTime, "T")
		at, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return time.Time{}, fmt.Errorf("on no date (%q)", clip(d.DateTime, 60))
		}
		return at, nil
	}
	loc := time.UTC
	if d.TimeZone != "" && d.TimeZone != "UTC" {
		var err error
		if loc, err = time.LoadLocation(zones.IANA(d.TimeZone)); err != nil || zones.IANA(d.TimeZone) == "" {
			return time.Time{}, fmt.Errorf("in an unknown time zone (%q)", clip(d.TimeZone, 60))
		}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05.9999999", strings.TrimSuffix(d.DateTime, "Z"), loc)
	if err != nil {
		return time.Time{}, fmt.Errorf("at no time (%q)", clip(d.DateTime, 60))
	}
	return at.UTC(), nil
}

func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
