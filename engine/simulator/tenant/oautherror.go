package tenant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// oauthError is an error of Entra ID in the words and with the number that
// Microsoft uses (learn.microsoft.com/entra/identity-platform/reference-error-codes).
type oauthError struct {
	Error    string // OAuth error, such as "invalid_client"
	Code     int    // AADSTS number
	Message  string // without the "AADSTSn: " prefix
	SubError string
	Claims   string // JSON text, of a Conditional Access challenge
}

// status is 401 for invalid_client, else 400 (graph.md 1.9).
func (e *oauthError) status() int {
	if e.Error == "invalid_client" {
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

func oauthErr(kind string, code int, format string, args ...any) *oauthError {
	return &oauthError{Error: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// described is an oauthError as it leaves: with trace id, correlation id and
// time, which support asks for.
type described struct {
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
	ErrorCodes       []int  `json:"error_codes"`
	Timestamp        string `json:"timestamp"`
	TraceID          string `json:"trace_id"`
	CorrelationID    string `json:"correlation_id"`
	ErrorURI         string `json:"error_uri"`
	SubError         string `json:"suberror,omitempty"`
	Claims           string `json:"claims,omitempty"`
}

func (e *oauthError) describe(base string, now time.Time) described {
	d := described{Error: e.Error, ErrorCodes: []int{e.Code}, Timestamp: now.UTC().Format("2006-01-02 15:04:05Z"),
		TraceID: uuid.NewString(), CorrelationID: uuid.NewString(),
		ErrorURI: fmt.Sprintf("%s/error?code=%d", base, e.Code), SubError: e.SubError, Claims: e.Claims}
	d.ErrorDescription = fmt.Sprintf("AADSTS%d: %s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s",
		e.Code, e.Message, d.TraceID, d.CorrelationID, d.Timestamp)
	return d
}

func (t *Tenant) writeTokenError(w http.ResponseWriter, r *http.Request, e *oauthError) {
	writeJSON(w, e.status(), e.describe(t.baseOf(r), t.now()))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(compact(v)) // the client hung up: nothing left to tell it
}

// compact is JSON as Entra writes it: no line break, and neither <, > nor &
// escaped.
func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // only strings and numbers are in it
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// The errors that several endpoints share.

func errMissing(param string) *oauthError {
	return oauthErr("invalid_request", 900144, "The request body must contain the following parameter: '%s'.", param)
}

func errUnknownTenant(name string) *oauthError {
	return oauthErr("invalid_request", 90002, "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.", name)
}

func errSingleTenant() *oauthError {
	return oauthErr("invalid_request", 50194, "Application '%s'(%s) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.", clientID, appName)
}

func errUnknownClient(id, company string) *oauthError {
	return oauthErr("unauthorized_client", 700016, "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.", id, company)
}

func errRedirect(uri string) *oauthError {
	return oauthErr("invalid_request", 50011, "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to fix this.", uri, clientID)
}

func errNothingConfigured(base string) *oauthError {
	return oauthErr("invalid_resource", 650057, "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: %s(%s). Resource value from request: %s. Resource app ID: 00000003-0000-0000-c000-000000000000. List of valid resources from app registration: .", clientID, appName, base)
}

func errAppDisabled() *oauthError {
	return oauthErr("unauthorized_client", 7000112, "Application '%s'(%s) is disabled.", clientID, appName)
}

func errDeclined() *oauthError {
	return oauthErr("access_denied", 65004, "User declined to consent to access the app.")
}

func errNeedsAdmin() *oauthError {
	return oauthErr("access_denied", 90094, "%s needs permission to access resources in your organization that only an admin can grant. Ask an admin to grant permission to this app before you can use it.", appName)
}

func errNoConsent() *oauthError {
	e := oauthErr("invalid_grant", 65001, "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource.", clientID, appName)
	e.SubError = "consent_required"
	return e
}

func errServer(err error) *oauthError {
	return oauthErr("server_error", 90033, "A transient error has occurred. Please try again. (%v)", err)
}
