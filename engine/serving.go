package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/store"
)

// Serving is how displays that fetch their pictures reach Roomink.
type Serving struct {
	On        bool   // it listens now
	URL       string // "http://192.168.20.5:8480", to type into displays; known before it listens; "" = there is no network
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

// Defaults and limits of [ServingSettings].
const (
	DefaultPullPort = 8480
	DefaultWake     = 15 * time.Minute
	MinWake         = time.Minute
	MaxWake         = 24 * time.Hour
)

// LetInTime is how long new devices may ask after [Engine.LetIn].
const LetInTime = 30 * time.Minute

// quietWake is how much longer displays sleep outside office hours.
const quietWake = 4

// SaveServing changes the settings of the server; displays that have its address must be
// told the new one by hand.
func (e *Engine) SaveServing(ctx context.Context, s ServingSettings) error {
	switch {
	case s.Port != 0 && (s.Port < 1024 || s.Port > 65535):
		return fmt.Errorf("port %d: choose one from 1024 to 65535", s.Port)
	case s.Wake != 0 && (s.Wake < MinWake || s.Wake > MaxWake):
		return fmt.Errorf("displays can't sleep for %v: choose from %v to %v", s.Wake, MinWake, MaxWake)
	}
	if s.Interface != "" {
		if _, err := net.InterfaceByName(s.Interface); err != nil {
			return fmt.Errorf("network adapter %s: there is none of that name now", s.Interface)
		}
	}
	if err := e.db.SaveSetting(ctx, settingServing, s); err != nil {
		return err
	}
	e.mu.Lock()
	e.state.serving.ServingSettings = s
	e.mu.Unlock()
	e.doorsChanged()
	e.record(ctx, ActDisplay, "The server for displays was set anew", false)
	return nil
}

// LetIn lets devices that nobody adopted ask for pictures for the next [LetInTime], or
// no more if on is false. They show up as found displays with Asks set.
func (e *Engine) LetIn(ctx context.Context, on bool) error {
	text := "New displays may ask for half an hour"
	e.mu.Lock()
	if on {
		e.state.serving.open = e.cfg.Now().Add(LetInTime)
	} else {
		e.state.serving.open = time.Time{}
		text = "New displays may no longer ask"
	}
	e.mu.Unlock()
	e.doorsChanged()
	e.record(ctx, ActDisplay, text, false)
	return nil
}

// PullDisplay is a display that a person describes, because it can't describe itself.
type PullDisplay struct {
	Protocol string // one whose DriverInfo has Address
	Name     string
	Panel    display.Panel
	Room     calendar.RoomID // to assign it to; "" = none yet
}

// NewPullDisplay adopts a display that fetches from an address of its own.
func (e *Engine) NewPullDisplay(ctx context.Context, d PullDisplay) (display.ID, error) {
	name := strings.TrimSpace(d.Name)
	switch {
	case name == "":
		return "", errors.New("the display has no name: say what you call it")
	case len(name) > maxName:
		return "", fmt.Errorf("the name is longer than %d characters", maxName)
	}
	if _, err := e.addressed(d.Protocol); err != nil {
		return "", err
	}
	if err := d.Panel.Validate(); err != nil {
		return "", fmt.Errorf("add %s: %w", name, err)
	}
	id := display.ID(d.Protocol + ":" + strings.ToLower(rand.Text()[:16]))
	dev := &device{stage: Found}
	dev.Display.Display = display.Display{ID: id, Protocol: d.Protocol, Name: name, Panel: d.Panel, Pull: true}
	e.mu.Lock()
	e.state.displays[id] = dev
	e.mu.Unlock()
	err := e.Adopt(ctx, id)
	if err == nil {
		_, err = e.giveToken(ctx, id)
	}
	if err == nil && d.Room != "" {
		err = e.Assign(ctx, id, d.Room)
	}
	if err != nil {
		return "", errors.Join(err, e.Forget(ctx, id))
	}
	return id, nil
}

// addressed gives the protocol of displays with an address of their own.
func (e *Engine) addressed(protocol string) (pull.Addressed, error) {
	for _, p := range e.cfg.Pulls {
		if a, ok := p.(pull.Addressed); ok && p.Protocol() == protocol {
			return a, nil
		}
	}
	return nil, fmt.Errorf("%s displays have no address of their own to fetch from", protocol)
}

// doesBoth reports whether displays of a protocol can both be pushed to and fetch.
func (e *Engine) doesBoth(protocol string) bool {
	_, err := e.addressed(protocol)
	return err == nil && e.drivers[protocol] != nil
}

// PullInstructions say how to set such a display up. They hold its secret.
func (e *Engine) PullInstructions(ctx context.Context, id display.ID) (display.Instructions, error) {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		e.mu.Unlock()
		return display.Instructions{}, errUnknownDisplay(id)
	}
	d := dev.Display.Display
	e.mu.Unlock()
	p, err := e.addressed(d.Protocol)
	if err != nil {
		return display.Instructions{}, err
	}
	_, base := e.where()
	if base == "" {
		return display.Instructions{}, errors.New("this computer has no network now: connect it, then look again")
	}
	token, err := e.secret(ctx, store.DisplaySecret(id))
	if errors.Is(err, store.ErrNotFound) {
		return display.Instructions{}, fmt.Errorf("the address of %s is not kept any more: renew it, and type the new one into the display", cmp.Or(d.Name, string(id)))
	}
	if err != nil {
		return display.Instructions{}, fmt.Errorf("open the address of the display: %w", err)
	}
	return p.Instructions(base, string(token), d), nil
}

