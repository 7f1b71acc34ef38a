package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// onOwnDisk runs f with a folder that is a disk of its own, of a megabyte: in memory, and
// seen by no other process, because the test runs once more in a mount namespace. Where the
// system does not allow that the test is skipped.
func onOwnDisk(t *testing.T, f func(t *testing.T, dir string)) {
	t.Helper()
	const inside = "ROOMINK_OWN_DISK"
	if os.Getenv(inside) == t.Name() {
		dir := t.TempDir()
		must(t, syscall.Mount("roomink", dir, "tmpfs", 0, "size=1m"))
		t.Cleanup(func() { must(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
		f(t, dir)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}}
	out, err := cmd.CombinedOutput()
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran {
		t.Skipf("no mount namespace here: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("on a disk of its own: %v\n%s", err, out)
	}
}

// fill leaves no byte on the disk of dir until empty is called.
func fill(t *testing.T, dir string) (empty func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	must(t, err)
	for size := 1 << 16; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else {
			must(t, err)
		}
	}
	must(t, f.Close())
	return func() { must(t, os.Remove(path)) }
}

// On a full disk signs go on with what is known, and the app says so; commands are refused
// and leave nothing half. With space again all is saved, by itself.
func TestFullDisk(t *testing.T) {
	onOwnDisk(t, func(t *testing.T, dir string) {
		synctest.Test(t, func(t *testing.T) {
			l := newLife(2, 2)
			cfg := l.config(t, dir)
			e, stop := run(t, cfg)
			settle(time.Minute)
			hang(t, e, 0)
			l.meetSoon(0)
			settle(40 * time.Second)
			was := l.shows(displayID(0))
			empty := fill(t, dir)
			// What SQLite has of its log already it writes without asking for space.
			var refused error
			for n := 0; refused == nil && n < 10_000; n++ {
				refused = e.Rename(t.Context(), displayID(0), fmt.Sprint("Name ", n))
			}
			if x := Explain(refused); x.Title != "The disk is full" || x.Remedy == "" {
				t.Errorf("a command was refused with %v: %+v", refused, x)
			}
			settle(5 * time.Minute)
			if l.shows(displayID(0)) == was {
				t.Error("the sign did not go on")
			}
			if p, told := storeProblem(e); !told || !strings.Contains(p.Text, "The disk is full") {
				t.Errorf("problem %+v; want it to say that the disk is full", p)
			}
			was = l.shows(displayID(0))
			l.set(func() { clear(l.events[roomID(0)]); l.changed[roomID(0)] = time.Now() })
			settle(2 * time.Minute)
			if l.shows(displayID(0)) == was {
				t.Error("the sign shows a meeting that was cancelled while nothing could be saved")
			}
			empty()
			settle(10 * time.Minute)
			if p, told := storeProblem(e); told {
				t.Errorf("problem %+v; want none any more", p)
			}
			must(t, e.Rename(t.Context(), displayID(0), "Last"))
			pushes := l.count()
			stop()
			e, _ = run(t, cfg)
			settle(bound)
			d := e.Snapshot().Displays[0]
			if d.Name != "Last" || d.Room != roomID(0) || d.Delivery != Delivered || l.shows(d.ID) != d.Frame.Hash {
				t.Errorf("after a restart: %+v", d)
			}
			if l.count() != pushes {
				t.Errorf("%d pushes of what is on the glass already", l.count()-pushes)
			}
		})
	})
}

// A folder on a disk that is read-only is refused with words fit for a person, and left as
// it is.
func TestReadOnlyDisk(t *testing.T) {
	onOwnDisk(t, func(t *testing.T, dir string) {
		l := newLife(1, 1)
		cfg := l.config(t, dir)
		must(t, syscall.Mount("roomink", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		e, err := Open(t.Context(), cfg)
		if err == nil {
			_ = e.Close()
			t.Fatal("opened on a disk that can't be written to")
		}
		if x := Explain(err); x.Title != "The data folder can't be written to" || x.Text == "" || x.Remedy == "" {
			t.Errorf("%v is explained as %+v", err, x)
		}
		files, err := fs.Glob(os.DirFS(dir), "*.damaged-*")
		if err != nil || len(files) > 0 {
			t.Errorf("put aside: %v, %v", files, err)
		}
		must(t, syscall.Mount("roomink", dir, "", syscall.MS_REMOUNT, ""))
		e, err = Open(t.Context(), cfg)
		must(t, err)
		must(t, e.Close())
	})
}

// The file alone may be read-only, as when it was put back from a backup on a CD.
func TestReadOnlyFile(t *testing.T) {
	onOwnDisk(t, func(t *testing.T, dir string) {
		l := newLife(1, 1)
		cfg := l.config(t, dir)
		path := filepath.Join(dir, "roomink.db")
		must(t, syscall.Mount(path, path, "", syscall.MS_BIND, ""))
		must(t, syscall.Mount("", path, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
		defer func() { must(t, syscall.Unmount(path, syscall.MNT_DETACH)) }()
		e, err := Open(t.Context(), cfg)
		if err == nil {
			_ = e.Close()
			t.Fatal("opened a file that can't be written to")
		}
		if x := Explain(err); x.Title != "The data folder can't be written to" {
			t.Errorf("%v is explained as %+v", err, x)
		}
	})
}
