package displays

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// AddDisplay asks how a display is reached, and goes on from there.
func (p *Page) AddDisplay() {
	var d dialog.Dialog
	way := func(title, text string, then func()) fyne.CanvasObject {
		return xwidget.NewChoice(title, xwidget.NewMutedParagraph(text), func() {
			d.Hide()
			then()
		})
	}
	list := xwidget.Stack(8,
		xwidget.NewMutedParagraph(lang.L("Displays that announce themselves appear in the list by themselves. For all others, choose:")),
		way(lang.L("It has a network address"), lang.L("OpenDisplay and photo frames in another part of the network."), p.AddByAddress),
		way(lang.L("It hangs behind an access point or hub"), lang.L("OpenEPaperLink access points, SyncSign hubs."), p.AddGateway),
		way(lang.L("It asks for its pictures by itself"), lang.L("TRMNL, OpenDisplay Basic, SyncSign with a server of one's own."), p.LetIn),
		way(lang.L("It opens a web address"), lang.L("ESPHome, Inkplate, Kindle, a tablet: anything that can fetch a picture."), p.AddPicture),
		way(lang.L("There is a list of them"), lang.L("A CSV file with the columns address, kind, room, name and key."), p.Import),
	)
	d = dialog.NewCustom(lang.L("Add a display"), lang.L("Cancel"), roomy(list, 460), p.cfg.Window)
	d.Show()
}

// roomy gives the content of a dialog its width, and keeps it off the buttons.
func roomy(o fyne.CanvasObject, width float32) fyne.CanvasObject {
	return xwidget.Pad(xwidget.Fixed(o, width, 0), 0, 0, 14, 0)
}

// kinds are the protocols that keep accepts.
func (p *Page) kinds(keep func(engine.DriverInfo) bool) (list []engine.DriverInfo, names []string) {
	for _, k := range p.cfg.Engine.Kinds() {
		if keep(k) {
			list, names = append(list, k), append(names, words.Protocol(k.Protocol))
		}
	}
	return list, names
}

// AddGateway asks for an access point or hub.
func (p *Page) AddGateway() { p.askGateway("", "") }

// askGateway asks for one of a kind and an address, as far as they are known.
func (p *Page) askGateway(protocol, address string) {
	kinds, names := p.kinds(func(k engine.DriverInfo) bool { return k.Gateway })
	key, where := widget.NewPasswordEntry(), widget.NewEntry()
	where.SetPlaceHolder("192.168.20.40")
	where.SetText(address)
	where.Validator = CheckAddress
	keyItem := widget.NewFormItem(lang.L("Key"), key)
	keyItem.HintText = lang.L("Of a SyncSign hub: its own page shows it.")
	kind := widget.NewSelect(names, nil)
	kind.OnChanged = func(string) { xwidget.SetAble(key, kinds[kind.SelectedIndex()].Keyed) }
	kind.SetSelectedIndex(0)
	for i, k := range kinds {
		if k.Protocol == protocol {
			kind.SetSelectedIndex(i)
		}
	}
	d := dialog.NewForm(lang.L("Use an access point or hub"), lang.L("Use it"), lang.L("Cancel"), []*widget.FormItem{
		widget.NewFormItem(lang.L("Kind"), kind), widget.NewFormItem(lang.L("Address"), where), keyItem,
	}, func(ok bool) {
		if ok {
			p.UseGateway(engine.GatewayRequest{Protocol: kinds[kind.SelectedIndex()].Protocol, Address: strings.TrimSpace(where.Text), Key: strings.TrimSpace(key.Text)})
		}
	}, p.cfg.Window)
	d.Resize(fyne.NewSize(480, 0))
	d.Show()
	p.cfg.Window.Canvas().Focus(where)
}

// UseGateway asks an access point or hub for its displays.
func (p *Page) UseGateway(r engine.GatewayRequest) {
	p.area.Run(command.Task{
		Key: "gateway " + r.Address, Cancellable: true,
		Label:   lang.L("Asking {{.Address}} for its displays…", map[string]any{"Address": r.Address}),
		Success: lang.L("The displays behind {{.Address}} are in the list.", map[string]any{"Address": r.Address}),
		Work: func(ctx context.Context) error {
			_, err := p.cfg.Engine.UseGateway(ctx, r)
			return err
		},
	})
}

