package entra

import (
	"cmp"
	"errors"
	"strings"
)

// DefaultRedirectPath is the path of the redirect URI that an admin registers:
// http://localhost/roomink. Entra ignores its port and compares its path with
// regard to case (learn.microsoft.com/entra/identity-platform/reply-url).
const DefaultRedirectPath = "/roomink"

// AnyOrganization is the Tenant of an app for several tenants: whoever signs in or
// approves names the tenant by doing so.
const AnyOrganization = "organizations"

// Credentials are what an admin copies from the app registration.
type Credentials struct {
	Cloud  Cloud  // the zero value means Global
	Tenant string // tenant ID (a GUID), a verified domain, or AnyOrganization
	// ClientID is the registration's Application (client) ID, a GUID.
	ClientID string
	// Secret is the Value of a client secret; needed unless Public.
	Secret string
	// Public says that the redirect URI is registered for the platform "Mobile and
	// desktop applications". Such an app must not send a secret, so none is sent even
	// if Secret holds one. It means nothing with AppOnly.
	Public bool
	// AppOnly says that the app works by itself after an approval, without a person
	// signing in. SignIn, Approve and Resume know it anyway; it serves the words of
	// Explain.
	AppOnly bool
	// RedirectPath is the path of the registered redirect URI; DefaultRedirectPath
	// when empty.
	RedirectPath string
	// Port is the loopback port to listen on; 0 takes a free one.
	Port int
}

// FieldError is one field of Credentials that can't be right.
type FieldError struct {
	Field   string // Go name of the field
	Problem string // what is wrong and what to do, a sentence without full stop
}

// Error names the field and the problem.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Trimmed gives the credentials without the blanks that copying leaves at the
// ends, and with defaults filled in.
func (c Credentials) Trimmed() Credentials {
	c.Tenant, c.ClientID, c.Secret = strings.TrimSpace(c.Tenant), strings.TrimSpace(c.ClientID), strings.TrimSpace(c.Secret)
	if strings.EqualFold(c.Tenant, AnyOrganization) {
		c.Tenant = AnyOrganization
	}
	c.Public = c.Public && !c.AppOnly
	c.RedirectPath = cmp.Or(strings.TrimSpace(c.RedirectPath), DefaultRedirectPath)
	c.Cloud = cmp.Or(c.Cloud, Global())
	return c
}

// Validate reports everything that can be seen to be wrong without asking
// Microsoft: *[FieldError] values, joined. A missing secret is no mistake yet; see
// Ready.
func (c Credentials) Validate() error {
	c = c.Trimmed()
	return errors.Join(
		field("Cloud", cloudProblem(c.Cloud)),
		field("Tenant", tenantProblem(c.Tenant)),
		field("ClientID", clientIDProblem(c.ClientID, c.Tenant)),
		field("Secret", c.secretProblem()),
		field("RedirectPath", redirectProblem(c.RedirectPath)),
		field("Port", portProblem(c.Port)))
}

// Ready is Validate, and reports a missing secret as well: whether SignIn or
// Approve can begin.
func (c Credentials) Ready() error {
	c = c.Trimmed()
	err := c.Validate()
	if c.Secret != "" || c.Public {
		return err
	}
	problem := "enter the Value of a client secret"
	if !c.AppOnly {
		problem += "; only an app whose redirect URI is registered for \"Mobile and desktop applications\" works without one"
	}
	return errors.Join(err, &FieldError{Field: "Secret", Problem: problem})
}

// RedirectURI is what an admin registers, without a port: Entra ignores it.
func (c Credentials) RedirectURI() string { return "http://localhost" + c.Trimmed().RedirectPath }

// String leaves the secret out, so that no log or error can show it by accident.
func (c Credentials) String() string {
	return "app " + c.ClientID + " in tenant " + c.Tenant + " of " + c.Cloud.Name
}

// sentSecret is the secret that requests carry.
func (c Credentials) sentSecret() string {
	if c.Public {
		return ""
	}
	return c.Secret
}

// platform is where an admin finds the redirect URI in the portal.
func (c Credentials) platform() string {
	if c.Public {
		return "Mobile and desktop applications"
	}
	return "Web"
}

// at is c at another tenant.
func (c Credentials) at(tenant string) Credentials {
	c.Tenant = tenant
	return c
}

func field(name, problem string) error {
	if problem == "" {
		return nil
	}
	return &FieldError{Field: name, Problem: problem}
}
