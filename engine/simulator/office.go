// Package simulator is an office in one process: a simulated Microsoft 365 tenant
// and virtual displays, all on loopback. The demo, the end-to-end tests and the
// benchmarks use the same one.
//
// The parts are packages of their own: tenant (Entra ID, Graph and an Outlook
// page), virtual (displays that speak the real protocols over real sockets) and
// loopnet (multicast on loopback without touching the machine's network). None
// shares an encoder or decoder with the code that it tests.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// Options say what to simulate.
type Options struct {
	// Displays are those of OpenDisplay to hang up; default [DefaultDisplays].
	Displays []virtual.Options
	// Fleet are the displays of all other kinds; default none.
	Fleet Fleet
	// Interface to announce the displays on by mDNS, a loopback one with multicast
	// (see package loopnet); nil = they are silent and must be added by address.
	Interface *net.Interface
	// Addr is where the tenant listens, default 127.0.0.1:0.
	Addr   string
	Logger *slog.Logger
	// Now is the clock of the tenant; default time.Now.
	Now func() time.Time
	// Tenant edits the tenant's options before it is made, such as how long its
	// answers take; nil = they stay as they are.
	Tenant func(*tenant.Options)
}

// DefaultDisplays are the demo's: two large black and white ones, a small one, and
// one with red ink, with refresh times scaled by refresh (1 = like the real panels).
func DefaultDisplays(refresh float64) []virtual.Options {
	return []virtual.Options{
		{Model: virtual.Panel75BW, MAC: "02:0d:15:91:a4:01", FriendlyName: "Entrance", RefreshScale: refresh},
		{Model: virtual.Panel42BW, MAC: "02:0d:15:91:a4:02", FriendlyName: "Corner", RefreshScale: refresh},
		{Model: virtual.Panel75BW, MAC: "02:0d:15:91:a4:03", FriendlyName: "Stairs", RefreshScale: refresh},
		{Model: virtual.Panel75BWR, MAC: "02:0d:15:91:a4:04", FriendlyName: "Kitchen", RefreshScale: refresh / 3},
	}
}

// Office is a running simulation.
type Office struct {
	Tenant   *tenant.Tenant
	Displays []*virtual.OpenDisplay

	listener net.Listener
	options  Options
	others   []Fixture // those of Options.Fleet
	parts    []part    // what they need beside themselves, and themselves
}

// part is something that lives while the office does.
type part struct {
	name  string
	serve func(context.Context) error
}

// Open makes an office whose tenant and displays already listen, so that their
// addresses are known. Nothing answers before Serve.
func Open(o Options) (_ *Office, err error) {
	if o.Displays == nil {
		o.Displays = DefaultDisplays(1)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	office := &Office{options: o}
	if office.listener, err = net.Listen("tcp", o.Addr); err != nil {
		return nil, fmt.Errorf("listen for the simulated tenant: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, office.listener.Close())
		}
	}()
	options := tenant.Options{BaseURL: office.URL(), Now: o.Now, Logger: o.Logger}
	if o.Tenant != nil {
		o.Tenant(&options)
	}
	if office.Tenant, err = tenant.New(options); err != nil {
		return nil, err
	}
	for _, options := range o.Displays {
		options.Logger = o.Logger
		d, err := virtual.New(options)
		if err != nil {
			return nil, fmt.Errorf("make a virtual display: %w", err)
		}
		if err := d.Listen(); err != nil {
			return nil, fmt.Errorf("make a virtual display: %w", err)
		}
		office.Displays = append(office.Displays, d)
		office.announce(d.Name(), d)
	}
	if err := office.hangUp(o.Fleet); err != nil {
		return nil, err
	}
	return office, nil
}

// URL is the origin of the tenant: of its sign-in, its Graph and its Outlook page.
func (o *Office) URL() string { return "http://" + o.listener.Addr().String() }

// Serve runs the tenant and the displays until ctx ends, and waits for them. The
// error is nil if ctx ended them.
func (o *Office) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	server := &http.Server{Handler: o.Tenant, ReadHeaderTimeout: 10 * time.Second}
	var parts sync.WaitGroup
	run := func(what string, f func() error) {
		parts.Go(func() {
			if err := f(); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	run("simulated tenant", func() error { return server.Serve(o.listener) })
	for _, d := range o.Displays {
		run("virtual display "+d.Name(), func() error { return d.Serve(ctx) })
	}
	for _, p := range o.parts {
		run(p.name, func() error { return p.serve(ctx) })
	}
	<-ctx.Done()
	// Nobody waits for a page of a simulation, so it is not shut down gently.
	closeErr := server.Close()
	parts.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return closeErr
}
