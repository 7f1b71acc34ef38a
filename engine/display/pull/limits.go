package pull

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits bound what clients may do at a [Server]. Zero values give the defaults, which
// leave room for displays that share one address: all of a branch office behind its
// router, waking at the full hour.
type Limits struct {
	Conns          int     // connections at once, default 512
	ConnsPerClient int     // of them from one client, default 64
	Rate           float64 // requests a second from one client in the long run, default 20
	Burst          int     // requests of one client at once, default 300
}

func (l *Limits) setDefaults() {
	if l.Conns == 0 {
		l.Conns = 512
	}
	if l.ConnsPerClient == 0 {
		l.ConnsPerClient = 64
	}
	if l.Rate == 0 {
		l.Rate = 20
	}
	if l.Burst == 0 {
		l.Burst = 300
	}
}

// clientOf tells clients apart, by address. Whoever has an IPv6 address has a whole
// network of them, so they count as one. All that have no address are one client.
func clientOf(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := at.Addr().Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // not with these numbers of bits
	}
	return p
}

// maxClients is how many clients the rate limit remembers. Who is pushed out by others
// starts afresh.
const maxClients = 4096

// clients limits the rate of requests.
type clients struct {
	limits Limits
	now    func() time.Time

	mu     sync.Mutex
	known  map[netip.Prefix]*list.Element
	latest *list.List // of *client, the one heard last in front
}

type client struct {
	who  netip.Prefix
	rate *rate.Limiter
}

func newClients(l Limits, now func() time.Time) *clients {
	return &clients{limits: l, now: now, known: map[netip.Prefix]*list.Element{}, latest: list.New()}
}

// allow reports whether a client may make a request now.
func (c *clients) allow(who netip.Prefix) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[who]
	if ok {
		c.latest.MoveToFront(e)
	} else {
		if c.latest.Len() >= maxClients {
			oldest := c.latest.Remove(c.latest.Back()).(*client)
			delete(c.known, oldest.who)
		}
		e = c.latest.PushFront(&client{who: who, rate: rate.NewLimiter(rate.Limit(c.limits.Rate), c.limits.Burst)})
		c.known[who] = e
	}
	return e.Value.(*client).rate.AllowN(c.now(), 1)
}

// Bound bounds the connections on l, in all and from each client. One too many is closed
// at once, so that neither it nor those after it wait. [Server] does it by itself; it is
// for whoever hands a listener to a [Listener].
func Bound(l net.Listener, limits Limits) net.Listener {
	limits.setDefaults()
	return &bounded{Listener: l, limits: limits, open: map[netip.Prefix]int{}}
}

type bounded struct {
	net.Listener
	limits Limits

	mu   sync.Mutex
	all  int
	open map[netip.Prefix]int
}

func (b *bounded) Accept() (net.Conn, error) {
	for {
		conn, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		who := clientOf(conn.RemoteAddr().String())
		if b.enter(who) {
			return &boundedConn{Conn: conn, leave: sync.OnceFunc(func() { b.leave(who) })}, nil
		}
		_ = conn.Close() // nothing was said on it
	}
}

func (b *bounded) enter(who netip.Prefix) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all >= b.limits.Conns || b.open[who] >= b.limits.ConnsPerClient {
		return false
	}
	b.all++
	b.open[who]++
	return true
}

func (b *bounded) leave(who netip.Prefix) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all--
	if b.open[who]--; b.open[who] == 0 {
		delete(b.open, who)
	}
}

// boundedConn makes room when it is closed.
type boundedConn struct {
	net.Conn
	leave func()
}

func (c *boundedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

// SetWriteBuffer bounds what the system holds for the client, where the connection can.
func (c *boundedConn) SetWriteBuffer(bytes int) error {
	if buffered, ok := c.Conn.(interface{ SetWriteBuffer(int) error }); ok {
		return buffered.SetWriteBuffer(bytes)
	}
	return nil
}

// CloseWrite tells the client that all is said, where the connection can.
func (c *boundedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
