package virtual

import (
	"context"
	"encoding/binary"
	"errors"
	"time"
)

// Error codes of a partial write, in the scope of 0x0076 and of the 0x0071 and
// 0x0072 that belong to it. Source: opendisplay_protocol.h, section 4a.
const (
	errPartialEtag        = 0x01
	errPartialBounds      = 0x03
	errPartialAlign       = 0x04
	errPartialFlags       = 0x05
	errPartialStream      = 0x06
	errPartialUnsupported = 0x07
)

// partialCompressed is the only flag of a partial start.
const partialCompressed = 1 << 0

// Refresh modes, the first byte of opcode 0x0072.
const (
	modeFull = 0
	modeFast = 1
)

// upload is a frame, or a part of one, on its way in.
type upload struct {
	want       int // bytes once unpacked
	compressed bool
	got        []byte // as it came, compressed or not
	partial    bool
	region     region // of a partial one
	etag       uint32 // of a partial one
}

// add takes the next bytes of the stream. It refuses those that can't be right:
// more than fit, or a compressed stream that can't be unpacked with the memory
// the device has.
func (u *upload) add(data []byte) error {
	most := u.want
	if u.compressed {
		most += most/8 + 64 // more than incompressible data needs
	}
	if len(u.got)+len(data) > most {
		return errors.New("more data than the frame holds")
	}
	u.got = append(u.got, data...)
	if u.compressed && len(u.got) >= 2 {
		return checkZlibHeader(u.got)
	}
	return nil
}

// content is the whole unpacked stream.
func (u *upload) content() ([]byte, error) {
	switch {
	case u.compressed:
		return inflate(u.got, u.want)
	case len(u.got) != u.want:
		return nil, errors.New("data is missing")
	}
	return u.got, nil
}

// start begins a full frame: empty, or [size:4 LE][first bytes] for a compressed
// one. It ends whatever upload was under way.
func (s *session) start(ctx context.Context, data []byte) error {
	s.upload = nil
	want := s.device.opts.Model.frameBytes()
	u := &upload{want: want, got: make([]byte, 0, want)}
	if len(data) >= 4 {
		u.compressed = true
		size := binary.LittleEndian.Uint32(data)
		if !s.device.opts.Model.Zlib || uint64(size) != uint64(u.want) || u.add(data[4:]) != nil {
			return s.nack(ctx, opStart)
		}
	}
	s.upload = u
	return s.ack(ctx, opStart)
}

// startPartial begins a rectangle: [flags:1][old etag:4][new etag:4][x:2][y:2]
// [width:2][height:2], all big-endian, then the first bytes of the stream.
func (s *session) startPartial(ctx context.Context, data []byte) error {
	s.upload = nil
	refuse := func(code byte) error {
		s.device.forgetEtag()
		return s.nack(ctx, opPartialStart, code, 0)
	}
	if len(data) < 17 {
		return refuse(errPartialStream)
	}
	be := binary.BigEndian
	oldEtag, newEtag := be.Uint32(data[1:]), be.Uint32(data[5:])
	r := region{
		x: int(be.Uint16(data[9:])), y: int(be.Uint16(data[11:])),
		width: int(be.Uint16(data[13:])), height: int(be.Uint16(data[15:])),
	}
	if code := s.device.checkPartial(data[0], oldEtag, newEtag, r); code != 0 {
		return refuse(code)
	}
	u := &upload{
		want: 2 * r.planeBytes(), compressed: data[0]&partialCompressed != 0,
		partial: true, region: r, etag: newEtag,
	}
	if u.add(data[17:]) != nil {
		return refuse(errPartialStream)
	}
	s.upload = u
	return s.ack(ctx, opPartialStart)
}

// checkPartial returns the error code for a partial start, 0 if it is in order.
func (d *OpenDisplay) checkPartial(flags byte, oldEtag, newEtag uint32, r region) (code byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	model := d.opts.Model
	switch {
	case flags&^partialCompressed != 0, flags&partialCompressed != 0 && !model.Zlib:
		return errPartialFlags
	case oldEtag == 0 || newEtag == 0 || oldEtag != d.etag:
		return errPartialEtag
	case !model.Partial:
		return errPartialUnsupported
	case r.width == 0 || r.height == 0 || r.x+r.width > model.Width || r.y+r.height > model.Height:
		return errPartialBounds
	case r.x%8 != 0 || r.width%8 != 0:
		return errPartialAlign
	default:
		return 0
	}
}

// forgetEtag is part of every refusal of a partial update, so that the next frame must
// be a full one (OpenDisplay/Firmware src/display_service.cpp, send_direct_write_nack).
func (d *OpenDisplay) forgetEtag() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.etag = 0
}

