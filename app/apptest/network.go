package apptest

import (
	"context"
	"fmt"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/display"
)

// Kinds implements the window's Engine.
func (e *Engine) Kinds() []engine.DriverInfo {
	return []engine.DriverInfo{
		{Protocol: "opendisplay"}, {Protocol: "openepaperlink", Gateway: true}, {Protocol: "photoframe", Pull: true, Address: true},
		{Protocol: "picture", Pull: true, Address: true}, {Protocol: "syncsign", Gateway: true, Keyed: true, Pull: true}, {Protocol: "trmnl", Pull: true},
	}
}

// UseGateway implements the window's Engine.
func (e *Engine) UseGateway(ctx context.Context, r engine.GatewayRequest) (engine.Gateway, error) {
	if err := e.begin(ctx, "UseGateway"); err != nil {
		return engine.Gateway{}, err
	}
	g := engine.Gateway{Hub: display.Hub{Protocol: r.Protocol, Name: "Access point", Address: r.Address}, InUse: true, HasKey: r.Key != "", Displays: 2}
	e.Change(func(s *engine.Snapshot) {
		list := []engine.Gateway{g}
		for _, old := range s.Gateways {
			if old.ID() != g.ID() {
				list = append(list, old)
			}
		}
		s.Gateways = list
	})
	return g, nil
}

// DropGateway implements the window's Engine.
func (e *Engine) DropGateway(ctx context.Context, id string) error {
	if err := e.begin(ctx, "DropGateway"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		var list []engine.Gateway
		for _, g := range s.Gateways {
			if g.ID() != id {
				list = append(list, g)
			}
		}
		s.Gateways = list
	})
	return nil
}

// LetIn implements the window's Engine.
func (e *Engine) LetIn(ctx context.Context, on bool) error {
	if err := e.begin(ctx, "LetIn"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Serving.Open = Noon.Add(engine.LetInTime)
		if !on {
			s.Serving.Open = Noon.Add(-1)
		}
	})
	return nil
}

// NewPullDisplay implements the window's Engine.
func (e *Engine) NewPullDisplay(ctx context.Context, d engine.PullDisplay) (display.ID, error) {
	if err := e.begin(ctx, "NewPullDisplay"); err != nil {
		return "", err
	}
	id := display.ID(d.Protocol + ":new")
	e.Change(func(s *engine.Snapshot) {
		s.Displays = append(s.Displays, engine.Display{Stage: engine.Adopted, Display: display.Display{ID: id, Protocol: d.Protocol, Name: d.Name, Panel: d.Panel, Pull: true}})
	})
	return id, nil
}

// PullInstructions implements the window's Engine.
func (e *Engine) PullInstructions(ctx context.Context, id display.ID) (display.Instructions, error) {
	return display.Instructions{URL: "http://192.168.20.5:8480/picture/EXAMPLE.png", Snippets: []display.Snippet{
		{Title: "Browser", Text: "http://192.168.20.5:8480/picture/EXAMPLE"}, {Title: "ESPHome", Text: "online_image:\n  - url: …\n"},
	}}, e.begin(ctx, "PullInstructions")
}

// RenewPullAddress implements the window's Engine.
func (e *Engine) RenewPullAddress(ctx context.Context, _ display.ID) error {
	return e.begin(ctx, "RenewPullAddress")
}

// SetPull implements the window's Engine.
func (e *Engine) SetPull(ctx context.Context, id display.ID, on bool) error {
	return e.edit(ctx, "SetPull", id, func(d *engine.Display) { d.Pull = on })
}

// Approve implements the window's Engine.
func (e *Engine) Approve(ctx context.Context, id display.ID) error {
	return e.edit(ctx, "Approve", id, func(d *engine.Display) { d.Asks = false })
}

// Describe implements the window's Engine.
func (e *Engine) Describe(ctx context.Context, id display.ID, p display.Panel) error {
	return e.edit(ctx, "Describe", id, func(d *engine.Display) { d.Panel = p })
}

// Rename implements the window's Engine.
func (e *Engine) Rename(ctx context.Context, id display.ID, name string) error {
	return e.edit(ctx, "Rename", id, func(d *engine.Display) { d.Name = name })
}

// ImportDisplays implements the window's Engine.
func (e *Engine) ImportDisplays(ctx context.Context, list []byte, _ func(done, of int)) (engine.Imported, error) {
	return engine.Imported{}, e.begin(ctx, fmt.Sprintf("ImportDisplays %d", len(list)))
}

// NetInterfaces implements the window's Engine.
func (e *Engine) NetInterfaces() ([]engine.NetInterface, error) {
	return []engine.NetInterface{
		{Name: "Ethernet", Addresses: []string{"192.168.20.5"}, Chosen: true},
		{Name: "Wi-Fi", Addresses: []string{"10.0.4.17"}, Chosen: true},
		{Name: "vEthernet (WSL)", Addresses: []string{"172.20.0.1"}, Why: "virtual"},
	}, nil
}

// SearchOn implements the window's Engine.
func (e *Engine) SearchOn(ctx context.Context, _ ...string) error { return e.begin(ctx, "SearchOn") }

// SaveServing implements the window's Engine.
func (e *Engine) SaveServing(ctx context.Context, c engine.ServingSettings) error {
	if err := e.begin(ctx, "SaveServing"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Serving.Port, s.Serving.Wake, s.Serving.Interface = c.Port, c.Wake, c.Interface
	})
	return nil
}
