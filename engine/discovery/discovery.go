// Package discovery finds displays and access points on the local network. It browses
// mDNS with grandcat/zeroconf for what the drivers know to read, lets those search that
// have their own way ([Searcher]), and reports each find as a display.Candidate, again
// and again, so that the consumer knows when it was last seen.
//
// What the field taught (hashicorp/mdns #140, grandcat/zeroconf #47): virtual
// adapters swallow queries, interfaces come and go, a resolver reports an entry
// only once and loses some. So [Browser] lists the interfaces anew in each round,
// skips virtual ones (interfaces.go says which and why), browses each of the rest
// with fresh resolvers, and calls a display silent only after many rounds without it: one
// missed answer means nothing.
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
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/grandcat/zeroconf"

	"github.com/roomink/roomink/engine/display"
)

// DefaultRescan is the length of a round: a display that is switched on shows within
// seconds, and the network hardly notices.
const DefaultRescan = 15 * time.Second

// Options configure a [Browser].
type Options struct {
	// Found gets every announcement, each display's at least once a round while it
	// answers. It is called from the goroutine of Serve, never twice at once, and
	// must not block for long. Required.
	Found func(display.Candidate)
	// Lost is told once when a candidate with an ID has been silent for [LostRounds]
	// rounds: it was switched off, sleeps, or left the network. Found tells of its
	// return. It is called as Found is. Default: nobody is told.
	Lost func(display.ID)
	// Announcers read what is announced; the services that they name are browsed for.
	Announcers []display.Announcer
	// Searchers look in ways of their own.
	Searchers []Searcher
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

// Searcher looks for devices that do not announce themselves by mDNS, such as access
// points that answer to a multicast of their own. A driver may be one.
type Searcher interface {
	// Search reports what it finds on the interfaces until ctx ends, each find at least
	// once a round, without SeenAt. It must send nothing on other interfaces. It returns
	// early only with an error.
	Search(ctx context.Context, on []net.Interface, found func(display.Candidate)) error
}

// Browser looks for displays. Make one with [New] and run it with Serve.
type Browser struct {
	o       Options
	again   chan struct{} // capacity 1: begin a new round now
	table   *table
	readers map[string][]display.Announcer // by service
	notices map[NoticeKind]string          // the texts that hold
	// browse reports what is announced of a service on one interface until ctx ends.
	browse func(ctx context.Context, service string, i net.Interface, report func(*zeroconf.ServiceEntry)) error
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
	b := &Browser{o: o, again: make(chan struct{}, 1), table: newTable(o.Limit), notices: map[NoticeKind]string{}, browse: browse,
		readers: map[string][]display.Announcer{}}
	for _, a := range o.Announcers {
		for _, service := range a.Services() {
			b.readers[service] = append(b.readers[service], a)
		}
	}
	if o.Lost == nil {
		b.o.Lost = func(display.ID) {}
	}
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

// sighting is a find on its way to the goroutine of Serve, as an announcement or as a
// candidate, or, with err, the end of looking there.
type sighting struct {
	entry     *zeroconf.ServiceEntry
	candidate *display.Candidate
	iface     string
	err       error
}

// round browses on every interface for the length of a round.
func (b *Browser) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, b.o.Rescan)
	defer cancel()
	seen := make(chan sighting)
	var browsing sync.WaitGroup
	on := b.interfaces()
	for _, i := range on {
		for service := range b.readers {
			browsing.Go(func() {
				err := b.browse(ctx, service, i, func(e *zeroconf.ServiceEntry) { seen <- sighting{entry: e, iface: i.Name} })
				if err != nil && ctx.Err() == nil {
					seen <- sighting{iface: i.Name, err: err}
				}
			})
		}
	}
	for _, s := range b.o.Searchers {
		if len(on) == 0 {
			break
		}
		browsing.Go(func() {
			err := s.Search(ctx, on, func(c display.Candidate) { seen <- sighting{candidate: &c} })
			if err != nil && ctx.Err() == nil {
				seen <- sighting{iface: names(on), err: err}
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
	slices.Sort(failed) // or the same failures in another order would be news
	b.notice(BrowseFailed, strings.Join(slices.Compact(failed), "; "))
	for _, id := range b.table.silent() {
		b.o.Lost(id)
	}
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
	c := s.candidate
	if c == nil {
		read, ok := candidate(s.entry, b.readers[s.entry.Service], s.iface, b.o.Now())
		if !ok {
			b.o.Logger.Debug("announcement of another kind ignored", "service", s.entry.Service, "interface", s.iface)
			return
		}
		c = &read
	} else {
		c.SeenAt = b.o.Now()
	}
	inUse := c.ID != "" && b.o.Known(c.ID)
	if admitted := b.table.admit(*c, inUse); admitted || inUse {
		b.o.Found(*c)
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

// names lists interfaces for a person.
func names(list []net.Interface) string {
	var all []string
	for _, i := range list {
		all = append(all, i.Name)
	}
	return strings.Join(all, ", ")
}

// resolver joins mDNS on one interface: over both IP versions, or over the one that the
// interface has, since zeroconf fails as a whole where either can't be had.
func resolver(i net.Interface) (r *zeroconf.Resolver, err error) {
	var all []error
	for _, traffic := range []zeroconf.IPType{zeroconf.IPv4AndIPv6, zeroconf.IPv4, zeroconf.IPv6} {
		r, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{i}), zeroconf.SelectIPTraffic(traffic))
		if err == nil {
			return r, nil
		}
		all = append(all, err)
	}
	return nil, all[1] // what IPv4 lacks says most
}

// browse is one fresh resolver's work for one service on one interface.
func browse(ctx context.Context, service string, i net.Interface, report func(*zeroconf.ServiceEntry)) error {
	r, err := resolver(i)
	if err != nil {
		return fmt.Errorf("join mDNS: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	entries := make(chan *zeroconf.ServiceEntry, 16)
	berr := r.Browse(ctx, service, "local.", entries)
	if berr != nil {
		cancel() // ends the resolver, which then closes entries
	}
	// The resolver blocks, and with it leaks its sockets, unless entries is read
	// until it is closed.
	for e := range entries {
		report(e)
	}
	if berr != nil {
		return fmt.Errorf("ask for %s: %w", service, berr)
	}
	return nil
}
