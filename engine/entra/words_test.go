package entra_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/entra"
)

// meanings are the AADSTS numbers and OAuth errors of the project's reference
// (graph.md 1.1, 1.3, 1.4, 1.7, 1.9 and 1.10) and some more, those of one meaning in
// one line. Each line has words of its own.
var meanings = []string{
	// 1.10, in its order
	"50011", "500011", "50020", "50034", "50126", "50053", "50055", "50057", "50058", "50059 50128 90019", "50076", "50079", "50074", "50078",
	"50105", "50173", "50194", "50196", "50132 50133", "501481", "53000", "53001", "53003", "530032", "530035", "54005", "65001", "65004",
	"650052", "650056", "650057", "70000", "70008", "700082", "70043", "70011 28002", "700022 700023", "700016", "7000112", "70001",
	"7000215", "7000218", "7000222", "700025", "700027", "700005", "90002", "90038", "90008", "90094", "90095", "900144", "9002313", "9001023",
	"90033 90024 90006", "50033 50087", "90012", "70016", "70018", "70019", "90119", "90120",
	// met in the field besides
	"900971", "9002327", "500112", "7000229", "900023", "90093", "90072", "500121",
	// OAuth errors at the authorize page (1.1), the consent page (1.4), the token service (1.9, 1.10) and of device codes (1.7)
	"invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "server_error", "temporarily_unavailable",
	"invalid_resource", "login_required", "interaction_required", "consent_required", "permission_denied",
	"invalid_client", "invalid_grant", "invalid_scope", "unsupported_grant_type",
	"authorization_pending", "authorization_declined", "bad_verification_code", "expired_token",
}

// explained gives the words for a number or for an OAuth error without one, as the
// browser's page and the app show them.
func explained(t *testing.T, what string, app bool) entra.Explanation {
	t.Helper()
	f := newFake(t)
	c := f.credentials()
	c.AppOnly = app
	var code int
	if n, _ := fmt.Sscan(what, &code); n == 1 {
		return c.Explain(code)
	}
	_, _, err := signIn(t, f, c, entra.Options{}, func(b *surfer, q url.Values) { b.last = b.get(back(q, "error", what)) })
	e, ok := err.(*entra.Error)
	if !ok {
		t.Fatalf("%s: %v", what, err)
	}
	return entra.Explanation{Title: e.Title, Remedy: e.Remedy}
}

func TestEveryErrorHasWordsOfItsOwn(t *testing.T) {
	for _, app := range []bool{false, true} {
		titles := map[string]string{}
		unknown := explained(t, "123456", app).Title
		for _, meaning := range meanings {
			for what := range strings.FieldsSeq(meaning) {
				x := explained(t, what, app)
				if x.Title == unknown {
					t.Errorf("%s is not explained", what)
				}
				if other, taken := titles[x.Title]; taken && other != meaning {
					t.Errorf("%s and %s share the words %q", what, other, x.Title)
				}
				titles[x.Title] = meaning
				if strings.HasSuffix(x.Title, ".") || !strings.HasSuffix(x.Remedy, ".") || strings.ContainsAny(x.Title+x.Remedy, "{}") {
					t.Errorf("%s: %+v", what, x)
				}
				if app && strings.Contains(x.Remedy, "Sign in") || app && strings.Contains(x.Remedy, "delegated") || !app && strings.Contains(x.Remedy, "application permissions") {
					t.Errorf("%s: the remedy is of the other way to connect: %s", what, x.Remedy)
				}
			}
		}
	}
}

func TestUnknownCode(t *testing.T) {
	c := entra.Credentials{Tenant: tenantID}
	x := c.Explain(987654)
	contains(t, x.Title, "refused")
	contains(t, x.Remedy, "https://login.microsoftonline.com/error?code=987654")
}

func TestWordsFollowCloudAndRegistration(t *testing.T) {
	c := entra.Credentials{Cloud: entra.China(), Tenant: "contoso.cn", RedirectPath: "/Signs"}
	contains(t, c.Explain(50011).Remedy, "entra.microsoftonline.cn", "http://localhost/Signs", `platform "Web"`)
	c.Public = true
	contains(t, c.Explain(50011).Remedy, `platform "Mobile and desktop applications"`)
	contains(t, c.Explain(50020).Remedy, "contoso.cn")
	c.Tenant = entra.AnyOrganization
	contains(t, c.Explain(50020).Remedy, "your organisation")
}

func TestParseCode(t *testing.T) {
	for text, want := range map[string]int{
		"AADSTS50011: The redirect URI 'http://localhost:5000' specified in the request does not match":                                                     50011,
		"Sorry, but we're having trouble signing you in.\n\nAADSTS700016: Application with identifier '2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401' was not found": 700016,
		"Request Id: 1b2c3d4e-0000-4000-8000-123456789012\nTimestamp: 2026-11-23T08:00:00Z\nMessage: AADSTS90002: Tenant not found":                         90002,
		"Error Code: 53003": 53003, "error code 530032 ": 530032, " 50194\n": 50194, "7000215.": 7000215, "aadsts 50105": 50105,
		"": 0, "it does not work": 0, "Request Id: 12345678-0000-4000-8000-123456789012": 0, "AADSTS": 0, "AADSTS0000": 0, "123": 0, "12345678901": 0,
	} {
		if got, ok := entra.ParseCode(text); got != want || ok != (want != 0) {
			t.Errorf("%q: %d, %t, want %d", text, got, ok, want)
		}
	}
}

func TestLinks(t *testing.T) {
	hosts := map[string]string{"Microsoft 365": "https://entra.microsoft.com", "US Government (GCC High)": "https://entra.microsoft.us",
		"US Government (DoD)": "https://entra.microsoft.us", "China (21Vianet)": "https://entra.microsoftonline.cn"}
	for _, cloud := range entra.Clouds() {
		base := hosts[cloud.Name] + "/#view/Microsoft_AAD_RegisteredApps/"
		list, menu := base+"ApplicationsListBlade", base+"ApplicationMenuBlade/~/"
		want := entra.Links{Portal: list, NewApp: base + "CreateApplicationBlade", Overview: list, Authentication: list, Secrets: list, Permissions: list}
		c := entra.Credentials{Cloud: cloud, ClientID: "not yet"}
		if got := c.Links(); got != want {
			t.Errorf("%s, before: %+v", cloud.Name, got)
		}
		c.ClientID = " " + strings.ToUpper(clientID)
		want = entra.Links{Portal: list, NewApp: base + "CreateApplicationBlade", Overview: menu + "Overview/appId/" + clientID,
			Authentication: menu + "Authentication/appId/" + clientID, Secrets: menu + "Credentials/appId/" + clientID,
			Permissions: menu + "CallAnAPI/appId/" + clientID}
		if got := c.Links(); got != want {
			t.Errorf("%s: %+v", cloud.Name, got)
		}
	}
	if got := (entra.Credentials{Cloud: entra.Cloud{Name: "simulated"}}).Links(); got != (entra.Links{}) {
		t.Errorf("a cloud without a portal: %+v", got)
	}
}
