package policy

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

const errorColor = theme.ColorNameError

// Config is what a form needs.
type Config struct {
	Languages []engine.Language
	Changed   func() // called after each change by a person
	// Room says that the form is of one room: every decision can follow the
	// organisation.
	Room bool
	// Logo, if not nil, stands under the decision about the logo.
	Logo fyne.CanvasObject
}

// Form shows a policy, or what a room does otherwise, to be changed. It is the UI
// goroutine's.
type Form struct {
	cfg       Config
	base      sign.Policy // of the organisation, where the form is of a room
	draft     sign.Policy
	decisions []decision
	controls  map[key]control
	follow    map[key]*widget.Check // where the form is of a room
	templates []string

	filling bool
	wrong   *xwidget.Paragraph // about the address of the code
	object  *fyne.Container
}

// NewForm makes a form of the default policy.
func NewForm(cfg Config) *Form {
	f := &Form{cfg: cfg, decisions: fields(cfg.Languages), controls: make(map[key]control), follow: make(map[key]*widget.Check)}
	f.makeControls()
	f.object = xwidget.Stack(12, f.sections()...)
	f.SetPolicy(sign.DefaultPolicy())
	return f
}

// Object is what the form consists of: a card for each group of decisions.
func (f *Form) Object() fyne.CanvasObject { return f.object }

// SetTemplates names the templates that can be chosen as a design.
func (f *Form) SetTemplates(list []engine.Template) {
	var names []string
	for _, t := range list {
		names = append(names, t.Name)
	}
	if !slices.Equal(f.templates, names) {
		f.templates = names
		f.fill()
	}
}

// SetPolicy shows a policy.
func (f *Form) SetPolicy(p sign.Policy) { f.SetOverride(p, sign.Override{}) }

// SetOverride shows what a room does otherwise than base.
func (f *Form) SetOverride(base sign.Policy, o sign.Override) {
	f.base, f.draft = base, o.Apply(base)
	f.filling = true
	for _, d := range f.decisions {
		if c := f.follow[d.key]; c != nil {
			c.SetChecked(!d.own(o))
		}
	}
	f.filling = false
	f.fill()
}

// Policy is what the form says now: for a room, what is in force there.
func (f *Form) Policy() sign.Policy { return f.draft }

// Override is what the room does otherwise now.
func (f *Form) Override() sign.Override {
	var o sign.Override
	for _, d := range f.decisions {
		if f.cfg.Room && f.isOwn(d.key) {
			d.give(&o, f.draft)
		}
	}
	return o
}

// Problem says why what the form says can't be applied; nil if it can.
func (f *Form) Problem() error {
	if f.draft.Code == sign.AddressCode && f.isOwn(code) {
		return CheckAddress(f.draft.CodeAddress)
	}
	return nil
}

func (f *Form) isOwn(k key) bool {
	c := f.follow[k]
	return c == nil || !c.Checked
}

// changed takes the draft from the widgets.
func (f *Form) changed() {
	if f.filling {
		return
	}
	p := f.draft
	for _, d := range f.decisions {
		if f.isOwn(d.key) {
			f.controls[d.key].read(&p)
		}
	}
	if f.draft = p; f.cfg.Room {
		f.draft = f.Override().Apply(f.base)
	}
	f.fill()
	f.cfg.Changed()
}

// fill shows the draft. Some widgets depend on what others say, such as how times are
// written.
func (f *Form) fill() {
	f.filling = true
	for _, d := range f.decisions {
		f.controls[d.key].show(f.draft)
		f.controls[d.key].able(f.isOwn(d.key))
	}
	f.filling = false
}

