package entra

// Remedies that several codes share.
const (
	signInAgain  = "{Connect} again."
	tryAgain     = "Try again. Roomink also tries again by itself."
	reportBug    = "This is a fault in Roomink: please report it together with the code."
	adminConsent = "An administrator has to allow this app: in {portal} under App registrations > this app > API permissions, add the {kind} permissions that the setup page lists and then choose \"Grant admin consent\"; or let an administrator {connect} here."
	checkTenant  = "Check the tenant ID and the choice of cloud. The tenant ID stands on the Overview page of the app registration in {portal}."
	accountHelp  = "Ask whoever looks after your Microsoft 365 accounts, or take another account."
	policyHelp   = "Ask whoever looks after Conditional Access to let this account use this app from this computer; the correlation ID finds the attempt in the sign-in log of {portal}."
	secondFactor = "{Connect} again and confirm with your second factor."
	properties   = "in {portal} under Enterprise applications > this app > Properties"
	permissions  = "In {portal} under App registrations > this app > API permissions, add the {kind} permissions of Microsoft Graph that the setup page lists, then grant consent."
)

// explanations are for the AADSTS numbers that an admin is likely to meet
// (learn.microsoft.com/entra/identity-platform/reference-error-codes; remedies
// are ours).
var explanations = map[int]Explanation{
	// The registration.
	50011:   {"The redirect URI is not registered", "In {portal} under App registrations > this app > Authentication, add the platform \"{platform}\" with the redirect URI {redirect}. The port does not matter; the path does, and so does upper or lower case."},
	900971:  {"No redirect URI is registered at all", "In {portal} under App registrations > this app > Authentication, add the platform \"{platform}\" with the redirect URI {redirect}."},
	9002327: {"The redirect URI is registered for a web page in a browser", "In {portal} under App registrations > this app > Authentication, remove {redirect} from \"Single-page application\" and add it to the platform \"{platform}\"."},
	500112:  {"The redirect URI changed during the {sign-in}", "Start the {sign-in} again. Two redirect URIs that differ only in their port confuse Microsoft: in {portal} under Authentication, keep just {redirect}."},
	700016:  {"There is no such app in this tenant", "Check the Application (client) ID and the tenant ID: both stand on the Overview page of the app registration in {portal}."},
	7000229: {"The app is not yet at home in this tenant", "Let an administrator approve the app, or " + properties + " check that it is there."},
	70001:   {"The app is not known or is disabled in this tenant", "Check the Application (client) ID, and that sign-in is enabled " + properties + "."},
	7000112: {"The app is disabled", "Switch it on " + properties + ": set \"Enabled for users to sign-in\" to Yes."},
	7000215: {"The client secret is wrong",
		"Copy the Value of the client secret, not the Secret ID, from {portal} under App registrations > this app > Certificates & secrets. The Value is shown only right after the secret was made: if it is gone, make a new one."},
	7000222: {"The client secret has expired",
		"Make a new client secret in {portal} under App registrations > this app > Certificates & secrets, and enter its Value here. Nothing else has to be set up again."},
	7000218: {"This app needs a client secret",
		"Enter the Value of a client secret. If the app should work without one, register the redirect URI {redirect} under the platform \"Mobile and desktop applications\" instead of Web."},
	700025: {"This app must not send a client secret",
		"Choose \"Mobile and desktop\" in the setup, where no secret is sent, or register the redirect URI {redirect} under the platform Web instead of \"Mobile and desktop applications\"."},
	700027: {"The app's certificate was not accepted", "Check that the certificate is uploaded in {portal} and has not expired."},
	650052: {"The organisation has no subscription for what the app asks", "Check that Microsoft 365 with Exchange Online is active in this tenant."},
	650056: {"The app registration is incomplete", permissions},
	650057: {"The app registration lacks the permissions of Microsoft Graph", permissions},
	500011: {"Microsoft Graph is not known in this tenant", "Check the choice of cloud."},

	// The tenant and the cloud.
	90002:   {"There is no such tenant", checkTenant},
	900023:  {"The tenant ID has the wrong form", checkTenant},
	90038:   {"This tenant lives in another of Microsoft's clouds", "Choose the right cloud: global, US Government or China."},
	50194:   {"This app belongs to a single tenant", "Enter the tenant ID. It stands on the Overview page of the app registration in {portal}."},
	50059:   {"Microsoft does not know which tenant is meant", checkTenant},
	50128:   {"Microsoft does not know which tenant is meant", checkTenant},
	90019:   {"Microsoft does not know which tenant is meant", checkTenant},
	9001023: {"This way to connect needs a tenant ID", checkTenant},
	700005:  {"The {sign-in} happened in another tenant", checkTenant},

	// Consent.
	65001: {"Nobody has allowed this app yet", adminConsent},
	65004: {"The permissions were declined", "{Connect} again and press Accept. Roomink asks for nothing but what the setup page lists."},
	90008: {"The app lacks the permission to see who signs in", adminConsent},
	90093: {"This account may not allow what the app asks for", adminConsent},
	90094: {"Your organisation lets only administrators allow apps", adminConsent},
	90095: {"An administrator has to look at the request for this app", "Send the request that Microsoft's page offers, or let an administrator {connect} here. " + adminConsent},
	50105: {"This account is not assigned to the app", "In {portal} under Enterprise applications > this app > Users and groups, add the account; or switch off \"Assignment required\" under Properties."},

	// The account.
	50020:  {"This account belongs to another organisation", "{Connect} with a work account of {tenant}."},
	90072:  {"This account is not a guest of the organisation either", "{Connect} with a work account of {tenant}."},
	50034:  {"There is no such account in this tenant", accountHelp},
	50126:  {"The user name or password is wrong", "Try again."},
	50053:  {"The account is locked, or the attempt came from a suspicious address", "Wait some minutes and try again. " + accountHelp},
	50055:  {"The account's password has expired", "Change the password, then {connect} again."},
	50057:  {"The account is disabled", accountHelp},
	50058:  {"Nobody is signed in", signInAgain},
	50074:  {"The second factor was not confirmed", secondFactor},
	500121: {"The second factor was refused or came too late", secondFactor},
	50076:  {"A second factor is needed", secondFactor + " A change of policy or of place asks for it."},
	50078:  {"The second factor has expired", secondFactor},
	50079:  {"A second factor has to be set up for this account", "{Connect} again and follow Microsoft's steps."},
	50132:  {"The session ended because the password changed", signInAgain},
	50133:  {"The session ended because the password changed", signInAgain},
	50173:  {"The sign-in was revoked", "The password was reset, or an administrator ended all sessions. " + signInAgain},
	70000:  {"The sign-in is no longer valid", signInAgain},
	70008:  {"The sign-in has expired", signInAgain},
	70043:  {"Your organisation's sign-in frequency has run out", "{Connect} again. To stop this from coming back, ask for an exception from the sign-in frequency for this account, or connect by an approval for the whole organisation instead."},
	700082: {"The sign-in was unused for 90 days", "{Connect} again. It stays valid as long as this computer is on at least once in 90 days."},

	// Policies.
	53000:  {"Your organisation allows only managed computers", policyHelp},
	53001:  {"Your organisation allows only computers of its domain", policyHelp},
	53003:  {"Conditional Access blocks this {sign-in}", policyHelp},
	530032: {"A security policy of your organisation blocks this {sign-in}", policyHelp},
	530035: {"The security defaults of your organisation block this {sign-in}", policyHelp},

	// The flow.
	501481:  {"The two halves of the {sign-in} do not belong together", "Start the {sign-in} again."},
	54005:   {"This sign-in was already used", "Start the {sign-in} again, and use only the newest browser tab."},
	50196:   {"Microsoft saw the same request too often", "Wait some minutes. " + reportBug},
	70011:   {"The app asks for a permission that does not exist here", "Check the choice of cloud. " + reportBug},
	28002:   {"The app asks for a permission that does not exist here", "Check the choice of cloud. " + reportBug},
	700022:  {"The app asks for permissions of several services at once", reportBug},
	700023:  {"The app asks for permissions of several services at once", reportBug},
	900144:  {"Part of the request is missing", "A proxy may have cut it off. Try again from another network; if it fails again, this is a fault in Roomink: please report it together with the code."},
	9002313: {"Microsoft did not understand the request", reportBug},

	// Device codes, which Roomink does not use yet but a person may meet.
	70016: {"Nobody has entered the code yet", "Enter the code in the browser."},
	70018: {"The code is wrong", "Start the {sign-in} again."},
	70019: {"The code has expired", "Start the {sign-in} again."},
	90119: {"The code was left empty or has the wrong form", "Start the {sign-in} again."},
	90120: {"The code was already used", "Start the {sign-in} again."},

	// Microsoft's own trouble.
	90033: {"Microsoft's sign-in service is busy", tryAgain},
	90024: {"Microsoft's sign-in service is busy", tryAgain},
	90006: {"Microsoft's sign-in service is busy", tryAgain},
	90012: {"Microsoft's sign-in service took too long", tryAgain},
	50033: {"Microsoft's sign-in service has a problem", tryAgain},
	50087: {"Microsoft's sign-in service has a problem", tryAgain},
}

