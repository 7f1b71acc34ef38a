package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/vault"
)

// resealing seals all of db again, in one go as a transaction does.
func resealing(db map[string][]byte) func(func(string, []byte) ([]byte, error)) error {
	return func(again func(string, []byte) ([]byte, error)) error {
		next := make(map[string][]byte)
		for place, sealed := range db {
			var err error
			if next[place], err = again(place, sealed); err != nil {
				return err
			}
		}
		maps.Copy(db, next)
		return nil
	}
}

func TestRotate(t *testing.T) {
	keychain := &memory{}
	v := open(t, false, keychain)
	before, old := keychain.ring, v.Seal("a", []byte("x"))
	db := map[string][]byte{"a": old, "b": v.Seal("b", []byte("y"))}
	for range 3 {
		if err := v.Rotate(t.Context(), resealing(db)); err != nil {
			t.Fatal(err)
		}
		for _, v := range []*vault.Vault{v, open(t, true, keychain)} {
			mustOpen(t, v, "a", db["a"], "x")
			mustOpen(t, v, "b", db["b"], "y")
			if v.Unfinished() {
				t.Error("the rotation is not finished")
			}
			if _, err := open(t, true, &memory{ring: before}).Open("a", db["a"]); !errors.Is(err, vault.ErrWrongKey) {
				t.Errorf("the old ring opens a new secret: %v", err)
			}
		}
		mustOpen(t, v, "a", old, "x") // read before the rotation
		if _, err := open(t, true, keychain).Open("a", old); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("with the old key: error %v; want ErrWrongKey", err)
		}
		old = db["a"]
		if len(keychain.ring) != len(before) {
			t.Errorf("the ring grew from %d to %d bytes", len(before), len(keychain.ring))
		}
	}
}

// A secret that is lost already must not keep the key from being rotated.
func TestRotateWithLostSecret(t *testing.T) {
	v := open(t, false, &memory{})
	stray := open(t, false, &memory{}).Seal("s", []byte("x"))
	err := v.Rotate(t.Context(), func(again func(string, []byte) ([]byte, error)) error {
		if _, err := again("s", stray); !errors.Is(err, vault.ErrWrongKey) {
			return fmt.Errorf("error %w; want ErrWrongKey", err)
		}
		return nil
	})
	if err != nil || v.Unfinished() {
		t.Errorf("error %v, unfinished %v", err, v.Unfinished())
	}
}

var errCrash = errors.New("crash")

// fragile is a key store whose saves fail at a point: before or after they took effect.
type fragile struct {
	memory
	before, after int // the number of the save that fails; 0 is none
	saves         int
}

func (f *fragile) Save(ctx context.Context, ring []byte) error {
	f.saves++
	if len(ring) > vault.MaxRing {
		return fmt.Errorf("a ring of %d bytes", len(ring))
	}
	if f.saves == f.before {
		return errCrash
	}
	if err := f.memory.Save(ctx, ring); err != nil {
		return err
	}
	if f.saves == f.after {
		return errCrash
	}
	return nil
}

// TestRotateFailures stops a rotation at each point, twice in a row at any two, and
// opens the secrets both in the running vault and in one that starts after a crash.
func TestRotateFailures(t *testing.T) {
	type point struct {
		name   string
		arm    func(*fragile)
		reseal func(db map[string][]byte) func(func(string, []byte) ([]byte, error)) error
	}
	fails := func(when string, db map[string][]byte) func(func(string, []byte) ([]byte, error)) error {
		return func(again func(string, []byte) ([]byte, error)) error {
			switch when {
			case "halfway": // nothing is saved, though some was sealed
				_, err := again("a", db["a"])
				return errors.Join(err, errCrash)
			case "after": // saved, but it is not known
				return errors.Join(resealing(db)(again), errCrash)
			}
			return errCrash
		}
	}
	none := func(*fragile) {}
	points := []point{
		{"new ring not saved", func(f *fragile) { f.before = f.saves + 1 }, resealing},
		{"new ring saved, but reported as not", func(f *fragile) { f.after = f.saves + 1 }, resealing},
		{"before the reseal", none, func(db map[string][]byte) func(func(string, []byte) ([]byte, error)) error {
			return fails("before", db)
		}},
		{"in the reseal", none, func(db map[string][]byte) func(func(string, []byte) ([]byte, error)) error {
			return fails("halfway", db)
		}},
		{"after the reseal", none, func(db map[string][]byte) func(func(string, []byte) ([]byte, error)) error { return fails("after", db) }},
		{"last ring not saved", func(f *fragile) { f.before = f.saves + 2 }, resealing},
		{"last ring saved, but reported as not", func(f *fragile) { f.after = f.saves + 2 }, resealing},
	}
	check := func(t *testing.T, v *vault.Vault, db map[string][]byte) {
		t.Helper()
		mustOpen(t, v, "a", db["a"], "x")
		mustOpen(t, v, "b", db["b"], "y")
	}
	for _, first := range points {
		for _, second := range points {
			for _, restart := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, then %s, restart %v", first.name, second.name, restart), func(t *testing.T) {
					keychain := &fragile{}
					v := open(t, false, keychain)
					db := map[string][]byte{"a": v.Seal("a", []byte("x")), "b": v.Seal("b", []byte("y"))}
					for i, p := range []point{first, second} {
						p.arm(keychain)
						err := v.Rotate(t.Context(), p.reseal(db))
						if i == 0 && !errors.Is(err, errCrash) { // the second rotation may have fewer steps
							t.Fatalf("error %v; want the crash", err)
						}
						check(t, v, db)
						check(t, open(t, true, keychain), db)
						db["b"] = v.Seal("b", []byte("y")) // life goes on
						check(t, open(t, true, keychain), db)
						if restart {
							v = open(t, true, keychain)
						}
					}
					keychain.before, keychain.after = 0, 0
					if err := v.Rotate(t.Context(), resealing(db)); err != nil || v.Unfinished() {
						t.Fatalf("error %v, unfinished %v", err, v.Unfinished())
					}
					check(t, v, db)
					v = open(t, true, keychain)
					check(t, v, db)
					if v.Unfinished() {
						t.Error("the ring still holds the old key")
					}
				})
			}
		}
	}
}

