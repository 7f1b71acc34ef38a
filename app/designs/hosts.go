package designs

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
)

// hosts is the list of hosts that templates may fetch pictures from.
type hosts struct {
	page   *Page
	list   []string
	lines  *fyne.Container
	entry  *widget.Entry
	wrong  *xwidget.Paragraph
	area   *command.Area
	object fyne.CanvasObject
}

func newHosts(p *Page) *hosts {
	h := &hosts{page: p, lines: xwidget.Stack(2), entry: widget.NewEntry(), wrong: xwidget.NewColoredParagraph("", theme.ColorNameError), area: p.cfg.Hub.NewArea()}
	h.entry.SetPlaceHolder("pictures.example.com")
	h.entry.OnSubmitted = func(string) { h.Add() }
	h.entry.OnChanged = func(string) { h.tell("") }
	h.wrong.Hide()
	add := widget.NewButtonWithIcon(lang.L("Allow"), theme.ContentAddIcon(), h.Add)
	h.object = xwidget.NewCard(xwidget.Stack(10,
		xwidget.NewHeading(lang.L("Pictures from the web"), theme.SizeNameSubHeadingText),
		xwidget.NewMutedParagraph(lang.L("A template can ask for pictures by their addresses (BITMAP_URI). Roomink fetches none, unless you allow their host here: whoever runs it can see that your signs ask, and change what they show.")),
		h.lines, container.New(xwidget.Narrow(460), container.NewBorder(nil, nil, nil, add, h.entry)), h.wrong, h.area))
	return h
}

func (h *hosts) show(list []string) {
	if slices.Equal(h.list, list) && len(h.lines.Objects) > 0 {
		return
	}
	h.list = list
	h.lines.RemoveAll()
	for _, host := range list {
		away := widget.NewButtonWithIcon("", theme.CancelIcon(), func() { h.Remove(host) })
		away.Importance = widget.LowImportance
		h.lines.Add(xwidget.Row(4, away, xwidget.NewWhole(host)))
	}
	if len(list) == 0 {
		h.lines.Add(xwidget.NewStatus(xwidget.Neutral, lang.L("No host is allowed.")))
	}
}

func (h *hosts) tell(wrong string) {
	h.wrong.SetText(wrong)
	xwidget.SetVisible(h.wrong, wrong != "")
}

// Add allows the host that was typed.
func (h *hosts) Add() {
	host, err := Host(h.entry.Text)
	if err != nil {
		h.tell(err.Error())
		return
	}
	list := slices.Clone(h.list)
	if !slices.Contains(list, host) {
		list = append(list, host)
	}
	h.set(list, func() { h.entry.SetText("") })
}

// Remove does not allow a host any more.
func (h *hosts) Remove(host string) {
	h.set(slices.DeleteFunc(slices.Clone(h.list), func(s string) bool { return s == host }), func() {})
}

func (h *hosts) set(list []string, then func()) {
	h.area.Run(command.Task{Key: "hosts", Label: lang.L("One moment…"),
		Work: func(ctx context.Context) error { return h.page.cfg.Engine.SetPictureHosts(ctx, list) },
		Done: func(err error) {
			if err == nil {
				h.show(list) // the next change may come before the next snapshot
				then()
			}
		}})
}
