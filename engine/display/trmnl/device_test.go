package trmnl

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
)

func request(headers ...string) *http.Request {
	r := &http.Request{Header: http.Header{}, RemoteAddr: "192.0.2.7:1234"}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		r    *http.Request
		want display.Display
	}{
		"TRMNL of today": {
			request("ID", "AA:BB:CC:DD:EE:FF", "Model", "og", "FW-Version", "1.8.14", "Width", "800", "Height", "480",
				"Battery-Voltage", "4.05", "RSSI", "-61", "USB-Connected", "false"),
			display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: Name, Name: "TRMNL DDEEFF", Model: "TRMNL", Firmware: "1.8.14",
				Address: "192.0.2.7", Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, Pull: true, Sleeps: true,
				Telemetry: display.Telemetry{Battery: 4050, Signal: -61, At: at}},
		},
		"old firmware": {
			request("ID", "AA:BB:CC:DD:EE:FF", "FW-Version", "1.4.8"),
			display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: Name, Name: "TRMNL DDEEFF", Model: "TRMNL", Firmware: "1.4.8",
				Address: "192.0.2.7", Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, Pull: true, Sleeps: true},
		},
		"large, on its charger": {
			request("ID", "aa-bb-cc-dd-ee-ff", "Model", "x", "Percent-Charged", "83.5", "USB-Connected", "true", "RSSI", "-70"),
			display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: Name, Name: "TRMNL DDEEFF", Model: "TRMNL X",
				Address: "192.0.2.7", Panel: display.Panel{Width: 1872, Height: 1404, Scheme: display.Gray16}, Pull: true, Sleeps: true,
				Telemetry: display.Telemetry{Signal: -70, At: at}},
		},
		"six inks, written as of old": {
			request("ID", "AA:BB:CC:DD:EE:FF", "Model", "reTerminal E1002", "Percent-Charged", "83"),
			display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: Name, Name: "TRMNL DDEEFF", Model: "Seeed reTerminal E1002",
				Address: "192.0.2.7", Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Spectra6}, Pull: true, Sleeps: true,
				Telemetry: display.Telemetry{Percent: 83, At: at}},
		},
		"a board of somebody's own": {
			request("ID", "AA:BB:CC:DD:EE:FF", "Model", "my-board", "Width", "400", "Height", "300",
				"SENSORS", "make=Sensirion;model=SCD41;kind=carbon_dioxide;value=612;unit=parts_per_million,make=S;kind=temperature;value=21.5;unit=celsius"),
			display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: Name, Name: "TRMNL DDEEFF", Model: "TRMNL (my_board)",
				Address: "192.0.2.7", Panel: display.Panel{Width: 400, Height: 300, Scheme: display.Mono}, Pull: true, Sleeps: true,
				Telemetry: display.Telemetry{Temperature: 21.5, At: at}},
		},
		"nonsense": {
			request("ID", "AA:BB:CC:DD:EE:FF", "Model", "<script>", "FW-Version", strings.Repeat("9", 99), "Width", "1e9", "Height", "-1",
				"Battery-Voltage", "NaN", "RSSI", "5", "Percent-Charged", "101", "SENSORS", "kind=temperature;value=1e99;unit=celsius"),
			display.Display{ID: "trmnl:aa:bb:cc:dd:ee:ff", Protocol: Name, Name: "TRMNL DDEEFF", Model: "TRMNL",
				Address: "192.0.2.7", Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, Pull: true, Sleeps: true},
		},
	} {
		if got := read(c.r).display(at); got != c.want {
			t.Errorf("%s:\n%+v, want\n%+v", name, got, c.want)
		}
	}
}

func TestID(t *testing.T) {
	for _, bad := range []string{"", "AA:BB:CC:DD:EE", "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF", "01:00:5e:00:00:01", "AA:BB:CC:DD:EE:FF:00:11"} {
		if id, err := ID(bad); err == nil {
			t.Errorf("%q gave %q", bad, id)
		}
	}
}

