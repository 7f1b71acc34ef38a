package words

import (
	"strings"

	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine"
)

// Caution is what to know before using r, in the language of the app where the recipe is
// one of the engine's two; needed are the permissions that it narrows.
func Caution(r engine.Recipe, needed []engine.Permission) string {
	role := ""
	for _, p := range needed {
		if p.Mode == engine.Application && strings.HasPrefix(p.Name, "Calendars.") {
			role = p.Name
		}
	}
	switch r.Name {
	case "RBAC for Applications":
		return lang.L("Microsoft's present way. Afterwards remove {{.Role}} under API permissions and revoke its consent, but leave Place.Read.All: rights add up, and the consent would still cover every mailbox. It takes up to 2 hours to act.",
			map[string]any{"Role": role})
	case "Application access policy":
		return lang.L("The older way. New rooms have to be added to the group. It can take more than an hour to act.")
	default:
		return r.Note
	}
}
