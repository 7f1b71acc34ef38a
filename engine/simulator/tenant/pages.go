package tenant

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

type page struct {
	Title, Company, Tenant, App string
	Flow, Username, Password    string
	Error                       string
	Admin                       bool
	Scopes                      []scopeInfo
	Code                        int
	Message                     string
	Details                     []string
	Help                        string
}

func (t *Tenant) loginPage(w http.ResponseWriter, _ *http.Request, f *flow, problem string) {
	p := page{Title: "Sign in", Flow: f.id, Username: t.office.Admin.Address, Password: adminSecret, Error: problem}
	if f.loginHint != "" {
		p.Username = f.loginHint
	}
	t.render(w, http.StatusOK, "login.html", p)
}

func (t *Tenant) consentPage(w http.ResponseWriter, _ *http.Request, f *flow) {
	p := page{Title: "Permissions requested", Flow: f.id, Username: t.office.Admin.Address, Admin: f.kind == flowAdminConsent}
	for _, s := range f.scopes {
		info, _ := scopeByName(s)
		if s == "openid" && slices.Contains(f.scopes, "User.Read") {
			continue // User.Read says the same in more words
		}
		p.Scopes = append(p.Scopes, info)
	}
	if p.Admin {
		p.Scopes = roleInfos
	}
	t.render(w, http.StatusOK, "consent.html", p)
}

// roleInfos word the application permissions in appRoles.
var roleInfos = []scopeInfo{
	{"Calendars.Read", "Read calendars in all mailboxes", "Allows the app to read events of all calendars without a signed-in user.", true},
	{"Calendars.ReadWrite", "Read and write calendars in all mailboxes", "Allows the app to create, change and delete events of all calendars without a signed-in user.", true},
	{"Place.Read.All", "Read all company places", "Allows the app to read your company's rooms and room lists without a signed-in user.", true},
}

// errorHelp says what to do about the errors that the page shows itself.
var errorHelp = map[int]string{
	50011:  "In the app registration, under Authentication, add " + RegisteredRedirect + " as a redirect URI of platform Web. The port does not matter; the path and its case do.",
	700016: "Compare the Application (client) ID in the app's settings with the Overview page of the registration, and check that the tenant is the right one.",
	90002:  "Compare the Directory (tenant) ID in the app's settings with the Overview page of the registration.",
	50194:  "Enter the tenant's id in the app's settings instead of 'common'.",
}

func (t *Tenant) errorPage(w http.ResponseWriter, r *http.Request, e *oauthError) {
	d := e.describe(t.baseOf(r), t.now())
	p := page{Title: "Sorry, but we’re having trouble signing you in", Code: e.Code, Help: errorHelp[e.Code],
		Message: fmt.Sprintf("AADSTS%d: %s", e.Code, e.Message),
		Details: []string{"Request Id: " + d.TraceID, "Correlation Id: " + d.CorrelationID,
			"Timestamp: " + t.now().UTC().Format(time.RFC3339), "Message: AADSTS" + strconv.Itoa(e.Code)}}
	t.render(w, http.StatusBadRequest, "error.html", p)
}

func (t *Tenant) render(w http.ResponseWriter, status int, name string, data page) {
	data.Company, data.Tenant, data.App = t.office.Company, tenantID, appName
	t.writePage(w, status, name, data)
}
