package virtual

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// cycle is what the device does between waking and sleeping (bl.cpp, bl_init). An error
// is what went wrong; nil means that it sleeps as the server told.
func (d *TRMNL) cycle(ctx context.Context) error {
	if d.Key() == "" {
		if err := d.setup(ctx); err != nil {
			return err
		}
	}
	d.sendLog(ctx)
	var reply trmnlDisplay
	var err error
	for attempt := range 5 {
		if attempt > 0 && !sleep(ctx, d.scaled(2*time.Second)) {
			return ctx.Err()
		}
		if reply, err = d.askDisplay(ctx); !errors.Is(err, errNoAnswer) {
			break
		}
	}
	if err != nil {
		return err
	}
	return d.obey(ctx, reply)
}

// setup asks for a key (device_setup.cpp). On an error other than that it is not known,
// the firmware goes on without a key.
func (d *TRMNL) setup(ctx context.Context) error {
	reply, err := d.askSetup(ctx)
	switch {
	case err != nil:
		return err
	case reply.Status == 404:
		d.say("MAC not registered: " + reply.Message)
		return napError{900, "the server does not know this device"}
	case reply.Status != 200:
		return fmt.Errorf("set-up: status %d", reply.Status)
	}
	d.state.Lock()
	d.key = reply.APIKey
	d.state.Unlock()
	// The picture for this moment must be the one BMP, or a PNG. If it is none, the
	// device says so and goes on.
	file, _, err := d.fetch(ctx, reply.ImageURL)
	if err != nil || len(file) != bmpFile && !strings.HasPrefix(string(file), pngMagic) {
		d.say("The picture of the set-up is no picture")
		return nil
	}
	d.say("Friendly ID " + reply.FriendlyID + ": " + reply.Message)
	return nil
}

// obey does what the server answered (bl.cpp, handleApiDisplayResponse, downloadAndShow).
func (d *TRMNL) obey(ctx context.Context, reply trmnlDisplay) error {
	switch reply.Status {
	case 0:
	case 202, 500:
		d.state.Lock()
		d.streak++
		nap := napError{quickPoll(d.streak), fmt.Sprintf("status %d", reply.Status)}
		d.state.Unlock()
		if reply.Status == 500 {
			d.reset()
		}
		return nap
	default:
		return nil // it sleeps as before
	}
	if reply.ResetFirmware {
		d.reset()
		return napError{0, "the server told it to reset"}
	}
	rate, err := reply.RefreshRate.Int64() // a number, or one in a string
	if err != nil || rate < 0 {
		rate = 0
	}
	name := flashName(reply.Filename)
	d.state.Lock()
	d.rate, d.streak = int(rate), 0
	file, have := d.flash[name]
	d.cached = have && reply.ImageURL != ""
	d.state.Unlock()
	switch {
	case reply.ImageURL == "":
		return nil
	case have:
		return d.draw(ctx, name, file)
	}
	file, kind, err := d.fetch(ctx, reply.ImageURL)
	if err != nil {
		return err
	}
	return d.store(ctx, name, kind, file)
}

// reset forgets everything, its server and Wi-Fi included: somebody must set it up anew.
func (d *TRMNL) reset() {
	d.state.Lock()
	defer d.state.Unlock()
	d.resets++
	d.server, d.key, d.drawn, d.cached, d.retries = "", "", "", false, 1
	clear(d.flash)
}

// store keeps a picture that was fetched, and draws it. PNG files go to flash under the
// name that the server gave, and push the older ones out; a BMP has one place, where it
// is not found again.
func (d *TRMNL) store(ctx context.Context, name, kind string, file []byte) error {
	isPNG := kind == "image/png" && !strings.HasPrefix(string(file), "BM")
	if isPNG && !d.knows(1, 5, 2) {
		return errors.New("this firmware knows no PNG")
	}
	if isPNG && len(name) <= maxFlashName {
		d.state.Lock()
		clear(d.flash) // names that do not end in the time of a picture count as old
		d.flash[name] = file
		d.state.Unlock()
	}
	err := d.draw(ctx, name, file)
	if err != nil {
		d.state.Lock()
		delete(d.flash, name)
		d.state.Unlock()
	}
	return err
}

// maxFlashName is the longest name of a file that its file system finds again, with the
// slash (SPIFFS_OBJ_NAME_LEN 32, with the byte at the end).
const maxFlashName = 31

// flashName is the name of the file in flash (filesystem.cpp, filesystem_fix_filename).
func flashName(name string) string {
	if len(name) > 31 {
		return "/" + name[:7] + name[len(name)-17:]
	}
	return "/" + name
}

// draw puts a file on the glass, unless it is what the glass shows.
func (d *TRMNL) draw(ctx context.Context, name string, file []byte) error {
	d.state.Lock()
	same, fault := d.drawn == name && strings.HasPrefix(string(file), pngMagic), d.fault
	d.state.Unlock()
	if same {
		return nil
	}
	packed, err := d.decode(file)
	if err != nil {
		return err
	}
	if fault == LostRefreshed {
		return nil
	}
	if !d.refresh(ctx, packed, time.Duration(float64(d.model.FullRefresh)*d.opts.RefreshScale)) {
		return errors.New("the panel did not finish")
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.drawn, d.said = name, ""
	return nil
}

// say shows a message in place of a picture.
func (d *TRMNL) say(what string) {
	d.state.Lock()
	defer d.state.Unlock()
	d.said, d.drawn = what, ""
}

// knows reports whether the firmware is of a version or later.
func (d *TRMNL) knows(major, minor, patch int) bool {
	var a, b, c int
	_, _ = fmt.Sscanf(d.opts.Firmware, "%d.%d.%d", &a, &b, &c) // what is missing is 0
	if a != major {
		return a > major
	}
	if b != minor {
		return b > minor
	}
	return c >= patch
}
