package app

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/health"
)

// banner shows on every page what needs a person: the gravest problem, and the
// others on demand.
type banner struct {
	widget.BaseWidget
	wayOut   func(health.Code, engine.AccountState) (label string, do func())
	problems []problem
	open     bool
	box      *fyne.Container
}

// problem is one health.Problem in the banner's words.
type problem struct {
	code  health.Code
	state engine.AccountState // of the account, on which the way out hangs
	tone  xwidget.Tone
	words xwidget.Words
}

// shownAtOnce is how many problems an open banner lists; the rest is counted.
const shownAtOnce = 4

func problemsOf(s engine.Snapshot) []problem {
	list := make([]problem, 0, len(s.Problems))
	for _, p := range s.Problems {
		list = append(list, problem{p.Code, s.Account.State, words.Severity(p.Severity),
			xwidget.Words{Title: p.Title, Text: strings.TrimSpace(p.Text + " " + p.Remedy)}})
	}
	return list
}

func newBanner(wayOut func(health.Code, engine.AccountState) (string, func())) *banner {
	b := &banner{box: xwidget.Stack(6), wayOut: wayOut}
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
	for i, p := range b.problems[:shown] {
		e := xwidget.NewExplanation(p.tone, p.words, nil)
		more, icon := moreLabel(len(b.problems), b.open)
		label, do := b.wayOut(p.code, p.state)
		switch {
		case do != nil:
			e.SetAction(label, theme.NavigateNextIcon(), do)
		case i == 0 && len(b.problems) > 1:
			e.SetAction(more, icon, b.toggle)
		}
		b.box.Add(e)
		if do != nil && i == 0 && len(b.problems) > 1 { // its place in the first is taken
			toggle := widget.NewButtonWithIcon(more, icon, b.toggle)
			toggle.Importance = widget.LowImportance
			b.box.Add(container.NewHBox(layout.NewSpacer(), toggle))
		}
	}
	if hidden := len(b.problems) - shown; b.open && hidden > 0 {
		b.box.Add(xwidget.NewMuted(lang.L("{{.N}} more problems are not shown here.", map[string]any{"N": hidden})))
	}
	b.Show()
	b.Refresh()
}

func (b *banner) toggle() {
	b.open = !b.open
	b.arrange()
}

func moreLabel(problems int, open bool) (string, fyne.Resource) {
	if open {
		return lang.L("Show fewer"), theme.MenuDropUpIcon()
	}
	return lang.L("{{.N}} more", map[string]any{"N": problems - 1}), theme.MenuDropDownIcon()
}