// data takes a piece of the picture.
func (s *session) data(ctx context.Context, data []byte) error {
	u := s.upload
	if u == nil || len(data) == 0 {
		return nil // the firmware does not answer
	}
	reference := s.device.opts.Profile == ReferenceFirmware
	if reference && !u.compressed && !u.partial {
		data = data[:min(len(data), u.want-len(u.got))] // it cuts off what is too much
	}
	if s.device.currentFault() == NackData || u.add(data) != nil {
		return s.refuse(ctx, opData)
	}
	if s.device.currentFault() == DropMidFrame && (u.compressed || 2*len(u.got) >= u.want) {
		return s.dropMidReply()
	}
	if reference && !u.compressed && !u.partial && len(u.got) == u.want {
		return s.finish(ctx, nil) // ends by itself; 0x0072 is the reply to this 0x0071
	}
	return s.ack(ctx, opData)
}

// refuse ends the upload with the error that fits it.
func (s *session) refuse(ctx context.Context, op uint16) error {
	partial := s.upload.partial
	s.upload = nil
	if partial {
		s.device.forgetEtag()
		return s.nack(ctx, op, errPartialStream, 0)
	}
	return s.nack(ctx, op)
}

// dropMidReply hangs up after half a reply.
func (s *session) dropMidReply() error {
	return errors.Join(s.write([]byte{2, 0, 0}), errHangUp)
}

// finish ends the upload and refreshes: [mode:1][new etag:4 BE], both optional.
func (s *session) finish(ctx context.Context, data []byte) error {
	u := s.upload
	if u == nil {
		return nil // the firmware does not answer
	}
	if s.device.currentFault() == DropMidFrame {
		return s.dropMidReply()
	}
	content, err := u.content()
	if err != nil || u.partial && len(data) > 1 { // a partial one named its etag at the start
		return s.refuse(ctx, opEnd)
	}
	s.upload = nil
	r := refresh{etag: u.etag, took: s.device.opts.Model.FullRefresh}
	if u.partial {
		r.region, r.before, r.after = u.region, content[:u.want/2], content[u.want/2:]
	} else {
		r.frame = content
		if len(data) >= 5 {
			r.etag = binary.BigEndian.Uint32(data[1:])
		}
	}
	if fast := s.device.opts.Model.FastRefresh; fast > 0 && u.isFast(data) {
		r.took = fast
	}
	return s.refresh(ctx, r)
}

// isFast tells which refresh a mode byte asks for. Without one a full frame gets
// a full refresh and a partial one a partial refresh.
func (u *upload) isFast(data []byte) bool {
	if len(data) == 0 {
		return u.partial
	}
	return data[0] == modeFast || u.partial && data[0] != modeFull
}

// refresh is a picture that waits to get on the glass: a whole frame, or what a
// region showed before and shall show after.
type refresh struct {
	frame         []byte
	region        region
	before, after []byte
	etag          uint32
	took          time.Duration
}

// refresh acknowledges the upload, waits as long as the panel takes, changes the
// glass in one step and reports. The board needs no client for that: one that
// leaves meanwhile misses the report only.
func (s *session) refresh(ctx context.Context, r refresh) error {
	d := s.device
	failed := s.ack(ctx, opEnd)
	if !d.beginRefresh(s) {
		return errHangUp
	}
	timesOut := d.currentFault() == RefreshTimeout
	if timesOut {
		r.took = refreshLimit
	}
	if !sleep(ctx, d.scaled(r.took)) || !d.endRefresh(s, r, timesOut) {
		return errHangUp // power is gone: the glass keeps what it had
	}
	switch {
	case failed != nil:
		return failed
	case timesOut:
		return s.ack(ctx, opTimedOut)
	case d.currentFault() == LostRefreshed:
		return nil
	}
	return s.ack(ctx, opRefreshed)
}

func (d *OpenDisplay) beginRefresh(s *session) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session != s {
		return false
	}
	d.panel.state.Refreshing = true
	d.panel.changed()
	return true
}

func (d *OpenDisplay) endRefresh(s *session, r refresh, timedOut bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session != s {
		return false
	}
	d.panel.state.Refreshing = false
	if timedOut {
		d.etag = 0
	} else {
		d.etag = r.etag
		if r.frame != nil {
			d.panel.show(r.frame)
		} else {
			d.panel.show(d.opts.Model.drive(d.panel.frame, r.region, r.before, r.after))
		}
	}
	d.panel.changed()
	return true
}
