package entra_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/entra"
)

func TestValidate(t *testing.T) {
	good := entra.Credentials{Tenant: tenantID, ClientID: clientID, Secret: "abc8Q~something-long"}
	tests := map[string]struct {
		edit  func(c *entra.Credentials)
		field string
		words string
	}{
		"good": {edit: func(*entra.Credentials) {}},
		"blanks around": {edit: func(c *entra.Credentials) {
			c.Secret, c.Tenant, c.ClientID = " abc8Q~something-long\n", "\tcontoso.com ", " "+clientID+" "
		}},
		"domain":             {edit: func(c *entra.Credentials) { c.Tenant = "contoso.onmicrosoft.com" }},
		"secret to come":     {edit: func(c *entra.Credentials) { c.Secret = "" }},
		"no tenant":          {edit: func(c *entra.Credentials) { c.Tenant = "" }, field: "Tenant", words: "tenant"},
		"common":             {edit: func(c *entra.Credentials) { c.Tenant = "common" }, field: "Tenant", words: "private accounts"},
		"e-mail":             {edit: func(c *entra.Credentials) { c.Tenant = "ada@contoso.com" }, field: "Tenant", words: "after the @"},
		"path in tenant":     {edit: func(c *entra.Credentials) { c.Tenant = "a/../b.com" }, field: "Tenant", words: "neither"},
		"no client":          {edit: func(c *entra.Credentials) { c.ClientID = "" }, field: "ClientID", words: "enter"},
		"name as client":     {edit: func(c *entra.Credentials) { c.ClientID = "Room signs" }, field: "ClientID", words: "has the form"},
		"braces":             {edit: func(c *entra.Credentials) { c.ClientID = "{" + clientID + "}" }, field: "ClientID", words: "has the form"},
		"tenant as client":   {edit: func(c *entra.Credentials) { c.ClientID = tenantID }, field: "ClientID", words: "tenant ID once more"},
		"any organisation":   {edit: func(c *entra.Credentials) { c.Tenant = "Organizations" }},
		"consumers":          {edit: func(c *entra.Credentials) { c.Tenant = "consumers" }, field: "Tenant", words: "organizations"},
		"address as tenant":  {edit: func(c *entra.Credentials) { c.Tenant = "https://contoso.com" }, field: "Tenant", words: "web address"},
		"secret id":          {edit: func(c *entra.Credentials) { c.Secret = "0b5e0f2e-8a57-4bd5-9be1-4b6d1f6f8f11" }, field: "Secret", words: "Secret ID"},
		"client as secret":   {edit: func(c *entra.Credentials) { c.Secret = strings.ToUpper(clientID) }, field: "Secret", words: "Application (client) ID once more"},
		"tenant as secret":   {edit: func(c *entra.Credentials) { c.Secret = tenantID }, field: "Secret", words: "tenant once more"},
		"domain as secret":   {edit: func(c *entra.Credentials) { c.Tenant, c.Secret = "rooms.contoso.com", "rooms.contoso.com" }, field: "Secret", words: "tenant once more"},
		"address as secret":  {edit: func(c *entra.Credentials) { c.Secret = "https://entra.microsoft.com" }, field: "Secret", words: "web address"},
		"short secret":       {edit: func(c *entra.Credentials) { c.Secret = "abc8Q~" }, field: "Secret", words: "too short"},
		"hidden secret":      {edit: func(c *entra.Credentials) { c.Secret = "abc******************" }, field: "Secret", words: "hides"},
		"public, any secret": {edit: func(c *entra.Credentials) { c.Public, c.Secret = true, "short" }},
		"app-only has no public": {edit: func(c *entra.Credentials) { c.AppOnly, c.Public, c.Secret = true, true, "short" },
			field: "Secret", words: "too short"},
		"blank in secret":     {edit: func(c *entra.Credentials) { c.Secret = "a b" }, field: "Secret", words: "blanks"},
		"path without slash":  {edit: func(c *entra.Credentials) { c.RedirectPath = "roomink" }, field: "RedirectPath", words: "starts with /"},
		"path with query":     {edit: func(c *entra.Credentials) { c.RedirectPath = "/a?b" }, field: "RedirectPath", words: "starts with /"},
		"port":                {edit: func(c *entra.Credentials) { c.Port = 70000 }, field: "Port", words: "65535"},
		"cleartext authority": {edit: func(c *entra.Credentials) { c.Cloud = entra.Global(); c.Cloud.Authority = "http://login.example" }, field: "Cloud", words: "https"},
		"local authority": {edit: func(c *entra.Credentials) {
			c.Cloud = entra.Cloud{Authority: "http://127.0.0.1:1", Graph: "http://localhost:1"}
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := good
			tt.edit(&c)
			err := c.Validate()
			if tt.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			fe, ok := errors.AsType[*entra.FieldError](err)
			if !ok || fe.Field != tt.field || !strings.Contains(fe.Problem, tt.words) {
				t.Fatalf("got %v, want a problem with %s that says %q", err, tt.field, tt.words)
			}
			begin := entra.SignIn
			if c.AppOnly {
				begin = entra.Approve
			}
			if _, err := begin(t.Context(), c, entra.Options{}); err == nil {
				t.Error("they were taken")
			}
		})
	}
}

func TestValidateTellsAllAtOnce(t *testing.T) {
	err := entra.Credentials{Secret: clientID}.Validate()
	for _, field := range []string{"Tenant: ", "ClientID: ", "Secret: "} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%q is missing in %v", field, err)
		}
	}
	if strings.Contains(err.Error(), clientID) {
		t.Error("the error repeats the secret")
	}
}

// TestSecretIsNeededAtLast: Validate lets a secret come later, Ready and with it
// SignIn and Approve don't.
func TestSecretIsNeededAtLast(t *testing.T) {
	c := entra.Credentials{Tenant: tenantID, ClientID: clientID}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	open := entra.Options{Open: func(string) error { t.Error("the browser was opened"); return nil }}
	_, signIn := entra.SignIn(t.Context(), c, open)
	c.Public = true
	if err := c.Ready(); err != nil {
		t.Errorf("a public client: %v", err)
	}
	_, approve := entra.Approve(t.Context(), c, open)
	for name, err := range map[string]error{"SignIn": signIn, "Approve": approve} {
		if fe, ok := errors.AsType[*entra.FieldError](err); !ok || fe.Field != "Secret" {
			t.Errorf("%s: %v", name, err)
		}
	}
	contains(t, signIn.Error(), "Mobile and desktop applications")
	if strings.Contains(approve.Error(), "Mobile") {
		t.Errorf("an app that works by itself always needs a secret: %v", approve)
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	c := entra.Credentials{Cloud: entra.Global(), Tenant: tenantID, ClientID: clientID, Secret: "hidden-one"}
	tokens := entra.Tokens{Access: "hidden-two", Refresh: "hidden-three", Account: entra.Account{Name: "Ada"}, Scopes: []string{"Calendars.Read"}}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("test", "credentials", c, "tokens", tokens)
	for _, s := range []string{log.String(), fmt.Sprintf("%v %+v %s", c, c, c), fmt.Sprintf("%v %+v %s", tokens, tokens, tokens)} {
		if strings.Contains(s, "hidden") {
			t.Errorf("a secret in %s", s)
		}
	}
	contains(t, fmt.Sprint(c, tokens), clientID, tenantID, "Ada", "Calendars.Read")
}
