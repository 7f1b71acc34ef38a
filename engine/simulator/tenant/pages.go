package tenant

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// page is what the sign-in pages' templates are filled with.
type page struct {
	Title, Company, Tenant, App string
	Flow, Username, Password    string
	Error                       string
	Admin                       bool // of an admin consent: for the whole organisation
	Offer                       bool // an administrator may consent for everybody
	Scopes, Roles               []scopeInfo
	Message                     string
	Details                     []string
}

func (t *Tenant) loginPage(w http.ResponseWriter, f *flow, problem string) {
	p := page{Title: "Sign in", Flow: f.id, Username: t.office.Admin.Address, Password: adminSecret, Error: problem}
	if f.loginHint != "" {
		p.Username = f.loginHint
	}
	t.render(w, http.StatusOK, "login.html", p)
}

func (t *Tenant) consentPage(w http.ResponseWriter, f *flow) {
	t.render(w, http.StatusOK, "consent.html", page{Title: "Permissions requested", Flow: f.id, Username: f.user.Username,
		Admin: f.kind != flowSignIn, Offer: f.kind == flowSignIn && f.user.Role == Administrator,
		Scopes: describeScopes(f.scopes), Roles: describeRoles(f.roles)})
}

// approvalPage is "Need admin approval": a dead end but for administrators.
func (t *Tenant) approvalPage(w http.ResponseWriter, r *http.Request, f *flow) {
	e := errNeedsAdmin()
	t.render(w, http.StatusOK, "approval.html", page{Title: "Need admin approval", Flow: f.id, Username: f.user.Username,
		Message: e.Message, Details: t.troubleshooting(r, e)})
}

// errorPage is where Entra leaves the person with an error that the app never
// hears of. It gives no advice, as Microsoft's gives none.
func (t *Tenant) errorPage(w http.ResponseWriter, r *http.Request, e *oauthError) {
	t.render(w, http.StatusBadRequest, "error.html", page{Title: "Sorry, but we’re having trouble signing you in.",
		Message: fmt.Sprintf("AADSTS%d: %s", e.Code, e.Message), Details: t.troubleshooting(r, e)})
}

func (t *Tenant) troubleshooting(r *http.Request, e *oauthError) []string {
	d := e.describe(t.baseOf(r), t.now())
	return []string{"Request Id: " + d.TraceID, "Correlation Id: " + d.CorrelationID,
		"Timestamp: " + t.now().UTC().Format(time.RFC3339), fmt.Sprintf("Message: AADSTS%d: %s", e.Code, e.Message)}
}

// errorLookup is /error?code=…, where error_uri leads.
func (t *Tenant) errorLookup(w http.ResponseWriter, r *http.Request) {
	code, err := strconv.Atoi(strings.TrimPrefix(strings.ToUpper(r.URL.Query().Get("code")), "AADSTS"))
	known, ok := words[code]
	if err != nil || !ok {
		known[1] = "No details are known of this code."
	}
	t.render(w, http.StatusOK, "lookup.html", page{Title: "Error details", Message: known[1], Details: []string{"AADSTS" + strconv.Itoa(code)}})
}

func (t *Tenant) render(w http.ResponseWriter, status int, name string, data page) {
	data.Company, data.Tenant, data.App = t.office.Company, tenantID, appName
	t.writePage(w, status, name, data)
}
