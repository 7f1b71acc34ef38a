// Package discovery finds displays on the local network. It browses mDNS for
// OpenDisplay devices with grandcat/zeroconf and reports each as a [Candidate],
// again and again, so that the consumer knows when it was last seen.
//
// What the field taught (hashicorp/mdns #140, grandcat/zeroconf #47): virtual
// adapters swallow queries, interfaces come and go, a resolver reports an entry
// only once and loses some. So [Browser] lists the interfaces anew in each round,
// skips virtual ones (interfaces.go says which and why), browses each of the rest
// with a fresh resolver, and never declares a display gone: one missed answer means
// nothing.
//
// Anybody on the network can announce anything. A record that makes no sense
// becomes a Candidate with a Problem and without an ID; the number of candidates is
// bounded; every text is fit to show.
package discovery

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/opendisplay"
)

// Candidate is a display as it announces itself.
type Candidate = display.Candidate

// DefaultRescan is the length of a round: a display that is switched on shows within
// seconds, and the network hardly notices.
const DefaultRescan = 15 * time.Second

// Options configure a [Browser].
type Options struct {
	// Found gets every announcement, each display's at least once a round while it
	// answers. It is called from the goroutine of Serve, never twice at once, and
	// must not block for long. Required.
	Found func(Candidate)
	// Interfaces lists the interfaces to browse on; it is asked in each round. The
	// default is [Usable]; [Named] takes them by name.
	Interfaces func() ([]net.Interface, error)
	// Rescan is the length of a round, DefaultRescan when 0.
	Rescan time.Duration
	// Limit is how many candidates are reported at most within ten minutes or so;
	// 5,000 by default.
	Limit int
	// Known tells the displays that are in use: they are reported whatever the
	// limit, so that no flood can hide them. Default: none. It is called as Found is.
	Known func(display.ID) bool
	// Notice is told when something hinders discovery, and again with an empty Text
	// when that is over. It is called as Found is. Default: Logger gets a warning.
	Notice func(Notice)
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // default slog.Default()
}

// NoticeKind says what a [Notice] is about.
type NoticeKind string

// The kinds of notice.
const (
	NoInterface  NoticeKind = "noInterface"  // nothing to browse on
	BrowseFailed NoticeKind = "browseFailed" // the system does not let us browse on some interface
	Flood        NoticeKind = "flood"        // more candidates than Options.Limit
)

// Notice is news of discovery itself, for a person. At most one of each kind holds
// at a time.
type Notice struct {
	Kind NoticeKind
	Text string // empty: it is over
}

// Browser looks for displays. Make one with [New] and run it with Serve.
type Browser struct {
	o       Options
	again   chan struct{} // capacity 1: begin a new round now
	table   *table
	notices map[NoticeKind]string // the texts that hold
	// browse reports what is announced on one interface until ctx ends.
	browse func(ctx context.Context, i net.Interface, report func(*zeroconf.ServiceEntry)) error
}

