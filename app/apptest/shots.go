package apptest

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"github.com/roomink/roomink/app/theme"
	"github.com/roomink/roomink/app/xwidget"
)

// The window's own parts around a page: navigation and header.
const railWidth, headHeight = 195, 105

// NarrowestPage is how wide a page may be at most in the smallest window that is
// promised.
const NarrowestPage = 1000 - 235

// Speak loads the German texts where the system speaks German, to look at pages in it.
// translations is the path of the folder they are in.
func Speak(t *testing.T, translations string) {
	t.Helper()
	if !strings.HasPrefix(string(lang.SystemLocale()), "de") {
		return
	}
	data, err := os.ReadFile(filepath.Join(translations, "de.json"))
	if err == nil {
		err = lang.AddTranslations(fyne.NewStaticResource("de.json", data))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Picture writes how a page looks to folder, in the window's first size, in its
// smallest and in a large one, in light and dark.
func Picture(t *testing.T, w fyne.Window, page fyne.CanvasObject, folder, name string) {
	t.Helper()
	w.SetPadded(false)
	w.SetContent(container.NewStack(xwidget.Pad(page, 0, 20, 16, 20)))
	for _, size := range []struct {
		tag  string
		w, h float32
	}{{"1120x740", 1120, 740}, {"1000x700", 1000, 700}, {"1600x1000", 1600, 1000}} {
		for _, dark := range []bool{false, true} {
			test.ApplyTheme(t, theme.Forced(dark))
			for range 4 { // wrapped text knows its height only once it has its width
				w.Resize(fyne.NewSize(size.w-railWidth, size.h-headHeight))
				page.Refresh()
				w.Resize(fyne.NewSize(size.w-railWidth+1, size.h-headHeight))
			}
			w.Resize(fyne.NewSize(size.w-railWidth, size.h-headHeight))
			file := name + "-" + size.tag
			if dark {
				file += "-dark"
			}
			write(t, w, filepath.Join(folder, file+".png"))
		}
	}
}

func write(t *testing.T, w fyne.Window, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, w.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
