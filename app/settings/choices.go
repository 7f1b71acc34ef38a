package settings

import (
	"slices"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine/sign"
)

// Language is a language that signs can speak.
type Language struct{ Tag, Name string }

// Languages are those that package sign has words for, by their own names.
func Languages() []Language {
	return []Language{{"en", "English"}, {"de", "Deutsch"}}
}

// indexOf finds a language; anything unknown reads as English, as on the signs.
func indexOf(list []Language, tag string) int {
	return max(0, slices.IndexFunc(list, func(l Language) bool { return l.Tag == tag }))
}

// Levels are the levels of privacy, from open to closed.
func Levels() []sign.Privacy { return []sign.Privacy{sign.Full, sign.Organizer, sign.Masked} }

// PrivacyName is a level in words.
func PrivacyName(p sign.Privacy) string {
	switch p {
	case sign.Organizer:
		return lang.L("The organiser alone")
	case sign.Masked:
		return lang.L("Only that the room is booked")
	default:
		return lang.L("Subject and organiser")
	}
}

func clockName(hours12 bool) string {
	if hours12 {
		return "2:30 PM"
	}
	return "14:30"
}

// limits are the choices for a sign to be out of date, with the one in force.
func limits(current time.Duration) []time.Duration {
	list := []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}
	if current > 0 && !slices.Contains(list, current) {
		list = append(list, current)
		slices.Sort(list)
	}
	return list
}

func limitName(d time.Duration) string {
	switch {
	case d == time.Hour:
		return lang.L("1 hour")
	case d%time.Hour == 0:
		return lang.L("{{.N}} hours", map[string]any{"N": int(d / time.Hour)})
	default:
		return lang.L("{{.N}} minutes", map[string]any{"N": int(d / time.Minute)})
	}
}
