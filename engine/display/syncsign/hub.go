package syncsign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

const (
	remedyKey = "Open the hub's own page in a browser, copy its API key, and enter it again for this hub."
	remedyHub = "Check that the hub has power, that its light breathes purple, and that its address is still right."
	// A hub that knows a display no longer answers like one that never knew it.
	remedyNode   = "The hub does not know this display: pair them again, or add the hub that it is paired with now."
	remedyRefuse = "It is tried again. If this stays, restart the hub and update its firmware."
	remedyList   = "Update the hub's firmware. Until then, add each display by \"hub address/node id\"; the id is in the SyncSign app."
	remedyNoNode = "This is a hub: add it as one, with its key, and choose among its displays."
	remedyModel  = "Say in the display's settings which size and colours it has."
	remedyServer = "Switch on the server for displays in Roomink's settings: the display fetches its picture there."
)

// words makes text of a stranger fit to show.
func words(s string) string { return lan.Words(s, maxName) }

// answer is the envelope of all answers: {"code":200,"data":…}, and in place of data,
// where something is wrong, some words.
type answer struct {
	Code    json.RawMessage `json:"code"`
	Data    json.RawMessage `json:"data"`
	Message string          `json:"message"`
	Msg     string          `json:"msg"`
	Error   json.RawMessage `json:"error"`
}

// code is the hub's own status, which may be written as a string; 0 if it gives none.
func (a *answer) code() int {
	n, _ := strconv.Atoi(strings.Trim(string(a.Code), `"`))
	return n
}

// why is what the hub says is wrong.
func (a *answer) why() string {
	var s string
	for _, text := range []string{a.Message, a.Msg} {
		if s == "" {
			s = text
		}
	}
	if s == "" && json.Unmarshal(a.Error, &s) != nil {
		_ = json.Unmarshal(a.Data, &s) // words in its place, or none
	}
	return s
}

// ask puts a question to a hub and gives the data of its answer. Its key stands in the
// path, so nothing of that gets into an error.
func (d *Driver) ask(ctx context.Context, op, hub, path string, body []byte) (json.RawMessage, error) {
	r := lan.Request{Op: op, Address: hub, Path: "/key/" + d.key + path, Body: body, Limit: maxAnswer}
	if body != nil {
		r.Header = http.Header{"Content-Type": {"application/json"}}
		r.Within = d.limit.Post
	}
	if !validKey(d.key) {
		return nil, d.fail(display.KeyRefused, r, remedyKey, errors.New("the hub wants its key, and what is known is none"))
	}
	got, err := d.lan.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	var a answer
	readable := json.Unmarshal(got.Body, &a) == nil
	status := got.Status
	if code := a.code(); readable && status == http.StatusOK && code != 0 {
		status = code
	}
	if status == http.StatusOK {
		if !readable || a.Data == nil {
			return nil, d.lan.Fail(display.Protocol, r, errors.New("the answer is not that of a SyncSign hub"))
		}
		return a.Data, nil
	}
	why := fmt.Errorf("the hub answers with status %d", status)
	if said := words(strings.ReplaceAll(a.why(), d.key, "…")); said != "" {
		why = fmt.Errorf("the hub says %q (status %d)", said, status)
	}
	switch kind := lan.StatusKind(status); {
	case kind == display.KeyRefused:
		return nil, d.fail(kind, r, remedyKey, why)
	case status == http.StatusNotFound:
		return nil, d.fail(display.WrongDevice, r, remedyNode, notFound{why})
	case kind == display.Protocol && readable: // a code of its own
		return nil, d.fail(display.Refused, r, remedyRefuse, why)
	default:
		return nil, d.lan.Fail(kind, r, why)
	}
}

// notFound is a page that the hub does not have.
type notFound struct{ error }

// missing reports whether err says that the hub has no such page.
func missing(err error) bool {
	var is notFound
	return errors.As(err, &is)
}

// fail makes an error with a remedy of its own.
func (d *Driver) fail(kind display.Kind, r lan.Request, remedy string, err error) error {
	return &display.Error{Kind: kind, Op: r.Op, Address: d.lan.Address(r.Address), Remedy: remedy, Err: err}
}

// maxAnswer bounds a hub's answer, in bytes. One render comes back with its layout.
const maxAnswer = 256 << 10

// validKey reports whether a key can stand in a path. Keys are UUIDs.
func validKey(key string) bool {
	if key == "" || len(key) > 128 || strings.Trim(key, ".") == "" {
		return false
	}
	for _, r := range key {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune("-_.", r) {
			return false
		}
	}
	return true
}

