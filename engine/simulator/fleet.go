package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// Fleet says how many displays there are of each kind, beside those of OpenDisplay.
type Fleet struct {
	Tags  int // of OpenEPaperLink, twenty behind an access point
	Nodes int // of SyncSign, sixteen behind a hub; each other one has Wi-Fi
	TRMNL int
	Eink  int // of _eink._tcp
	// Basic are of the OpenDisplay Basic standard, each with an address of its own on
	// loopback.
	Basic int
	// Photoframes have the firmware esp32-photoframe, and are awake.
	Photoframes int
	// Pictures are devices that can do no more than fetch a picture.
	Pictures int
	// Scale multiplies every time that they take or sleep: 1 is as slow as real ones.
	Scale float64
	// Small says that all have small panels, where many are wanted.
	Small bool
}

// DemoFleet are two of each kind. They sleep and refresh in a tenth of the time.
func DemoFleet() Fleet {
	return Fleet{Tags: 2, Nodes: 2, TRMNL: 2, Eink: 2, Photoframes: 2, Pictures: 2, Basic: 2, Scale: 0.1}
}

// CrowdFleet are 160 displays of all kinds, which take no time.
func CrowdFleet() Fleet {
	return Fleet{Tags: 50, Nodes: 20, TRMNL: 30, Eink: 10, Photoframes: 10, Pictures: 20, Basic: 20, Small: true, Scale: 0.01}
}

// hangUp makes the fleet.
func (o *Office) hangUp(f Fleet) error {
	return errors.Join(o.hangTags(f), o.hangNodes(f), o.hangTRMNL(f), o.hangEink(f), o.hangPictures(f), o.hangPhotoframes(f), o.hangBasic(f))
}

// add takes a display into the office.
func (o *Office) add(f Fixture) {
	o.others = append(o.others, f)
	o.parts = append(o.parts, part{"virtual display " + f.Label, f.Serve})
}

// labels are where the displays of the demo hang.
var labels = map[string][]string{
	"openepaperlink": {"Reading nook", "Phone booth"},
	"syncsign":       {"Meeting point", "Studio"},
	"trmnl":          {"Canteen", "Terrace"},
	"eink":           {"Atrium", "Gallery"},
	"picture":        {"Library", "Workshop"},
	"photoframe":     {"Lounge", "Foyer"},

	"opendisplay-basic": {"Auditorium", "Boardroom"},
}

// label is the name of the display with a number, from 0, among those of its kind.
func label(protocol string, i int) string {
	if names := labels[protocol]; i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s %d", protocol, i+1)
}

// behind is how many tags an access point has.
const behind = 20

func (o *Office) hangTags(f Fleet) error {
	var ap *virtual.AccessPoint
	for i := range f.Tags {
		if i%behind == 0 {
			ap = virtual.NewAccessPoint(virtual.AccessPointOptions{
				Name: fmt.Sprintf("Access point %d", 1+i/behind), Scale: f.Scale, Interface: o.options.Interface,
			})
			if err := ap.Listen(); err != nil {
				return fmt.Errorf("make a virtual access point: %w", err)
			}
			o.parts = append(o.parts, part{"virtual access point", ap.Serve})
		}
		kind := virtual.Tag42BWR
		if f.Small || i%2 == 1 {
			kind = virtual.Tag29BWR
		}
		mac := fmt.Sprintf("0000021D1591%04X", i+1)
		tag, err := ap.NewTag(virtual.TagOptions{Kind: kind, MAC: mac, Name: label("openepaperlink", i)})
		if err != nil {
			return fmt.Errorf("make a virtual tag: %w", err)
		}
		o.add(Fixture{Device: tag, Label: tag.Name(), Protocol: "openepaperlink", Identity: Plain(mac),
			Address: ap.Addr, Gateway: true})
	}
	return nil
}

func (o *Office) hangTRMNL(f Fleet) error {
	for i := range f.TRMNL {
		model, board := virtual.Panel75BW, "og"
		if f.Small {
			model.Width, model.Height = 296, 128
		}
		mac := fmt.Sprintf("02:0d:15:91:b0:%02x", i+1)
		d, err := virtual.NewTRMNL(virtual.TRMNLOptions{Model: model, Board: board, MAC: mac,
			SleepScale: f.Scale, RefreshScale: f.Scale})
		if err != nil {
			return fmt.Errorf("make a virtual TRMNL: %w", err)
		}
		o.add(Fixture{Device: d, Label: label("trmnl", i), Protocol: "trmnl", Identity: Plain(mac), SetServer: d.SetServer, Wake: d.Wake})
	}
	return nil
}

// spectra is a panel of six inks.
func (f Fleet) spectra(width, height int) virtual.Model {
	if f.Small {
		width, height = 200, 120
	}
	return virtual.Model{Name: "six inks", Manufacturer: "Roomink Virtual", Width: width, Height: height,
		Scheme: virtual.SchemeSpectra6, FullRefresh: 20 * time.Second}
}

