package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/vault"
)

func TestParse(t *testing.T) {
	tests := map[string]struct {
		args []string
		want options
		err  string
	}{
		"nothing":     {nil, options{}, ""},
		"all":         {[]string{"-data", "d", "-interface", "eth0", "-hidden", "-verbose", "-demo", "-tour", "t"}, options{dir: "d", netDevice: "eth0", hidden: true, verbose: true, demo: true, tour: "t"}, ""},
		"lonely tour": {[]string{"-tour", "t"}, options{}, "-tour goes with -demo"},
		"unknown":     {[]string{"-colour"}, options{}, "not defined"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parse(test.args)
			switch {
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v; want %q", err, test.err)
				}
			case err != nil || got != test.want:
				t.Errorf("options %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
	if _, err := parse([]string{"-h"}); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("error %v; want help", err)
	}
}

func TestDataFolder(t *testing.T) {
	t.Run("should make the folder that was asked for", func(t *testing.T) {
		o := options{dir: filepath.Join(t.TempDir(), "a", "b")}
		if err := makeDataFolder(&o); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(o.dir); err != nil || !info.IsDir() {
			t.Errorf("%v, %v; want a folder", info, err)
		}
	})
	t.Run("should give each demo a folder of its own", func(t *testing.T) {
		t.Setenv("TMPDIR", t.TempDir())
		a, b := options{demo: true, dir: "mine"}, options{demo: true}
		if err := errors.Join(makeDataFolder(&a), makeDataFolder(&b)); err != nil {
			t.Fatal(err)
		}
		if a.dir == b.dir || a.dir == "mine" {
			t.Errorf("folders %q and %q", a.dir, b.dir)
		}
	})
	t.Run("should say that a file is in the way", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if makeDataFolder(&options{dir: filepath.Join(file, "sub")}) == nil {
			t.Error("no error")
		}
	})
}

// desk is a desktop that notes what is done to it.
type desk struct {
	fyne.App
	windows []fyne.Window
	quits   int
}

func newDesk(t *testing.T) *desk {
	t.Setenv("DISPLAY", "the one of the test") // Fyne's test driver needs none, run asks for one
	return &desk{App: test.NewTempApp(t)}
}

func (d *desk) NewWindow(title string) fyne.Window {
	w := d.App.NewWindow(title)
	d.windows = append(d.windows, w)
	return w
}

func (d *desk) Quit() { d.quits++ }

// occupy runs an engine's lock on a new folder.
func occupy(t *testing.T) (dir string) {
	dir = t.TempDir()
	eng, err := engine.Open(t.Context(), engine.Config{
		Dir: dir, Logger: slog.New(slog.DiscardHandler), KeyStores: []vault.KeyStore{vault.KeyFile{Path: filepath.Join(dir, "test.key")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestStartThatFails(t *testing.T) {
	t.Run("should say in a window and in the log that it runs already", func(t *testing.T) {
		dir, d := occupy(t), newDesk(t)
		if code := run([]string{"-data", dir}, func(string) fyne.App { return d }); code != 1 {
			t.Errorf("exit code %d; want 1", code)
		}
		if len(d.windows) != 1 || !apptest.Shows(d.windows[0], "running already") || !apptest.Shows(d.windows[0], "tray") {
			t.Fatalf("%d windows; want one that tells where to look", len(d.windows))
		}
		test.Tap(apptest.Find[*widget.Button](d.windows[0], "Copy details"))
		if s := d.Clipboard().Content(); !strings.Contains(s, dir) {
			t.Errorf("details %q; want the folder", s)
		}
		test.Tap(apptest.Find[*widget.Button](d.windows[0], "Close"))
		if d.quits != 1 {
			t.Errorf("quit %d times; want once", d.quits)
		}
		if log, err := os.ReadFile(filepath.Join(dir, "roomink.log")); err != nil || !strings.Contains(string(log), engine.ErrInUse.Error()) {
			t.Errorf("log %q, %v; want the error", log, err)
		}
	})
	t.Run("should show a folder that can't be made", func(t *testing.T) {
		file, d := filepath.Join(t.TempDir(), "file"), newDesk(t)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if code := run([]string{"-data", filepath.Join(file, "sub")}, func(string) fyne.App { return d }); code != 1 {
			t.Errorf("exit code %d; want 1", code)
		}
		if len(d.windows) != 1 || !apptest.Shows(d.windows[0], file) {
			t.Errorf("%d windows; want one that names the folder", len(d.windows))
		}
	})
	t.Run("should leave nothing of a demo behind", func(t *testing.T) {
		temp := t.TempDir()
		t.Setenv("TMPDIR", temp)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		started, err := work(ctx, options{demo: true}, newDesk(t))
		if err == nil || started {
			t.Errorf("started %t, %v; want an error before the window", started, err)
		}
		slog.Info("Late") // must not bring the log file back
		if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
			t.Errorf("left %v, %v; want nothing", left, err)
		}
	})
	t.Run("should not begin without a screen", func(t *testing.T) {
		if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
			return // there always is one
		}
		t.Setenv("DISPLAY", "")
		t.Setenv("WAYLAND_DISPLAY", "")
		if code := run([]string{"-data", t.TempDir()}, nil); code != 1 {
			t.Errorf("exit code %d; want 1", code)
		}
	})
	t.Run("should tell the command line apart", func(t *testing.T) {
		for arg, want := range map[string]int{"-h": 0, "-version": 0, "-colour": 2} {
			if code := run([]string{arg}, nil); code != want {
				t.Errorf("exit code %d for %s; want %d", code, arg, want)
			}
		}
	})
}

// The demo hangs its first displays at rooms that tell different stories.
func TestVaried(t *testing.T) {
	now := time.Now()
	room := func(id string, s calendar.Status) engine.Room {
		return engine.Room{Agenda: calendar.Agenda{Room: calendar.Room{ID: calendar.RoomID(id)}}, Now: s}
	}
	soon := &calendar.Event{Start: now.Add(time.Hour)}
	got := varied([]engine.Room{
		room("busy 1", calendar.Status{Busy: true}), room("busy 2", calendar.Status{Busy: true}),
		room("later", calendar.Status{Next: soon}), room("free 1", calendar.Status{}), room("free 2", calendar.Status{}),
	})
	want := []calendar.RoomID{"busy 1", "later", "free 1", "busy 2", "free 2"}
	for i := range want {
		if len(got) != len(want) || got[i].Room.ID != want[i] {
			t.Fatalf("rooms %v; want %v", got, want)
		}
	}
}

// The demo books its meeting where nothing else comes near it.
func TestFreest(t *testing.T) {
	now := time.Now()
	next := func(in time.Duration) calendar.Status {
		return calendar.Status{Next: &calendar.Event{Start: now.Add(in)}}
	}
	tests := map[string]struct {
		rooms []calendar.Status
		want  string
	}{
		"nothing is free":      {[]calendar.Status{{Busy: true}}, ""},
		"the later the better": {[]calendar.Status{next(time.Minute), next(3 * time.Hour), {Busy: true}, next(time.Hour)}, "sign 1"},
		"never is best":        {[]calendar.Status{next(time.Hour), {}, next(24 * time.Hour)}, "sign 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			unsigned := calendar.Room{ID: "free, but without a sign"}
			s := engine.Snapshot{Rooms: []engine.Room{{Agenda: calendar.Agenda{Room: unsigned}}}}
			for i, status := range test.rooms {
				id := calendar.RoomID(fmt.Sprint("room ", i))
				s.Rooms = append(s.Rooms, engine.Room{Agenda: calendar.Agenda{Room: calendar.Room{ID: id}}, Now: status})
				s.Displays = append(s.Displays, engine.Display{Display: display.Display{ID: display.ID(fmt.Sprint("sign ", i))}, Room: id})
			}
			room, sign, ok := freest(s)
			if string(sign.ID) != test.want || ok != (test.want != "") || room.Room.ID != sign.Room {
				t.Errorf("%q at %q, %t; want %q", sign.ID, room.Room.ID, ok, test.want)
			}
		})
	}
}

func TestSameInks(t *testing.T) {
	picture := func(pal color.Palette, pix ...uint8) *image.Paletted {
		p := image.NewPaletted(image.Rect(0, 0, 2, 1), pal)
		copy(p.Pix, pix)
		return p
	}
	pure := color.Palette{color.Black, color.White, color.RGBA{R: 0xff, A: 0xff}}
	dull := color.Palette{color.Gray{Y: 9}, color.Gray{Y: 200}, color.RGBA{R: 0x80, A: 0xff}}
	switch {
	case !sameInks(picture(pure, 1, 2), picture(dull, 1, 2)):
		t.Error("the same inks in other colours differ")
	case sameInks(picture(pure, 1, 2), picture(pure, 2, 1)):
		t.Error("red and white are the same")
	case sameInks(nil, picture(pure, 1, 2)):
		t.Error("nothing is the same as something")
	}
}
