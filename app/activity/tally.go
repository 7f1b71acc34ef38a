package activity

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// Figure is one number of the day, ready to show.
type Figure struct{ Value, Name, About string }

// Tally is what went on between Roomink and Microsoft today; without figures where
// nothing has been counted yet.
type Tally struct {
	Since   string
	Figures []Figure
}

// TallyOf words the tally of a snapshot. Some of everything is normal in a day, so no
// number raises an alarm: what needs a person is told as a problem.
func TallyOf(s engine.Snapshot, now time.Time) Tally {
	t := s.Sync.Today
	if t.Since.IsZero() {
		return Tally{}
	}
	since := lang.L("Since midnight")
	if at := t.Since.In(now.Location()); at.Hour() != 0 || at.Minute() != 0 {
		since = lang.L("Since the start at {{.Time}}", map[string]any{"Time": words.Clock(at, s.Policy.Hours12)})
	}
	return Tally{since, []Figure{
		{words.Number(t.Rounds), lang.L("Rounds"), lang.L("Each asks for every room once.")},
		{words.Number(t.Requests), lang.L("Requests"), lang.L("To Microsoft, most for 20 rooms at once.")},
		{words.Number(t.Throttled), lang.L("Put off"), lang.L("Microsoft was busy: Roomink waited as long as it was told to.")},
		{words.Number(t.Failed), lang.L("Failed"), lang.L("Roomink tries these again by itself.")},
		{words.Number(t.Healed), lang.L("Put right"), lang.L("Entries that changed without a word from Microsoft, found by the reading at night.")},
	}}
}

// strip shows the tally in a row.
type strip struct {
	shown  Tally
	since  *xwidget.Text
	grid   *fyne.Container
	object fyne.CanvasObject
}

func newStrip() *strip {
	s := &strip{since: xwidget.NewMuted(""), grid: container.New(tallyColumns())}
	s.since.TextSize = theme.SizeNameCaptionText
	s.object = xwidget.Pad(xwidget.NewPaddedCard(xwidget.Stack(6, s.since, s.grid), 12), 0, 0, 10, 0)
	s.object.Hide()
	return s
}

func (s *strip) show(t Tally) {
	if s.shown.Since == t.Since && slices.Equal(s.shown.Figures, t.Figures) {
		return
	}
	if len(s.shown.Figures) != len(t.Figures) {
		s.grid.RemoveAll()
		for _, f := range t.Figures {
			name := xwidget.NewText(f.Name)
			s.grid.Add(xwidget.Stack(2, xwidget.NewHeading("", theme.SizeNameHeadingText), name, xwidget.NewCaption("")))
		}
	}
	s.shown = t
	s.since.SetText(t.Since)
	for i, f := range t.Figures {
		parts := s.grid.Objects[i].(*fyne.Container).Objects
		parts[0].(*xwidget.Text).SetText(f.Value)
		parts[1].(*xwidget.Text).SetText(f.Name)
		parts[2].(*xwidget.Paragraph).SetText(f.About)
	}
	if bare := len(t.Figures) == 0; s.object.Visible() == bare {
		if bare {
			s.object.Hide()
		} else {
			s.object.Show()
		}
	}
}

// tallyColumns are five of the same width.
func tallyColumns() xwidget.Columns {
	return xwidget.Columns{Cols: slices.Repeat([]xwidget.Column{{Min: 100, Share: 1}}, 5), Gap: 22}
}