// ShowGateways lists the access points and hubs, those in use and those that were found.
func (p *Page) ShowGateways() {
	var d dialog.Dialog
	list := xwidget.Stack(8)
	for _, g := range p.view.Gateways {
		state := xwidget.NewStatus(xwidget.Info, lang.L("Found on the network"))
		act := widget.NewButton(lang.L("Use it…"), func() { d.Hide(); p.askGateway(g.Protocol, g.Address) })
		if g.InUse {
			state.Set(xwidget.Good, words.Displays(g.Displays))
			if g.Problem != nil {
				state.Set(xwidget.Bad, g.Problem.Title)
			}
			act = widget.NewButton(lang.L("Give it up…"), func() { d.Hide(); p.DropGateway(g) })
		}
		acts := container.NewHBox(act)
		if g.InUse && g.Keyed {
			acts = container.NewHBox(widget.NewButton(lang.L("Key…"), func() { d.Hide(); p.askGateway(g.Protocol, g.Address) }), act)
		}
		name := xwidget.NewHeading(gatewayName(g), theme.SizeNameText)
		sub := xwidget.NewMuted(words.Protocol(g.Protocol) + " · " + g.Address)
		list.Add(xwidget.NewPaddedCard(container.NewBorder(nil, nil, nil, container.NewCenter(acts), xwidget.Stack(3, name, sub, state)), 10))
	}
	if len(p.view.Gateways) == 0 {
		list.Add(xwidget.NewMutedParagraph(lang.L("None is in use, and none was found on the network.")))
	}
	list.Add(container.NewHBox(widget.NewButtonWithIcon(lang.L("Another one…"), theme.ContentAddIcon(), func() { d.Hide(); p.AddGateway() })))
	d = dialog.NewCustom(lang.L("Access points and hubs"), lang.L("Close"), roomy(list, 480), p.cfg.Window)
	d.Show()
}

func gatewayName(g engine.Gateway) string {
	if g.Name != "" {
		return g.Name
	}
	return g.Address
}

// DropGateway asks first, then gives an access point up.
func (p *Page) DropGateway(g engine.Gateway) {
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Give {{.Name}} up?", map[string]any{"Name": gatewayName(g)}),
		Text:  lang.L("Roomink can't reach the displays behind it any more. Those with a room keep it, and what is on their glass."),
		Yes:   lang.L("Give it up"), No: lang.L("Cancel"), Danger: true,
	}, p.cfg.Window, func() {
		p.area.Run(command.Task{Key: "drop " + g.ID(), Label: lang.L("One moment…"),
			Work: func(ctx context.Context) error { return p.cfg.Engine.DropGateway(ctx, g.ID()) }})
	})
}

// LetIn explains how displays are set up that come by themselves, and lets them in.
func (p *Page) LetIn() {
	url := p.view.Serving.URL
	if url == "" {
		xwidget.Tell(lang.L("This computer has no network now"), lang.L("Connect it to the network of the displays, then try again."), lang.L("Close"), p.cfg.Window, func() {})
		return
	}
	steps := xwidget.Stack(10,
		xwidget.NewParagraph(lang.L("1. Open the set-up of the display, and type this address where it asks for its own or custom server:")),
		xwidget.NewCopyable(url),
		xwidget.NewParagraph(lang.L("2. Press “Let new displays in”. For half an hour, displays that ask appear in the list.")),
		xwidget.NewParagraph(lang.L("3. Compare the name in the list with the one on the display, and adopt it.")),
		xwidget.NewCaption(lang.L("Pictures travel unencrypted in your network, as these displays can do no better. Nobody gets one who was not adopted.")),
	)
	d := dialog.NewCustomConfirm(lang.L("Displays that ask by themselves"), lang.L("Let new displays in"), lang.L("Close"), roomy(steps, 480), func(ok bool) {
		if ok {
			p.SetLetIn(true)
		}
	}, p.cfg.Window)
	d.Show()
}