func TestAtLeast(t *testing.T) {
	for v, want := range map[string]bool{"1.5.2": true, "1.5.10": true, "1.5.1": false, "1.10": true, "2.0.0-rc1": true, "1.5.2-dev": true, "": false, "x.y": false, "1": false} {
		if got := atLeast(v, [3]int{1, 5, 2}); got != want {
			t.Errorf("%q: %v", v, got)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		c    caller
		want format
	}{
		{caller{model: "og", firmware: "1.8.14"}, format{limit: maxSmall}},
		{caller{firmware: "1.5.1"}, format{bmp: true, limit: maxSmall}},
		{caller{model: "x", firmware: "1.7.2"}, format{limit: maxLarge}},
		{caller{model: "reterminal_e1003", firmware: "1.7.2"}, format{limit: maxSmall}},
		{caller{model: "reterminal_e1003", firmware: "1.8.14"}, format{limit: maxLarge}},
		{caller{}, format{limit: maxSmall}},
	} {
		if got := c.c.format(); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.c, got, c.want)
		}
	}
}

func TestFileName(t *testing.T) {
	a := fileName("token", "hash", format{})
	for what, b := range map[string]string{
		"another hash": fileName("token", "hash2", format{}), "another token": fileName("token2", "hash", format{}),
		"another format": fileName("token", "hash", format{bmp: true}),
	} {
		if a == b {
			t.Errorf("%s gives the same name", what)
		}
	}
	if a != fileName("token", "hash", format{}) {
		t.Error("the name changes by itself")
	}
	if len(a) > 30 || strings.Contains(a, "token") || strings.Contains(a, "hash") {
		t.Errorf("bad name %q", a)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("AA:BB:CC:DD:EE:FF", "og", "1.8.14", "4.05", "-61", "800", "kind=temperature;value=21.5;unit=celsius,")
	f.Add("", "", "", "NaN", "+Inf", "1e3", ";;;,,,===")
	f.Add("02:00:00:00:00:01", "reTerminal E1002", "1.5.2-rc", "0x1p2", "-1.5", "4097", "value=;unit;kind=temperature")
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, id, model, firmware, volts, rssi, width, sensors string) {
		r := request("ID", id, "Model", model, "FW-Version", firmware, "Battery-Voltage", volts, "RSSI", rssi,
			"Width", width, "Height", width, "SENSORS", sensors, "Percent-Charged", rssi, "Refresh-Rate", width)
		c := read(r)
		d := c.display(at)
		if err := d.Panel.Validate(); err != nil {
			t.Fatalf("panel: %v", err)
		}
		if d.Battery < 0 || d.Battery > 6000 || d.Percent < 0 || d.Percent > 100 || d.Signal > 0 || d.Signal < -127 ||
			d.Temperature < -40 || d.Temperature > 85 {
			t.Fatalf("impossible telemetry %+v", d.Telemetry)
		}
		if len(d.Name) > 20 || len(d.Model) > 60 || len(d.Firmware) > maxFirmware {
			t.Fatalf("too long: %+v", d)
		}
		if c.id != "" && len(c.id) != len("trmnl:")+17 {
			t.Fatalf("identity %q", c.id)
		}
		_ = noticeFile(unknownNotice, c)
	})
}

func FuzzLog(f *testing.F) {
	f.Add(`{"logs":[{"created_at":1,"battery_voltage":4.1,"wifi_signal":-61,"firmware_version":"1.8.14","message":"x"}]}`)
	f.Add(`{"logs":[{"battery_voltage":"4.1"},{"created_at":5,"wifi_signal":"-1"}]}`)
	f.Add(`{"logs":[[[[[]]]]]}`)
	f.Add(`{`)
	f.Fuzz(func(t *testing.T, body string) {
		n, ok := latest(strings.NewReader(body))
		if !ok && n != (note{}) {
			t.Fatalf("%+v of a log that can't be read", n)
		}
		if v := millivolts(n.Battery.String()); v < 0 || v > 6000 {
			t.Fatalf("%d mV", v)
		}
	})
}

func FuzzParseNotice(f *testing.F) {
	f.Add("unknown-1.png")
	f.Add("unknown-1-1872x1404.png")
	f.Add("welcome-1.bmp")
	f.Add("empty-1-800x480x1x1.png")
	f.Fuzz(func(t *testing.T, name string) {
		size, _, kind, ok := parseNotice(name)
		if ok && (notices[kind] == "" || size.X > 1872 || size.Y > 1404) {
			t.Fatalf("%q is %q of %v", name, kind, size)
		}
	})
}
