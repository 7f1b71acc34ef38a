package tenant

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// graphTime is how Graph writes the dateTime of start and end: seven decimals
// and no offset.
const graphTime = "2006-01-02T15:04:05.0000000"

// dateTimeZone words an instant as Graph's dateTimeTimeZone. All-day events are
// floating dates: midnight to midnight whatever zone was asked for.
func dateTimeZone(at time.Time, in instance, p prefs) rawJSON {
	return appendDateTimeZone(nil, at, in, p)
}

func appendDateTimeZone(b []byte, at time.Time, in instance, p prefs) []byte {
	loc := p.loc
	if in.m.AllDay {
		loc = in.box.loc
	}
	b = append(b, `{"dateTime":"`...)
	b = at.In(loc).AppendFormat(b, graphTime)
	b = append(b, `","timeZone":`...)
	return append(appendString(b, p.zone), '}')
}

func (o *object) at(n string, at time.Time, in instance, p prefs) {
	if o.name(n) {
		o.b = appendDateTimeZone(o.b, at, in, p)
	}
}

// iCalUID differs from occurrence to occurrence in Graph.
func (in instance) iCalUID() string { return cmp.Or(in.uid, uidOf(in.id)) }

func changeKey(in instance) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%016d", in.box.id[:6], in.seq))
}

func etag(in instance) string { return `W/"` + changeKey(in) + `"` }

// id is an event's id in the form that the request prefers.
func (p prefs) id(id string) string {
	if p.immutable {
		return immutable(id)
	}
	return id
}

// appendStub writes all that delta says of an occurrence (graph.md 3.3, quirk 1).
func appendStub(b []byte, in instance, p prefs) []byte {
	o := newObject(b, nil)
	o.raw("@odata.type", eventType)
	o.str("@odata.etag", etag(in))
	o.str("id", p.id(in.id))
	o.str("seriesMasterId", p.id(in.masterID))
	o.str("type", kindOccurrence)
	o.at("start", in.m.Start, in, p)
	o.at("end", in.m.End, in, p)
	return o.end()
}

const eventType = `"#microsoft.graph.event"`

// eventBody is an event of Graph v1.0 with the properties that $select asks for,
// or all of them but those that are told only on demand.
func eventBody(o object, in instance, p prefs) []byte {
	m, key := in.m, changeKey(in)
	o.str("@odata.etag", `W/"`+key+`"`)
	o.str("id", p.id(in.id))
	o.str("createdDateTime", stampJSON(in.created))
	o.str("lastModifiedDateTime", stampJSON(in.modified))
	o.str("changeKey", key)
	o.raw("categories", "[]")
	if in.transactionID != "" {
		o.str("transactionId", in.transactionID)
	}
	o.str("originalStartTimeZone", in.box.zone)
	o.str("originalEndTimeZone", in.box.zone)
	uid := in.iCalUID()
	o.str("iCalUId", uid)
	o.raw("reminderMinutesBeforeStart", "15")
	o.truth("isReminderOn", false)
	o.truth("hasAttachments", false)
	o.str("subject", m.Subject)
	o.raw("importance", `"normal"`)
	o.str("sensitivity", cmp.Or(m.Sensitivity, "normal"))
	o.truth("isAllDay", m.AllDay)
	o.truth("isCancelled", m.Cancelled)
	o.truth("isOrganizer", in.isOrganizer())
	o.truth("responseRequested", true)
	o.str("showAs", cmp.Or(m.ShowAs, "busy"))
	o.str("type", in.kind)
	o.str("webLink", "https://outlook.office365.com/owa/?itemid="+in.id+"&exvsurl=1&path=/calendar/item")
	o.truth("allowNewTimeProposals", true)
	o.truth("isDraft", false)
	o.truth("hideAttendees", false)
	o.at("start", m.Start, in, p)
	o.at("end", m.End, in, p)
	if o.name("location") {
		o.b = in.appendLocation(o.b)
	}
	if o.name("locations") {
		o.b = append(in.appendLocation(append(o.b, '[')), ']')
	}
	in.series(&o, p)
	in.people(&o, p)
	in.online(&o, p, uid)
	return o.end()
}

