package openepaperlink

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/flatjpeg"
	"github.com/roomink/roomink/engine/display/lan"
)

const pathUpload = "/imgupload"

// Push queues f for a tag at its access point. The receipt's ticket is the hash that the
// tag's record will have once the tag has fetched the picture. There is no ticket if the
// tag has just this picture already: access points don't send a tag the same one twice.
//
// The access point's answer to the upload says next to nothing: only later it makes of
// the JPEG what the tag is sent, and tells neither its hash nor whether that went well.
// Push waits for it, fetches the result and takes the hash itself. If the access point
// waits with that until shortly before the tag comes (it does while a tag sleeps for more
// than five minutes, and at night), the ticket is one that no report will bear: the next
// report then shows a hash that nobody knows, and pushing once more is answered with "the
// same picture", which settles it without a refresh.
func (d *Driver) Push(ctx context.Context, disp display.Display, f display.Frame) (display.Receipt, error) {
	t, err := d.target(disp.Address)
	if err != nil {
		return display.Receipt{}, err
	}
	if err := checkFrame(disp.Panel, f); err != nil {
		return display.Receipt{}, &display.Error{Kind: display.Unsupported, Op: "draw frame", Address: t.String(), Err: err}
	}
	before, kind, err := d.look(ctx, t)
	if err != nil {
		return display.Receipt{}, err
	}
	if tagID(before.MAC) != disp.ID || kind.panel != disp.Panel {
		return display.Receipt{}, &display.Error{Kind: display.WrongDevice, Op: "look up tag", Address: t.String(), Remedy: remedies[display.WrongDevice],
			Err: fmt.Errorf("the tag is one of %v, not of %v", kind.panel, disp.Panel)}
	}
	if before.Pending > 0 {
		if before, err = d.clear(ctx, t); err != nil {
			return display.Receipt{}, err
		}
	}
	if err := d.upload(ctx, t, before, kind, f); err != nil {
		return display.Receipt{}, err
	}
	receipt, err := d.ticket(ctx, t, before)
	return receipt, sent(err)
}

// sent makes an error after an upload one that says that the glass is unknown: the kinds
// Unreachable and Occupied are for when nothing was sent.
func sent(err error) error {
	var e *display.Error
	if errors.As(err, &e) && (e.Kind == display.Unreachable || e.Kind == display.Occupied) {
		lost := *e
		lost.Kind, lost.Remedy = display.Timeout, remedies[display.Timeout]
		return &lost
	}
	return err
}

// checkFrame says whether f can be drawn on p.
func checkFrame(p display.Panel, f display.Frame) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if f.Image == nil {
		return errors.New("frame has no picture")
	}
	if got, want := f.Image.Rect.Size(), p.Bounds().Size(); got != want {
		return fmt.Errorf("frame of %d×%d does not fill a panel of %d×%d", got.X, got.Y, want.X, want.Y)
	}
	return nil
}

// clear empties the tag's queue. Without it a picture that waits would still be drawn if
// the new one is what the tag shows now: the access point drops the new one as nothing
// new, and leaves the one that waits where it is (src/newproto.cpp, prepareDataAvail).
func (d *Driver) clear(ctx context.Context, t target) (record, error) {
	q := lan.Request{Op: "clear tag's queue", Address: t.point, Path: "/tag_cmd",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   []byte(url.Values{"mac": {t.mac}, "cmd": {"clear"}}.Encode())}
	a, err := d.ask(ctx, q)
	if err == nil && a.Status != http.StatusOK && a.Status != http.StatusNotFound { // firmware without a queue
		err = d.http.Fail(lan.StatusKind(a.Status), q, fmt.Errorf("it answered with HTTP status %d", a.Status))
	}
	if err != nil {
		return record{}, sent(err)
	}
	r, err := d.record(ctx, t)
	return r, sent(err)
}

// upload sends the picture.
func (d *Driver) upload(ctx context.Context, t target, r record, kind tagType, f display.Frame) error {
	body, contentType, err := form(t.mac, r, kind, f)
	if err != nil {
		return err
	}
	q := lan.Request{Op: "upload picture", Address: t.point, Path: pathUpload, Body: body, Within: d.limit.Upload,
		Header: http.Header{"Content-Type": {contentType}}}
	a, err := d.ask(ctx, q)
	switch {
	case err != nil:
		return err
	case bytes.Contains(a.Body, []byte("mac not found")): // with status 200 in 2023's firmware
		return d.tagError(display.Unreachable, t.String(), errors.New("the access point does not know the tag any more"))
	case a.Status == http.StatusOK && bytes.HasPrefix(a.Body, []byte("Ok")):
		return nil
	case a.Status == http.StatusOK: // what it answers where it has not seen the end of the form
		return d.http.Fail(display.Refused, q, errors.New("it did not save the picture"))
	default:
		return d.http.Fail(lan.StatusKind(a.Status), q, fmt.Errorf("it refused the picture with HTTP status %d", a.Status))
	}
}

