package engine

import (
	"strings"
	"unicode"

	"github.com/roomink/roomink/engine/calendar"
)

// Cure gives the commands for Exchange Online PowerShell that let a room show what it
// hides: the folder rights where its calendar can't be read in detail, and the
// processing of bookings where the organiser stands in place of the subject
// (learn.microsoft.com/powershell/module/exchange/set-calendarprocessing,
// .../set-mailboxfolderpermission).
func Cure(room calendar.RoomID) []Recipe {
	id := string(room)
	if !plainAddress(id) {
		id = "room@contoso.com" // nothing strange goes into a command
	}
	return []Recipe{
		{Name: "Show titles", Commands: "Set-CalendarProcessing " + id + " -DeleteSubject $false -AddOrganizerToSubject $false -RemovePrivateProperty $false\n" +
			"# all rooms at once:\n" +
			"Get-Mailbox -RecipientTypeDetails RoomMailbox -ResultSize Unlimited | Set-CalendarProcessing -DeleteSubject $false -AddOrganizerToSubject $false -RemovePrivateProperty $false",
			Note: "Exchange puts the organiser in place of a meeting's title, and removes the mark of a private one, unless it is told otherwise. It acts on new bookings only."},
		{Name: "Show details", Commands: "Set-MailboxFolderPermission " + id + `:\Calendar -User Default -AccessRights LimitedDetails`,
			Note: "By default Exchange shows others only when a room is taken. For a mailbox in another language the folder has another name, such as Kalender."},
	}
}

// plainAddress reports whether an address is one word for PowerShell, which takes
// brackets and commas, and quotes of any language, for more than that.
func plainAddress(s string) bool {
	if !strings.Contains(s, "@") {
		return false
	}
	for i, c := range s {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && (i == 0 || !strings.ContainsRune("@.-_+", c)) {
			return false
		}
	}
	return true
}
