package engine

import "github.com/roomink/roomink/engine/entra"

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

// appName is what the registration is called, so that an admin who finds it in a year
// knows what it is for.
const appName = "Roomink room signs"

// Guide tells what to do in the portal for c, which may be as incomplete as a form
// that is just being filled in. It does not block.
func (e *Engine) Guide(c Credentials) Guide {
	full, err := e.entraCredentials(c)
	if err != nil { // an unknown cloud
		c.Cloud = ""
		full, _ = e.entraCredentials(c)
	}
	links := full.Links()
	g := Guide{
		Portal: links.Portal, NewApp: links.NewApp, Overview: links.Overview, Authentication: links.Authentication,
		Secrets: links.Secrets, Permissions: links.Permissions,
		AppName: appName, RedirectURI: full.RedirectURI(),
	}
	if c.Mode != Application {
		g.Needed = delegatedPermissions(c.Booking)
		return g
	}
	g.Needed = []Permission{
		{Name: calendarRole(c.Booking), Mode: Application, AdminConsent: true},
		{Name: "Place.Read.All", Mode: Application, AdminConsent: true, Optional: true},
	}
	e.mu.Lock()
	principal := ""
	if conn := e.state.conn; conn != nil && sameRegistration(conn.registration, full) {
		principal = conn.account.ObjectID
	}
	e.mu.Unlock()
	g.Narrow = narrowing(full.ClientID, principal, calendarRole(c.Booking))
	return g
}

func delegatedPermissions(booking bool) []Permission {
	// Everything that entra.Cloud.Scopes asks for but the three of OpenID Connect,
	// which need no entry in the portal's list.
	list := []Permission{
		{Name: "User.Read", Mode: Delegated},
		{Name: "Calendars.Read", Mode: Delegated},
		{Name: "Calendars.Read.Shared", Mode: Delegated},
	}
	if booking {
		list = append(list,
			Permission{Name: "Calendars.ReadWrite", Mode: Delegated},
			Permission{Name: "Calendars.ReadWrite.Shared", Mode: Delegated})
	}
	return append(list, Permission{Name: "Place.Read.All", Mode: Delegated, AdminConsent: true, Optional: true})
}

func calendarRole(booking bool) string {
	if booking {
		return "Calendars.ReadWrite"
	}
	return "Calendars.Read"
}

// narrowing are the commands that keep an application to the rooms
// (learn.microsoft.com/exchange/permissions-exo/application-rbac,
// learn.microsoft.com/graph/auth-limit-mailbox-access). principal is the object id of
// the enterprise application, "" if unknown.
func narrowing(clientID, principal, role string) []Recipe {
	if clientID == "" {
		clientID = "<Application (client) ID>"
	}
	first := ""
	if principal == "" {
		first = "Connect-MgGraph -Scopes Application.Read.All\n" +
			"$object = (Get-MgServicePrincipal -Filter \"appId eq '" + clientID + "'\").Id\n"
	} else {
		first = "$object = \"" + principal + "\"\n"
	}
	rbac := "Connect-ExchangeOnline\n" + first +
		"New-ServicePrincipal -AppId " + clientID + " -ObjectId $object -DisplayName \"" + appName + "\"\n" +
		"New-ManagementScope -Name \"Room mailboxes\" -RecipientRestrictionFilter \"RecipientTypeDetails -eq 'RoomMailbox'\"\n" +
		"New-ManagementRoleAssignment -App $object -Role \"Application " + role + "\" -CustomResourceScope \"Room mailboxes\"\n" +
		"Test-ServicePrincipalAuthorization -Identity $object -Resource room@contoso.com | Format-Table"
	policy := "Connect-ExchangeOnline\n" +
		"New-DistributionGroup -Name \"Roomink rooms\" -Type Security -PrimarySmtpAddress roomink-rooms@contoso.com\n" +
		"Get-Mailbox -RecipientTypeDetails RoomMailbox -ResultSize Unlimited | ForEach-Object { Add-DistributionGroupMember -Identity \"Roomink rooms\" -Member $_.PrimarySmtpAddress }\n" +
		"New-ApplicationAccessPolicy -AppId " + clientID + " -PolicyScopeGroupId roomink-rooms@contoso.com -AccessRight RestrictAccess -Description \"" + appName + ": rooms only\"\n" +
		"Test-ApplicationAccessPolicy -Identity you@contoso.com -AppId " + clientID
	return []Recipe{
		{Name: "RBAC for Applications", Commands: rbac,
			Note: "Microsoft's present way. Afterwards remove " + role + " from the registration's API permissions and revoke its consent (Place.Read.All stays): rights add up, and a consent in Entra would still cover every mailbox. It takes 30 minutes to 2 hours to act."},
		{Name: "Application access policy", Commands: policy,
			Note: "The older way, which Microsoft keeps for tenants that use it already. New rooms have to be added to the group. It can take more than an hour to act."},
	}
}

// ExplainPage explains an error that Microsoft shows in the browser and never sends to
// Roomink. text is a code such as "AADSTS50011", or the line that it stands in; without
// one the explanation is empty. It does not block.
func (e *Engine) ExplainPage(text string) Explanation {
	e.mu.Lock()
	saved := e.state.account.Credentials
	e.mu.Unlock()
	full, err := e.entraCredentials(saved)
	if err != nil {
		return Explain(err)
	}
	code, ok := entra.ParseCode(text)
	if !ok {
		return Explanation{}
	}
	x := full.Explain(code)
	return Explanation{Title: x.Title, Remedy: x.Remedy, Code: code}
}
