package xwidget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Toggles is a row of buttons that are each on or off, such as the days of a week.
type Toggles struct {
	widget.BaseWidget
	// OnChanged, if not nil, is called after a person has switched one.
	OnChanged func()

	buttons []*widget.Button
	on      []bool
	off     bool // disabled
	row     *fyne.Container
}

// NewToggles makes n buttons without words, all off.
func NewToggles(n int) *Toggles {
	t := &Toggles{on: make([]bool, n), row: Row(4)}
	for i := range n {
		b := widget.NewButton("", func() {
			t.Set(i, !t.on[i])
			if t.OnChanged != nil {
				t.OnChanged()
			}
		})
		t.buttons = append(t.buttons, b)
		t.row.Add(Fixed(b, 38, 0))
	}
	t.ExtendBaseWidget(t)
	return t
}

// Label puts words on a button.
func (t *Toggles) Label(i int, text string) {
	if t.buttons[i].Text != text {
		t.buttons[i].SetText(text)
	}
}

// Set switches a button, without a call of OnChanged.
func (t *Toggles) Set(i int, on bool) {
	t.on[i] = on
	importance := widget.MediumImportance
	if on {
		importance = widget.HighImportance
	}
	if t.buttons[i].Importance != importance {
		t.buttons[i].Importance = importance
		t.buttons[i].Refresh()
	}
}

// On reports whether a button is on.
func (t *Toggles) On(i int) bool { return t.on[i] }

// Disable implements fyne.Disableable.
func (t *Toggles) Disable() { t.able(false) }

// Enable implements fyne.Disableable.
func (t *Toggles) Enable() { t.able(true) }

// Disabled implements fyne.Disableable.
func (t *Toggles) Disabled() bool { return t.off }

func (t *Toggles) able(on bool) {
	t.off = !on
	for _, b := range t.buttons {
		if on {
			b.Enable()
		} else {
			b.Disable()
		}
	}
}

// CreateRenderer implements fyne.Widget.
func (t *Toggles) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.row) }
