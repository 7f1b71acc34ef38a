package opendisplay

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"image"

	"github.com/roomink/roomink/engine/display"
)

// update is a part of the picture to send in place of all of it.
type update struct {
	area             image.Rectangle // as the controller counts; x and width are multiples of 8
	before, after    *image.Paletted // the whole picture, turned
	oldEtag, newEtag uint32
}

// updates says whether the device refreshes a part of its panel, and lets us give it the
// etags that takes. The firmware does it for one bit a pixel alone (getBitsPerPixel), and
// stores no etag of an uncompressed picture.
func (c *config) updates() bool {
	return (c.partial == partialRect || c.partial == partialWhole) &&
		c.panel.Scheme == display.Mono && c.inflates() && c.panel.Width%8 == 0
}

// etagOf makes the device's name for a picture from ours, so that nothing needs to be
// remembered between two pushes. 0 says that there is none; the device takes it so, too.
//
// 32 bits are few, but two pictures would have to share them that follow one another on a
// glass; those of other programs are random (py-opendisplay partial.py).
func etagOf(hash string) uint32 {
	if hash == "" {
		return 0
	}
	h := fnv.New32a()
	h.Write([]byte(hash))
	return max(h.Sum32(), 1)
}

// update finds what of m, the turned picture of f, the glass does not show yet. ok is false
// if all of m is to be sent: nobody knows what the glass shows, the device wants it so,
// nothing differs, or so much that sending the old part and the new one takes longer and
// ghosts would stay where a full refresh clears them.
func (s *session) update(c config, m *image.Paletted, f display.Frame) (u update, ok bool) {
	b := f.Before
	if !c.updates() || b == nil || !fills(b.Image, f.Image.Rect.Size()) {
		return update{}, false
	}
	u = update{before: rotate(&s.was, b.Image, c.panel.Rotation), after: m, oldEtag: etagOf(b.Hash), newEtag: etagOf(f.Hash)}
	if u.oldEtag == 0 || u.newEtag == 0 {
		return update{}, false
	}
	u.area = difference(u.before, m)
	whole := image.Rectangle{Max: m.Rect.Size()}
	if u.area.Empty() || 2*u.area.Dx()*u.area.Dy() > whole.Dx()*whole.Dy() {
		return update{}, false
	}
	if c.partial == partialWhole {
		u.area = whole
	}
	return u, true
}

// fills says whether m has all the pixels of a picture of the given size.
func fills(m *image.Paletted, size image.Point) bool {
	return m != nil && m.Rect.Size() == size && m.Stride >= size.X && len(m.Pix) >= (size.Y-1)*m.Stride+size.X
}

// difference gives the rectangle, in whole groups of eight pixels a row, outside of which
// two pictures of one size are the same. Their width is a multiple of 8.
func difference(a, b *image.Paletted) image.Rectangle {
	w, h := a.Rect.Dx(), a.Rect.Dy()
	r := image.Rectangle{Min: image.Pt(w, h)}
	for y := range h {
		was, is := a.Pix[y*a.Stride:y*a.Stride+w], b.Pix[y*b.Stride:y*b.Stride+w]
		if bytes.Equal(was, is) {
			continue
		}
		left, right := 0, w
		for bytes.Equal(was[left:left+8], is[left:left+8]) {
			left += 8
		}
		for bytes.Equal(was[right-8:right], is[right-8:right]) {
			right -= 8
		}
		r.Min.X, r.Max.X = min(r.Min.X, left), max(r.Max.X, right)
		r.Min.Y, r.Max.Y = min(r.Min.Y, y), y+1
	}
	return r
}

// flagZlib says that the stream of an update is compressed.
const flagZlib = 1

// sendUpdate sends what the area shows and then what it shall show, and ends the upload
// with a partial refresh: no mode byte asks for one. An error of kind display.Refused
// means that the device forgot the update and what it knew of its glass.
func (s *session) sendUpdate(ctx context.Context, c config, u update) error {
	s.packed = packPlane(packPlane(s.packed[:0], part(u.before, u.area), 1, 0), part(u.after, u.area), 1, 0)
	data, flags := s.packed, byte(0)
	small, err := s.zlib.compress(s.packed)
	if err != nil {
		return s.protocol("compress picture", err)
	}
	if len(small) < len(data) {
		data, flags = small, flagZlib
	}
	be := binary.BigEndian // here alone, says PartialWriteStartHeader
	head := be.AppendUint32(be.AppendUint32([]byte{flags}, u.oldEtag), u.newEtag)
	for _, n := range []int{u.area.Min.X, u.area.Min.Y, u.area.Dx(), u.area.Dy()} {
		head = be.AppendUint16(head, uint16(n))
	}
	if _, err := s.ask(ctx, "start partial update", opPartial, head); err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), maxChunk)
		ended, err := s.sendChunk(ctx, data[:n])
		if err != nil {
			return err
		}
		if ended {
			return s.protocol("send picture", errors.New("the display ended a partial update by itself"))
		}
		data = data[n:]
	}
	_, err = s.ask(ctx, "end partial update", opWriteEnd)
	return err
}

// part is the picture inside r.
func part(m *image.Paletted, r image.Rectangle) *image.Paletted {
	p := *m
	p.Pix = m.Pix[r.Min.Y*m.Stride+r.Min.X:]
	p.Rect = image.Rectangle{Max: r.Size()}
	return &p
}
