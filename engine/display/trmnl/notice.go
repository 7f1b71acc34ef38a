package trmnl

import (
	"fmt"
	"image"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/roomink/roomink/engine/display"
)

// Notices are pictures for devices that have no sign. They hold nothing that a stranger
// may not know. The number belongs to the words: a device shows those that it has under
// the same name.
const (
	welcomeNotice = "welcome-1"
	unknownNotice = "unknown-1"
	emptyNotice   = "empty-1"
)

var notices = map[string]string{
	welcomeNotice: "Roomink",
	unknownNotice: "Roomink does not know this display.\n\n" +
		"1. Hold its button for 15 seconds.\n" +
		"2. Set it up again, with Roomink's address.\n" +
		"3. Approve it in Roomink.",
	emptyNotice: "This display belongs to Roomink.\n\nGive it a room there.",
}

// welcomeFile is the picture for the end of the set-up: in the one form that all firmware
// takes at that point (src/services/device_setup.cpp, downloadSetupImage).
const welcomeFile = welcomeNotice + ".bmp"

// noticeSleep is how long a display without a sign sleeps: somebody may just be choosing
// a room for it.
const noticeSleep = 5 * time.Minute

// noticeAnswer shows that a display has no sign.
func noticeAnswer(c caller, least time.Duration) *answer {
	name := noticeFile(emptyNotice, c)
	return &answer{name: name, path: noticePath + name, seconds: int(max(least, noticeSleep) / time.Second)}
}

// noticeFile names the notice for a caller's panel: of the size of its model, so that
// nobody can ask for a thousand sizes.
func noticeFile(kind string, c caller) string {
	if !c.pngs() {
		return kind + ".bmp"
	}
	if m := c.known(); m.width != bmpWidth || m.height != bmpHeight {
		return fmt.Sprintf("%s-%dx%d.png", kind, m.width, m.height)
	}
	return kind + ".png"
}

// noticeFiles are the notices drawn so far. There are some dozens at most.
var noticeFiles sync.Map // name → func() []byte

func (h handler) notice(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	size, f, kind, ok := parseNotice(name)
	if !ok {
		http.NotFound(w, r)
		return
	}
	draw, _ := noticeFiles.LoadOrStore(name, sync.OnceValue(func() []byte {
		m := drawNotice(notices[kind], size)
		file, err := encode(m, display.Panel{Width: size.X, Height: size.Y, Scheme: display.Mono}, f)
		if err != nil {
			panic(err) // all sizes fit, there is a test of it
		}
		return file
	}))
	send(w, r, f.contentType(), draw.(func() []byte)())
}

// parseNotice is the inverse of noticeFile.
func parseNotice(name string) (size image.Point, f format, kind string, ok bool) {
	size, f = image.Pt(bmpWidth, bmpHeight), format{limit: maxSmall}
	kind, f.bmp = strings.CutSuffix(name, ".bmp")
	if f.bmp {
		_, ok = notices[kind]
		return size, f, kind, ok
	}
	if kind, ok = strings.CutSuffix(name, ".png"); !ok {
		return size, f, kind, false
	}
	if _, ok = notices[kind]; ok {
		return size, f, kind, true
	}
	for _, m := range models {
		suffix := fmt.Sprintf("-%dx%d", m.width, m.height)
		if k, found := strings.CutSuffix(kind, suffix); found {
			_, ok = notices[k]
			return image.Pt(m.width, m.height), f, k, ok
		}
	}
	return size, f, kind, false
}

// drawNotice writes words in black on white, in letters of pixels.
func drawNotice(text string, size image.Point) *image.Paletted {
	lines := strings.Split(text, "\n")
	face := basicfont.Face7x13
	wide := 1
	for _, l := range lines {
		wide = max(wide, len(l))
	}
	small := image.NewPaletted(image.Rect(0, 0, wide*face.Advance, len(lines)*(face.Height+3)), display.Mono.Palette())
	for i := range small.Pix {
		small.Pix[i] = display.White
	}
	d := font.Drawer{Dst: small, Src: image.Black, Face: face}
	for i, l := range lines {
		d.Dot = fixed.P(0, i*(face.Height+3)+face.Ascent)
		d.DrawString(l)
	}
	scale := max(1, min(size.X*9/10/small.Rect.Dx(), size.Y*9/10/small.Rect.Dy()))
	m := image.NewPaletted(image.Rectangle{Max: size}, display.Mono.Palette())
	left, top := (size.X-scale*small.Rect.Dx())/2, (size.Y-scale*small.Rect.Dy())/2
	for y := range size.Y {
		for x := range size.X {
			ink := display.White
			if p := image.Pt((x-left)/scale, (y-top)/scale); x >= left && y >= top && p.In(small.Rect) {
				ink = small.ColorIndexAt(p.X, p.Y)
			}
			m.Pix[y*m.Stride+x] = ink
		}
	}
	return m
}
