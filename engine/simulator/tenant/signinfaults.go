package tenant

import (
	"fmt"
	"net/http"
	"sync"
)

// Always, as the number of times that a fault strikes, is until n = 0 is ordered
// or ClearSignInFaults is called.
const Always = -1

// signInFaults are the failures that a test ordered of Entra ID.
type signInFaults struct {
	page     ordered[int]
	redirect ordered[redirectFault]
	token    ordered[TokenFault]
}

type redirectFault struct {
	oauth string
	code  int
}

// ordered is a fault with the number of times that it is left to strike.
type ordered[T any] struct {
	mu    sync.Mutex
	left  int // negative: for ever
	fault T
}

func (o *ordered[T]) order(n int, fault T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.left, o.fault = n, fault
}

func (o *ordered[T]) take() (fault T, failing bool) {
	return o.takeIf(func(T) bool { return true })
}

func (o *ordered[T]) takeIf(fits func(T) bool) (fault T, failing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.left == 0 || !fits(o.fault) {
		return fault, false
	}
	if o.left > 0 {
		o.left--
	}
	return o.fault, true
}

// FailAuthorize makes the next n visits to the sign-in or admin consent page end
// on Microsoft's own error page with an AADSTS code, such as 50011, 700016,
// 90002, 50194 or 53003. The app hears nothing of it. Any code may be named.
func (t *Tenant) FailAuthorize(n, code int) { t.sign.page.order(n, code) }

// FailRedirect makes the next n visits to the sign-in or admin consent page come
// straight back to the app with an OAuth error, such as "access_denied", and an
// AADSTS code. An empty oauthError is the one that belongs to the code. Wrong
// clients and redirect URIs still end on Microsoft's own page.
func (t *Tenant) FailRedirect(n int, oauthError string, code int) {
	t.sign.redirect.order(n, redirectFault{oauthError, code})
}

// TokenFault is how the token endpoint fails.
type TokenFault struct {
	// Grant limits the fault to requests of one grant_type; "" = all.
	Grant string

	// Error and Code word the refusal; an empty Error is the one that belongs to
	// the AADSTS Code. SubError and Claims are left out when empty.
	Error            string
	Code             int
	SubError, Claims string

	Status int         // HTTP status; 0 = 401 for invalid_client, else 400
	Header http.Header // besides the usual ones, such as Retry-After

	// Body is sent in place of JSON, as text/html, as by a proxy in between.
	Body string
	// Cut says that the tenant does its work, and the answer suffers on the way.
	Cut Cut
}

// Cut is what happens to a true answer of the token endpoint on its way.
type Cut int

// The ways to cut an answer.
const (
	Whole     Cut = iota
	Truncated     // half of the JSON arrives, as a whole HTTP response
	Dropped       // the connection breaks before the first byte; wants a real server
)

// BadGateway is what a proxy between the app and Entra says in trouble.
func BadGateway() TokenFault {
	return TokenFault{Status: http.StatusBadGateway,
		Body: "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"}
}

// FailToken makes the next n requests to the token endpoint fail. A refusal
// leaves codes and refresh tokens as they were.
func (t *Tenant) FailToken(n int, f TokenFault) { t.sign.token.order(n, f) }

// ClearSignInFaults ends what FailAuthorize, FailRedirect and FailToken began.
func (t *Tenant) ClearSignInFaults() {
	t.sign.page.order(0, 0)
	t.sign.redirect.order(0, redirectFault{})
	t.sign.token.order(0, TokenFault{})
}

// failToken answers a token request with an ordered fault, unless the fault only
// cuts the true answer.
func (t *Tenant) failToken(w http.ResponseWriter, r *http.Request, f TokenFault) {
	for k, v := range f.Header {
		w.Header()[k] = v
	}
	if f.Body != "" {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(max(f.Status, http.StatusOK))
		_, _ = fmt.Fprint(w, f.Body)
		return
	}
	e := orderedError(f.Error, f.Code)
	e.SubError, e.Claims = f.SubError, f.Claims
	status := f.Status
	if status == 0 {
		status = e.status()
	}
	writeJSON(w, status, e.describe(t.baseOf(r), t.now()))
}

// orderedError words any AADSTS code; an empty kind is the code's own.
func orderedError(kind string, code int) *oauthError {
	known, ok := words[code]
	if !ok {
		known = [2]string{"invalid_request", "The simulated tenant was told to fail with this code."}
	}
	if kind == "" {
		kind = known[0]
	}
	return oauthErr(kind, code, "%s", known[1])
}
