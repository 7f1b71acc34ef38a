package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/discovery"
)

// logOptions say what is logged, and where to.
type logOptions struct{ level, format, file string }

var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// openLog logs to a file of bounded size, or to standard error where the file is "-".
func openLog(o options, l logOptions, cfg Config) (_ *slog.Logger, closeLog func() error) {
	var to io.Writer = cfg.Stderr
	closeLog = func() error { return nil }
	if l.file != "-" {
		if l.file == "" {
			l.file = filepath.Join(o.dir, "roominkd.log")
		}
		file := &lumberjack.Logger{Filename: l.file, MaxSize: 5, MaxBackups: 5, Compress: true} // MB
		to, closeLog = file, file.Close
	}
	h := &slog.HandlerOptions{Level: levels[l.level]}
	if l.format == "json" {
		return slog.New(slog.NewJSONHandler(to, h)), closeLog
	}
	return slog.New(slog.NewTextHandler(to, h)), closeLog
}

// open opens the engine on the data folder.
func open(ctx context.Context, o options, cfg Config, log *slog.Logger) (*engine.Engine, error) {
	c := engine.Config{Dir: o.dir, Logger: log, OpenBrowser: func(url string) error {
		_, err := fmt.Fprintln(cfg.Stdout, "Open this page in a browser on this computer:", url)
		return err
	}}
	if o.netName != "" {
		c.Interfaces = discovery.Named(o.netName)
	}
	cfg.Complete(&c)
	return engine.Open(ctx, c)
}

// withEngine opens the engine for one task, with its warnings on standard error.
func withEngine(ctx context.Context, o options, cfg Config, task func(*engine.Engine) error) (err error) {
	log, closeLog := openLog(o, logOptions{level: "warn", format: "text", file: "-"}, cfg)
	defer func() { err = errors.Join(err, closeLog()) }()
	e, err := open(ctx, o, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	return task(e)
}

// run works until ctx ends or, as a Windows service, the service manager says so.
func run(ctx context.Context, args []string, cfg Config) error {
	var o options
	f := flags("run", cfg, &o)
	l := logOptions{}
	f.StringVar(&l.level, "log-level", "info", "`level` to log from: debug, info, warn or error")
	f.StringVar(&l.format, "log-format", "text", "`format` of the log: text or json")
	f.StringVar(&l.file, "log", "", "`file` to log to, - for standard error (default: roominkd.log in the data folder, five files of 5 MB)")
	metrics := f.String("metrics", "", "`address` on this computer's loopback to serve Prometheus metrics on, such as 127.0.0.1:9466 (default: none)")
	if err := parse(f, args, &o); err != nil {
		return err
	}
	if err := oneOf(f, "log-level", l.level, "debug", "info", "warn", "error"); err != nil {
		return err
	}
	if err := oneOf(f, "log-format", l.format, "text", "json"); err != nil {
		return err
	}
	return managed(ctx, func(ctx context.Context) (err error) {
		if err := os.MkdirAll(o.dir, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
		log, closeLog := openLog(o, l, cfg)
		defer func() { err = errors.Join(err, closeLog()) }()
		log.Info("Starting", "version", cfg.Version)
		err = work(ctx, o, cfg, *metrics, log)
		log.Info("Ending", "err", err)
		return err
	})
}

// work runs the engine, and beside it what tells of it.
func work(ctx context.Context, o options, cfg Config, metrics string, log *slog.Logger) (err error) {
	listener, err := listenForMetrics(ctx, metrics)
	if err != nil {
		return err
	}
	if listener != nil {
		defer listener.Close()
	}
	e, err := open(ctx, o, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	ctx, cancel := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	beside.Go(func() {
		if err := keepStatus(ctx, o.dir, cfg.Version, e); err != nil {
			log.Warn("The status could not be written", "err", err)
		}
	})
	if listener != nil {
		log.Info("Serving metrics", "address", listener.Addr().String())
		beside.Go(func() {
			if err := serveMetrics(ctx, listener, cfg.Version, e); err != nil {
				log.Warn("The metrics are not served any more", "err", err)
			}
		})
	}
	return e.Run(ctx)
}
