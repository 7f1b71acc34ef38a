package virtual

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// HubOptions describe a virtual SyncSign hub.
type HubOptions struct {
	Serial string // default "SN0001"
	Key    string // default "7b5f7a3e-hub-key"
	Addr   string // where to listen, default 127.0.0.1:0
	// Scale multiplies the seconds that its radio and the panels take.
	Scale float64
}

// Hub is a virtual SyncSign hub with its displays, see NewNode: the API on the local network
// as far as anything is known of it in public (sarahemm/ruby-syncsign, syncsign/skills and the
// vendor's test tool). Of the faults it has those of a bad connection, and NackData (it
// can't take a layout).
type Hub struct {
	*web
	o HubOptions

	mu      sync.Mutex
	nodes   []*Node
	renders map[string]*renderJob
	count   int
}

// renderJob is a layout on its way to a display.
type renderJob struct {
	id     string
	layout hubLayout
	done   bool
}

// NewHub makes a hub that is switched on.
func NewHub(o HubOptions) *Hub {
	if o.Serial == "" {
		o.Serial = "SN0001"
	}
	if o.Key == "" {
		o.Key = "7b5f7a3e-hub-key"
	}
	h := &Hub{o: o, renders: map[string]*renderJob{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /key/{key}/nodes", h.keyed(h.list))
	mux.HandleFunc("GET /key/{key}/nodes/{node}", h.keyed(h.one))
	mux.HandleFunc("POST /key/{key}/nodes/{node}/renders", h.keyed(h.render))
	mux.HandleFunc("GET /key/{key}/renders/{render}", h.keyed(h.result))
	h.web = newWeb(o.Addr, 0x5c, mux)
	return h
}

// Key is what it demands.
func (h *Hub) Key() string { return h.o.Key }

// Serve answers until ctx ends. Displays have a life of their own.
func (h *Hub) Serve(ctx context.Context) error { return h.run(ctx) }

// SetPower switches the hub on or off. Off, it forgets what waits for its displays.
func (h *Hub) SetPower(on bool) {
	h.mu.Lock()
	if !on {
		clear(h.renders)
		for _, n := range h.nodes {
			n.job = nil
		}
	}
	h.mu.Unlock()
	h.power(on)
}

// Move gives it another port, as DHCP gives another address.
func (h *Hub) Move() error { return h.move("127.0.0.1:0") }

func (h *Hub) keyed(f http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("key") != h.o.Key {
			hubAnswer(w, http.StatusUnauthorized, nil, "wrong key")
			return
		}
		f(w, r)
	}
}

func hubAnswer(w http.ResponseWriter, code int, data any, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": code, "data": data, "message": message}) // a client that went away
}

func (h *Hub) list(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]map[string]any, 0, len(h.nodes))
	for _, n := range h.nodes {
		all = append(all, n.describe())
	}
	hubAnswer(w, http.StatusOK, all, "")
}

// find gives a node by its name. h.mu is held.
func (h *Hub) find(id string) *Node {
	for _, n := range h.nodes {
		if strings.EqualFold(n.id, id) {
			return n
		}
	}
	return nil
}

func (h *Hub) one(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.find(r.PathValue("node"))
	if n == nil {
		hubAnswer(w, http.StatusNotFound, nil, "no such node")
		return
	}
	hubAnswer(w, http.StatusOK, n.describe(), "")
}

// mostLayout is the longest body that hubs take, about 10 KB.
const mostLayout = 10 << 10

func (h *Hub) render(w http.ResponseWriter, r *http.Request) {
	fault := h.currentFault()
	body, err := io.ReadAll(io.LimitReader(r.Body, mostLayout+1))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	var in struct {
		Layout hubLayout `json:"layout"`
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n := h.find(r.PathValue("node"))
	switch {
	case n == nil:
		hubAnswer(w, http.StatusNotFound, nil, "no such node")
		return
	case len(body) > mostLayout:
		hubAnswer(w, http.StatusBadRequest, nil, "the layout is too long")
		return
	case json.Unmarshal(body, &in) != nil || len(in.Layout.Items) == 0:
		hubAnswer(w, http.StatusBadRequest, nil, "that is no layout")
		return
	case fault == NackData:
		hubAnswer(w, http.StatusInternalServerError, nil, "the radio is out of order")
		return
	}
	h.count++
	job := &renderJob{id: fmt.Sprintf("%08x-0000-4000-8000-%012x", h.count, len(h.renders)), layout: in.Layout}
	h.renders[job.id] = job
	n.job = job // what waited before is never drawn
	n.nudge()
	hubAnswer(w, http.StatusOK, map[string]string{"renderId": job.id}, "")
}

func (h *Hub) result(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	job := h.renders[r.PathValue("render")]
	if job == nil {
		hubAnswer(w, http.StatusNotFound, nil, "no such render")
		return
	}
	hubAnswer(w, http.StatusOK, map[string]any{"renderId": job.id, "isRendered": job.done}, "")
}

// NodeOptions describe one virtual SyncSign display.
type NodeOptions struct {
	Model Model  // of SchemeMono, SchemeBWR, SchemeBWY or SchemeBWRY
	Kind  string // as the hub calls its model, such as "D42C"
	ID    string // 16 hexadecimal digits
	Name  string
}

// Node is a virtual SyncSign display: behind a hub it comes every ten seconds, scaled, for
// what waits there; set to a server, see SetServer, it asks that.
type Node struct {
	*glazed
	hub    *Hub
	o      NodeOptions
	client *http.Client
	woken  chan struct{} // capacity 1

	// Hub.mu guards these.
	id     string
	job    *renderJob
	last   string // render on its glass
	off    bool
	asleep bool
	mute   bool
	server string
	pixels []uint8
}

var _ Device = (*Node)(nil)

// NewNode pairs a display with the hub.
func (h *Hub) NewNode(o NodeOptions) (*Node, error) {
	if err := o.Model.check(); err != nil {
		return nil, err
	}
	if o.Model.Scheme > SchemeBWRY || len(o.ID) != 16 {
		return nil, fmt.Errorf("model %q: want up to four inks and a node id of 16 digits", o.Model.Name)
	}
	n := &Node{glazed: newGlazed(o.Model), hub: h, o: o, id: o.ID, woken: make(chan struct{}, 1),
		client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}},
		pixels: make([]uint8, o.Model.Width*o.Model.Height)}
	for i := range n.pixels {
		n.pixels[i] = indexWhite
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nodes = append(h.nodes, n)
	return n, nil
}

