package virtual

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// joinGroup listens to the group alone: on one machine the answers to who searches must
// go past the access points, which have the same port.
func joinGroup(on net.Interface) (net.PacketConn, error) {
	group := [4]byte{239, 10, 0, 1}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("virtual access point: %w", err)
	}
	file := os.NewFile(uintptr(fd), "group")
	defer file.Close() // FilePacketConn has its own
	for _, err := range []error{
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Port: searchPort, Addr: group}),
		unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP, &unix.IPMreqn{Multiaddr: group, Ifindex: int32(on.Index)}),
	} {
		if err != nil {
			return nil, fmt.Errorf("virtual access point: listen for who searches: %w", err)
		}
	}
	return net.FilePacketConn(file)
}
