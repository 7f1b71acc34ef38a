package vault

import (
	"context"
	"fmt"
	"slices"
)

// Rotate replaces the data key. reseal must pass every saved secret through again,
// and save the results durably in one transaction before it returns nil; a secret for
// which again gives [ErrWrongKey] is lost already and can be left as it is. reseal
// must not call methods of the vault.
//
// A crash or an error at any point leaves all secrets open: the ring keeps the old
// key until they are saved under the new one. A rotation that was interrupted is
// taken up by the next call, with the key that it had made; see [Vault.Unfinished].
func (v *Vault) Rotate(ctx context.Context, reseal func(again func(place string, sealed []byte) ([]byte, error)) error) error {
	v.rotating.Lock()
	defer v.rotating.Unlock()
	v.mu.RLock()
	next := v.ring
	v.mu.RUnlock()
	if len(next) == 1 {
		next = ring{newKey(), next[0]}
		if err := v.save(ctx, next); err != nil {
			return fmt.Errorf("rotate the key: save the new one: %w", err)
		}
	}
	if err := v.reseal(next, reseal); err != nil {
		return fmt.Errorf("rotate the key: seal the secrets again: %w", err)
	}
	last := next[:1:1]
	if err := v.save(ctx, last); err != nil {
		return fmt.Errorf("rotate the key: the new one is in use, but the old one is still kept; rotate again to remove it: %w", err)
	}
	v.mu.Lock()
	v.ring, v.retired = last, next[1:]
	v.mu.Unlock()
	return nil
}

// Unfinished says that a rotation was interrupted, by a crash or an error: secrets
// open, but the old key is still kept. Rotate again to finish it.
func (v *Vault) Unfinished() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.ring) > 1
}

// reseal puts the ring in force, which is saved already, and seals the secrets with
// its current key. It waits for all Keeps under way.
func (v *Vault) reseal(r ring, f func(again func(place string, sealed []byte) ([]byte, error)) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ring = slices.Clip(r)
	return f(func(place string, sealed []byte) ([]byte, error) {
		secret, err := v.open(place, sealed)
		if err != nil {
			return nil, err
		}
		return v.ring[0].seal(place, secret), nil
	})
}

func (v *Vault) save(ctx context.Context, r ring) error {
	if err := v.store.Save(ctx, r.text()); err != nil {
		return fmt.Errorf("%s: %w", v.store.Place(), err)
	}
	return nil
}
