package designs

import (
	"context"
	"image"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

// editor is where a template is written: its text, what it looks like, and what is
// wrong with it, line by line.
type editor struct {
	page  *Page
	was   string // the name under which it is saved; "" = not yet
	saved string // the text that is saved
	fatal bool   // what was typed can't be drawn
	known string // the text that fatal is about

	name     *widget.Entry
	wrong    *xwidget.Paragraph // about the name
	source   *source
	bezel    *xwidget.Bezel
	verdict  *xwidget.Status
	problems *fyne.Container
	shown    []engine.TemplateProblem
	save     *widget.Button
	area     *command.Area
	side     *fyne.Container
	object   *fyne.Container
}

// sideWidth is how wide the preview beside the text is.
const sideWidth = 320

func newEditor(p *Page) *editor {
	e := &editor{page: p, name: widget.NewEntry(), wrong: xwidget.NewColoredParagraph("", theme.ColorNameError),
		bezel: xwidget.NewBezel(fyne.NewSize(sideWidth, 200)), verdict: xwidget.NewStatus(xwidget.Neutral, ""),
		problems: xwidget.Stack(6), area: p.cfg.Hub.NewArea()}
	e.source = newSource(e.draw)
	e.name.SetPlaceHolder(lang.L("Name of the template"))
	e.name.OnChanged = func(string) { e.offer() }
	e.save = widget.NewButtonWithIcon(lang.L("Save"), theme.DocumentSaveIcon(), e.Save)
	e.save.Importance = widget.HighImportance
	back := widget.NewButtonWithIcon(lang.L("All designs"), theme.NavigateBackIcon(), e.Leave)
	head := container.NewBorder(nil, nil, back, e.save, xwidget.Pad(e.name, 0, 4, 0, 4))
	e.side = container.NewBorder(xwidget.Pad(xwidget.Stack(10, e.bezel, e.verdict), 0, 0, 8, 0), nil, nil, nil,
		container.NewVScroll(xwidget.Pad(e.problems, 0, 12, 0, 0)))
	body := container.NewBorder(nil, nil, nil, xwidget.Pad(xwidget.Fixed(e.side, sideWidth, 0), 0, 0, 0, 12), e.source.object)
	e.object = container.NewBorder(xwidget.Pad(xwidget.Stack(6, head, e.wrong, e.area), 0, 12, 8, 2), nil, nil, nil, xwidget.Pad(body, 0, 12, 0, 2))
	e.wrong.Hide()
	return e
}

// begin opens the editor with a text that is saved under was; "" if it is not.
func (e *editor) begin(was, name, text string) {
	e.was, e.saved, e.shown = was, text, nil
	if was == "" {
		e.saved = ""
	}
	e.area.Clear()
	e.page.area.Clear()        // what was done in the gallery is no news here
	e.bezel.SetEmpty(0, 0, "") // the picture is of the template before
	e.name.SetText(name)
	e.source.setText(text)
	e.page.open(e.object)
	e.page.draw()
	e.page.cfg.Window.Canvas().Focus(e.source.entry)
}

// changed reports whether something would be lost.
func (e *editor) changed() bool {
	return e.source.text() != e.saved || strings.TrimSpace(e.name.Text) != e.was
}

// Leave goes back to the gallery; it asks first if something would be lost.
func (e *editor) Leave() {
	if !e.changed() {
		e.page.Gallery()
		return
	}
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Discard the changes?"), Text: lang.L("What you changed in this template has not been saved."),
		Yes: lang.L("Discard"), No: lang.L("Go on editing"), Danger: true,
	}, e.page.cfg.Window, e.page.Gallery)
}

// verdict is what became of a text.
type verdict struct {
	problems []engine.TemplateProblem
	picture  image.Image
	err      error
}

// draw checks what was typed, and shows what it looks like. While a person types only
// the newest text counts.
func (e *editor) draw() {
	text := e.source.text()
	e.offer()
	scene := e.page.chooser.Scene()
	request := scene.Request(Look{sign.Custom, strings.TrimSpace(e.name.Text)}.In(e.page.policy()))
	request.Template = []byte(text)
	var v verdict
	e.page.latest.Run(func(ctx context.Context) error {
		v.problems = e.page.cfg.Engine.CheckTemplate(request.Template)
		if !slices.ContainsFunc(v.problems, func(p engine.TemplateProblem) bool { return p.Fatal }) {
			var answer engine.Preview
			if answer, v.err = e.page.cfg.Engine.PreviewSign(ctx, request); v.err == nil {
				v.picture = e.page.pictures.Picture(&answer.Frame)
				v.problems = united(v.problems, answer.Problems)
			}
		}
		return nil
	}, func(error) {
		e.known, e.fatal = text, slices.ContainsFunc(v.problems, func(p engine.TemplateProblem) bool { return p.Fatal })
		e.judge(v)
		size := scene.Panel.Bounds().Size()
		if !e.fatal { // a picture of what was right last helps more than none
			e.page.put(e.bezel, v.picture, v.err, size)
		} else if e.bezel.Picture() == nil {
			e.bezel.SetEmpty(size.X, size.Y, lang.L("No preview"))
		}
		e.offer()
	})
}

