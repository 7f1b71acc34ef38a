// Package drivers is the list of all kinds of displays that Roomink speaks to. The
// window, the daemon, the demo and the tests all take it from here.
package drivers

import (
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/eink"
	"github.com/roomink/roomink/engine/display/opendisplay"
	"github.com/roomink/roomink/engine/display/opendisplaybasic"
	"github.com/roomink/roomink/engine/display/openepaperlink"
	"github.com/roomink/roomink/engine/display/photoframe"
	"github.com/roomink/roomink/engine/display/picture"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/display/syncsign"
	"github.com/roomink/roomink/engine/display/trmnl"
)

// Options configure the drivers. The zero value is ready to use.
type Options struct {
	// OpenDisplay are the limits of that driver; the zero value gives its own.
	OpenDisplay opendisplay.Timeouts
	// SyncSign are the limits of that driver; the zero value gives its own.
	SyncSign syncsign.Timeouts
	Now      func() time.Time // default time.Now
}

// Set is one of each.
type Set struct {
	Push   []display.Driver
	Pull   []pull.Protocol
	Listen []pull.Listener
	Shelf  *pull.Shelf // where drivers put pictures that displays are told to fetch
}

// All makes one of each.
func All(o Options) Set {
	shelf := pull.NewShelf(o.Now)
	signs := syncsign.New(syncsign.Options{Shelf: shelf, Timeouts: o.SyncSign, Now: o.Now})
	frames := photoframe.New(photoframe.Options{Now: o.Now})
	return Set{
		Push: []display.Driver{
			opendisplay.New(opendisplay.Options{Timeouts: o.OpenDisplay, Now: o.Now}),
			openepaperlink.New(openepaperlink.Options{Now: o.Now}),
			signs,
			eink.New(eink.Options{Now: o.Now}),
			frames,
		},
		Pull: []pull.Protocol{
			signs,
			trmnl.New(trmnl.Options{Now: o.Now}),
			picture.New(picture.Options{Now: o.Now}),
			frames,
		},
		Listen: []pull.Listener{opendisplaybasic.New(opendisplaybasic.Options{Now: o.Now})},
		Shelf:  shelf,
	}
}
