// Command roominkd is the engine of Roomink without a desktop, for a server: it keeps the
// signs true that the app, or its own command connect, set up. See docs/roominkd.md.
package main

import (
	"os"
	_ "time/tzdata" // rooms have time zones that a small system can't look up

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/daemon"
	"github.com/roomink/roomink/engine/drivers"
	"github.com/roomink/roomink/engine/graph"
)

// version is set by the build: -ldflags "-X main.version=…".
var version = "development"

func main() {
	os.Exit(daemon.Main(os.Args[1:], daemon.Config{
		Version: version, Complete: complete, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	}))
}

// complete adds what package daemon leaves to the program: the kinds of displays, and
// Microsoft 365 as the calendar source.
func complete(c *engine.Config) {
	kinds := drivers.All(drivers.Options{})
	c.Drivers, c.Pulls, c.Listens, c.Shelf = kinds.Push, kinds.Pull, kinds.Listen, kinds.Shelf
	c.Source = func(s engine.SourceConfig) (engine.Source, error) {
		return graph.New(graph.Options{BaseURL: s.BaseURL, AppOnly: s.AppOnly, Token: s.Token, Rejected: s.Reject,
			Transport: s.Transport, Now: s.Now, Logger: s.Logger,
			OnRequest: func(r graph.RequestInfo) { s.OnRequest(engine.Traffic{Throttled: r.Throttled, Failed: r.Failed}) }})
	}
}
