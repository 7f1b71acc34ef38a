package syncsign

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// Routes serves displays and hubs that are set to a server of one's own, the vendor's
// "customised render document server". All answers have status 200: what they mean is in
// their code. Sources: dev.sync-sign.com/usermanual/install/
// customize_render_document_server.html has /renders/node/, tommzn/hdb-renderer-syncsign
// k8s/server.go, which displays ask, has /renders/nodes/ and gets the result by GET.
func (d *Driver) Routes(mux *http.ServeMux, desk pull.Desk) {
	serve := func(w http.ResponseWriter, r *http.Request) { d.serveNode(w, r, desk) }
	mux.HandleFunc("GET /renders/node/{node}", serve)
	mux.HandleFunc("GET /renders/nodes/{node}", serve)
	mux.HandleFunc("GET /renders/bitmap/{render}/{ink}", func(w http.ResponseWriter, r *http.Request) { d.serveBitmap(w, r, desk) })
	mux.HandleFunc("/renders/{render}", func(w http.ResponseWriter, r *http.Request) { d.serveResult(w, r, desk) })
}

// document is an answer to a display.
type document struct {
	Code int            `json:"code"` // 200, or 204 for nothing new
	Data []documentPart `json:"data"`
}

type documentPart struct {
	RenderID   string  `json:"renderId"`
	NodeID     string  `json:"nodeId"`
	IsRendered bool    `json:"isRendered"`
	Content    *layout `json:"content"`
}

// nothing is what everybody gets for whom there is nothing new, whatever the reason.
var nothing = document{Code: http.StatusNoContent, Data: []documentPart{}}

