package app

import (
	"embed"
	"log/slog"

	"fyne.io/fyne/v2/lang"
)

// The English words are the keys, in the code; en.json holds only what needs a key
// of its own, and is there because Fyne falls back to it.
//
//go:embed translations
var translations embed.FS

func loadTranslations(log *slog.Logger) {
	if err := lang.AddTranslationsFS(translations, "translations"); err != nil {
		log.Error("read the embedded translations", "err", err)
	}
}
