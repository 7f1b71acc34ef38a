package tenant

import (
	"crypto/rand"
	"crypto/subtle"
	"slices"
	"time"

	"github.com/google/uuid"
)

// ClientSecret is a row of "Certificates & secrets" in the portal. Its KeyID is
// the "Secret ID" that people paste in place of the Value (AADSTS7000215).
type ClientSecret struct {
	KeyID      string
	Name       string
	Value      string
	Start, End time.Time // valid from Start until before End
}

// Hint is all of the value that the portal and Graph show later on.
func (s ClientSecret) Hint() string { return s.Value[:min(3, len(s.Value))] }

// secretLife is the longest that the portal offers.
const secretLife = 2 * 365 * 24 * time.Hour

// ClientSecrets lists the registration's secrets, oldest first.
func (t *Tenant) ClientSecrets() []ClientSecret {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	return slices.Clone(t.entra.secrets)
}

// AddClientSecret makes another secret beside the ones there are, which stay
// valid, and returns its value. Credentials gives the newest.
func (t *Tenant) AddClientSecret(expires time.Time) (value string) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	value = newSecretValue()
	for slices.ContainsFunc(t.entra.secrets, func(s ClientSecret) bool { return s.Hint() == value[:3] }) {
		value = newSecretValue() // two rows that look the same would puzzle a test, not a person
	}
	t.entra.secrets = append(t.entra.secrets, ClientSecret{KeyID: uuid.NewString(), Name: appName, Value: value, Start: t.now(), End: expires})
	return value
}

// RemoveClientSecret deletes a secret by its value: using it is AADSTS7000215
// from now on.
func (t *Tenant) RemoveClientSecret(value string) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.secrets = slices.DeleteFunc(slices.Clone(t.entra.secrets), func(s ClientSecret) bool { return s.Value == value })
}

// SetClientSecret puts one secret in place of all: the old ones no longer work.
// It lives for two years.
func (t *Tenant) SetClientSecret(value string) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.secrets = []ClientSecret{{KeyID: uuid.NewString(), Name: appName, Value: value, Start: t.now(), End: t.now().Add(secretLife)}}
}

// ExpireClientSecret makes the newest secret an expired one (AADSTS7000222).
func (t *Tenant) ExpireClientSecret() {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	if n := len(t.entra.secrets); n > 0 {
		t.entra.secrets = slices.Clone(t.entra.secrets)
		t.entra.secrets[n-1].End = t.now()
	}
}

// newSecretValue looks as Entra's do: 40 characters with "8Q~" after the third.
func newSecretValue() string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	var b [40]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	for i := range b {
		b[i] = letters[b[i]%64]
	}
	copy(b[3:], "8Q~")
	return string(b[:])
}

func (d *directory) currentSecret() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.secrets) == 0 {
		return ""
	}
	return d.secrets[len(d.secrets)-1].Value
}

func (d *directory) checkSecret(given string) *oauthError {
	if given == "" {
		return oauthErr("invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.secrets, func(s ClientSecret) bool {
		return subtle.ConstantTimeCompare([]byte(given), []byte(s.Value)) == 1
	})
	switch {
	case i < 0:
		return oauthErr("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'.", clientID)
	case !d.t.now().Before(d.secrets[i].End):
		return oauthErr("invalid_client", 7000222, "The provided client secret keys for app '%s' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.", clientID)
	}
	return nil
}

// authenticate checks how a client that signed a user in shows who it is.
func (d *directory) authenticate(secret string, p Platform) *oauthError {
	switch {
	case p == Web:
		return d.checkSecret(secret)
	case secret != "":
		return oauthErr("invalid_client", 700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
	}
	return nil
}
