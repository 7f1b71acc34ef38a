package drawing_test

import (
	"os"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/engine"
)


// speak makes lang.L answer in a language until the test ends.
func speak(t *testing.T, tag string) {
	t.Helper()
	data, err := os.ReadFile("../translations/" + tag + ".json")
	if err != nil {
		t.Fatal(err)
	}
	add := func() {
		if err := lang.AddTranslationsForLocale(data, fyne.Locale(tag)); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(add) // runs when the environment is as it was
	t.Setenv("LC_ALL", tag+".UTF-8")
	add()
}

var permissions = []engine.Permission{
	{Name: "User.Read", Mode: engine.Delegated},
	{Name: "Calendars.Read", Mode: engine.Delegated},
	{Name: "Calendars.ReadWrite.Shared", Mode: engine.Delegated, Optional: true},
	{Name: "Place.Read.All", Mode: engine.Application, AdminConsent: true, Optional: true},
}

func scenes() map[string]drawing.Scene {
	delegated, application := drawing.TwoWays()
	return map[string]drawing.Scene{
		"portal": drawing.Portal(), "name": drawing.NameAndTypes(false), "name-multi": drawing.NameAndTypes(true),
		"redirect": drawing.Redirect(false, "http://localhost/roomink"), "redirect-public": drawing.Redirect(true, "http://localhost/roomink"),
		"redirect-long": drawing.Redirect(true, "http://localhost/a/path/that/somebody/chose/and/that/is/long"),
		"ids":           drawing.IDs(), "secret": drawing.Secret(), "permissions": drawing.Permissions(permissions),
		"permissions-none": drawing.Permissions(nil), "delegated": delegated, "application": application,
	}
}

