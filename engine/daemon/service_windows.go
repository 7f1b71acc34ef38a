package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
)

const serviceName = "roominkd"

// managed runs work, as the service manager says where that started the program.
func managed(ctx context.Context, work func(context.Context) error) error {
	is, err := svc.IsWindowsService()
	if err != nil || !is {
		return errors.Join(err, work(ctx))
	}
	h := &handler{ctx: ctx, work: work}
	return errors.Join(svc.Run(serviceName, h), h.err)
}

type handler struct {
	ctx  context.Context
	work func(context.Context) error
	err  error
}

// Execute implements [svc.Handler].
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (specific bool, code uint32) {
	ctx, cancel := context.WithCancel(h.ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- h.work(ctx) }()
	status <- svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
	for {
		select {
		case h.err = <-done:
			if h.err != nil {
				return true, 1
			}
			return false, 0
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				status <- r.CurrentStatus
			case svc.Stop, svc.Shutdown:
				status <- svc.Status{State: svc.StopPending, WaitHint: 3000} // milliseconds
				cancel()
			}
		}
	}
}

// service installs or removes the service, which an administrator has to do.
func service(args []string, cfg Config) (err error) {
	const how = "roominkd: say \"roominkd service install [flags of run]\" or \"roominkd service remove\"\n"
	if len(args) == 0 {
		fmt.Fprint(cfg.Stderr, how)
		return errUsage
	}
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("reach the service manager; run this as an administrator: %w", err)
	}
	defer func() { err = errors.Join(err, m.Disconnect()) }()
	switch args[0] {
	case "install":
		path, err := os.Executable()
		if err != nil {
			return err
		}
		s, err := m.CreateService(serviceName, path, mgr.Config{DisplayName: "Roomink", StartType: mgr.StartAutomatic, DelayedAutoStart: true,
			Description: "Keeps the signs at the doors of meeting rooms true to their calendars."}, append([]string{"run"}, args[1:]...)...)
		if err != nil {
			return fmt.Errorf("install the service: %w", err)
		}
		again := mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: 10 * time.Second}
		err = errors.Join(s.SetRecoveryActions([]mgr.RecoveryAction{again, again, again}, 24*60*60), s.Close())
		if err == nil {
			fmt.Fprintln(cfg.Stdout, "The service is installed. It starts with the computer, and now with: sc start roominkd")
		}
		return err
	case "remove":
		s, err := m.OpenService(serviceName)
		if err != nil {
			return fmt.Errorf("find the service: %w", err)
		}
		return errors.Join(s.Delete(), s.Close())
	}
	fmt.Fprint(cfg.Stderr, how)
	return errUsage
}
