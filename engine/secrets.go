package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/vault"
)

// errLocked says that the key to the secrets is out of reach for now.
var errLocked = errors.New("the keychain of this computer can't be opened now: unlock it, then try again")

// unlockPauses are the pauses between attempts to open the vault while the keychain is
// locked, the last one again and again: each attempt may ask its user for a password.
var unlockPauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// openVault gets the key to the secrets. A keychain that is locked is no error: signs
// go on with what is known, and Unlock tries again.
func (e *Engine) openVault(ctx context.Context) error {
	sealed, err := e.db.HasSecrets(ctx)
	if err != nil {
		return err
	}
	if err := e.chooseKeyStores(ctx); err != nil {
		return err
	}
	v, err := vault.Open(ctx, sealed, e.cfg.KeyStores...)
	if errors.Is(err, vault.ErrLocked) || errors.Is(err, vault.ErrDamaged) {
		return e.noteLocked(ctx, err)
	}
	if err != nil {
		return err
	}
	e.useVault(v)
	return nil
}

// useVault takes a vault into use and tells where its key lies.
func (e *Engine) useVault(v *vault.Vault) {
	e.mu.Lock()
	e.vault, e.state.locked = v, false
	e.mu.Unlock()
	e.noteKey(v)
	e.health.Clear(CodeLocked, "")
	if v.Place() == e.cfg.KeyStores[0].Place() {
		e.health.Clear(codeKeyFile, "")
		return
	}
	p := health.Problem{Code: codeKeyFile, Severity: health.Notice, // the better place could not be used
		Title:  "The sign-in is protected by a key file",
		Text:   "The key lies in " + v.Place() + ", which only this user may read.",
		Remedy: "Nothing needs to be done. Keep the file out of shared backups."}
	if why := v.Unusable(); why != nil {
		p.Text += " " + sentence(why.Error()) + "."
	}
	e.health.Set(p)
}

// noteKey keeps for snapshots what the vault says of its key: they must not ask a vault
// that waits for the disk.
func (e *Engine) noteKey(v *vault.Vault) {
	place, made := v.Place(), v.Created()
	e.mu.Lock()
	e.state.account.KeyPlace, e.state.account.KeyMade = place, made
	e.mu.Unlock()
}

// chooseKeyStores names the usual places of the key. Each data folder has its own item
// in the keychain: one that two shared would be renewed by one and lost to the other.
func (e *Engine) chooseKeyStores(ctx context.Context) error {
	if len(e.cfg.KeyStores) > 0 {
		return nil
	}
	var id string
	err := e.db.Setting(ctx, settingInstallation, &id)
	if errors.Is(err, store.ErrNotFound) {
		id = uuid.NewString()
		err = e.db.SaveSetting(ctx, settingInstallation, id)
	}
	if err != nil {
		return err
	}
	e.cfg.KeyStores = []vault.KeyStore{
		vault.NewKeychain("Roomink", "data key "+id),
		vault.KeyFile{Path: filepath.Join(e.cfg.Dir, "roomink.key")},
	}
	return nil
}

// noteLocked goes on without secrets.
func (e *Engine) noteLocked(ctx context.Context, why error) error {
	_, err := e.db.Secret(ctx, secretSignIn)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	p := health.Problem{Code: CodeLocked, Severity: health.Error,
		Title: "The saved sign-in is locked", Text: sentence(why.Error()) + ".",
		Remedy: "Unlock the keychain of this computer, then press Try again in the settings. Roomink also tries again by itself."}
	if errors.Is(why, vault.ErrDamaged) {
		p.Title = "The key to the saved sign-in is damaged"
		p.Remedy = "Give the saved secrets up in the settings, then enter the client secret again and connect. Rooms, displays and assignments stay."
	}
	e.health.Set(p)
	e.mu.Lock()
	e.state.locked = err == nil
	e.mu.Unlock()
	return nil
}

func (e *Engine) unlocked() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vault != nil
}

// Unlock tries once more to open the secrets, after the keychain was locked, and takes
// the sign-in up again. It may make the keychain ask its user for a password.
func (e *Engine) Unlock(ctx context.Context) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	if e.unlocked() {
		return nil
	}
	if err := e.openVault(ctx); err != nil {
		return err
	}
	if !e.unlocked() {
		return errLocked
	}
	if err := e.resumeSignIn(context.WithoutCancel(ctx)); err != nil { // nobody would take it up later
		return err
	}
	e.record(ctx, ActAccount, "The saved sign-in was unlocked", false)
	e.touchAll()
	e.changed()
	return nil
}

