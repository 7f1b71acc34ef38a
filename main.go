// Command roomink is the desktop app: the window and the tray icon around the
// engine that keeps the signs at the doors of meeting rooms true to their
// Microsoft 365 calendars.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // rooms have time zones that a Windows PC can't look up

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/roomink/roomink/app"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/drivers"
	"github.com/roomink/roomink/engine/graph"
	"github.com/roomink/roomink/engine/simulator/loopnet"
)

const appID = "org.roomink.app"

// version is set by the build: -ldflags "-X main.version=…".
var version = "development"

// options are the command line.
type options struct {
	dir       string
	netDevice string
	verbose   bool
	hidden    bool
	demo      bool
	tour      string
	version   bool
}

func main() { os.Exit(run(os.Args[1:], fyneapp.NewWithID)) }

// run is what surrounds the work: the command line, the exit code, and a word to the
// person who would otherwise see nothing happen.
func run(args []string, newUI func(id string) fyne.App) (exitCode int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	o, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "roomink:", err)
		return 2
	case o.version:
		fmt.Println("roomink", version)
		return 0
	}

	if !hasScreen() { // Fyne would panic
		fmt.Fprintln(os.Stderr, "roomink: there is no screen to show a window on: neither DISPLAY nor WAYLAND_DISPLAY is set (roominkd needs none)")
		return 1
	}

	// An unattended demo announces its displays in a network of its own.
	if o.demo && o.tour != "" && !loopnet.Inside() {
		code, err := loopnet.Reexec(ctx)
		if err == nil {
			return code
		}
		fmt.Fprintln(os.Stderr, "roomink: the displays are added by address, because multicast can't be had here:", err)
	}

	id := appID
	if o.demo {
		id += ".demo" // its preferences are not the user's
	}
	ui := newUI(id)
	started, err := work(ctx, o, ui)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "roomink:", err)
	// After the window, Fyne can't show another one; the log has the error.
	if !started && o.tour == "" && ctx.Err() == nil {
		showFault(ctx, ui, err)
	}
	return 1
}

// work is the program from its folder to its last word in the log. It reports whether
// it got as far as the window.
func work(ctx context.Context, o options, ui fyne.App) (started bool, err error) {
	// The data folder, the log and the place where a crash leaves its trace.
	if err := makeDataFolder(&o); err != nil {
		return false, err
	}
	if o.demo {
		// Deferred first, to go last: Windows removes no folder with an open file in it.
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	}
	log, closeLog := openLog(o)
	defer func() { err = errors.Join(err, closeLog()) }()
	defer func() {
		if err != nil { // said here too: the standard error of a Windows build leads nowhere
			log.Error("Ending with an error", "started", started, "err", err)
		}
	}()
	untrace, err := traceCrashes(filepath.Join(o.dir, "crash.txt"))
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, untrace()) }()
	log.Info("Starting", "version", version)

	// The office of the demo, if it is one.
	kinds := drivers.All(drivers.Options{})
	cfg := engine.Config{
		Dir: o.dir, Logger: log, Drivers: kinds.Push, Pulls: kinds.Pull, Listens: kinds.Listen, Shelf: kinds.Shelf,
		Source:      microsoft365,
		OpenBrowser: systemBrowser(ui),
		Interfaces:  interfacesNamed(o.netDevice),
	}
	var show *exhibition
	if o.demo {
		if show, err = openDemo(ctx, o, &cfg, log); err != nil {
			return false, err
		}
		defer func() { err = errors.Join(err, show.close()) }()
	}

	// The engine.
	eng, err := engine.Open(ctx, cfg)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()
	engineCtx, stopEngine := context.WithCancel(ctx)
	engineDone := make(chan error, 1)
	go func() { engineDone <- eng.Run(engineCtx) }()
	defer func() {
		stopEngine()
		err = errors.Join(err, <-engineDone)
	}()

	// The window, until somebody quits.
	desktop := app.Config{Fyne: ui, Engine: eng, Explain: engine.Explain, Logger: log, StartHidden: o.hidden, Version: version}
	if show == nil {
		app.New(desktop).Run(ctx)
		return true, nil
	}
	if err := show.ensureKnown(ctx, eng); err != nil {
		return false, err
	}
	return true, show.run(ctx, eng, desktop)
}