// Name is what its owner called it.
func (n *Node) Name() string { return n.o.Name }

func (n *Node) nudge() {
	select {
	case n.woken <- struct{}{}:
	default:
	}
}

// describe is what the hub says of it. h.mu is held.
func (n *Node) describe() map[string]any {
	return map[string]any{
		"nodeId": strings.ToUpper(n.id), "thingName": n.hub.o.Serial, "name": n.o.Name, "type": "DISPLAY", "model": n.o.Kind,
		"associated": true, "onlined": !n.off, "battery": 87, "signal": map[string]int{"nodeToHub": 70, "hubToNode": 65},
		"version": 286, "renderId": n.last,
	}
}

// SetPower switches the display on or off, or takes it out of the reach of the radio.
func (n *Node) SetPower(on bool) {
	n.hub.mu.Lock()
	n.off = !on
	n.hub.mu.Unlock()
	n.powered(on)
	n.nudge()
}

// SetAwake says whether it comes for what waits at the hub.
func (n *Node) SetAwake(on bool) {
	n.hub.mu.Lock()
	n.asleep = !on
	n.hub.mu.Unlock()
	n.nudge()
}

// SetMute keeps it from telling its server what it drew, as when the network fails then.
func (n *Node) SetMute(on bool) {
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	n.mute = on
}

// SetID puts another display in its place.
func (n *Node) SetID(id string) {
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	n.id = id
}

// SetServer makes it ask a server, "http://host:port", in place of its hub.
func (n *Node) SetServer(server string) {
	n.hub.mu.Lock()
	n.server = server
	n.hub.mu.Unlock()
	n.nudge()
}

// poll is how often displays look for something new.
const poll = 10 * time.Second

// Serve lives its life until ctx ends.
func (n *Node) Serve(ctx context.Context) error {
	for ctx.Err() == nil {
		n.hub.mu.Lock()
		job, server, off := n.job, n.server, n.off || n.asleep
		n.hub.mu.Unlock()
		switch {
		case off:
		case server != "":
			_ = n.Fetch(ctx) // it asks again
		case job != nil && !job.done:
			n.take(ctx, job)
		}
		rest := time.Hour // the hub nudges it
		if server != "" {
			rest = max(time.Duration(float64(poll)*n.hub.o.Scale), 10*time.Millisecond)
		}
		timer := time.NewTimer(rest)
		select {
		case <-timer.C:
		case <-n.woken:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	return nil
}

// take draws what the hub has for it.
func (n *Node) take(ctx context.Context, job *renderJob) {
	if err := n.draw(ctx, job.layout); err != nil {
		return
	}
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	job.done, n.last = true, job.id
	if n.job == job {
		n.job = nil
	}
}

// draw puts a layout on the glass.
func (n *Node) draw(ctx context.Context, l hubLayout) error {
	n.hub.mu.Lock()
	pixels := append([]uint8(nil), n.pixels...)
	n.hub.mu.Unlock()
	if err := l.draw(ctx, n, pixels); err != nil {
		return err
	}
	m := n.o.Model
	packed := m.pack(func(x, y int) uint8 { return pixels[y*m.Width+x] })
	if !n.refresh(ctx, packed, time.Duration(float64(m.FullRefresh)*n.hub.o.Scale)) {
		return errors.New("the refresh was cut off")
	}
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	n.pixels = pixels
	return nil
}

// Fetch asks its server once, draws what is new and tells so ("customised render document
// server", dev.sync-sign.com; tommzn/hdb-renderer-syncsign k8s/server.go).
func (n *Node) Fetch(ctx context.Context) error {
	n.hub.mu.Lock()
	server, id, mute := n.server, n.id, n.mute
	n.hub.mu.Unlock()
	body, err := n.get(ctx, server+"/renders/node/"+id)
	if err != nil {
		return err
	}
	var doc struct {
		Code int `json:"code"`
		Data []struct {
			RenderID string    `json:"renderId"`
			NodeID   string    `json:"nodeId"`
			Content  hubLayout `json:"content"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return err
	}
	if doc.Code != http.StatusOK || len(doc.Data) == 0 {
		return nil
	}
	d := doc.Data[0]
	if d.NodeID != id {
		return fmt.Errorf("a document for %s", d.NodeID)
	}
	if err := n.draw(ctx, d.Content); err != nil {
		return err
	}
	if mute {
		return nil
	}
	_, err = n.get(ctx, server+"/renders/"+d.RenderID)
	return err
}

// get fetches a page or a picture.
func (n *Node) get(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := n.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 1<<20))
}
