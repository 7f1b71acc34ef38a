package virtual

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// EinkOptions describe one virtual display of _eink._tcp.
type EinkOptions struct {
	Model        Model   // of SchemeSpectra6, its width even
	ID           string  // such as "A1B2C3"; required
	Addr         string  // where to listen, default 127.0.0.1:0
	RefreshScale float64 // multiplies every refresh time: 0 is instant
	Volts        float64 // of its battery, default 4.05
}

// Eink is a virtual display with the firmware of sudarshan-reddy/paintress
// (web_server/web_server.ino): it takes a picture over HTTP, says that it has it, and
// refreshes. Of the faults it has those of a bad connection, NackData (it has no memory left),
// and LostRefreshed (it shows the picture and stays busy).
type Eink struct {
	*web
	*glazed
	o EinkOptions

	state   sync.Mutex
	id      string
	booted  time.Time
	busy    bool
	ctx     context.Context // of what it does now; ended by a power cut
	cut     context.CancelFunc
	working sync.WaitGroup
}

var _ Device = (*Eink)(nil)

// NewEink makes a display that is switched on.
func NewEink(o EinkOptions) (*Eink, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	if o.Model.Scheme != SchemeSpectra6 || o.Model.Width%2 != 0 || o.ID == "" {
		return nil, fmt.Errorf("model %q: want six inks, an even width and an id", o.Model.Name)
	}
	if o.Volts == 0 {
		o.Volts = 4.05
	}
	d := &Eink{glazed: newGlazed(o.Model), o: o, id: o.ID, booted: time.Now().Add(-time.Hour)}
	d.ctx, d.cut = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("/info", d.info)
	mux.HandleFunc("/display", d.display)
	d.web = newWeb(o.Addr, 0xe1c, mux)
	return d, nil
}

// Name is its host name.
func (d *Eink) Name() string { return "eink-" + d.o.ID }

// Serve answers until ctx ends.
func (d *Eink) Serve(ctx context.Context) error {
	err := d.run(ctx)
	d.state.Lock()
	d.cut()
	d.state.Unlock()
	d.working.Wait()
	return err
}

// SetPower switches it on or off. A refresh that is going on is lost.
func (d *Eink) SetPower(on bool) {
	d.state.Lock()
	d.cut()
	d.ctx, d.cut = context.WithCancel(context.Background())
	d.busy, d.booted = false, time.Now()
	d.state.Unlock()
	d.powered(on)
	d.power(on)
}

// SetID puts another display in its place.
func (d *Eink) SetID(id string) {
	d.state.Lock()
	defer d.state.Unlock()
	d.id = id
}

// SetFault makes it misbehave, or behave again.
func (d *Eink) SetFault(f Fault) {
	d.web.SetFault(f)
	d.state.Lock()
	defer d.state.Unlock()
	if f == NoFault {
		d.busy = false
	}
}

// Move gives it another port, as DHCP gives another address.
func (d *Eink) Move() error { return d.move("127.0.0.1:0") }

func (d *Eink) info(w http.ResponseWriter, _ *http.Request) {
	d.state.Lock()
	status := "ready"
	if d.busy {
		status = "busy"
	}
	up, id := time.Since(d.booted).Seconds(), d.id
	d.state.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"id": id, "hostname": d.Name(), "width": d.model.Width, "height": d.model.Height, "status": status, "uptime": up,
		"battery": map[string]any{"voltage": d.o.Volts, "percent": 84}, "psram": map[string]int{"size": 8 << 20, "free": 4 << 20},
	})
}

func (d *Eink) display(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	need := d.model.Width * d.model.Height / 2
	frame, err := io.ReadAll(io.LimitReader(r.Body, int64(need)+1))
	fault := d.currentFault()
	d.state.Lock()
	defer d.state.Unlock()
	switch {
	case err != nil || len(frame) != need:
		http.Error(w, fmt.Sprintf("Bad size: got %d, need %d", len(frame), need), http.StatusBadRequest)
		return
	case d.busy:
		http.Error(w, "Display is refreshing", http.StatusServiceUnavailable)
		return
	case fault == NackData:
		http.Error(w, "Out of memory", http.StatusInternalServerError)
		return
	}
	d.busy = true
	ctx := d.ctx
	d.working.Go(func() {
		done := d.refresh(ctx, frame, time.Duration(float64(d.model.FullRefresh)*d.o.RefreshScale))
		if fault == LostRefreshed || !done {
			return
		}
		d.state.Lock()
		defer d.state.Unlock()
		if d.ctx == ctx {
			d.busy = false
		}
	})
	_, _ = io.WriteString(w, "OK — refreshing display")
}

// Service is what it announces.
func (d *Eink) Service() Service {
	s := Service{Instance: d.Name(), Type: "_eink._tcp", Domain: "local.", Host: d.Name(), TXT: map[string]string{
		"id": d.o.ID, "width": strconv.Itoa(d.model.Width), "height": strconv.Itoa(d.model.Height), "status": "ready"}}
	if _, port, err := net.SplitHostPort(d.Addr()); err == nil {
		s.Port, _ = strconv.Atoi(port) // net wrote it
	}
	return s
}

// Advertise announces it as [OpenDisplay.Advertise] does.
func (d *Eink) Advertise(ctx context.Context, interfaces []net.Interface, ip net.IP) error {
	return advertise(ctx, interfaces, ip, d.Service, d.reachable)
}
