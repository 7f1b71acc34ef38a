package rooms

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// Pace is how often calendars are read, in words; the zero value where that is not
// known.
type Pace struct{ Line, Why string }

// PaceOf words the pace of a snapshot.
func PaceOf(s engine.Snapshot) Pace {
	p := s.Sync.Pace
	if p.Interval <= 0 || s.Account.State != engine.Connected || len(s.Rooms) == 0 {
		return Pace{}
	}
	every := map[string]any{"Interval": words.Span(p.Interval)}
	how := lang.L("Roomink asks Microsoft only for what has changed, for 20 rooms a request and with one request at a time, spread evenly. After its own bookings, and when you choose Sync now, it asks at once.")
	switch {
	case p.Interval > p.Wanted:
		named := map[string]any{"Rooms": words.Number(p.Rooms), "Interval": words.Span(p.Interval), "Wanted": words.Span(p.Wanted),
			"Took": words.Seconds(p.PerBatch), "Requests": words.Number((p.Rooms + 19) / 20)}
		return Pace{
			Line: lang.L("{{.Rooms}} rooms are read every {{.Interval}}: Microsoft answers 4 rooms at once and takes {{.Took}} for 20.", named),
			Why: lang.L("Roomink would read each calendar every {{.Wanted}}. {{.Rooms}} rooms need {{.Requests}} requests, and a fifth of the time is kept free for what goes wrong. When Microsoft answers faster, calendars are read more often by themselves.", named) +
				"\n" + how,
		}
	case !p.Office:
		return Pace{Line: lang.L("Calendars are read every {{.Interval}} outside office hours.", every),
			Why: lang.L("Within office hours calendars are read more often.") + "\n" + how}
	}
	return Pace{Line: lang.L("Calendars are read every {{.Interval}}.", every),
		Why: lang.L("Outside office hours calendars are read less often.") + "\n" + how}
}

// paceLine shows the pace in a line, and the reasons for it on demand.
type paceLine struct {
	line    *xwidget.Paragraph
	why     *xwidget.Paragraph
	ask     *widget.Button
	card    *xwidget.Card
	object  *fyne.Container
	resized func()
}

// newPaceLine makes an empty line before an object at the right; resized is called when it
// takes more or less room.
func newPaceLine(right fyne.CanvasObject, resized func()) *paceLine {
	l := &paceLine{resized: resized, line: xwidget.NewMutedParagraph(""), why: xwidget.NewParagraph("")}
	l.ask = widget.NewButtonWithIcon(lang.L("Why?"), theme.QuestionIcon(), func() {
		l.card.Hidden = !l.card.Hidden
		l.resized()
	})
	l.ask.Importance = widget.LowImportance
	l.ask.Hide()
	l.card = xwidget.NewPaddedCard(l.why, 12)
	l.card.Hide()
	head := container.NewBorder(nil, nil, nil, right, container.New(asideOf{l.line}, l.line, l.ask))
	l.object = xwidget.Stack(8, head, l.card)
	return l
}

func (l *paceLine) show(p Pace) {
	if l.line.Text() == p.Line && l.why.Text() == p.Why {
		return
	}
	l.line.SetText(p.Line)
	l.why.SetText(p.Why)
	l.ask.Hidden = p.Line == ""
	l.card.Hidden = l.card.Hidden || p.Line == ""
	l.resized()
}

// asideOf puts a line, as wide as its words and no wider than its place, and right
// behind it a button, both in the middle of the height.
type asideOf struct{ line *xwidget.Paragraph }

const asideGap = 8

func (a asideOf) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	line, button := objects[0], objects[1]
	least := button.MinSize()
	words := fyne.MeasureText(a.line.Text(), theme.TextSize(), fyne.TextStyle{}).Width + 2
	width := max(0, min(words, size.Width-least.Width-asideGap))
	line.Resize(fyne.NewSize(width, line.MinSize().Height))
	height := line.MinSize().Height // of wrapped text, now that it has its width
	line.Resize(fyne.NewSize(width, height))
	line.Move(fyne.NewPos(0, max(0, (size.Height-height)/2)))
	button.Resize(least)
	button.Move(fyne.NewPos(width+asideGap, (size.Height-least.Height)/2))
}

func (a asideOf) MinSize(objects []fyne.CanvasObject) fyne.Size {
	line, button := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(button.Width+asideGap+line.Width, max(line.Height, button.Height))
}
