package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/roomink/roomink/engine"
)

// passphraseVariable may hold the passphrase of a backup.
const passphraseVariable = "ROOMINKD_PASSPHRASE"

// support makes or takes a file: a backup, or diagnostics. The folder must be free: it says
// so where another program works with it.
func support(ctx context.Context, command string, args []string, cfg Config) error {
	var o options
	f := flags(command, cfg, &o)
	path := f.String("file", "", "`file` to write or read; a backup's passphrase comes from "+passphraseVariable+" or standard input")
	if err := parse(f, args, &o); err != nil {
		return err
	}
	if *path == "" {
		fmt.Fprintf(f.Output(), "%s: name the file with -file\n", f.Name())
		return errUsage
	}
	return withEngine(ctx, o, cfg, func(e *engine.Engine) error {
		return makeFile(ctx, e, command, *path, cfg)
	})
}

// makeFile does the work of a command.
func makeFile(ctx context.Context, e *engine.Engine, command, path string, cfg Config) (err error) {
	done := "The backup is in " + path + "."
	switch command {
	case "diagnostics":
		done = "The diagnostics are in " + path + ". They name no person, no room and no secret."
		err = write(path, func(w io.Writer) error { return e.ExportDiagnostics(ctx, w) })
	case "backup":
		var passphrase string
		if passphrase, err = readPassphrase(cfg); err == nil {
			err = write(path, func(w io.Writer) error { return e.Backup(ctx, w, passphrase) })
		}
	case "restore":
		done = "The backup was restored. What was there before is kept beside it."
		err = restore(ctx, e, path, cfg)
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(cfg.Stdout, done)
	return nil
}

// write makes a file that no other user may read, and none where that does not succeed.
func write(path string, fill func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := errors.Join(fill(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func restore(ctx context.Context, e *engine.Engine, path string, cfg Config) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	passphrase, err := readPassphrase(cfg)
	if err != nil {
		return err
	}
	return e.Restore(ctx, file, passphrase)
}

func readPassphrase(cfg Config) (string, error) { return typed(cfg, passphraseVariable, "passphrase") }
