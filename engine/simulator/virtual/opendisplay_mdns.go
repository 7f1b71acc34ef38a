package virtual

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/grandcat/zeroconf"
)

// Service is what a display announces by mDNS.
type Service struct {
	Instance string // "OD" and six hex digits, unescaped
	Type     string // "_opendisplay._tcp"
	Domain   string // "local."
	Host     string // of the SRV record, without domain
	Port     int    // 0 before Listen
	TXT      map[string]string
}

// Records is the TXT record as DNS-SD writes it, in the order of the keys.
func (s Service) Records() []string {
	var records []string
	for _, key := range slices.Sorted(maps.Keys(s.TXT)) {
		records = append(records, key+"="+s.TXT[key])
	}
	return records
}

// Service returns the device's present announcement. Source of the keys:
// opendisplay_protocol.h, section 9, rule 6.
func (d *OpenDisplay) Service() Service {
	msd := d.msd()
	txt := map[string]string{"msd": hex.EncodeToString(msd[:])}
	if d.opts.Profile == ReferenceFirmware {
		txt["mac"] = net.HardwareAddr(d.mac[:]).String()
		txt["tls"] = "0"
		txt["fw"] = fmt.Sprintf("%d.%d", firmwareMajor, firmwareMinor)
		txt["cm"] = fmt.Sprintf("%02x", communicationModes)
		txt["id"] = d.deviceID()
		txt["pv"] = "2.2"
	}
	s := Service{Instance: d.Name(), Type: "_opendisplay._tcp", Domain: "local.", Host: d.Name(), TXT: txt}
	if _, port, err := net.SplitHostPort(d.Addr()); err == nil {
		s.Port, _ = strconv.Atoi(port) // net wrote it
	}
	return s
}

// republish is the least time between two announcements, as in the firmware. It
// also keeps zeroconf's Shutdown well behind its Register: the library starts its
// receivers in the background and must have done so before it stops them.
const republish = 400 * time.Millisecond

// Advertise announces the display at address ip on the given interfaces until
// ctx ends, and returns nil then. The announcement is withdrawn while the display
// is off or asleep. New telemetry is published by withdrawing and announcing
// again, because zeroconf can't change a TXT record safely while it answers.
//
// Only loopback interfaces are taken, which must be up and have the multicast
// flag (package loopnet makes such one): made-up displays don't belong on a LAN.
func (d *OpenDisplay) Advertise(ctx context.Context, interfaces []net.Interface, ip net.IP) error {
	return advertise(ctx, interfaces, ip, d.Service, d.reachable)
}

// advertise announces what service says while reachable reports true.
func advertise(ctx context.Context, interfaces []net.Interface, ip net.IP, service func() Service, reachable func() (bool, <-chan struct{})) error {
	if len(interfaces) == 0 {
		return errors.New("advertise virtual display: no interface given")
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback == 0 || i.Flags&net.FlagMulticast == 0 {
			return fmt.Errorf("advertise virtual display on %s: not a loopback interface with multicast, see package loopnet", i.Name)
		}
	}
	for ctx.Err() == nil {
		announce, changed := reachable()
		if !announce {
			waitFor(ctx, changed)
			continue
		}
		s := service()
		server, err := zeroconf.RegisterProxy(s.Instance, s.Type, s.Domain, s.Port, s.Host,
			[]string{ip.String()}, s.Records(), interfaces)
		if err != nil {
			return fmt.Errorf("advertise virtual display %s: %w", s.Instance, err)
		}
		atLeast := time.NewTimer(republish)
		waitFor(ctx, changed)
		<-atLeast.C
		server.Shutdown() // sends the goodbye
	}
	return nil
}

// reachable reports whether there is something to announce, and the channel that
// is closed when that, or what is announced, changes.
func (d *OpenDisplay) reachable() (bool, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.listener != nil, d.changed
}

func waitFor(ctx context.Context, changed <-chan struct{}) {
	select {
	case <-changed:
	case <-ctx.Done():
	}
}