// series writes what an event has of its series.
func (in instance) series(o *object, p prefs) {
	if in.masterID == "" {
		o.raw("seriesMasterId", "null")
	} else {
		o.str("seriesMasterId", p.id(in.masterID))
		o.str("originalStart", in.original.UTC().Format(time.RFC3339))
	}
	if in.kind != kindMaster {
		o.raw("recurrence", "null")
		return
	}
	o.value("recurrence", recurrenceJSON(in))
	if o.keep != nil { // only on demand
		gone := []string{}
		for _, day := range in.skipped {
			gone = append(gone, "OID."+p.id(in.id)+"."+day)
		}
		o.value("cancelledOccurrences", gone)
	}
}

// people writes who meets about what; LimitedDetails don't show it.
func (in instance) people(o *object, p prefs) {
	if p.limited {
		o.raw("bodyPreview", `""`)
		o.raw("body", `{"contentType":"html","content":""}`)
		o.raw("organizer", "null")
		o.raw("attendees", "[]")
		return
	}
	o.str("bodyPreview", in.m.Body)
	if o.name("body") {
		kind, content := `{"contentType":"html","content":`, bodyHTML(in.m.Body)
		if p.text {
			kind, content = `{"contentType":"text","content":`, in.m.Body
		}
		o.b = append(appendString(append(o.b, kind...), content), '}')
	}
	if o.name("organizer") {
		o.b = append(appendPerson(append(o.b, '{'), in.organizer()), '}')
	}
	if o.name("attendees") {
		o.b = in.appendAttendees(o.b)
	}
}

func (in instance) online(o *object, p prefs, uid string) {
	if o.name("responseStatus") {
		o.b = in.appendResponse(o.b)
	}
	o.truth("isOnlineMeeting", in.m.Online)
	o.raw("onlineMeetingUrl", "null")
	if !in.m.Online || p.limited {
		o.raw("onlineMeeting", "null")
	} else {
		o.raw("onlineMeeting", `{"joinUrl":"https://teams.example/l/meetup-join/`+uid[32:56]+`"}`)
	}
	if in.m.Online {
		o.raw("onlineMeetingProvider", `"teamsForBusiness"`)
		return
	}
	o.raw("onlineMeetingProvider", `"unknown"`)
}

