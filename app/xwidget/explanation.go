package xwidget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Words are what an [Explanation] says. Empty parts are left out.
type Words struct {
	Title, Text, Remedy string
	Details             string // for support: shown by nobody, copied by a button
}

// Explanation tells in place what went wrong and what to do next.
type Explanation struct {
	widget.BaseWidget

	tone         Tone
	words        Words
	icon         *widget.Icon
	edge         *canvas.Rectangle
	title        *Paragraph
	text, remedy *Paragraph
	copy         *widget.Button
	dismiss      *widget.Button
	action       *widget.Button
	copyToo      *widget.Button // beside action, in place of copy
	onDismiss    func()
	narrow       bool
}

// NewExplanation makes an explanation; onDismiss, if not nil, adds a button that
// puts it away.
func NewExplanation(tone Tone, w Words, onDismiss func()) *Explanation {
	e := &Explanation{
		icon: widget.NewIcon(nil), edge: canvas.NewRectangle(color.Transparent),
		title: NewParagraph(""), text: NewParagraph(""), remedy: NewParagraph(""), onDismiss: onDismiss,
	}
	e.title.segment.Style.TextStyle.Bold = true
	e.copy, e.copyToo = e.copyButton(), e.copyButton()
	e.copyToo.Hide()
	e.dismiss = widget.NewButtonWithIcon("", theme.CancelIcon(), func() {
		if e.onDismiss != nil {
			e.onDismiss()
		}
	})
	e.dismiss.Importance = widget.LowImportance
	e.action = widget.NewButton("", nil)
	e.action.Hide()
	e.ExtendBaseWidget(e)
	e.Set(tone, w)
	return e
}

func (e *Explanation) copyButton() *widget.Button {
	b := widget.NewButtonWithIcon(lang.L("Copy details"), theme.ContentCopyIcon(), func() {
		fyne.CurrentApp().Clipboard().SetContent(e.words.full())
	})
	b.Importance = widget.LowImportance
	return b
}

// SetAction adds a button under the words.
func (e *Explanation) SetAction(label string, icon fyne.Resource, do func()) {
	e.action.Text, e.action.Icon, e.action.OnTapped = label, icon, do
	e.action.Hidden = false
	e.action.Refresh()
	e.showCopy()
	e.Refresh()
}

// Narrow puts the button for details under the words, for places where they would have
// too little room beside it.
func (e *Explanation) Narrow() *Explanation {
	e.narrow = true
	e.showCopy()
	e.Refresh()
	return e
}

// showCopy has the button for details stand beside the action, where there is one.
func (e *Explanation) showCopy() {
	below := e.action.Visible() || e.narrow
	e.copy.Hidden = e.words.Details == "" || below
	e.copyToo.Hidden = e.words.Details == "" || !below
}

// HideAction takes the button away.
func (e *Explanation) HideAction() {
	if e.action.Visible() {
		e.action.Hide()
		e.showCopy()
		e.Refresh()
	}
}

func (w Words) full() string {
	s := w.Title
	for _, part := range []string{w.Text, w.Remedy, w.Details} {
		if part != "" {
			s += "\n" + part
		}
	}
	return s
}

// Set changes tone and words.
func (e *Explanation) Set(tone Tone, w Words) {
	if e.tone == tone && e.words == w && e.icon.Resource != nil {
		return
	}
	e.tone, e.words = tone, w
	e.icon.SetResource(tone.Icon())
	e.title.SetText(w.Title)
	say(e.text, w.Text)
	say(e.remedy, w.Remedy)
	e.showCopy()
	e.dismiss.Hidden = e.onDismiss == nil
	e.Refresh()
}

// Words are what the explanation says now.
func (e *Explanation) Words() Words { return e.words }

func say(p *Paragraph, text string) {
	p.SetText(text)
	p.Hidden = text == ""
}

// CreateRenderer implements fyne.Widget.
func (e *Explanation) CreateRenderer() fyne.WidgetRenderer {
	below := Pad(Row(8, e.action, e.copyToo), 6, 0, 0, 0)
	words := Stack(4, e.title, e.text, e.remedy, below)
	buttons := container.NewVBox(Row(0, e.copy, e.dismiss))
	icon := container.NewVBox(Fixed(e.icon, 20, 20))
	body := container.NewBorder(nil, nil, Pad(icon, 0, 10, 0, 6), buttons, words)
	r := &explanationRenderer{e: e, below: below, back: canvas.NewRectangle(color.Transparent), body: Pad(body, 10, 10, 10, 12)}
	r.back.CornerRadius = 8
	e.edge.CornerRadius = 2
	r.apply()
	return r
}

type explanationRenderer struct {
	e    *Explanation
	back *canvas.Rectangle
	body *fyne.Container
	// below holds buttons; hidden with them, so that it takes no room
	below *fyne.Container
}

func (r *explanationRenderer) apply() {
	r.below.Hidden = r.e.action.Hidden && r.e.copyToo.Hidden
	th, v := r.e.Theme(), fyne.CurrentApp().Settings().ThemeVariant()
	r.back.FillColor = th.Color(theme.ColorNameOverlayBackground, v)
	r.back.StrokeColor = th.Color(theme.ColorNameSeparator, v)
	r.back.StrokeWidth = 1
	r.e.edge.FillColor = th.Color(r.e.tone.Color(), v)
}

func (r *explanationRenderer) Layout(size fyne.Size) {
	r.back.Resize(size)
	r.e.edge.Move(fyne.NewPos(5, 8))
	r.e.edge.Resize(fyne.NewSize(4, max(0, size.Height-16)))
	r.body.Resize(size)
}
func (r *explanationRenderer) MinSize() fyne.Size { return r.body.MinSize() }
func (r *explanationRenderer) Refresh() {
	r.apply()
	r.body.Refresh()
	canvas.Refresh(r.e)
}
func (r *explanationRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.back, r.e.edge, r.body}
}
func (r *explanationRenderer) Destroy() {}
