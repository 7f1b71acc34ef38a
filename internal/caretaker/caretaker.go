// Package caretaker brings the virtual displays of a simulated office into service, as a
// person in charge does with real ones: it adds them by address, uses access points, types
// addresses into those that fetch, lets them in, approves them, and assigns each to a room.
// The demo and the tests of whole offices share it.
package caretaker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/simulator"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// Patience is how long a display may take until the engine lists it.
const Patience = 3 * time.Minute

// Introduce makes all displays known to the engine. It gives the virtual display behind
// each of its displays.
func Introduce(ctx context.Context, eng *engine.Engine, fixtures []simulator.Fixture) (map[display.ID]simulator.Fixture, error) {
	known := make(map[display.ID]simulator.Fixture, len(fixtures))
	used := make(map[string]bool) // gateways
	comers := false
	for _, f := range fixtures {
		switch {
		case f.Gateway:
			if address := f.Address(); !used[address] {
				used[address] = true
				if _, err := eng.UseGateway(ctx, engine.GatewayRequest{Protocol: f.Protocol, Address: address, Key: f.Key}); err != nil {
					return nil, fmt.Errorf("use the gateway of %s: %w", f.Label, err)
				}
			}
		case f.Own:
			id, err := giveAddress(ctx, eng, f)
			if err != nil {
				return nil, err
			}
			known[id] = f
		case f.SetServer != nil:
			comers = true
		}
	}
	if comers {
		if err := letIn(ctx, eng, fixtures); err != nil {
			return nil, err
		}
	}
	return known, await(ctx, eng, fixtures, known)
}

// giveAddress makes an address for a display that is told one of its own, and types it in.
func giveAddress(ctx context.Context, eng *engine.Engine, f simulator.Fixture) (display.ID, error) {
	id, err := eng.NewPullDisplay(ctx, engine.PullDisplay{Protocol: f.Protocol, Name: f.Label, Panel: Panel(f.Model())})
	if err != nil {
		return "", fmt.Errorf("add %s: %w", f.Label, err)
	}
	in, err := eng.PullInstructions(ctx, id)
	if err != nil {
		return "", fmt.Errorf("get the address for %s: %w", f.Label, err)
	}
	f.SetServer(in.URL)
	return id, nil
}

// letIn types the server's address into the displays that come by themselves.
func letIn(ctx context.Context, eng *engine.Engine, fixtures []simulator.Fixture) error {
	if err := eng.LetIn(ctx, true); err != nil {
		return fmt.Errorf("let new displays in: %w", err)
	}
	server := eng.Snapshot().Serving.URL
	at, err := url.Parse(server)
	if err != nil || at.Hostname() == "" {
		return fmt.Errorf("the server for displays has no address: %q", server)
	}
	for _, f := range fixtures {
		switch {
		case f.SetServer == nil || f.Own:
		case f.Port != 0:
			f.SetServer(net.JoinHostPort(at.Hostname(), strconv.Itoa(f.Port)))
		default:
			f.SetServer(server)
		}
	}
	return nil
}

// ErrNotFound says that the engine does not list a display.
var ErrNotFound = errors.New("the display was not found")

// await waits until the engine lists all displays, and fills in known. Those that did not
// announce themselves within the first seconds are added by their address.
func await(ctx context.Context, eng *engine.Engine, fixtures []simulator.Fixture, known map[display.ID]simulator.Fixture) error {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if err := find(ctx, eng, fixtures, known, Patience/12); err == nil || ctx.Err() != nil {
		return err
	}
	for _, f := range missing(fixtures, known) {
		if f.Address == nil || f.Gateway {
			continue
		}
		if _, err := eng.AddDisplay(ctx, f.Address()); err != nil {
			return fmt.Errorf("add %s by its address: %w", f.Label, err)
		}
	}
	return find(ctx, eng, fixtures, known, Patience)
}

func find(ctx context.Context, eng *engine.Engine, fixtures []simulator.Fixture, known map[display.ID]simulator.Fixture, most time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for s := range eng.Watch(ctx) {
		for _, d := range s.Displays {
			if _, ok := known[d.ID]; ok {
				continue
			}
			for _, f := range fixtures {
				if is(d, f) {
					known[d.ID] = f
					break
				}
			}
		}
		if len(known) == len(fixtures) {
			return nil
		}
	}
	var names []string
	for _, f := range missing(fixtures, known) {
		names = append(names, f.Protocol+" "+f.Label)
	}
	return fmt.Errorf("%w: %s", ErrNotFound, strings.Join(names, ", "))
}

func missing(fixtures []simulator.Fixture, known map[display.ID]simulator.Fixture) (list []simulator.Fixture) {
	found := make(map[virtual.Device]bool, len(known))
	for _, f := range known {
		found[f.Device] = true
	}
	for _, f := range fixtures {
		if !found[f.Device] {
			list = append(list, f)
		}
	}
	return list
}

// is reports whether a listed display is this one: by its identity or, where there is
// none, by where it is.
func is(d engine.Display, f simulator.Fixture) bool {
	if d.Protocol != f.Protocol {
		return false
	}
	identity := strings.TrimPrefix(string(d.ID), d.Protocol+":")
	if f.Identity != "" && simulator.Plain(identity) == f.Identity {
		return true
	}
	return f.Address != nil && !f.Gateway && d.Address == f.Address()
}

// Assign gives each display one of the rooms, in turn, and presses the buttons of those
// that sleep.
func Assign(ctx context.Context, eng *engine.Engine, known map[display.ID]simulator.Fixture, rooms []calendar.RoomID, progress func(display.ID, calendar.RoomID)) error {
	i := 0
	for _, d := range eng.Snapshot().Displays {
		f, ours := known[d.ID]
		if !ours || d.Stage == engine.Assigned || len(rooms) == 0 {
			continue
		}
		room := rooms[i%len(rooms)]
		i++
		progress(d.ID, room)
		if err := eng.Assign(ctx, d.ID, room); err != nil {
			return fmt.Errorf("assign %s: %w", d.Label(), err)
		}
		if f.Wake != nil {
			f.Wake()
		}
	}
	return nil
}

// Panel describes a virtual panel as a person would to the engine.
func Panel(m virtual.Model) display.Panel {
	return display.Panel{Width: m.Width, Height: m.Height, Rotation: m.Rotation, Scheme: Inks(m.Scheme)}
}

// Inks names the inks of a simulated panel as the engine does; their indices are the
// same. It is "" for inks that the engine does not know.
func Inks(s virtual.Scheme) display.Scheme {
	switch s {
	case virtual.SchemeMono:
		return display.Mono
	case virtual.SchemeBWR:
		return display.BWR
	case virtual.SchemeBWY:
		return display.BWY
	case virtual.SchemeBWRY:
		return display.BWRY
	case virtual.SchemeGray4:
		return display.Gray4
	case virtual.SchemeGray16:
		return display.Gray16
	case virtual.SchemeSpectra6, virtual.SchemeSpectra6Split:
		return display.Spectra6
	case virtual.SchemeACeP7:
		return display.ACeP7
	default:
		return ""
	}
}
