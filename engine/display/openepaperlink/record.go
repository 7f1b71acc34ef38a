package openepaperlink

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// record is what an access point tells of one tag (src/tag_db.cpp, fillNode). Times are in
// seconds of the access point's clock.
type record struct {
	MAC         string `json:"mac"`  // 16 digits, upper case
	Hash        string `json:"hash"` // of the picture that the tag last fetched, see picture
	LastSeen    number `json:"lastseen"`
	NextUpdate  number `json:"nextupdate"`  // when the access point draws for it; see drawn
	NextCheckin number `json:"nextcheckin"` // when it is expected
	Pending     number `json:"pending"`     // what waits for it; true or false before the queue came
	Alias       string `json:"alias"`
	ContentMode number `json:"contentMode"`
	RSSI        number `json:"RSSI"`
	Temperature number `json:"temperature"`
	BatteryMV   number `json:"batteryMv"`
	HWType      number `json:"hwType"`
	Wakeup      number `json:"wakeupReason"`
	ModeConfig  string `json:"modecfgjson"`
	External    bool   `json:"isexternal"` // it hangs at another access point
	APIP        string `json:"apip"`       // at which
	Rotate      number `json:"rotate"`
	Version     number `json:"ver"`
}

// number is a JSON number or truth value.
type number int64

// UnmarshalJSON takes false as 0, true as 1, and null as nothing.
func (n *number) UnmarshalJSON(b []byte) error {
	switch {
	case bytes.Equal(b, []byte("true")):
		*n = 1
		return nil
	case bytes.Equal(b, []byte("false")):
		*n = 0
		return nil
	}
	return json.Unmarshal(b, (*int64)(n))
}

// Values of a record that are no measurements.
const (
	never       number = 3216153600 // nextupdate, nextcheckin: nothing is planned
	ownScreen   number = 100        // RSSI: the tag is the access point's own screen
	virtualTag  number = 1337       // batteryMv: of no battery
	otherAP     number = 12         // contentMode: another access point looks after it
	removed     number = 255        // contentMode: another access point removed it
	wakeButton1 number = 4          // wakeupReason, up to 6 for the third button
	wakeButton3 number = 6
	wakeRestart number = 0xfc // first boot; what was on the glass is gone
	wakeWatch   number = 0xfe // watchdog reset; likewise
)

// drawn reports that the access point has turned the last upload into the tag's own
// format, or has failed to: only the end of src/contentmanager.cpp drawNew sets this.
func (r record) drawn() bool { return r.NextUpdate == never }

// picture is the identity of the picture that the tag last fetched, 16 hex digits, "" if
// the access point knows of none. It is the first half of the MD5 of the bytes that the
// tag was sent. (src/newproto.cpp, processXferComplete; firmware from before the queue has
// the whole MD5.)
func (r record) picture() string {
	if len(r.Hash) < 16 || strings.Trim(r.Hash[:16], "0") == "" {
		return ""
	}
	return strings.ToLower(r.Hash[:16])
}

// upload is the name under which the access point keeps the picture that was last
// uploaded, "" if it is not told.
func (r record) upload() string {
	var config struct {
		Filename string `json:"filename"`
	}
	if len(r.ModeConfig) > 4096 || json.Unmarshal([]byte(r.ModeConfig), &config) != nil || len(config.Filename) > 100 {
		return ""
	}
	return config.Filename
}

// ours reports whether the tag hangs at the access point that tells of it.
func (r record) ours() bool {
	return !r.External && r.ContentMode != otherAP && r.ContentMode != removed && r.RSSI != ownScreen
}

// telemetry is what the tag said at a time, zero if that is not known.
func (r record) telemetry(at time.Time) display.Telemetry {
	if at.IsZero() || r.LastSeen == 0 {
		return display.Telemetry{}
	}
	t := display.Telemetry{Temperature: float64(min(max(r.Temperature, -128), 127)), At: at}
	if r.BatteryMV > 0 && r.BatteryMV < 10000 && r.BatteryMV != virtualTag {
		t.Battery = int(r.BatteryMV)
	}
	if r.RSSI < 0 && r.RSSI >= -128 {
		t.Signal = int(r.RSSI)
	}
	return t
}

// firmware is the version of the tag's firmware as the web page of the access point
// shows it, "" if it is not told.
func (r record) firmware() string {
	if r.Version <= 0 || r.Version > 0xffff {
		return ""
	}
	return fmt.Sprintf("%04X", int64(r.Version))
}

// name is what its owner called the tag.
func (r record) name() string {
	if name := lan.Words(r.Alias, 40); name != "" {
		return name
	}
	return strings.TrimLeft(r.MAC, "0")
}

// checkMAC gives a tag's address as access points write it: 16 upper-case digits.
func checkMAC(mac string) (string, error) {
	if len(mac) == 12 {
		mac = "0000" + mac // src/tag_db.cpp hex2mac
	}
	b, err := hex.DecodeString(mac)
	if err != nil || len(b) != 8 || bytes.Count(b, []byte{0}) == 8 {
		return "", errors.New("a tag's address has 16 hexadecimal digits")
	}
	return strings.ToUpper(mac), nil
}

func tagID(mac string) display.ID { return display.ID(Name + ":" + strings.ToLower(mac)) }

// page is an answer to /get_db, or a message of the websocket.
type page struct {
	Tags []record `json:"tags"`
	// Continue is where the next page starts; nil on the last one.
	Continue *int `json:"continu"`
}

// parsePage reads a page and drops the records that are of no tag.
func parsePage(body []byte) (page, error) {
	var p page
	if err := json.Unmarshal(body, &p); err != nil {
		return page{}, errors.New("its list of tags is not the JSON that was expected")
	}
	p.Tags = valid(p.Tags)
	return p, nil
}

// parseBackup reads a backup of the database: a list of lists of one record each
// (src/tag_db.cpp, saveDB).
func parseBackup(body []byte) ([]record, error) {
	var lists [][]record
	if err := json.Unmarshal(body, &lists); err != nil {
		return nil, errors.New("the copy of its list of tags is not the JSON that was expected")
	}
	var all []record
	for _, l := range lists {
		all = append(all, l...)
	}
	return valid(all), nil
}

// valid drops the records without an address, and cuts a list that is too long.
func valid(tags []record) []record {
	kept := tags[:0]
	for _, r := range tags {
		mac, err := checkMAC(r.MAC)
		if err != nil || len(kept) == maxTags {
			continue
		}
		r.MAC = mac
		kept = append(kept, r)
	}
	return kept
}

// maxTags is how many tags of one access point are believed. Its own memory ends at a
// few hundred.
const maxTags = 2000
