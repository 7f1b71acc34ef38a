package entra

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// What can be seen to be wrong with a field: each check gives a sentence without
// full stop, or "".

// domainName is a DNS name of two labels or more, as Entra's verified domains are.
var domainName = regexp.MustCompile(`^(?i)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// redirectPath excludes what Entra forbids in redirect URIs and what would need
// escaping.
var redirectPath = regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)

// minSecret is a length that no secret made by Entra falls short of: they have
// about 40 characters.
const minSecret = 16

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
	case isGUID(tenant) || tenant == AnyOrganization || domainName.MatchString(tenant):
		return ""
	case strings.EqualFold(tenant, "common"), strings.EqualFold(tenant, "consumers"):
		return fmt.Sprintf("%q lets private accounts in, which have no rooms: enter your Directory (tenant) ID, or %q for an app of several organisations", tenant, AnyOrganization)
	case strings.Contains(tenant, "@"):
		return "this looks like an e-mail address: enter only the part after the @, or the Directory (tenant) ID"
	case isAddress(tenant):
		return "this is a web address: enter only the Directory (tenant) ID, or the domain"
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

// secretProblem recognises what gets pasted in place of a secret's Value.
func (c Credentials) secretProblem() string {
	s := c.Secret
	const instead = ": copy the text in the column Value of Certificates & secrets instead"
	switch {
	case s == "" || c.Public: // not sent
		return ""
	case strings.EqualFold(s, c.ClientID):
		return "this is the Application (client) ID once more" + instead
	case strings.EqualFold(s, c.Tenant):
		return "this is the tenant once more" + instead
	case isGUID(s):
		return "this is the Secret ID: copy the text in the column Value instead (it is shown only once, right after the secret was made; if it is gone, make a new secret)"
	case isAddress(s):
		return "this is a web address" + instead
	case strings.ContainsAny(s, " \t\r\n\u00a0"):
		return "a client secret has no blanks in it: copy the column Value again"
	case strings.Contains(s, "***"), strings.Contains(s, "•••"):
		return "the portal hides this secret by now, so the copy holds only its beginning: make a new secret and copy its Value at once"
	case len(s) < minSecret:
		return "this is too short for a client secret, which has about 40 characters: copy the whole text of the column Value"
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

func isAddress(s string) bool {
	s = strings.ToLower(s)
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
