package sign

import (
	"fmt"
	"time"
)

func english() words {
	day := func(t time.Time) string { return fmt.Sprintf("%d %s", t.Day(), t.Month()) }
	return words{
		tag:             "en",
		free:            "Free",
		busy:            "In use",
		stale:           "Not up to date",
		signedOut:       "Not connected",
		notRead:         "Not ready yet",
		mayBeTaken:      "the room may be taken",
		allDay:          "all day",
		restOfDay:       "for the rest of the day",
		until:           func(when string) string { return "until " + when },
		untilTomorrow:   func(clock string) string { return "until tomorrow, " + clock },
		throughTomorrow: "until the end of tomorrow",
		untilDay:        func(day, clock string) string { return "until " + day + ", " + clock },
		through:         func(day string) string { return "until the end of " + day },
		from:            func(clock string) string { return "from " + clock },
		next:            "Next",
		lastKnown:       "Last known",
		nothingMore:     "Nothing else booked today",
		nothingToday:    "No bookings today",
		nothingKnown:    "No bookings known today",
		private:         "Private meeting",
		booked:          "Booked",
		notReadNotice:   "Calendar not read yet",
		updatedNotice:   func(at string) string { return "Last updated " + at },
		removed:         "Room removed",
		removedDetail:   "can't be booked any more",
		removedNotice:   "No longer in the directory",
		signedOutNotice: "Signed out of the calendar",
		signedOutSince:  func(at string) string { return "Signed out. Last updated " + at },
		floor:           func(number string) string { return "Floor " + number },
		date:            func(t time.Time) string { return t.Weekday().String() + ", " + day(t) },
		shortDate:       func(t time.Time) string { return fmt.Sprintf("%d %.3s", t.Day(), t.Month()) },
		weekday:         time.Weekday.String,
		morning:         "AM",
		afternoon:       "PM",
	}
}
