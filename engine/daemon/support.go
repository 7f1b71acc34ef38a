package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/roomink/roomink/engine"
)

// passphraseVariable may hold the passphrase of a backup.
const passphraseVariable = "ROOMINKD_PASSPHRASE"

// support makes or takes a file: a backup, or diagnostics. The folder must be free: it says
// so where another program works with it.
func support(ctx context.Context, command string, args []string, cfg Config) (err error) {
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
	log, closeLog := openLog(o, logOptions{level: "warn", format: "text", file: "-"}, cfg)
	defer func() { err = errors.Join(err, closeLog()) }()
	e, err := open(ctx, o, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	done := "The backup is in " + *path + "."
	switch command {
	case "diagnostics":
		done = "The diagnostics are in " + *path + ". They name no person, no room and no secret."
		err = write(*path, func(w io.Writer) error { return e.ExportDiagnostics(ctx, w) })
	case "backup":
		var passphrase string
		if passphrase, err = readPassphrase(cfg); err == nil {
			err = write(*path, func(w io.Writer) error { return e.Backup(ctx, w, passphrase) })
		}
	case "restore":
		done = "The backup was restored. What was there before is kept beside it."
		err = restore(ctx, e, *path, cfg)
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

func readPassphrase(cfg Config) (string, error) {
	if p := cfg.Getenv(passphraseVariable); p != "" {
		return p, nil
	}
	line, err := bufio.NewReader(io.LimitReader(cfg.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the passphrase: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
