package setup_test

import (
	"strings"
	"testing"

	"github.com/roomink/roomink/app/setup"
)

func TestChecks(t *testing.T) {
	tenant, client, secretOf := setup.CheckTenant, setup.CheckClientID, setup.CheckSecret
	for _, c := range []struct {
		name  string
		check func(string) error
		text  string
		wrong string // part of the words; "" = right
	}{
		{"tenant", tenant, tenantID, ""},
		{"tenant", tenant, " Contoso.onmicrosoft.com ", ""},
		{"tenant", tenant, "bestclients.example", ""}, // a name of the portal's in a domain
		{"tenant", tenant, "", "Needed"},
		{"tenant", tenant, "contoso", "neither"},
		{"tenant", tenant, "admin@contoso.com", "e-mail address"},
		{"tenant", tenant, "https://contoso.com", "neither"},
		{"tenant", tenant, "common", "organisation itself"},
		{"tenant", tenant, "00000000-0000-0000-0000-000000000000", "neither"},
		{"tenant", tenant, "Application (client) ID: " + clientID, "other field"},
		{"tenant", tenant, "Directory (tenant) ID: " + tenantID, "more here"},
		{"client", client, clientID, ""},
		{"client", client, strings.ToUpper(clientID) + "\n", ""},
		{"client", client, "", "Needed"},
		{"client", client, "{" + clientID + "}", "more here"},
		{"client", client, strings.ReplaceAll(clientID, "-", ""), "no ID"},
		{"client", client, clientID[:35], "no ID"},
		{"client", client, clientID + " " + tenantID, "two IDs"},
		{"client", client, "Directory (tenant) ID\n" + tenantID, "other field"},
		{"client", client, "Object ID : " + tenantID, "Object ID"},
		{"client", client, "contoso.com", "other field"},
		{"client", client, "admin@contoso.com", "e-mail address"},
		{"secret", secretOf, "", ""}, // keeps the saved one
		{"secret", secretOf, secret, ""},
		{"secret", secretOf, clientID, "Secret ID"},
		{"secret", secretOf, "Zx8~Q.secret Value-0123456789", "no spaces"},
		{"secret", secretOf, "abc******************", "hidden"},
		{"secret", secretOf, "short", "shorter"},
		{"path", setup.CheckPath, "", ""},
		{"path", setup.CheckPath, "/a/B-c_1.~", ""},
		{"path", setup.CheckPath, "a", "begins with"},
		{"path", setup.CheckPath, "/a b", "holds only"},
		{"path", setup.CheckPath, "http://localhost/a", "Only the path"},
		{"port", setup.CheckPort, "", ""},
		{"port", setup.CheckPort, "8400", ""},
		{"port", setup.CheckPort, "80", "1024"},
		{"port", setup.CheckPort, "http", "1024"},
		{"mailbox", setup.CheckMailbox, "anna@contoso.com", ""},
		{"mailbox", setup.CheckMailbox, "", "Needed"},
		{"mailbox", setup.CheckMailbox, "Anna <anna@contoso.com>", "no e-mail"},
		{"mailbox", setup.CheckMailbox, "anna@contoso", "no e-mail"},
	} {
		err := c.check(c.text)
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s %q: %v, want %q", c.name, c.text, err, c.wrong)
		}
	}
	if setup.DoubtSecret(secret) != "" || setup.DoubtSecret("sixteen-or-more-characters") == "" {
		t.Error("only what the portal makes today is beyond doubt")
	}
}

// No text that a person pastes may make a check panic, or pass as two things at once.
func FuzzChecks(f *testing.F) {
	for _, s := range []string{"", clientID, "a@b", "@", "contoso.com", "{" + clientID + "}", "/", "65536", secret} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if setup.CheckClientID(s) == nil && setup.CheckSecret(s) == nil {
			t.Errorf("%q is both a client ID and a secret", s)
		}
		for _, check := range []func(string) error{setup.CheckTenant, setup.CheckPath, setup.CheckPort, setup.CheckMailbox} {
			_ = check(s)
		}
	})
}