const opList = "list the hub's displays"

// list asks a hub for its nodes. The cloud has them at /nodes; the vendor's tool asks hubs
// for /devices/<serial number>/nodes.
func (d *Driver) list(ctx context.Context, hub string) ([]node, error) {
	data, err := d.ask(ctx, opList, hub, "/nodes", nil)
	if missing(err) {
		data, err = d.listBySerial(ctx, hub)
	}
	if err != nil {
		return nil, err
	}
	nodes, err := parseNodes(data)
	if err != nil {
		return nil, d.lan.Fail(display.Protocol, lan.Request{Op: opList, Address: hub}, err)
	}
	return nodes, nil
}

func (d *Driver) listBySerial(ctx context.Context, hub string) (json.RawMessage, error) {
	data, err := d.ask(ctx, opList, hub, "/devices", nil)
	if err == nil {
		if serial := serialOf(data); serial != "" {
			data, err = d.ask(ctx, opList, hub, "/devices/"+serial+"/nodes", nil)
		} else {
			err = notFound{errors.New("the hub tells no serial number")}
		}
	}
	if missing(err) {
		return nil, d.fail(display.Unsupported, lan.Request{Op: opList, Address: hub}, remedyList,
			errors.New("the hub has no list of its displays"))
	}
	return data, err
}

// serialOf reads a hub's serial number from its answer, a device or a list of them.
func serialOf(data json.RawMessage) string {
	var all []fields
	if json.Unmarshal(data, &all) != nil || len(all) == 0 {
		all = make([]fields, 1)
		if json.Unmarshal(data, &all[0]) != nil {
			return ""
		}
	}
	return renderID(all[0].str("sn", "thingName"))
}

// find asks a hub for one node.
func (d *Driver) find(ctx context.Context, op, hub, id string) (node, error) {
	data, err := d.ask(ctx, op, hub, "/nodes/"+id, nil)
	if err != nil && !missing(err) {
		return node{}, err
	}
	var nodes []node
	if err == nil {
		nodes, err = parseNodes(data)
	}
	if err != nil || len(nodes) == 0 { // no such page, or no such node: the list knows
		if nodes, err = d.list(ctx, hub); err != nil {
			return node{}, err
		}
	}
	for _, n := range nodes {
		if n.id == id {
			return n, nil
		}
	}
	return node{}, d.fail(display.WrongDevice, lan.Request{Op: op, Address: hub}, remedyNode,
		errors.New("the hub lists no such display"))
}

// renderOf reads the name of a render from the answer to a push: of a hub {"renderId":…},
// of a server {"<render id>":{"posted":true}}. It reports false for one that was not taken.
func renderOf(data json.RawMessage) (render string, taken bool) {
	var f fields
	if json.Unmarshal(data, &f) != nil {
		return "", true // taken without a name
	}
	if id := f.str("renderId"); id != "" {
		return renderID(id), true
	}
	for id, raw := range f {
		var inner fields
		if json.Unmarshal(raw, &inner) == nil {
			if posted, told := inner.flag("posted"); told {
				return renderID(id), posted
			}
		}
	}
	return "", true
}

// errLost says that a hub which knew a render does not any more, as after a restart.
var errLost = errors.New("the hub has lost the drawing, or could not draw it")

// rendered asks whether a render is on its glass. known is false where the hub can't tell:
// one that never told of any render. Of one that did, not to know this one is [errLost].
func (d *Driver) rendered(ctx context.Context, hub, render string) (done, known bool, err error) {
	const op = "ask for the result"
	data, err := d.ask(ctx, op, hub, "/renders/"+render, nil)
	tells := d.renders.tells(hub)
	switch kind := display.KindOf(err); {
	case tells && kind == display.Protocol: // garbled: it is asked again
		return false, true, nil
	case tells && (missing(err) || kind == display.Refused || kind == display.Unsupported):
		return false, true, d.fail(display.Timeout, lan.Request{Op: op, Address: hub}, remedyRefuse, errLost)
	case missing(err), kind == display.Protocol, kind == display.Unsupported, kind == display.Refused:
		return false, false, nil
	case err != nil:
		return false, true, err
	}
	var f fields
	var list []fields
	if json.Unmarshal(data, &list) == nil && len(list) > 0 {
		f = list[0]
	} else if json.Unmarshal(data, &f) != nil {
		return false, false, nil
	}
	if done, known = f.flag("isRendered", "rendered"); known {
		d.renders.told(hub)
	}
	return done, known || tells, nil
}
