package policy

import (
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine/sign"
)

// control is the widgets of a decision.
type control struct {
	object  fyne.CanvasObject
	show    func(sign.Policy)  // fills the widgets
	read    func(*sign.Policy) // takes what they say
	widgets []fyne.Disableable
}

func (c control) able(on bool) {
	for _, w := range c.widgets {
		xwidget.SetAble(w, on)
	}
}

// selectOf offers values in a list. One that is in force but not among them joins
// them: showing a policy must not change it.
func selectOf[T comparable](f *Form, at func(*sign.Policy) *T, values func(sign.Policy) []T, name func(T, sign.Policy) string) control {
	var offered []T
	s := widget.NewSelect(nil, func(string) { f.changed() })
	return control{
		object: s, widgets: []fyne.Disableable{s},
		show: func(p sign.Policy) {
			offered = values(p)
			if !slices.Contains(offered, *at(&p)) {
				offered = append(offered, *at(&p))
			}
			var names []string
			for _, v := range offered {
				names = append(names, name(v, p))
			}
			now := slices.Index(offered, *at(&p))
			if slices.Equal(s.Options, names) && s.Selected == names[now] {
				return
			}
			s.Options, s.Selected = names, names[now]
			s.Refresh()
		},
		read: func(p *sign.Policy) {
			if i := s.SelectedIndex(); i >= 0 && i < len(offered) {
				*at(p) = offered[i]
			}
		},
	}
}

// radioOf offers few values, all in sight.
func radioOf[T comparable](f *Form, at func(*sign.Policy) *T, values []T, name func(T) string, horizontal bool) control {
	var names []string
	for _, v := range values {
		names = append(names, name(v))
	}
	r := widget.NewRadioGroup(names, func(string) { f.changed() })
	r.Horizontal, r.Required = horizontal, true
	return control{
		object: r, widgets: []fyne.Disableable{r},
		show: func(p sign.Policy) { r.SetSelected(name(*at(&p))) },
		read: func(p *sign.Policy) {
			if i := slices.Index(names, r.Selected); i >= 0 {
				*at(p) = values[i]
			}
		},
	}
}

func checkOf(f *Form, label string, at func(*sign.Policy) *bool) control {
	c := widget.NewCheck(label, func(bool) { f.changed() })
	return control{
		object: c, widgets: []fyne.Disableable{c},
		show: func(p sign.Policy) { c.SetChecked(*at(&p)) },
		read: func(p *sign.Policy) { *at(p) = c.Checked },
	}
}

func entryOf(f *Form, e *widget.Entry, at func(*sign.Policy) *string) control {
	e.OnChanged = func(string) { f.changed() }
	return control{
		object: e, widgets: []fyne.Disableable{e},
		show: func(p sign.Policy) {
			if strings.TrimSpace(e.Text) != *at(&p) { // a blank at the end is on its way to a word
				e.SetText(*at(&p))
			}
		},
		read: func(p *sign.Policy) { *at(p) = strings.TrimSpace(e.Text) },
	}
}

// together makes one control of several in a container.
func together(object fyne.CanvasObject, list ...control) control {
	all := control{object: object}
	for _, c := range list {
		all.widgets = append(all.widgets, c.widgets...)
	}
	all.show = func(p sign.Policy) {
		for _, c := range list {
			c.show(p)
		}
	}
	all.read = func(p *sign.Policy) {
		for _, c := range list {
			c.read(p)
		}
	}
	return all
}

// look is the built-in design or the template of a sign.
type look struct {
	design   sign.Design
	template string
}

func (f *Form) designControl() control {
	var now look
	c := selectOf(f, func(p *sign.Policy) *look { return &now },
		func(sign.Policy) []look {
			var list []look
			for _, d := range sign.Designs() {
				list = append(list, look{design: d})
			}
			for _, t := range f.templates {
				list = append(list, look{sign.Custom, t})
			}
			return list
		}, func(l look, _ sign.Policy) string { return words.Design(l.design, l.template) })
	show, read := c.show, c.read
	c.show = func(p sign.Policy) {
		now = lookOf(p)
		show(p)
	}
	c.read = func(p *sign.Policy) {
		read(p)
		if now != lookOf(*p) {
			p.Design, p.Template = now.design, now.template
		}
	}
	return narrow(c)
}

