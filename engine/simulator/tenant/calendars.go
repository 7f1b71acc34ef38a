package tenant

import (
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Names of the calendar groups that Outlook makes. A mailbox may have others.
const (
	MyCalendars     = "My Calendars" // the default group
	OtherCalendars  = "Other Calendars"
	PeopleCalendars = "People's Calendars"
)

// Share puts somebody else's calendar, a room's as a rule, into the list of
// calendars of an account.
type Share struct {
	Account string // address of whose list it is
	Mailbox string // address of whose calendar it is
	Group   string // OtherCalendars when empty
}

// entry in a mailbox's list of calendars. The mailbox's own default calendar has
// none; it is always there, in MyCalendars.
type listed struct {
	id, name, group string
	box             *mailbox
	own             bool
}

// calendarID is opaque and of the length of Exchange's. Those of containers are
// the same with and without immutable ids.
func calendarID(kind string, b *mailbox, name string) string {
	sum := sha512.Sum512([]byte(kind + " " + b.head + " " + name))
	return b.head + base64.URLEncoding.EncodeToString(sum[:36]) + idSuffix
}

// ShareCalendar puts a calendar into an account's list, as accepting an
// invitation or adding a room from the directory does in Outlook. What may be
// read of it is up to SetFolderRights. It returns the calendar's id.
func (t *Tenant) ShareCalendar(s Share) (id string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.share(s)
}

func (t *Tenant) share(s Share) (string, error) {
	b, err := t.box(s.Account)
	if err != nil {
		return "", err
	}
	target, err := t.box(s.Mailbox)
	if err != nil {
		return "", err
	}
	if s.Group == "" {
		s.Group = OtherCalendars
	}
	id := calendarID("calendar", b, target.address)
	b.list = append(slices.DeleteFunc(b.list, func(l listed) bool { return l.id == id }),
		listed{id: id, name: target.name, group: s.Group, box: target})
	return id, nil
}

// AddCalendar gives an account one more calendar of its own, in a group
// (MyCalendars when empty). Its id also names it to Book, Move, Truth and so on.
func (t *Tenant) AddCalendar(account, name, group string) (id string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(account)
	if err != nil {
		return "", err
	}
	if group == "" {
		group = MyCalendars
	}
	id = calendarID("calendar", b, name)
	if t.boxes[id] != nil {
		return "", fmt.Errorf("%s has a calendar named %q already", account, name)
	}
	own := newMailbox(b.id, b.name, b.address, nil, b.loc, b.zone)
	own.head, own.rights = idHead(id), b.rights
	t.boxes[id] = own
	b.list = append(b.list, listed{id: id, name: name, group: group, box: own, own: true})
	return id, nil
}

// calendars is a mailbox's whole list.
func (t *Tenant) calendars(b *mailbox) []listed {
	all := []listed{{id: calendarID("calendar", b, b.address), name: "Calendar", group: MyCalendars, box: b, own: true}}
	for _, l := range b.list {
		if l.own || t.boxes[l.box.id] == l.box { // a mailbox that was deleted leaves the lists
			all = append(all, l)
		}
	}
	return all
}

// groups are the names of a mailbox's calendar groups; Outlook's own are there
// even where they are empty.
func (b *mailbox) groups() []string {
	out := []string{MyCalendars, OtherCalendars, PeopleCalendars}
	for _, l := range b.list {
		if !slices.Contains(out, l.group) {
			out = append(out, l.group)
		}
	}
	return out
}

func (l listed) json(holder *mailbox) map[string]any {
	isDefault := l.own && l.box == holder
	return map[string]any{
		"id": l.id, "name": l.name, "color": "auto", "hexColor": "", "groupClassId": nil, "isDefaultCalendar": isDefault,
		"changeKey": base64.StdEncoding.EncodeToString([]byte(l.id[len(l.id)-24:])), "canShare": l.own,
		"canViewPrivateItems": l.own, "canEdit": l.own || l.box.rights >= Editor, "isTallyingResponses": l.own,
		"isRemovable": !isDefault, "allowedOnlineMeetingProviders": []string{"teamsForBusiness"}, "defaultOnlineMeetingProvider": "teamsForBusiness",
		"owner": map[string]any{"name": l.box.name, "address": l.box.address},
	}
}

// listCalendars is /me/calendars. It knows the default group only: calendars in
// "Other Calendars" and the like are missing in the field, too
// (github.com/O365/python-o365/issues/358).
func (t *Tenant) listCalendars(c *gcall, args []string) (*greply, error) {
	return t.calendarsOf(c, args[0], MyCalendars, "users('"+args[0]+"')/calendars")
}

func (t *Tenant) listCalendarsOfGroup(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		t.mu.Unlock()
		return nil, err
	}
	groups := b.groups()
	t.mu.Unlock()
	i := slices.IndexFunc(groups, func(g string) bool { return calendarID("group", b, g) == args[1] })
	if i < 0 {
		return nil, errNotFoundEvent()
	}
	return t.calendarsOf(c, args[0], groups[i], "users('"+args[0]+"')/calendarGroups('"+args[1]+"')/calendars")
}

func (t *Tenant) calendarsOf(c *gcall, user, group, context string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(user)
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for _, l := range t.calendars(b) {
		if l.group == group && l.open(c) {
			all = append(all, l.json(b))
		}
	}
	return t.listOutlook(c, context, all)
}

// open reports whether a token sees a calendar at all: what others share is
// shared with people.
func (l listed) open(c *gcall) bool { return l.own || !c.grant.app }

func (t *Tenant) listCalendarGroups(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for _, g := range b.groups() {
		all = append(all, map[string]any{"id": calendarID("group", b, g), "name": g, "classId": stableGUID("group " + g),
			"changeKey": base64.StdEncoding.EncodeToString([]byte(b.id[:18]))})
	}
	return t.listOutlook(c, "users('"+args[0]+"')/calendarGroups", all)
}

// listOutlook pages by tens, as Outlook does when nobody asks for more.
func (t *Tenant) listOutlook(c *gcall, context string, all []map[string]any) (*greply, error) {
	if !c.query.Has("$top") {
		c.query.Set("$top", strconv.Itoa(defaultPage))
	}
	return t.listPlaces(c, context, all)
}

// getCalendar is a mailbox's default calendar.
func (t *Tenant) getCalendar(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, err
	}
	j := t.calendars(b)[0].json(b)
	j["@odata.context"] = t.context(c, "users('"+args[0]+"')/calendar/$entity")
	return ok(pick(c, j)), nil
}

// calendarViewOf is the view of a calendar in a mailbox's list. A shared one is
// read with the account's own scopes and the rights on the other's folder.
func (t *Tenant) calendarViewOf(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, err
	}
	all := t.calendars(b)
	i := slices.IndexFunc(all, func(l listed) bool { return l.id == args[1] && l.open(c) })
	if i < 0 {
		return nil, errNotFoundEvent()
	}
	l := all[i]
	if !l.own && l.box.rights < LimitedDetails {
		return nil, errDenied()
	}
	c.limited = c.limited || !l.own && l.box.rights == LimitedDetails
	return t.viewOf(c, l.box, "users('"+strings.ReplaceAll(args[0], "@", "%40")+"')/calendars('"+args[1]+"')/calendarView")
}

// noDelta refuses change tracking of any calendar but the default one, and of
// events (graph.md 3.3).
func (t *Tenant) noDelta(*gcall, []string) (*greply, error) {
	return nil, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Change tracking is not supported against 'microsoft.graph.event'.")
}
