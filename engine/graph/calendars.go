package graph

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomink/roomink/engine/calendar"
)

// Calendars lists the calendars of the signed-in account over all its calendar groups
// ("My calendars", "Other calendars", …): its own, the default one among them, and those
// that others share with it. Each is a room whose ID is of the second form of
// [calendar.RoomID], whose Name ends in the owner's where it is somebody else's
// ("Oslo – Ada Lovelace"), and whose List is the name of the group. Reading one takes
// the same permission as the account's own calendar, Calendars.Read.
//
// It costs ⌈(2 + groups)/20⌉ + 1 requests, more only for groups of over a hundred.
// An application has no such list: that is an error of kind Denied. Other errors are as
// in [Source.Changes]; a group that can't be read fails it all, as a calendar that is
// missing without a word would be looked for in vain.
func (s *Source) Calendars(ctx context.Context) ([]calendar.Room, error) {
	const op = "list calendars"
	if s.o.AppOnly {
		return nil, notDelegated(op)
	}
	c := calendarList{group: map[string]string{}}
	if err := s.readGroups(ctx, op, &c); err != nil {
		return nil, err
	}
	return c.rooms(), nil
}

// readGroups reads the groups, and the calendars that are listed without one, and
// then the calendars of each group: /me/calendars leaves out those of some groups.
func (s *Source) readGroups(ctx context.Context, op string, c *calendarList) error {
	type group struct{ id, name string }
	var groups []group
	listings := []*listing{
		follow[models.CalendarGroupCollectionResponseable](s, "/me/calendarGroups?%24top=100", models.CreateCalendarGroupCollectionResponseFromDiscriminatorValue,
			func(g models.CalendarGroupable) { groups = append(groups, group{str(g.GetId()), str(g.GetName())}) }),
		s.calendarsAt("/me/calendars", "", c),
	}
	if err := s.readAll(ctx, op, listings); err != nil {
		return err
	}
	listings = nil
	for _, g := range groups {
		if g.id != "" {
			listings = append(listings, s.calendarsAt("/me/calendarGroups/"+url.PathEscape(g.id)+"/calendars", g.name, c))
		}
	}
	return s.readAll(ctx, op, listings)
}

func (s *Source) calendarsAt(path, group string, c *calendarList) *listing {
	return follow[models.CalendarCollectionResponseable](s, path+"?%24top=100", models.CreateCalendarCollectionResponseFromDiscriminatorValue,
		func(m models.Calendarable) { c.add(m, group) })
}

// readAll is list, but for listings none of which may fail.
func (s *Source) readAll(ctx context.Context, op string, all []*listing) error {
	if err := s.list(ctx, op, all); err != nil {
		return s.fault(ctx, op, s.deniedAll(), err)
	}
	for _, l := range all {
		if l.err != nil {
			return s.listFault(ctx, op, always(signInAgain), l.err)
		}
	}
	return nil
}

// calendarList gathers calendars, each once.
type calendarList struct {
	all   []models.Calendarable
	group map[string]string // by calendar id; later ones have it
	self  string            // the address of the account, as far as its calendars tell
}

func (c *calendarList) add(m models.Calendarable, group string) {
	id := str(m.GetId())
	if id == "" {
		return
	}
	if _, known := c.group[id]; !known {
		c.all = append(c.all, m)
	}
	c.group[id] = cmp.Or(group, c.group[id])
	if isDefault := m.GetIsDefaultCalendar(); isDefault != nil && *isDefault && c.self == "" {
		c.self = address(m)
	}
}

func (c *calendarList) rooms() []calendar.Room {
	rooms := make([]calendar.Room, 0, len(c.all))
	for _, m := range c.all {
		id := str(m.GetId())
		rooms = append(rooms, calendar.Room{ID: calendar.NewCalendarID(id), Name: c.name(m), List: c.group[id]})
	}
	slices.SortStableFunc(rooms, func(a, b calendar.Room) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Name, b.Name))
	})
	return rooms
}

// name tells apart calendars that Outlook names alike, such as "Calendar".
func (c *calendarList) name(m models.Calendarable) string {
	name, owner := strings.TrimSpace(str(m.GetName())), ""
	if o := m.GetOwner(); o != nil {
		owner = cmp.Or(strings.TrimSpace(str(o.GetName())), str(o.GetAddress()))
	}
	switch {
	case owner == "", strings.EqualFold(name, owner), c.self != "" && address(m) == c.self:
		return name
	case name == "":
		return owner
	}
	return name + " – " + owner
}

// address is the owner's, in lower case.
func address(m models.Calendarable) string {
	if o := m.GetOwner(); o != nil {
		return strings.ToLower(strings.TrimSpace(str(o.GetAddress())))
	}
	return ""
}