// New makes a browser. It panics if Options.Found is nil.
func New(o Options) *Browser {
	if o.Found == nil {
		panic("discovery: Options.Found is required")
	}
	if o.Interfaces == nil {
		o.Interfaces = Usable
	}
	if o.Rescan <= 0 {
		o.Rescan = DefaultRescan
	}
	if o.Limit <= 0 {
		o.Limit = 5000
	}
	if o.Known == nil {
		o.Known = func(display.ID) bool { return false }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	b := &Browser{o: o, again: make(chan struct{}, 1), table: newTable(o.Limit), notices: map[NoticeKind]string{}, browse: browse}
	if o.Notice == nil {
		b.o.Notice = func(n Notice) {
			if n.Text != "" {
				o.Logger.Warn("discovery is hindered", "kind", string(n.Kind), "text", n.Text)
			}
		}
	}
	return b
}

// Rescan begins a new round at once: after the computer slept, or because a person
// is looking. It does not block and may be called at any time.
func (b *Browser) Rescan() {
	select {
	case b.again <- struct{}{}:
	default: // a new round is due already
	}
}

// Serve browses until ctx ends and returns its error. One Serve may run at a time.
func (b *Browser) Serve(ctx context.Context) error {
	for ctx.Err() == nil {
		b.round(ctx)
	}
	return ctx.Err()
}

// sighting is an announcement on its way to the goroutine of Serve, or, with err,
// the end of browsing on an interface.
type sighting struct {
	entry *zeroconf.ServiceEntry
	iface string
	err   error
}

// round browses on every interface for the length of a round.
func (b *Browser) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, b.o.Rescan)
	defer cancel()
	seen := make(chan sighting)
	var browsing sync.WaitGroup
	for _, i := range b.interfaces() {
		browsing.Go(func() {
			err := b.browse(ctx, i, func(e *zeroconf.ServiceEntry) { seen <- sighting{entry: e, iface: i.Name} })
			if err != nil && ctx.Err() == nil {
				seen <- sighting{iface: i.Name, err: err}
			}
		})
	}
	go func() { browsing.Wait(); close(seen) }()

	var failed []string
	ended := ctx.Done()
	for seen != nil || ended != nil {
		select {
		case <-b.again:
			cancel()
		case <-ended:
			ended = nil // go on until seen is closed, since browse blocks on it
		case s, ok := <-seen:
			switch {
			case !ok:
				seen = nil // go on until the round is over: this is what paces the rounds
			case s.err != nil:
				failed = append(failed, fmt.Sprintf("%s: %v", s.iface, s.err))
			default:
				b.take(s)
			}
		}
	}
	b.notice(BrowseFailed, strings.Join(failed, "; "))
	b.notice(Flood, b.table.endRound())
}

// interfaces lists where to browse, and gives notice if there is nowhere.
func (b *Browser) interfaces() []net.Interface {
	list, err := b.o.Interfaces()
	switch {
	case err != nil:
		b.notice(NoInterface, fmt.Sprintf("The network adapters can't be listed: %v. Displays can be added by address.", err))
		return nil
	case len(list) == 0:
		b.notice(NoInterface, "There is no network adapter to look for displays on. Connect to the network of the displays, or add them by address.")
	default:
		b.notice(NoInterface, "")
	}
	return list
}

// take turns an announcement into a candidate and reports it.
func (b *Browser) take(s sighting) {
	c, ok := candidate(s.entry, s.iface, b.o.Now())
	if !ok {
		b.o.Logger.Debug("announcement of another kind ignored", "service", opendisplay.Service, "interface", s.iface)
		return
	}
	if inUse := c.ID != "" && b.o.Known(c.ID); inUse || b.table.admit(c) {
		b.o.Found(c)
	}
}

// notice tells a change of a notice, and nothing if it stays as it was.
func (b *Browser) notice(kind NoticeKind, text string) {
	if b.notices[kind] == text {
		return
	}
	b.notices[kind] = text
	b.o.Notice(Notice{Kind: kind, Text: text})
}

// browse is one fresh resolver's work on one interface.
func browse(ctx context.Context, i net.Interface, report func(*zeroconf.ServiceEntry)) error {
	// IPv4 alone: the devices have nothing else (ESP32, Arduino), and zeroconf fails
	// as a whole where either protocol can't be had.
	r, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{i}), zeroconf.SelectIPTraffic(zeroconf.IPv4))
	if err != nil {
		return fmt.Errorf("join mDNS: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	entries := make(chan *zeroconf.ServiceEntry, 16)
	berr := r.Browse(ctx, opendisplay.Service, "local.", entries)
	if berr != nil {
		cancel() // ends the resolver, which then closes entries
	}
	// The resolver blocks, and with it leaks its sockets, unless entries is read
	// until it is closed.
	for e := range entries {
		report(e)
	}
	if berr != nil {
		return fmt.Errorf("ask for %s: %w", opendisplay.Service, berr)
	}
	return nil
}
