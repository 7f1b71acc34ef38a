package syncsign

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// node is a display, or something else, behind a hub. What hubs answer is documented only
// for the cloud, which has the same pages (syncsign/skills, syncsign-swagger.json, and the
// Hub SDK's "Try the Web API"); the vendor's test tool reads nodeId, type and model of a
// hub's answer. So every field may be missing, and have any of the names that are known.
type node struct {
	id       string // 16 hexadecimal digits, lower case
	hub      string // serial number
	name     string
	model    string
	kind     string // such as "DISPLAY" or "BLE_DISPLAY"; may be empty
	firmware string
	render   string // what it rendered last; may be empty
	online   bool   // true if the hub does not tell
	percent  int    // 0 = not told
	signal   int    // percent, 0 = not told
	seen     time.Time
}

// Bounds on what a hub may list: more than one can carry, about 16 displays, but not any
// number.
const (
	maxNodes = 500
	maxName  = 64
)

// fields is a JSON object that is read liberally.
type fields map[string]json.RawMessage

// str gives the first of some fields that is a string or a number, as a string.
func (f fields) str(names ...string) string {
	for _, name := range names {
		var s string
		if json.Unmarshal(f[name], &s) == nil && s != "" {
			return s
		}
		var n json.Number
		if json.Unmarshal(f[name], &n) == nil && n != "" {
			return n.String()
		}
	}
	return ""
}

// num gives the first of some fields that is a number, or says one.
func (f fields) num(names ...string) (float64, bool) {
	for _, name := range names {
		if n, err := strconv.ParseFloat(f.str(name), 64); err == nil && n == n && n > -1e15 && n < 1e15 {
			return n, true
		}
	}
	return 0, false
}

// flag gives the first of some fields that says yes or no.
func (f fields) flag(names ...string) (yes, told bool) {
	for _, name := range names {
		if json.Unmarshal(f[name], &yes) == nil && len(f[name]) > 0 && string(f[name]) != "null" {
			return yes, true
		}
		switch strings.ToLower(strings.TrimSpace(f.str(name))) {
		case "true", "1", "yes", "on", "online", "connected":
			return true, true
		case "false", "0", "no", "off", "offline", "disconnected":
			return false, true
		}
	}
	return false, false
}

// parseNodes reads the data of an answer: a list of nodes, or an object with one in it.
// What is no node is passed over.
func parseNodes(data json.RawMessage) ([]node, error) {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		var in fields
		if json.Unmarshal(data, &in) != nil {
			return nil, errors.New("the answer lists no displays")
		}
		list = []json.RawMessage{data}
		for _, name := range []string{"nodes", "items", "list", "data"} {
			var inner []json.RawMessage
			if json.Unmarshal(in[name], &inner) == nil && in[name] != nil {
				list = inner
			}
		}
	}
	if len(list) > maxNodes {
		return nil, fmt.Errorf("the hub claims to have %d displays", len(list))
	}
	var nodes []node
	seen := map[string]bool{}
	for _, raw := range list {
		if n, ok := parseNode(raw); ok && !seen[n.id] {
			seen[n.id] = true
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

func parseNode(raw json.RawMessage) (node, bool) {
	var f fields
	if json.Unmarshal(raw, &f) != nil {
		return node{}, false
	}
	id, ok := nodeID(f.str("nodeId", "nodeID", "id"))
	if !ok {
		return node{}, false
	}
	n := node{
		id: id, hub: words(f.str("thingName", "sn")), name: words(f.str("name", "friendlyName")),
		model: words(f.str("model", "displayType")), kind: strings.ToUpper(words(f.str("type"))),
		firmware: firmware(f.str("version")), render: renderID(f.str("renderId")), online: true,
	}
	if online, told := f.flag("onlined", "online", "isOnline", "connected", "status"); told {
		n.online = online
	}
	if p, ok := f.num("batteryLevel", "battery"); ok && p > 0 {
		n.percent = min(max(int(p), 1), 100) // 109 is seen on fresh cells
	}
	n.signal = signalOf(f)
	if at, ok := f.num("lastSeen"); ok && at > 0 {
		if at > 1e11 { // milliseconds
			at /= 1000
		}
		n.seen = time.Unix(int64(at), 0)
	}
	return n, true
}

// signalOf is the signal in percent: a number, or the weaker of the two directions.
func signalOf(f fields) int {
	if p, ok := f.num("signalLevel", "signal"); ok && p > 0 && p <= 100 {
		return int(p)
	}
	var both fields
	if json.Unmarshal(f["signal"], &both) != nil {
		return 0
	}
	weaker := 0
	for _, name := range []string{"nodeToHub", "hubToNode"} {
		if p, ok := both.num(name); ok && p > 0 && p <= 100 && (weaker == 0 || int(p) < weaker) {
			weaker = int(p)
		}
	}
	return weaker
}

// shows reports whether a node has a screen: a hub has sensors as well.
func (n node) shows() bool { return n.kind == "" || strings.Contains(n.kind, "DISPLAY") }

// nodeID puts a node's name into its usual form: 16 hexadecimal digits, lower case. Clients
// of the vendor lower-case it as well.
func nodeID(s string) (string, bool) {
	s = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(s)), "0x")
	if len(s) != 16 {
		return "", false
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return "", false
		}
	}
	return s, true
}

// renderID passes a render's name that fits into a path as it is: usually a UUID.
func renderID(s string) string {
	if len(s) > 64 {
		return ""
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_' {
			return ""
		}
	}
	return s
}

// firmware reads a version, which is 256 times the first number plus the second: 276 is
// 1.20, and lines and circles came with 1.25 (281).
func firmware(s string) string {
	if n, err := strconv.Atoi(s); err == nil && n >= 256 && n < 1<<16 {
		return fmt.Sprintf("%d.%d", n>>8, n&0xff)
	}
	return words(s)
}

// id is the identity of a node.
func id(nodeID string) display.ID { return display.ID(Name + ":" + nodeID) }

// display describes a node for the engine. Where its model is unknown, the panel is zero:
// a person must say what it is.
func (n node) display(address string, now time.Time) display.Display {
	m, _ := modelOf(n.model)
	name := n.name
	if name == "" {
		name = "SyncSign " + strings.ToUpper(n.id[len(n.id)-6:])
	}
	model := "SyncSign"
	if n.model != "" {
		model += " " + n.model
	}
	return display.Display{
		ID: id(n.id), Protocol: Name, Name: name, Model: model, Firmware: n.firmware,
		Address: address + "/" + n.id, Panel: m.panel, Telemetry: n.telemetry(now),
	}
}

// telemetry is what the hub last heard of a node. Signal is a percentage, from which the
// dBm are made as Wi-Fi programs do it: 0 % is -100 dBm, 100 % is -50 dBm. At the vendor's
// alarm of 30 % that is -85 dBm, as weak as it should be.
func (n node) telemetry(now time.Time) display.Telemetry {
	t := display.Telemetry{Percent: n.percent, At: n.seen}
	if n.signal > 0 {
		t.Signal = n.signal/2 - 100
	}
	if n.online && (t.At.IsZero() || t.At.After(now)) {
		t.At = now
	}
	if t.At.After(now) || t.Percent == 0 && t.Signal == 0 {
		return display.Telemetry{}
	}
	return t
}
