package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
	"github.com/roomink/roomink/engine/vault"
)

// orders are what the test tells the process that it will kill.
type orders struct {
	Dir    string // data folder
	Office string // base URL of the office
	Seed   uint64 // of the admin's commands
	First  int    // number of the first of them; 0 = there is no admin, and states are told
}

const ordersVariable = "ROOMINK_CRASHTEST"

func TestMain(m *testing.M) {
	if text := os.Getenv(ordersVariable); text != "" {
		if err := live(text); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// live is the life of the process that is killed: a whole engine, until standard input
// ends, which it rarely lives to see.
func live(text string) error {
	var o orders
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	remote := remote{o.Office}
	e, err := engine.Open(ctx, engine.Config{
		Dir: o.Dir, Drivers: []display.Driver{panelDriver{remote}},
		Source:      func(engine.SourceConfig) (engine.Source, error) { return source{remote}, nil },
		OpenBrowser: func(string) error { return errors.New("no browser") },
		Logger:      slog.New(slog.DiscardHandler), KeyStores: []vault.KeyStore{keyFile(o.Dir)},
		Interfaces: func() ([]net.Interface, error) { return nil, nil },
		Location:   time.UTC, Interval: 100 * time.Millisecond,
	})
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // its end is all that matters
		cancel()
	}()
	if o.First > 0 {
		go administer(ctx, e, o)
	} else {
		go tell(ctx, e)
	}
	fmt.Println("open")
	return errors.Join(e.Run(ctx), e.Close())
}

func keyFile(dir string) vault.KeyFile { return vault.KeyFile{Path: filepath.Join(dir, "key")} }

// administer gives commands, each told before and after.
func administer(ctx context.Context, e *engine.Engine, o orders) {
	rnd := rand.New(rand.NewPCG(o.Seed, 3))
	for n := o.First; ctx.Err() == nil; n++ {
		c := randomCommand(rnd, n)
		fmt.Println("intend", toJSON(c))
		switch err := obey(ctx, e, c); {
		case err == nil:
			fmt.Println("ack", n)
		case errors.Is(err, store.ErrNotFound): // what it names is not there now
			fmt.Println("refused", n)
		default:
			fmt.Println("error", n, c.Op, err)
		}
		time.Sleep(time.Duration(rnd.IntN(4)) * time.Millisecond)
	}
}

// tell prints what should hang on the glasses, again and again.
func tell(ctx context.Context, e *engine.Engine) {
	if err := e.SetPaused(ctx, false); err != nil {
		fmt.Println("error", err)
	}
	fmt.Println("ack 0")
	for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		var list []claim
		for _, d := range e.Snapshot().Displays {
			c := claim{ID: d.ID, Room: d.Room, Delivery: d.Delivery}
			if d.Frame != nil && d.Sign != nil {
				c.Hash, c.State = d.Frame.Hash, d.Sign.State
			}
			list = append(list, c)
		}
		fmt.Println("claims", toJSON(list))
	}
}

// claim is what the engine says of one glass.
type claim struct {
	ID       display.ID
	Room     calendar.RoomID
	Delivery engine.DeliveryState
	Hash     string
	State    sign.State
}

func randomCommand(rnd *rand.Rand, n int) command {
	c := command{N: n, Display: panelID(rnd.IntN(panels)), Room: anyRoom(rnd), Text: fmt.Sprintf("n%d.contoso.com", n)}
	switch i := rnd.IntN(100); {
	case i < 15:
		c.Op = "adopt"
	case i < 40:
		c.Op = "assign"
	case i < 44:
		c.Op, c.Room = "unassign", ""
	case i < 49:
		c.Op = "forget"
	case i < 59:
		c.Op = "rename"
	case i < 65:
		c.Op = "policy"
	case i < 73:
		if c.Op = "override"; rnd.IntN(3) == 0 {
			c.Text = ""
		}
	case i < 79:
		c.Op, c.Room = "addRoom", typedRoom(rnd.IntN(typedRooms))
	case i < 82:
		c.Op, c.Room = "forgetRoom", typedRoom(rnd.IntN(typedRooms))
	case i < 87:
		c.Op = "draft"
	case i < 92:
		c.Op = "credentials"
	case i < 95:
		c.Op = "renewKey"
	case i < 96:
		c.Op = "pause"
	default:
		c.Op = "resume"
	}
	return c
}

