package entra

import (
	"cmp"
	"strings"
)

// Explanation is an error in the words of somebody who has met it before.
type Explanation struct {
	Title  string // what is wrong, a sentence without full stop
	Remedy string // what to do next, sentences
}

// explain finds the words for an AADSTS number, or failing that for an OAuth
// error, with the cloud's portal and the redirect URI filled in.
func (c Credentials) explain(code int, oauth string) Explanation {
	x, ok := explanations[code]
	if !ok {
		x, ok = oauthExplanations[oauth]
	}
	if !ok {
		x = Explanation{"Microsoft refused the sign-in",
			"Look the code up at {authority}/error, or give the correlation ID to whoever looks after your Microsoft 365."}
	}
	x.Remedy = strings.NewReplacer(
		"{portal}", cmp.Or(strings.TrimPrefix(c.Cloud.Portal, "https://"), "the Entra portal"),
		"{authority}", c.Cloud.Authority, "{redirect}", c.RedirectURI(), "{tenant}", c.Tenant).Replace(x.Remedy)
	return x
}

// Remedies that several codes share.
const (
	signInAgain  = "Sign in again."
	tryAgain     = "Try again. Roomink also tries again by itself."
	reportBug    = "This is a fault in Roomink: please report it together with the code."
	adminConsent = "An administrator has to allow this app: in {portal} under App registrations > this app > API permissions, add the delegated permissions that the setup page lists and then choose \"Grant admin consent\"; or let an administrator sign in here."
	checkTenant  = "Check the tenant ID and the choice of cloud. The tenant ID stands on the Overview page of the app registration in {portal}."
	accountHelp  = "Ask whoever looks after your Microsoft 365 accounts, or sign in with another account."
	policyHelp   = "Ask whoever looks after Conditional Access to let this account use this app from this computer; the correlation ID finds the attempt in the sign-in log of {portal}."
)

// oauthExplanations serve errors without a number that we know (RFC 6749 4.1.2.1, 5.2).
var oauthExplanations = map[string]Explanation{
	"access_denied":           {"The sign-in was refused", "Either somebody pressed Cancel, or a rule of your organisation forbids it. Try again; if it fails again, ask whoever looks after your Microsoft 365."},
	"consent_required":        {"Nobody has allowed this app yet", adminConsent},
	"interaction_required":    {"Microsoft wants to see a person", signInAgain},
	"login_required":          {"Microsoft wants to see a person", signInAgain},
	"invalid_client":          {"Microsoft does not accept the app's client ID or secret", "Check the Application (client) ID and the Value of the client secret in {portal} under App registrations > this app > Certificates & secrets."},
	"unauthorized_client":     {"This app may not sign people in", "Check the Application (client) ID and the tenant, and that the app is enabled in {portal} under Enterprise applications."},
	"invalid_grant":           {"The sign-in is no longer valid", signInAgain},
	"invalid_scope":           {"The app asks for a permission that does not exist here", "Check the choice of cloud. " + reportBug},
	"invalid_request":         {"Microsoft did not understand the request", "Check the tenant ID, the client ID and the choice of cloud."},
	"invalid_resource":        {"Microsoft Graph is not known in this tenant", "Check the choice of cloud."},
	"server_error":            {"Microsoft's sign-in service has a problem", tryAgain},
	"temporarily_unavailable": {"Microsoft's sign-in service is busy", tryAgain},
}