// SetLetIn lets new displays ask, or no more.
func (p *Page) SetLetIn(on bool) {
	success := ""
	if on {
		success = lang.L("New displays may ask for the next half hour.")
	}
	p.area.Run(command.Task{Key: "letIn", Label: lang.L("One moment…"), Success: success,
		Work: func(ctx context.Context) error { return p.cfg.Engine.LetIn(ctx, on) }})
}

// size is a panel to choose from.
type size struct {
	name          string
	width, height int
}

func sizes() []size {
	return []size{{`2.9"`, 296, 128}, {`4.2"`, 400, 300}, {`5.8"`, 648, 480}, {`7.5"`, 800, 480}, {`10.3"`, 1872, 1404}, {`13.3"`, 1600, 1200}}
}

// panelForm asks for the size and the inks of a panel.
type panelForm struct {
	size          *widget.Select
	width, height *widget.Entry
	inks          *widget.Select
	items         []*widget.FormItem
}

var errSize = errors.New("a whole number from 1 to 4096")

func checkSide(text string) error {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err != nil || n < 1 || n > display.MaxSide {
		return errors.New(lang.L("A whole number from 1 to {{.Most}}.", map[string]any{"Most": display.MaxSide}))
	}
	return nil
}

func newPanelForm() *panelForm {
	f := &panelForm{width: widget.NewEntry(), height: widget.NewEntry()}
	f.width.Validator, f.height.Validator = checkSide, checkSide
	var names, inks []string
	for _, s := range sizes() {
		names = append(names, s.name+"  –  "+strconv.Itoa(s.width)+" × "+strconv.Itoa(s.height))
	}
	for _, s := range display.Schemes() {
		inks = append(inks, words.Inks(s))
	}
	f.size = widget.NewSelect(append(names, lang.L("Another size")), nil)
	f.size.OnChanged = func(string) {
		if i := f.size.SelectedIndex(); i >= 0 && i < len(sizes()) {
			f.width.SetText(strconv.Itoa(sizes()[i].width))
			f.height.SetText(strconv.Itoa(sizes()[i].height))
		}
	}
	f.inks = widget.NewSelect(inks, nil)
	f.size.SetSelectedIndex(3)
	f.inks.SetSelectedIndex(0)
	pixels := container.NewGridWithColumns(2, f.width, f.height)
	f.items = []*widget.FormItem{widget.NewFormItem(lang.L("Panel"), f.size), widget.NewFormItem(lang.L("Pixels"), pixels), widget.NewFormItem(lang.L("Inks"), f.inks)}
	return f
}

func (f *panelForm) panel() (display.Panel, error) {
	w, errW := strconv.Atoi(strings.TrimSpace(f.width.Text))
	h, errH := strconv.Atoi(strings.TrimSpace(f.height.Text))
	if errW != nil || errH != nil {
		return display.Panel{}, errSize
	}
	p := display.Panel{Width: w, Height: h, Scheme: display.Schemes()[max(0, f.inks.SelectedIndex())]}
	return p, p.Validate()
}

// AddPicture asks for a display that fetches from an address of its own.
func (p *Page) AddPicture() {
	name := widget.NewEntry()
	name.SetPlaceHolder(lang.L("Door of the library"))
	name.Validator = func(text string) error {
		if strings.TrimSpace(text) == "" {
			return errors.New(lang.L("Give it a name."))
		}
		return nil
	}
	f := newPanelForm()
	d := dialog.NewForm(lang.L("A display that opens a web address"), lang.L("Make its address"), lang.L("Cancel"),
		append([]*widget.FormItem{widget.NewFormItem(lang.L("Name"), name)}, f.items...), func(ok bool) {
			if !ok {
				return
			}
			panel, err := f.panel()
			if err != nil {
				p.area.Fail("picture", err)
				return
			}
			p.NewPicture(engine.PullDisplay{Protocol: "picture", Name: strings.TrimSpace(name.Text), Panel: panel})
		}, p.cfg.Window)
	d.Resize(fyne.NewSize(480, 0))
	d.Show()
	p.cfg.Window.Canvas().Focus(name)
}

