package settings

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// network is the cards on the network of the displays.
type network struct {
	adapters []engine.NetInterface
	asked    bool // for the adapters, which is done once the page has something to show
	checks   *fyne.Container
	searched *command.Area

	now   engine.Serving // as last shown
	known bool
	state *xwidget.Status
	port  *widget.Entry
	on    *widget.Select
	wake  *widget.Select
	save  *widget.Button
	area  *command.Area

	filling bool
}

// wakes are how long a display may sleep.
func wakes() []time.Duration {
	return []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour}
}

func wakeName(d time.Duration) string {
	if d%time.Hour == 0 && d > time.Hour {
		return lang.L("{{.N}} hours", map[string]any{"N": int(d / time.Hour)})
	}
	return lang.L("{{.N}} minutes", map[string]any{"N": int(d / time.Minute)})
}

// searchCard chooses where displays are looked for.
func (p *Page) searchCard() fyne.CanvasObject {
	n := &p.network
	n.searched = p.cfg.Hub.NewArea()
	n.checks = xwidget.Stack(2)
	again := widget.NewButtonWithIcon(lang.L("Look again"), theme.ViewRefreshIcon(), p.LoadAdapters)
	again.Importance = widget.LowImportance
	return card(lang.L("Where displays are"),
		xwidget.NewMutedParagraph(lang.L("Displays are looked for on these network adapters of this computer.")),
		n.checks, container.NewHBox(again), n.searched)
}

// LoadAdapters lists the adapters as they are now.
func (p *Page) LoadAdapters() {
	var list []engine.NetInterface
	p.cfg.Hub.Background(func(context.Context) (err error) {
		list, err = p.cfg.Engine.NetInterfaces()
		return err
	}, func(err error) {
		if err != nil {
			p.network.searched.Fail("adapters", err)
			return
		}
		p.showAdapters(list)
	})
}

func (p *Page) showAdapters(list []engine.NetInterface) {
	n := &p.network
	n.adapters = list
	n.checks.RemoveAll()
	names := []string{lang.L("Roomink chooses")}
	for _, a := range list {
		if a.Why != "" && !a.Chosen {
			continue // virtual ones, and those that are off
		}
		label := a.Name
		if len(a.Addresses) > 0 {
			label += "  –  " + a.Addresses[0]
		}
		check := widget.NewCheck(label, nil)
		check.SetChecked(a.Chosen)
		check.OnChanged = func(on bool) { p.setAdapter(a.Name, on) }
		n.checks.Add(check)
		names = append(names, a.Name)
	}
	n.filling = true
	n.on.Options = names
	n.on.SetSelectedIndex(max(0, slices.Index(names, n.now.Interface)))
	n.filling = false
}

// setAdapter looks for displays on an adapter from now on, or no more. All usable ones are
// the same as no choice, so that an adapter of tomorrow is used, too.
func (p *Page) setAdapter(name string, on bool) {
	n := &p.network
	var chosen []string
	all := true
	for i := range n.adapters {
		a := &n.adapters[i]
		if a.Name == name {
			a.Chosen = on
		}
		if a.Chosen {
			chosen = append(chosen, a.Name)
		} else if a.Why == "" {
			all = false
		}
	}
	if all || len(chosen) == 0 {
		chosen = nil
	}
	n.searched.Run(command.Task{Key: "search", Label: lang.L("One moment…"),
		Work: func(ctx context.Context) error { return p.cfg.Engine.SearchOn(ctx, chosen...) },
		Done: func(error) { p.LoadAdapters() }})
}

// servingCard is on the server for displays that fetch.
func (p *Page) servingCard() fyne.CanvasObject {
	n := &p.network
	n.area = p.cfg.Hub.NewArea()
	n.state = xwidget.NewStatus(xwidget.Neutral, "")
	n.port = widget.NewEntry()
	n.on = widget.NewSelect([]string{lang.L("Roomink chooses")}, func(string) { p.offerServing() })
	var names []string
	for _, w := range wakes() {
		names = append(names, wakeName(w))
	}
	n.wake = widget.NewSelect(names, func(string) { p.offerServing() })
	n.port.OnChanged = func(string) { p.offerServing() }
	n.save = widget.NewButtonWithIcon(lang.L("Save"), theme.ConfirmIcon(), p.SaveServing)
	n.save.Disable()
	form := widget.NewForm(
		widget.NewFormItem(lang.L("Network adapter"), n.on),
		widget.NewFormItem(lang.L("Port"), n.port),
		widget.NewFormItem(lang.L("Asked for at least every"), n.wake),
	)
	return card(lang.L("Displays that fetch their pictures"),
		xwidget.NewMutedParagraph(lang.L("TRMNL and others come to Roomink for their pictures. It listens only while such a display is yours, or new ones are let in. Displays that were told the address must be told a new one by hand.")),
		n.state, form, container.NewHBox(n.save),
		xwidget.NewCaption(lang.L("A shorter time shows bookings sooner and costs the batteries more; outside office hours they sleep four times as long. Pictures and keys travel unencrypted in your network, as these displays can do no better.")),
		n.area)
}

func (p *Page) showServing(s engine.Serving) {
	n := &p.network
	if !n.asked {
		n.asked = true
		p.LoadAdapters()
	}
	switch {
	case s.Problem != nil:
		n.state.Set(xwidget.Bad, s.Problem.Title)
	case s.On:
		n.state.Set(xwidget.Good, lang.L("Listens at {{.URL}}", map[string]any{"URL": s.URL}))
	case s.URL == "":
		n.state.Set(xwidget.Neutral, lang.L("Closed: this computer has no network"))
	default:
		n.state.Set(xwidget.Neutral, lang.L("Closed: no display needs it"))
	}
	same := n.known && n.now.Port == s.Port && n.now.Wake == s.Wake && n.now.Interface == s.Interface
	n.now, n.known = s, true
	if same {
		return // what a person is typing stays
	}
	n.filling = true
	n.port.SetText(strconv.Itoa(s.Port))
	i := slices.Index(wakes(), s.Wake)
	n.wake.SetSelectedIndex(max(i, 0))
	if i < 0 {
		n.wake.Selected = wakeName(s.Wake)
		n.wake.Refresh()
	}
	n.on.SetSelectedIndex(max(0, slices.Index(n.on.Options, s.Interface)))
	n.filling = false
	p.offerServing()
}

// draft is what a person has chosen; ok is false while it can't be right.
func (n *network) draft() (s engine.ServingSettings, ok bool) {
	port, err := strconv.Atoi(strings.TrimSpace(n.port.Text))
	s = engine.ServingSettings{Port: port, Wake: n.now.Wake}
	if i := n.wake.SelectedIndex(); i >= 0 {
		s.Wake = wakes()[i]
	}
	if i := n.on.SelectedIndex(); i > 0 {
		s.Interface = n.on.Options[i]
	}
	return s, err == nil && port >= 1024 && port <= 65535
}

func (p *Page) offerServing() {
	n := &p.network
	if n.filling || n.save == nil {
		return
	}
	s, ok := n.draft()
	xwidget.SetAble(n.save, ok && (s.Port != n.now.Port || s.Wake != n.now.Wake || s.Interface != n.now.Interface))
}

// SaveServing puts the settings of the server in force.
func (p *Page) SaveServing() {
	s, ok := p.network.draft()
	if !ok {
		return
	}
	p.network.area.Run(command.Task{Key: "serving", Label: lang.L("One moment…"), Success: lang.L("Saved."),
		Work: func(ctx context.Context) error { return p.cfg.Engine.SaveServing(ctx, s) }})
}