// unlock tries to open a locked vault until that works.
func (e *Engine) unlock(ctx context.Context) error {
	for i := 0; !e.unlocked(); i++ {
		timer := time.NewTimer(unlockPauses[min(i, len(unlockPauses)-1)])
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		if err := e.Unlock(ctx); err != nil && !errors.Is(err, errLocked) && !errors.Is(err, errConnecting) && ctx.Err() == nil {
			e.log.Warn("The saved sign-in could not be unlocked", "err", err)
		}
	}
	<-ctx.Done() // a service that ends would be started again
	return ctx.Err()
}

// ForgetSecrets gives up secrets whose key is out of reach for good: they are deleted,
// and a new key is made. Everything else stays; the client secret has to be entered
// again and the account to be connected.
func (e *Engine) ForgetSecrets(ctx context.Context) error {
	if !e.connecting.TryLock() {
		return errConnecting
	}
	defer e.connecting.Unlock()
	v, err := vault.Reset(ctx, e.cfg.KeyStores...)
	if err != nil {
		return err
	}
	old, err := e.unplug() // first: what is waited for may save what Microsoft told
	if err != nil {
		return err
	}
	e.drafting.Lock() // what was typed until now goes, too
	defer e.drafting.Unlock()
	sealed, err := e.db.Secrets(ctx) // none of them can be opened, keys of hubs as little as the rest
	if err == nil {
		err = e.db.Update(ctx, store.Update{DeleteSecrets: slices.Collect(maps.Keys(sealed)), DeleteSettings: []string{settingExposure}})
	}
	if err != nil {
		if old != nil {
			e.replug(old)
		}
		return err
	}
	e.useVault(v)
	e.mu.Lock()
	e.state.account.HasSecret, e.state.account.Draft.HasSecret = false, false
	for _, g := range e.state.gateways {
		g.hasKey = false
	}
	e.mu.Unlock()
	e.health.Clear(codeSecretsLost, "")
	e.forgetConnection()
	e.record(ctx, ActAccount, "The saved secrets were deleted", false)
	return nil
}

// RenewKey seals all secrets with a new key.
func (e *Engine) RenewKey(ctx context.Context) error {
	if !e.connecting.TryLock() { // ForgetSecrets would go on with the key that is dropped here
		return errConnecting
	}
	defer e.connecting.Unlock()
	v, err := e.openedVault()
	if err != nil {
		return err
	}
	err = v.Rotate(ctx, func(again func(place string, sealed []byte) ([]byte, error)) error {
		all, err := e.db.Secrets(ctx)
		if err != nil {
			return err
		}
		for name, sealed := range all {
			fresh, err := again(name, sealed)
			if errors.Is(err, vault.ErrWrongKey) {
				delete(all, name) // lost before: left as it is
				continue
			}
			if err != nil {
				return fmt.Errorf("seal %s again: %w", name, err)
			}
			all[name] = fresh
		}
		return e.db.Update(ctx, store.Update{Secrets: all})
	})
	e.noteKey(v)
	if err != nil {
		return err
	}
	e.record(ctx, ActAccount, "The key that protects the secrets was renewed", false)
	e.changed()
	return nil
}

func (e *Engine) openedVault() (*vault.Vault, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.vault == nil {
		return nil, errLocked
	}
	return e.vault, nil
}

// keep lets save seal secrets for their places in the store and write them there,
// while nobody renews the key. save must not read secrets.
func (e *Engine) keep(save func(seal func(name string, secret []byte) []byte) error) error {
	v, err := e.openedVault()
	if err != nil {
		return err
	}
	return v.Keep(save)
}

func (e *Engine) saveSecret(ctx context.Context, name string, secret []byte) error {
	return e.keep(func(seal func(string, []byte) []byte) error {
		return e.db.SaveSecret(ctx, name, seal(name, secret))
	})
}

// secret opens a secret of the store; the error is [store.ErrNotFound] where there is
// none.
func (e *Engine) secret(ctx context.Context, name string) ([]byte, error) {
	sealed, err := e.db.Secret(ctx, name)
	if err != nil {
		return nil, err
	}
	v, err := e.openedVault()
	if err != nil {
		return nil, err
	}
	return v.Open(name, sealed)
}

// secretsLost tells the user if err means that saved secrets can't be opened any
// more. Everything else goes on; only the sign-in must be made again.
func (e *Engine) secretsLost(err error) bool {
	if !errors.Is(err, vault.ErrWrongKey) {
		return false
	}
	e.health.Set(health.Problem{Code: codeSecretsLost, Severity: health.Error,
		Title:  "The saved sign-in can't be opened any more",
		Text:   "Its key is gone from the place where it was kept, as happens when a database is copied from another computer.",
		Remedy: "Enter the client secret again and connect. Rooms, displays and assignments are all still there."})
	return true
}
