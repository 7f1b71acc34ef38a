package engine

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/health"
)

// serving is the state of the server for displays that fetch. Engine.mu guards it.
type serving struct {
	ServingSettings
	open    time.Time // until when strangers may knock
	base    string    // of its addresses, as far as known
	on      bool
	problem *Explanation
}

// doorsChanged says that it may have changed which displays fetch, or where.
func (e *Engine) doorsChanged() {
	select {
	case e.doors <- struct{}{}:
	default:
	}
	e.changed()
}

// lookAgain is how often the network is looked at: adapters come, go and get new addresses.
const lookAgain = 15 * time.Second

// openDoors are the servers as they should be open now.
type openDoors struct {
	ip      string
	port    int
	http    bool
	listens string // protocols that have a port of their own, by name
}

// keepDoors opens and closes the servers for displays that fetch, until ctx ends. Each is
// open only while somebody may come through it.
func (e *Engine) keepDoors(ctx context.Context) error {
	var now openDoors
	stop := func() {}
	defer func() { stop() }()
	ended := make(chan struct{}, 1)
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		want, failed := e.wantedDoors(), false
		if want != now {
			stop()
			stop, failed = e.open(ctx, want, ended)
			if now = want; failed {
				now = openDoors{} // the next look tries again
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-e.doors:
		case <-ticker.C:
		case <-ended: // of itself: it is opened anew
			stop()
			stop, now = func() {}, openDoors{}
		}
	}
}

// wantedDoors says which servers should be open, and where.
func (e *Engine) wantedDoors() openDoors {
	ip, _ := e.where()
	now := e.cfg.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	strangers := now.Before(e.state.serving.open)
	adopted := make(map[string]bool)
	for _, dev := range e.state.displays {
		if dev.stage != Found {
			adopted[dev.Protocol] = true
		}
	}
	var want openDoors
	for _, p := range e.cfg.Pulls {
		want.http = want.http || strangers || adopted[p.Protocol()]
	}
	var listens []string
	for _, l := range e.cfg.Listens {
		if strangers || adopted[l.Protocol()] {
			listens = append(listens, l.Protocol())
		}
	}
	want.listens = strings.Join(listens, " ")
	if ip == nil || !want.http && len(listens) == 0 {
		if ip == nil && (want.http || len(listens) > 0) {
			e.state.serving.problem = &Explanation{Title: "Displays can't fetch their pictures", Text: "This computer has no network that they could reach it by.",
				Remedy: "Connect it, or choose another network adapter in the settings."}
		} else {
			e.state.serving.problem = nil
		}
		return openDoors{}
	}
	want.ip, want.port = ip.String(), cmp.Or(e.state.serving.Port, DefaultPullPort)
	return want
}

// open opens servers. stop closes them, and waits for all that goes on in them; ended is
// told of one that ends by itself.
func (e *Engine) open(ctx context.Context, want openDoors, ended chan<- struct{}) (stop func(), failed bool) {
	if want == (openDoors{}) {
		e.noteDoors(false, nil)
		e.setShelf("")
		return func() {}, false
	}
	ctx, cancel := context.WithCancel(ctx)
	var open sync.WaitGroup
	stop = func() {
		cancel()
		open.Wait()
		e.setShelf("")
		e.noteDoors(false, nil)
	}
	if want.http {
		if err := e.openHTTP(ctx, want, &open, ended); err != nil {
			stop()
			e.noteDoors(false, err)
			return func() {}, true
		}
	}
	for _, l := range e.cfg.Listens {
		if !slices.Contains(strings.Fields(want.listens), l.Protocol()) {
			continue
		}
		if err := e.openPort(ctx, want.ip, l, &open, ended); err != nil {
			stop()
			e.noteDoors(false, err)
			return func() {}, true
		}
	}
	e.noteDoors(want.http, nil)
	return stop, false
}

func (e *Engine) openHTTP(ctx context.Context, want openDoors, open *sync.WaitGroup, ended chan<- struct{}) error {
	l, err := listen(ctx, want.ip, want.port)
	if err != nil {
		return err
	}
	server := pull.New(pull.ServerOptions{Protocols: e.cfg.Pulls, Desk: desk{e}, Shelf: e.cfg.Shelf, Hosts: []string{want.ip}, Now: e.cfg.Now, Logger: e.log})
	e.setShelf("http://" + l.Addr().String())
	open.Go(func() { e.serve(ctx, ended, func() error { return server.Serve(ctx, l) }) })
	return nil
}

// openPort opens a door that is not HTTP's, and announces it where displays look for it.
func (e *Engine) openPort(ctx context.Context, ip string, p pull.Listener, open *sync.WaitGroup, ended chan<- struct{}) error {
	l, err := listen(ctx, ip, p.Port())
	if err != nil {
		return err
	}
	open.Go(func() {
		e.serve(ctx, ended, func() error { return p.Serve(ctx, pull.Bound(l, pull.Limits{}), desk{e}) })
	})
	service, txt := p.Announce(net.ParseIP(ip))
	if service == "" {
		return nil
	}
	announced, err := announce(ip, service, p.Port(), txt)
	if err != nil {
		// Displays that were told the address find it all the same.
		e.log.Warn("The server for displays can't be announced", "service", service, "err", err)
		return nil
	}
	open.Go(func() {
		<-ctx.Done()
		announced.Shutdown()
	})
	return nil
}

func listen(ctx context.Context, ip string, port int) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listen for displays on port %d: %w", port, err)
	}
	return l, nil
}

// announce announces a service on the adapter that has the address, and on no other.
func announce(ip, service string, port int, txt []string) (*zeroconf.Server, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(i net.Interface) bool { return slices.Contains(addressesOf(i), ip) })
	if i < 0 {
		return nil, fmt.Errorf("no network adapter has the address %s", ip)
	}
	const instance, host = "OpenDisplay Server (Roomink)", "roomink"
	return zeroconf.RegisterProxy(instance, service, "local.", port, host, []string{ip}, txt, all[i:i+1])
}

// serve runs a server, and tells of its end if that is a failure.
func (e *Engine) serve(ctx context.Context, ended chan<- struct{}, f func() error) {
	if err := f(); err != nil && ctx.Err() == nil {
		e.log.Error("The server for displays ended and is opened again", "err", err)
		select {
		case ended <- struct{}{}:
		default:
		}
	}
}

func (e *Engine) setShelf(base string) {
	if e.cfg.Shelf != nil {
		e.cfg.Shelf.SetBase(base)
	}
}

// noteDoors records whether the server is open, and tells a person why it can't be.
func (e *Engine) noteDoors(on bool, err error) {
	e.mu.Lock()
	v := &e.state.serving
	v.on, v.problem = on, nil
	if err != nil {
		v.problem = &Explanation{Title: "Displays can't fetch their pictures", Text: sentence(err.Error()) + ".", Details: err.Error(),
			Remedy: "Close the program that uses this port, or choose another port in the settings and in the displays. Roomink tries again by itself."}
	}
	problem := v.problem
	e.mu.Unlock()
	if problem == nil {
		e.health.Clear(codeServing, "")
	} else {
		e.health.Set(health.Problem{Code: codeServing, Severity: health.Warning, Title: problem.Title, Text: problem.Text, Remedy: problem.Remedy})
	}
	e.changed()
}
