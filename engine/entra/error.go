package entra

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Error is a failure to sign in or to stay signed in, with words for the person
// in charge. Control flow hangs on OAuth's error and the HTTP status alone:
// Microsoft asks that AADSTS numbers are used for help texts only
// (learn.microsoft.com/entra/identity-platform/reference-error-codes).
type Error struct {
	Op     string // what was attempted, such as "sign in to contoso.com"
	Title  string // what is wrong, a sentence without full stop
	Remedy string // what to do next, sentences

	Code     int    // AADSTS number; 0 if Microsoft gave none
	OAuth    string // RFC 6749 error, such as "invalid_grant"; may be empty
	SubError string // Entra's suberror, such as "bad_token"; may be empty
	// Description is Microsoft's own sentence. It may name the user or the app, so
	// it is for the screen, not for logs.
	Description string
	// CorrelationID and At find the attempt in Entra's sign-in log.
	CorrelationID string
	At            time.Time

	// NeedsSignIn says that only a person can mend it, by signing in again, or for an
	// app by approving it again.
	NeedsSignIn bool
	// BadSecret says that Microsoft refused the client secret, or wants one, or wants
	// none: the sign-in itself is as good as it was.
	BadSecret bool
	// Temporary says that the same request may succeed later, after RetryAfter
	// where that is set.
	Temporary  bool
	RetryAfter time.Duration

	Err error // cause; may be nil
}

// Error gives operation, title and code.
func (e *Error) Error() string {
	s := e.Op + ": " + lowerFirst(e.Title)
	if e.Code != 0 {
		s += fmt.Sprintf(" (AADSTS%d)", e.Code)
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// PersonNeeded says that trying again is useless until a person acts: signs in,
// or mends the credentials.
func (e *Error) PersonNeeded() bool { return !e.Temporary }

// Advice is Remedy.
func (e *Error) Advice() string { return e.Remedy }

// lowerFirst makes a title fit into a sentence, but leaves names alone.
func lowerFirst(s string) string {
	for _, name := range []string{"Microsoft", "Entra", "Conditional", "Roomink", "I "} {
		if strings.HasPrefix(s, name) {
			return s
		}
	}
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// wireError is an OAuth error as Entra sends it, in JSON or in a redirect.
type wireError struct {
	OAuth, SubError, Description string
	Code                         int
	CorrelationID                string
	At                           time.Time
}

// parseErrorBody reads the token endpoint's error JSON. Anything may come in
// (proxies answer, too), so whatever can't be read stays empty.
func parseErrorBody(body []byte) wireError {
	var j struct {
		Error         string `json:"error"`
		SubError      string `json:"suberror"`
		Description   string `json:"error_description"`
		Codes         []int  `json:"error_codes"`
		Timestamp     string `json:"timestamp"`
		CorrelationID string `json:"correlation_id"`
	}
	if json.Unmarshal(body, &j) != nil || j.Error == "" {
		return wireError{}
	}
	w := describe(j.Error, j.SubError, j.Description)
	if len(j.Codes) > 0 {
		w.Code = max(j.Codes[0], 0)
	}
	if j.CorrelationID != "" {
		w.CorrelationID = clip(j.CorrelationID, 64)
	}
	if at, err := time.Parse(stampLayout, j.Timestamp); err == nil {
		w.At = at
	}
	return w
}

const stampLayout = "2006-01-02 15:04:05Z"

var (
	aadstsCode    = regexp.MustCompile(`^AADSTS(\d{4,9}):\s*`)
	correlationID = regexp.MustCompile(`Correlation ID: ([0-9a-fA-F-]{36})`)
	timestamp     = regexp.MustCompile(`Timestamp: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ)`)
)

// describe takes Entra's description apart: "AADSTS65004: User declined to
// consent to access the app.\r\nTrace ID: …\r\nCorrelation ID: …\r\nTimestamp: …".
func describe(oauth, sub, text string) wireError {
	w := wireError{OAuth: clip(oauth, 64), SubError: clip(sub, 64)}
	if m := aadstsCode.FindStringSubmatch(text); m != nil {
		w.Code, _ = strconv.Atoi(m[1]) // nine digits at most
		text = text[len(m[0]):]
	}
	if m := correlationID.FindStringSubmatch(text); m != nil {
		w.CorrelationID = m[1]
	}
	if m := timestamp.FindStringSubmatch(text); m != nil {
		if at, err := time.Parse(stampLayout, m[1]); err == nil {
			w.At = at
		}
	}
	if i := strings.Index(text, "Trace ID:"); i >= 0 {
		text = text[:i]
	}
	w.Description = clip(strings.Join(strings.Fields(text), " "), 600)
	return w
}

// clip bounds what strangers send before it reaches a screen.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// wireFailure makes an Error of what Entra said. status is 0 for what came through
// the browser.
func (c Credentials) wireFailure(op string, w wireError, status int, cause error) *Error {
	x := c.explain(w.Code, w.OAuth)
	e := &Error{Op: op, Title: x.Title, Remedy: x.Remedy, Code: w.Code, OAuth: w.OAuth, SubError: w.SubError,
		Description: w.Description, CorrelationID: w.CorrelationID, At: w.At, Err: cause}
	switch w.OAuth {
	case "invalid_grant", "interaction_required", "login_required", "consent_required", "access_denied":
		e.NeedsSignIn = true
	case "unauthorized_client":
		e.NeedsSignIn = c.AppOnly // the app was removed from the tenant: approving brings it back
	case "invalid_client":
		e.BadSecret = w.Code != noCertificate && w.Code != noPrincipal
		e.NeedsSignIn = c.AppOnly && w.Code == noPrincipal
	case "temporarily_unavailable", "server_error":
		e.Temporary = true
	}
	if status >= 500 || status == http.StatusTooManyRequests {
		e.Temporary, e.NeedsSignIn, e.BadSecret = true, false, false
	}
	return e
}

// Numbers that tell apart what "invalid_client" is about; no other word does.
const (
	noCertificate = 700027
	noPrincipal   = 7000229
)

// requestFailure explains why a request to the sign-in service failed. A
// cancelled context comes back as itself.
func (c Credentials) requestFailure(ctx context.Context, op string, err error, now time.Time) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
	if re, ok := errors.AsType[*oauth2.RetrieveError](err); ok && re.Response != nil {
		return c.replyFailure(op, re.Response, re.Body, now)
	}
	if e := c.networkFailure(op, err, now); e != nil {
		return e
	}
	return c.notMicrosoft(op, 0, errors.New("the reply is no token"), now) // err may quote the reply
}

func (c Credentials) replyFailure(op string, resp *http.Response, body []byte, now time.Time) *Error {
	// A body that nobody understands may hold anything: it is not kept.
	cause := fmt.Errorf("HTTP status %d", resp.StatusCode)
	w := parseErrorBody(body)
	e := c.notMicrosoft(op, resp.StatusCode, cause, now)
	if w.OAuth != "" {
		e = c.wireFailure(op, w, resp.StatusCode, cause)
	}
	e.RetryAfter = retryAfter(resp.Header, now)
	if e.At.IsZero() {
		e.At = now
	}
	return e
}

// retryAfter reads a Retry-After header, seconds or date (RFC 9110 10.2.3).
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.Atoi(v); err == nil {
		return time.Duration(min(max(s, 0), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), 24*time.Hour)
	}
	return 0
}
