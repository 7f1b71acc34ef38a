package setup

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
)

// says explains what Microsoft's own page says, for the errors that never come back to
// Roomink: Microsoft redirects nobody to an address that it does not know.
type says struct {
	page   *Page
	entry  *widget.Entry
	answer *xwidget.Explanation
	object fyne.CanvasObject
}

func newSays(p *Page) *says {
	s := &says{page: p, entry: widget.NewEntry(), answer: xwidget.NewExplanation(xwidget.Info, xwidget.Words{}, nil)}
	s.entry.SetPlaceHolder("AADSTS50011: …")
	s.entry.OnChanged = s.explain
	picks := container.NewGridWithColumns(2)
	pick := func(code int, label string) {
		b := widget.NewButton(label, func() { s.entry.SetText("AADSTS" + strconv.Itoa(code)) })
		picks.Add(b)
	}
	pick(50011, lang.L("50011 · Redirect URI"))
	pick(700016, lang.L("700016 · No such app"))
	pick(90002, lang.L("90002 · No such tenant"))
	pick(50194, lang.L("50194 · One tenant only"))
	pick(53003, lang.L("53003 · Blocked by a policy"))
	pick(90094, lang.L("Need admin approval"))
	s.answer.Hide()
	s.object = xwidget.Stack(8,
		xwidget.NewHeading(lang.L("Does the page show an error?"), theme.SizeNameText),
		xwidget.NewMutedParagraph(lang.L("Some errors stay on Microsoft's page. Choose what it says, or paste the code or the whole line:")),
		picks, s.entry, s.answer)
	return s
}

func (s *says) explain(text string) {
	if text == "" {
		s.answer.Hide()
		s.page.refresh()
		return
	}
	x := s.page.cfg.Engine.ExplainPage(text)
	if x.Title == "" {
		s.page.tell(s.answer, xwidget.Info, xwidget.Words{
			Title:  lang.L("There is no code in this"),
			Remedy: lang.L("It stands under the error's text, often behind “Troubleshooting details”, and looks like AADSTS50011."),
		}, "")
	} else {
		number := x.Code
		if number == 0 {
			number = codeIn(text)
		}
		s.page.tell(s.answer, xwidget.Warn, words.Explanation(x), stepFor(number))
	}
	s.answer.Show()
	s.page.refresh()
	s.page.scroll.ScrollToBottom() // the answer stands last
}