// hasScreen reports whether there is something to show a window on. Windows and macOS
// always have it; elsewhere the session says where it is.
func hasScreen() bool {
	return runtime.GOOS == "windows" || runtime.GOOS == "darwin" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("roomink", flag.ContinueOnError)
	f.StringVar(&o.dir, "data", "", "`folder` of the database and the log (default: Roomink in the user's configuration folder)")
	f.StringVar(&o.netDevice, "interface", "", "`name` of the only network interface to look for displays on (default: all real ones)")
	f.BoolVar(&o.hidden, "hidden", false, "start in the tray, without a window")
	f.BoolVar(&o.verbose, "verbose", false, "log more")
	f.BoolVar(&o.demo, "demo", false, "show a simulated office; nothing is kept and nothing leaves this computer")
	f.StringVar(&o.tour, "tour", "", "with -demo: run unattended, write pictures to `folder`, and end")
	f.BoolVar(&o.version, "version", false, "print the version and end")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.tour != "" && !o.demo {
		return o, errors.New("-tour goes with -demo")
	}
	return o, nil
}

// makeDataFolder completes o.dir and makes the folder: a passing one for a demo.
func makeDataFolder(o *options) error {
	if o.demo {
		dir, err := os.MkdirTemp("", "roomink-demo-")
		if err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
		o.dir = dir
		return nil
	}
	if o.dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find the configuration folder: %w", err)
		}
		o.dir = filepath.Join(base, "Roomink")
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return nil
}

// openLog logs to the terminal, if there is one, and to a file of bounded size: a
// program with a window has no terminal on Windows. Once the log is closed, what is
// still logged goes to the terminal alone.
func openLog(o options) (_ *slog.Logger, closeLog func() error) {
	file := &lumberjack.Logger{Filename: filepath.Join(o.dir, "roomink.log"), MaxSize: 5, MaxBackups: 3} // MB
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	to := func(w io.Writer) *slog.Logger {
		log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
		slog.SetDefault(log)
		return log
	}
	terminal := &quietWriter{os.Stderr}
	return to(io.MultiWriter(terminal, file)), func() error {
		to(terminal) // the file would open itself again
		return file.Close()
	}
}

// quietWriter forgets errors: standard error may lead nowhere.
type quietWriter struct{ w io.Writer }

func (q *quietWriter) Write(b []byte) (int, error) {
	_, _ = q.w.Write(b)
	return len(b), nil
}

// traceCrashes has crashes written to a file too, until the function that it returns
// is called.
func traceCrashes(path string) (untrace func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the file for crashes: %w", err)
	}
	if err := debug.SetCrashOutput(f, debug.CrashOptions{}); err != nil {
		return nil, errors.Join(fmt.Errorf("set the file for crashes: %w", err), f.Close())
	}
	return func() error {
		// The runtime holds a duplicate of the file.
		return errors.Join(debug.SetCrashOutput(nil, debug.CrashOptions{}), f.Close())
	}, nil
}

// systemBrowser opens pages in the system's browser.
func systemBrowser(ui fyne.App) func(string) error {
	return func(address string) error {
		u, err := url.Parse(address)
		if err != nil {
			return fmt.Errorf("open the browser: %w", err)
		}
		return ui.OpenURL(u)
	}
}

// microsoft365 makes the calendar source; it is here, and not in package engine, so
// that the Graph SDK stays out of every other package's build.
func microsoft365(c engine.SourceConfig) (engine.Source, error) {
	return graph.New(graph.Options{BaseURL: c.BaseURL, AppOnly: c.AppOnly, Token: c.Token, Rejected: c.Reject,
		Transport: c.Transport, Now: c.Now, Logger: c.Logger,
		OnRequest: func(r graph.RequestInfo) { c.OnRequest(engine.Traffic{Throttled: r.Throttled, Failed: r.Failed}) }})
}

// interfacesNamed chooses the network interface to look for displays on; nil leaves
// the choice to the engine.
func interfacesNamed(name string) func() ([]net.Interface, error) {
	if name == "" {
		return nil
	}
	return func() ([]net.Interface, error) {
		i, err := net.InterfaceByName(name)
		if err != nil {
			return nil, fmt.Errorf("network interface %s: %w", name, err)
		}
		return []net.Interface{*i}, nil
	}
}
