package setup

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/roomink/roomink/engine"
)

// organizations is the tenant of a registration that several organisations use.
const organizations = "organizations"

// defaultPath is the redirect URI's path where a person chose none.
const defaultPath = "/roomink"

// pause is how long after the last keystroke a draft is kept.
const pause = 500 * time.Millisecond

// keeper holds what a person has entered and has the engine keep it, one save at a
// time and the newest last. It is the UI goroutine's but for the saves themselves.
type keeper struct {
	page    *Page
	draft   engine.Draft // as on the screens; Secret is one that was typed and can be right
	touched bool         // a person has entered something: what is saved must not overwrite it

	kept   engine.Draft // as the engine keeps it
	saving bool
	again  bool   // something changed during a save
	stop   func() // forgets the save that waits for a pause in typing; nil = none waits

	// engine is held while the engine takes in what was entered, so that a draft never
	// arrives after the credentials that came of it.
	engine sync.Mutex
}

// follow takes over what the engine holds, unless a person has begun to enter.
func (k *keeper) follow(a engine.Account, demo *engine.Credentials) {
	if k.touched {
		return
	}
	d := a.Draft
	d.Mode = plain(d.Mode)
	if d.Credentials == (engine.Credentials{}) {
		d.Credentials = a.Credentials
		if demo != nil && d.ClientID == "" {
			d.Credentials = *demo
		}
	}
	d.Mailbox = cmp.Or(d.Mailbox, a.Exposure.Mailbox)
	k.draft, k.kept = d, d
}

// plain writes the usual mode as the zero value, so that untouched drafts are equal.
func plain(m engine.Mode) engine.Mode {
	if m == engine.Delegated {
		return ""
	}
	return m
}

// edit changes the draft, which is kept soon.
func (k *keeper) edit(change func(*engine.Draft)) {
	before := k.draft
	change(&k.draft)
	if k.draft == before {
		return
	}
	k.touched = true
	if k.stop != nil {
		k.stop()
	}
	k.stop = k.page.after(pause, func() {
		k.stop = nil
		k.save(false)
	})
}

// now keeps the draft at once.
func (k *keeper) now() {
	if k.stop != nil {
		k.stop()
		k.stop = nil
	}
	k.save(true)
}

// pending is the draft if the engine does not keep it yet. whole is false in the
// midst of typing: then a secret that may be half typed waits.
func (k *keeper) pending(whole bool) (d engine.Draft, ok bool) {
	d = k.draft
	d.Step = k.page.current
	if d.Secret != "" && !whole && DoubtSecret(d.Secret) != "" {
		d.Secret = k.kept.Secret
	}
	if !k.page.chosen && !k.touched {
		return d, false // nothing came from a person yet
	}
	d.HasSecret = k.kept.HasSecret
	return d, d != k.kept
}

func (k *keeper) save(whole bool) {
	if k.saving {
		k.again = true
		return
	}
	d, ok := k.pending(whole)
	if !ok {
		return
	}
	k.saving = true
	k.page.cfg.Hub.Background(
		func(ctx context.Context) error {
			return k.alone(func() error { return k.page.cfg.Engine.SaveDraft(ctx, d) })
		},
		func(err error) { k.saved(d, err) })
}

func (k *keeper) saved(d engine.Draft, err error) {
	k.saving = false
	if err != nil {
		k.page.notes.Fail("draft", err)
		k.again = false // the next change tries again
		return
	}
	k.page.notes.Clear()
	k.kept = d
	if d.Secret != "" && d.Secret == k.draft.Secret { // and was not used meanwhile
		k.kept.HasSecret, k.draft.HasSecret = true, true
	}
	if k.again {
		k.again = false
		k.save(true)
	}
}

// used says that the engine has taken what was entered for the connection. What a
// person has typed since then stays.
func (k *keeper) used(taken engine.Draft) {
	if k.draft.Secret == taken.Secret {
		k.page.screens[StepSecret].(*secretScreen).away()
		k.draft.Secret, k.draft.HasSecret = "", false
		k.kept.Secret, k.kept.HasSecret = "", false
	}
	k.touched = k.touched && (k.credentials() != k.withoutSecret(taken) || k.draft.Mailbox != taken.Mailbox)
}

// withoutSecret are the credentials of a draft as they are once its secret was used.
func (k *keeper) withoutSecret(d engine.Draft) engine.Credentials {
	d.Secret = ""
	return normal(d.Credentials, k.page.clouds)
}

// flush keeps what is not kept yet and waits for that.
func (k *keeper) flush(ctx context.Context) error {
	if k.stop != nil {
		k.stop()
		k.stop = nil
	}
	d, ok := k.pending(true)
	if !ok {
		return nil
	}
	return k.alone(func() error { return k.page.cfg.Engine.SaveDraft(ctx, d) })
}

// alone runs work of the engine while no other takes in what was entered. It is safe
// from any goroutine.
func (k *keeper) alone(work func() error) error {
	k.engine.Lock()
	defer k.engine.Unlock()
	return work()
}

// credentials are what would be connected with: of the draft, what applies to the way
// that was chosen.
func (k *keeper) credentials() engine.Credentials {
	return normal(k.draft.Credentials, k.page.clouds)
}

// normal writes out what credentials leave to defaults, so that they can be compared.
func normal(c engine.Credentials, clouds []engine.Cloud) engine.Credentials {
	c.Mode = cmp.Or(c.Mode, engine.Delegated)
	if c.Cloud == "" && len(clouds) > 0 {
		c.Cloud = clouds[0].Name
	}
	c.Tenant, c.ClientID = strings.TrimSpace(c.Tenant), strings.TrimSpace(c.ClientID)
	c.RedirectPath = cmp.Or(strings.TrimSpace(c.RedirectPath), defaultPath)
	if c.Mode == engine.Application {
		c.Public = false
		if c.Tenant == organizations {
			c.Tenant = ""
		}
	}
	if c.Public {
		c.Secret, c.SecretExpires = "", time.Time{}
	}
	return c
}

// sameRegistration reports whether a secret of one serves the other.
func sameRegistration(a, b engine.Credentials) bool {
	return a.Cloud == b.Cloud && strings.EqualFold(a.Tenant, b.Tenant) && strings.EqualFold(a.ClientID, b.ClientID)
}
