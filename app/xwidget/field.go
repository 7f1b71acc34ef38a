package xwidget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// FieldConfig is what a [Field] is made of.
type FieldConfig struct {
	Name, Hint string
	Entry      *Entry
	// Check says what is wrong with a text; nil if it can be right. It is asked for
	// an empty one too, and then heard only when a person goes on.
	Check func(text string) error
	// Doubt, if not nil, says what is odd about a text that passed Check; "" if
	// nothing is. It stops nobody.
	Doubt func(text string) string
	// Changed, if not nil, is called after each change by a person.
	Changed func()
	// Busy, if not nil, is called when the field gets the keyboard and when a person
	// types.
	Busy func()
	// Submitted, if not nil, is called on Enter.
	Submitted func()
}

// Field is one entry with its name above it. Under it stands a hint, or what is
// wrong with the text, which is judged as it is typed; a text that can be right gets
// a check mark.
type Field struct {
	widget.BaseWidget
	cfg     FieldConfig
	hint    *Paragraph
	doubt   *Paragraph
	wrong   *Paragraph
	tick    *widget.Icon
	content *fyne.Container
	told    bool // something was shown
	quiet   bool // the text is changed by the program
}

// NewField makes a field around cfg.Entry, whose callbacks it takes over.
func NewField(cfg FieldConfig) *Field {
	f := &Field{cfg: cfg, hint: NewMutedParagraph(cfg.Hint), tick: widget.NewIcon(Good.Icon()),
		doubt: NewColoredParagraph("", theme.ColorNameWarning), wrong: NewColoredParagraph("", theme.ColorNameError)}
	cfg.Entry.OnChanged = func(string) {
		_ = f.Judge(false)
		if f.quiet {
			return
		}
		if cfg.Changed != nil {
			cfg.Changed()
		}
		if cfg.Busy != nil {
			cfg.Busy()
		}
	}
	cfg.Entry.focused = cfg.Busy
	if cfg.Submitted != nil {
		cfg.Entry.OnSubmitted = func(string) { cfg.Submitted() }
	}
	mark := container.NewCenter(Fixed(f.tick, iconSize, iconSize))
	line := container.NewBorder(nil, nil, nil, Fixed(mark, iconSize+8, 0), cfg.Entry)
	f.content = Stack(5, NewHeading(cfg.Name, theme.SizeNameText), line, f.hint, f.doubt, f.wrong)
	f.ExtendBaseWidget(f)
	_ = f.Judge(false)
	return f
}

// Judge gives what is wrong with the text and shows it; an empty one is wrong only
// for a person who is going on.
func (f *Field) Judge(goingOn bool) error {
	text := f.Text()
	err := f.cfg.Check(text)
	doubt, wrong := "", ""
	switch {
	case err != nil && (goingOn || text != ""):
		wrong = err.Error()
	case err == nil && text != "" && f.cfg.Doubt != nil:
		doubt = f.cfg.Doubt(text)
	}
	f.tell(doubt, wrong, text != "" && err == nil && doubt == "")
	return err
}

// tell shows what was found, if it is news.
func (f *Field) tell(doubt, wrong string, right bool) {
	hint := f.hint.Text() != "" && doubt == "" && wrong == ""
	if f.doubt.Text() == doubt && f.wrong.Text() == wrong && f.tick.Visible() == right && f.hint.Visible() == hint && f.told {
		return
	}
	f.told = true
	say(f.doubt, doubt)
	say(f.wrong, wrong)
	f.hint.Hidden, f.tick.Hidden = !hint, !right
	f.content.Refresh()
}

// Right reports whether the text can be right and nothing about it is odd.
func (f *Field) Right() bool { return f.tick.Visible() }

// Text is what stands in the field, without the blanks around it.
func (f *Field) Text() string { return strings.TrimSpace(f.cfg.Entry.Text) }

// SetText changes the text without a call of Changed; the cursor stays where the
// text does.
func (f *Field) SetText(text string) {
	if f.Text() == text {
		return
	}
	f.quiet = true
	f.cfg.Entry.SetText(text)
	f.quiet = false
}

// Forget empties the field, also of what Undo could bring back.
func (f *Field) Forget() {
	f.quiet = true
	f.cfg.Entry.SetText("")
	f.quiet = false
}

// SetHint changes the hint.
func (f *Field) SetHint(hint string) {
	if f.hint.Text() != hint {
		f.hint.SetText(hint)
		_ = f.Judge(false)
	}
}

// Entry is the field's entry, for the focus.
func (f *Field) Entry() *Entry { return f.cfg.Entry }

// CreateRenderer implements fyne.Widget.
func (f *Field) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.content) }
