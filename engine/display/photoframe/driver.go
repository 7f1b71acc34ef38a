package photoframe

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/lan"
)

// Name is the protocol's name, as in display.Display.Protocol, and Service what its
// devices announce by mDNS.
const (
	Name    = "photoframe"
	Service = "_esp32-pframe._tcp"
)

// Options configure a [Driver]. The zero value is ready to use.
type Options struct {
	Dial    time.Duration    // to connect; 10 s
	Reply   time.Duration    // to one question; 10 s
	Refresh time.Duration    // of an upload with the refresh that follows; 3 min
	Now     func() time.Time // default time.Now
}

// Driver speaks to these displays. It is safe for concurrent use and holds nothing.
type Driver struct {
	o   Options
	lan *lan.Client
}

var _ display.Announcer = (*Driver)(nil)

// New makes a driver.
func New(o Options) *Driver {
	for at, value := range map[*time.Duration]time.Duration{&o.Dial: 10 * time.Second, &o.Reply: 10 * time.Second, &o.Refresh: 3 * time.Minute} {
		if *at <= 0 {
			*at = value
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Driver{o: o, lan: lan.New(lan.Options{Dial: o.Dial, Within: o.Reply, Remedies: map[display.Kind]string{
		display.Unreachable: "Wake the display with its button. If it sleeps most of the time, let it fetch its pictures: see its details.",
	}})}
}

// Protocol is [Name].
func (*Driver) Protocol() string { return Name }

// Services is [Service].
func (*Driver) Services() []string { return []string{Service} }

// Read takes an announcement apart, whose TXT record has name, host, board and version.
func (*Driver) Read(a display.Announcement) (display.Candidate, error) {
	if a.Service != Service {
		return display.Candidate{}, display.ErrNotOurs
	}
	txt := lan.TXT(a.TXT)
	c := display.Candidate{Protocol: Name, Name: lan.Words(txt["name"], 64), Address: a.Address,
		Model: lan.Words(txt["board"], 64), Firmware: lan.Words(txt["version"], 24)}
	if c.Name == "" {
		c.Name = a.Instance
	}
	if a.Address == "" {
		return c, errors.New("the announcement has no address that can be dialled")
	}
	c.ID = display.AddressID(Name, a.Address) // until it is asked
	return c, nil
}

// systemInfo answers /api/system-info.
type systemInfo struct {
	Name    string `json:"device_name"`
	ID      string `json:"device_id"`
	Board   string `json:"board_name"`
	Version string `json:"version"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
}

// config is what counts of /api/config. Older firmware has fewer fields.
type config struct {
	Orientation string `json:"display_orientation"`
	Rotation    int    `json:"display_rotation_deg"`
	DeepSleep   bool   `json:"deep_sleep_enabled"`
}

// battery answers /api/battery.
type battery struct {
	Level     int  `json:"battery_level"`   // percent
	Voltage   int  `json:"battery_voltage"` // millivolts
	USB       bool `json:"usb_connected"`
	Connected bool `json:"battery_connected"`
}

// describe makes a display of what it says of itself.
func (i systemInfo) describe(c config) (display.Display, error) {
	id, err := identity(i.ID)
	if err != nil {
		return display.Display{}, err
	}
	p := display.Panel{Width: i.Width, Height: i.Height, Scheme: scheme(i.Board)}
	if c.Rotation == 90 || c.Rotation == 270 { // the firmware turns it
		p.Width, p.Height = p.Height, p.Width
	}
	if c.Orientation == "portrait" && p.Width > p.Height {
		p.Rotation = 90
	}
	d := display.Display{ID: id, Protocol: Name, Name: lan.Words(i.Name, 64), Model: lan.Words(i.Board, 64),
		Firmware: lan.Words(i.Version, 24), Panel: p, Sleeps: c.DeepSleep}
	return d, p.Validate()
}

// identity is that of the display with a hardware address of 12 hexadecimal digits.
func identity(mac string) (display.ID, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(mac, ":", ""))
	if err != nil || len(b) != 6 {
		return "", errors.New("the display tells no hardware address")
	}
	return display.ID(Name + ":" + hex.EncodeToString(b)), nil
}

// scheme says which inks a board has: those of 10.3 inches have sixteen greys, all others
// six inks.
func scheme(board string) display.Scheme {
	b := strings.ToLower(board)
	for _, grey := range []string{"e1003", "ee03", "10.3", "gray", "grey", "gc16"} {
		if strings.Contains(b, grey) {
			return display.Gray16
		}
	}
	return display.Spectra6
}

// Probe asks the display at address what it is.
func (d *Driver) Probe(ctx context.Context, address string) (display.Display, error) {
	disp, err := d.ask(ctx, "look at the display", address)
	if err != nil {
		return display.Display{}, err
	}
	disp.Telemetry, err = d.battery(ctx, address)
	return disp, err
}

func (d *Driver) ask(ctx context.Context, op, address string) (display.Display, error) {
	var i systemInfo
	var c config
	r := lan.Request{Op: op, Address: address, Path: "/api/system-info"}
	if _, err := d.lan.JSON(ctx, r, &i); err != nil {
		return display.Display{}, err
	}
	r.Path = "/api/config"
	if _, err := d.lan.JSON(ctx, r, &c); err != nil {
		return display.Display{}, err
	}
	disp, err := i.describe(c)
	if err != nil {
		return display.Display{}, d.lan.Fail(display.Protocol, r, err)
	}
	disp.Address = d.lan.Address(address)
	return disp, nil
}

// battery asks for the state of the battery. Boards without one don't have the page.
func (d *Driver) battery(ctx context.Context, address string) (display.Telemetry, error) {
	a, err := d.lan.Do(ctx, lan.Request{Op: "read the battery", Address: address, Path: "/api/battery"})
	if err != nil {
		if ctx.Err() != nil {
			return display.Telemetry{}, err
		}
		return display.Telemetry{}, nil // it is not worth more
	}
	if a.Status != http.StatusOK {
		return display.Telemetry{}, nil
	}
	return readBattery(a.Body, d.o.Now()), nil
}

func readBattery(body []byte, at time.Time) display.Telemetry {
	var b battery
	if json.Unmarshal(body, &b) != nil || b.USB || !b.Connected {
		return display.Telemetry{}
	}
	t := display.Telemetry{}
	if b.Voltage >= 500 && b.Voltage <= 20000 {
		t.Battery = b.Voltage
	}
	if b.Level >= 1 && b.Level <= 100 {
		t.Percent = b.Level
	}
	if t != (display.Telemetry{}) {
		t.At = at
	}
	return t
}

// Push sends the picture. The display answers when its panel has been refreshed.
func (d *Driver) Push(ctx context.Context, disp display.Display, f display.Frame) (display.Receipt, error) {
	r := lan.Request{Op: "send the picture", Address: disp.Address, Path: "/api/display-image", Within: d.o.Refresh}
	body, kind, err := encodeForm(f.Image, disp.Panel)
	if err != nil {
		return display.Receipt{}, d.lan.Fail(display.Unsupported, r, err)
	}
	is, err := d.ask(ctx, r.Op, disp.Address)
	if err != nil {
		return display.Receipt{}, err
	}
	if disp.ID.Address() == "" && is.ID != disp.ID || is.Panel != disp.Panel {
		return display.Receipt{}, d.lan.Fail(display.WrongDevice, r, fmt.Errorf("%s answers, with a panel of %v", is.ID, is.Panel))
	}
	r.Body, r.Header = body, http.Header{"Content-Type": {kind}}
	answer, err := d.lan.Do(ctx, r)
	if err == nil && answer.Status == http.StatusBadRequest && strings.Contains(string(answer.Body), "Unsupported image format") {
		r.Header.Set("Content-Type", "image/png")
		if r.Body, err = encodePNG(f.Image, disp.Panel); err == nil {
			answer, err = d.lan.Do(ctx, r)
		}
	}
	if err == nil {
		err = d.verdict(r, answer)
	}
	if err != nil {
		return display.Receipt{}, err
	}
	t, err := d.battery(ctx, disp.Address)
	return display.Receipt{At: d.o.Now(), Telemetry: t}, err
}

// verdict says what an answer to a picture means.
func (d *Driver) verdict(r lan.Request, a lan.Answer) error {
	if a.Status != http.StatusOK {
		return d.lan.Fail(lan.StatusKind(a.Status), r, fmt.Errorf("the answer is HTTP status %d", a.Status))
	}
	var said struct{ Status string }
	if json.Unmarshal(a.Body, &said) != nil {
		return d.lan.Fail(display.Protocol, r, errors.New("the answer is none of this firmware"))
	}
	switch said.Status {
	case "success":
		return nil
	case "busy":
		return d.lan.Fail(display.Occupied, r, errors.New("the panel is being refreshed"))
	default:
		return d.lan.Fail(display.Refused, r, errors.New("the display could not show the picture"))
	}
}
