package engine

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"

	"github.com/roomink/roomink/engine/sign"
)

func TestLogo(t *testing.T) {
	encode := func(f func(*bytes.Buffer) error) []byte {
		var b bytes.Buffer
		must(t, f(&b))
		return b.Bytes()
	}
	m := plain(1200, 300, 0)
	files := map[string][]byte{
		"PNG":  pngFile(t, m),
		"JPEG": encode(func(b *bytes.Buffer) error { return jpeg.Encode(b, m, nil) }),
		"GIF":  encode(func(b *bytes.Buffer) error { return gif.Encode(b, m, nil) }),
		"BMP":  encode(func(b *bytes.Buffer) error { return bmp.Encode(b, m) }),
	}
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		must(t, e.SaveTemplate(t.Context(), "p", []byte(`{"displayType":"296x128","layout":[{"status":"ANY","items":[
			{"type":"IMAGE","data":{"source":"BUILD_IN","name":"logo.bin","block":{"x":8,"y":8,"w":96,"h":96}}}]}]}`)))
		must(t, e.SetPolicy(t.Context(), withTemplate("p")))
		hang(t, e, 0)
		without := l.shows(displayID(0))
		for name, file := range files {
			must(t, e.SetLogo(t.Context(), file))
			if got := e.Snapshot().Designs.Logo; got == nil || got.Bounds() != image.Rect(0, 0, 600, 150) {
				t.Errorf("%s: logo %v; want it no larger than it needs to be", name, got)
			}
		}
		settle(bound)
		if d := e.Snapshot().Displays[0]; d.Delivery != Delivered || l.shows(d.ID) == without || d.Frame.Hash != l.shows(d.ID) {
			t.Errorf("display %+v; want its sign to follow", d)
		}
		small := plain(20, 20, 0)
		must(t, e.SetLogo(t.Context(), pngFile(t, small)))
		if got := e.Snapshot().Designs.Logo.Bounds(); got != small.Bounds() {
			t.Errorf("logo %v; want a small one as it is", got)
		}
		must(t, e.SetLogo(t.Context(), pngFile(t, plain(1, 4096, 0))))
		if got := e.Snapshot().Designs.Logo.Bounds(); got != image.Rect(0, 0, 1, 600) {
			t.Errorf("logo %v; want a thin one not to vanish", got)
		}
		must(t, e.SetLogo(t.Context(), nil))
		settle(bound)
		if e.Snapshot().Designs.Logo != nil || l.shows(displayID(0)) != without {
			t.Error("the logo is still there")
		}
	})
}

// A file that is no picture, or a bomb, must cost a clear error and not the old logo.
func TestLogoThatIsNone(t *testing.T) {
	good := pngFile(t, plain(30, 30, 0))
	tests := map[string]struct {
		data []byte
		want string
	}{
		"nothing":                 {[]byte{}, "PNG, JPEG, GIF or BMP"},
		"words":                   {[]byte("<svg/>"), "PNG, JPEG, GIF or BMP"},
		"half a picture":          {pngFile(t, noise(200, 200))[:5000], "damaged"},
		"half a header":           {good[:20], "PNG, JPEG, GIF or BMP"},
		"a large file":            {make([]byte, maxLogoFile+1), "may have 5"},
		"a picture that is large": {pngFile(t, plain(maxPictureSide+1, 1, 0)), "4096 a side"},
		"a bomb":                  {pngOfSize(good, 60_000, 60_000), "4096 a side"},
		"a picture of no size":    {pngOfSize(good, 0, 30), "PNG, JPEG, GIF or BMP"},
	}
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		must(t, e.SetLogo(t.Context(), good))
		for name, test := range tests {
			if err := e.SetLogo(t.Context(), test.data); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v; want %q", name, err, test.want)
			}
		}
		if logo := e.Snapshot().Designs.Logo; logo == nil || logo.Bounds().Dx() != 30 {
			t.Errorf("logo %v; want the old one", logo)
		}
	})
}

// noise is a picture that does not compress.
func noise(w, h int) image.Image {
	m := image.NewGray(image.Rect(0, 0, w, h))
	x := uint32(1)
	for i := range m.Pix {
		x = x*1664525 + 1013904223
		m.Pix[i] = uint8(x >> 24)
	}
	return m
}

// pngOfSize is a PNG file that claims another size.
func pngOfSize(file []byte, w, h uint32) []byte {
	bad := bytes.Clone(file)
	binary.BigEndian.PutUint32(bad[16:], w)
	binary.BigEndian.PutUint32(bad[20:], h)
	binary.BigEndian.PutUint32(bad[29:], crc32.ChecksumIEEE(bad[12:29]))
	return bad
}

// Signs must be drawn anew when what they are drawn with changes, and only then.
func TestLookIsTheSameUntilItChanges(t *testing.T) {
	inOffice(t, func(t *testing.T, l *life, e *Engine) {
		look := func() any {
			e.mu.Lock()
			defer e.mu.Unlock()
			return e.lookOf(sign.DefaultPolicy())
		}
		must(t, e.SetLogo(t.Context(), pngFile(t, plain(30, 30, 0))))
		first := look()
		hang(t, e, 0)
		settle(time.Hour)
		if look() != first {
			t.Error("it changed by itself")
		}
		pushes := l.count()
		must(t, e.SaveTemplate(t.Context(), "unused", pictureTemplate("https://pictures.contoso.com/a.png")))
		settle(bound)
		if l.count() != pushes {
			t.Errorf("%d pushes for a template that no sign uses", l.count()-pushes)
		}
		must(t, e.SetLogo(t.Context(), pngFile(t, plain(30, 30, 128))))
		if look() == first {
			t.Error("it is still the old one")
		}
	})
}
