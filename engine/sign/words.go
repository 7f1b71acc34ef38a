package sign

import (
	"strings"
	"time"
)

// words is everything that signs say in one language. Its functions get times in
// the room's zone.
type words struct {
	tag string // BCP 47

	free, busy         string // headlines
	stale, signedOut   string
	notRead            string
	mayBeTaken         string // detail where the state is unknown
	allDay, restOfDay  string
	until              func(when string) string
	untilTomorrow      func(clock string) string
	throughTomorrow    string // to the end of tomorrow
	untilDay           func(day, clock string) string
	through            func(day string) string // to the end of that day
	from               func(clock string) string
	next, lastKnown    string // headings
	nothingMore        string // in place of next meetings
	nothingToday       string // likewise on a day without any
	nothingKnown       string // in place of last known meetings
	private, booked    string // titles
	notReadNotice      string
	updatedNotice      func(at string) string
	signedOutNotice    string
	removed            string
	removedDetail      string
	removedNotice      string
	signedOutSince     func(at string) string
	floor              func(number string) string
	date               func(time.Time) string // with weekday, no year
	shortDate          func(time.Time) string // day and month
	weekday            func(time.Weekday) string
	morning, afternoon string // after a time on the 12-hour clock
}

// wordsFor gives the catalogue for a BCP 47 tag by its primary language.
func wordsFor(tag string) words {
	primary, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	switch strings.ToLower(primary) {
	case "de":
		return german()
	default:
		return english()
	}
}
