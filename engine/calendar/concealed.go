package calendar

import "strings"

// enoughToTell is how many bookings [Concealed] wants to see: one or two people may
// well have left the subject empty, or have given a meeting their own name.
const enoughToTell = 3

// Concealed reports whether a room's mailbox hides what its meetings are about, as
// Exchange does by default: it puts the organiser's name in place of the subject, or
// strips the subject (Set-CalendarProcessing, AddOrganizerToSubject and DeleteSubject;
// graph.md 3.6). It is decided over the bookings that have an organiser and are neither
// private nor cancelled, a series counting as one: there must be at least three, and
// all of them concealed, because the setting works on new bookings only and a single
// title shows that it is off. So after the cure it turns false with the first new
// booking.
func Concealed(events []Event) bool {
	seen := make(map[string]bool, enoughToTell)
	for _, e := range events {
		if e.Organizer == "" || e.Private || e.Cancelled {
			continue
		}
		if !e.concealed() {
			return false
		}
		booking := e.SeriesID
		if booking == "" {
			booking = e.ID
		}
		seen[booking] = true
	}
	return len(seen) >= enoughToTell
}

// concealed reports whether the subject tells nothing but the organiser. Exchange
// leaves a space behind the name.
func (e Event) concealed() bool {
	subject := strings.TrimSpace(e.Subject)
	return subject == "" || strings.EqualFold(subject, strings.TrimSpace(e.Organizer))
}
