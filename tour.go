package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/roomink/roomink/app"
	"github.com/roomink/roomink/app/demo"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/simulator/tenant"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// subject is the meeting that an unattended demo books.
const subject = "Roomink demo: it works"

// visit is the unattended demo: it does what a person would, checks that the booked
// meeting arrives on the glass, and leaves pictures of all that it saw.
func (x *exhibition) visit(ctx context.Context, eng *engine.Engine, window *app.App) error {
	if err := os.MkdirAll(x.tour, 0o755); err != nil {
		return fmt.Errorf("make the folder for pictures: %w", err)
	}
	if err := window.ShowPage("setup"); err != nil {
		return err
	}
	if err := window.Capture(filepath.Join(x.tour, "first-run.png")); err != nil {
		return err
	}
	if err := x.setUp(ctx, eng, func(step string) { fmt.Println("demo:", step) }); err != nil {
		return err
	}
	fmt.Printf("demo: the first picture was on a glass %.1f s after the start\n", x.firstPicture().Sub(x.started).Seconds())
	fmt.Printf("demo: all signs show their room %.1f s after the start\n", time.Since(x.started).Seconds())

	id, err := x.book(eng)
	if err != nil {
		return err
	}
	booked := time.Now()
	if err := x.arrives(ctx, eng, id); err != nil {
		return err
	}
	fmt.Printf("demo: the booked meeting is on the glass after %.1f s\n", time.Since(booked).Seconds())

	if err := demo.Tour(ctx, window, x.tour); err != nil {
		return err
	}
	return x.saveGlasses()
}

// book makes a meeting that is going on in a free room with a sign.
func (x *exhibition) book(eng *engine.Engine) (virtualID string, err error) {
	s := eng.Snapshot()
	room, sign, ok := freest(s)
	if !ok {
		return "", errors.New("no room with a sign is free for the demo's meeting")
	}
	start := time.Now().Truncate(15 * time.Minute)
	_, err = x.office.Tenant.Book(string(room.Room.ID), tenant.Meeting{
		Subject: subject, Organizer: tenant.Person{Name: "Ada Lovelace", Address: "ada@nordlicht.example"},
		Start: start, End: start.Add(45 * time.Minute),
	})
	if err != nil {
		return "", fmt.Errorf("book a meeting: %w", err)
	}
	fmt.Println("demo: booked a meeting in", room.Room.DisplayName())
	return string(sign.ID), nil
}

// freest is the room that stays free for longest, of those with a sign that can be pushed
// to: whatever begins or ends in the office while the meeting travels, nothing shares the
// sign with it.
func freest(s engine.Snapshot) (room engine.Room, sign engine.Display, ok bool) {
	for _, d := range s.Displays {
		if d.Pull || d.Sleeps {
			continue // its sign comes when it wakes
		}
		i := slices.IndexFunc(s.Rooms, func(r engine.Room) bool { return r.Room.ID == d.Room && !r.Now.Busy })
		if i < 0 {
			continue
		}
		next, best := s.Rooms[i].Now.Next, room.Now.Next
		if !ok || best != nil && (next == nil || next.Start.After(best.Start)) {
			room, sign, ok = s.Rooms[i], d, true
		}
	}
	return room, sign, ok
}

// arrives waits until the sign says that the meeting is going on, the display
// confirmed it, and the glass shows just that picture.
func (x *exhibition) arrives(ctx context.Context, eng *engine.Engine, id string) error {
	var wrong error
	_, err := await(ctx, eng, func(s engine.Snapshot) bool {
		i := slices.IndexFunc(s.Displays, func(d engine.Display) bool {
			return string(d.ID) == id && d.Delivery == engine.Delivered && d.Frame != nil &&
				d.Sign != nil && d.Sign.Current != nil && d.Sign.Current.Title == subject
		})
		if i < 0 {
			return false
		}
		d := s.Displays[i]
		var glass virtual.Glass
		if glass, wrong = x.glassOf(d); wrong != nil {
			return true
		}
		if sameInks(glass.Image, d.Frame.Image) {
			return true
		}
		if glass.UpdatedAt.After(s.At) {
			return false // the sign has changed since; a newer snapshot is to come
		}
		wrong = fmt.Errorf("the glass of %s does not show the picture that was sent", d.Label())
		return true
	})
	if err != nil {
		return fmt.Errorf("wait for the booked meeting: %w", err)
	}
	return wrong
}

func (x *exhibition) glassOf(d engine.Display) (virtual.Glass, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f, ok := x.known[d.ID]
	if !ok {
		return virtual.Glass{}, fmt.Errorf("no virtual display is %s", d.ID)
	}
	return f.Glass(), nil
}

// sameInks compares two pictures ink by ink: the simulator and the engine name the
// same inks in the same order, but give them different colours.
func sameInks(a, b *image.Paletted) bool {
	return a != nil && b != nil && a.Bounds() == b.Bounds() && slices.Equal(a.Pix, b.Pix)
}

// firstPicture is when the first display finished its refresh.
func (x *exhibition) firstPicture() time.Time {
	var first time.Time
	for _, d := range x.fixtures {
		if at := d.Glass().UpdatedAt; first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

func (x *exhibition) saveGlasses() error {
	for _, g := range x.glasses() {
		f, err := os.Create(filepath.Join(x.tour, "glass-"+g.Name+".png"))
		if err != nil {
			return fmt.Errorf("save a glass: %w", err)
		}
		if err := errors.Join(png.Encode(f, g.Image), f.Close()); err != nil {
			return fmt.Errorf("save a glass: %w", err)
		}
	}
	return nil
}
