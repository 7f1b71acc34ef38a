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
func dateTimeZone(at time.Time, in instance, p prefs) map[string]any {
	loc := p.loc
	if in.m.AllDay {
		loc = in.box.loc
	}
	return map[string]any{"dateTime": at.In(loc).Format(graphTime), "timeZone": p.zone}
}

func changeKey(in instance) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%016d", in.box.id[:6], in.seq))
}

func etag(in instance) string { return `W/"` + changeKey(in) + `"` }

// stubJSON is all that delta says of an occurrence (graph.md 3.3, quirk 1).
func stubJSON(in instance, p prefs) map[string]any {
	return map[string]any{
		"@odata.type": "#microsoft.graph.event", "@odata.etag": etag(in), "id": in.id, "seriesMasterId": in.masterID,
		"type": kindOccurrence, "start": dateTimeZone(in.m.Start, in, p), "end": dateTimeZone(in.m.End, in, p),
	}
}

// eventJSON is an event of Graph v1.0 with all its properties.
func eventJSON(in instance, p prefs) map[string]any {
	m := in.m
	organizer := in.organizer()
	j := map[string]any{
		"@odata.etag": etag(in), "id": in.id, "changeKey": changeKey(in), "iCalUId": in.uid, "type": in.kind,
		"createdDateTime": stampJSON(in.created), "lastModifiedDateTime": stampJSON(in.modified),
		"categories": []string{}, "seriesMasterId": nil, "subject": m.Subject,
		"bodyPreview": m.Body, "body": map[string]any{"contentType": "html", "content": bodyHTML(m.Body)},
		"importance": "normal", "sensitivity": cmp.Or(m.Sensitivity, "normal"), "showAs": cmp.Or(m.ShowAs, "busy"),
		"isAllDay": m.AllDay, "isCancelled": m.Cancelled, "isDraft": false, "isOrganizer": in.isOrganizer(),
		"isReminderOn": false, "reminderMinutesBeforeStart": 15, "hasAttachments": false, "hideAttendees": false,
		"responseRequested": true, "allowNewTimeProposals": true,
		"originalStartTimeZone": in.box.zone, "originalEndTimeZone": in.box.zone,
		"start": dateTimeZone(m.Start, in, p), "end": dateTimeZone(m.End, in, p),
		"location": in.location(), "locations": []any{in.location()},
		"organizer":       map[string]any{"emailAddress": address(organizer)},
		"attendees":       in.attendees(),
		"responseStatus":  in.response(),
		"recurrence":      nil,
		"isOnlineMeeting": m.Online, "onlineMeetingProvider": "unknown", "onlineMeeting": nil, "onlineMeetingUrl": nil,
		"webLink": "https://outlook.office365.com/owa/?itemid=" + in.id + "&exvsurl=1&path=/calendar/item",
	}
	if m.Online {
		j["onlineMeetingProvider"] = "teamsForBusiness"
		j["onlineMeeting"] = map[string]any{"joinUrl": "https://teams.example/l/meetup-join/" + in.uid[32:56]}
	}
	if in.masterID != "" {
		j["seriesMasterId"] = in.masterID
		j["originalStart"] = in.original.UTC().Format(time.RFC3339)
	}
	if in.transactionID != "" {
		j["transactionId"] = in.transactionID
	}
	if in.kind == kindMaster {
		j["recurrence"] = recurrenceJSON(in)
		j["cancelledOccurrences"] = append([]string{}, in.skipped...)
	}
	if p.limited {
		limit(j)
	}
	return j
}

func stampJSON(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

func bodyHTML(text string) string {
	if text == "" {
		return ""
	}
	return "<html><head>\r\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>" + html.EscapeString(text) + "</body></html>\r\n"
}

func address(p Person) map[string]any { return map[string]any{"name": p.Name, "address": p.Address} }

func (in instance) organizer() Person {
	if in.m.Organizer == (Person{}) {
		return Person{in.box.name, in.box.address}
	}
	return in.m.Organizer
}

func (in instance) isOrganizer() bool {
	return strings.EqualFold(in.organizer().Address, in.box.address)
}

// response is the mailbox's own answer to the invitation.
func (in instance) response() map[string]any {
	switch {
	case in.isOrganizer():
		return map[string]any{"response": "organizer", "time": "0001-01-01T00:00:00Z"}
	case in.m.ShowAs == "tentative":
		return map[string]any{"response": "tentativelyAccepted", "time": in.created.UTC().Format(time.RFC3339)}
	}
	return map[string]any{"response": "accepted", "time": in.created.UTC().Format(time.RFC3339)}
}

func (in instance) location() map[string]any {
	loc := map[string]any{"displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": map[string]any{}, "coordinates": map[string]any{}}
	if in.box.room != nil {
		loc["displayName"], loc["locationType"], loc["locationEmailAddress"] = in.box.name, "conferenceRoom", in.box.address
		loc["uniqueId"], loc["uniqueIdType"] = in.box.address, "directory"
	}
	return loc
}

func (in instance) attendees() []any {
	out := []any{}
	none := map[string]any{"response": "none", "time": "0001-01-01T00:00:00Z"}
	for _, p := range in.m.Attendees {
		out = append(out, map[string]any{"type": "required", "status": none, "emailAddress": address(p)})
	}
	if in.box.room != nil && !in.isOrganizer() {
		out = append(out, map[string]any{"type": "resource", "status": in.response(),
			"emailAddress": address(Person{in.box.name, in.box.address})})
	}
	return out
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
