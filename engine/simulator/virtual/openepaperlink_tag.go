package virtual

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// TagOptions describe one virtual tag.
type TagOptions struct {
	Kind TagKind
	MAC  string // 16 hexadecimal digits
	Name string // alias; may be empty
	// CheckIn is how often the tag asks for pictures, scaled like all times; 0: as soon as
	// there is one.
	CheckIn time.Duration
	// Others says that it hangs at another access point.
	Others bool
}

// Tag is a virtual shelf label. It comes to its access point while Serve runs.
type Tag struct {
	*glazed
	ap     *AccessPoint
	opts   TagOptions
	nudged chan struct{} // a picture came, or the power

	// What follows is guarded by ap.mu.
	kind  TagKind
	rec   tagRecord
	queue []picture
	off   bool
}

// picture is one that waits for a tag.
type picture struct {
	pixels []uint8 // indices into the kind's colours
	raw    []byte
	hash   string
}

// nothingPlanned is nextupdate and nextcheckin for "not known".
const nothingPlanned = 3216153600

// tagRecord is fillNode of tag_db.cpp.
type tagRecord struct {
	MAC         string `json:"mac"`
	Hash        string `json:"hash"`
	LastSeen    int64  `json:"lastseen"`
	NextUpdate  int64  `json:"nextupdate"`
	NextCheckin int64  `json:"nextcheckin"`
	Pending     int    `json:"pending"`
	Alias       string `json:"alias"`
	ContentMode int    `json:"contentMode"`
	LQI         int    `json:"LQI"`
	RSSI        int    `json:"RSSI"`
	Temperature int    `json:"temperature"`
	BatteryMV   int    `json:"batteryMv"`
	HWType      int    `json:"hwType"`
	Wakeup      int    `json:"wakeupReason"`
	Abilities   int    `json:"capabilities"`
	ModeConfig  string `json:"modecfgjson"`
	External    bool   `json:"isexternal"`
	APIP        string `json:"apip"`
	Rotate      int    `json:"rotate"`
	LUT         int    `json:"lut"`
	Invert      int    `json:"invert"`
	UpdateCount int    `json:"updatecount"`
	UpdateLast  int64  `json:"updatelast"`
	Channel     int    `json:"ch"`
	Version     int    `json:"ver"`
}

func (r tagRecord) size() int {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings and numbers
	}
	return len(b) + 1
}

// NewTag adds a tag, its glass white, that has checked in once.
func (ap *AccessPoint) NewTag(o TagOptions) (*Tag, error) {
	if len(o.MAC) != 16 || strings.Trim(o.MAC, "0123456789abcdefABCDEF") != "" {
		return nil, fmt.Errorf("MAC %q: want 16 hexadecimal digits", o.MAC)
	}
	m, err := o.Kind.model()
	if err != nil {
		return nil, err
	}
	t := &Tag{glazed: newGlazed(m), ap: ap, opts: o, nudged: make(chan struct{}, 1), kind: o.Kind}
	t.rec = tagRecord{
		MAC: strings.ToUpper(o.MAC), Hash: strings.Repeat("0", 32), NextUpdate: nothingPlanned, Alias: o.Name,
		ContentMode: 0, LQI: 180, RSSI: -62, Temperature: 21, BatteryMV: 3000, HWType: int(o.Kind.HW),
		External: o.Others, APIP: "0.0.0.0", Channel: 11, Version: 41, LastSeen: time.Now().Unix(),
		NextCheckin: time.Now().Unix() + 60,
	}
	if o.Others {
		t.rec.APIP = "192.0.2.9"
	}
	ap.mu.Lock()
	defer ap.mu.Unlock()
	ap.tags = append(ap.tags, t)
	return t, nil
}

var _ Device = (*Tag)(nil)

// Name is its alias, or its address.
func (t *Tag) Name() string {
	if t.opts.Name != "" {
		return t.opts.Name
	}
	return t.rec.MAC // which never changes
}

// MAC is its address, 16 digits.
func (t *Tag) MAC() string { return t.rec.MAC }

// record is what the access point tells of the tag. ap.mu is held.
func (t *Tag) record() tagRecord {
	r := t.rec
	r.Pending = len(t.queue)
	return r
}

func (t *Tag) poke() {
	select {
	case t.nudged <- struct{}{}:
	default:
	}
}

// SetPower takes the battery out or puts it back. The glass keeps its picture, and the
// access point learns of nothing.
func (t *Tag) SetPower(on bool) {
	t.ap.mu.Lock()
	t.off = !on
	t.ap.mu.Unlock()
	t.powered(on)
	t.poke()
}

// SetKind exchanges the tag for one of another kind with the same address.
func (t *Tag) SetKind(k TagKind) {
	t.ap.mu.Lock()
	defer t.ap.mu.Unlock()
	t.kind, t.rec.HWType = k, int(k.HW)
}

// Press presses a button, from 1 to 3: the tag comes at once.
func (t *Tag) Press(ctx context.Context, button int) { t.checkIn(ctx, 3+button) }

// Reset takes the battery out and puts it back: the tag shows its greeting, and the access
// point forgets what it showed.
func (t *Tag) Reset(ctx context.Context) {
	t.mu.Lock()
	t.show(t.model.blank())
	t.changed()
	t.mu.Unlock()
	t.ap.mu.Lock()
	if len(t.queue) == 0 {
		t.rec.Hash = strings.Repeat("0", 32)
	}
	t.ap.mu.Unlock()
	t.checkIn(ctx, 0xfc)
}

// Serve comes to the access point now and then until ctx ends.
func (t *Tag) Serve(ctx context.Context) error {
	every := t.ap.scaled(t.opts.CheckIn)
	var tick <-chan time.Time
	if every > 0 {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
			t.checkIn(ctx, 0)
		case <-t.nudged:
			if every == 0 {
				t.checkIn(ctx, 0)
			}
		}
	}
}

// checkIn asks for a picture and fetches it. The access point calls it delivered before
// it is on the glass, since tags say so before they draw.
func (t *Tag) checkIn(ctx context.Context, wakeup int) {
	p, ok := t.hello(wakeup)
	if !ok || !sleep(ctx, t.ap.scaled(5*time.Second)) {
		return
	}
	t.ap.mu.Lock()
	if t.off || len(t.queue) == 0 || t.queue[0].hash != p.hash {
		t.ap.mu.Unlock()
		return // cleared meanwhile
	}
	t.queue = t.queue[1:]
	t.rec.Hash, t.rec.Wakeup = p.hash, 0
	t.rec.UpdateCount++
	t.rec.UpdateLast = time.Now().Unix()
	t.rec.BatteryMV = max(2400, t.rec.BatteryMV-1)
	packed, took := t.kind.pack(p.pixels), t.kind.Refresh
	t.ap.tellTag(t)
	t.ap.mu.Unlock()
	t.refresh(ctx, packed, t.ap.scaled(took))
}

// hello is a sign of life, and gives what waits for the tag.
func (t *Tag) hello(wakeup int) (p picture, ok bool) {
	t.ap.mu.Lock()
	defer t.ap.mu.Unlock()
	if t.off || t.rec.External {
		return picture{}, false
	}
	now := time.Now().Unix()
	if now == t.rec.LastSeen && wakeup != 0 {
		now++ // a press in the same second is one
	}
	t.rec.LastSeen, t.rec.Wakeup = now, wakeup
	t.rec.NextCheckin = now + int64(max(time.Minute, t.opts.CheckIn).Seconds())
	t.ap.tellTag(t)
	if len(t.queue) == 0 {
		return picture{}, false
	}
	return t.queue[0], true
}
