package entra

import "strings"

// Links are pages of the cloud's admin centre. Those after NewApp are of the very
// registration once its ClientID is known; before that, the list of registrations.
type Links struct {
	Portal         string // the list of app registrations
	NewApp         string // the form to register an app
	Overview       string // both IDs
	Authentication string // platforms and redirect URIs
	Secrets        string // Certificates & secrets
	Permissions    string // API permissions
}

// blades are the pages of app registrations in the portals. Microsoft publishes no
// list of them; these addresses are the ones that its own samples and the portals
// themselves use, and they are the same in all clouds.
const blades = "/#view/Microsoft_AAD_RegisteredApps/"

// Links gives the pages for c, of which only Cloud and ClientID matter.
func (c Credentials) Links() Links {
	c = c.Trimmed()
	if c.Cloud.Portal == "" {
		return Links{}
	}
	base := strings.TrimSuffix(c.Cloud.Portal, "/") + blades
	list := base + "ApplicationsListBlade"
	menu := func(item string) string {
		if !isGUID(c.ClientID) {
			return list
		}
		return base + "ApplicationMenuBlade/~/" + item + "/appId/" + strings.ToLower(c.ClientID)
	}
	return Links{Portal: list, NewApp: base + "CreateApplicationBlade", Overview: menu("Overview"),
		Authentication: menu("Authentication"), Secrets: menu("Credentials"), Permissions: menu("CallAnAPI")}
}
