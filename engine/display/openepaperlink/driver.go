package openepaperlink

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// Name is the driver's name, as in display.Display.Protocol.
const Name = "openepaperlink"

// Options configure a [Driver]. The zero value is ready to use.
type Options struct {
	// Timeouts replace the defaults where they are greater than zero.
	Timeouts Timeouts
	// Pace is the shortest time between two uploads to one access point, and four times
	// that between two requests of any kind; 1 s.
	Pace time.Duration
	// DialContext opens connections, net.Dialer's by default.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the time of receipts and reports, time.Now by default. Deadlines always follow
	// the machine's clock.
	Now func() time.Time
}

// Timeouts bound the steps of a call. Each is a limit of its own, whatever the context
// allows.
type Timeouts struct {
	Dial    time.Duration // to connect; 10 s
	Ask     time.Duration // one question, with its answer; 10 s
	Upload  time.Duration // one picture; 30 s, since access points write it to flash
	Draw    time.Duration // until a picture has been queued for the tag; 20 s
	Silence time.Duration // between two messages of the websocket; 30 s, for one each 5 s
}

// Driver speaks to OpenEPaperLink access points. It is safe for concurrent use. All that
// it remembers is when it last bothered which access point, see gate.
type Driver struct {
	http  *lan.Client
	limit Timeouts
	gates *gates
	now   func() time.Time
}

var _ display.Gateway = (*Driver)(nil)

// New makes a driver.
func New(o Options) *Driver {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&o.Timeouts.Dial, 10*time.Second)
	def(&o.Timeouts.Ask, 10*time.Second)
	def(&o.Timeouts.Upload, 30*time.Second)
	def(&o.Timeouts.Draw, 20*time.Second)
	def(&o.Timeouts.Silence, 30*time.Second)
	def(&o.Pace, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Driver{
		http: lan.New(lan.Options{
			Port: 80, Dial: o.Timeouts.Dial, Within: o.Timeouts.Ask, Remedies: remedies, DialContext: o.DialContext,
		}),
		limit: o.Timeouts,
		gates: newGates(o.Pace),
		now:   o.Now,
	}
}

// remedies are for the access point; where it is the tag's fault, see driver and push.
var remedies = map[display.Kind]string{
	display.Unreachable: "Check that the access point has power and is on the network, and that its address is still right.",
	display.Occupied:    "The access point is busy, as it is for half a minute after its start; it is tried again soon.",
	display.Timeout:     "It is tried again; if this stays, restart the access point and check its Wi-Fi reception.",
	display.Protocol:    "Check that an OpenEPaperLink access point answers at this address and that its firmware is up to date.",
	display.Refused:     "It is tried again; if this stays, restart the access point and check that its storage is not full.",
	display.Unsupported: "Update the access point's firmware and tag types, or use another tag.",
	display.WrongDevice: "The tag was exchanged for one of another kind: remove the display and add it again.",
}

const remedyTag = "Check that the tag has power and is shown on the web page of this access point; it may hang at another one now."

// Protocol is [Name].
func (*Driver) Protocol() string { return Name }

// Probe asks the access point in address, "host:port/MAC", for the tag MAC of 12 or 16
// hexadecimal digits, and for what kind of tag that is.
func (d *Driver) Probe(ctx context.Context, address string) (display.Display, error) {
	t, err := d.target(address)
	if err != nil {
		return display.Display{}, err
	}
	r, kind, err := d.look(ctx, t)
	if err != nil {
		return display.Display{}, err
	}
	return d.describe(t.point, r, kind), nil
}

// Displays lists the tags that hang at the access point itself. A tag of a kind that
// Roomink can't draw on is in the list without a panel; Probe says why.
func (d *Driver) Displays(ctx context.Context, address string) (display.Hub, []display.Display, error) {
	point := d.http.Address(address)
	hub, err := d.hub(ctx, point)
	if err != nil {
		return display.Hub{}, nil, err
	}
	tags, err := d.list(ctx, point)
	if err != nil {
		return display.Hub{}, nil, err
	}
	kinds := map[number]tagType{}
	var all []display.Display
	for _, r := range tags {
		if !r.ours() {
			continue
		}
		kind, known := kinds[r.HWType]
		if !known {
			kind, err = d.tagType(ctx, point, r.HWType)
			if err != nil && display.KindOf(err) != display.Unsupported {
				return display.Hub{}, nil, err
			}
			kinds[r.HWType] = kind
		}
		all = append(all, d.describe(point, r, kind))
	}
	return hub, all, nil
}

// hub asks an access point what it is (src/ota.cpp, handleSysinfoRequest).
func (d *Driver) hub(ctx context.Context, point string) (display.Hub, error) {
	var info struct {
		Alias string `json:"alias"`
		Env   string `json:"env"`
		Build string `json:"buildversion"`
		Flash number `json:"flashsize"`
	}
	q := lan.Request{Op: "ask what it is", Address: point, Path: "/sysinfo"}
	if err := d.json(ctx, q, &info); err != nil {
		return display.Hub{}, err
	}
	if info.Env == "" || info.Build == "" || info.Flash <= 0 {
		return display.Hub{}, d.http.Fail(display.Protocol, q, errors.New("what answers is no OpenEPaperLink access point"))
	}
	h := display.Hub{Protocol: Name, Name: lan.Words(info.Alias, 40), Model: lan.Words(info.Env, 40),
		Firmware: lan.Words(info.Build, 20), Address: point}
	if h.Name == "" {
		h.Name = "OpenEPaperLink access point"
	}
	return h, nil
}

