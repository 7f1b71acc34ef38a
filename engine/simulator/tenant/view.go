package tenant

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// prefs are what a request's Prefer headers ask for.
type prefs struct {
	loc      *time.Location
	zone     string // as it is written into start and end
	pageSize int    // odata.maxpagesize; 0 when absent
	limited  bool   // only LimitedDetails are to be seen
	// immutable asks for ids that survive a move, text for bodies without HTML.
	immutable, text bool
}

// preferences reads Prefer, which may come as several lines and several items a
// line.
func (c *gcall) preferences() (prefs, error) {
	p := prefs{loc: time.UTC, zone: "UTC", limited: c.limited}
	var applied []string
	for _, line := range c.header.Values("Prefer") {
		for item := range strings.SplitSeq(line, ",") {
			key, value, _ := strings.Cut(strings.TrimSpace(item), "=")
			value = strings.Trim(value, `"`)
			switch strings.ToLower(key) {
			case "outlook.timezone":
				loc, err := loadZone(value)
				if err != nil {
					return p, refuse(http.StatusBadRequest, "TimeZoneNotSupportedException", "A valid TimeZone value must be specified. The following TimeZone value is not supported: '%s'.", value)
				}
				p.loc, p.zone = loc, value
				applied = append(applied, `outlook.timezone="`+value+`"`)
			case "outlook.body-content-type":
				p.text = strings.EqualFold(value, "text")
				applied = append(applied, `outlook.body-content-type="`+value+`"`)
			case "idtype":
				p.immutable = strings.EqualFold(value, "ImmutableId")
			case "odata.maxpagesize":
				if n, err := strconv.Atoi(value); err == nil && n > 0 {
					p.pageSize = n
					applied = append(applied, "odata.maxpagesize="+value)
				}
			}
		}
	}
	c.outcome = strings.Join(applied, ", ")
	return p, nil
}

// span reads startDateTime and endDateTime; without an offset they are UTC,
// whatever Prefer says.
func (c *gcall) span() (window, error) {
	from, err1 := queryTime(c.query, "startDateTime")
	to, err2 := queryTime(c.query, "endDateTime")
	switch {
	case err1 != nil || err2 != nil:
		return window{}, refuse(http.StatusBadRequest, "ErrorInvalidParameter", "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
	case to.Before(from):
		return window{}, refuse(http.StatusBadRequest, "ErrorInvalidParameter", "Value of EndDateTime can't be earlier than StartDateTime.")
	case to.Sub(from) > 1825*24*time.Hour:
		return window{}, refuse(http.StatusBadRequest, "ErrorCalendarViewRangeTooBig", "The date range is too big, it's more than five years.")
	}
	return window{from, to}, nil
}

func queryTime(q map[string][]string, name string) (time.Time, error) {
	var raw string
	for k, v := range q {
		if strings.EqualFold(k, name) && len(v) > 0 {
			raw = v[0]
		}
	}
	t, err := time.Parse(time.RFC3339Nano, raw)
	if err != nil {
		return time.ParseInLocation("2006-01-02T15:04:05.9999999", raw, time.UTC)
	}
	return t, nil
}

// calendarView lists expanded events with all their properties.
func (t *Tenant) calendarView(c *gcall, args []string) (*greply, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, err
	}
	return t.viewOf(c, b, "users('"+strings.ReplaceAll(args[0], "@", "%40")+"')/calendarView")
}

// viewOf answers from one calendar. Call with mu held.
func (t *Tenant) viewOf(c *gcall, b *mailbox, context string) (*greply, error) {
	if bad := c.onlyOptions("$select", "$top", "$skip", "$orderby", "$count"); bad != nil {
		return nil, bad
	}
	p, err := c.preferences()
	if err != nil {
		return nil, err
	}
	w, err := c.span()
	if err != nil {
		return nil, err
	}
	top, err := c.number("$top", max(min(p.pageSize, 1000), 0), 1, 1000)
	if err != nil {
		return nil, err
	}
	if top == 0 {
		top = defaultPage
	}
	skip, err := c.number("$skip", 0, 0, 1<<30)
	if err != nil {
		return nil, err
	}
	all := b.view(w)
	if err := order(all, c.query.Get("$orderby")); err != nil {
		return nil, err
	}
	o := newObject(nil, nil)
	o.str("@odata.context", t.context(c, context))
	if c.query.Get("$count") == "true" {
		o.raw("@odata.count", strconv.Itoa(len(all)))
	}
	page, keep := all[min(skip, len(all)):min(skip+top, len(all))], c.selection()
	o.list("value", len(page), func(b []byte, i int) []byte { return eventBody(newObject(b, keep), page[i], p) })
	if skip+top < len(all) {
		c.query.Set("$skip", strconv.Itoa(skip+top))
		o.str("@odata.nextLink", c.base+"/v1.0"+c.link+"?"+c.query.Encode())
	}
	return ok(rawJSON(o.end())), nil
}

func order(all []instance, by string) error {
	key, dir, _ := strings.Cut(strings.TrimSpace(by), " ")
	var less func(x, y instance) int
	switch strings.ToLower(key) {
	case "", "start/datetime", "start":
		less = func(x, y instance) int { return x.m.Start.Compare(y.m.Start) }
	case "end/datetime", "end":
		less = func(x, y instance) int { return x.m.End.Compare(y.m.End) }
	case "subject":
		less = func(x, y instance) int { return strings.Compare(x.m.Subject, y.m.Subject) }
	default:
		return refuse(http.StatusBadRequest, "ErrorInvalidUrlQuery", "The simulated tenant can't order by '%s'.", by)
	}
	slices.SortStableFunc(all, less)
	if strings.EqualFold(dir, "desc") {
		slices.Reverse(all)
	}
	return nil
}
