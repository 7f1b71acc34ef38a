package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
)

// everything is the demo's offer to do every step.
type everything struct {
	demo     *xwidget.Card
	area     *command.Area
	progress *xwidget.Text
}

func (p *Page) demoCard() fyne.CanvasObject {
	p.area = p.cfg.Hub.NewArea()
	p.progress = xwidget.NewMuted("")
	p.progress.Hide()
	if p.cfg.Demo == nil {
		return p.area
	}
	all := widget.NewButtonWithIcon(lang.L("Set up everything for me"), theme.MediaPlayIcon(), p.SetUpEverything)
	all.Importance = widget.HighImportance
	outlook := widget.NewButtonWithIcon(lang.L("Open Simulated Outlook"), theme.CalendarIcon(), func() { p.cfg.OpenURL(p.cfg.Demo.OutlookURL) })
	text := lang.L("A simulated Microsoft 365 and virtual displays run inside this program. Go through the steps yourself, or let the demonstration do it; then book a meeting in Simulated Outlook and watch the glass.")
	if p.cfg.Demo.Note != "" {
		text += "\n\n" + p.cfg.Demo.Note
	}
	p.demo = xwidget.NewCard(xwidget.Stack(10,
		xwidget.NewHeading(lang.L("This is a demonstration"), theme.SizeNameSubHeadingText),
		xwidget.NewParagraph(text), container.NewHBox(all, outlook)))
	p.demo.Accent = xwidget.Info
	return xwidget.Stack(12, p.demo, p.area, p.progress)
}

// showDemo keeps the offer to the first screen; how it goes shows on all.
func (p *Page) showDemo() {
	if p.demo != nil {
		p.demo.Hidden = p.current != StepWay
	}
}

// SetUpEverything has the demo do every step.
func (p *Page) SetUpEverything() {
	p.area.Run(command.Task{
		Key: "everything", Cancellable: true,
		Label:   lang.L("Setting everything up…"),
		Success: lang.L("Everything is set up: see the signs on the Overview."),
		Work: func(ctx context.Context) error {
			return p.cfg.Demo.SetUp(ctx, func(line string) {
				p.cfg.Hub.OnUI(func() {
					p.progress.SetText(line)
					p.progress.Show()
				})
			})
		},
		Done: func(err error) {
			p.progress.Hide()
			if err == nil {
				p.GoTo(StepDone)
			}
		},
	})
}
