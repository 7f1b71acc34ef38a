package openepaperlink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/net/ipv4"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// Access points find each other by UDP multicast (src/udp.cpp, commstructs.h). A packet is
// a byte for its kind and a packed struct, little-endian. Of all kinds only the request
// changes nothing at who receives it, so it is the only one that is ever sent.
const (
	port        = 16033
	kindRequest = 0x80 // who is there? with the APlist of who asks
	kindReply   = 0x81 // with the APlist of who answers, unicast to our port 16033
	listLen     = 40   // APlist: u32 address, char alias[32], u8 channel, u8 tags, u16 version
	aliasLen    = 32
)

var group = net.UDPAddr{IP: net.IPv4(239, 10, 0, 1), Port: port}

// Access points are asked for every minute, and at first, since datagrams get lost, three
// times in short succession.
const (
	every = time.Minute
	first = 2 * time.Second
)

// Search asks for access points on the given interfaces until ctx ends, which is no error,
// and calls found for each answer, so for each access point about once a minute. It hears
// nothing of access points that are set to broadcast.
//
// The answers go to port 16033 of ours, whoever asked. So a second program that listens
// there, on the same machine, may get them in our place.
func (d *Driver) Search(ctx context.Context, ifaces []net.Interface, found func(display.Candidate)) error {
	conn, err := new(net.ListenConfig).ListenPacket(ctx, "udp4", group.String()) // reuses the port, on all addresses
	if err != nil {
		return fmt.Errorf("listen for OpenEPaperLink access points: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s := searcher{conn: ipv4.NewPacketConn(conn), joined: map[int]net.Interface{}, found: found, now: d.now}
	if err := s.join(ifaces); err != nil {
		return err
	}
	asking := make(chan struct{})
	go func() {
		defer close(asking)
		for n := 1; ; n++ {
			s.request()
			pause := every
			if n < 3 {
				pause = first
			}
			if !wait(ctx, pause) {
				return
			}
		}
	}()
	err = s.receive(ctx)
	conn.Close()
	if ctx.Err() != nil {
		<-asking
		return nil
	}
	return err // the asking ends with ctx
}

// searcher is one call of Search.
type searcher struct {
	conn   *ipv4.PacketConn
	joined map[int]net.Interface
	told   bool // the system tells where a packet came in
	found  func(display.Candidate)
	now    func() time.Time
}

// join enters the group on each interface that can multicast. It fails if none can.
func (s *searcher) join(ifaces []net.Interface) error {
	var failed error
	for _, i := range ifaces {
		if i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagUp == 0 {
			continue
		}
		if err := s.conn.JoinGroup(&i, &net.UDPAddr{IP: group.IP}); err != nil {
			failed = fmt.Errorf("listen for OpenEPaperLink access points on %s: %w", i.Name, err)
			continue
		}
		s.joined[i.Index] = i
	}
	if len(s.joined) > 0 {
		s.told = s.conn.SetControlMessage(ipv4.FlagInterface, true) == nil
		return nil
	}
	if failed == nil {
		failed = errors.New("listen for OpenEPaperLink access points: no interface can multicast")
	}
	return failed
}

// request asks who is there, on each interface. That one is down for a moment is no
// reason to give up: it is asked again.
func (s *searcher) request() {
	for _, i := range s.joined {
		if s.conn.SetMulticastInterface(&i) == nil {
			_, _ = s.conn.WriteTo(request(i), nil, &group)
		}
	}
}

// request is the packet that asks who is there.
func request(i net.Interface) []byte {
	b := make([]byte, 1+listLen)
	b[0] = kindRequest
	if addrs, err := i.Addrs(); err == nil {
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil {
				copy(b[1:5], n.IP.To4())
				break
			}
		}
	}
	copy(b[5:5+aliasLen-1], "Roomink")
	return b
}

// receive reports who answers until the connection is closed. Whoever sends more than a
// network of access points could is not heard to the end.
func (s *searcher) receive(ctx context.Context) error {
	brake := newBrake()
	buf := make([]byte, 512)
	for {
		n, control, from, err := s.conn.ReadFrom(buf)
		if err != nil {
			return fmt.Errorf("listen for OpenEPaperLink access points: %w", err)
		}
		if !brake.pass(ctx) {
			return ctx.Err()
		}
		var in net.Interface
		if s.told && control != nil {
			if in = s.joined[control.IfIndex]; in.Index == 0 {
				continue // not where we were told to look
			}
		}
		addr, ok := from.(*net.UDPAddr)
		alias, err := parseReply(buf[:n])
		if !ok || err != nil {
			continue
		}
		s.found(display.Candidate{
			Protocol: Name, Name: alias, Address: (&net.TCPAddr{IP: addr.IP, Port: 80}).String(),
			Gateway: true, SeenAt: s.now(), Interface: in.Name,
		})
	}
}

// parseReply reads the name from the answer of an access point. The address in it is not
// believed: who sent the packet is where to ask.
func parseReply(b []byte) (alias string, err error) {
	if len(b) != 1+listLen || b[0] != kindReply {
		return "", errors.New("the packet is no answer of an access point")
	}
	text, _, _ := bytes.Cut(b[5:5+aliasLen], []byte{0})
	if alias = lan.Words(string(text), aliasLen); alias == "" {
		alias = "OpenEPaperLink access point"
	}
	return alias, nil
}
