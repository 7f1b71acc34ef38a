package sign

import (
	"strconv"
	"strings"
	"time"
)

// words is everything that signs say in one language, ready to use. It is shared and
// never changed once it is built.
type words struct {
	tag         string // BCP 47
	rightToLeft bool

	free, busy, closed, resting                string // headlines
	stale, signedOut, notRead, removed, noRoom string
	mayBeTaken, removedDetail, noRoomDetail    string // details
	allDay, restOfDay, throughTomorrow         string
	until, onlyUntil, freeSoon                 phrase
	untilTomorrow, from                        phrase
	untilDay, untilDate                        phrase
	throughDay, throughDate                    phrase
	next, lastKnown, tomorrow                  string // headings
	nothingMore, nothingToday                  string // in place of next meetings
	nothingThatDay, nothingKnown, restingNone  string
	private, booked                            string // titles
	notReadNotice, signedOutNotice             string
	removedNotice                              string
	updatedNotice, signedOutSince              phrase
	lowBattery, bookRoom, scanHere             string
	floor                                      phrase
	seats                                      func(count int) string

	date, shortDate, fullDate, moment phrase
	firstOfMonth                      string // the day's number
	clock24, bare12, clock12          phrase
	span, span12                      phrase
	morning, afternoon                string // halves of the day on the 12-hour clock

	names names
}

// names are the names of days and months, from Sunday and from January.
type names struct {
	Weekdays      []string `toml:"weekdays"`
	WeekdaysShort []string `toml:"weekdays_short"`
	Months        []string `toml:"months"`
	MonthsShort   []string `toml:"months_short"`
}

// message is one message of a language file: its key, where it goes, and the
// placeholders that it holds.
type message struct {
	key          string
	text         *string
	phrase       *phrase
	placeholders []string // a question mark behind one says that it may be missing
	byHour       bool     // it may have plural forms, for the hour that Clock shows
}

// seatsKey is the message that has plural forms in all languages.
const seatsKey, seatsCount = "seats", "Count"

// messages lists all messages but seatsKey.
func (w *words) messages() []message {
	text := func(key string, to *string) message { return message{key: key, text: to} }
	with := func(key string, to *phrase, placeholders ...string) message {
		return message{key: key, phrase: to, placeholders: placeholders}
	}
	byHour := func(key string, to *phrase) message {
		return message{key: key, phrase: to, placeholders: []string{"Clock"}, byHour: true}
	}
	return []message{
		text("free", &w.free), text("busy", &w.busy), text("closed", &w.closed), text("resting", &w.resting),
		text("stale", &w.stale), text("signed_out", &w.signedOut), text("not_read", &w.notRead),
		text("removed", &w.removed), text("no_room", &w.noRoom),

		text("may_be_taken", &w.mayBeTaken), text("removed_detail", &w.removedDetail), text("no_room_detail", &w.noRoomDetail),
		text("all_day", &w.allDay), text("rest_of_day", &w.restOfDay), text("through_tomorrow", &w.throughTomorrow),
		byHour("until", &w.until), byHour("only_until", &w.onlyUntil), byHour("free_soon", &w.freeSoon), byHour("from", &w.from),
		with("until_tomorrow", &w.untilTomorrow, "Clock"),
		with("until_day", &w.untilDay, "Day", "Clock"), with("until_date", &w.untilDate, "Date", "Clock"),
		with("through_day", &w.throughDay, "Day"), with("through_date", &w.throughDate, "Date"),

		text("next", &w.next), text("last_known", &w.lastKnown), text("tomorrow", &w.tomorrow),
		text("nothing_more", &w.nothingMore), text("nothing_today", &w.nothingToday),
		text("nothing_that_day", &w.nothingThatDay), text("nothing_known", &w.nothingKnown),
		text("resting_none", &w.restingNone),
		text("private", &w.private), text("booked", &w.booked),
		text("not_read_notice", &w.notReadNotice), text("signed_out_notice", &w.signedOutNotice), text("removed_notice", &w.removedNotice),
		with("updated_notice", &w.updatedNotice, "When"), with("signed_out_since", &w.signedOutSince, "When"),
		text("low_battery", &w.lowBattery), text("book_room", &w.bookRoom), text("scan_here", &w.scanHere),
		with("floor", &w.floor, "Number"),

		with("date", &w.date, "Weekday", "Day", "Month"), with("short_date", &w.shortDate, "Day", "Month"),
		with("full_date", &w.fullDate, "Day", "Month", "Year"), with("moment", &w.moment, "Date", "Clock"),
		text("first_of_month", &w.firstOfMonth),
		with("clock_24", &w.clock24, "Hour", "Minute"), with("bare_12", &w.bare12, "Minute", "Hour?", "Hour0?"),
		with("clock_12", &w.clock12, "Clock", "Half"),
		with("span", &w.span, "From", "To"), with("span_12", &w.span12, "From", "To", "Half"),
		text("morning", &w.morning), text("afternoon", &w.afternoon),
	}
}

// longDate is a day with its weekday and without a year, standing by itself.
func (w *words) longDate(t time.Time) string {
	return capital(w.date.with(w.names.Weekdays[t.Weekday()], w.dayOfMonth(t), w.names.Months[t.Month()-1]))
}

// dayAndMonth is a day of this year.
func (w *words) dayAndMonth(t time.Time) string {
	return w.shortDate.with(w.dayOfMonth(t), w.names.MonthsShort[t.Month()-1])
}

// dayAndYear is a day of any year.
func (w *words) dayAndYear(t time.Time) string {
	return w.fullDate.with(w.dayOfMonth(t), w.names.MonthsShort[t.Month()-1], strconv.Itoa(t.Year()))
}

func (w *words) dayOfMonth(t time.Time) string {
	if t.Day() == 1 {
		return w.firstOfMonth
	}
	return strconv.Itoa(t.Day())
}

// weekday names a day within a sentence.
func (w *words) weekday(t time.Time) string { return w.names.Weekdays[t.Weekday()] }

// shortWeekday names a day in the head of a column. CLDR's full stop of "Mo." says
// nothing there.
func (w *words) shortWeekday(t time.Time) string {
	return strings.TrimSuffix(w.names.WeekdaysShort[t.Weekday()], ".")
}

// half is the half of the day on the 12-hour clock.
func (w *words) half(t time.Time) string {
	if t.Hour() < 12 {
		return w.morning
	}
	return w.afternoon
}

// bare is the time of day on the 12-hour clock without its half.
func (w *words) bare(t time.Time) string {
	return w.bare12.with(twoDigits(t.Minute()), strconv.Itoa(hour12(t.Hour())), strconv.Itoa(t.Hour()%12))
}

// hour12 is an hour as the 12-hour clock shows it.
func hour12(hour int) int { return (hour+11)%12 + 1 }

// clock is the time of day of t.
func (w *words) clock(t time.Time, hours12 bool) string {
	if hours12 {
		return w.clock12.with(w.bare(t), w.half(t))
	}
	return w.clock24.with(twoDigits(t.Hour()), twoDigits(t.Minute()))
}

// midnight is the end of a day.
func (w *words) midnight(hours12 bool) string {
	if hours12 {
		return w.clock12.with(w.bare12.with("00", "12", "0"), w.morning)
	}
	return w.clock24.with("24", "00")
}

// twoDigits is n, 0…99, as clocks write it.
func twoDigits(n int) string {
	const all = "00010203040506070809"
	if n < 10 {
		return all[2*n : 2*n+2]
	}
	return strconv.Itoa(n) // of the runtime's own table: no allocation
}
