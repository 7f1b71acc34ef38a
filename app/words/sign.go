package words

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Design is the name of a design; that of a template is its own.
func Design(d sign.Design, template string) string {
	switch d {
	case sign.Status:
		return lang.L("Status")
	case sign.Agenda:
		return lang.L("Agenda")
	case sign.Timeline:
		return lang.L("Timeline")
	case sign.NamePlate:
		return lang.L("Name plate")
	default:
		return cmp.Or(template, string(d))
	}
}

// Purpose says in one line what a design is for.
func Purpose(d sign.Design) string {
	switch d {
	case sign.Status:
		return lang.L("The state in huge letters: for doors that many people pass.")
	case sign.Agenda:
		return lang.L("The day as a list: for rooms where meeting follows meeting.")
	case sign.Timeline:
		return lang.L("The day as a bar: for finding the next free hour.")
	case sign.NamePlate:
		return lang.L("The room's name first: for offices, desks and quiet corners.")
	default:
		return lang.L("A template of your own.")
	}
}

// Inks are the colours of a panel.
func Inks(s display.Scheme) string {
	switch s {
	case display.Mono:
		return lang.L("black and white")
	case display.BWR:
		return lang.L("black, white, red")
	case display.BWY:
		return lang.L("black, white, yellow")
	case display.BWRY:
		return lang.L("black, white, red, yellow")
	case display.Gray4:
		return lang.L("4 greys")
	case display.Gray16:
		return lang.L("16 greys")
	case display.Spectra6:
		return "Spectra 6"
	case display.ACeP7:
		return lang.L("7 colours")
	default:
		return string(s)
	}
}

// Weekday is the name of a day of the week.
func Weekday(d time.Weekday) string {
	names := [...]string{
		lang.L("Sunday"), lang.L("Monday"), lang.L("Tuesday"), lang.L("Wednesday"), lang.L("Thursday"), lang.L("Friday"), lang.L("Saturday"),
	}
	return names[d%7]
}

// ShortWeekday is the name of a day of the week in two letters or three.
func ShortWeekday(d time.Weekday) string {
	names := [...]string{lang.L("Su"), lang.L("Mo"), lang.L("Tu"), lang.L("We"), lang.L("Th"), lang.L("Fr"), lang.L("Sa")}
	return names[d%7]
}

// TimeOfDay is a time of day that belongs to no day; the end of the day is 24:00.
func TimeOfDay(m sign.Minutes, hours12 bool) string {
	if m == 24*60 && !hours12 {
		return "24:00"
	}
	return Clock(time.Date(2000, 1, 1, 0, int(m), 0, 0, time.UTC), hours12)
}
