//go:build !windows

package daemon

import (
	"context"
	"fmt"
)

// managed runs work; systemd and launchd need nothing of a program but that it ends when it
// is told to.
func managed(ctx context.Context, work func(context.Context) error) error { return work(ctx) }

func service(_ []string, cfg Config) error {
	fmt.Fprintln(cfg.Stderr, "roominkd: services are installed by a file here: see packaging/roominkd.service (systemd) and packaging/org.roomink.roominkd.plist (launchd)")
	return errUsage
}
