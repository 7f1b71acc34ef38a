package virtual

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"strings"
	"time"
)

// TagKind is a kind of tag, as in OpenEPaperLink resources/tagtypes.
type TagKind struct {
	HW            byte // number of the kind
	Name          string
	Width, Height int // as a person sees it
	Turned        int // rotatebuffer: quarter turns of the tag's memory
	BPP           int
	Colors        []TagColor    // in the order of their codes
	ShortLUT      int           // 1: it can refresh without repeats
	Refresh       time.Duration // of the glass
}

// TagColor is an entry of a kind's table.
type TagColor struct {
	Name    string
	R, G, B uint8
}

// The colours of the tables.
var (
	tagWhite  = TagColor{"white", 255, 255, 255}
	tagBlack  = TagColor{"black", 0, 0, 0}
	tagRed    = TagColor{"red", 255, 0, 0}
	tagYellow = TagColor{"yellow", 255, 255, 0}
	tagOrange = TagColor{"orange", 255, 128, 0}
	tagBlue   = TagColor{"blue", 0, 0, 255}
	tagGreen  = TagColor{"green", 0, 255, 0}
)

// The tables of two to four colours, and that of Spectra 6, which keeps a place for orange.
var (
	TagBW      = []TagColor{tagWhite, tagBlack}
	TagBWR     = []TagColor{tagWhite, tagBlack, tagRed}
	TagBWY     = []TagColor{tagWhite, tagBlack, tagYellow}
	TagBWRY    = []TagColor{tagWhite, tagBlack, tagRed, tagYellow}
	TagSpectra = []TagColor{tagBlack, tagWhite, tagYellow, tagRed, tagOrange, tagBlue, tagGreen}
)

// Kinds for tests and the demo: 02.json, 01.json, 4C.json, 40.json and C2.json.
var (
	Tag42BWR = TagKind{HW: 0x02, Name: `M2 4.2"`, Width: 400, Height: 300, BPP: 2, Colors: TagBWR, ShortLUT: 1, Refresh: 15 * time.Second}
	Tag29BWR = TagKind{HW: 0x01, Name: `M2 2.9"`, Width: 296, Height: 128, Turned: 1, BPP: 2, Colors: TagBWR, ShortLUT: 1, Refresh: 15 * time.Second}

	Tag75BWRY = TagKind{HW: 0x4c, Name: `M3 7.5" BWRY`, Width: 800, Height: 480, BPP: 2, Colors: TagBWRY, Refresh: 20 * time.Second}
	Tag29BW   = TagKind{HW: 0x40, Name: `M3 2.9" BW`, Width: 384, Height: 168, Turned: 3, BPP: 1, Colors: TagBW, Refresh: 2 * time.Second}

	Tag73Spectra = TagKind{HW: 0xc2, Name: "Spectra 7.3", Width: 800, Height: 480, BPP: 4, Colors: TagSpectra, Refresh: 20 * time.Second}
)

// file is the kind's description. The order of the colours matters, so it is written by hand.
func (k TagKind) file() string {
	var table []string
	for _, c := range k.Colors {
		table = append(table, fmt.Sprintf("\t\t%q: [ %d, %d, %d ]", c.Name, c.R, c.G, c.B))
	}
	return fmt.Sprintf("{\n\t\"version\": 1,\n\t\"name\": %q,\n\t\"width\": %d,\n\t\"height\": %d,\n\t\"rotatebuffer\": %d,\n\t\"bpp\": %d,\n"+
		"\t\"colortable\": {\n%s\n\t},\n\t\"shortlut\": %d,\n\t\"options\": [ \"button\" ],\n\t\"contentids\": [ 22, 23 ],\n\t\"template\": {}\n}\n",
		k.Name, k.Width, k.Height, k.Turned, k.BPP, strings.Join(table, ",\n"), k.ShortLUT)
}

// model is the glass of the kind.
func (k TagKind) model() (Model, error) {
	m := Model{Name: k.Name, Manufacturer: "OpenEPaperLink", Width: k.Width, Height: k.Height, FullRefresh: k.Refresh}
	switch names := k.names(); names {
	case "white black":
		m.Scheme = SchemeMono
	case "white black red":
		m.Scheme = SchemeBWR
	case "white black yellow":
		m.Scheme = SchemeBWY
	case "white black red yellow":
		m.Scheme = SchemeBWRY
	case "black white yellow red orange blue green":
		m.Scheme = SchemeSpectra6
	default:
		return m, fmt.Errorf("tag kind %q: no glass has the colours %s", k.Name, names)
	}
	return m, m.check()
}

