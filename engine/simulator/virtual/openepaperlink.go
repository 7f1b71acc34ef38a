package virtual

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// AccessPointOptions describe a virtual OpenEPaperLink access point.
type AccessPointOptions struct {
	Name string // its alias
	Addr string // where to listen, default 127.0.0.1:0; the port is kept over power cycles
	// Scale multiplies every time that the access point takes: 1 is as slow as the real one.
	Scale float64
	// Heartbeat is the time between two messages about itself on the websocket, 5 s by default.
	Heartbeat time.Duration
	// Interface, if not nil, is where it answers those who look for access points.
	Interface *net.Interface
}

// AccessPoint is a virtual OpenEPaperLink access point, as in OpenEPaperLink/OpenEPaperLink
// ESP32_AP-Flasher/src (web.cpp, contentmanager.cpp, newproto.cpp, tag_db.cpp). Its tags,
// see NewTag, are the displays. All methods may be called from any goroutine.
//
// It behaves as the firmware where that can hurt: it answers an upload before it has
// looked at it, draws a second later, never queues the picture that the tag shows, even
// if another one waits, loses its queue when it restarts, and keeps the place in its list
// of tags in one byte.
type AccessPoint struct {
	*web
	opts AccessPointOptions
	wake chan struct{} // there may be something to draw

	mu      sync.Mutex
	tags    []*Tag
	running bool
	asleep  bool // it draws nothing now, as at night
	clients map[*wsClient]struct{}
	files   map[string][]byte // in /temp
	uploads int
	started time.Time
}

// NewAccessPoint makes an access point that is switched on and has no tags.
func NewAccessPoint(o AccessPointOptions) *AccessPoint {
	if o.Heartbeat <= 0 {
		o.Heartbeat = 5 * time.Second
	}
	ap := &AccessPoint{
		opts: o, wake: make(chan struct{}, 1), running: true, started: time.Now(),
		clients: map[*wsClient]struct{}{}, files: map[string][]byte{},
	}
	ap.web = newWeb(o.Addr, 0x0e91, ap.routes())
	return ap
}

// Name is its alias.
func (ap *AccessPoint) Name() string { return ap.opts.Name }

// Serve lives its life until ctx ends. Tags have a life of their own.
func (ap *AccessPoint) Serve(ctx context.Context) error {
	if err := ap.Listen(); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	defer ap.dropClients()
	if ap.opts.Interface != nil {
		group, err := joinGroup(*ap.opts.Interface)
		if err != nil {
			return err
		}
		parts.Go(func() { ap.answerSearch(ctx, group) })
	}
	parts.Go(func() { ap.draws(ctx) })
	parts.Go(func() { ap.beats(ctx) })
	return ap.run(ctx)
}

// SetPower switches the access point on or off. Off, its queue is lost.
func (ap *AccessPoint) SetPower(on bool) {
	if !on {
		ap.lose()
	}
	ap.power(on)
	if !on {
		ap.dropClients()
	}
}

// Restart is what happens each night: all connections end, and the queue is lost.
func (ap *AccessPoint) Restart() {
	ap.mu.Lock()
	ap.tell(map[string]string{"errMsg": "REBOOTING"})
	ap.mu.Unlock()
	ap.SetPower(false)
	ap.SetPower(true)
}

// SetRunning says whether it takes pictures: for half a minute after a crash it does not.
func (ap *AccessPoint) SetRunning(on bool) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	ap.running = on
}

// SetNight says whether it puts off drawing, as in the hours set for that.
func (ap *AccessPoint) SetNight(on bool) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	ap.asleep = on
	ap.poke()
}

// lose forgets what waits for the tags. What was drawn is not drawn again: its file is gone.
func (ap *AccessPoint) lose() {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	for _, t := range ap.tags {
		t.queue = nil
		t.rec.NextUpdate = nothingPlanned
	}
	clear(ap.files)
	ap.started = time.Now()
}

// poke wakes what draws. ap.mu may be held.
func (ap *AccessPoint) poke() {
	select {
	case ap.wake <- struct{}{}:
	default:
	}
}

func (ap *AccessPoint) scaled(t time.Duration) time.Duration {
	return time.Duration(float64(t) * ap.opts.Scale)
}

// draws turns uploads into what the tags understand, each about a second after it came.
func (ap *AccessPoint) draws(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ap.wake:
		}
		if !sleep(ctx, ap.scaled(time.Second)) {
			return
		}
		ap.mu.Lock()
		for _, t := range ap.tags {
			if t.rec.NextUpdate == 0 && t.rec.RSSI != 0 && ap.running && !ap.asleep {
				ap.draw(t)
			}
		}
		ap.mu.Unlock()
	}
}

// draw is drawNew of contentmanager.cpp for pictures from elsewhere. ap.mu is held.
func (ap *AccessPoint) draw(t *Tag) {
	var config struct{ Filename string }
	_ = json.Unmarshal([]byte(t.rec.ModeConfig), &config) // an empty name is found nowhere
	t.rec.NextUpdate = nothingPlanned
	file, ok := ap.files[config.Filename]
	if !ok {
		ap.tell(map[string]string{"errMsg": "Not found: " + config.Filename})
		return
	}
	pixels, err := t.kind.decode(file, t.rec.Rotate)
	if err != nil {
		ap.tell(map[string]string{"errMsg": "invalid jpg"})
		return // the file stays
	}
	delete(ap.files, config.Filename)
	raw := t.kind.raw(pixels)
	hash := hashOf(raw)
	if hash == t.rec.Hash {
		ap.tell(map[string]string{"logMsg": "new image is the same as current image. not updating tag."})
		ap.tellTag(t)
		return
	}
	t.queue = []picture{{pixels: pixels, raw: raw, hash: hash}} // in place of others
	ap.tellTag(t)
	t.poke()
}

// Upload is what somebody else does who uses the access point's own page: it queues a
// picture that was made for the tag.
func (ap *AccessPoint) Upload(t *Tag, pixels []uint8) {
	ap.mu.Lock()
	defer ap.mu.Unlock()
	raw := t.kind.raw(pixels)
	t.rec.ModeConfig, t.rec.ContentMode = `{"filename":""}`, 22
	t.queue = []picture{{pixels: pixels, raw: raw, hash: hashOf(raw)}}
	ap.tellTag(t)
	t.poke()
}

// tag finds a tag by its address, of 12 or 16 digits. ap.mu is held.
func (ap *AccessPoint) tag(mac string) *Tag {
	if len(mac) == 12 {
		mac = "0000" + mac
	}
	for _, t := range ap.tags {
		if strings.EqualFold(t.rec.MAC, mac) {
			return t
		}
	}
	return nil
}

func (ap *AccessPoint) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sysinfo", ap.sysinfo)
	mux.HandleFunc("GET /get_db", ap.getDB)
	mux.HandleFunc("GET /backup_db", ap.backupDB)
	mux.HandleFunc("GET /tagtypes/{file}", ap.tagTypes)
	mux.HandleFunc("GET /getdata", ap.getData)
	mux.HandleFunc("GET /check_file", ap.checkFile)
	mux.HandleFunc("POST /tag_cmd", ap.tagCommand)
	mux.HandleFunc("POST /imgupload", ap.imageUpload)
	mux.HandleFunc("GET /ws", ap.socket)
	return mux
}

// answer writes JSON without spaces and without a line's end, as the firmware does.
func answer(rw http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("virtual access point: %v", err)) // our own types
	}
	rw.Header().Set("Content-Type", "application/json")
	_, _ = rw.Write(body)
}
