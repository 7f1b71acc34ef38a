package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// A backup program that holds the database for longer than a write waits costs that write,
// and nothing else: it is refused with a fault that says why, readers go on, and the next
// write works.
func TestHeldByAnotherProgram(t *testing.T) {
	t.Parallel() // it waits as long as a write does
	dir := t.TempDir()
	db := open(t, dir)
	must(t, db.SaveSetting(t.Context(), "kept", 1))
	backup, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, store.FileName))+"?_txlock=exclusive")
	must(t, err)
	defer backup.Close()
	tx, err := backup.BeginTx(t.Context(), nil)
	must(t, err)
	began := time.Now()
	if err := db.SaveSetting(t.Context(), "kept", 2); !errors.Is(err, store.ErrBusy) {
		t.Errorf("save: %v; want ErrBusy", err)
	}
	if took := time.Since(began); took < 4*time.Second || took > 20*time.Second {
		t.Errorf("it waited %v; want about 5 s", took)
	}
	var n int
	if err := db.Setting(t.Context(), "kept", &n); err != nil || n != 1 {
		t.Errorf("a reader gets %d, %v; want what was saved", n, err)
	}
	must(t, tx.Rollback())
	must(t, db.SaveSetting(t.Context(), "kept", 3))
	if err := db.Setting(t.Context(), "kept", &n); err != nil || n != 3 {
		t.Errorf("afterwards it is %d, %v; want 3", n, err)
	}
}

// copied copies the database files to a new folder, with the log of writes cut to so many
// bytes; all of it if there are fewer.
func copied(t *testing.T, from string, log int) (to string) {
	t.Helper()
	to = t.TempDir()
	for _, suffix := range []string{"", "-wal"} { // -shm is made anew
		data, err := fs.ReadFile(os.DirFS(from), store.FileName+suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(t, err)
		if suffix != "" {
			data = data[:min(len(data), log)]
		}
		must(t, os.WriteFile(filepath.Join(to, store.FileName+suffix), data, 0o600))
	}
	return to
}

// A power cut can lose the end of the log that the disk had not taken yet, and leave rubbish
// there. Whatever is left opens to a state that there was: here, calendars whose events all
// tell the number that their cursor does, and a setting with its secret.
func TestPowerCut(t *testing.T) {
	const writes = 60
	dir := t.TempDir()
	db := open(t, dir)
	must(t, db.SaveRooms(t.Context(), []calendar.Room{{ID: oslo}}, day))
	for n := range writes {
		_, err := db.Apply(t.Context(), numbered(n), window, day)
		must(t, err)
		must(t, db.Update(t.Context(), store.Update{Settings: map[string]any{"n": n}, Secrets: map[string][]byte{"n": fmt.Append(nil, n)}}))
	}
	log, err := os.Stat(filepath.Join(dir, store.FileName+"-wal"))
	must(t, err)
	rnd := rand.New(rand.NewPCG(9, 9))
	seen := map[int]bool{}
	for range 80 {
		cut := rnd.IntN(int(log.Size()) + 1)
		to := copied(t, dir, cut)
		if path := filepath.Join(to, store.FileName+"-wal"); rnd.IntN(2) == 0 {
			rubbish := make([]byte, rnd.IntN(20_000))
			for i := range rubbish {
				rubbish[i] = byte(rnd.Uint32())
			}
			left, err := fs.ReadFile(os.DirFS(to), store.FileName+"-wal")
			must(t, err)
			must(t, os.WriteFile(path, append(left, rubbish...), 0o600))
		}
		seen[consistent(t, to)] = true
	}
	if len(seen) < writes/3 {
		t.Errorf("the cuts left %d different states; that proves little", len(seen))
	}
}

// numbered is a calendar in which everything tells n.
func numbered(n int) syncer.Change {
	c := syncer.Change{Room: oslo, Full: true, Cursor: fmt.Sprint(n)}
	for i := range 1 + n%7 {
		e := event(fmt.Sprint(i), i)
		e.Subject = fmt.Sprint(n)
		c.Events = append(c.Events, e)
	}
	return c
}

// consistent checks that a folder holds a state that there was, and gives its number.
func consistent(t *testing.T, dir string) int {
	t.Helper()
	db, err := store.Open(t.Context(), dir, nil)
	must(t, err)
	defer db.Close()
	if db.Quarantined != "" {
		t.Fatalf("a power cut left a damaged database: %s", db.Quarantined)
	}
	cursors, err := db.Cursors(t.Context())
	must(t, err)
	if len(cursors) == 0 || cursors[0].Cursor == "" {
		return -1 // before the first
	}
	events, err := db.Events(t.Context(), oslo)
	must(t, err)
	var n int
	_, err = fmt.Sscan(cursors[0].Cursor, &n)
	must(t, err)
	if len(events) != 1+n%7 {
		t.Errorf("at %d there are %d events; want %d", n, len(events), 1+n%7)
	}
	for _, e := range events {
		if e.Subject != cursors[0].Cursor {
			t.Errorf("at %d there is an event of %s", n, e.Subject)
		}
	}
	var setting int
	if err := db.Setting(t.Context(), "n", &setting); err != nil && !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	} else if err == nil {
		secret, err := db.Secret(t.Context(), "n")
		if err != nil || string(secret) != fmt.Sprint(setting) || setting < n-1 || setting > n {
			t.Errorf("at %d the setting is %d, its secret %q, %v", n, setting, secret, err)
		}
	}
	return n
}
