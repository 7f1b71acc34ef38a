package simulator

import (
	"errors"
	"fmt"

	"github.com/roomink/roomink/engine/simulator/virtual"
)

// Fleet says how many displays there are of each kind, beside those of OpenDisplay.
type Fleet struct {
	Tags  int // of OpenEPaperLink, twenty behind an access point
	TRMNL int
	// Scale multiplies every time that they take or sleep: 1 is as slow as real ones.
	Scale float64
	// Small says that all have small panels, where many are wanted.
	Small bool
}

// DemoFleet are two of each kind. They sleep and refresh in a tenth of the time.
func DemoFleet() Fleet { return Fleet{Tags: 2, TRMNL: 2, Scale: 0.1} }

// CrowdFleet are 160 displays of all kinds, which take no time.
func CrowdFleet() Fleet { return Fleet{Tags: 80, TRMNL: 80, Small: true, Scale: 0.01} }

// hangUp makes the fleet.
func (o *Office) hangUp(f Fleet) error {
	return errors.Join(o.hangTags(f), o.hangTRMNL(f))
}

// add takes a display into the office.
func (o *Office) add(f Fixture) {
	o.others = append(o.others, f)
	o.parts = append(o.parts, part{"virtual display " + f.Label, f.Serve})
}

// labels are where the displays of the demo hang.
var labels = map[string][]string{
	"openepaperlink": {"Reading nook", "Phone booth"},
	"trmnl":          {"Canteen", "Terrace"},
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