func answerWith(w http.ResponseWriter, doc document) {
	body, err := encode(doc)
	if err != nil {
		http.Error(w, "The sign can't be written down.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // a display that went away asks again
}

// hostOf is where a request comes from.
func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// serveNode answers a display, or a hub for it, that asks what to show.
func (d *Driver) serveNode(w http.ResponseWriter, r *http.Request, desk pull.Desk) {
	node, ok := nodeID(r.PathValue("node"))
	if !ok {
		answerWith(w, nothing)
		return
	}
	host := hostOf(r)
	disp, ok := desk.Display(id(node), host)
	if !ok {
		desk.Knock(display.Display{
			ID: id(node), Protocol: Name, Name: "SyncSign " + strings.ToUpper(node[len(node)-6:]),
			Model: "SyncSign", Address: host, Pull: true,
		})
		answerWith(w, nothing)
		return
	}
	desk.Report(display.Report{ID: disp.ID, At: d.now(), Address: host})
	offer, ok := desk.Offer(disp.ID)
	if !ok {
		answerWith(w, nothing)
		return
	}
	render := renderFor(node, offer.Frame.Hash)
	if last, known := d.shown.get(node); last == render || !known && offer.Shown == offer.Frame.Hash {
		answerWith(w, nothing)
		return
	}
	l, _, err := d.compose(disp, offer.Frame, func(ink uint8, _ []byte) (string, error) {
		return fmt.Sprintf("http://%s/renders/bitmap/%s/%d.bmp", r.Host, render, ink), nil
	})
	left := 0
	if err == nil {
		left, err = l.shorten(maxLayout - 200) // what stands around it
	}
	if err != nil { // of a model that a person has to name first; the next push or look says so
		answerWith(w, nothing)
		return
	}
	if left > 0 {
		d.shortened(disp.ID, left)
	}
	d.shown.set(node, "") // whatever it draws from here on: only its word for that counts
	answerWith(w, document{Code: http.StatusOK, Data: []documentPart{{RenderID: render, NodeID: node, Content: l}}})
}

// serveBitmap gives one ink of the picture that a display was told of. Its name changes with
// the picture, since displays keep what they fetched by its name.
func (d *Driver) serveBitmap(w http.ResponseWriter, r *http.Request, desk pull.Desk) {
	node, prefix, ok := readRender(r.PathValue("render"))
	ink, err := strconv.ParseUint(strings.TrimSuffix(r.PathValue("ink"), ".bmp"), 10, 8)
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	disp, ok := desk.Display(id(node), hostOf(r))
	if !ok {
		http.NotFound(w, r)
		return
	}
	offer, ok := desk.Offer(disp.ID)
	if !ok || hexOnly(offer.Frame.Hash) != prefix || check(disp.Panel, offer.Frame) != nil ||
		int(ink) >= len(colours(disp.Panel.Scheme)) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/bmp")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(encodeBMP(offer.Frame.Image, disp.Panel.Rotation, uint8(ink)))
}

// maxResult bounds a report, in bytes.
const maxResult = 16 << 10

// serveResult takes the report that a render is on the glass. How it looks is documented
// nowhere: any method does, and any body that does not say otherwise.
func (d *Driver) serveResult(w http.ResponseWriter, r *http.Request, desk pull.Desk) {
	defer answerWith(w, nothing)
	node, prefix, ok := readRender(r.PathValue("render"))
	if !ok {
		return
	}
	host := hostOf(r)
	disp, ok := desk.Display(id(node), host)
	if !ok {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResult))
	if err != nil || failed(body) || r.Method == http.MethodHead {
		return
	}
	report := display.Report{ID: disp.ID, At: d.now(), Address: host}
	// Another sign may be due by now. Which one was drawn then is not known any more.
	if offer, ok := desk.Offer(disp.ID); ok && hexOnly(offer.Frame.Hash) == prefix {
		report.Shown = offer.Frame.Hash
		d.shown.set(node, renderFor(node, offer.Frame.Hash))
	} else {
		d.shown.set(node, "")
	}
	desk.Report(report)
}

// failed reports whether a result says that nothing was drawn.
func failed(body []byte) bool {
	var f fields
	if json.Unmarshal(body, &f) != nil {
		return false
	}
	for {
		if done, told := f.flag("isRendered", "rendered", "success"); told {
			return !done
		}
		var inner fields
		if json.Unmarshal(f["data"], &inner) != nil {
			return false
		}
		f = inner
	}
}

// The name of a render is a UUID of version 8, which is for makers of their own. It holds
// the node's name, so that a report can be told without any memory, and the first 14
// digits of the frame's hash.
const hashDigits = 14

// renderFor is the name of the render of a frame for a node.
func renderFor(node, hash string) string {
	hash = hexOnly(hash)
	return node[:8] + "-" + node[8:12] + "-8" + hash[:3] + "-8" + hash[3:6] + "-" + node[12:] + hash[6:]
}

// hexOnly gives the first digits of a hash, whatever it is made of.
func hexOnly(hash string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(hash) {
		if b.Len() == hashDigits {
			break
		}
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'f' {
			b.WriteRune(r)
		}
	}
	return b.String() + strings.Repeat("0", hashDigits-b.Len())
}

// readRender takes the name of a render apart.
func readRender(render string) (node, hash string, ok bool) {
	digits := strings.ReplaceAll(strings.ToLower(render), "-", "")
	if len(digits) != 32 || digits[12] != '8' || digits[16] != '8' {
		return "", "", false
	}
	node, ok = nodeID(digits[:12] + digits[20:24])
	return node, digits[13:16] + digits[17:20] + digits[24:], ok
}

// shown remembers what displays that ask have on their glass, so that they are not told to
// draw it again. A restart loses it, which costs each of them one refresh.
type shown struct {
	mu  sync.Mutex
	all map[string]string // render by node
}

const maxShown = 4096

func newShown() *shown { return &shown{all: map[string]string{}} }

// get gives the render on the glass of a node, "" if it may be another by now; known is
// false where nothing was heard of it yet.
func (s *shown) get(node string) (render string, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	render, known = s.all[node]
	return render, known
}

func (s *shown) set(node, render string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= maxShown {
		clear(s.all)
	}
	s.all[node] = render
}
