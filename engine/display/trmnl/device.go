package trmnl

import (
	"fmt"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// caller is what a device says of itself in the headers of a request (trmnl-firmware
// lib/trmnl/src/api-client/request_headers.cpp). Anybody can say anything there.
type caller struct {
	id       display.ID // of its hardware address
	mac      net.HardwareAddr
	token    string
	model    string // as it calls itself, normalised; "" from firmware before 1.6
	firmware string
	host     string // where it asks from
	width    int    // 0 = not told
	height   int
	rate     int  // seconds that it slept, as far as it knows; 0 = not told
	cached   bool // its last answer named a picture that it had already
	telemetry
}

// telemetry is what the same headers say of the device's state.
type telemetry struct {
	battery     int // millivolts
	percent     int
	signal      int // dBm
	temperature float64
}

// The longest values that are looked at: a person reads them.
const (
	maxModel    = 32
	maxFirmware = 24
	maxToken    = 128
	maxSensors  = 2048
)

// ID is the identity of the TRMNL device with the given hardware address, in any
// notation of six bytes. Addresses that no device owns are refused.
func ID(mac string) (display.ID, error) {
	hw, err := hardware(mac)
	if err != nil {
		return "", err
	}
	return identity(hw), nil
}

func identity(hw net.HardwareAddr) display.ID { return display.ID(Name + ":" + hw.String()) }

func hardware(mac string) (net.HardwareAddr, error) {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		return nil, err
	}
	// The lowest bit of the first byte marks addresses of groups.
	if len(hw) != 6 || hw[0]&1 != 0 || hw[0]|hw[1]|hw[2]|hw[3]|hw[4]|hw[5] == 0 {
		return nil, fmt.Errorf("%q is not the address of one device", mac)
	}
	return hw, nil
}

// read takes what it can from a request. Without a hardware address that can be one,
// id stays empty.
func read(r *http.Request) caller {
	h := r.Header
	c := caller{
		model:    normalise(h.Get("Model")),
		firmware: version(h.Get("FW-Version")),
		width:    number(h.Get("Width"), 1, display.MaxSide),
		height:   number(h.Get("Height"), 1, display.MaxSide),
		rate:     number(h.Get("Refresh-Rate"), 1, math.MaxInt32),
		cached:   h.Get("Image-Cached") == "true",
		telemetry: telemetry{
			battery:     millivolts(h.Get("Battery-Voltage")),
			percent:     number(h.Get("Percent-Charged"), 1, 100),
			signal:      number(h.Get("RSSI"), -127, -1),
			temperature: celsius(h.Get("SENSORS")),
		},
	}
	if t := h.Get("Access-Token"); len(t) <= maxToken {
		c.token = t
	}
	if h.Get("USB-Connected") == "true" {
		c.battery, c.percent = 0, 0 // it runs from the mains
	}
	if hw, err := hardware(h.Get("ID")); err == nil {
		c.mac, c.id = hw, identity(hw)
	}
	c.host, _, _ = net.SplitHostPort(r.RemoteAddr)
	return c
}

// display describes the device to a person and to the engine.
func (c caller) display(at time.Time) display.Display {
	m := c.known()
	d := display.Display{
		ID: c.id, Protocol: Name, Name: "TRMNL " + c.friendly(), Model: m.title, Firmware: c.firmware,
		Address: c.host, Panel: display.Panel{Width: m.width, Height: m.height, Scheme: m.scheme},
		Pull: true, Sleeps: true,
		Telemetry: c.at(at),
	}
	if c.width > 0 && c.height > 0 {
		d.Panel.Width, d.Panel.Height = c.width, c.height
	}
	return d
}

// friendly is the name that the device shows on its glass during set-up: the end of its
// hardware address, which is printed on it.
func (c caller) friendly() string {
	if len(c.mac) != 6 {
		return ""
	}
	return fmt.Sprintf("%X", []byte(c.mac[3:]))
}

// at gives the telemetry as said at a time, zero if nothing was said.
func (t telemetry) at(at time.Time) display.Telemetry {
	if t == (telemetry{}) {
		return display.Telemetry{}
	}
	return display.Telemetry{Battery: t.battery, Percent: t.percent, Signal: t.signal, Temperature: t.temperature, At: at}
}

// number reads a whole number, also where it is written with a fraction; 0 if it is
// none or out of range.
func number(s string, least, most int) int {
	if len(s) > 16 {
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= float64(least) && v <= float64(most)) {
		return 0
	}
	return int(v)
}

// millivolts reads the voltage of a lithium cell. A board that cannot measure it says
// 4.2 V (FAKE_BATTERY_VOLTAGE) and is believed.
func millivolts(s string) int {
	if len(s) > 16 {
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 2 && v <= 6) {
		return 0
	}
	return int(math.Round(1000 * v))
}

// celsius finds a temperature among the readings of a board with sensors: readings are
// separated by commas, their fields by semicolons, such as
// "make=Sensirion;model=SCD41;kind=temperature;value=21.5;unit=celsius;created_at=1"
// (src/api-client/display.cpp). 0 = none.
func celsius(sensors string) float64 {
	if len(sensors) > maxSensors {
		return 0
	}
	for reading := range strings.SplitSeq(sensors, ",") {
		var kind, unit string
		value := math.NaN()
		for field := range strings.SplitSeq(reading, ";") {
			k, v, _ := strings.Cut(strings.TrimSpace(field), "=")
			switch k {
			case "kind":
				kind = v
			case "unit":
				unit = v
			case "value":
				if f, err := strconv.ParseFloat(v, 64); err == nil {
					value = f
				}
			}
		}
		if kind == "temperature" && unit == "celsius" && value >= -40 && value <= 85 {
			return value
		}
	}
	return 0
}

// normalise gives a model's name as the table of models has it. Releases differ: the same
// board called itself "reTerminal E1001" and "reterminal_e1001".
func normalise(s string) string {
	if len(s) > maxModel {
		return ""
	}
	s = strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(s))
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" {
		return ""
	}
	return s
}

// version keeps a version that looks like one.
func version(s string) string {
	if len(s) > maxFirmware || strings.Trim(s, "0123456789.abcdefghijklmnopqrstuvwxyz+-_") != "" {
		return ""
	}
	return s
}

// atLeast compares the numbers of a version, such as "1.5.2" or "1.8.14-rc1". A version
// that cannot be read is taken as the oldest.
func atLeast(v string, want [3]int) bool {
	var have [3]int
	parts := strings.SplitN(v, ".", 3)
	for i, p := range parts {
		end := strings.IndexFunc(p, func(r rune) bool { return r < '0' || r > '9' })
		if end >= 0 {
			p = p[:end]
		}
		n, err := strconv.Atoi(p)
		if err != nil {
			return false
		}
		have[i] = n
	}
	for i := range have {
		if have[i] != want[i] {
			return have[i] > want[i]
		}
	}
	return true
}
