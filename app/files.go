package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/storage"

	"github.com/roomink/roomink/app/handout"
	"github.com/roomink/roomink/engine"
)

// makeHandout makes the page to print for whoever owns the tenant.
func (a *App) makeHandout(g engine.Guide, c engine.Credentials) ([]byte, error) {
	c.Secret = "" // it has no business there, whatever the hand-out does
	name := c.Cloud
	if clouds := a.cfg.Engine.Clouds(); name == "" && len(clouds) > 0 {
		name = clouds[0].Name
	}
	return handout.HTML(handout.Data{Guide: g, Credentials: c, CloudName: name})
}

// saveFile asks where to save a file, and saves it.
func (a *App) saveFile(name string, data []byte, done func(error)) {
	d := dialog.NewFileSave(func(w fyne.URIWriteCloser, err error) {
		switch {
		case err != nil:
			done(fmt.Errorf("save %s: %w", name, err))
			return
		case w == nil:
			done(context.Canceled)
			return
		}
		_, err = w.Write(data)
		if err = errors.Join(err, w.Close()); err != nil {
			err = fmt.Errorf("save %s: %w", w.URI().Name(), err)
		}
		done(err)
	}, a.window.win)
	d.SetTitleText(lang.L("Save the file"))
	d.SetFileName(name)
	d.SetFilter(storage.NewExtensionFileFilter([]string{filepath.Ext(name)}))
	d.Resize(fyne.NewSize(760, 520))
	d.Show()
}

// largestFile is how much of a file is read that a person chose: far more than a
// template or a logo needs, or the backup of thousands of rooms.
const largestFile = 128 << 20

// chooseFile asks for a file with one of the extensions and reads it off the UI
// goroutine. The error is context.Canceled if a person chose none.
func (a *App) chooseFile(extensions []string, done func(name string, data []byte, err error)) {
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			done("", nil, fmt.Errorf("open a file: %w", err))
			return
		case r == nil:
			done("", nil, context.Canceled)
			return
		}
		name := r.URI().Name()
		var data []byte
		a.hub.Background(func(context.Context) (err error) {
			data, err = io.ReadAll(io.LimitReader(r, largestFile+1))
			if err = errors.Join(err, r.Close()); err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
			if len(data) > largestFile {
				return fmt.Errorf("read %s: it is larger than %d MiB", name, largestFile>>20)
			}
			return nil
		}, func(err error) { done(name, data, err) })
	}, a.window.win)
	d.SetTitleText(lang.L("Choose a file")) // Fyne's own is put together by English word order
	d.SetFilter(storage.NewExtensionFileFilter(extensions))
	d.Resize(fyne.NewSize(760, 520))
	d.Show()
}

// openFile has the system show a file. It stays in the folder for passing files: when
// its reader is done with it nobody knows.
func (a *App) openFile(_ context.Context, name string, data []byte) error {
	dir, err := os.MkdirTemp("", "roomink-")
	if err != nil {
		return fmt.Errorf("make a folder for %s: %w", name, err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	// A path of Windows begins with a drive letter, its URL with a slash before that.
	slashed := filepath.ToSlash(path)
	if slashed[0] != '/' {
		slashed = "/" + slashed
	}
	return a.cfg.OpenURL((&url.URL{Scheme: "file", Path: slashed}).String())
}
