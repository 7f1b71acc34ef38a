package entra_test

import (
	"errors"
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
		"domain":              {edit: func(c *entra.Credentials) { c.Tenant = "contoso.onmicrosoft.com" }},
		"public client":       {edit: func(c *entra.Credentials) { c.Secret = "" }},
		"no tenant":           {edit: func(c *entra.Credentials) { c.Tenant = "" }, field: "Tenant", words: "tenant"},
		"common":              {edit: func(c *entra.Credentials) { c.Tenant = "common" }, field: "Tenant", words: "private accounts"},
		"e-mail":              {edit: func(c *entra.Credentials) { c.Tenant = "ada@contoso.com" }, field: "Tenant", words: "after the @"},
		"path in tenant":      {edit: func(c *entra.Credentials) { c.Tenant = "a/../b.com" }, field: "Tenant", words: "neither"},
		"no client":           {edit: func(c *entra.Credentials) { c.ClientID = "" }, field: "ClientID", words: "enter"},
		"name as client":      {edit: func(c *entra.Credentials) { c.ClientID = "Room signs" }, field: "ClientID", words: "has the form"},
		"braces":              {edit: func(c *entra.Credentials) { c.ClientID = "{" + clientID + "}" }, field: "ClientID", words: "has the form"},
		"tenant as client":    {edit: func(c *entra.Credentials) { c.ClientID = tenantID }, field: "ClientID", words: "tenant ID once more"},
		"secret id":           {edit: func(c *entra.Credentials) { c.Secret = clientID }, field: "Secret", words: "Secret ID"},
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
			if _, err := entra.SignIn(t.Context(), c, entra.Options{}); err == nil {
				t.Error("SignIn took them")
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
