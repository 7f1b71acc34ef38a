package engine

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/health"
	"github.com/roomink/roomink/engine/store"
)

// fail lets nothing be written to the database until mend is called, as a full disk does
// or a program that holds it, but at once: SQLite waits for those on a clock of its own.
func fail(t *testing.T, dir string) (mend func()) {
	t.Helper()
	all := func(statement func(name, event, table string) string) {
		db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, store.FileName))+"?_pragma=busy_timeout(5000)")
		must(t, err)
		defer db.Close()
		for _, table := range []string{"deliveries", "displays", "rooms", "events", "settings", "secrets", "activity"} {
			for _, event := range []string{"INSERT", "UPDATE", "DELETE"} {
				_, err := db.ExecContext(t.Context(), statement("fault_"+table+event, event, table))
				must(t, err)
			}
		}
	}
	all(func(name, event, table string) string {
		return "CREATE TRIGGER " + name + " BEFORE " + event + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END"
	})
	return func() { all(func(name, _, _ string) string { return "DROP TRIGGER " + name }) }
}

// meetSoon books a meeting that begins in a minute.
func (l *life) meetSoon(i int) {
	l.set(func() {
		now := time.Now().UTC()
		l.events[roomID(i)]["soon"] = eventAt("soon", now.Add(2*time.Minute))
		l.changed[roomID(i)] = now
	})
}

func storeProblem(e *Engine) (p health.Problem, found bool) {
	problems := e.Snapshot().Problems
	i := slices.IndexFunc(problems, func(p health.Problem) bool { return p.Code == codeStore })
	if i < 0 {
		return p, false
	}
	return problems[i], true
}

// While nothing can be saved signs go on and the app says so. Afterwards everything is
// saved, and what is known of each glass is true.
func TestStoreFails(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		hang(t, e, 0)
		dir := e.cfg.Dir
		was := l.shows(displayID(0))
		l.meetSoon(0)
		settle(40 * time.Second) // it is read
		if l.shows(displayID(0)) != was {
			was = l.shows(displayID(0)) // it is announced
		}
		mend := fail(t, dir)
		settle(3 * time.Minute)
		if l.shows(displayID(0)) == was {
			t.Error("the sign did not go on while nothing could be saved")
		}
		p, told := storeProblem(e)
		if !told || p.Severity != health.Error || !strings.Contains(p.Text, "the disk is gone") {
			t.Errorf("problem %+v; want it to say what is in the way", p)
		}
		if err := e.Assign(t.Context(), displayID(0), roomID(1)); err == nil {
			t.Error("a command passed for done, though nothing could be saved")
		}
		if d := e.Snapshot().Displays[0]; d.Room != roomID(0) {
			t.Errorf("the display hangs at %s; want nothing done of what was refused", d.Room)
		}
		if d := stored(t, dir); d.Delivered != was {
			t.Fatalf("the store did not fail: %+v", d)
		}
		mend()
		settle(2 * time.Minute)
		if p, told := storeProblem(e); told {
			t.Errorf("problem %+v; want none any more", p)
		}
		if d := stored(t, dir); d.Delivered != l.shows(displayID(0)) {
			t.Errorf("the store says %q is on the glass; it shows %q", d.Delivered, l.shows(displayID(0)))
		}
		must(t, e.Assign(t.Context(), displayID(0), roomID(1)))
		if d := stored(t, dir); d.Room != roomID(1) {
			t.Errorf("stored %+v; want the new assignment", d)
		}
	})
}

// stored is the first display as the store has it.
func stored(t *testing.T, dir string) store.Display {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(dir, store.FileName))+"?mode=ro")
	must(t, err)
	defer db.Close()
	var d store.Display
	must(t, db.QueryRowContext(t.Context(), "SELECT coalesce(room_id, ''), coalesce(hash, '') FROM displays LEFT JOIN deliveries ON display_id = id").
		Scan(&d.Room, &d.Delivered))
	return d
}

// A glass must not stay wrong because the record of what came to it got lost: while nothing
// could be saved it was given a test pattern, and by the next start the sign is wanted again
// that the store knows of.
func TestStoreFailsBeforeARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(1, 1)
		cfg := l.config(t, t.TempDir())
		e, stop := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		sign := l.shows(displayID(0))
		mend := fail(t, cfg.Dir)
		must(t, e.Identify(t.Context(), displayID(0)))
		settle(10 * time.Second)
		if l.shows(displayID(0)) == sign {
			t.Fatal("the test pattern is not on the glass")
		}
		mend()
		stop()
		run(t, cfg)
		settle(bound)
		if l.shows(displayID(0)) != sign {
			t.Error("the test pattern stays")
		}
	})
}

// Whoever reads why nothing could be saved must learn what to do about it.
func TestExplainDisk(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{store.ErrFull, "The disk is full"},
		{syscall.ENOSPC, "The disk is full"},
		{store.ErrReadOnly, "The data folder can't be written to"},
		{syscall.EROFS, "The data folder can't be written to"},
		{store.ErrBusy, "Another program holds the database"},
		{store.ErrDisk, "The disk of the data folder does not work as it should"},
	} {
		x := Explain(fmt.Errorf("save the display: %w", c.err))
		if x.Title != c.want || x.Remedy == "" || !strings.HasPrefix(x.Text, "Save the display: ") || x.Details == "" {
			t.Errorf("%v is explained as %+v; want %q", c.err, x, c.want)
		}
	}
}