func (k TagKind) names() string {
	var names []string
	for _, c := range k.Colors {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

// decode is jpg2buffer of makeimage.cpp without dithering: each pixel becomes the nearest
// colour of the table. Its decoder knows baseline pictures of three components.
func (k TagKind) decode(file []byte, rotate int) ([]uint8, error) {
	m, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	picture, ok := m.(*image.YCbCr)
	if !ok || bytes.Contains(file, []byte{0xff, 0xc2}) {
		return nil, errors.New("no baseline picture of three components")
	}
	if picture.Rect.Dx() != k.Width || picture.Rect.Dy() != k.Height {
		return nil, fmt.Errorf("size %v", picture.Rect.Size())
	}
	pixels := make([]uint8, 0, k.Width*k.Height)
	for y := range k.Height {
		for x := range k.Width {
			c := picture.YCbCrAt(x, y)
			if rotate == 2 {
				c = picture.YCbCrAt(k.Width-1-x, k.Height-1-y)
			}
			r, g, b, _ := c.RGBA()
			pixels = append(pixels, k.nearest(rgb565(uint8(r>>8), uint8(g>>8), uint8(b>>8))))
		}
	}
	return pixels, nil
}

// rgb565 is a colour that was through a sprite of 16 bits a pixel.
func rgb565(r, g, b uint8) [3]int {
	return [3]int{int(r&0xf8 | r>>5), int(g&0xfc | g>>6), int(b&0xf8 | b>>5)}
}

// nearest is colorDistance of makeimage.cpp: what is nearly grey never becomes a colour.
func (k TagKind) nearest(c [3]int) uint8 {
	best, least := 0, -1.0
	for i, t := range k.Colors {
		r, g, b := int(t.R), int(t.G), int(t.B)
		if abs(c[0]-c[1]) < 20 && abs(c[2]-c[1]) < 20 && (abs(r-g) > 20 || abs(b-g) > 20) {
			continue
		}
		dr, dg, db := float64(c[0]-r), float64(c[1]-g), float64(c[2]-b)
		if d := 3*dr*dr + 5.47*dg*dg + 1.53*db*db; least < 0 || d < least {
			best, least = i, d
		}
	}
	return uint8(best)
}

func abs(n int) int { return max(n, -n) }

// raw is what is sent to the tag (makeimage.cpp, spr2color): one plane of black and, if
// there is any, one of colour, whose fourth has both; or the codes one after the other.
func (k TagKind) raw(pixels []uint8) []byte {
	w, h := k.Width, k.Height
	at := func(x, y int) uint8 { return pixels[y*k.Width+x] }
	switch k.Turned {
	case 1:
		w, h = h, w
		at = func(x, y int) uint8 { return pixels[(k.Height-1-x)*k.Width+y] }
	case 2:
		at = func(x, y int) uint8 { return pixels[(k.Height-1-y)*k.Width+k.Width-1-x] }
	case 3:
		w, h = h, w
		at = func(x, y int) uint8 { return pixels[x*k.Width+k.Width-1-y] }
	}
	var out, colour packer
	coloured := false
	for y := range h {
		for x := range w {
			code := at(x, y)
			if k.BPP > 2 {
				out.put(code, k.BPP)
				continue
			}
			out.put(code&1, 1)
			colour.put(code>>1, 1)
			coloured = coloured || code > 1
		}
	}
	if coloured {
		return append(out.bytes(), colour.bytes()...)
	}
	return out.bytes()
}

// packer puts bits into bytes, the first into the highest.
type packer struct {
	out  []byte
	held int
	acc  uint16
}

func (p *packer) put(v uint8, n int) {
	p.acc, p.held = p.acc<<n|uint16(v), p.held+n
	if p.held >= 8 {
		p.held -= 8
		p.out = append(p.out, byte(p.acc>>p.held))
	}
}

func (p *packer) bytes() []byte {
	if p.held > 0 {
		return append(p.out, byte(p.acc<<(8-p.held)))
	}
	return p.out
}

// hashOf is what the access point tells of a picture: the first half of its MD5, as the
// tag is told it, and zeros (newproto.cpp, processXferComplete).
func hashOf(raw []byte) string {
	sum := md5.Sum(raw)
	return hex.EncodeToString(sum[:8]) + strings.Repeat("0", 16)
}

// pack gives the picture as the glass of the model keeps it.
func (k TagKind) pack(pixels []uint8) []byte {
	m, err := k.model()
	if err != nil {
		panic(err) // NewTag has checked it
	}
	var first, second packer
	for i, code := range pixels {
		if i%m.Width == 0 {
			first.row()
			second.row()
		}
		name := k.Colors[code].Name
		switch m.Scheme {
		case SchemeBWRY:
			first.put(map[string]uint8{"black": 0, "white": 1, "yellow": 2, "red": 3}[name], 2)
		case SchemeSpectra6:
			first.put(map[string]uint8{"black": 0, "white": 1, "yellow": 2, "red": 3, "blue": 5, "green": 6}[name], 4)
		default: // red is 1,1 and yellow 0,1
			first.put(map[string]uint8{"white": 1, "red": 1}[name], 1)
			second.put(map[string]uint8{"red": 1, "yellow": 1}[name], 1)
		}
	}
	if m.Scheme == SchemeBWR || m.Scheme == SchemeBWY {
		return append(first.bytes(), second.bytes()...)
	}
	return first.bytes()
}

// row starts a new byte.
func (p *packer) row() {
	p.out = p.bytes()
	p.held, p.acc = 0, 0
}
