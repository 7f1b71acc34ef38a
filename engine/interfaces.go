package engine

import "context"

// NetInterface is a network adapter of this computer.
type NetInterface struct {
	Name      string
	Addresses []string // "192.168.20.5"
	Why       string   // why displays are not looked for on it by default; "" = they are
	Chosen    bool     // displays are looked for on it
}

// NetInterfaces lists the adapters of this computer.
func (e *Engine) NetInterfaces() ([]NetInterface, error) { return nil, errNotYet }

// SearchOn chooses on which adapters displays are looked for; none = Roomink chooses.
// A computer that was started with -interface keeps to that.
func (e *Engine) SearchOn(ctx context.Context, names ...string) error { return errNotYet }
