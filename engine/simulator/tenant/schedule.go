package tenant

import (
	"fmt"
	"net/http"
	"time"
)

// Limits of getSchedule (learn.microsoft.com/graph/api/calendar-getschedule).
const (
	maxSchedules    = 20
	maxScheduleSpan = 62 * 24 * time.Hour
)

// scheduleInput has its names in any case: the docs use both, the Go SDK sends
// PascalCase.
type scheduleInput struct {
	Schedules                []string      `json:"schedules"`
	StartTime                dateTimeInput `json:"startTime"`
	EndTime                  dateTimeInput `json:"endTime"`
	AvailabilityViewInterval int           `json:"availabilityViewInterval"`
}

// schedule answers getSchedule: free/busy of up to 20 mailboxes. An unknown
// address is an error inside a 200.
func (t *Tenant) schedule(c *gcall, args []string) (*greply, error) {
	p, err := c.preferences()
	if err != nil {
		return nil, err
	}
	var in scheduleInput
	if err := decode(c, &in); err != nil {
		return nil, err
	}
	w, err := in.window()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, err := t.mailboxOf(args[0]); err != nil {
		return nil, err
	}
	value := []any{}
	for _, name := range in.Schedules {
		value = append(value, t.scheduleOf(name, w, time.Duration(in.AvailabilityViewInterval)*time.Minute, p, c.grant))
	}
	return ok(map[string]any{"@odata.context": t.context(c, "Collection(microsoft.graph.scheduleInformation)"), "value": value}), nil
}

func (in *scheduleInput) window() (window, error) {
	if in.AvailabilityViewInterval == 0 {
		in.AvailabilityViewInterval = 30
	}
	from, err := in.StartTime.instant()
	if err != nil {
		return window{}, err
	}
	to, err := in.EndTime.instant()
	if err != nil {
		return window{}, err
	}
	// Microsoft documents the limits but not the codes of their errors.
	switch bad := func(s string) error { return refuse(http.StatusBadRequest, "ErrorInvalidParameter", "%s", s) }; {
	case len(in.Schedules) == 0:
		return window{}, bad("The schedules parameter names no mailbox.")
	case len(in.Schedules) > maxSchedules:
		return window{}, bad(fmt.Sprintf("At most %d schedules can be asked for in one request.", maxSchedules))
	case in.AvailabilityViewInterval < 5 || in.AvailabilityViewInterval > 1440:
		return window{}, bad("availabilityViewInterval must be 5 to 1440 minutes.")
	case !to.After(from):
		return window{}, bad("endTime must be later than startTime.")
	case to.Sub(from) >= maxScheduleSpan:
		return window{}, bad("The time window must be shorter than 62 days.")
	}
	return window{from, to}, nil
}

func (t *Tenant) scheduleOf(name string, w window, step time.Duration, p prefs, g *grant) map[string]any {
	b, err := t.box(name)
	if err != nil {
		return map[string]any{"scheduleId": name, "error": map[string]any{"responseCode": "5009",
			"message": "Unable to resolve e-mail address " + name + " to an Active Directory object."}}
	}
	rights := t.visible(g, b)
	if rights == NoRights {
		return errNoFreeBusy(name)
	}
	events := b.view(w)
	items := []any{}
	for _, in := range events {
		item := map[string]any{"status": in.status(), "isPrivate": in.private(),
			"start": dateTimeZone(in.m.Start, in, p), "end": dateTimeZone(in.m.End, in, p)}
		if !in.private() && rights >= LimitedDetails {
			item["subject"], item["location"], item["isMeeting"], item["isRecurring"] = in.m.Subject, b.name, true, in.masterID != ""
			item["isException"], item["isReminderSet"] = in.kind == kindException, false
		}
		items = append(items, item)
	}
	return map[string]any{"scheduleId": name, "availabilityView": availability(events, w, step), "scheduleItems": items,
		"workingHours": map[string]any{"daysOfWeek": weekdayNames[:5], "startTime": "08:00:00.0000000",
			"endTime": "17:00:00.0000000", "timeZone": b.workingZone()}}
}

// workingZone is the zone of the working hours: a name, or what the documentation
// of getSchedule shows for Pacific Time.
func (b *mailbox) workingZone() map[string]any {
	if b.room == nil || !b.room.CustomZone {
		return map[string]any{"name": b.zone}
	}
	change := func(month, occurrence int) map[string]any {
		return map[string]any{"time": "02:00:00.0000000", "dayOccurrence": occurrence, "dayOfWeek": "sunday", "month": month, "year": 0}
	}
	summer := change(3, 2)
	summer["daylightBias"] = -60
	return map[string]any{"@odata.type": "#microsoft.graph.customTimeZone", "name": "Customized Time Zone", "bias": 480,
		"standardOffset": change(11, 1), "daylightOffset": summer}
}

func (in instance) status() string {
	if in.m.ShowAs == "" {
		return "busy"
	}
	return in.m.ShowAs
}

func (in instance) private() bool {
	return in.m.Sensitivity == "private" || in.m.Sensitivity == "confidential"
}

// availability draws the busiest status of each interval as a digit.
func availability(events []instance, w window, step time.Duration) string {
	digit := map[string]byte{"free": '0', "tentative": '1', "busy": '2', "oof": '3', "workingElsewhere": '4'}
	// Of two in one interval, out of office wins over busy over tentative.
	rank := map[byte]int{'0': 0, '4': 1, '1': 2, '2': 3, '3': 4}
	var out []byte
	for at := w.from; at.Before(w.to); at = at.Add(step) {
		best := byte('0')
		for _, in := range events {
			if d := digit[in.status()]; d != 0 && rank[d] > rank[best] && (window{at, at.Add(step)}).overlaps(in.m) {
				best = d
			}
		}
		out = append(out, best)
	}
	return string(out)
}
