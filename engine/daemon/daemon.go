// Package daemon is the command line of roominkd, the engine without a desktop: it keeps
// the signs true that the app, or this command, set up. One data folder holds everything,
// and one program at a time works with it.
//
// main wires in the calendar source, which costs minutes to compile; everything else is
// here, where tests are quick.
package daemon

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/roomink/roomink/engine"
)

// Config is what the command line needs of the program around it.
type Config struct {
	Version string
	// Complete fills in the drivers and the calendar source.
	Complete       func(*engine.Config)
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string // default os.Getenv
}

// options are the flags that commands share.
type options struct {
	dir     string
	netName string
}

const usage = `roominkd keeps the signs at the doors of meeting rooms true to their calendars, without a desktop.

  roominkd [run]      work until the program is told to end
  roominkd connect    sign in to Microsoft 365
  roominkd status     how the signs stand
  roominkd doctor     check the network, the clock, the data folder and each display
  roominkd backup, restore, diagnostics
                      make a file to keep, take one back, make one to give away
  roominkd service    install or remove the Windows service
  roominkd version    print the version

"roominkd COMMAND -h" lists the flags of a command. docs/roominkd.md tells more.
`

// errUsage says that the command line was wrong, which the flag package has told already.
var errUsage = errors.New("wrong usage")

// errUnwell says that something is wrong that has been told already.
var errUnwell = errors.New("not well")

// Main runs a command line, without the program's name, and gives the exit code: 0 when all
// went well, 1 when something is wrong, 2 when the command line is.
func Main(args []string, cfg Config) int {
	if cfg.Getenv == nil {
		cfg.Getenv = os.Getenv
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := dispatch(ctx, args, cfg)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage):
		return 2
	case errors.Is(err, errUnwell):
		return 1
	}
	x := engine.Explain(err)
	fmt.Fprintln(cfg.Stderr, "roominkd:", x.Title)
	for _, line := range []string{x.Text, x.Remedy, x.Details} {
		if line != "" {
			fmt.Fprintln(cfg.Stderr, line)
		}
	}
	return 1
}

func dispatch(ctx context.Context, args []string, cfg Config) error {
	command := "run"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	switch command {
	case "run":
		return run(ctx, args, cfg)
	case "connect":
		return connect(ctx, args, cfg)
	case "status":
		return showStatus(args, cfg)
	case "doctor":
		return doctor(ctx, args, cfg)
	case "backup", "restore", "diagnostics":
		return support(ctx, command, args, cfg)
	case "service":
		return service(args, cfg)
	case "version":
		fmt.Fprintln(cfg.Stdout, "roominkd", cfg.Version)
		return nil
	case "help":
		fmt.Fprint(cfg.Stdout, usage)
		return nil
	}
	fmt.Fprintf(cfg.Stderr, "roominkd: there is no command %q\n\n%s", command, usage)
	return errUsage
}

// flags makes the flag set of a command, with those that all have.
func flags(command string, cfg Config, o *options) *flag.FlagSet {
	f := flag.NewFlagSet("roominkd "+command, flag.ContinueOnError)
	f.SetOutput(cfg.Stderr)
	f.StringVar(&o.dir, "data", "", "`folder` of the database (default: Roomink in the user's configuration folder)")
	f.StringVar(&o.netName, "interface", "", "`name` of the only network interface to look for displays on (default: all real ones)")
	return f
}

// parse reads flags, and completes the data folder.
func parse(f *flag.FlagSet, args []string, o *options) error {
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if f.NArg() > 0 {
		fmt.Fprintf(f.Output(), "%s: unexpected %q\n", f.Name(), f.Arg(0))
		return errUsage
	}
	if o.dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find the configuration folder: %w", err)
		}
		o.dir = filepath.Join(base, "Roomink")
	}
	return nil
}

// secretVariable may hold the client secret; a flag would show it to every user of the
// computer in the list of processes.
const secretVariable = "ROOMINKD_CLIENT_SECRET"

// readSecret takes the client secret from the environment or, where that has none, the
// first line of standard input.
func readSecret(cfg Config) (string, error) {
	secret, err := typed(cfg, secretVariable, "client secret")
	return strings.TrimSpace(secret), err
}

// typed takes something secret from a variable of the environment or, where that has none,
// from the first line of standard input.
func typed(cfg Config, variable, what string) (string, error) {
	if secret := cfg.Getenv(variable); secret != "" {
		return secret, nil
	}
	line, err := bufio.NewReader(io.LimitReader(cfg.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// oneOf checks a flag that is a choice.
func oneOf(f *flag.FlagSet, name, value string, choices ...string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	fmt.Fprintf(f.Output(), "%s: -%s is %q; choose %s\n", f.Name(), name, value, strings.Join(choices, " or "))
	return errUsage
}
