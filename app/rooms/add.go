package rooms

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/engine/calendar"
)

// Refresh reads the list of rooms again.
func (p *Page) Refresh() {
	p.area.Run(command.Task{
		Key: "refresh", Label: lang.L("Reading the list of rooms…"), Success: lang.L("The list of rooms was read."),
		Cancellable: true, Work: p.cfg.Engine.RefreshRooms,
	})
}

// AddByAddress asks for the e-mail address of a room and adds it.
func (p *Page) AddByAddress() {
	entry := widget.NewEntry()
	entry.SetPlaceHolder("oslo@contoso.com")
	entry.SetText(p.typed)
	entry.Validator = CheckAddress
	item := widget.NewFormItem(lang.L("Address"), entry)
	item.HintText = lang.L("The e-mail address of the room's mailbox.")
	d := dialog.NewForm(lang.L("Add a room"), lang.L("Add"), lang.L("Cancel"), []*widget.FormItem{item}, func(ok bool) {
		if ok {
			p.Add(strings.TrimSpace(entry.Text))
		}
	}, p.cfg.Window)
	d.Resize(fyne.NewSize(460, 0))
	d.Show()
	p.cfg.Window.Canvas().Focus(entry)
}

// Add adds the room with the address, once its calendar could be read, and shows it.
// An address that did not work stays, to be corrected.
func (p *Page) Add(address string) {
	p.typed = address
	named := map[string]any{"Address": address}
	p.area.Run(command.Task{
		Key: "add " + address, Cancellable: true,
		Label:   lang.L("Reading the calendar of {{.Address}}…", named),
		Success: lang.L("{{.Address}} was added.", named),
		Work:    func(ctx context.Context) error { return p.cfg.Engine.AddRoom(ctx, address) },
		Done: func(err error) {
			if err == nil {
				p.typed = ""
				p.Select(calendar.NewRoomID(address))
			}
		},
	})
}