// united are the problems of the text and those of drawing it for a panel. The latter
// are no fault of the text, even where the panel can't show it.
func united(text, drawn []engine.TemplateProblem) []engine.TemplateProblem {
	list := slices.Clone(text)
	for _, p := range drawn {
		if p.Fatal = false; !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// offer lets a template be saved that has changed, has a name, and can be drawn.
func (e *editor) offer() {
	wrong := ""
	if err := CheckName(e.name.Text); err != nil && (e.name.Text != "" || e.source.text() != e.saved) {
		wrong = err.Error()
	}
	e.wrong.SetText(wrong)
	xwidget.SetVisible(e.wrong, wrong != "")
	xwidget.SetAble(e.save, CheckName(e.name.Text) == nil && e.changed() && !(e.fatal && e.known == e.source.text()))
}

// mostProblems is how many are listed: nobody reads more, and each costs widgets.
const mostProblems = 60

// judge lists what is wrong with the text, the gravest first.
func (e *editor) judge(v verdict) {
	text, fatal := trouble(v.problems)
	switch {
	case fatal:
		e.verdict.Set(xwidget.Bad, lang.L("Can't be drawn like this"))
	case text != "":
		e.verdict.Set(xwidget.Warn, text)
	default:
		e.verdict.Set(xwidget.Good, lang.L("Everything is drawn"))
	}
	if slices.Equal(e.shown, v.problems) {
		return
	}
	e.shown = v.problems
	list := slices.Clone(v.problems)
	slices.SortStableFunc(list, func(a, b engine.TemplateProblem) int {
		switch {
		case a.Fatal == b.Fatal:
			return a.Line - b.Line
		case a.Fatal:
			return -1
		}
		return 1
	})
	e.problems.RemoveAll()
	for _, problem := range list[:min(len(list), mostProblems)] {
		e.problems.Add(e.problemLine(problem))
	}
	if more := len(list) - mostProblems; more > 0 {
		e.problems.Add(xwidget.NewMuted(lang.L("{{.N}} more are not shown here.", map[string]any{"N": more})))
	}
	e.source.markLines(list)
	e.side.Refresh()
}

// problemLine is one problem; a tap goes to where it stands.
func (e *editor) problemLine(problem engine.TemplateProblem) fyne.CanvasObject {
	tone := xwidget.Warn
	if problem.Fatal {
		tone = xwidget.Bad
	}
	at := xwidget.NewStatus(tone, place(problem))
	c := xwidget.NewPaddedCard(xwidget.Stack(3, at, xwidget.NewCaption(problem.Text)), 8)
	if problem.Line > 0 {
		c.OnTapped = func() { e.GoTo(problem.Line, problem.Column) }
	}
	return c
}

// GoTo puts the cursor where a problem stands.
func (e *editor) GoTo(line, column int) {
	e.source.goTo(line, column)
	e.page.cfg.Window.Canvas().Focus(e.source.entry)
}

// Save keeps the template under the name that was typed. It asks before it takes the
// place of another one.
func (e *editor) Save() {
	name := strings.TrimSpace(e.name.Text)
	taken := slices.ContainsFunc(e.page.view.Templates, func(t Item) bool { return t.Name == name })
	if name == e.was || !taken {
		e.keep(name)
		return
	}
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Replace “{{.Name}}”?", map[string]any{"Name": name}),
		Text:  lang.L("There is a template of this name. Signs that use it are drawn by the new one."),
		Yes:   lang.L("Replace"), No: lang.L("Cancel"), Danger: true,
	}, e.page.cfg.Window, func() { e.keep(name) })
}

func (e *editor) keep(name string) {
	text := e.source.text()
	e.area.Run(command.Task{
		Key: "save", Label: lang.L("Saving…"), Success: lang.L("“{{.Name}}” is saved.", map[string]any{"Name": name}),
		Work: func(ctx context.Context) error { return e.page.cfg.Engine.SaveTemplate(ctx, name, []byte(text)) },
		Done: func(err error) {
			if err == nil {
				e.was, e.saved = name, text
				e.offer()
			}
		},
	})
}
