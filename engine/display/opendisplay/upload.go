package opendisplay

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// draw puts f on the glass and waits for the device's word that it is there. partial says
// that only what differs from f.Before was sent and refreshed.
func (s *session) draw(ctx context.Context, c config, f display.Frame) (partial bool, err error) {
	m := rotate(&s.turned, f.Image, c.panel.Rotation)
	if u, ok := s.update(c, m, f); ok {
		err := s.sendUpdate(ctx, c, u)
		if err == nil {
			return true, s.awaitRefresh(ctx, s.limit.refresh(c.panel))
		}
		if display.KindOf(err) != display.Refused {
			return false, err
		}
		// The device has forgotten the whole update, and shows what it showed.
	}
	if err := s.upload(ctx, c, m, etagOf(f.Hash)); err != nil {
		return false, err
	}
	return false, s.awaitRefresh(ctx, s.limit.refresh(c.panel))
}

// upload sends the picture and ends the upload, with a full refresh. If the device does
// partial updates, it remembers etag as that of its picture.
func (s *session) upload(ctx context.Context, c config, m *image.Paletted, etag uint32) error {
	var err error
	s.packed, err = pack(s.packed[:0], m, c)
	if err != nil {
		return s.protocol("pack picture", err)
	}
	data, err := s.start(ctx, c)
	if err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), maxChunk)
		ended, err := s.sendChunk(ctx, data[:n])
		if err != nil {
			return err
		}
		data = data[n:]
		if ended && len(data) > 0 {
			// Firmware 1.3 to 2.0 counts one plane where two come, shows half of the
			// picture and goes on as if nothing happened (FINDINGS_BWR_BWY).
			return s.protocol("send picture", fmt.Errorf("the display ended the upload %d bytes early", len(data)))
		}
		if ended {
			return nil
		}
	}
	end := []byte{refreshFull}
	if c.updates() && etag != 0 {
		end = binary.BigEndian.AppendUint32(end, etag)
	}
	_, err = s.ask(ctx, "end upload", opWriteEnd, end)
	return err
}

// start opens the upload and gives the bytes to send: compressed where the device
// inflates and where that makes them fewer. Firmware before mid-2026 counts the
// bytes of a picture without the filling of its rows and refuses the true size in
// a compressed start, so such pictures go as they are.
//
// A compressed picture is also the only one that the firmware lets us end, and so give
// an etag: it ends any other by itself on the last byte.
func (s *session) start(ctx context.Context, c config) ([]byte, error) {
	if c.inflates() && c.panel.Width%8 == 0 {
		data, err := s.zlib.compress(s.packed)
		if err != nil {
			return nil, s.protocol("compress picture", err)
		}
		if len(data) < len(s.packed) || c.updates() {
			return data, s.startSized(ctx, c)
		}
	}
	if c.panel.Scheme == display.ACeP7 && !s.single {
		// Only a start with a size is refused by firmware that counts seven colours as one
		// bit a pixel (getBitsPerPixel has no case for them); it would show an eighth of a
		// picture as all of it. Nothing is drawn yet, and the start that follows replaces this.
		if err := s.startSized(ctx, c); err != nil {
			return nil, err
		}
	}
	_, err := s.ask(ctx, startUpload, opWriteStart)
	return s.packed, err
}

const startUpload = "start upload"

// startSized opens a compressed upload.
func (s *session) startSized(ctx context.Context, c config) error {
	var size [4]byte
	binary.LittleEndian.PutUint32(size[:], uint32(len(s.packed)))
	_, err := s.ask(ctx, startUpload, opWriteStart, size[:])
	if c.panel.Scheme == display.ACeP7 && display.KindOf(err) == display.Refused {
		return s.fail(display.Unsupported, startUpload, remedySeven,
			errors.New("the display's firmware does not know how large a picture of seven colours is"))
	}
	return err
}

// sendChunk sends picture bytes. It reports whether the device ended the upload
// with them: the reference firmware answers the last byte of an uncompressed
// picture as if it were 0x0072, others wait to be told.
func (s *session) sendChunk(ctx context.Context, chunk []byte) (ended bool, err error) {
	const what = "send picture"
	if err := s.send(ctx, what, s.limit.Reply, opWriteData, chunk); err != nil {
		return false, err
	}
	r, err := s.receive(ctx, what, opWriteData, opWriteData, opWriteEnd)
	return r.op == opWriteEnd, err
}

// awaitRefresh waits for the device's word that the picture is on the glass.
func (s *session) awaitRefresh(ctx context.Context, within time.Duration) error {
	const what = "refresh panel"
	if err := s.within(ctx, what, within); err != nil {
		return err
	}
	r, err := s.receive(ctx, what, opWriteEnd, opRefreshDone, opRefreshLate)
	if err != nil {
		return err
	}
	if r.op == opRefreshLate {
		return s.fail(display.Timeout, what, remedyPanel, errors.New("the display reports that its panel did not finish"))
	}
	return nil
}

// restWait is how long a device has to act on being sent to sleep. The firmware looks for
// closed connections before it reads (wifi_service.cpp, wifiLanReapClosedSession), so
// closing ours at once could keep it from ever seeing the command.
const restWait = time.Second

// rest sends the device to sleep for as long as its configuration says. It answers a
// refusal alone, and mostly vanishes without closing the connection. Whatever happens,
// the picture is on the glass: it stays awake for its usual time then.
func (s *session) rest(ctx context.Context) {
	const what = "send to sleep"
	if err := s.send(ctx, what, min(restWait, s.limit.Reply), opDeepSleep); err != nil {
		return
	}
	_, _ = s.receive(ctx, what, opDeepSleep, opDeepSleep)
}