func stampJSON(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

func bodyHTML(text string) string {
	if text == "" {
		return ""
	}
	return "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>" + html.EscapeString(text) + "</body></html>\r\n"
}

func appendPerson(b []byte, p Person) []byte {
	b = appendString(append(b, `"emailAddress":{"name":`...), p.Name)
	return append(appendString(append(b, `,"address":`...), p.Address), '}')
}

func (in instance) organizer() Person {
	if in.m.Organizer == (Person{}) {
		return Person{in.box.name, in.box.address}
	}
	return in.m.Organizer
}

func (in instance) isOrganizer() bool {
	return strings.EqualFold(in.organizer().Address, in.box.address)
}

// appendResponse writes the mailbox's own answer to the invitation.
func (in instance) appendResponse(b []byte) []byte {
	if in.isOrganizer() {
		return append(b, `{"response":"organizer","time":"0001-01-01T00:00:00Z"}`...)
	}
	answer := "accepted"
	switch {
	case in.m.Response != "":
		answer = in.m.Response
	case in.m.ShowAs == "tentative":
		answer = "tentativelyAccepted"
	}
	b = appendString(append(b, `{"response":`...), answer)
	b = in.created.UTC().AppendFormat(append(b, `,"time":"`...), time.RFC3339)
	return append(b, `"}`...)
}

func (in instance) appendLocation(b []byte) []byte {
	if in.box.room == nil {
		return append(b, `{"displayName":"","locationType":"default","uniqueIdType":"unknown","address":{},"coordinates":{}}`...)
	}
	b = appendString(append(b, `{"displayName":`...), in.box.name)
	b = appendString(append(b, `,"locationType":"conferenceRoom","locationEmailAddress":`...), in.box.address)
	b = appendString(append(b, `,"uniqueId":`...), in.box.address)
	return append(b, `,"uniqueIdType":"directory","address":{},"coordinates":{}}`...)
}

func (in instance) appendAttendees(b []byte) []byte {
	b = append(b, '[')
	for i, p := range in.m.Attendees {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":"required","status":{"response":"none","time":"0001-01-01T00:00:00Z"},`...)
		b = append(appendPerson(b, p), '}')
	}
	if in.box.room != nil && !in.isOrganizer() {
		if len(in.m.Attendees) > 0 {
			b = append(b, ',')
		}
		b = in.appendResponse(append(b, `{"type":"resource","status":`...))
		b = append(appendPerson(append(b, ','), Person{in.box.name, in.box.address}), '}')
	}
	return append(b, ']')
}

var weekdayNames = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// recurrenceJSON words a rule as patternedRecurrence, with the members that
// don't apply as Graph sends them: 0, "sunday" and "first".
func recurrenceJSON(in instance) map[string]any {
	opt, err := rrule.StrToROptionInLocation(in.m.RRule, in.box.loc)
	if err != nil { // checked when the meeting was added
		return nil
	}
	first := in.m.Start.In(in.box.loc)
	pattern := map[string]any{"type": "daily", "interval": max(opt.Interval, 1), "month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first"}
	switch opt.Freq {
	case rrule.WEEKLY:
		var days []string
		for _, d := range opt.Byweekday {
			days = append(days, weekdayNames[d.Day()])
		}
		if len(days) == 0 {
			days = []string{strings.ToLower(first.Weekday().String())}
		}
		pattern["type"], pattern["daysOfWeek"], pattern["firstDayOfWeek"] = "weekly", days, "monday"
	case rrule.MONTHLY:
		pattern["type"], pattern["dayOfMonth"] = "absoluteMonthly", first.Day()
	case rrule.YEARLY:
		pattern["type"], pattern["dayOfMonth"], pattern["month"] = "absoluteYearly", first.Day(), int(first.Month())
	}
	span := map[string]any{"type": "noEnd", "startDate": first.Format(time.DateOnly), "endDate": "0001-01-01",
		"recurrenceTimeZone": in.box.zone, "numberOfOccurrences": 0}
	if opt.Count > 0 {
		span["type"], span["numberOfOccurrences"] = "numbered", opt.Count
	}
	if !opt.Until.IsZero() {
		span["type"], span["endDate"] = "endDate", opt.Until.In(in.box.loc).Format(time.DateOnly)
	}
	return map[string]any{"pattern": pattern, "range": span}
}

// ruleOf turns a patternedRecurrence into an RRULE.
func ruleOf(r *recurrenceInput) (string, error) {
	if r.Pattern.Interval > 999 {
		return "", fmt.Errorf("a recurrence interval is at most 999, not %d", r.Pattern.Interval)
	}
	var b strings.Builder
	switch r.Pattern.Type {
	case "daily":
		b.WriteString("FREQ=DAILY")
	case "weekly":
		var days []string
		for _, d := range r.Pattern.DaysOfWeek {
			days = append(days, strings.ToUpper(d[:min(2, len(d))]))
		}
		b.WriteString("FREQ=WEEKLY;BYDAY=" + strings.Join(days, ","))
	case "absoluteMonthly":
		b.WriteString("FREQ=MONTHLY;BYMONTHDAY=" + strconv.Itoa(r.Pattern.DayOfMonth))
	default:
		return "", fmt.Errorf("the simulated tenant knows daily, weekly and absoluteMonthly recurrences, not %q", r.Pattern.Type)
	}
	b.WriteString(";INTERVAL=" + strconv.Itoa(max(r.Pattern.Interval, 1)))
	switch r.Range.Type {
	case "numbered":
		b.WriteString(";COUNT=" + strconv.Itoa(r.Range.NumberOfOccurrences))
	case "endDate":
		b.WriteString(";UNTIL=" + strings.ReplaceAll(r.Range.EndDate, "-", "") + "T235959")
	}
	return b.String(), nil
}