func (d *Driver) describe(point string, r record, kind tagType) display.Display {
	return display.Display{
		ID: tagID(r.MAC), Protocol: Name, Name: r.name(), Model: kind.name, Firmware: r.firmware(),
		Address: point + "/" + r.MAC, Panel: kind.panel,
		Telemetry: r.telemetry(when(r.LastSeen, d.now())),
	}
}

// target is one tag at one access point.
type target struct{ point, mac string }

func (d *Driver) target(address string) (target, error) {
	point, mac, _ := strings.Cut(address, "/")
	mac, err := checkMAC(mac)
	if err != nil {
		return target{}, d.tagError(display.Unreachable, address, err)
	}
	return target{d.http.Address(point), mac}, nil
}

func (t target) String() string { return t.point + "/" + t.mac }

// tagError is an error of a tag, not of the access point.
func (d *Driver) tagError(kind display.Kind, address string, err error) error {
	return &display.Error{Kind: kind, Op: "look up tag", Address: address, Remedy: remedyTag, Err: err}
}

// look reads the record of a tag that hangs at the access point, and what kind it is.
func (d *Driver) look(ctx context.Context, t target) (record, tagType, error) {
	r, err := d.record(ctx, t)
	if err != nil {
		return record{}, tagType{}, err
	}
	switch {
	case r.RSSI == ownScreen:
		return record{}, tagType{}, d.tagError(display.Unsupported, t.String(), errors.New("this is the access point's own screen"))
	case r.External && net.ParseIP(r.APIP) != nil:
		return record{}, tagType{}, d.tagError(display.Unreachable, t.String(),
			fmt.Errorf("the tag hangs at the access point %s now", r.APIP))
	case !r.ours():
		return record{}, tagType{}, d.tagError(display.Unreachable, t.String(), errors.New("the tag hangs at another access point now"))
	}
	kind, err := d.tagType(ctx, t.point, r.HWType)
	return r, kind, err
}

// record reads one record.
func (d *Driver) record(ctx context.Context, t target) (record, error) {
	q := lan.Request{Op: "ask for tag", Address: t.point, Path: "/get_db", Query: url.Values{"mac": {t.mac}}}
	p, err := d.page(ctx, q)
	if err != nil {
		return record{}, err
	}
	for _, r := range p.Tags {
		if r.MAC == t.mac {
			return r, nil
		}
	}
	return record{}, d.tagError(display.Unreachable, t.String(), errors.New("the access point does not know the tag"))
}

// tagType reads what kind of tag a number stands for. The error is of kind Unsupported if
// frames can't be drawn for it.
func (d *Driver) tagType(ctx context.Context, point string, hw number) (tagType, error) {
	q := lan.Request{Op: "ask what kind of tag it is", Address: point, Path: fmt.Sprintf("/tagtypes/%02X.json", int64(hw))}
	a, err := d.ask(ctx, q)
	if err != nil {
		return tagType{}, err
	}
	if a.Status != http.StatusOK {
		return tagType{}, d.http.Fail(display.Unsupported, q, fmt.Errorf("it has no description of tags of kind %02X", int64(hw)))
	}
	kind, err := parseTagType(a.Body)
	switch {
	case errors.Is(err, errTypeFile):
		return tagType{}, d.http.Fail(display.Protocol, q, err)
	case err != nil:
		return tagType{name: kind.name}, d.http.Fail(display.Unsupported, q, err)
	}
	return kind, nil
}

// list reads the records of all tags.
//
// An access point keeps the place where a page starts in one byte (src/web.cpp, get_db:
// uint8_t startPos), so that a list of more than 255 tags would begin anew for ever. Then
// its backup has them all: that makes it write its flash, as it does by itself every five
// minutes.
func (d *Driver) list(ctx context.Context, point string) ([]record, error) {
	q := lan.Request{Op: "ask for its tags", Address: point, Path: "/get_db", Query: url.Values{}}
	var all []record
	for pos := 0; ; {
		q.Query.Set("pos", fmt.Sprint(pos))
		p, err := d.page(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Tags...)
		switch {
		case p.Continue == nil:
			return once(all), nil
		case *p.Continue <= pos:
			return nil, d.http.Fail(display.Protocol, q, errors.New("its list of tags has no end"))
		case *p.Continue > 255:
			return d.backup(ctx, point)
		}
		pos = *p.Continue
	}
}

func (d *Driver) backup(ctx context.Context, point string) ([]record, error) {
	q := lan.Request{Op: "ask for more than 255 tags", Address: point, Path: "/backup_db", Limit: 4 << 20, Within: d.limit.Upload}
	a, err := d.success(ctx, q)
	if err != nil {
		return nil, err
	}
	tags, err := parseBackup(a.Body)
	if err != nil {
		return nil, d.http.Fail(display.Protocol, q, err)
	}
	return once(tags), nil
}

// once keeps the first record of each tag: the list may have moved between two pages.
func once(tags []record) []record {
	seen := make(map[string]bool, len(tags))
	kept := tags[:0]
	for _, r := range tags {
		if !seen[r.MAC] && len(kept) < maxTags {
			seen[r.MAC] = true
			kept = append(kept, r)
		}
	}
	return kept
}

func (d *Driver) page(ctx context.Context, q lan.Request) (page, error) {
	a, err := d.success(ctx, q)
	if err != nil {
		return page{}, err
	}
	p, err := parsePage(a.Body)
	if err != nil {
		return page{}, d.http.Fail(display.Protocol, q, err)
	}
	return p, nil
}
