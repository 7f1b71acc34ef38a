package tenant

import (
	"slices"
	"strings"
)

// scopeInfo is a permission in the words of the consent page.
type scopeInfo struct {
	Name, Title, Detail string
	Admin               bool // only an administrator can consent
}

// knownScopes are the delegated permissions that the simulated Graph has.
var knownScopes = []scopeInfo{
	{"openid", "Sign you in", "Allows you to sign in to the app with your work account.", false},
	{"profile", "View your basic profile", "Allows the app to see your name and picture.", false},
	{"email", "View your email address", "Allows the app to read your primary email address.", false},
	{"offline_access", "Maintain access to data you have given it access to", "Allows the app to keep working while you are not using it.", false},
	{"User.Read", "Sign you in and read your profile", "Allows the app to read your profile and basic company information.", false},
	{"Calendars.ReadBasic", "Read basic details of your calendars", "Allows the app to read events without their text and attachments.", false},
	{"Calendars.Read", "Read your calendars", "Allows the app to read events in your calendars.", false},
	{"Calendars.Read.Shared", "Read calendars you can access", "Allows the app to read events in all calendars that you can access, including shared and room calendars.", false},
	{"Calendars.ReadWrite", "Have full access to your calendars", "Allows the app to create, read, update and delete events in your calendars.", false},
	{"Calendars.ReadWrite.Shared", "Read and write calendars you can access", "Allows the app to create, read, update and delete events in all calendars you have permission to access.", false},
	{"Place.Read.All", "Read all company places", "Allows the app to read your company's rooms and room lists.", true},
	{"Application.Read.All", "Read applications", "Allows the app to read applications and service principals on your behalf.", true},
}

// knownRoles are the application permissions that the simulated Graph has. All
// of them are an administrator's to grant.
var knownRoles = []scopeInfo{
	{"Calendars.ReadBasic.All", "Read basic details of calendars in all mailboxes", "Allows the app to read events without their text and attachments without a signed-in user.", true},
	{"Calendars.Read", "Read calendars in all mailboxes", "Allows the app to read events of all calendars without a signed-in user.", true},
	{"Calendars.ReadWrite", "Read and write calendars in all mailboxes", "Allows the app to create, change and delete events of all calendars without a signed-in user.", true},
	{"Place.Read.All", "Read all company places", "Allows the app to read your company's rooms and room lists without a signed-in user.", true},
	{"Application.Read.All", "Read all applications", "Allows the app to read all applications and service principals without a signed-in user.", true},
}

// What the demo's registration has configured.
var (
	defaultDelegated = []string{"openid", "profile", "email", "offline_access", "User.Read", "Calendars.ReadBasic", "Calendars.Read",
		"Calendars.Read.Shared", "Calendars.ReadWrite", "Calendars.ReadWrite.Shared", "Place.Read.All"}
	defaultApplication = []string{"Calendars.Read", "Calendars.ReadWrite", "Place.Read.All"}
)

// basicScopes are OpenID Connect's own; they belong to no resource.
var basicScopes = []string{"openid", "profile", "email", "offline_access"}

func findPermission(list []scopeInfo, name string) (scopeInfo, bool) {
	i := slices.IndexFunc(list, func(s scopeInfo) bool { return strings.EqualFold(s.Name, name) })
	if i < 0 {
		return scopeInfo{Name: name, Title: name}, false
	}
	return list[i], true
}

// describeScopes words delegated permissions for a consent page.
func describeScopes(names []string) []scopeInfo {
	var out []scopeInfo
	for _, n := range names {
		if n == "openid" && slices.Contains(names, "User.Read") {
			continue // User.Read says the same in more words
		}
		info, _ := findPermission(knownScopes, n)
		out = append(out, info)
	}
	return out
}

func describeRoles(names []string) []scopeInfo {
	var out []scopeInfo
	for _, n := range names {
		info, _ := findPermission(knownRoles, n)
		out = append(out, info)
	}
	return out
}

// parseScopes turns a scope parameter into the short names of delegated
// permissions. Graph's resource prefix may be Microsoft's or this tenant's own
// address; ".default" is what the registration has configured.
func (d *directory) parseScopes(raw, base string) ([]string, *oauthError) {
	var out []string
	add := func(name string) {
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, s := range strings.Fields(raw) {
		short := withoutResource(s, base)
		info, ok := findPermission(knownScopes, short)
		switch {
		case short == ".default":
			reg := d.registration()
			if len(reg.Delegated)+len(reg.Application) == 0 {
				return nil, errNothingConfigured(base)
			}
			for _, k := range reg.Delegated {
				add(k)
			}
		case !ok:
			return nil, oauthErr("invalid_scope", 70011, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid.", s)
		default:
			add(info.Name)
		}
	}
	if len(out) == 0 {
		return nil, errMissing("scope")
	}
	return out, nil
}

func withoutResource(scope, base string) string {
	for _, prefix := range []string{"https://graph.microsoft.com/", base + "/"} {
		if short, ok := strings.CutPrefix(scope, prefix); ok {
			return short
		}
	}
	return scope
}
