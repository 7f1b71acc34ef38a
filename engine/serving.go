package engine

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/display/pull"
)

// Serving is how displays that fetch their pictures reach Roomink.
type Serving struct {
	On        bool   // it listens now
	URL       string // "http://192.168.20.5:8480", to type into displays; known before it listens
	Interface string // name of the chosen network adapter; "" = Roomink chooses
	Port      int    // of HTTP
	// Open is until when devices that nobody adopted may ask to be let in; zero = they
	// may not.
	Open    time.Time
	Problem *Explanation // why it can't listen; nil when it can or need not
	// Wake is how long a battery display may sleep before it must ask again, in office hours.
	Wake time.Duration
}

// ServingSettings are what an admin decides about the server for displays that fetch.
type ServingSettings struct {
	Interface string        // "" = Roomink chooses
	Port      int           // 0 = DefaultPullPort
	Wake      time.Duration // 0 = DefaultWake
}

// Defaults of [ServingSettings].
const (
	DefaultPullPort = 8480
	DefaultWake     = 15 * time.Minute
)

// LetInTime is how long new devices may ask after [Engine.LetIn].
const LetInTime = 30 * time.Minute

// Bounds of ServingSettings.Wake.
const (
	minWake = time.Minute
	maxWake = 24 * time.Hour
)

// serving is the state of the server. Engine.mu guards it.
type serving struct {
	settings ServingSettings
	open     time.Time
	at       place // where it listens or would
	on       bool
	problem  *Explanation
	own      map[string]bool // addresses that we announce ourselves
}

func (s serving) port() int {
	if s.settings.Port == 0 {
		return DefaultPullPort
	}
	return s.settings.Port
}

func (s serving) wake() time.Duration {
	if s.settings.Wake == 0 {
		return DefaultWake
	}
	return s.settings.Wake
}

// place is an address of this computer to listen at.
type place struct {
	ip    string
	iface string
	port  int
}

func (p place) url() string {
	if p.ip == "" {
		return ""
	}
	return "http://" + net.JoinHostPort(p.ip, strconv.Itoa(p.port))
}

// servingSnapshot tells how displays that fetch reach us. e.mu is held.
func (e *Engine) servingSnapshot(now time.Time) Serving {
	s := &e.state.serving
	snap := Serving{On: s.on, URL: s.at.url(), Interface: s.settings.Interface, Port: s.port(), Problem: s.problem, Wake: s.wake()}
	if now.Before(s.open) {
		snap.Open = s.open
	}
	return snap
}

// SaveServing changes the settings of the server; displays that have its address must be
// told the new one by hand.
func (e *Engine) SaveServing(ctx context.Context, s ServingSettings) error {
	if s.Port != 0 && (s.Port < 1024 || s.Port > 65535) {
		return fmt.Errorf("port %d: choose one from 1024 to 65535", s.Port)
	}
	if s.Wake != 0 && (s.Wake < minWake || s.Wake > maxWake) {
		return fmt.Errorf("displays can sleep from %v to %v", minWake, maxWake)
	}
	if s.Interface != "" {
		if _, err := net.InterfaceByName(s.Interface); err != nil {
			return fmt.Errorf("network adapter %q: %w", s.Interface, err)
		}
	}
	if err := e.db.SaveSetting(ctx, settingServing, s); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.serving.settings = s
	e.mu.Unlock()
	e.locate()
	e.record(ctx, ActDisplay, "The settings of the server for displays were changed", false)
	return nil
}

// LetIn lets devices that nobody adopted ask for pictures for the next [LetInTime], or
// no more if on is false. They show up as found displays with Asks set.
func (e *Engine) LetIn(ctx context.Context, on bool) error {
	text := "New displays that fetch their pictures are no longer let in"
	e.mu.Lock()
	e.state.serving.open = time.Time{}
	if on {
		e.state.serving.open = e.cfg.Now().Add(LetInTime)
		text = "New displays that fetch their pictures may ask to be let in"
	}
	e.mu.Unlock()
	e.locate()
	e.record(ctx, ActDisplay, text, false)
	return nil
}

// servingWanted tells whether anybody needs the HTTP server, and which listeners somebody
// needs. e.mu is held.
func (e *Engine) servingWanted(now time.Time) (web bool, listens []pull.Listener) {
	open := now.Before(e.state.serving.open)
	adopted := map[string]bool{}
	web = open && len(e.cfg.Pulls) > 0
	for _, dev := range e.state.displays {
		if dev.stage == Found {
			continue
		}
		// One that is pushed to may need it as well: to fetch what it is pushed the address
		// of, or to tell that it woke.
		web = web || e.pullProtocol(dev.Protocol) != nil
		adopted[dev.Protocol] = adopted[dev.Protocol] || dev.Pull
	}
	for _, l := range e.cfg.Listens {
		if open || adopted[l.Protocol()] {
			listens = append(listens, l)
		}
	}
	return web, listens
}

// reserve makes the server look anew at who needs it.
func (e *Engine) reserve() {
	select {
	case e.serveAgain <- struct{}{}:
	default:
	}
	e.changed()
}
