package opendisplaybasic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// Name is the protocol's name, as in display.Display.Protocol.
const Name = "opendisplay-basic"

// DefaultPort is where displays dial unless they were told otherwise.
const DefaultPort = 2446

// Service is what displays look for.
const Service = "_opendisplay._tcp"

// Options configure a [Protocol]. The zero value is ready to use.
type Options struct {
	Port   int              // default DefaultPort
	Now    func() time.Time // default time.Now
	Logger *slog.Logger     // gets faults of ours, never what a display sent; default slog.Default()
}

// Protocol serves displays. It is safe for concurrent use.
type Protocol struct {
	o Options

	mu    sync.Mutex
	hosts map[string]*caller // by the address that they ask from
}

// caller is what is remembered of a display between two connections.
type caller struct {
	panel    display.Panel
	firmware string
	at       time.Time
}

// maxCallers bounds what is remembered: the oldest are forgotten, and asked who they are.
const maxCallers = 1024

var _ pull.Listener = (*Protocol)(nil)

// New makes the protocol.
func New(o Options) *Protocol {
	if o.Port == 0 {
		o.Port = DefaultPort
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Protocol{o: o, hosts: make(map[string]*caller)}
}

// Protocol is [Name].
func (*Protocol) Protocol() string { return Name }

// Port is the one that the server is announced with.
func (p *Protocol) Port() int { return p.o.Port }

// Announce gives the record that displays look for. Resolvers on microcontrollers find no
// address records, so it is in the TXT record as well (py-opendisplay wifi/mdns.py).
func (*Protocol) Announce(ip net.IP) (service string, txt []string) {
	return Service, []string{"ip=" + ip.String()}
}

// ID is the identity of the display at a host.
func ID(host string) display.ID { return display.AddressID(Name, host) }

// How long a display may take. Between two requests on one connection it may sleep.
const (
	frameTime = 15 * time.Second // for the rest of a frame, once it began
	writeTime = 2 * time.Minute
	idleTime  = 25 * time.Hour // more than any poll that is asked for
	// firstTime is how long a stranger may wait with its first frame.
	firstTime = 30 * time.Second
)

// How many frames a second a display may send in the long run, and at once.
const requestRate, requestBurst = 5, 200

// strangerPoll is how soon a display may ask again that is not let in, or has no room.
const strangerPoll = time.Minute

// Serve answers displays until ctx ends or l fails, and waits for the connections.
func (p *Protocol) Serve(ctx context.Context, l net.Listener, desk pull.Desk) error {
	ctx, cancel := context.WithCancel(ctx)
	var conns sync.WaitGroup
	defer conns.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			_ = l.Close()
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("serve displays: %w", err)
		}
		conns.Go(func() {
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
			defer func() { // a panic on what a stranger sent must not end all others
				if fault := recover(); fault != nil {
					p.o.Logger.Error("the server for OpenDisplay Basic panicked", "panic", fmt.Sprintf("%T", fault), "stack", string(debug.Stack()))
				}
			}()
			p.talk(conn, desk)
		})
	}
}

// talk answers one display until it goes away or says something strange.
func (p *Protocol) talk(conn net.Conn, desk pull.Desk) {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		return
	}
	s := session{Protocol: p, conn: conn, desk: desk, host: host}
	var form *wide
	allowed := rate.NewLimiter(requestRate, requestBurst)
	for wait := firstTime; ; wait = idleTime {
		first := &firstByte{conn: conn, wait: wait}
		packets, is, err := readFrame(first, form)
		if err == nil && !allowed.AllowN(p.o.Now(), 1) {
			return
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				s.taken() // it hung up in order
			}
			return
		}
		form = &is
		said, err := parse(packets)
		if err != nil {
			return
		}
		if said.announced && !p.announced(host, said) {
			return
		}
		if !said.asks {
			continue
		}
		s.taken()
		answer, err := s.answer(is, said)
		if err != nil || conn.SetWriteDeadline(time.Now().Add(writeTime)) != nil {
			return
		}
		if _, err := conn.Write(answer); err != nil {
			s.pending = ""
			return
		}
	}
}

// firstByte gives a peer long for the first byte, and little for the rest.
type firstByte struct {
	conn  net.Conn
	wait  time.Duration
	begun bool
}

func (f *firstByte) Read(b []byte) (int, error) {
	if !f.begun {
		if err := f.conn.SetReadDeadline(time.Now().Add(f.wait)); err != nil {
			return 0, err
		}
		b = b[:1]
	}
	n, err := f.conn.Read(b)
	if n > 0 && !f.begun {
		f.begun = true
		err = errors.Join(err, f.conn.SetReadDeadline(time.Now().Add(frameTime)))
	}
	return n, err
}

// announced remembers who a display is. It is false for one that can't be drawn for.
func (p *Protocol) announced(host string, s said) bool {
	if s.panel == (display.Panel{}) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.hosts[host]
	if c == nil || c.panel != s.panel {
		c = &caller{panel: s.panel}
		p.forget()
		p.hosts[host] = c
	}
	c.firmware, c.at = s.firmware, p.o.Now()
	return true
}

// forget makes room. p.mu is held.
func (p *Protocol) forget() {
	if len(p.hosts) < maxCallers {
		return
	}
	oldest := ""
	for host, c := range p.hosts {
		if oldest == "" || c.at.Before(p.hosts[oldest].at) {
			oldest = host
		}
	}
	delete(p.hosts, oldest)
}

// session is one connection.
type session struct {
	*Protocol
	conn    net.Conn
	desk    pull.Desk
	host    string
	pending string // hash of the frame that was sent, and not known to be taken
}

// taken notes that the display has read all that was sent to it.
func (s *session) taken() {
	if s.pending == "" {
		return
	}
	s.desk.Report(display.Report{ID: ID(s.host), At: s.o.Now(), Address: s.host, Shown: s.pending})
	s.pending = ""
}

// answer says what to show. An error ends the connection.
func (s *session) answer(form wide, asked said) ([]byte, error) {
	s.mu.Lock()
	c, known := s.hosts[s.host]
	var is caller
	if known {
		c.at = s.o.Now()
		is = *c
	}
	s.mu.Unlock()
	if !known {
		return form.frame(opWho, nil)
	}
	now := s.o.Now()
	asked.telemetry.At = now
	d, ok := s.desk.Display(ID(s.host), s.host)
	if !ok || d.Panel != is.panel {
		if !ok {
			s.desk.Knock(display.Display{ID: ID(s.host), Protocol: Name, Name: "OpenDisplay " + s.host, Model: "OpenDisplay Basic",
				Firmware: is.firmware, Address: s.host, Panel: is.panel, Pull: true, Telemetry: asked.telemetry})
		}
		return form.nothing(uint32(strangerPoll / time.Second))
	}
	report := display.Report{ID: d.ID, At: now, Address: s.host, Telemetry: asked.telemetry, Firmware: is.firmware}
	o, ok := s.desk.Offer(d.ID)
	if !ok {
		s.desk.Report(report)
		return form.nothing(uint32(strangerPoll / time.Second))
	}
	poll := uint32(o.Sleep / time.Second)
	report.Due = now.Add(o.Sleep)
	if o.Shown == o.Frame.Hash {
		s.desk.Report(report)
		return form.nothing(poll)
	}
	s.desk.Report(report)
	pixels, err := pack(o.Frame.Image, d.Panel)
	if err != nil {
		return form.nothing(poll)
	}
	frame, err := form.picture(pixels, poll)
	if errors.Is(err, errTooLong) {
		return form.nothing(poll)
	}
	s.pending = o.Frame.Hash
	return frame, err
}
