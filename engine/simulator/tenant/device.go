package tenant

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
)

// deviceGrant is the grant type of RFC 8628
// (learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code).
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// deviceLife is how long a code can be entered; Entra says 15 minutes.
const deviceLife = 15 * time.Minute

// deviceGrantee is a device that waits for somebody to enter its code elsewhere.
type deviceGrantee struct {
	device, code string
	scopes       []string
	issued       time.Time
	user         *Account // who entered it
	declined     bool
	spent        bool
}

// deviceCode hands out a code.
func (t *Tenant) deviceCode(w http.ResponseWriter, r *http.Request, _ string, wrong *oauthError) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil || wrong != nil {
		if wrong == nil {
			wrong = oauthErr("invalid_request", 9002313, "Invalid request. Request is malformed or invalid.")
		}
		t.writeTokenError(w, r, wrong)
		return
	}
	id, _ := clientOf(r)
	bad := t.entra.checkClient(id)
	var scopes []string
	if bad == nil {
		scopes, bad = t.entra.parseScopes(r.PostForm.Get("scope"), t.baseOf(r))
	}
	if bad != nil {
		t.writeTokenError(w, r, bad)
		return
	}
	g := &deviceGrantee{device: rand.Text(), code: rand.Text()[:9], scopes: scopes, issued: t.now()}
	t.entra.mu.Lock()
	t.entra.devices = append(t.entra.devices, g)
	t.entra.mu.Unlock()
	page := t.baseOf(r) + "/devicelogin"
	writeJSON(w, http.StatusOK, map[string]any{
		"user_code": g.code, "device_code": g.device, "verification_uri": page,
		"expires_in": int(deviceLife.Seconds()), "interval": 1,
		"message": "To sign in, use a web browser to open the page " + page + " and enter the code " + g.code + " to authenticate.",
	})
}

// EnterCode is what a person does with a code on another computer: signs in as an account
// and, unless accept is false, continues and consents. It reports whether the code is good.
func (t *Tenant) EnterCode(code, username string, accept bool) bool {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	for _, g := range t.entra.devices {
		if g.code != code || g.spent || g.user != nil || t.now().Sub(g.issued) >= deviceLife {
			continue
		}
		for _, a := range t.accounts() {
			if strings.EqualFold(a.Username, username) {
				g.user, g.declined = &a, !accept
				return true
			}
		}
	}
	return false
}

func (t *Tenant) redeemDevice(base string, form url.Values, secret string) (*tokenReply, *oauthError) {
	platform := t.entra.registration().Platform
	if bad := t.entra.authenticate(secret, platform); bad != nil {
		return nil, bad
	}
	g, bad := t.entra.takeDevice(form.Get("device_code"))
	if bad != nil {
		return nil, bad
	}
	return t.issue(base, "", refreshToken{user: *g.user, platform: platform, scopes: g.scopes, signedIn: t.now(), session: uuid.NewString()})
}

func (d *directory) takeDevice(device string) (*deviceGrantee, *oauthError) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, g := range d.devices {
		switch {
		case g.device != device || g.spent:
			continue
		case d.t.now().Sub(g.issued) >= deviceLife:
			return nil, oauthErr("expired_token", 70020, "The provided value for the input parameter 'device_code' is not valid. This device code has expired.")
		case g.declined:
			return nil, oauthErr("authorization_declined", 70018, "User declined to authorize.")
		case g.user == nil:
			return nil, oauthErr("authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
		}
		g.spent = true
		return g, nil
	}
	return nil, oauthErr("bad_verification_code", 70019, "The verification code is not valid.")
}
