package virtual

import (
	"context"
	"encoding/binary"
	"net"
)

// searchPort is where access points look for each other, in the group 239.10.0.1.
const searchPort = 16033

// answerSearch answers who asks for access points (udp.cpp), until ctx ends. It closes
// the group.
func (ap *AccessPoint) answerSearch(ctx context.Context, group net.PacketConn) {
	defer context.AfterFunc(ctx, func() { group.Close() })()
	defer group.Close()
	host, _, err := net.SplitHostPort(ap.Addr())
	if err != nil {
		return
	}
	out, err := net.ListenPacket("udp4", net.JoinHostPort(host, "0")) // answers come from its own address
	if err != nil {
		return
	}
	defer out.Close()
	buf := make([]byte, 512)
	for {
		n, from, err := group.ReadFrom(buf)
		if err != nil {
			return
		}
		addr, ok := from.(*net.UDPAddr)
		if !ok || n == 0 || buf[0] != 0x80 {
			continue
		}
		reply := ap.searchReply(net.ParseIP(host))
		_, _ = out.WriteTo(reply, &net.UDPAddr{IP: addr.IP, Port: searchPort})
	}
}

// searchReply is the packet 0x81 with an APlist.
func (ap *AccessPoint) searchReply(ip net.IP) []byte {
	b := make([]byte, 41)
	b[0] = 0x81
	copy(b[1:5], ip.To4())
	copy(b[5:36], ap.opts.Name)
	b[37] = 11
	ap.mu.Lock()
	b[38] = byte(len(ap.tags))
	ap.mu.Unlock()
	binary.LittleEndian.PutUint16(b[39:], 31)
	return b
}