// RenewPullAddress gives such a display a new address; the old one stops working.
func (e *Engine) RenewPullAddress(ctx context.Context, id display.ID) error {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	protocol, label := dev.Protocol, labelOf(dev.Display)
	e.mu.Unlock()
	if _, err := e.addressed(protocol); err != nil {
		return err
	}
	if _, err := e.giveToken(ctx, id); err != nil {
		return err
	}
	e.record(ctx, ActDisplay, "Display "+label+" got a new address to fetch from", false)
	return nil
}

// giveToken makes a new token for a display; an older one is void.
func (e *Engine) giveToken(ctx context.Context, id display.ID) (token string, err error) {
	token = pull.NewToken()
	hash := pull.HashToken(token)
	if err := e.keep(func(seal func(string, []byte) []byte) error {
		return e.db.SaveToken(ctx, id, hash, seal(store.DisplaySecret(id), []byte(token)))
	}); err != nil {
		return "", fmt.Errorf("keep the display's key: %w", err)
	}
	e.mu.Lock()
	if dev, ok := e.state.displays[id]; ok {
		delete(e.state.tokens, dev.TokenHash)
		dev.TokenHash = hash
		e.state.tokens[hash] = id
	}
	e.mu.Unlock()
	e.changed()
	return token, nil
}

// SetPull decides whether a display that can do both is pushed to, or fetches.
func (e *Engine) SetPull(ctx context.Context, id display.ID, on bool) error {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	protocol, hash := dev.Protocol, dev.TokenHash
	e.mu.Unlock()
	if !e.doesBoth(protocol) {
		return fmt.Errorf("%s displays can do only one of the two", protocol)
	}
	if on && hash == "" {
		if _, err := e.giveToken(ctx, id); err != nil {
			return err
		}
	}
	if err := e.db.SetPull(ctx, id, on); err != nil {
		return err
	}
	e.mu.Lock()
	dev.Pull = on
	e.mu.Unlock()
	e.doorsChanged()
	e.rec.Touch(id)
	e.changed()
	return nil
}

// Approve says that a device which claims to be an adopted display really is that one:
// it gets a new key, or may fetch from its new address.
func (e *Engine) Approve(ctx context.Context, id display.ID) error {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok || dev.stage == Found {
		e.mu.Unlock()
		return errUnknownDisplay(id)
	}
	host, hash, label := dev.asks, dev.TokenHash, labelOf(dev.Display)
	e.mu.Unlock()
	if host == "" {
		return fmt.Errorf("%s asks for nothing now", label)
	}
	if err := e.db.SaveHost(ctx, id, host); err != nil {
		return err
	}
	if hash != "" {
		if err := e.db.DropToken(ctx, id); err != nil {
			return err
		}
	}
	e.mu.Lock()
	delete(e.state.tokens, hash)
	dev.TokenHash, dev.Host, dev.asks = "", host, ""
	e.mu.Unlock()
	e.health.Clear(codeAsks, string(id))
	e.record(ctx, ActDisplay, "Display "+label+" may ask from "+host, false)
	return nil
}

// servingSnapshot is what the app sees of the server. e.mu is held.
func (e *Engine) servingSnapshot(now time.Time) Serving {
	v := e.state.serving
	s := Serving{On: v.on, URL: v.base, Interface: v.Interface, Port: cmp.Or(v.Port, DefaultPullPort),
		Problem: v.problem, Wake: cmp.Or(v.Wake, DefaultWake)}
	if now.Before(v.open) {
		s.Open = v.open
	}
	return s
}

// where gives the address of this computer on the network of the displays, and the base
// of the server's addresses; both are empty if there is no such network now.
func (e *Engine) where() (ip net.IP, base string) {
	e.mu.Lock()
	s := e.state.serving.ServingSettings
	e.mu.Unlock()
	if ip = e.servingIP(s.Interface); ip != nil {
		base = "http://" + net.JoinHostPort(ip.String(), strconv.Itoa(cmp.Or(s.Port, DefaultPullPort)))
	}
	e.mu.Lock()
	e.state.serving.base = base
	e.mu.Unlock()
	return ip, base
}

// servingIP chooses the address to listen on: of the named adapter or, where none is
// named, of the one that this computer reaches others by, if displays are looked for there.
func (e *Engine) servingIP(name string) net.IP {
	list, err := e.searchedInterfaces()
	if name != "" {
		var named *net.Interface
		if named, err = net.InterfaceByName(name); err == nil {
			list = []net.Interface{*named}
		}
	}
	if err != nil {
		return nil
	}
	var all []net.IP
	for _, i := range list {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		for _, a := range addressesOf(i) {
			if ip := net.ParseIP(a); ip != nil && !ip.IsLinkLocalUnicast() {
				all = append(all, ip)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b net.IP) int { return version(a) - version(b) })
	if len(all) == 0 {
		return nil
	}
	if out := outgoing(); slices.ContainsFunc(all, out.Equal) {
		return out
	}
	return all[0]
}

// version orders IPv4 before IPv6, which few displays speak.
func version(ip net.IP) int {
	if ip.To4() != nil {
		return 4
	}
	return 6
}

// outgoing is the address that this computer would reach the internet from; nil if it
// can't. Nothing is sent: a UDP socket only chooses its route.
func outgoing() net.IP {
	conn, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return nil
	}
	defer conn.Close()
	if at, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		return at.IP
	}
	return nil
}