// form is the upload (src/web.cpp, doImageUpload). The tag's address must come before the
// picture, which is where the access point looks for it.
func form(mac string, r record, kind tagType, f display.Frame) (body []byte, contentType string, err error) {
	fields := [][2]string{
		{"mac", mac},
		{"contentmode", "24"}, // a picture from elsewhere
		{"dither", "0"},       // every pixel is of an ink already
		{"ttl", "0"},          // minutes that the tag need not come again; the access point knows better
		{"lut", waveform(kind, f)},
		{"invert", "0"},
	}
	if r.Rotate%2 != 0 { // half of it would not be seen; upside down is the owner's wish
		fields = append(fields, [2]string{"rotate", "0"})
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range fields {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return nil, "", err
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="image"; filename="image.jpg"`},
		"Content-Type":        {"image/jpeg"},
	})
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(flatjpeg.Encode(f.Image, kind.inks)); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil { // which writes the end
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// waveform chooses how the tag refreshes: 1, always in full, or 0, as the access point
// does by itself: in full once a day, and else without repeats if the glass can do so.
// 2 and 3 are faster still, leave ghosts or lose the red, and are never used.
func waveform(kind tagType, f display.Frame) string {
	if f.Before != nil && kind.fast {
		return "0"
	}
	return "1"
}

// ticket waits until the access point has made of the upload what the tag will be sent,
// and says what its hash is.
func (d *Driver) ticket(ctx context.Context, t target, before record) (display.Receipt, error) {
	taken := display.Receipt{At: d.now()}
	deadline, missed := time.Now().Add(d.limit.Draw), 0
	for {
		r, err := d.record(ctx, t)
		switch {
		case err != nil:
			return display.Receipt{}, err
		case r.drawn() && r.Pending > 0:
			if taken.Ticket, err = d.queued(ctx, t); err != nil || taken.Ticket != "" {
				return taken, err
			}
			if missed++; missed == 3 { // not because the tag was so quick
				taken.Ticket = later(r)
				return taken, nil
			}
		case r.drawn() && r.picture() == before.picture():
			return taken, d.same(ctx, t, r)
		case r.drawn(): // the tag was awake and has it
			taken.Ticket = r.picture()
			return taken, nil
		case time.Now().After(deadline):
			taken.Ticket = later(r)
			return taken, nil
		}
		if !wait(ctx, d.gates.pace/4) {
			return display.Receipt{}, ended(ctx, lan.Request{Op: "wait for access point", Address: t.point})
		}
	}
}

// later is a ticket for what can't be told yet. No report bears it.
func later(r record) string { return "later:" + lan.Words(r.upload(), 100) }

// queued gives the hash of what waits for the tag, "" if nothing does: the access point
// hands it out to others of its kind.
func (d *Driver) queued(ctx context.Context, t target) (string, error) {
	q := lan.Request{Op: "read queued picture", Address: t.point, Path: "/getdata", Query: url.Values{"mac": {t.mac}}, Limit: 1 << 20}
	a, err := d.ask(ctx, q)
	if err != nil {
		return "", err
	}
	if a.Status != http.StatusOK || len(a.Body) == 0 { // the tag was quicker, or the firmware is old
		return "", nil
	}
	sum := md5.Sum(a.Body) // the access point's choice
	return hex.EncodeToString(sum[:8]), nil
}

// same makes sure that nothing waits for the tag because the picture is the one that it
// has, and not because the access point failed to decode it: only then its file is still
// there (src/contentmanager.cpp, drawNew).
func (d *Driver) same(ctx context.Context, t target, r record) error {
	name := r.upload()
	q := lan.Request{Op: "check upload", Address: t.point, Path: "/check_file", Query: url.Values{"path": {name}}}
	var file struct {
		Size *number `json:"filesize"`
	}
	if err := d.json(ctx, q, &file); err != nil {
		return err
	}
	if !strings.HasPrefix(name, "/temp/") || file.Size == nil || *file.Size > 0 || r.picture() == "" {
		return d.http.Fail(display.Refused, q, errors.New("the access point could not use the picture"))
	}
	return nil
}
