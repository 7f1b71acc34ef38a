//go:build !linux

package virtual

import "net"

func joinGroup(on net.Interface) (net.PacketConn, error) {
	return net.ListenMulticastUDP("udp4", &on, &net.UDPAddr{IP: net.IPv4(239, 10, 0, 1), Port: searchPort})
}