// appExplanations are explanations where an app that works by itself needs other
// words.
var appExplanations = map[int]Explanation{
	65001:   {"No administrator has approved this app yet", "Let a Global Administrator or a Privileged Role Administrator of {tenant} approve here; or in {portal} under App registrations > this app > API permissions, add the application permissions that the setup page lists and choose \"Grant admin consent\"."},
	65004:   {"The approval was declined", "Approve again and press Accept. The page lists what the app registration asks for; Roomink shows how to narrow it to rooms afterwards."},
	90093:   {"This account may not approve apps", "Approve with a Global Administrator or a Privileged Role Administrator of {tenant}."},
	90094:   {"Only an administrator can approve this app", "Approve with a Global Administrator or a Privileged Role Administrator of {tenant}."},
	700016:  {"The app is not at home in this tenant", "Approve again: that brings the app back if somebody removed it. If it fails, check the Application (client) ID and the tenant ID: both stand on the Overview page of the app registration in {portal}."},
	7000229: {"The app was not approved in this tenant, or was removed from it", "Approve again."},
	7000218: {"This way to connect needs a client secret",
		"Make a client secret in {portal} under App registrations > this app > Certificates & secrets, and enter its Value."},
	700025: {"This app registration takes no client secret",
		"In {portal} under App registrations > this app > Authentication, register the redirect URI {redirect} under the platform Web instead of \"Mobile and desktop applications\"."},
	50020: {"This account belongs to another organisation", "Approve with an administrator's account of {tenant}."},
	53003: {"Conditional Access blocks this app or this approval", "Ask whoever looks after Conditional Access to let this app work from this computer's network; the correlation ID finds the attempt in the sign-in log of {portal}, perhaps among the sign-ins of service principals."},
}
