package entra

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Explanation is an error in the words of somebody who has met it before.
type Explanation struct {
	Title  string // what is wrong, a sentence without full stop
	Remedy string // what to do next, sentences
}

// Explain gives the words for an AADSTS number, such as one that a person reads off
// Microsoft's own page. An unknown number gets general words and where to look it
// up. It suits c's way to connect, cloud, tenant and redirect URI.
func (c Credentials) Explain(code int) Explanation { return c.Trimmed().explain(code, "") }

var (
	numberInText = regexp.MustCompile(`(?i)AADSTS\s*:?\s*(\d{4,9})(?:\D|$)`)
	numberNamed  = regexp.MustCompile(`(?i)error\s*code\s*:?\s*(\d{4,9})(?:\D|$)`)
	numberAlone  = regexp.MustCompile(`^\s*(\d{4,9})\s*[:.]?\s*$`)
)

// ParseCode finds the AADSTS number in what a person copied from an error page:
// "AADSTS50011: The redirect URI …", "Error Code: 50011" or "50011".
func ParseCode(text string) (code int, ok bool) {
	for _, re := range []*regexp.Regexp{numberInText, numberNamed, numberAlone} {
		if m := re.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1]) // nine digits at most
			return n, n > 0
		}
	}
	return 0, false
}

// explain finds the words for an AADSTS number, or failing that for an OAuth
// error, in c's way to connect.
func (c Credentials) explain(code int, oauth string) Explanation {
	x, ok := appExplanations[code]
	if !ok || !c.AppOnly {
		x, ok = explanations[code]
	}
	if !ok {
		x, ok = appOAuthExplanations[oauth]
		if !ok || !c.AppOnly {
			x, ok = oauthExplanations[oauth]
		}
	}
	switch {
	case !ok && code != 0:
		x = Explanation{"Microsoft refused the {sign-in}", fmt.Sprintf(
			"Look the code up at {authority}/error?code=%d, or give the correlation ID to whoever looks after your Microsoft 365.", code)}
	case !ok:
		x = Explanation{"Microsoft refused the {sign-in}",
			"Give the correlation ID and the time to whoever looks after your Microsoft 365: they find the attempt in the sign-in log of {portal}."}
	}
	return Explanation{Title: c.fillIn(x.Title), Remedy: c.fillIn(x.Remedy)}
}

// fillIn replaces what depends on the cloud, the registration and the way to
// connect.
func (c Credentials) fillIn(s string) string {
	connect, noun, kind := "sign in", "sign-in", "delegated"
	if c.AppOnly {
		connect, noun, kind = "approve", "approval", "application"
	}
	organisation := "your organisation"
	if c.Tenant != "" && c.Tenant != AnyOrganization {
		organisation = c.Tenant
	}
	return strings.NewReplacer(
		"{connect}", connect, "{Connect}", strings.ToUpper(connect[:1])+connect[1:], "{sign-in}", noun, "{kind}", kind,
		"{portal}", cmp.Or(strings.TrimPrefix(c.Cloud.Portal, "https://"), "the Entra portal"),
		"{authority}", c.Cloud.Authority, "{redirect}", c.RedirectURI(), "{tenant}", organisation,
		"{platform}", c.platform()).Replace(s)
}

// oauthExplanations serve errors without a number that we know: RFC 6749 4.1.2.1 and
// 5.2, RFC 8628 3.5, and Entra's own
// (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow).
var oauthExplanations = map[string]Explanation{
	// At the authorize and the consent page.
	"access_denied":             {"The {sign-in} was refused", "Either somebody pressed Cancel, or a rule of your organisation forbids it. Try again; if it fails again, ask whoever looks after your Microsoft 365."},
	"permission_denied":         {"The account may not approve apps", "Let a Global Administrator or a Privileged Role Administrator of {tenant} approve."},
	"consent_required":          {"Consent to this app is missing", adminConsent},
	"interaction_required":      {"Microsoft wants a person to take part", signInAgain},
	"login_required":            {"Microsoft wants to know again who you are", signInAgain},
	"unsupported_response_type": {"Microsoft does not give this app what it asks for", reportBug},
	"invalid_resource":          {"Microsoft Graph does not exist under this address here", "Check the choice of cloud."},

	// At the token service.
	"invalid_client":         {"Microsoft does not accept the app's client ID or secret", "Check the Application (client) ID and the Value of the client secret in {portal} under App registrations > this app > Certificates & secrets."},
	"unauthorized_client":    {"This app may not {connect} here", "Check the Application (client) ID and the tenant, and that the app is enabled in {portal} under Enterprise applications."},
	"invalid_grant":          {"Microsoft takes this sign-in for ended", signInAgain},
	"invalid_scope":          {"Microsoft does not know a permission that was asked for", "Check the choice of cloud. " + reportBug},
	"invalid_request":        {"Microsoft takes the request for wrong", "Check the tenant ID, the client ID and the choice of cloud."},
	"unsupported_grant_type": {"Microsoft does not offer this way to connect", "Check the choice of cloud. " + reportBug},

	// Device codes.
	"authorization_pending":  {"The code has not been entered so far", "Enter the code in the browser."},
	"authorization_declined": {"Somebody declined in the browser", "{Connect} again and accept."},
	"bad_verification_code":  {"Microsoft does not know the code", "Start the {sign-in} again."},
	"expired_token":          {"The code was entered too late", "Start the {sign-in} again."},

	"server_error":            {"Something broke inside Microsoft's sign-in service", tryAgain},
	"temporarily_unavailable": {"Microsoft's sign-in service is overloaded for the moment", tryAgain},
}

// appOAuthExplanations are oauthExplanations where an app that works by itself needs
// other words.
var appOAuthExplanations = map[string]Explanation{
	"access_denied":       {"The approval was refused", "Either somebody pressed Cancel, or the account may not approve apps. Approve again with a Global Administrator or a Privileged Role Administrator of {tenant}."},
	"invalid_grant":       {"The approval no longer counts", "Approve again."},
	"unauthorized_client": {"This app is not approved in {tenant}", "Approve again. If that does not help, check the Application (client) ID and the tenant, and that the app is enabled in {portal} under Enterprise applications."},
}
