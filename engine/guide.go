package engine

// Guide is what an admin needs in the portal to register Roomink: pages to open and
// values to paste.
type Guide struct {
	// Pages of the admin centre of the cloud. Those after NewApp are of the very
	// registration once its client ID is known, before that the list of registrations.
	Portal, NewApp                                 string
	Overview, Authentication, Secrets, Permissions string

	AppName     string // to paste as the registration's name
	RedirectURI string // to paste; without a port, which Microsoft ignores for localhost
	Needed      []Permission
	// Narrow are ways to keep an Application away from mailboxes that are no rooms,
	// the better one first; empty for Delegated.
	Narrow []Recipe
}

// Permission is one permission of Microsoft Graph.
type Permission struct {
	Name         string // such as "Calendars.Read"
	Mode         Mode   // the list in the portal that it stands in
	AdminConsent bool   // only an administrator can consent to it
	Optional     bool   // everything but one convenience works without it
}

// Recipe is a list of commands for Exchange Online PowerShell.
type Recipe struct {
	Name     string // such as "RBAC for Applications"
	Commands string // lines to paste
	Note     string // what to know before; English
}