// lookOf leaves the name of a template out that is not drawn.
func lookOf(p sign.Policy) look {
	if p.Design != sign.Custom {
		return look{design: p.Design}
	}
	return look{p.Design, p.Template}
}

func (f *Form) showControl() control {
	grid := container.NewGridWithColumns(2) // of a height that no width changes
	var list []control
	for _, part := range parts() {
		c := checkOf(f, part.name, func(p *sign.Policy) *bool { return part.of(&p.Show) })
		grid.Add(c.object)
		list = append(list, c)
	}
	return together(grid, list...)
}

// daysControl has the days in the order of the policy's week.
func (f *Form) daysControl() control {
	t := xwidget.NewToggles(7)
	t.OnChanged = f.changed
	var order []time.Weekday
	return control{
		object: t, widgets: []fyne.Disableable{t},
		show: func(p sign.Policy) {
			order = week(p.WeekStart)
			for i, d := range order {
				t.Label(i, words.ShortWeekday(d))
				t.Set(i, p.WorkDays.Has(d))
			}
		},
		read: func(p *sign.Policy) {
			for i, d := range order {
				p.WorkDays = p.WorkDays.With(d, t.On(i))
			}
		},
	}
}

// halfHour is the step of working hours, in minutes.
const halfHour = 30

func times(from, to sign.Minutes) []sign.Minutes {
	var list []sign.Minutes
	for m := from; m <= to; m += halfHour {
		list = append(list, m)
	}
	return list
}

func (f *Form) hoursControl() control {
	name := func(m sign.Minutes, p sign.Policy) string { return words.TimeOfDay(m, p.Hours12) }
	with := func(list []sign.Minutes, m sign.Minutes) []sign.Minutes {
		if !slices.Contains(list, m) {
			list = append(list, m)
			slices.Sort(list)
		}
		return list
	}
	from := selectOf(f, func(p *sign.Policy) *sign.Minutes { return &p.WorkFrom },
		func(p sign.Policy) []sign.Minutes { return with(times(0, 24*60-halfHour), p.WorkFrom) }, name)
	to := selectOf(f, func(p *sign.Policy) *sign.Minutes { return &p.WorkTo },
		func(p sign.Policy) []sign.Minutes {
			return with(times(p.WorkFrom-p.WorkFrom%halfHour+halfHour, 24*60), p.WorkTo)
		}, name)
	line := xwidget.Row(8, xwidget.Fixed(from.object, 112, 0), xwidget.NewWhole("–"), xwidget.Fixed(to.object, 112, 0))
	c := together(line, from, to)
	read := c.read
	c.read = func(p *sign.Policy) {
		read(p)
		if p.WorkTo <= p.WorkFrom { // the day begins later now
			p.WorkTo = min(p.WorkFrom-p.WorkFrom%halfHour+2*halfHour, 24*60)
		}
	}
	return c
}

func (f *Form) codeControl() control {
	kind := radioOf(f, func(p *sign.Policy) *sign.Code { return &p.Code },
		[]sign.Code{sign.NoCode, sign.OutlookCode, sign.AddressCode}, codeName, false)
	entry := widget.NewEntry()
	entry.SetPlaceHolder("https://book.example.com/?room={room}")
	address := entryOf(f, entry, func(p *sign.Policy) *string { return &p.CodeAddress })
	hint := xwidget.NewCaption(lang.L("{room} stands for the room's e-mail address."))
	f.wrong = xwidget.NewColoredParagraph("", errorColor)
	below := xwidget.Stack(4, entry, hint, f.wrong)
	c := together(xwidget.Stack(4, kind.object, below), kind, address)
	show := c.show
	c.show = func(p sign.Policy) {
		show(p)
		wrong := ""
		if err := f.Problem(); err != nil {
			wrong = err.Error()
		}
		f.wrong.SetText(wrong)
		xwidget.SetVisible(f.wrong, wrong != "")
		xwidget.SetVisible(hint, wrong == "")
		xwidget.SetVisible(below, p.Code == sign.AddressCode)
	}
	return c
}

func narrow(c control) control {
	c.object = container.New(xwidget.Narrow(260), c.object)
	return c
}
