package apptest

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// In makes lang.L answer in a language, such as "de", until the test ends.
// translations is the path of the folder that its texts are in.
func In(t *testing.T, tag, translations string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(translations, tag+".json"))
	if err != nil {
		t.Fatal(err)
	}
	add := func() {
		if err := lang.AddTranslationsForLocale(data, fyne.Locale(tag)); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(add) // runs after the environment is as it was
	t.Setenv("LC_ALL", tag+".UTF-8")
	add()
}
