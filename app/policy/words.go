// Package policy is the form of what signs say: for the organisation, and for a room
// that does some things otherwise. Pages put it beside a preview.
package policy

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

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

func outsideName(o sign.Outside) string {
	switch o {
	case sign.SayShut:
		return lang.L("Say that the room is closed")
	case sign.Rest:
		return lang.L("Rest, without any refresh of the panel")
	}
	return lang.L("As at any time")
}

func codeName(c sign.Code) string {
	switch c {
	case sign.OutlookCode:
		return lang.L("Book this room in Outlook")
	case sign.AddressCode:
		return lang.L("An address of your own")
	default:
		return lang.L("None")
	}
}

func soonName(d time.Duration) string {
	if d <= 0 {
		return lang.L("Not at all")
	}
	return lang.L("{{.Time}} before", map[string]any{"Time": lengthName(d)})
}

func lengthName(d time.Duration) string {
	switch {
	case d == time.Hour:
		return lang.L("1 hour")
	case d%time.Hour == 0:
		return lang.L("{{.N}} hours", map[string]any{"N": int(d / time.Hour)})
	default:
		return lang.L("{{.N}} minutes", map[string]any{"N": int(d / time.Minute)})
	}
}

// part is one of the parts of a sign that can be left out.
type part struct {
	name string
	of   func(*sign.Fields) *bool
}

func parts() []part {
	return []part{
		{lang.L("Building and floor"), func(f *sign.Fields) *bool { return &f.Place }},
		{lang.L("Seats"), func(f *sign.Fields) *bool { return &f.Seats }},
		{lang.L("Equipment"), func(f *sign.Fields) *bool { return &f.Equipment }},
		{lang.L("Organiser"), func(f *sign.Fields) *bool { return &f.Organizer }},
		{lang.L("Next meetings"), func(f *sign.Fields) *bool { return &f.Next }},
		{lang.L("The day as a bar"), func(f *sign.Fields) *bool { return &f.Timeline }},
	}
}

func fieldsName(f sign.Fields) string {
	var list []string
	for _, p := range parts() {
		if *p.of(&f) {
			list = append(list, p.name)
		}
	}
	if len(list) == 0 {
		return lang.L("Nothing but the state")
	}
	return strings.Join(list, ", ")
}

// week are the days of a week that starts on first.
func week(first time.Weekday) []time.Weekday {
	var list []time.Weekday
	for i := range time.Weekday(7) {
		list = append(list, (first+i)%7)
	}
	return list
}

func daysName(s sign.Days, first time.Weekday) string {
	var list []string
	for _, d := range week(first) {
		if s.Has(d) {
			list = append(list, words.ShortWeekday(d))
		}
	}
	if len(list) == 0 {
		return lang.L("None")
	}
	return strings.Join(list, " ")
}

// languageName is a language's name for itself. Beside one in another script stands its
// tag: not every computer has the letters.
func languageName(list []engine.Language, tag string) string {
	i := slices.IndexFunc(list, func(l engine.Language) bool { return l.Tag == tag })
	if i < 0 {
		return tag
	}
	foreign := func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }
	if name := list[i].Name; !strings.ContainsFunc(name, foreign) {
		return name
	}
	return list[i].Name + " (" + tag + ")"
}

func yes(on bool) string {
	if on {
		return lang.L("Yes")
	}
	return lang.L("No")
}

// longestAddress still makes a code that a telephone reads from a small sign.
const longestAddress = 300

// CheckAddress says what is wrong with an address for the code; nil if it can be one.
func CheckAddress(address string) error {
	address = strings.TrimSpace(address)
	u, err := url.Parse(strings.ReplaceAll(address, "{room}", "room@example.com"))
	switch {
	case address == "":
		return errors.New(lang.L("The code needs an address, such as https://book.example.com/?room={room}"))
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New(lang.L("An address begins with https:// and names a host."))
	case strings.ContainsAny(strings.ReplaceAll(address, "{room}", ""), "{} \t\n"):
		return errors.New(lang.L("Nothing but {room} may stand in braces, and there are no blanks in an address."))
	case utf8.RuneCountInString(address) > longestAddress:
		return errors.New(lang.L("The address is too long for a code that a telephone can read."))
	}
	return nil
}

// Same reports whether two rooms do the same otherwise.
func Same(a, b sign.Override) bool {
	base := sign.Policy{}
	for _, f := range fields(nil) {
		if f.own(a) != f.own(b) {
			return false
		}
	}
	return a.Apply(base) == b.Apply(base)
}

// Rebase gives now with the decisions in which draft differs from the policy that it
// was made from.
func Rebase(draft, from, now sign.Policy) sign.Policy {
	var changed sign.Override
	for _, f := range fields(nil) {
		var before, after sign.Override
		f.give(&before, from)
		f.give(&after, draft)
		if before.Apply(sign.Policy{}) != after.Apply(sign.Policy{}) {
			f.give(&changed, draft)
		}
	}
	return changed.Apply(now)
}

// Differences lists what a room does otherwise, with the values it has instead.
func Differences(o sign.Override, p sign.Policy, languages []engine.Language) []xwidget.Fact {
	own := o.Apply(p)
	var list []xwidget.Fact
	for _, f := range fields(languages) {
		if f.own(o) {
			list = append(list, xwidget.Fact{Name: f.name, Value: f.say(own)})
		}
	}
	return list
}
