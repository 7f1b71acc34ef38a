package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// banner shows on every page what needs a person: the gravest problem, and the
// others on demand.
type banner struct {
	widget.BaseWidget
	problems []problem
	open     bool
	box      *fyne.Container
	more     *widget.Button
}

// problem is one health.Problem in the banner's words.
type problem struct {
	tone  xwidget.Tone
	words xwidget.Words
}

// shownAtOnce is how many problems an open banner lists; the rest is counted.
const shownAtOnce = 4

func problemsOf(s engine.Snapshot) []problem {
	list := make([]problem, 0, len(s.Problems))
	for _, p := range s.Problems {
		list = append(list, problem{words.Severity(p.Severity), xwidget.Words{Title: p.Title, Text: p.Text, Remedy: p.Remedy}})
	}
	return list
}

func newBanner() *banner {
	b := &banner{box: xwidget.Stack(6)}
	b.more = widget.NewButton("", func() { b.open = !b.open; b.arrange() })
	b.more.Importance = widget.LowImportance
	b.Hide()
	b.ExtendBaseWidget(b)
	return b
}

func (b *banner) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(b.box) }

func (b *banner) show(problems []problem) {
	if slices.Equal(b.problems, problems) {
		return
	}
	b.problems = problems
	b.arrange()
}

func (b *banner) arrange() {
	b.box.RemoveAll()
	if len(b.problems) == 0 {
		b.open = false
		b.Hide()
		return
	}
	shown := 1
	if b.open {
		shown = min(len(b.problems), shownAtOnce)
	}
	for _, p := range b.problems[:shown] {
		b.box.Add(xwidget.NewExplanation(p.tone, p.words, nil))
	}
	if n := len(b.problems); n > 1 {
		b.label(n, shown)
		b.box.Add(container.NewHBox(b.more))
	}
	b.Show()
	b.Refresh()
}

func (b *banner) label(n, shown int) {
	switch {
	case !b.open:
		b.more.SetIcon(theme.MenuDropDownIcon())
		b.more.SetText(lang.L("{{.N}} more", map[string]any{"N": n - 1}))
	case n > shown:
		b.more.SetIcon(theme.MenuDropUpIcon())
		b.more.SetText(lang.L("Show fewer – {{.N}} not shown", map[string]any{"N": n - shown}))
	default:
		b.more.SetIcon(theme.MenuDropUpIcon())
		b.more.SetText(lang.L("Show fewer"))
	}
}
