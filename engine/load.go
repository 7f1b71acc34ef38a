package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// Names of settings in the store.
const (
	settingPolicy       = "policy"
	settingPaused       = "paused"
	settingCredentials  = "credentials"
	settingDraft        = "draft"
	settingExposure     = "exposure"
	settingInstallation = "installation" // a random id of the data folder
	settingHosts        = "pictureHosts"
	settingSearchOn     = "searchOn" // names of the network adapters to look for displays on
	settingServing      = "serving"
)

// room is what the engine knows of one room.
type room struct {
	store.Room
	agenda  calendar.Agenda
	problem *Explanation
	kind    syncer.Kind // of problem; "" when there is none
	// concealed says that the mailbox puts the organiser in place of subjects.
	concealed bool
	// outdated says that the store holds other events than agenda, because reading
	// them did not work.
	outdated bool
}

// device is what the engine knows of one display.
type device struct {
	store.Display
	stage Stage
	// announced is when it last announced itself at its address, and said what.
	announced time.Time
	said      display.Candidate
	probing   bool
	silent    bool         // it announced itself, and no longer does
	problem   *Explanation // what discovery or probing found wrong
	cell      cell
	past      []store.Reading // of its battery, one a day
	daysLeft  int             // that it lasts, by them; 0 = not known
	shown     shown
	told      *gist // of what the glass shows; nil = not known, or the next push must not wait
	glass     glass
	unsaved   bool             // the store does not know yet when it was heard
	pressed   []display.Button // newest first
	asking
	// pattern, until patternUntil, is shown in place of the sign.
	pattern      *display.Frame
	patternUntil time.Time
}

// shown is the last sign that was drawn for a display, so that an unchanged one
// is not drawn again.
type shown struct {
	sign  *sign.Sign
	look  *frame.Look
	panel display.Panel
	frame display.Frame // Image is nil where too many displays are assigned to keep all
}

// load fills the state from the store.
func (e *Engine) load(ctx context.Context) error {
	if err := orDefault(e.db.Setting(ctx, settingPolicy, &e.state.policy)); err != nil {
		return err
	}
	if err := orDefault(e.db.Setting(ctx, settingPaused, &e.state.paused)); err != nil {
		return err
	}
	if err := e.loadDesigns(ctx); err != nil {
		return err
	}
	rooms, err := e.db.Rooms(ctx)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if err := e.loadRoom(ctx, r); err != nil {
			return err
		}
	}
	displays, err := e.db.Displays(ctx)
	if err != nil {
		return err
	}
	for _, d := range displays {
		dev := &device{Display: d, stage: Adopted}
		if d.Room != "" {
			dev.stage = Assigned
		}
		e.state.displays[d.ID] = dev
		e.rec.Remember(d.ID, d.Delivered, d.DeliveredAt)
		if d.Ticket != "" {
			e.rec.RememberOffered(d.ID, d.Offered, d.Ticket, d.OfferedAt)
		}
		if d.TokenHash != "" {
			e.state.tokens[d.TokenHash] = d.ID
		}
		e.rec.Touch(d.ID)
		e.noteBattery(d.ID)
	}
	if err := e.loadReadings(ctx); err != nil {
		return err
	}
	if err := e.loadGateways(ctx); err != nil {
		return err
	}
	if err := orDefault(e.db.Setting(ctx, settingServing, &e.state.serving.settings)); err != nil {
		return err
	}
	if err := orDefault(e.db.Setting(ctx, settingSearchOn, &e.state.searchOn)); err != nil {
		return err
	}
	e.rec.SetPaused(e.state.paused)
	if err := orDefault(e.db.Setting(ctx, settingDigest, &e.state.digest)); err != nil {
		return err
	}
	if err := e.loadActivity(ctx); err != nil {
		return err
	}
	return e.resume(ctx)
}

// orDefault lets a setting that was never saved keep its default.
func orDefault(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// loadRoom reads the events of a room and makes its agenda.
func (e *Engine) loadRoom(ctx context.Context, r store.Room) error {
	events, err := e.db.Events(ctx, r.ID)
	if err != nil {
		return fmt.Errorf("load the calendar of %s: %w", r.ID, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	old, known := e.state.rooms[r.ID]
	fresh := &room{Room: r, agenda: calendar.NewAgenda(r.Room, e.location(r.Room), events, r.SyncedAt),
		concealed: calendar.Concealed(events)}
	if known {
		fresh.problem, fresh.kind = old.problem, old.kind
	}
	e.state.rooms[r.ID] = fresh
	return nil
}

// location is where a room stands, as far as anybody told.
func (e *Engine) location(r calendar.Room) *time.Location {
	if r.TimeZone != "" {
		if loc, err := time.LoadLocation(r.TimeZone); err == nil {
			return loc
		}
		e.log.Warn("Unknown time zone of a room, the office's is used", "room", r.ID, "zone", r.TimeZone)
	}
	return e.here()
}
