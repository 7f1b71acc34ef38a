package tenant

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// demoPeople are offered as organizers.
var demoPeople = []Person{sabine, jonas, zoe, elodie, lucja, grace, marcus, misaki, omar}

// pxPerHour scales the day's timeline.
const pxPerHour = 60

// outlookData is all that outlook.html shows.
type outlookData struct {
	Company, Title, Toast, Problem string
	Day                            int // days from today
	Prev, Next                     int
	Version                        int64
	Sites                          []siteView
	People                         []Person
}

// siteView is a building's day on its own clock.
type siteView struct {
	Name, City, Clock, Date string
	Hours                   []hourView
	Height                  int // px
	Now                     int // px from the top; -1 when not shown
	FirstHour               int
	Midnight                string // of the shown day, for the script
	Rooms                   []roomView
}

type hourView struct {
	Top   int
	Label string
}

type roomView struct {
	Name, Address, Facts, State, StateClass string
	AllDay, Timed                           []eventView
}

type eventView struct {
	ID, Room, RoomName, Subject, Organizer, When, Kind, Start string
	Class                                                     string
	Minutes                                                   int
	Top, Height, Left, Width                                  int // px, px, percent, percent
	Lines                                                     int // of the subject that fit above one line of details
	Private, AllDay, Cancelled, Recurring                     bool
}

var toasts = map[string]string{"booked": "Meeting booked.", "moved": "Meeting moved.", "cancelled": "Meeting cancelled.", "deleted": "Meeting removed."}

func (t *Tenant) outlookPage(w http.ResponseWriter, status, day int, done, problem string) {
	day = max(-365, min(day, 365))
	d := outlookData{Company: t.office.Company, Title: "Simulated Outlook", Toast: toasts[done], Problem: problem,
		Day: day, Prev: day - 1, Next: day + 1, Version: t.version(), People: demoPeople}
	now := t.now()
	t.mu.Lock()
	for _, site := range t.office.Buildings {
		if boxes := t.boxesOf(site.Name); len(boxes) > 0 {
			d.Sites = append(d.Sites, viewSite(site, boxes, now, day))
		}
	}
	t.mu.Unlock()
	t.writePage(w, status, "outlook.html", d)
}

func (t *Tenant) boxesOf(building string) []*mailbox {
	return slices.DeleteFunc(slices.Clone(t.order), func(b *mailbox) bool { return b.room.Building != building })
}

func viewSite(site Building, boxes []*mailbox, now time.Time, day int) siteView {
	loc := boxes[0].loc
	y, m, dd := now.In(loc).Date()
	w := window{time.Date(y, m, dd+day, 0, 0, 0, 0, loc), time.Date(y, m, dd+day+1, 0, 0, 0, 0, loc)}
	events := make([][]instance, len(boxes))
	for i, b := range boxes {
		events[i] = b.view(w)
	}
	first, last := hoursShown(events, w, now)
	s := siteView{Name: site.Name, City: site.City, Clock: now.In(loc).Format("15:04"), Date: w.from.Format("Monday, 2 January"),
		Height: (last - first) * pxPerHour, Now: -1, FirstHour: first, Midnight: w.from.Format(time.DateOnly)}
	for h := first; h <= last; h++ {
		s.Hours = append(s.Hours, hourView{Top: (h - first) * pxPerHour, Label: fmt.Sprintf("%02d:00", h%24)})
	}
	scale := dayScale{w: w, first: first, last: last}
	if !now.Before(w.from) && now.Before(w.to) {
		s.Now = scale.top(now)
	}
	for i, b := range boxes {
		s.Rooms = append(s.Rooms, viewRoom(b, events[i], scale, now))
	}
	return s
}

// hoursShown covers office hours, every meeting of the day and now.
func hoursShown(events [][]instance, w window, now time.Time) (first, last int) {
	first, last = 8, 19
	cover := func(from, to time.Time) {
		if from.Before(w.from) {
			from = w.from
		}
		first = min(first, from.In(w.from.Location()).Hour())
		if !to.Before(w.to) {
			last = 24
			return
		}
		end := to.In(w.from.Location())
		last = max(last, min(24, end.Hour()+min(1, end.Minute())))
	}
	for _, list := range events {
		for _, in := range list {
			if !in.m.AllDay {
				cover(in.m.Start, in.m.End)
			}
		}
	}
	if !now.Before(w.from) && now.Before(w.to) {
		cover(now, now.Add(15*time.Minute))
	}
	return first, last
}

