package settings

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// backupEnding is that of the names of backups.
const backupEnding = ".roomink"

// supportCard offers files for a bad day: one to give away, and one to keep.
func (p *Page) supportCard() fyne.CanvasObject {
	p.support = p.cfg.Hub.NewArea()
	diagnose := widget.NewButtonWithIcon(lang.L("Export diagnostics…"), theme.DocumentSaveIcon(), p.ExportDiagnostics)
	backup := widget.NewButtonWithIcon(lang.L("Back up…"), theme.DownloadIcon(), p.AskBackup)
	restore := widget.NewButtonWithIcon(lang.L("Restore…"), theme.UploadIcon(), p.ChooseBackup)
	return card(lang.L("Backup and support"),
		xwidget.NewMutedParagraph(lang.L("A backup holds the whole configuration with its secrets, encrypted with a passphrase, and can be restored on another computer. Diagnostics are for whoever helps you: they name no person, no meeting, no room and no secret.")),
		p.support, container.NewHBox(backup, restore), container.NewHBox(diagnose))
}

// ExportDiagnostics makes the file to give away, and asks where to save it.
func (p *Page) ExportDiagnostics() {
	p.export("diagnostics", lang.L("Collecting the diagnostics…"), "roomink-diagnostics-"+p.day()+".zip", p.cfg.Engine.ExportDiagnostics)
}

// AskBackup asks for a passphrase, twice, for a backup.
func (p *Page) AskBackup() {
	first, again := widget.NewPasswordEntry(), widget.NewPasswordEntry()
	first.Validator = func(text string) error {
		if utf8.RuneCountInString(text) < engine.MinPassphrase {
			return errors.New(lang.L("Choose at least {{.N}} characters", map[string]any{"N": engine.MinPassphrase}))
		}
		return nil
	}
	again.Validator = func(text string) error {
		if text != first.Text {
			return errors.New(lang.L("The two differ"))
		}
		return nil
	}
	first.OnChanged = func(string) { _ = again.Validate() }
	item := widget.NewFormItem(lang.L("Passphrase"), first)
	item.HintText = lang.L("Without it nobody can open the backup, not even you.")
	p.passphrase(lang.L("Back up the configuration"), lang.L("Back up"), first,
		[]*widget.FormItem{item, widget.NewFormItem(lang.L("Once more"), again)}, p.Backup)
}

// Backup makes a backup and asks where to save it.
func (p *Page) Backup(passphrase string) {
	p.export("backup", lang.L("Encrypting the backup…"), "roomink-"+p.day()+backupEnding, func(ctx context.Context, w io.Writer) error {
		return p.cfg.Engine.Backup(ctx, w, passphrase)
	})
}

// ChooseBackup asks for a backup and its passphrase.
func (p *Page) ChooseBackup() {
	p.cfg.ChooseFile([]string{backupEnding}, func(_ string, data []byte, err error) {
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			p.support.Fail("restore", err)
		default:
			entry := widget.NewPasswordEntry()
			item := widget.NewFormItem(lang.L("Passphrase"), entry)
			item.HintText = lang.L("All rooms, displays and settings become those of the backup.")
			p.passphrase(lang.L("Restore the configuration"), lang.L("Restore"), entry, []*widget.FormItem{item},
				func(passphrase string) { p.Restore(data, passphrase) })
		}
	})
}

// Restore takes the configuration from a backup, from the next start on.
func (p *Page) Restore(data []byte, passphrase string) {
	p.support.Run(command.Task{Key: "restore", Label: lang.L("Checking the backup…"),
		Success: lang.L("The backup is whole. Quit Roomink and start it again: it takes effect then. What was there before is kept."),
		Work: func(ctx context.Context) error {
			return p.cfg.Engine.Restore(ctx, bytes.NewReader(data), passphrase)
		}})
}

// passphrase shows a form and calls do with what was typed into entry.
func (p *Page) passphrase(title, yes string, entry *widget.Entry, items []*widget.FormItem, do func(string)) {
	d := dialog.NewForm(title, yes, lang.L("Cancel"), items, func(ok bool) {
		if ok {
			do(entry.Text)
		}
	}, p.cfg.Window)
	d.Resize(fyne.NewSize(480, 0))
	d.Show()
	p.cfg.Window.Canvas().Focus(entry)
}

// export makes a file and asks where to save it.
func (p *Page) export(key, label, name string, write func(context.Context, io.Writer) error) {
	var file bytes.Buffer
	p.support.Run(command.Task{Key: key, Label: label, Cancellable: true,
		Work: func(ctx context.Context) error { return write(ctx, &file) },
		Done: func(err error) {
			if err != nil {
				return // the area tells
			}
			p.cfg.SaveFile(name, file.Bytes(), func(err error) {
				if err != nil && !errors.Is(err, context.Canceled) {
					p.support.Fail(key, err)
				}
			})
		}})
}

func (p *Page) day() string { return p.cfg.Now().Format(time.DateOnly) }
