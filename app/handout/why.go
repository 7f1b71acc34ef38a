package handout

import (
	"fyne.io/fyne/v2/lang"

	"github.com/roomink/roomink/engine"
)

// Why says in a sentence what Roomink does with a permission; it is empty for a
// permission that Roomink does not ask for.
func Why(p engine.Permission) string {
	switch p.Name {
	case "User.Read":
		return lang.L("Shows which account is signed in.")
	case "openid", "profile":
		return lang.L("Tells Roomink which account has signed in.")
	case "offline_access":
		return lang.L("Keeps the connection, so that nobody has to sign in every hour.")
	case "Calendars.Read":
		if p.Mode == engine.Application {
			return lang.L("Reads the calendars of the rooms.")
		}
		return lang.L("Reads the account's own calendar, and when rooms are free.")
	case "Calendars.Read.Shared":
		return lang.L("Reads the calendars of rooms that the account may see.")
	case "Calendars.ReadWrite", "Calendars.ReadWrite.Shared":
		return lang.L("Books a room at its door.")
	case "Place.Read.All":
		return lang.L("Lists the organisation's rooms, so that nobody types their addresses.")
	case "Application.Read.All":
		return lang.L("Reads when the client secret expires, to warn in time.")
	default:
		return ""
	}
}