func (f *Form) makeControls() {
	c := f.controls
	c[design] = f.designControl()
	c[show] = f.showControl()
	c[logo] = checkOf(f, lang.L("Show the organisation's logo"), func(p *sign.Policy) *bool { return &p.Logo })
	c[privacy] = radioOf(f, func(p *sign.Policy) *sign.Privacy { return &p.Privacy }, Levels(), PrivacyName, false)
	c[soon] = narrow(selectOf(f, func(p *sign.Policy) *time.Duration { return &p.Soon },
		func(p sign.Policy) []time.Duration { return durations(p.Soon, 0, 5, 10, 15, 30) },
		func(d time.Duration, _ sign.Policy) string { return soonName(d) }))
	c[language] = narrow(selectOf(f, func(p *sign.Policy) *string { return &p.Language },
		func(sign.Policy) []string { return f.tags() },
		func(tag string, _ sign.Policy) string { return languageName(f.cfg.Languages, tag) }))
	c[clock] = radioOf(f, func(p *sign.Policy) *bool { return &p.Hours12 }, []bool{false, true}, clockName, true)
	c[weekStart] = narrow(selectOf(f, func(p *sign.Policy) *time.Weekday { return &p.WeekStart },
		func(sign.Policy) []time.Weekday { return []time.Weekday{time.Monday, time.Saturday, time.Sunday} },
		func(d time.Weekday, _ sign.Policy) string { return words.Weekday(d) }))
	c[workDays] = f.daysControl()
	c[workHours] = f.hoursControl()
	c[outside] = radioOf(f, func(p *sign.Policy) *sign.Outside { return &p.Outside }, []sign.Outside{sign.AsUsual, sign.SayShut, sign.Rest}, outsideName, false)
	c[code] = f.codeControl()
	entry := widget.NewEntry()
	entry.SetPlaceHolder(lang.L("Please leave the room tidy"))
	c[text] = entryOf(f, entry, func(p *sign.Policy) *string { return &p.Text })
	c[stale] = narrow(selectOf(f, func(p *sign.Policy) *time.Duration { return &p.StaleAfter },
		func(p sign.Policy) []time.Duration { return durations(p.StaleAfter, 5, 10, 15, 30, 60, 120) },
		func(d time.Duration, _ sign.Policy) string { return lengthName(d) }))
}

func (f *Form) tags() []string {
	var tags []string
	for _, l := range f.cfg.Languages {
		tags = append(tags, l.Tag)
	}
	return tags
}

// durations are choices in minutes, with the one in force among them.
func durations(now time.Duration, minutes ...int) []time.Duration {
	list := []time.Duration{now}
	for _, m := range minutes {
		list = append(list, time.Duration(m)*time.Minute)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (f *Form) sections() []fyne.CanvasObject {
	looks := []fyne.CanvasObject{f.row(design, ""), f.row(show, lang.L("Where the design has room for it.")), f.row(logo, "")}
	if f.cfg.Logo != nil {
		looks = append(looks, f.cfg.Logo)
	}
	pair := container.NewGridWithColumns(2, f.row(language, ""), f.row(weekStart, ""))
	return []fyne.CanvasObject{
		section(lang.L("Look"), looks...),
		section(lang.L("Meetings"),
			f.row(privacy, lang.L("Private meetings never show more than that they are private.")),
			f.row(soon, lang.L("“Starting soon” and “ending soon” cost each panel two more refreshes a meeting."))),
		section(lang.L("Language and time"), pair, f.row(clock, "")),
		section(lang.L("Working hours"), f.row(workDays, ""), f.row(workHours, ""),
			f.row(outside, lang.L("“Closed” waits for the end of a meeting. At rest a sign shows no bookings."))),
		section(lang.L("Code and text"),
			f.row(code, lang.L("A telephone reads it. Whoever scans it books with their own account.")),
			f.row(text, lang.L("One short line, where the design has room for it."))),
		section(lang.L("Reliability"),
			f.row(stale, lang.L("Then a sign says when it was last updated, instead of a state that may be wrong."))),
	}
}

func section(title string, rows ...fyne.CanvasObject) fyne.CanvasObject {
	list := xwidget.Stack(14, xwidget.NewHeading(title, theme.SizeNameSubHeadingText))
	for _, r := range rows {
		list.Add(r)
	}
	return xwidget.NewCard(list)
}

// row is one decision: its name, the widgets, and a hint under them. For a room, a
// check beside the name has it follow the organisation.
func (f *Form) row(k key, hint string) fyne.CanvasObject {
	at := slices.IndexFunc(f.decisions, func(d decision) bool { return d.key == k })
	var head fyne.CanvasObject = xwidget.NewHeading(f.decisions[at].name, theme.SizeNameText)
	if f.cfg.Room {
		c := widget.NewCheck(lang.L("As everywhere"), func(bool) { f.changed() })
		c.Checked = true
		f.follow[k] = c
		head = container.NewBorder(nil, nil, nil, c, head)
	}
	list := xwidget.Stack(4, head, f.controls[k].object)
	if hint != "" {
		list.Add(xwidget.NewCaption(hint))
	}
	return list
}
