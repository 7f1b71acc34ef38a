package engine

import (
	"context"
	"slices"
	"sync"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/store"
)

// AddDisplay adds a display by its address, "host" or "host:port", and adopts it. It
// blocks until the display has answered, which proves that there is one. If an access
// point answers there, it is used from now on, its displays are listed, and the ID is "".
func (e *Engine) AddDisplay(ctx context.Context, address string) (display.ID, error) {
	return e.add(ctx, GatewayRequest{Address: address})
}

// add adds what answers at an address: of the kind r.Protocol or, where that is "", of
// any kind.
func (e *Engine) add(ctx context.Context, r GatewayRequest) (display.ID, error) {
	found, err := e.identify(ctx, r)
	if err != nil {
		return "", err
	}
	if found.hub != nil {
		_, err := e.takeGateway(ctx, *found.hub, found.behind, r.Key)
		return "", err
	}
	saved, adopted := e.introduce(found.display)
	if !adopted {
		return saved.ID, e.Adopt(ctx, saved.ID)
	}
	if err := e.db.SaveDisplay(ctx, saved); err != nil { // its panel may be another now
		return saved.ID, err
	}
	e.noteBattery(saved.ID)
	e.rec.Touch(saved.ID)
	return saved.ID, nil
}

// identity is what answered at an address: a display, or a gateway.
type identity struct {
	display display.Display
	hub     *display.Hub
	behind  []display.Display // the gateway's displays
}

// identify asks whoever is at an address in every language at once: one after the other,
// a device that drops what it does not understand would cost a time-out each.
func (e *Engine) identify(ctx context.Context, r GatewayRequest) (identity, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type answer struct {
		identity
		err error
	}
	var asked int
	answers := make(chan answer)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	for _, d := range e.cfg.Drivers {
		if r.Protocol != "" && d.Protocol() != r.Protocol {
			continue
		}
		asked++
		asking.Go(func() {
			var a answer
			a.identity, a.err = e.askIn(ctx, d, r)
			select {
			case answers <- a:
			case <-ctx.Done():
			}
		})
	}
	if asked == 0 {
		_, err := e.driver(r.Protocol)
		return identity{}, err
	}
	var errs []error
	for range asked {
		select {
		case <-ctx.Done():
			return identity{}, ctx.Err()
		case a := <-answers:
			if a.err == nil {
				return a.identity, nil
			}
			errs = append(errs, a.err)
		}
	}
	return identity{}, tellingError(errs)
}

// askIn asks in the language of one driver.
func (e *Engine) askIn(ctx context.Context, driver display.Driver, r GatewayRequest) (identity, error) {
	if _, ok := driver.(display.Gateway); !ok {
		d, err := e.askAt(ctx, driver, r.Address)
		return identity{display: d}, err
	}
	gateway, err := e.gatewayDriver(ctx, driver.Protocol(), r.Address, r.Key)
	if err != nil {
		return identity{}, err
	}
	hub, behind, err := gateway.Displays(ctx, r.Address)
	hub.Protocol = driver.Protocol()
	return identity{hub: &hub, behind: behind}, err
}

// telling orders the kinds of failure by how much they say about a device that was asked
// in several languages: first those of one that was understood.
var telling = []display.Kind{display.KeyRefused, display.Unsupported, display.Occupied, display.Refused,
	display.WrongDevice, display.Timeout, display.Protocol, display.Unreachable}

// tellingError chooses the error that says most; the others are of languages that the
// device does not speak.
func tellingError(errs []error) error {
	return slices.MinFunc(errs, func(a, b error) int {
		return slices.Index(telling, display.KindOf(a)) - slices.Index(telling, display.KindOf(b))
	})
}

// introduce records what a display that a person pointed to said of itself.
func (e *Engine) introduce(d display.Display) (saved store.Display, adopted bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if at := d.ID.Address(); at != "" { // it may have announced who it is already
		for id, dev := range e.state.displays {
			if dev.Address == at {
				d.ID = id
			}
		}
	}
	dev, known := e.state.displays[d.ID]
	if !known {
		dev = &device{stage: Found}
		e.state.displays[d.ID] = dev
	}
	d.Secured = d.Secured || dev.Secured
	if dev.stage != Found {
		d.Pull = dev.Pull // which a person decides
		if dev.Name != "" {
			d.Name = dev.Name // and so may be this
		}
	}
	dev.Display.Display, dev.LastSeen, dev.problem = d, e.cfg.Now(), nil
	return dev.Display, dev.stage != Found
}
