package entra

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// DefaultRedirectPath is the path of the redirect URI that an admin registers:
// http://localhost/roomink. Entra ignores its port and compares its path with
// regard to case (learn.microsoft.com/entra/identity-platform/reply-url).
const DefaultRedirectPath = "/roomink"

// Credentials are what an admin copies from the app registration.
type Credentials struct {
	Cloud  Cloud  // the zero value means Global
	Tenant string // tenant ID (a GUID) or a verified domain
	// ClientID is the registration's Application (client) ID, a GUID.
	ClientID string
	// Secret is the Value of a client secret. It is empty for a registration of
	// the platform "Mobile and desktop applications", which has none.
	Secret string
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

// domainName is a DNS name of two labels or more, as Entra's verified domains are.
var domainName = regexp.MustCompile(`^(?i)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// redirectPath excludes what Entra forbids in redirect URIs and what would need
// escaping.
var redirectPath = regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)

// Trimmed gives the credentials without the blanks that copying leaves at the
// ends, and with defaults filled in.
func (c Credentials) Trimmed() Credentials {
	c.Tenant, c.ClientID, c.Secret = strings.TrimSpace(c.Tenant), strings.TrimSpace(c.ClientID), strings.TrimSpace(c.Secret)
	c.RedirectPath = cmp.Or(strings.TrimSpace(c.RedirectPath), DefaultRedirectPath)
	c.Cloud = cmp.Or(c.Cloud, Global())
	return c
}

// Validate reports everything that can be seen to be wrong without asking
// Microsoft: *[FieldError] values, joined.
func (c Credentials) Validate() error {
	c = c.Trimmed()
	return errors.Join(
		field("Cloud", cloudProblem(c.Cloud)),
		field("Tenant", tenantProblem(c.Tenant)),
		field("ClientID", clientIDProblem(c.ClientID, c.Tenant)),
		field("Secret", secretProblem(c.Secret)),
		field("RedirectPath", redirectProblem(c.RedirectPath)),
		field("Port", portProblem(c.Port)))
}

// RedirectURI is what an admin registers, without a port: Entra ignores it.
func (c Credentials) RedirectURI() string { return "http://localhost" + c.Trimmed().RedirectPath }

func field(name, problem string) error {
	if problem == "" {
		return nil
	}
	return &FieldError{Field: name, Problem: problem}
}

func cloudProblem(c Cloud) string {
	if err := c.validate(); err != nil {
		return err.Error()
	}
	return ""
}

func tenantProblem(tenant string) string {
	switch {
	case tenant == "":
		return "enter the Directory (tenant) ID, or a domain of your organisation such as contoso.com"
	case isGUID(tenant) || domainName.MatchString(tenant):
		return ""
	case strings.EqualFold(tenant, "common"), strings.EqualFold(tenant, "organizations"), strings.EqualFold(tenant, "consumers"):
		return fmt.Sprintf("%q is not one organisation: enter your Directory (tenant) ID instead", tenant)
	case strings.Contains(tenant, "@"):
		return "this looks like an e-mail address: enter only the part after the @, or the Directory (tenant) ID"
	}
	return "this is neither a Directory (tenant) ID (such as 7b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713) nor a domain (such as contoso.com)"
}

func clientIDProblem(id, tenant string) string {
	switch {
	case id == "":
		return "enter the Application (client) ID of the app registration"
	case !isGUID(id):
		return "the Application (client) ID has the form 2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401: copy it from the Overview page of the app registration"
	case strings.EqualFold(id, tenant):
		return "this is the tenant ID once more: copy the Application (client) ID, which stands above it"
	}
	return ""
}

func secretProblem(secret string) string {
	switch {
	case isGUID(secret):
		return "this is the Secret ID: copy the text in the column Value instead (it is shown only once, right after the secret was made; if it is gone, make a new secret)"
	case strings.ContainsAny(secret, " \t\r\n"):
		return "a client secret has no blanks in it: copy the column Value again"
	}
	return ""
}

func redirectProblem(path string) string {
	if !redirectPath.MatchString(path) {
		return "the path of the redirect URI starts with / and holds only letters, digits and . _ ~ - /"
	}
	return ""
}

func portProblem(port int) string {
	if port < 0 || port > 65535 {
		return "a port is a number from 1 to 65535, or 0 for any free one"
	}
	return ""
}

// isGUID accepts the 36-character form only, the one that portals show.
func isGUID(s string) bool {
	return len(s) == 36 && uuid.Validate(s) == nil
}
