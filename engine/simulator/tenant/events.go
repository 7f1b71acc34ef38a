package tenant

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// eventInput is what a client may set. Pointers tell absent from empty, which
// PATCH needs. encoding/json matches names in any case, as Graph does.
type eventInput struct {
	Subject       *string          `json:"subject"`
	Start         *dateTimeInput   `json:"start"`
	End           *dateTimeInput   `json:"end"`
	IsAllDay      *bool            `json:"isAllDay"`
	Sensitivity   *string          `json:"sensitivity"`
	ShowAs        *string          `json:"showAs"`
	Body          *bodyInput       `json:"body"`
	Attendees     []attendeeInput  `json:"attendees"`
	Recurrence    *recurrenceInput `json:"recurrence"`
	TransactionID string           `json:"transactionId"`
	Online        *bool            `json:"isOnlineMeeting"`
}

type dateTimeInput struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

type bodyInput struct {
	ContentType string `json:"contentType"`
	Content     string `json:"content"`
}

type attendeeInput struct {
	Type         string `json:"type"`
	EmailAddress struct {
		Name    string `json:"name"`
		Address string `json:"address"`
	} `json:"emailAddress"`
}

type recurrenceInput struct {
	Pattern struct {
		Type       string   `json:"type"`
		Interval   int      `json:"interval"`
		DaysOfWeek []string `json:"daysOfWeek"`
		DayOfMonth int      `json:"dayOfMonth"`
	} `json:"pattern"`
	Range struct {
		Type                string `json:"type"`
		EndDate             string `json:"endDate"`
		NumberOfOccurrences int    `json:"numberOfOccurrences"`
	} `json:"range"`
}

func decode(c *gcall, into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return refuse(http.StatusBadRequest, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format. (%v)", err)
	}
	return nil
}

// instant reads a dateTimeTimeZone; a time without a zone is UTC.
func (d dateTimeInput) instant() (time.Time, error) {
	zone := d.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	loc, err := loadZone(zone)
	if err != nil {
		return time.Time{}, refuse(http.StatusBadRequest, "TimeZoneNotSupportedException", "A valid TimeZone value must be specified. The following TimeZone value is not supported: '%s'.", zone)
	}
	at, err := time.ParseInLocation("2006-01-02T15:04:05.9999999", strings.TrimSuffix(d.DateTime, "Z"), loc)
	if err != nil {
		at, err = time.ParseInLocation("2006-01-02T15:04", d.DateTime, loc)
	}
	if err != nil {
		return time.Time{}, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "The dateTime '%s' can't be read.", d.DateTime)
	}
	return at, nil
}

// floating reads the date of an all-day event as a midnight of the mailbox's
// zone, whatever zone the client named.
func (d dateTimeInput) floating(loc *time.Location) (time.Time, error) {
	day, clock, _ := strings.Cut(d.DateTime, "T")
	at, err := time.ParseInLocation(time.DateOnly, day, loc)
	if err != nil || strings.Trim(clock, "0:.Z") != "" {
		return time.Time{}, refuse(http.StatusBadRequest, "ErrorPropertyValidationFailure", "The Event.Start property for an all-day event needs to be set to midnight.")
	}
	return at, nil
}

// plan turns the input into an edit of a meeting, with all values read before
// the edit runs.
func (in *eventInput) plan(b *mailbox, allDay bool) (func(*Meeting), error) {
	if in.IsAllDay != nil {
		allDay = *in.IsAllDay
	}
	var times [2]time.Time
	for i, d := range []*dateTimeInput{in.Start, in.End} {
		if d == nil {
			continue
		}
		at, err := d.instant()
		if allDay {
			at, err = d.floating(b.loc)
		}
		if err != nil {
			return nil, err
		}
		times[i] = at
	}
	if in.Start != nil && in.End != nil && allDay && in.Start.TimeZone != in.End.TimeZone {
		return nil, refuse(http.StatusBadRequest, "ErrorPropertyValidationFailure", "An all-day event needs one time zone for its start and end.")
	}
	if err := in.checkEnums(); err != nil {
		return nil, err
	}
	return func(m *Meeting) { in.apply(m, times, allDay) }, nil
}

func (in *eventInput) apply(m *Meeting, times [2]time.Time, allDay bool) {
	m.AllDay = allDay
	set(&m.Subject, in.Subject)
	set(&m.Sensitivity, in.Sensitivity)
	set(&m.ShowAs, in.ShowAs)
	set(&m.Online, in.Online)
	if in.Start != nil {
		m.Start = times[0]
	}
	if in.End != nil {
		m.End = times[1]
	}
	if in.Body != nil {
		m.Body = in.Body.text()
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (b *bodyInput) text() string {
	if !strings.EqualFold(b.ContentType, "html") {
		return b.Content
	}
	return strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(b.Content, "")))
}

func set[T any](into *T, from *T) {
	if from != nil {
		*into = *from
	}
}

func (in *eventInput) checkEnums() error {
	for _, e := range []struct {
		name    string
		value   *string
		allowed string
	}{
		{"sensitivity", in.Sensitivity, " normal personal private confidential "},
		{"showAs", in.ShowAs, " unknown free tentative busy oof workingElsewhere "},
	} {
		if e.value != nil && !strings.Contains(e.allowed, " "+*e.value+" ") {
			return refuse(http.StatusBadRequest, "RequestBodyRead", "Requested value '%s' was not found for property '%s'.", *e.value, e.name)
		}
	}
	return nil
}

