package template

import (
	"strconv"
	"strings"
)

// Placeholder reports whether the sign says the words of a text with this id, and
// whether it can: where it can't, nothing is drawn (syncsign.md, "Calendar
// templates").
func Placeholder(id string) (is, filled bool) {
	switch id {
	case "ONGOING_EVENT_SUMMARY", "ONGOING_CREATOR", "ONGOING_TIME", "ONGOING_TIME_WITH_YEAR",
		"UPCOMING", "NOTE_AVAILABLE", "NOTE_UNTIL", "NOTE_UNTIL_WITH_YEAR", "ROOM_NAME":
		return true, true
	case "ONGOING_CREATOR_EMAIL", "ONGOING_ATTENDEES", "ONGOING_ATTENDEES_LIST", "BOTTOM_BUTTONS":
		return true, false
	}
	rest, ok := strings.CutPrefix(id, "UPCOMING_")
	digits, field, found := strings.Cut(rest, "_")
	if n, err := strconv.Atoi(digits); !ok || !found || err != nil || n < 1 || strconv.Itoa(n) != digits {
		return false, false
	}
	switch field {
	case "SUMMARY", "TIME", "CREATOR":
		return true, true
	case "CREATOR_EMAIL", "ATTENDEES", "ATTENDEES_LIST":
		return true, false
	}
	return false, false
}

// resembles reports whether an id that is no placeholder was surely meant as one.
func resembles(id string) bool {
	for _, prefix := range []string{"ONGOING_", "UPCOMING_", "NOTE_AVAIL", "NOTE_UNTIL", "ROOM_NAME"} {
		if strings.HasPrefix(strings.ToUpper(id), prefix) {
			return true
		}
	}
	return false
}
