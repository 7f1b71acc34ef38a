package trmnl

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/pull"
)

// answer is what a display was told to show.
type answer struct {
	name    string // of the file, which is the device's key for its cache
	path    string // where it lies
	seconds int    // that the display should sleep
	// What the file shows; hash is empty where it is a notice.
	hash   string
	panel  display.Panel
	format format
	file   []byte
}

// roomlessSleep is how long a display sleeps that has no room yet: somebody may be about to
// give it one, or have forgotten it.
const roomlessSleep = 2 * time.Minute

// answer makes the answer to a display and remembers it.
func (h handler) answer(d display.Display, c caller) *answer {
	a := h.prepare(d, c)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.answers) >= most {
		clear(h.answers) // of displays that are long forgotten
	}
	h.answers[d.ID] = a
	return a
}

// prepare makes an answer for a display from what the desk offers. A picture that it was
// told of before is not drawn into a file again.
func (h handler) prepare(d display.Display, c caller) *answer {
	offer, ok := h.desk.Offer(d.ID)
	if !ok {
		return noticeAnswer(c, roomlessSleep)
	}
	sleep := max(offer.Sleep, pull.MinSleep)
	a, err := h.picture(d, c.token, offer.Frame, c.format())
	if err != nil {
		return noticeAnswer(c, sleep)
	}
	a.seconds = int((sleep + time.Second - 1) / time.Second)
	return a
}

// picture gives the answer with the file of a frame, without its seconds.
func (p *Protocol) picture(d display.Display, token string, f display.Frame, fm format) (*answer, error) {
	p.mu.Lock()
	if last := p.answers[d.ID]; last != nil && last.hash == f.Hash && f.Hash != "" && last.panel == d.Panel && last.format == fm {
		again := *last
		p.mu.Unlock()
		return &again, nil
	}
	p.mu.Unlock()
	file, err := encode(f.Image, d.Panel, fm)
	if err != nil {
		return nil, err
	}
	name := fileName(token, f.Hash, fm)
	return &answer{name: name, path: screenPath + name, hash: f.Hash, panel: d.Panel, format: fm, file: file}, nil
}

// fileName is the name of a picture: it changes with the pixels, and nobody can guess it
// who does not know the display's token. The firmware takes names of up to 31 characters,
// but its file system has room for 30 and a slash (src/filesystem.cpp): a longer one is
// never found again, and fetched and drawn at each wake. Nor may it end in ten digits, which
// would be read as the time of the picture.
func fileName(token, hash string, f format) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("roomink trmnl picture\x00" + hash))
	return hex.EncodeToString(mac.Sum(nil)[:12]) + f.ext()
}

// confirmed gives the hash of the frame that the display said it shows: it says that it
// found the picture of its last answer in flash, and that it slept for as long as that
// answer told. The latter means that it read the answer, and that nothing failed
// afterwards, or it would have slept for 15, 30, 60 or 900 seconds (src/bl.cpp,
// lib/trmnl/src/refresh_interval.cpp).
func (p *Protocol) confirmed(id display.ID, c caller) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.answers[id]
	if last == nil || !c.cached || c.rate != last.seconds {
		return ""
	}
	return last.hash
}

// screen hands out the picture that a display was told of. Firmware from 1.5 on tells who
// it is; older firmware and other clients know the name, and that is enough.
func (h handler) screen(w http.ResponseWriter, r *http.Request) {
	c := read(r)
	id, a := h.find(r.PathValue("file"), c)
	if a == nil || c.id != "" && c.id != id {
		http.NotFound(w, r)
		return
	}
	if !send(w, r, a.format.contentType(), a.file) || r.Method == http.MethodHead {
		return
	}
	h.desk.Report(display.Report{ID: id, At: h.now(), Address: c.host, Shown: a.hash})
}

// mirror hands out the same pictures to others.
func (h handler) mirror(w http.ResponseWriter, r *http.Request) {
	_, a := h.find(r.PathValue("file"), read(r))
	if a == nil {
		http.NotFound(w, r)
		return
	}
	send(w, r, a.format.contentType(), a.file)
}

// find looks for a picture by its name among those that displays were told of. After a
// restart nothing is known of them; then a caller that tells its token is asked for.
func (h handler) find(name string, c caller) (display.ID, *answer) {
	if id, a := h.told(name); a != nil {
		return id, a
	}
	d, ok := h.desk.Holder(Name, c.token)
	if !ok {
		return "", nil
	}
	offer, ok := h.desk.Offer(d.ID)
	if !ok {
		return "", nil
	}
	// It does not tell its model and firmware here: what fits all of them is tried.
	for _, f := range []format{{limit: maxSmall}, {bmp: true}} {
		if !hmac.Equal([]byte(fileName(c.token, offer.Frame.Hash, f)), []byte(name)) {
			continue
		}
		if a, err := h.picture(d, c.token, offer.Frame, f); err == nil {
			return d.ID, a
		}
	}
	return "", nil
}

func (p *Protocol) told(name string) (display.ID, *answer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, a := range p.answers {
		if a.hash != "" && a.name == name {
			return id, a
		}
	}
	return "", nil
}
