package tenant

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// need is what a token must carry for a route.
type need int

const (
	needNothing need = iota
	needProfile
	needPlaces
	needSchedule
	needRead
	needWrite
	needApplications
)

// route is a method and a path; "*" stands for any one segment.
type route struct {
	method, path string
	need         need
	serve        func(t *Tenant, c *gcall, args []string) (*greply, error)
}

// routes is all of Graph that the simulator speaks. /me stands for
// /users/{signed-in user}, casts and function parentheses are left out, and a
// default calendar may be spelt out (see canonical).
func routes() []route {
	return []route{
		{"GET", "users/*", needProfile, (*Tenant).getUser},
		{"GET", "applications", needApplications, (*Tenant).listApplications},
		{"GET", "applications/*", needApplications, (*Tenant).getApplication},
		{"GET", "places/room", needPlaces, (*Tenant).listRooms},
		{"GET", "places/roomlist", needPlaces, (*Tenant).listRoomLists},
		{"GET", "places/*/roomlist/rooms", needPlaces, (*Tenant).listRoomsOfList},
		{"GET", "places/*", needPlaces, (*Tenant).getPlace},
		{"GET", "users/*/calendarview", needRead, (*Tenant).calendarView},
		{"GET", "users/*/calendarview/delta", needRead, (*Tenant).calendarViewDelta},
		{"GET", "users/*/calendar", needRead, (*Tenant).getCalendar},
		{"GET", "users/*/calendars", needRead, (*Tenant).listCalendars},
		{"GET", "users/*/calendars/*/calendarview", needRead, (*Tenant).calendarViewOf},
		{"GET", "users/*/calendars/*/calendarview/delta", needRead, (*Tenant).noDelta},
		{"GET", "users/*/events/delta", needRead, (*Tenant).noDelta},
		{"GET", "users/*/calendargroups", needRead, (*Tenant).listCalendarGroups},
		{"GET", "users/*/calendargroups/*/calendars", needRead, (*Tenant).listCalendarsOfGroup},
		{"POST", "users/*/calendar/getschedule", needSchedule, (*Tenant).schedule},
		{"POST", "users/*/events", needWrite, (*Tenant).createEvent},
		{"GET", "users/*/events/*", needRead, (*Tenant).getEvent},
		{"PATCH", "users/*/events/*", needWrite, (*Tenant).patchEvent},
		{"DELETE", "users/*/events/*", needWrite, (*Tenant).deleteEvent},
		{"POST", "users/*/events/*/cancel", needWrite, (*Tenant).cancelEvent},
		{"POST", "users/*/events/*/decline", needWrite, (*Tenant).declineEvent},
	}
}

// route finds and runs the handler of a call.
func (t *Tenant) route(ctx context.Context, c *gcall) (*greply, error) {
	segs, err := canonical(c)
	if err != nil {
		return nil, err
	}
	methods := false
	for _, r := range routes() {
		args, hit := match(r.path, segs)
		if !hit {
			continue
		}
		if r.method != c.method {
			methods = true
			continue
		}
		return t.run(ctx, c, r, args)
	}
	if methods {
		return nil, refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	return nil, refuse(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '%s'.", segs[len(segs)-1])
}

// run answers a request of a known kind, unless a fault does.
func (t *Tenant) run(ctx context.Context, c *gcall, r route, args []string) (*greply, error) {
	if len(args) > 0 {
		c.mailbox = args[0]
	}
	serve := func() (*greply, error) {
		if bad := t.permit(c, r.need, args); bad != nil {
			return nil, bad
		}
		return r.serve(t, c, args)
	}
	c.fault = t.faults.draw(c.isDelta())
	fault := t.faults.strikesAny(c)
	if fault != "" {
		if reply := t.faultReply(fault, c.base, c.header); reply != nil {
			return reply, nil
		}
	}
	var reply *greply
	var err error
	if r.need == needRead || r.need == needWrite || r.need == needSchedule {
		reply, err = t.outlook(ctx, c, serve)
	} else {
		reply, err = serve()
	}
	if reply != nil {
		reply.spoilt = fault
	}
	return reply, err
}

// canonical brings the spellings of a path together: /me, microsoft.graph.
// casts, "delta()", any case, /calendar/ before events and calendarView.
func canonical(c *gcall) ([]string, error) {
	segs := c.path
	if strings.EqualFold(segs[0], "me") {
		if c.grant.app {
			return nil, refuse(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
		}
		segs = append([]string{"users", c.grant.user.ID}, segs[1:]...)
	}
	if id, ok := appIDKey(segs[0]); ok {
		segs = append([]string{"applications", appIDMark + id}, segs[1:]...)
	}
	if len(segs) > 3 && strings.EqualFold(segs[2], "calendar") && !strings.Contains(strings.ToLower(segs[3]), "getschedule") {
		segs = slices.Delete(slices.Clone(segs), 2, 3)
	}
	out := make([]string, len(segs))
	for i, s := range segs {
		low := strings.ToLower(strings.TrimSuffix(s, "()"))
		low = strings.TrimPrefix(strings.TrimPrefix(low, "microsoft."), "graph.")
		if i == 1 && low != "room" && low != "roomlist" || i == 3 && low != "delta" && slices.Contains(holders, out[2]) {
			low = s // an id keeps its case
		}
		out[i] = low
	}
	return out, nil
}

// holders are the segments that an id follows.
var holders = []string{"events", "calendars", "calendargroups"}

// appIDMark tells a client id from an object id among a handler's args.
const appIDMark = "appId="

// appIDKey reads the alternate key of "applications(appId='…')".
func appIDKey(seg string) (string, bool) {
	const head, tail = "applications(appid='", "')"
	if len(seg) < len(head+tail) || !strings.EqualFold(seg[:len(head)], head) || !strings.HasSuffix(seg, tail) {
		return "", false
	}
	return seg[len(head) : len(seg)-len(tail)], true
}

func match(pattern string, segs []string) (args []string, hit bool) {
	want := strings.Split(pattern, "/")
	if len(want) != len(segs) {
		return nil, false
	}
	for i, w := range want {
		switch {
		case w == "*":
			args = append(args, segs[i])
		case w != segs[i]:
			return nil, false
		}
	}
	return args, true
}

// permit checks the token's scopes or roles, and for calendars what Exchange
// has to say.
func (t *Tenant) permit(c *gcall, n need, args []string) *gerror {
	g := c.grant
	missing := false
	switch n {
	case needProfile:
		missing = !g.owns(args[0]) || !g.has("User.Read")
	case needPlaces:
		missing = !g.has("Place.Read.All")
	case needApplications:
		missing = !g.has("Application.Read.All")
	case needSchedule, needRead, needWrite:
		if g.app {
			return t.permitApp(g, n, args[0])
		}
		return t.permitUser(c, n, args[0])
	}
	if missing {
		return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
	return nil
}

// mailboxOf finds the mailbox of a request. Call with mu held.
func (t *Tenant) mailboxOf(name string) (*mailbox, error) {
	b, err := t.box(name)
	if err != nil {
		return nil, refuse(http.StatusNotFound, "ErrorInvalidUser", "The requested user '%s' is invalid.", name)
	}
	return b, nil
}