// NewPicture adopts a display that fetches, and shows how to set it up.
func (p *Page) NewPicture(d engine.PullDisplay) {
	var id display.ID
	p.area.Run(command.Task{
		Key: "new " + d.Name, Label: lang.L("Making an address…"),
		Work: func(ctx context.Context) (err error) {
			id, err = p.cfg.Engine.NewPullDisplay(ctx, d)
			return err
		},
		Done: func(err error) {
			if err == nil {
				p.Select(id)
				p.ShowInstructions(id, d.Name)
			}
		},
	})
}

// ShowInstructions shows how to set a display up that fetches.
func (p *Page) ShowInstructions(id display.ID, name string) {
	var in display.Instructions
	p.area.Run(command.Task{
		Key: "instructions", Label: lang.L("One moment…"),
		Work: func(ctx context.Context) (err error) {
			in, err = p.cfg.Engine.PullInstructions(ctx, id)
			return err
		},
		Done: func(err error) {
			if err == nil {
				p.tellInstructions(id, name, in)
			}
		},
	})
}

func (p *Page) tellInstructions(id display.ID, name string, in display.Instructions) {
	tabs := container.NewAppTabs()
	for _, s := range in.Snippets {
		text := widget.NewLabel(s.Text)
		text.TextStyle.Monospace = true
		text.Selectable = true
		copied := widget.NewButtonWithIcon(lang.L("Copy"), theme.ContentCopyIcon(), func() { fyne.CurrentApp().Clipboard().SetContent(s.Text) })
		tabs.Append(container.NewTabItem(s.Title, container.NewBorder(nil, container.NewHBox(copied), nil, nil, container.NewScroll(text))))
	}
	head := xwidget.Stack(8,
		xwidget.NewParagraph(lang.L("The display fetches its picture from this address. Whoever knows it can see this sign: treat it like a password.")),
		xwidget.NewCopyable(in.URL))
	var d dialog.Dialog
	renew := widget.NewButtonWithIcon(lang.L("Make another address…"), theme.ViewRefreshIcon(), func() { d.Hide(); p.RenewAddress(id, name) })
	renew.Importance = widget.LowImportance
	body := container.NewBorder(xwidget.Pad(head, 0, 0, 10, 0), container.NewHBox(renew), nil, nil, xwidget.Fixed(tabs, 560, 260))
	d = dialog.NewCustom(lang.L("Set {{.Name}} up", map[string]any{"Name": name}), lang.L("Close"), body, p.cfg.Window)
	d.Show()
}

// RenewAddress asks first, then gives a display another address.
func (p *Page) RenewAddress(id display.ID, name string) {
	xwidget.Ask(xwidget.Question{
		Title: lang.L("Make another address for {{.Name}}?", map[string]any{"Name": name}),
		Text:  lang.L("The present one stops working at once. Type the new one into the display."),
		Yes:   lang.L("Make it"), No: lang.L("Cancel"), Danger: true,
	}, p.cfg.Window, func() {
		p.area.Run(command.Task{Key: "renew " + string(id), Label: lang.L("Making an address…"),
			Work: func(ctx context.Context) error { return p.cfg.Engine.RenewPullAddress(ctx, id) },
			Done: func(err error) {
				if err == nil {
					p.ShowInstructions(id, name)
				}
			}})
	})
}

// Import asks for a list of displays and adds them.
func (p *Page) Import() {
	if p.cfg.ChooseFile == nil {
		return
	}
	p.cfg.ChooseFile([]string{".csv", ".txt"}, func(_ string, data []byte, err error) {
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			p.area.Fail("import", err)
		default:
			p.ImportList(data)
		}
	})
}

// ImportList adds the displays of a list, and tells what became of its lines.
func (p *Page) ImportList(data []byte) {
	var got engine.Imported
	p.area.Run(command.Task{Key: "import", Label: lang.L("Asking the displays of the list…"), Cancellable: true,
		Work: func(ctx context.Context) (err error) {
			got, err = p.cfg.Engine.ImportDisplays(ctx, data, nil)
			return err
		},
		Done: func(err error) {
			if err == nil {
				xwidget.Tell(lang.L("The list was read"), words.Imported(got), lang.L("Close"), p.cfg.Window, func() {})
			}
		}})
}