func (o *Office) hangEink(f Fleet) error {
	for i := range f.Eink {
		id := fmt.Sprintf("E1%04X", i+1)
		d, err := virtual.NewEink(virtual.EinkOptions{Model: f.spectra(1200, 1600), ID: id, RefreshScale: f.Scale})
		if err == nil {
			err = d.Listen()
		}
		if err != nil {
			return fmt.Errorf("make a virtual display: %w", err)
		}
		o.add(Fixture{Device: d, Label: label("eink", i), Protocol: "eink", Identity: Plain(id), Address: d.Addr})
		o.announce(label("eink", i), d)
	}
	return nil
}

// announced is a device that announces itself.
type announced interface {
	Advertise(ctx context.Context, on []net.Interface, ip net.IP) error
}

// announce has a device announced where the office is. Not every system carries multicast
// on loopback; the display can still be added by its address.
func (o *Office) announce(name string, d announced) {
	if o.options.Interface == nil {
		return
	}
	o.parts = append(o.parts, part{"announcement of " + name, func(ctx context.Context) error {
		if err := d.Advertise(ctx, []net.Interface{*o.options.Interface}, net.IPv4(127, 0, 0, 1)); err != nil {
			o.options.Logger.Warn("A virtual display can't be announced", "display", name, "err", err)
		}
		return nil
	}})
}

func (o *Office) hangPictures(f Fleet) error {
	for i := range f.Pictures {
		model := virtual.Panel42BW
		if f.Small {
			model.Width, model.Height = 250, 122
		}
		d, err := virtual.NewPictureFrame(virtual.PictureFrameOptions{Model: model, Label: label("picture", i),
			SleepScale: f.Scale, RefreshScale: f.Scale, Millivolts: 3900})
		if err != nil {
			return fmt.Errorf("make a virtual picture frame: %w", err)
		}
		o.add(Fixture{Device: d, Label: d.Name(), Protocol: "picture", SetServer: d.SetServer, Own: true, Wake: d.Wake})
	}
	return nil
}

func (o *Office) hangPhotoframes(f Fleet) error {
	for i := range f.Photoframes {
		mac := fmt.Sprintf("02:0d:15:91:d0:%02x", i+1)
		d, err := virtual.NewPhotoframe(virtual.PhotoframeOptions{Model: f.spectra(800, 480), MAC: mac, Name: label("photoframe", i),
			RefreshScale: f.Scale, SleepScale: f.Scale, Millivolts: 4010})
		if err == nil {
			err = d.Listen()
		}
		if err != nil {
			return fmt.Errorf("make a virtual photo frame: %w", err)
		}
		o.add(Fixture{Device: d, Label: d.Name(), Protocol: "photoframe", Identity: Plain(mac), Address: d.Addr})
		o.announce(d.Name(), d)
	}
	return nil
}

func (o *Office) hangBasic(f Fleet) error {
	for i := range f.Basic {
		model := virtual.Panel75BW
		model.Partial = false
		if f.Small {
			model.Width, model.Height = 200, 120
		}
		host := fmt.Sprintf("127.0.3.%d", i+1)
		if runtime.GOOS == "darwin" { // which has one address on loopback
			if host = "127.0.0.1"; i > 0 {
				break
			}
		}
		d, err := virtual.NewBasic(virtual.BasicOptions{Model: model, Label: label("opendisplay-basic", i), Host: host,
			SleepScale: f.Scale, RefreshScale: f.Scale, Percent: 88})
		if err != nil {
			return fmt.Errorf("make a virtual OpenDisplay Basic: %w", err)
		}
		o.add(Fixture{Device: d, Label: d.Name(), Protocol: "opendisplay-basic", Identity: Plain(host), SetServer: d.SetServer, Port: 2446, Wake: d.Wake})
	}
	return nil
}

// paired is how many displays a SyncSign hub has.
const paired = 16

func (o *Office) hangNodes(f Fleet) error {
	var hub *virtual.Hub
	for i := range f.Nodes {
		if i%paired == 0 {
			hub = virtual.NewHub(virtual.HubOptions{Serial: fmt.Sprintf("SN%04d", 1+i/paired), Scale: f.Scale})
			if err := hub.Listen(); err != nil {
				return fmt.Errorf("make a virtual hub: %w", err)
			}
			o.parts = append(o.parts, part{"virtual hub", hub.Serve})
		}
		model := virtual.Model{Name: "SyncSign D42C", Manufacturer: "Roomink Virtual", Width: 400, Height: 300,
			Scheme: virtual.SchemeBWR, FullRefresh: 15 * time.Second}
		kind := "D42C"
		if i%2 == 1 {
			model.Name, model.Width, model.Height, kind = "SyncSign D75C", 800, 480, "D75C_LEWI-RED"
		}
		id := fmt.Sprintf("00124b00%08x", i+1)
		n, err := hub.NewNode(virtual.NodeOptions{Model: model, Kind: kind, ID: id, Name: label("syncsign", i)})
		if err != nil {
			return fmt.Errorf("make a virtual SyncSign display: %w", err)
		}
		o.add(Fixture{Device: n, Label: n.Name(), Protocol: "syncsign", Identity: id, Address: hub.Addr, Gateway: true, Key: hub.Key()})
	}
	return nil
}
