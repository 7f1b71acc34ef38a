package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/health"
)

var errNoAdapter = errors.New("no network adapter that displays could reach is up: plug the cable in, or choose one in the settings")

// servingCheck is how often the address of this computer is looked at while somebody
// needs the server: Wi-Fi has gaps, and DHCP gives new addresses.
const servingCheck = 5 * time.Second

// ownInstance, with our address, is our name where we announce ourselves by mDNS: there
// may be another Roomink in the building.
const ownInstance = "Roomink"

// locate finds out where the server listens or would, and lets it look anew.
func (e *Engine) locate() {
	e.mu.Lock()
	s := e.state.serving
	e.mu.Unlock()
	at, err := e.choosePlace(s.settings.Interface, s.port())
	e.mu.Lock()
	e.state.serving.at = at
	if err != nil {
		e.state.serving.at = place{}
	}
	e.mu.Unlock()
	e.reserve()
}

// choosePlace finds the address to listen at: of the named adapter, or of the one that
// displays are most likely to reach.
func (e *Engine) choosePlace(name string, port int) (place, error) {
	var on []net.Interface
	if name != "" {
		i, err := net.InterfaceByName(name)
		if err != nil {
			return place{}, fmt.Errorf("network adapter %s is absent: %w", name, err)
		}
		on = []net.Interface{*i}
	} else {
		var err error
		if on, err = e.searchedInterfaces(); err != nil {
			return place{}, err
		}
	}
	var found []place
	for _, i := range on {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		for _, a := range addressesOf(i) {
			if ip := net.ParseIP(a); ip.To4() != nil && !ip.IsLinkLocalUnicast() {
				found = append(found, place{ip: ip.String(), iface: i.Name, port: port})
			}
		}
	}
	if len(found) == 0 {
		return place{}, errNoAdapter
	}
	if len(found) > 1 {
		route := routed()
		for _, p := range found {
			if p.ip == route {
				return p, nil
			}
		}
	}
	for _, p := range found {
		if net.ParseIP(p.ip).IsPrivate() {
			return p, nil
		}
	}
	return found[0], nil
}

// routed is our address on the default route, "" if there is none. Nothing is sent: UDP
// only looks the route up.
func routed() string {
	c, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return ""
	}
	defer func() { _ = c.Close() }() // it holds nothing
	return hostOf(c.LocalAddr().String())
}

// door is something that listens.
type door struct {
	at   place
	stop context.CancelFunc
	done chan error // gets one
}

func (d *door) close() {
	d.stop()
	<-d.done
}

// serveDisplays keeps the doors open that somebody needs, until ctx ends.
func (e *Engine) serveDisplays(ctx context.Context) error {
	if len(e.cfg.Pulls) == 0 && len(e.cfg.Listens) == 0 && e.cfg.Shelf == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	e.awaitFirstReading(ctx) // or displays would fetch "not up to date"
	doors := map[string]*door{}
	defer func() {
		for _, d := range doors {
			d.close()
		}
		e.noteServing(place{}, false, nil)
	}()
	for {
		wait := e.tend(ctx, doors)
		timer := time.NewTimer(wait)
		if wait == 0 {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		case <-e.serveAgain:
			timer.Stop()
		}
	}
}

