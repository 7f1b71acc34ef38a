package trmnl

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// maxLog bounds a log, in bytes: the firmware keeps ten notes of some hundred bytes.
const maxLog = 64 << 10

// freshLog is how old a note may be whose readings still say how the device is now.
const freshLog = 2 * time.Minute

// note is the part of a log entry that is looked at (lib/trmnl/src/serialize_log.cpp). Its
// message is not: it may hold the device's key and addresses.
type note struct {
	CreatedAt int64       `json:"created_at"` // seconds since 1970, by the device's clock
	Battery   json.Number `json:"battery_voltage"`
	Signal    json.Number `json:"wifi_signal"`
	Firmware  string      `json:"firmware_version"`
}

// log takes the log of a device, for its readings alone. It is always thanked: otherwise
// the device would keep its notes and send them with each wake.
func (h handler) log(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	defer w.WriteHeader(http.StatusNoContent)
	d, ok := h.desk.Holder(Name, c.token)
	if !ok || d.ID != c.id {
		return
	}
	now := h.now()
	n, ok := latest(io.LimitReader(r.Body, maxLog))
	if !ok || now.Sub(time.Unix(n.CreatedAt, 0)).Abs() > freshLog {
		return
	}
	t := telemetry{battery: millivolts(n.Battery.String()), signal: number(n.Signal.String(), -127, -1)}
	h.desk.Report(display.Report{ID: d.ID, At: now, Address: c.host, Telemetry: t.at(now), Firmware: version(n.Firmware)})
}

// latest gives the newest note of a log; ok is false if there is none that can be read.
func latest(body io.Reader) (n note, ok bool) {
	var log struct {
		Logs []note `json:"logs"`
	}
	if err := json.NewDecoder(body).Decode(&log); err != nil {
		return note{}, false
	}
	for _, l := range log.Logs {
		if !ok || l.CreatedAt > n.CreatedAt {
			n, ok = l, true
		}
	}
	if _, err := strconv.ParseFloat(n.Battery.String(), 64); err != nil {
		n.Battery = ""
	}
	return n, ok
}
