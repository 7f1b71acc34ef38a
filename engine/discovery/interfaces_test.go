package discovery_test

import (
	"net"
	"testing"

	"github.com/roomink/roomink/engine/discovery"
)

func TestExcluded(t *testing.T) {
	const up = net.FlagUp | net.FlagBroadcast | net.FlagMulticast | net.FlagRunning
	for _, name := range []string{
		"eth0", "enp3s0", "eno1", "wlan0", "wlp2s0", "wlx00c0ca000001", "br0", "bond0", "eth0.10", "end0", // Linux
		"en0", "en7", "bridge0", // macOS
		"Ethernet", "Ethernet 2", "Wi-Fi", "WLAN", "LAN-Verbindung", "Local Area Connection", // Windows
	} {
		if why := discovery.Excluded(net.Interface{Name: name, Flags: up}); why != "" {
			t.Errorf("%s is left out because %s", name, why)
		}
	}
	for _, name := range []string{
		"docker0", "br-3f2a91c0d1e2", "veth12ab34", "podman0", "cni0", "flannel.1", "cali123", "lxcbr0", "lxdbr0",
		"virbr0", "vnet3", "vboxnet0", "vmnet8", "tun0", "tap0", "wg0", "zt7nnig", "tailscale0", "ppp0", "dummy0",
		"utun3", "ipsec0", "awdl0", "llw0", "bridge100", "vmenet0", "anpi0", "gif0", "stf0",
		"vEthernet (WSL)", "vEthernet (Default Switch)", "Hyper-V Virtual Ethernet Adapter", "WSL (Hyper-V firewall)",
		"VirtualBox Host-Only Network", "VMware Network Adapter VMnet8", "OpenVPN TAP-Windows6", "OpenVPN Wintun",
		"Tailscale", "ZeroTier One [abc]", "WireGuard Tunnel", "Bluetooth Network Connection", "Npcap Loopback Adapter",
	} {
		if discovery.Excluded(net.Interface{Name: name, Flags: up}) == "" {
			t.Errorf("%s is searched", name)
		}
	}
	for name, flags := range map[string]net.Flags{
		"down":      up &^ net.FlagUp,
		"loopback":  up | net.FlagLoopback,
		"tunnel":    up | net.FlagPointToPoint,
		"multicast": up &^ net.FlagMulticast,
	} {
		if discovery.Excluded(net.Interface{Name: "eth0", Flags: flags}) == "" {
			t.Errorf("%s: searched", name)
		}
	}
}

func TestUsableHoldsNothingExcluded(t *testing.T) {
	list, err := discovery.Usable()
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		if why := discovery.Excluded(i); why != "" {
			t.Errorf("%s: %s", i.Name, why)
		}
	}
}
