package engine

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/store"
)

const passphrase = "correct horse battery"

// A backup brings the whole configuration, secrets and all, to another computer with a key
// of its own. What was there is kept, and no glass is believed to show what it did.
func TestBackupToAnotherComputer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(2, 2)
		e, stop := run(t, l.config(t, t.TempDir()))
		settle(time.Minute)
		hang(t, e, 0)
		hang(t, e, 1)
		c := e.Snapshot().Account.Credentials
		c.Secret = canary
		must(t, e.SaveCredentials(t.Context(), c))
		p := e.Snapshot().Policy
		p.Text = "Please be quiet"
		must(t, e.SetPolicy(t.Context(), p))
		settle(time.Minute)
		var file bytes.Buffer
		if err := e.Backup(t.Context(), &file, "short"); !errors.Is(err, errPassphrase) || file.Len() > 0 {
			t.Errorf("short passphrase: %v, %d bytes", err, file.Len())
		}
		must(t, e.Backup(t.Context(), &file, passphrase))
		if text := file.String(); strings.Contains(text, canary) || strings.Contains(text, "quiet") || strings.Contains(text, "room0") {
			t.Error("the backup can be read without its passphrase")
		}
		stop()

		cfg := l.config(t, t.TempDir()) // another computer, where somebody began already
		other, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, other, 1)
		must(t, other.Restore(t.Context(), bytes.NewReader(file.Bytes()), passphrase))
		if len(other.Snapshot().Displays) != 1 {
			t.Error("the restore took effect before the restart")
		}
		stop()
		l.set(func() { l.glass[displayID(0)] = "something else" })
		other, stop = run(t, cfg)
		settle(2 * time.Minute)
		s := other.Snapshot()
		if len(s.Displays) != 2 || s.Displays[0].Room != roomID(0) || s.Policy.Text != p.Text || s.Account.State != Connected || s.Problems != nil && has(s, codeSecretsLost) {
			t.Errorf("%d displays, text %q, account %s, problems %+v", len(s.Displays), s.Policy.Text, s.Account.State, s.Problems)
		}
		if secret, err := other.secret(t.Context(), secretClient); err != nil || string(secret) != canary {
			t.Errorf("the secret is %q, %v", secret, err)
		}
		if got := l.shows(displayID(0)); got != s.Displays[0].Frame.Hash {
			t.Error("the glass was believed to show what it did when the backup was made")
		}
		kept, err := filepath.Glob(filepath.Join(cfg.Dir, store.FileName+".before-restore-*"))
		if err != nil || len(kept) == 0 {
			t.Errorf("what was there before is not kept: %v", err)
		}
		rest, err := filepath.Glob(filepath.Join(cfg.Dir, "restor*"))
		if err != nil || len(rest) > 0 {
			t.Errorf("left behind: %v", rest)
		}
		stop()
	})
}

// Whatever is wrong with a backup, it is said and nothing is changed.
func TestBackupThatIsNone(t *testing.T) {
	l := newLife(1, 1)
	dir := t.TempDir()
	e, err := Open(t.Context(), l.config(t, dir))
	must(t, err)
	defer e.Close()
	var file bytes.Buffer
	must(t, e.Backup(t.Context(), &file, passphrase))
	whole := file.Bytes()
	tests := map[string]struct {
		data       []byte
		passphrase string
		want       error
	}{
		"wrong passphrase": {whole, "another one, really", errBadPassphrase},
		"no passphrase":    {whole, "", errBadPassphrase},
		"empty":            {nil, passphrase, errNoBackup},
		"a picture":        {[]byte("\x89PNG\r\n\x1a\n0123456789"), passphrase, errNoBackup},
		"half":             {whole[:len(whole)/2], passphrase, errNoBackup},
		"all but a byte":   {whole[:len(whole)-1], passphrase, errNoBackup},
		"a changed byte":   {changed(whole, len(whole)*3/4), passphrase, errNoBackup},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := e.Restore(t.Context(), bytes.NewReader(test.data), test.passphrase)
			if !errors.Is(err, test.want) {
				t.Errorf("error %v; want %v", err, test.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "restor*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func changed(data []byte, at int) []byte {
	c := bytes.Clone(data)
	c[at] ^= 1
	return c
}

// A restore that is interrupted at any point is finished by the next start, or was never
// begun.
func TestInterruptedRestore(t *testing.T) {
	ctx := context.Background()
	make1 := func(dir, value string) {
		db, err := store.Open(ctx, dir, nil)
		must(t, err)
		must(t, errors.Join(db.SaveSetting(ctx, "which", value), db.Close()))
	}
	for step, name := range []string{"nothing done", "log put aside", "all put aside", "in place, folder left"} {
		t.Run(name, func(t *testing.T) {
			dir, other := t.TempDir(), t.TempDir()
			make1(dir, "old")
			make1(other, "new")
			must(t, store.PrepareRestore(ctx, dir, filepath.Join(other, store.FileName), nil, func(*store.DB) error { return nil }))
			path, ready := filepath.Join(dir, store.FileName), filepath.Join(dir, "restore")
			if step >= 2 {
				must(t, os.Rename(path, path+".before-restore-x"))
			}
			if step >= 3 {
				must(t, os.Rename(filepath.Join(ready, store.FileName), path))
			}
			db, err := store.Open(ctx, dir, nil)
			must(t, err)
			defer db.Close()
			var which string
			if err := db.Setting(ctx, "which", &which); err != nil || which != "new" {
				t.Errorf("%q, %v; want the restored store", which, err)
			}
			if _, err := os.Stat(ready); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the folder is still there: %v", err)
			}
		})
	}
}