// explanations are for the AADSTS numbers that an admin is likely to meet
// (learn.microsoft.com/entra/identity-platform/reference-error-codes; remedies
// are ours).
var explanations = map[int]Explanation{
	// The registration.
	50011:  {"The redirect URI is not registered", "In {portal} under App registrations > this app > Authentication, add the platform Web with the redirect URI {redirect}. The port does not matter; the path does, and so does upper or lower case."},
	700016: {"There is no such app in this tenant", "Check the Application (client) ID and the tenant ID: both stand on the Overview page of the app registration in {portal}."},
	70001:  {"The app is not known or is disabled in this tenant", "Check the Application (client) ID, and that sign-in is enabled in {portal} under Enterprise applications > this app > Properties."},
	7000112: {"The app is disabled",
		"In {portal} under Enterprise applications > this app > Properties, set \"Enabled for users to sign-in\" to Yes."},
	7000215: {"The client secret is wrong",
		"Copy the Value of the client secret, not the Secret ID, from {portal} under App registrations > this app > Certificates & secrets. The Value is shown only right after the secret was made: if it is gone, make a new one."},
	7000222: {"The client secret has expired",
		"Make a new client secret in {portal} under App registrations > this app > Certificates & secrets, and enter its Value here. Nothing else has to be set up again."},
	7000218: {"This app needs a client secret",
		"Enter the Value of a client secret. If the app should work without one, register the redirect URI {redirect} under the platform \"Mobile and desktop applications\" instead of Web."},
	700025: {"This app must not send a client secret",
		"Leave the secret empty, or register the redirect URI {redirect} under the platform Web instead of \"Mobile and desktop applications\"."},
	700027: {"The app's certificate was not accepted", "Check that the certificate is uploaded in {portal} and has not expired."},
	650052: {"The organisation has no subscription for what the app asks", "Check that Microsoft 365 with Exchange Online is active in this tenant."},
	650056: {"The app registration is incomplete", "In {portal} under App registrations > this app > API permissions, add the delegated permissions of Microsoft Graph that the setup page lists, then grant consent."},
	650057: {"The app registration lacks the permissions of Microsoft Graph", "In {portal} under App registrations > this app > API permissions, add the delegated permissions of Microsoft Graph that the setup page lists, then grant consent."},
	500011: {"Microsoft Graph is not known in this tenant", "Check the choice of cloud."},

	// The tenant and the cloud.
	90002:   {"There is no such tenant", checkTenant},
	90038:   {"This tenant lives in another of Microsoft's clouds", "Choose the right cloud: global, US Government or China."},
	50194:   {"This app belongs to a single tenant", "Enter the tenant ID. It stands on the Overview page of the app registration in {portal}."},
	50059:   {"Microsoft does not know which tenant is meant", checkTenant},
	50128:   {"Microsoft does not know which tenant is meant", checkTenant},
	90019:   {"Microsoft does not know which tenant is meant", checkTenant},
	9001023: {"This way of signing in needs a tenant ID", checkTenant},
	700005:  {"The sign-in happened in another tenant", checkTenant},

	// Consent.
	65001: {"Nobody has allowed this app yet", adminConsent},
	65004: {"The permissions were declined", "Sign in again and press Accept. Roomink only asks to read calendars."},
	90008: {"The app has not been allowed to read the directory", adminConsent},
	90094: {"Your organisation lets only administrators allow apps", adminConsent},
	90095: {"Your organisation lets only administrators allow apps", adminConsent},
	50105: {"This account is not assigned to the app", "In {portal} under Enterprise applications > this app > Users and groups, add the account; or switch off \"Assignment required\" under Properties."},

	// The account.
	50020:  {"This account belongs to another organisation", "Sign in with a work account of {tenant}."},
	50034:  {"There is no such account in this tenant", accountHelp},
	50126:  {"The user name or password is wrong", "Try again."},
	50053:  {"The account is locked, or the attempt came from a suspicious address", "Wait some minutes and try again. " + accountHelp},
	50055:  {"The account's password has expired", "Change the password, then sign in again."},
	50057:  {"The account is disabled", accountHelp},
	50058:  {"Nobody is signed in", signInAgain},
	50074:  {"A second factor is needed", "Sign in again and confirm with your second factor."},
	50076:  {"A second factor is needed", "Sign in again and confirm with your second factor. A change of policy or of place asks for it."},
	50078:  {"The second factor has expired", "Sign in again and confirm with your second factor."},
	50079:  {"A second factor has to be set up for this account", "Sign in again and follow Microsoft's steps."},
	50132:  {"The session ended because the password changed", signInAgain},
	50133:  {"The session ended because the password changed", signInAgain},
	50173:  {"The sign-in was revoked", "The password was reset, or an administrator ended all sessions. " + signInAgain},
	70000:  {"The sign-in is no longer valid", signInAgain},
	70008:  {"The sign-in has expired", signInAgain},
	70043:  {"Your organisation's sign-in frequency has run out", "Sign in again. To stop this from coming back, ask for an exception from the sign-in frequency for this account."},
	700082: {"The sign-in was unused for 90 days", "Sign in again. It stays valid as long as this computer is on at least once in 90 days."},

	// Policies.
	53000:  {"Your organisation allows only managed computers", policyHelp},
	53001:  {"Your organisation allows only computers of its domain", policyHelp},
	53003:  {"Conditional Access blocks this sign-in", policyHelp},
	530032: {"A security policy of your organisation blocks this sign-in", policyHelp},
	530035: {"The security defaults of your organisation block this sign-in", policyHelp},

	// The flow.
	501481:  {"The two halves of the sign-in do not belong together", "Start the sign-in again."},
	54005:   {"This sign-in was already used", "Start the sign-in again, and use only the newest browser tab."},
	50196:   {"Microsoft saw the same request too often", "Wait some minutes. " + reportBug},
	70011:   {"The app asks for a permission that does not exist here", "Check the choice of cloud. " + reportBug},
	28002:   {"The app asks for a permission that does not exist here", "Check the choice of cloud. " + reportBug},
	700022:  {"The app asks for permissions of several services at once", reportBug},
	700023:  {"The app asks for permissions of several services at once", reportBug},
	900144:  {"Part of the request is missing", "A proxy may have cut it off. Try again from another network; if it fails again, " + lowerFirst(reportBug)},
	9002313: {"Microsoft did not understand the request", reportBug},

	// Device codes, which Roomink does not use yet but a proxy of them may.
	70016: {"Nobody has entered the code yet", "Enter the code in the browser."},
	70018: {"The code is wrong", "Start the sign-in again."},
	70019: {"The code has expired", "Start the sign-in again."},
	90119: {"The code is wrong", "Start the sign-in again."},
	90120: {"The code was already used", "Start the sign-in again."},

	// Microsoft's own trouble.
	90033: {"Microsoft's sign-in service is busy", tryAgain},
	90024: {"Microsoft's sign-in service is busy", tryAgain},
	90006: {"Microsoft's sign-in service is busy", tryAgain},
	90012: {"Microsoft's sign-in service took too long", tryAgain},
	50033: {"Microsoft's sign-in service has a problem", tryAgain},
	50087: {"Microsoft's sign-in service has a problem", tryAgain},
}