const clientID = "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"

// obey does what c says.
func obey(ctx context.Context, e *engine.Engine, c command) error {
	switch c.Op {
	case "adopt":
		_, err := e.AddDisplay(ctx, string(c.Display))
		return err
	case "assign":
		return e.Assign(ctx, c.Display, c.Room)
	case "unassign":
		return e.Unassign(ctx, c.Display)
	case "forget":
		return e.Forget(ctx, c.Display)
	case "rename":
		return e.Rename(ctx, c.Display, c.Text)
	case "policy":
		p := sign.DefaultPolicy()
		p.Text = c.Text
		return e.SetPolicy(ctx, p)
	case "override":
		if c.Text == "" {
			return e.SetOverride(ctx, c.Room, sign.Override{})
		}
		return e.SetOverride(ctx, c.Room, sign.Override{Text: &c.Text})
	case "addRoom":
		return e.AddRoom(ctx, string(c.Room))
	case "forgetRoom":
		return e.ForgetRoom(ctx, c.Room)
	case "draft":
		return e.SaveDraft(ctx, engine.Draft{Step: c.Text,
			Credentials: engine.Credentials{Tenant: c.Text, ClientID: clientID, Secret: secretOf(c.Text)}})
	case "credentials":
		return e.SaveCredentials(ctx, engine.Credentials{Tenant: c.Text, ClientID: clientID, Secret: secretOf(c.Text)})
	case "renewKey":
		return e.RenewKey(ctx)
	case "pause", "resume":
		return e.SetPaused(ctx, c.Op == "pause")
	}
	return fmt.Errorf("no such command: %s", c.Op)
}

// remote is the office from the engine's side.
type remote struct{ base string }

// ask posts what, or gets where that is nil, and decodes the answer into v.
func (r remote) ask(ctx context.Context, path string, what []byte, v any) (status int, err error) {
	method := http.MethodGet
	if what != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(ctx, method, r.base+path, bytes.NewReader(what))
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, errors.New(response.Status)
	}
	return response.StatusCode, json.NewDecoder(response.Body).Decode(v)
}

// source is the office's calendar system.
type source struct{ remote }

func (s source) Rooms(ctx context.Context) (rooms []calendar.Room, err error) {
	if _, err = s.ask(ctx, "/rooms", nil, &rooms); err != nil {
		return nil, &syncer.Error{Kind: syncer.Offline, Op: "list the rooms", Err: err}
	}
	return rooms, nil
}

func (s source) Changes(ctx context.Context, requests []syncer.Request) (changes []syncer.Change, err error) {
	if _, err := s.ask(ctx, "/changes", []byte(toJSON(requests)), &changes); err != nil {
		return nil, &syncer.Error{Kind: syncer.Offline, Op: "read the calendars", Err: err}
	}
	return changes, nil
}

func (s source) Probe(context.Context, string) error                { return nil }
func (s source) Calendars(context.Context) ([]calendar.Room, error) { return nil, nil }
func (s source) SecretExpiry(context.Context, string, string) (time.Time, error) {
	return time.Time{}, nil
}

// panelDriver drives the office's panels.
type panelDriver struct{ remote }

func (panelDriver) Protocol() string { return protocol }

func (panelDriver) Probe(_ context.Context, address string) (display.Display, error) {
	return display.Display{ID: display.ID(address), Protocol: protocol, Name: nameOf(display.ID(address)), Address: address, Panel: panel}, nil
}

var panel = display.Panel{Width: 296, Height: 128, Scheme: display.Mono}

func (d panelDriver) Push(ctx context.Context, to display.Display, f display.Frame) (display.Receipt, error) {
	var said string
	switch status, err := d.ask(ctx, "/push/"+string(to.ID), []byte(f.Hash), &said); {
	case err == nil:
		return display.Receipt{At: time.Now()}, nil
	case status == http.StatusServiceUnavailable:
		return display.Receipt{}, &display.Error{Kind: display.Occupied, Op: "send the picture", Address: to.Address, Err: err}
	default:
		return display.Receipt{}, &display.Error{Kind: display.Timeout, Op: "send the picture", Address: to.Address, Err: err}
	}
}
