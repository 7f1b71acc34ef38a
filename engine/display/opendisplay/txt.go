package opendisplay

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// Service is the DNS-SD service type under which displays announce themselves. The
// servers of the other OpenDisplay profile use the same type; see [ErrServer].
const Service = "_opendisplay._tcp"

// Advert is what a display says of itself in its mDNS TXT record.
type Advert struct {
	ID        display.ID        // a [MACID]; empty from firmware before 2.2, which has no "mac"
	Secured   bool              // it serves an encrypted connection only
	Firmware  string            // "major.minor"; may be empty
	Telemetry display.Telemetry // zero if absent
	Inputs    string            // 11 bytes of buttons and sensors as they came; empty if absent
}

// ErrServer says that a TXT record is not of a display: it has neither "mac" nor
// "msd" nor "tls" but "ip", as the servers of the "Basic" profile announce, for
// displays to dial them.
var ErrServer = errors.New("announcement is of an OpenDisplay server, not of a display")

// ParseTXT reads the strings of a TXT record that was received at the given time
// (keys: OpenDisplay/Firmware opendisplay_protocol.h section 9 rule 6). Keys are
// compared without case and the first of a kind counts, as RFC 6763 6.4 wants.
//
// It accepts firmware that announces "msd" alone. On a value that can't be right it
// gives an error in words and an Advert in which nothing but Secured means anything.
func ParseTXT(txt []string, at time.Time) (Advert, error) {
	kv := keys(txt)
	_, hasMAC := kv["mac"]
	_, hasMSD := kv["msd"]
	tls, hasTLS := kv["tls"]
	if !hasMAC && !hasMSD && !hasTLS {
		if _, ok := kv["ip"]; ok {
			return Advert{}, ErrServer
		}
		return Advert{}, errors.New("announcement has none of the keys of a display")
	}
	// Anything but a clear "0" counts as encrypted: never talk in the clear by mistake.
	secured := hasTLS && tls != "0"
	if secured && tls != "1" {
		return Advert{Secured: true}, fmt.Errorf("announcement says %s, want tls=0 or tls=1", quote("tls", tls))
	}
	a := Advert{Secured: secured, Firmware: version(kv["fw"])}
	if err := a.identify(kv, at); err != nil {
		return Advert{Secured: secured}, err
	}
	return a, nil
}

// keys splits the strings of a TXT record. Of a key that comes twice the first counts.
func keys(txt []string) map[string]string {
	kv := make(map[string]string, len(txt))
	for _, s := range txt {
		k, v, _ := strings.Cut(s, "=")
		k = strings.ToLower(k)
		if _, dup := kv[k]; !dup && k != "" {
			kv[k] = v
		}
	}
	return kv
}

// identify reads "mac" and "msd", each if present.
func (a *Advert) identify(kv map[string]string, at time.Time) (err error) {
	if mac, ok := kv["mac"]; ok {
		if a.ID, err = MACID(mac); err != nil {
			return fmt.Errorf("announcement says %s, which is no hardware address", quote("mac", mac))
		}
	}
	if msd, ok := kv["msd"]; ok {
		raw, err := hex.DecodeString(msd)
		if err != nil || len(raw) != msdLen {
			return fmt.Errorf("announcement says %s, want %d bytes in hexadecimal", quote("msd", msd), msdLen)
		}
		if a.Telemetry, err = parseMSD(raw, at); err != nil {
			return fmt.Errorf("announcement says %s: %w", quote("msd", msd), err)
		}
		a.Inputs = string(raw[:inputsLen])
	}
	return nil
}

// version keeps a version that looks like one and drops anything else: it is for
// people only.
func version(s string) string {
	if len(s) > 16 || strings.Trim(s, "0123456789.") != "" {
		return ""
	}
	return s
}

// quote repeats a value that a stranger sent, cut short and without what does not print.
func quote(key, value string) string {
	value = printable(value)
	if r := []rune(value); len(r) > 40 {
		value = string(r[:40]) + "…"
	}
	return fmt.Sprintf("%s=%q", key, value)
}

// MACID makes the identity of a display whose hardware address is known, in any
// notation of six bytes. The all-zero and the all-one address, which no device
// owns, are refused; Bluetooth's random addresses may have any other bits.
func MACID(mac string) (display.ID, error) {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		return "", err
	}
	if len(hw) != 6 || hw[0]|hw[1]|hw[2]|hw[3]|hw[4]|hw[5] == 0 || hw.String() == "ff:ff:ff:ff:ff:ff" {
		return "", fmt.Errorf("%q is not the address of one device", mac)
	}
	return display.ID(Name + ":" + hw.String()), nil
}