// createEvent books directly in the mailbox, which becomes the organizer; no
// booking assistant checks for conflicts. Rooms among the attendees get a copy.
func (t *Tenant) createEvent(c *gcall, args []string) (*greply, error) {
	p, err := c.preferences()
	if err != nil {
		return nil, err
	}
	var in eventInput
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	if in.Start == nil || in.End == nil {
		return nil, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "The event needs start and end.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, err
	}
	if old := b.items[b.transactions[in.TransactionID]]; old != nil && in.TransactionID != "" {
		return t.eventReply(c, b, ref{old, ""}, p, http.StatusCreated), nil
	}
	m, err := in.meeting(b)
	if err != nil {
		return nil, err
	}
	it, err := b.add(m, t.now())
	if err != nil {
		return nil, wordDomain(err)
	}
	if in.TransactionID != "" {
		it.transactionID = in.TransactionID
		b.transactions[in.TransactionID] = it.id
	}
	t.inviteRooms(b, it, in.Attendees)
	return t.eventReply(c, b, ref{it, ""}, p, http.StatusCreated), nil
}

func (in *eventInput) meeting(b *mailbox) (Meeting, error) {
	var m Meeting
	edit, err := in.plan(b, false)
	if err != nil {
		return m, err
	}
	edit(&m)
	for _, a := range in.Attendees {
		if !strings.EqualFold(a.Type, "resource") {
			m.Attendees = append(m.Attendees, Person{a.EmailAddress.Name, a.EmailAddress.Address})
		}
	}
	if in.Recurrence != nil {
		rule, err := ruleOf(in.Recurrence)
		if err != nil {
			return m, refuse(http.StatusBadRequest, "ErrorInvalidRequest", "%v", err)
		}
		m.RRule = rule
	}
	return m, nil
}

func (t *Tenant) eventReply(c *gcall, b *mailbox, r ref, p prefs, status int) *greply {
	in := b.get(r)
	o := newObject(nil, c.selection())
	o.str("@odata.context", t.context(c, "users('"+b.id+"')/events/$entity"))
	reply := &greply{status: status, body: rawJSON(eventBody(o, in, p)), header: http.Header{"Etag": {etag(in)}}}
	if status == http.StatusCreated {
		reply.header.Set("Location", c.base+"/v1.0/users('"+b.id+"')/events('"+p.id(in.id)+"')")
	}
	return reply
}

// event finds the mailbox and event of a request and checks If-Match.
func (t *Tenant) event(c *gcall, args []string) (*mailbox, ref, error) {
	b, err := t.mailboxOf(args[0])
	if err != nil {
		return nil, ref{}, err
	}
	r, err := b.find(args[1])
	if err != nil {
		return nil, ref{}, errNotFoundEvent()
	}
	if match := c.header.Get("If-Match"); match != "" && match != "*" && match != etag(b.get(r)) {
		return nil, ref{}, refuse(http.StatusPreconditionFailed, "ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.")
	}
	return b, r, nil
}

func (t *Tenant) getEvent(c *gcall, args []string) (*greply, error) {
	p, err := c.preferences()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, r, err := t.event(c, args)
	if err != nil {
		return nil, err
	}
	return t.eventReply(c, b, r, p, http.StatusOK), nil
}

func (t *Tenant) patchEvent(c *gcall, args []string) (*greply, error) {
	p, err := c.preferences()
	if err != nil {
		return nil, err
	}
	var in eventInput
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, r, err := t.event(c, args)
	if err != nil {
		return nil, err
	}
	edit, err := in.plan(b, b.get(r).m.AllDay)
	if err != nil {
		return nil, err
	}
	if err := b.change(r, t.now(), edit); err != nil {
		return nil, wordDomain(err)
	}
	t.eachCopy(b, r, func(room *mailbox, copied ref) error { return room.update(copied, t.now(), edit) })
	return t.eventReply(c, b, r, p, http.StatusOK), nil
}

func wordDomain(err error) error {
	if errors.Is(err, errCrossing) {
		return refuse(http.StatusBadRequest, "ErrorOccurrenceCrossingBoundary", "Modified occurrence is crossing or overlapping adjacent occurrence.")
	}
	return refuse(http.StatusBadRequest, "ErrorPropertyValidationFailure", "%s.", upperFirst(err.Error()))
}

func (t *Tenant) deleteEvent(c *gcall, args []string) (*greply, error) {
	return t.removing(c, args, http.StatusNoContent, func(instance) error { return nil })
}

// cancelEvent is for organizers: the event leaves the organizer's calendar.
func (t *Tenant) cancelEvent(c *gcall, args []string) (*greply, error) {
	return t.removing(c, args, http.StatusAccepted, func(in instance) error {
		if !in.isOrganizer() {
			return refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Your request can't be completed. You need to be an organizer to cancel a meeting.")
		}
		return nil
	})
}

// declineEvent is for the others: the event leaves the decliner's calendar.
func (t *Tenant) declineEvent(c *gcall, args []string) (*greply, error) {
	return t.removing(c, args, http.StatusAccepted, func(in instance) error {
		if in.isOrganizer() {
			return refuse(http.StatusBadRequest, "ErrorInvalidRequest", "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.")
		}
		return nil
	})
}

func (t *Tenant) removing(c *gcall, args []string, status int, may func(instance) error) (*greply, error) {
	if len(c.body) > 0 && !json.Valid(c.body) {
		return nil, fmt.Errorf("the body is no JSON")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b, r, err := t.event(c, args)
	if err != nil {
		return nil, err
	}
	if err := may(b.get(r)); err != nil {
		return nil, err
	}
	t.eachCopy(b, r, func(room *mailbox, copied ref) error { return room.cancel(copied, t.now()) })
	b.remove(r, t.now())
	return &greply{status: status}, nil
}
