// Command roominkd is the engine of Roomink without a desktop, for a server: it
// keeps the signs true that the app set up. Point it at the app's data folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	_ "time/tzdata" // rooms have time zones that a small system can't look up

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/drivers"
	"github.com/roomink/roomink/engine/graph"
)

func main() {
	if err := run(); err != nil {
		x := engine.Explain(err)
		fmt.Fprintln(os.Stderr, "roominkd:", x.Title)
		for _, line := range []string{x.Text, x.Remedy, x.Details} {
			if line != "" {
				fmt.Fprintln(os.Stderr, line)
			}
		}
		os.Exit(1)
	}
}

func run() (err error) {
	dir := flag.String("data", "", "`folder` of the database (default: Roomink in the user's configuration folder)")
	connect := flag.Bool("connect", false, "print the address of the sign-in page, wait for the sign-in, and end")
	flag.Parse()
	if *dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return fmt.Errorf("find the configuration folder: %w", err)
		}
		*dir = filepath.Join(base, "Roomink")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	kinds := drivers.All(drivers.Options{})
	e, err := engine.Open(ctx, engine.Config{
		Dir: *dir, Logger: slog.Default(),
		Drivers: kinds.Push, Pulls: kinds.Pull, Listens: kinds.Listen, Shelf: kinds.Shelf,
		Source: func(c engine.SourceConfig) (engine.Source, error) {
			return graph.New(graph.Options{BaseURL: c.BaseURL, AppOnly: c.AppOnly, Token: c.Token, Rejected: c.Reject,
				Transport: c.Transport, Now: c.Now, Logger: c.Logger,
				OnRequest: func(r graph.RequestInfo) { c.OnRequest(engine.Traffic{Throttled: r.Throttled, Failed: r.Failed}) }})
		},
		OpenBrowser: func(url string) error {
			fmt.Println("Open this page in a browser on this computer:", url)
			return nil
		},
	})
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := e.Close(); err == nil {
			err = closeErr
		}
	}()
	if *connect {
		return e.Connect(ctx)
	}
	return e.Run(ctx)
}
