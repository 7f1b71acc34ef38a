package policy

import (
	"cmp"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

// decision is one thing to decide about signs, without its widgets.
type decision struct {
	key  key
	name string
	say  func(sign.Policy) string          // its value in words
	own  func(sign.Override) bool          // whether a room decides it for itself
	give func(*sign.Override, sign.Policy) // has the room decide as the policy does
}

// key names a decision within this package.
type key int

const (
	design key = iota
	show
	logo
	privacy
	soon
	language
	clock
	weekStart
	workDays
	workHours
	outside
	code
	text
	stale
)

// fields lists all decisions; together they cover sign.Policy.
func fields(languages []engine.Language) []decision {
	return []decision{
		{design, lang.L("Design"), func(p sign.Policy) string { return words.Design(p.Design, p.Template) },
			func(o sign.Override) bool { return o.Design != nil || o.Template != nil },
			func(o *sign.Override, p sign.Policy) { o.Design, o.Template = &p.Design, &p.Template }},
		{show, lang.L("What is shown"), func(p sign.Policy) string { return fieldsName(p.Show) },
			func(o sign.Override) bool { return o.Show != nil }, func(o *sign.Override, p sign.Policy) { o.Show = &p.Show }},
		{logo, lang.L("Logo"), func(p sign.Policy) string { return yes(p.Logo) },
			func(o sign.Override) bool { return o.Logo != nil }, func(o *sign.Override, p sign.Policy) { o.Logo = &p.Logo }},
		{privacy, lang.L("Privacy"), func(p sign.Policy) string { return PrivacyName(p.Privacy) },
			func(o sign.Override) bool { return o.Privacy != nil }, func(o *sign.Override, p sign.Policy) { o.Privacy = &p.Privacy }},
		{soon, lang.L("Announce start and end"), func(p sign.Policy) string { return soonName(p.Soon) },
			func(o sign.Override) bool { return o.Soon != nil }, func(o *sign.Override, p sign.Policy) { o.Soon = &p.Soon }},
		{language, lang.L("Language"), func(p sign.Policy) string { return languageName(languages, p.Language) },
			func(o sign.Override) bool { return o.Language != nil }, func(o *sign.Override, p sign.Policy) { o.Language = &p.Language }},
		{clock, lang.L("Clock"), func(p sign.Policy) string { return clockName(p.Hours12) },
			func(o sign.Override) bool { return o.Hours12 != nil }, func(o *sign.Override, p sign.Policy) { o.Hours12 = &p.Hours12 }},
		{weekStart, lang.L("The week begins on"), func(p sign.Policy) string { return words.Weekday(p.WeekStart) },
			func(o sign.Override) bool { return o.WeekStart != nil }, func(o *sign.Override, p sign.Policy) { o.WeekStart = &p.WeekStart }},
		{workDays, lang.L("Working days"), func(p sign.Policy) string { return daysName(p.WorkDays, p.WeekStart) },
			func(o sign.Override) bool { return o.WorkDays != nil }, func(o *sign.Override, p sign.Policy) { o.WorkDays = &p.WorkDays }},
		{workHours, lang.L("Working hours"), func(p sign.Policy) string {
			return words.TimeOfDay(p.WorkFrom, p.Hours12) + " – " + words.TimeOfDay(p.WorkTo, p.Hours12)
		}, func(o sign.Override) bool { return o.WorkFrom != nil || o.WorkTo != nil },
			func(o *sign.Override, p sign.Policy) { o.WorkFrom, o.WorkTo = &p.WorkFrom, &p.WorkTo }},
		{outside, lang.L("Outside working hours"), func(p sign.Policy) string { return outsideName(p.Outside) },
			func(o sign.Override) bool { return o.Outside != nil }, func(o *sign.Override, p sign.Policy) { o.Outside = &p.Outside }},
		{code, lang.L("QR code"), func(p sign.Policy) string {
			if p.Code == sign.AddressCode {
				return p.CodeAddress
			}
			return codeName(p.Code)
		}, func(o sign.Override) bool { return o.Code != nil || o.CodeAddress != nil },
			func(o *sign.Override, p sign.Policy) { o.Code, o.CodeAddress = &p.Code, &p.CodeAddress }},
		{text, lang.L("Free text"), func(p sign.Policy) string { return cmp.Or(p.Text, lang.L("None")) },
			func(o sign.Override) bool { return o.Text != nil }, func(o *sign.Override, p sign.Policy) { o.Text = &p.Text }},
		{stale, lang.L("Out of date after"), func(p sign.Policy) string { return lengthName(p.StaleAfter) },
			func(o sign.Override) bool { return o.StaleAfter != nil },
			func(o *sign.Override, p sign.Policy) { o.StaleAfter = &p.StaleAfter }},
	}
}
