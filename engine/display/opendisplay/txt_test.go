package opendisplay_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/opendisplay"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const msdOK = "msd=" + "0000000000000000000000" + "7c" + "90" + "01" // 22 °C, 4,000 mV

func TestParseTXT(t *testing.T) {
	tel := display.Telemetry{Battery: 4000, Temperature: 22, At: noon}
	none := strings.Repeat("\x00", 11)
	for _, c := range []struct {
		name string
		txt  []string
		want opendisplay.Advert
	}{
		{"protocol 2.2", []string{"mac=a4:cf:12:00:00:01", "tls=0", "fw=2.24", "cm=05", "id=00000001", "pv=2.2", msdOK},
			opendisplay.Advert{ID: "opendisplay:a4:cf:12:00:00:01", Firmware: "2.24", Telemetry: tel, Inputs: none}},
		{"encrypted", []string{"mac=a4:cf:12:00:00:01", "tls=1"},
			opendisplay.Advert{ID: "opendisplay:a4:cf:12:00:00:01", Secured: true}},
		{"msd alone, as before 2.2", []string{msdOK}, opendisplay.Advert{Telemetry: tel, Inputs: none}},
		{"buttons and sensors", []string{"msd=8900000000000000aabbcc7c9001"},
			opendisplay.Advert{Telemetry: tel, Inputs: "\x89" + none[:7] + "\xaa\xbb\xcc"}},
		{"keys in capitals, first one counts", []string{"MAC=A4-CF-12-00-00-01", "mac=00:00:00:00:00:00", "TLS=0"},
			opendisplay.Advert{ID: "opendisplay:a4:cf:12:00:00:01"}},
		{"a random Bluetooth address", []string{"mac=f3:cf:12:00:00:01"},
			opendisplay.Advert{ID: "opendisplay:f3:cf:12:00:00:01"}},
		{"a version that is none", []string{"mac=a4:cf:12:00:00:01", "fw=<b>2"},
			opendisplay.Advert{ID: "opendisplay:a4:cf:12:00:00:01"}},
	} {
		if got, err := opendisplay.ParseTXT(c.txt, noon); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
}

func TestParseTXTJunk(t *testing.T) {
	for _, c := range []struct {
		name string
		txt  []string
		want string
	}{
		{"nothing", nil, "none of the keys"},
		{"unknown keys", []string{"path=/", "=x", "novalue"}, "none of the keys"},
		{"no address", []string{"mac=hello"}, `mac="hello"`},
		{"eight bytes", []string{"mac=00:11:22:33:44:55:66:77"}, "no hardware address"},
		{"all zero", []string{"mac=00:00:00:00:00:00"}, "no hardware address"},
		{"all one", []string{"mac=ff:ff:ff:ff:ff:ff"}, "no hardware address"},
		{"escape sequences", []string{"mac=\x1b]0;evil\x07" + strings.Repeat("é", 300)}, "…"},
		{"tls neither", []string{"mac=a4:cf:12:00:00:01", "tls=maybe"}, "want tls=0 or tls=1"},
		{"msd no hex", []string{"mac=a4:cf:12:00:00:01", "msd=zz"}, "want 14 bytes"},
		{"msd short", []string{"mac=a4:cf:12:00:00:01", "msd=00"}, "want 14 bytes"},
		{"msd with company id", []string{"mac=a4:cf:12:00:00:01", "msd=4624" + msdOK[4:]}, "want 14 bytes"},
	} {
		a, err := opendisplay.ParseTXT(c.txt, noon)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want …%s…", c.name, err, c.want)
			continue
		}
		if a.ID != "" {
			t.Errorf("%s: junk gave the identity %q", c.name, a.ID)
		}
		if strings.ContainsAny(err.Error(), "\x1b\x07\n") || len(err.Error()) > 300 {
			t.Errorf("%s: unsafe words %q", c.name, err)
		}
	}
	if a, err := opendisplay.ParseTXT([]string{"mac=x", "tls=1"}, noon); err == nil || !a.Secured {
		t.Errorf("junk beside tls=1 must stay secured: %+v, %v", a, err)
	}
}

func TestParseTXTOfServer(t *testing.T) {
	if _, err := opendisplay.ParseTXT([]string{"ip=192.0.2.1"}, noon); !errors.Is(err, opendisplay.ErrServer) {
		t.Errorf("got %v, want ErrServer", err)
	}
}

func FuzzParseTXT(f *testing.F) {
	f.Add("mac=a4:cf:12:00:00:01\ntls=0\nfw=2.24\n" + msdOK)
	f.Add("ip=192.0.2.1")
	f.Add("mac=\x00\ntls=\nmsd=zz\n=\n\xff\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := opendisplay.ParseTXT(strings.Split(s, "\n"), noon)
		if err != nil {
			if a.ID != "" || a.Firmware != "" || a.Telemetry != (display.Telemetry{}) || a.Inputs != "" {
				t.Fatalf("junk was trusted: %+v", a)
			}
			if !utf8.ValidString(err.Error()) || len(err.Error()) > 1000 {
				t.Fatalf("unsafe words %q", err)
			}
			return
		}
		if a.ID != "" && (!strings.HasPrefix(string(a.ID), "opendisplay:") || a.ID.Address() != "") {
			t.Fatalf("identity %q", a.ID)
		}
	})
}

func TestMACID(t *testing.T) {
	mac, err := opendisplay.MACID("A4:CF:12:00:00:01")
	if err != nil || mac != "opendisplay:a4:cf:12:00:00:01" || mac.Address() != "" {
		t.Errorf("mac id %q, %v", mac, err)
	}
}
