package discovery

import (
	"fmt"
	"net"
	"slices"
	"strings"
)

// Usable lists the interfaces that displays can be on: up, able to multicast, and
// neither loopback nor virtual.
func Usable() ([]net.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("list network adapters: %w", err)
	}
	return slices.DeleteFunc(all, func(i net.Interface) bool { return Excluded(i) != "" }), nil
}

// Named gives a list for Options.Interfaces of those interfaces that a person chose,
// virtual and loopback ones included, as long as they are up and able to multicast.
// One that is absent is left out, since it may come back.
func Named(names ...string) func() ([]net.Interface, error) {
	return func() ([]net.Interface, error) {
		all, err := net.Interfaces()
		if err != nil {
			return nil, fmt.Errorf("list network adapters: %w", err)
		}
		return slices.DeleteFunc(all, func(i net.Interface) bool {
			return !slices.Contains(names, i.Name) || i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0
		}), nil
	}
}

// Excluded says in words why displays are not looked for on an interface, "" if
// they are. It looks at name and flags only.
func Excluded(i net.Interface) string {
	switch {
	case i.Flags&net.FlagUp == 0:
		return "it is down"
	case i.Flags&net.FlagLoopback != 0:
		return "it is loopback"
	case i.Flags&net.FlagMulticast == 0:
		return "it can't multicast"
	case i.Flags&net.FlagPointToPoint != 0:
		return "it is a tunnel"
	}
	name := strings.ToLower(i.Name)
	for _, v := range virtual {
		if v.match(name) {
			return v.why
		}
	}
	return ""
}

// pattern matches lower-case interface names: either a prefix, as Linux and macOS
// name devices, or words anywhere, as Windows lets adapters be called.
type pattern struct {
	prefix string
	words  string
	why    string
}

func (p pattern) match(name string) bool {
	if p.words != "" {
		return strings.Contains(name, p.words)
	}
	return strings.HasPrefix(name, p.prefix)
}

// virtual lists the adapters that exist inside the computer or end in a tunnel. A
// query sent there finds nothing, and on Windows such adapters have kept browsers
// from seeing the real network (hashicorp/mdns #140, arduino/mdns-discovery #87).
// A real bridge (br0), bond (bond0) or VLAN (eth0.10) is not among them.
var virtual = []pattern{
	// Windows
	{words: "vethernet", why: "it is a Hyper-V switch"}, // also WSL and Docker Desktop
	{words: "hyper-v", why: "it is a Hyper-V switch"},
	{words: "wsl", why: "it leads to the Windows Subsystem for Linux"},
	{words: "virtualbox", why: "it leads to VirtualBox machines"},
	{words: "vmware", why: "it leads to VMware machines"},
	{words: "tap-windows", why: "it is a VPN"}, // OpenVPN's adapter
	{words: "wintun", why: "it is a VPN"},      // WireGuard's and others' adapter
	{words: "wireguard", why: "it is a VPN"},
	{words: "openvpn", why: "it is a VPN"},
	{words: "tailscale", why: "it is a VPN"}, // on all systems
	{words: "zerotier", why: "it is a VPN"},
	{words: "anyconnect", why: "it is a VPN"},
	{words: "fortinet", why: "it is a VPN"},
	{words: "globalprotect", why: "it is a VPN"},
	{words: "bluetooth", why: "it is a Bluetooth connection"},
	{words: "npcap", why: "it is loopback"}, // a capture driver's own adapter

	// Linux
	{prefix: "docker", why: "it leads to containers"},
	{prefix: "br-", why: "it leads to containers"},  // Docker's networks: br- and a hash
	{prefix: "veth", why: "it leads to containers"}, // one end of a pair
	{prefix: "podman", why: "it leads to containers"},
	{prefix: "cni", why: "it leads to containers"}, // Kubernetes
	{prefix: "flannel", why: "it leads to containers"},
	{prefix: "cali", why: "it leads to containers"}, // Calico
	{prefix: "lxcbr", why: "it leads to containers"},
	{prefix: "lxdbr", why: "it leads to containers"},
	{prefix: "virbr", why: "it leads to virtual machines"}, // libvirt
	{prefix: "vnet", why: "it leads to virtual machines"},
	{prefix: "vboxnet", why: "it leads to VirtualBox machines"}, // macOS too
	{prefix: "vmnet", why: "it leads to VMware machines"},       // macOS too
	{prefix: "tun", why: "it is a VPN"},
	{prefix: "tap", why: "it is a VPN or a virtual machine"},
	{prefix: "wg", why: "it is a VPN"}, // WireGuard
	{prefix: "zt", why: "it is a VPN"}, // ZeroTier
	{prefix: "ppp", why: "it is a tunnel"},
	{prefix: "dummy", why: "it leads nowhere"},

	// macOS
	{prefix: "utun", why: "it is a VPN"},
	{prefix: "ipsec", why: "it is a VPN"},
	{prefix: "awdl", why: "it is AirDrop's radio"}, // Apple devices only
	{prefix: "llw", why: "it is AirDrop's radio"},
	{prefix: "bridge1", why: "it leads to virtual machines"}, // bridge100 and on: sharing; bridge0 is Thunderbolt
	{prefix: "vmenet", why: "it leads to virtual machines"},
	{prefix: "anpi", why: "it is internal to the Mac"},
	{prefix: "gif", why: "it is a tunnel"},
	{prefix: "stf", why: "it is a tunnel"},
}
