package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/entra"
	"github.com/roomink/roomink/engine/store"
)

// Names of sealed secrets in the store.
const (
	secretClient = "client-secret" // of the saved credentials
	secretDraft  = "draft-secret"  // typed into the guide, and not in use yet
	secretSignIn = "sign-in"
)

// Cloud is one of Microsoft's clouds to choose from.
type Cloud struct {
	Name   string // as in Credentials.Cloud
	Portal string // address of the page where an admin registers apps
}

// Clouds lists the clouds to choose from, the usual one first.
func (e *Engine) Clouds() []Cloud {
	list := make([]Cloud, 0, len(e.cfg.Clouds))
	for _, c := range e.cfg.Clouds {
		list = append(list, Cloud{Name: c.Name, Portal: c.Portal})
	}
	return list
}

// SaveDraft keeps what a person has begun to type, right or wrong, so that closing
// the window half-way loses nothing. An empty Secret keeps the one that was typed
// before, also while a registration without a secret is tried out: the portal shows a
// secret only once. While the keychain is locked a Secret can't be kept, and the error
// says so, but the rest is.
func (e *Engine) SaveDraft(ctx context.Context, d Draft) error {
	e.drafting.Lock()
	defer e.drafting.Unlock()
	secret := strings.TrimSpace(d.Secret)
	e.mu.Lock()
	d.Secret, d.HasSecret = "", e.state.account.Draft.HasSecret
	e.mu.Unlock()
	var locked error
	if secret != "" && !e.unlocked() {
		secret, locked = "", errLocked
	}
	var err error
	if secret == "" {
		err = e.db.SaveSetting(ctx, settingDraft, d)
	} else {
		d.HasSecret = true
		err = e.keep(func(seal func(string, []byte) []byte) error {
			return e.db.Update(ctx, store.Update{Settings: map[string]any{settingDraft: d},
				Secrets: map[string][]byte{secretDraft: seal(secretDraft, []byte(secret))}})
		})
	}
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.state.account.Draft = d
	e.mu.Unlock()
	e.changed()
	return locked
}

// SaveCredentials keeps what an admin brought from the portal. Whoever is signed in
// stays so until the next Connect. Obvious mistakes are refused (see [Explain]). An
// empty secret means the one that was typed into the draft of the same registration,
// or else the one that is saved for it; a registration without a secret loses it.
func (e *Engine) SaveCredentials(ctx context.Context, c Credentials) error {
	e.drafting.Lock()
	defer e.drafting.Unlock()
	full, err := e.credentials(ctx, c)
	if err != nil {
		return err
	}
	if err := full.Validate(); err != nil {
		return err
	}
	full = full.Trimmed()
	c = savedCredentials(full, c)
	e.mu.Lock()
	draft, before := e.state.account.Draft, e.state.account.Credentials
	e.mu.Unlock()
	draft.Credentials, draft.HasSecret = c, false
	if err := e.keepCredentials(ctx, c, full.Secret, draft); err != nil {
		return err
	}
	if before != c {
		e.record(ctx, ActAccount, "The app registration was entered: tenant "+c.Tenant+", client "+c.ClientID, false)
	}
	return nil
}

// keepCredentials saves credentials and their secret as one, with the draft that is left
// to be set up. e.drafting is held.
func (e *Engine) keepCredentials(ctx context.Context, c Credentials, secret string, draft Draft) error {
	u := store.Update{Settings: map[string]any{settingCredentials: c, settingDraft: draft}}
	if !draft.HasSecret {
		u.DeleteSecrets = []string{secretDraft}
	}
	var err error
	if secret == "" {
		u.DeleteSecrets = append(u.DeleteSecrets, secretClient)
		err = e.db.Update(ctx, u)
	} else {
		err = e.keep(func(seal func(string, []byte) []byte) error {
			u.Secrets = map[string][]byte{secretClient: seal(secretClient, []byte(secret))}
			return e.db.Update(ctx, u)
		})
	}
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.state.account.Credentials, e.state.account.Draft, e.state.account.HasSecret = c, draft, secret != ""
	e.mu.Unlock()
	e.watchSecret()
	e.changed()
	return nil
}

// savedCredentials are what is kept of c in the clear, as full has trimmed it.
func savedCredentials(full entra.Credentials, c Credentials) Credentials {
	c.Cloud, c.Tenant, c.ClientID, c.Public, c.Secret = full.Cloud.Name, full.Tenant, full.ClientID, full.Public, ""
	c.RedirectPath, c.Port, c.SecretExpires = full.RedirectPath, full.Port, c.SecretExpires.UTC()
	if c.Mode == "" {
		c.Mode = Delegated
	}
	if full.Secret == "" {
		c.SecretExpires = time.Time{}
	}
	return c
}

// entraCredentials are c in the words of package entra, with the secret that c holds.
func (e *Engine) entraCredentials(c Credentials) (entra.Credentials, error) {
	i := 0
	if c.Cloud != "" {
		i = slices.IndexFunc(e.cfg.Clouds, func(k entra.Cloud) bool { return k.Name == c.Cloud })
		if i < 0 {
			return entra.Credentials{}, &entra.FieldError{Field: "Cloud", Problem: fmt.Sprintf("%q is not a cloud that Roomink knows", c.Cloud)}
		}
	}
	return entra.Credentials{Cloud: e.cfg.Clouds[i], Tenant: c.Tenant, ClientID: c.ClientID, Secret: c.Secret,
		Public: c.Public, AppOnly: c.Mode == Application, RedirectPath: c.RedirectPath, Port: c.Port}.Trimmed(), nil
}

// credentials completes what the app gave with the cloud and a secret that is kept.
func (e *Engine) credentials(ctx context.Context, c Credentials) (entra.Credentials, error) {
	full, err := e.entraCredentials(c)
	if full.Public {
		full.Secret = ""
	}
	if err != nil || full.Public || full.Secret != "" {
		return full, err
	}
	e.mu.Lock()
	saved, draft := e.state.account.Credentials, e.state.account.Draft
	e.mu.Unlock()
	var name string
	switch {
	case draft.HasSecret && e.sameApp(draft.Credentials, c):
		name = secretDraft
	case e.sameApp(saved, c):
		name = secretClient
	default:
		return full, nil
	}
	secret, err := e.secret(ctx, name)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return entra.Credentials{}, err
	}
	full.Secret = string(secret)
	return full, nil
}

// sameApp reports whether both mean the same registration, to which a secret belongs.
func (e *Engine) sameApp(a, b Credentials) bool {
	usual := e.cfg.Clouds[0].Name
	return cmp.Or(a.Cloud, usual) == cmp.Or(b.Cloud, usual) && strings.EqualFold(strings.TrimSpace(a.ClientID), strings.TrimSpace(b.ClientID))
}