// tend opens and closes doors, and says when to look again; 0 = not before somebody says so.
func (e *Engine) tend(ctx context.Context, doors map[string]*door) time.Duration {
	now := e.cfg.Now()
	e.mu.Lock()
	if until := e.state.serving.open; !until.IsZero() && !now.Before(until) {
		e.state.serving.open = time.Time{}
		e.changed()
	}
	s := e.state.serving
	web, listens := e.servingWanted(now)
	e.mu.Unlock()
	at, err := e.choosePlace(s.settings.Interface, s.port())
	wanted := map[string]func(context.Context, net.Listener) error{}
	places := map[string]place{}
	if web {
		places[""] = at
		wanted[""] = pull.New(pull.ServerOptions{Protocols: e.cfg.Pulls, Desk: desk{e}, Shelf: e.cfg.Shelf,
			Hosts: []string{at.ip}, Now: e.cfg.Now, Logger: e.log}).Serve
	}
	for _, l := range listens {
		p := at
		p.port = l.Port()
		places[l.Protocol()] = p
		wanted[l.Protocol()] = func(ctx context.Context, on net.Listener) error { return e.serveListener(ctx, l, p, on) }
	}
	for name, d := range doors {
		select {
		case fault := <-d.done:
			d.stop()
			delete(doors, name)
			e.log.Warn("The server for displays stopped and is started again", "err", fault)
			continue
		default:
		}
		if places[name] != d.at || err != nil {
			d.close()
			delete(doors, name)
		}
	}
	faults := []error{err}
	for name, serve := range wanted {
		if err != nil || doors[name] != nil {
			continue
		}
		d, fault := open(ctx, places[name], serve)
		if fault != nil {
			faults = append(faults, fault)
			continue
		}
		doors[name] = d
	}
	if len(wanted) == 0 {
		e.noteServing(at, false, nil)
		return 0
	}
	e.noteServing(at, doors[""] != nil, errors.Join(faults...))
	return servingCheck
}

// open listens at a place.
func open(ctx context.Context, at place, serve func(context.Context, net.Listener) error) (*door, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort(at.ip, strconv.Itoa(at.port)))
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	d := &door{at: at, stop: stop, done: make(chan error, 1)}
	go func() { d.done <- serve(ctx, l) }()
	return d, nil
}

// serveListener serves the displays of a protocol of its own, and announces where.
func (e *Engine) serveListener(ctx context.Context, l pull.Listener, at place, on net.Listener) error {
	if service, txt := l.Announce(net.ParseIP(at.ip)); service != "" {
		address := net.JoinHostPort(at.ip, strconv.Itoa(at.port))
		e.own(address, true)
		defer e.own(address, false)
		i, err := net.InterfaceByName(at.iface)
		if err != nil {
			return errors.Join(err, on.Close())
		}
		server, err := zeroconf.RegisterProxy(ownInstance+" "+at.ip, service, "local.", at.port, "roomink-"+strings.ReplaceAll(at.ip, ".", "-"), []string{at.ip}, txt, []net.Interface{*i})
		if err != nil {
			e.log.Warn("Roomink could not announce itself to displays", "err", err) // those that have its address still find it
		} else {
			defer server.Shutdown()
		}
	}
	return l.Serve(ctx, pull.Bound(on, pull.Limits{}), desk{e})
}

// own notes an address that we announce ourselves: it is no display.
func (e *Engine) own(address string, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if on {
		e.state.serving.own[address] = true
		return
	}
	delete(e.state.serving.own, address)
}

func (e *Engine) isOwn(address string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state.serving.own[address]
}

// noteServing tells snapshots and the shelf where the server listens.
func (e *Engine) noteServing(at place, on bool, err error) {
	var problem *Explanation
	if err != nil {
		problem = &Explanation{Title: "Displays can't fetch their pictures", Text: sentence(err.Error()) + ".",
			Remedy: "Choose another port or network adapter in the settings. Roomink tries again by itself."}
	}
	e.mu.Lock()
	s := &e.state.serving
	changed := s.at != at || s.on != on || (s.problem == nil) != (problem == nil) ||
		problem != nil && problem.Text != s.problem.Text
	s.at, s.on, s.problem = at, on, problem
	e.mu.Unlock()
	if e.cfg.Shelf != nil {
		base := ""
		if on {
			base = at.url()
		}
		e.cfg.Shelf.SetBase(base)
	}
	if !changed {
		return
	}
	if problem == nil {
		e.health.Clear(codeServing, "")
	} else {
		e.health.Set(health.Problem{Code: codeServing, Severity: health.Warning, Title: problem.Title, Text: problem.Text, Remedy: problem.Remedy})
	}
	e.changed()
}