// dayScale maps instants of a local day to pixels by the wall clock.
type dayScale struct {
	w           window
	first, last int
}

func (s dayScale) top(at time.Time) int {
	switch {
	case at.Before(s.w.from):
		return 0
	case !at.Before(s.w.to):
		return (s.last - s.first) * pxPerHour
	}
	h, m, _ := at.In(s.w.from.Location()).Clock()
	return ((h-s.first)*60 + m) * pxPerHour / 60
}

func viewRoom(b *mailbox, events []instance, scale dayScale, now time.Time) roomView {
	r := roomView{Name: b.room.Name, Address: b.address,
		Facts: "Floor " + strconv.Itoa(b.room.Floor) + " · " + strconv.Itoa(b.room.Capacity) + " seats"}
	r.State, r.StateClass = stateOf(b, now)
	for _, in := range events {
		if v := viewEvent(in, scale); v.AllDay {
			r.AllDay = append(r.AllDay, v)
		} else {
			r.Timed = append(r.Timed, v)
		}
	}
	lanes(r.Timed)
	return r
}

func viewEvent(in instance, scale dayScale) eventView {
	loc := in.box.loc
	start, end := in.m.Start.In(loc), in.m.End.In(loc)
	v := eventView{ID: in.id, Room: in.box.address, RoomName: in.box.name, Subject: cmp.Or(in.m.Subject, "(no subject)"), Organizer: in.organizer().Name,
		When: start.Format("15:04") + "–" + end.Format("15:04"), Kind: in.kind, Start: start.Format(localMinute),
		Minutes: int(end.Sub(start) / time.Minute), Private: in.private(), AllDay: in.m.AllDay, Cancelled: in.m.Cancelled,
		Recurring: in.masterID != "", Class: "busy"}
	switch {
	case in.m.AllDay:
		v.When = "All day"
	case start.YearDay() != end.YearDay():
		v.When = start.Format("Mon 15:04") + " – " + end.Format("Mon 15:04")
	}
	switch {
	case in.m.Cancelled:
		v.Class = "cancelled"
	case in.m.ShowAs == "tentative":
		v.Class = "tentative"
	case in.m.ShowAs == "free":
		v.Class = "free"
	}
	v.Top = scale.top(start)
	v.Height = max(scale.top(end)-v.Top, pxPerHour/4)
	v.Width, v.Lines = 100, max(1, (2*v.Height-29)/29) // lines of 14.5 px
	return v
}

// lanes puts overlapping events side by side. The events are ordered by start.
func lanes(events []eventView) {
	for i := 0; i < len(events); {
		bottom, j := events[i].Top+events[i].Height, i+1
		for j < len(events) && events[j].Top < bottom {
			bottom = max(bottom, events[j].Top+events[j].Height)
			j++
		}
		cluster := events[i:j]
		var ends []int // bottom of each lane
		lane := make([]int, len(cluster))
		for k, e := range cluster {
			at := slices.IndexFunc(ends, func(y int) bool { return y <= e.Top })
			if at < 0 {
				at = len(ends)
				ends = append(ends, 0)
			}
			ends[at], lane[k] = e.Top+e.Height, at
		}
		for k := range cluster {
			cluster[k].Width = 100 / len(ends)
			cluster[k].Left = lane[k] * cluster[k].Width
		}
		i = j
	}
}

// stateOf says whether a room is free now, and until when today.
func stateOf(b *mailbox, now time.Time) (words, class string) {
	y, m, d := now.In(b.loc).Date()
	end := time.Date(y, m, d+1, 0, 0, 0, 0, b.loc)
	until, busy, allDay := now, false, false
	next := end
	for _, in := range b.view(window{now, end}) {
		switch {
		case in.m.Cancelled || in.m.ShowAs == "free":
		case !in.m.Start.After(until): // back-to-back meetings count as one
			busy, allDay = true, allDay || in.m.AllDay
			if in.m.End.After(until) {
				until = in.m.End
			}
		case in.m.Start.Before(next):
			next = in.m.Start
		}
	}
	switch {
	case busy && !until.Before(end):
		if allDay {
			return "Busy all day", "busy"
		}
		return "Busy overnight", "busy"
	case busy:
		return "Busy until " + until.In(b.loc).Format("15:04"), "busy"
	case next.Before(end):
		return "Free until " + next.In(b.loc).Format("15:04"), "free"
	}
	if start := end.AddDate(0, 0, -1); len(b.view(window{start, end})) == 0 {
		return "Free all day", "free"
	}
	return "Free today", "free"
}
