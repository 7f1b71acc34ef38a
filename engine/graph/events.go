package graph

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomink/roomink/engine/calendar"
)

// round gathers the items of one delta round. Their order is arbitrary and one
// may come twice: the last one counts.
type round struct {
	items   map[string]models.Eventable // but masters
	masters map[string]models.Eventable // of this round, or asked for
	removed map[string]bool
	told    map[string]bool // series whose occurrences in the window all are in items
}

func newRound() round {
	return round{items: map[string]models.Eventable{}, masters: map[string]models.Eventable{},
		removed: map[string]bool{}, told: map[string]bool{}}
}

func (r *round) add(page []models.Eventable) error {
	for _, e := range page {
		if e == nil || str(e.GetId()) == "" {
			return fmt.Errorf("an event has no id")
		}
		id := *e.GetId()
		_, gone := e.GetAdditionalData()["@removed"]
		delete(r.items, id)
		delete(r.removed, id)
		switch kind := e.GetTypeEscaped(); {
		case gone:
			delete(r.masters, id)
			r.removed[id], r.told[id] = true, true // it may have been a master
		case kind != nil && *kind == models.SERIESMASTER_EVENTTYPE:
			r.masters[id], r.told[id] = e, true
		default:
			r.items[id] = e
		}
	}
	return nil
}

// missingMasters are the series whose occurrences came without subject and
// master.
func (r *round) missingMasters() []string {
	missing := map[string]bool{}
	for _, e := range r.items {
		if id := str(e.GetSeriesMasterId()); id != "" && isStub(e) && r.masters[id] == nil {
			missing[id] = true
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// seriesGone drops what belongs to a series that no longer exists.
func (r *round) seriesGone(master string) {
	r.told[master] = true
	maps.DeleteFunc(r.items, func(_ string, e models.Eventable) bool { return str(e.GetSeriesMasterId()) == master })
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
		if isStub(e) {
			if m := r.masters[str(e.GetSeriesMasterId())]; m != nil {
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
func isStub(e models.Eventable) bool {
	kind := e.GetTypeEscaped()
	return kind != nil && *kind == models.OCCURRENCE_EVENTTYPE && e.GetShowAs() == nil && e.GetSubject() == nil
}

// event maps times and identity of e, and everything else of from, which is e
// itself or its series master.
func event(e, from models.Eventable) (calendar.Event, error) {
	ev := calendar.Event{
		ID:           str(e.GetId()),
		SeriesID:     str(e.GetSeriesMasterId()),
		Subject:      str(from.GetSubject()),
		Organizer:    organizer(from),
		AllDay:       truth(from.GetIsAllDay()),
		Availability: calendar.Unknown,
		Cancelled:    truth(from.GetIsCancelled()),
	}
	if a := from.GetShowAs(); a != nil {
		ev.Availability = calendar.Availability(a.String())
	}
	if s := from.GetSensitivity(); s != nil {
		ev.Private = *s != models.NORMAL_SENSITIVITY
	}
	var err error
	if ev.Start, err = instant(e.GetStart(), ev.AllDay); err != nil {
		return ev, fmt.Errorf("event %s starts %w", clip(ev.ID, 200), err)
	}
	if ev.End, err = instant(e.GetEnd(), ev.AllDay); err != nil {
		return ev, fmt.Errorf("event %s ends %w", clip(ev.ID, 200), err)
	}
	return ev, nil
}

func organizer(e models.Eventable) string {
	if o := e.GetOrganizer(); o != nil && o.GetEmailAddress() != nil {
		return cmp.Or(str(o.GetEmailAddress().GetName()), str(o.GetEmailAddress().GetAddress()))
	}
	return ""
}

// instant reads a dateTimeTimeZone. All-day events float: they are midnight to
// midnight whatever zone stands beside them, so only the date is kept.
func instant(d models.DateTimeTimeZoneable, allDay bool) (time.Time, error) {
	if d == nil || d.GetDateTime() == nil {
		return time.Time{}, fmt.Errorf("at no time")
	}
	raw, zone := *d.GetDateTime(), str(d.GetTimeZone())
	if allDay {
		date, _, _ := strings.Cut(raw, "T")
		at, err := time.Parse(time.DateOnly, date)
		if err != nil {
			return time.Time{}, fmt.Errorf("on no date (%q)", clip(raw, 60))
		}
		return at, nil
	}
	loc := time.UTC
	if zone != "" && zone != "UTC" {
		var err error
		if loc, err = time.LoadLocation(ianaZone(zone)); err != nil || ianaZone(zone) == "" {
			return time.Time{}, fmt.Errorf("in an unknown time zone (%q)", clip(zone, 60))
		}
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05.9999999", strings.TrimSuffix(raw, "Z"), loc)
	if err != nil {
		return time.Time{}, fmt.Errorf("at no time (%q)", clip(raw, 60))
	}
	return at.UTC(), nil
}

func str(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func truth(p *bool) bool { return p != nil && *p }