// Secrets are saved, as renewed tokens are, while the key is rotated: each must open
// with what the key store holds in the end, and be the one saved last.
func TestKeepDuringRotation(t *testing.T) {
	const rounds = 300
	keychain := &memory{}
	v := open(t, false, keychain)
	var db sync.Map // each access is a transaction, as with a real one
	var all sync.WaitGroup
	for w := range 4 {
		place := fmt.Sprint("secret ", w)
		all.Go(func() {
			for i := range rounds {
				err := v.Keep(func(seal func(string, []byte) []byte) error {
					sealed := seal(place, fmt.Append(nil, i))
					runtime.Gosched()
					db.Store(place, sealed)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		all.Go(func() {
			for range rounds {
				err := v.Rotate(t.Context(), func(again func(string, []byte) ([]byte, error)) error {
					read := make(map[string][]byte)
					db.Range(func(place, sealed any) bool {
						read[place.(string)] = sealed.([]byte)
						return true
					})
					if err := resealing(read)(again); err != nil {
						return err
					}
					runtime.Gosched()
					for place, sealed := range read {
						db.Store(place, sealed)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	v = open(t, true, keychain)
	n := 0
	db.Range(func(place, sealed any) bool {
		n++
		mustOpen(t, v, place.(string), sealed.([]byte), fmt.Sprint(rounds-1))
		return true
	})
	if n != 4 {
		t.Errorf("%d secrets; want 4", n)
	}
}

// A rotation that begins between sealing and saving must wait for the saving.
func TestRotationWaitsForKeep(t *testing.T) {
	v := open(t, false, &memory{})
	db := make(map[string][]byte)
	resealed, rotated := make(chan struct{}), make(chan error, 1)
	err := v.Keep(func(seal func(string, []byte) []byte) error {
		sealed := seal("s", []byte("x"))
		go func() {
			rotated <- v.Rotate(t.Context(), func(again func(string, []byte) ([]byte, error)) error {
				close(resealed)
				return resealing(db)(again)
			})
		}()
		select {
		case <-resealed:
			t.Error("the secrets were sealed again before this one was saved")
		case <-time.After(50 * time.Millisecond): // time enough to go wrong; a slow machine passes
		}
		db["s"] = sealed
		return nil
	})
	if err := errors.Join(err, <-rotated); err != nil {
		t.Fatal(err)
	}
	mustOpen(t, v, "s", db["s"], "x")
}

func TestKeepReportsError(t *testing.T) {
	v := open(t, false, &memory{})
	if err := v.Keep(func(func(string, []byte) []byte) error { return errCrash }); !errors.Is(err, errCrash) {
		t.Errorf("error %v; want that of saving", err)
	}
}

func TestRotateErrorsName(t *testing.T) {
	keychain := &fragile{before: 3}
	v := open(t, false, keychain)
	err := v.Rotate(t.Context(), resealing(nil))
	if err == nil || !strings.Contains(err.Error(), "rotate again") || !strings.Contains(err.Error(), keychain.Place()) {
		t.Errorf("error %v; want what to do, and where", err)
	}
	if bytes.Contains([]byte(fmt.Sprint(err)), keychain.ring) {
		t.Error("the error shows the ring")
	}
}
