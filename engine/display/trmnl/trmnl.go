package trmnl

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// Name is the protocol's name, as in display.Display.Protocol.
const Name = "trmnl"

// Options configure a [Protocol]. The zero value is ready to use.
type Options struct {
	Now func() time.Time // default time.Now
}

// Protocol serves TRMNL devices. It is safe for concurrent use.
type Protocol struct {
	now func() time.Time

	mu      sync.Mutex
	answers map[display.ID]*answer // the last one to each display
	// owed are the tokens of displays that were approved while they asked for a sign with
	// the key of another server. They get theirs when they have forgotten that one.
	owed map[display.ID]string
}

var _ pull.Protocol = (*Protocol)(nil)

// most bounds each of the maps. Only adopted displays and approved devices come in.
const most = 4096

// New makes the protocol.
func New(o Options) *Protocol {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Protocol{now: o.Now, answers: make(map[display.ID]*answer), owed: make(map[display.ID]string)}
}

// Protocol is [Name].
func (*Protocol) Protocol() string { return Name }

// Routes adds the pages that the firmware asks for, and those of the pictures.
func (p *Protocol) Routes(mux *http.ServeMux, desk pull.Desk) {
	h := handler{p, desk}
	mux.HandleFunc("GET /api/setup", h.setup)
	mux.HandleFunc("GET /api/setup/{$}", h.setup) // firmware up to 1.5
	mux.HandleFunc("GET /api/display", h.display)
	mux.HandleFunc("GET /api/current_screen", h.currentScreen)
	mux.HandleFunc("POST /api/log", h.log)
	mux.HandleFunc("GET "+screenPath+"{file}", h.screen)
	mux.HandleFunc("GET "+mirrorPath+"{file}", h.mirror)
	mux.HandleFunc("GET "+noticePath+"{file}", h.notice)
}

// Where the pictures are. A mirror's are apart, since they prove nothing about a display.
const (
	screenPath = "/trmnl/screen/"
	mirrorPath = "/trmnl/mirror/"
	noticePath = "/trmnl/notice/"
)

type handler struct {
	*Protocol
	desk pull.Desk
}

// setupReply answers /api/setup (lib/trmnl/src/parse_response_api_setup.cpp).
type setupReply struct {
	Status     int     `json:"status"`
	APIKey     *string `json:"api_key"`
	FriendlyID *string `json:"friendly_id"`
	ImageURL   *string `json:"image_url"`
	Filename   *string `json:"filename"`
	Message    string  `json:"message"`
}

// setup admits devices. One that has to wait is told so with HTTP status 200 and a body
// that says 404: with another HTTP status the firmware does not read the body, and firmware
// up to 1.5 takes the server for broken (src/api-client/setup.cpp).
func (h handler) setup(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	if c.id == "" {
		answerJSON(w, setupReply{Status: http.StatusNotFound, Message: "This display did not tell its hardware address."})
		return
	}
	token, ok := h.settle(c.id)
	if !ok {
		token, ok = h.desk.Knock(c.display(h.now()))
	}
	if !ok {
		answerJSON(w, setupReply{Status: http.StatusNotFound,
			Message: "Approve display " + c.friendly() + " in Roomink, then press its button."})
		return
	}
	friendly, file, url := c.friendly(), "empty_state", base(r)+noticePath+welcomeFile
	answerJSON(w, setupReply{Status: http.StatusOK, APIKey: &token, FriendlyID: &friendly,
		ImageURL: &url, Filename: &file, Message: "Welcome to Roomink."})
}

// displayReply answers /api/display (lib/trmnl/src/parse_response_api_display.cpp).
type displayReply struct {
	Status          int     `json:"status"`
	ImageURL        string  `json:"image_url"`
	Filename        string  `json:"filename"`
	RefreshRate     int     `json:"refresh_rate"` // seconds
	ImageURLTimeout int     `json:"image_url_timeout"`
	UpdateFirmware  bool    `json:"update_firmware"`
	FirmwareURL     *string `json:"firmware_url"`
	ResetFirmware   bool    `json:"reset_firmware"`
	SpecialFunction string  `json:"special_function"`
}

// display tells a display what to show and when to ask again.
func (h handler) display(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	d, ok := h.desk.Holder(Name, c.token)
	if !ok || c.id == "" || d.ID != c.id {
		h.stranger(w, r, c)
		return
	}
	now := h.now()
	report := display.Report{ID: d.ID, At: now, Address: c.host, Telemetry: c.at(now), Firmware: c.firmware,
		Shown: h.confirmed(d.ID, c)}
	a := h.answer(d, c)
	report.Due = now.Add(time.Duration(a.seconds) * time.Second)
	h.desk.Report(report)
	answerJSON(w, displayReply{ImageURL: base(r) + a.path, Filename: a.name, RefreshRate: a.seconds, SpecialFunction: "none"})
}

// stranger answers a device that is not who its token is for. It learns nothing but what
// to do, and sees it on its glass.
func (h handler) stranger(w http.ResponseWriter, r *http.Request, c caller) {
	if c.id != "" {
		if token, admitted := h.desk.Knock(c.display(h.now())); admitted {
			h.owe(c.id, token) // there is no way to hand it over in this answer
		}
	}
	name := noticeFile(unknownNotice, c)
	answerJSON(w, displayReply{ImageURL: base(r) + noticePath + name, Filename: name,
		RefreshRate: int(strangerSleep / time.Second), SpecialFunction: "none"})
}

// strangerSleep is how long a device that nobody knows sleeps: what it does by itself
// after a failure.
const strangerSleep = 15 * time.Minute

// currentScreen serves what mirrors a display: a client that knows its token. What it
// fetches says nothing about the display, and it may have any address.
func (h handler) currentScreen(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	d, ok := h.desk.Holder(Name, c.token)
	if !ok {
		http.NotFound(w, r)
		return
	}
	a := h.prepare(d, c)
	path := a.path
	if a.hash != "" {
		path = mirrorPath + a.name
	}
	answerJSON(w, struct {
		Status      int     `json:"status"`
		RefreshRate int     `json:"refresh_rate"`
		ImageURL    string  `json:"image_url"`
		Filename    string  `json:"filename"`
		RenderedAt  *string `json:"rendered_at"`
	}{http.StatusOK, a.seconds, base(r) + path, a.name, nil})
}

// owe keeps the token of a display until it can take it.
func (p *Protocol) owe(id display.ID, token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.owed) < most {
		p.owed[id] = token
	}
}

// settle gives the token that a display is owed.
func (p *Protocol) settle(id display.ID) (token string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	token, ok = p.owed[id]
	delete(p.owed, id)
	return token, ok
}

// base is how the device addressed us. The server has checked the Host header, so that
// nobody can send a display elsewhere.
func base(r *http.Request) string { return "http://" + r.Host }

func answerJSON(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and pointers to them
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // a device that hung up asks again
}
