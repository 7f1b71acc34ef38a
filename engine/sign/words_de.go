package sign

import (
	"fmt"
	"time"
)

func german() words {
	weekdays := [...]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
	months := [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni",
		"Juli", "August", "September", "Oktober", "November", "Dezember"}
	short := [...]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni",
		"Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."}
	return words{
		tag:             "de",
		free:            "Frei",
		busy:            "Belegt",
		stale:           "Nicht aktuell",
		signedOut:       "Nicht verbunden",
		notRead:         "Noch nicht bereit",
		mayBeTaken:      "der Raum kann belegt sein",
		allDay:          "ganztägig",
		restOfDay:       "für den Rest des Tages",
		until:           func(when string) string { return "bis " + when },
		untilTomorrow:   func(clock string) string { return "bis morgen, " + clock },
		throughTomorrow: "bis einschließlich morgen",
		untilDay:        func(day, clock string) string { return "bis " + day + ", " + clock },
		through:         func(day string) string { return "bis einschließlich " + day },
		from:            func(clock string) string { return "ab " + clock },
		next:            "Als Nächstes",
		lastKnown:       "Zuletzt bekannt",
		nothingMore:     "Heute nichts weiter gebucht",
		nothingToday:    "Heute keine Buchungen",
		nothingKnown:    "Heute keine Buchung bekannt",
		private:         "Privater Termin",
		booked:          "Gebucht",
		notReadNotice:   "Kalender noch nicht gelesen",
		updatedNotice:   func(at string) string { return "Zuletzt aktualisiert: " + at },
		removed:         "Raum aufgelöst",
		removedDetail:   "nicht mehr buchbar",
		removedNotice:   "Nicht mehr im Verzeichnis",
		signedOutNotice: "Vom Kalender abgemeldet",
		signedOutSince:  func(at string) string { return "Abgemeldet. Stand: " + at },
		floor:           func(number string) string { return "Etage " + number },
		date: func(t time.Time) string {
			return fmt.Sprintf("%s, %d. %s", weekdays[t.Weekday()], t.Day(), months[t.Month()-1])
		},
		shortDate: func(t time.Time) string { return fmt.Sprintf("%d. %s", t.Day(), short[t.Month()-1]) },
		weekday:   func(d time.Weekday) string { return weekdays[d] },
		morning:   "AM",
		afternoon: "PM",
	}
}
