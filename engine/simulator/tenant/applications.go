package tenant

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

var byAppID = regexp.MustCompile(`(?i)^\s*appId\s+eq\s+'([^']*)'\s*$`)

// getApplication is GET /applications(appId='…') or, by object id,
// GET /applications/{id}.
func (t *Tenant) getApplication(c *gcall, args []string) (*greply, error) {
	name, isAppID := strings.CutPrefix(args[0], appIDMark)
	if isAppID && !strings.EqualFold(name, clientID) || !isAppID && !strings.EqualFold(name, appObjectID) {
		return nil, refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.", name)
	}
	what := "applications/$entity"
	if s := c.query.Get("$select"); s != "" {
		what = "applications(" + s + ")/$entity"
	}
	j := t.applicationJSON(c)
	j["@odata.context"] = t.context(c, what)
	return ok(j), nil
}

// listApplications is GET /applications?$filter=appId eq '…'.
func (t *Tenant) listApplications(c *gcall, _ []string) (*greply, error) {
	if bad := c.onlyOptions("$filter", "$select", "$top", "$count"); bad != nil {
		return nil, bad
	}
	value := []any{t.applicationJSON(c)}
	if f := c.query.Get("$filter"); f != "" {
		m := byAppID.FindStringSubmatch(f)
		if m == nil {
			return nil, refuse(http.StatusBadRequest, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified for property 'appId' of resource 'Application'.")
		}
		if !strings.EqualFold(m[1], clientID) {
			value = []any{}
		}
	}
	what := "applications"
	if s := c.query.Get("$select"); s != "" {
		what = "applications(" + s + ")"
	}
	return ok(map[string]any{"@odata.context": t.context(c, what), "value": value}), nil
}

// applicationJSON is the registration as Graph shows it: never a secret's value,
// only its first three characters.
func (t *Tenant) applicationJSON(c *gcall) map[string]any {
	reg := t.Registration()
	audience := "AzureADMyOrg"
	if reg.MultiTenant {
		audience = "AzureADMultipleOrgs"
	}
	secrets := []any{}
	for _, s := range t.ClientSecrets() {
		secrets = append(secrets, map[string]any{"customKeyIdentifier": nil, "displayName": s.Name, "keyId": s.KeyID, "hint": s.Hint(),
			"startDateTime": s.Start.UTC().Format(time.RFC3339), "endDateTime": s.End.UTC().Format(time.RFC3339), "secretText": nil})
	}
	j := map[string]any{"id": appObjectID, "appId": clientID, "displayName": appName, "signInAudience": audience, "passwordCredentials": secrets}
	if raw := c.query.Get("$select"); raw != "" { // unlike Exchange, the directory adds no id
		for k := range j {
			if !strings.Contains(","+strings.ToLower(strings.ReplaceAll(raw, " ", ""))+",", ","+strings.ToLower(k)+",") {
				delete(j, k)
			}
		}
	}
	return j
}
