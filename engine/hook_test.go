package engine

import (
	"context"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/display/photoframe"
	"github.com/roomink/roomink/engine/display/pull"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/simulator/virtual"
)

// A frame that sleeps is waited for without alarm, and gets its picture when it tells that
// it woke: the next try would come minutes later.
func TestSleepingFrameTellsThatItWoke(t *testing.T) {
	t.Parallel()
	l := newLife(1, 0)
	cfg := l.config(t, t.TempDir())
	frames := photoframe.New(photoframe.Options{})
	cfg.Drivers, cfg.Pulls = []display.Driver{frames}, []pull.Protocol{frames}
	e, _ := run(t, cfg)
	must(t, e.SaveServing(t.Context(), ServingSettings{Interface: loopback(t), Port: freePort(t)}))
	dev, err := virtual.NewPhotoframe(virtual.PhotoframeOptions{MAC: "02:00:00:00:00:0a", Name: "Hall", DeepSleep: true,
		SleepScale: 0.02, // two seconds awake, twelve asleep
		Model:      virtual.Model{Name: "Frame", Width: 200, Height: 120, Scheme: virtual.SchemeSpectra6}})
	must(t, err)
	must(t, dev.Listen())
	untilServing(t, e, "rooms", func(s Snapshot) bool { return len(s.Rooms) > 0 })
	id, err := e.AddDisplay(t.Context(), dev.Addr())
	must(t, err)
	must(t, e.Assign(t.Context(), id, roomID(0)))
	s := untilServing(t, e, "delivered", func(s Snapshot) bool { return s.Displays[0].Delivery == Delivered && s.Serving.On })
	dev.SetHook(s.Serving.URL)
	dev.SetPower(false)
	policy := sign.DefaultPolicy()
	policy.Language = "de"
	must(t, e.SetPolicy(t.Context(), policy)) // the sign changes
	s = untilServing(t, e, "waiting", func(s Snapshot) bool { return s.Displays[0].Delivery == Waiting })
	if s.Displays[0].Problem != nil || has(s, CodeNotUpdated) {
		t.Errorf("a display that sleeps is called a fault: %+v", s.Problems)
	}
	pushes := dev.Glass().Pushes
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- dev.Serve(ctx) }()
	defer func() { cancel(); must(t, <-done) }()
	dev.SetPower(true)
	for deadline := time.Now().Add(time.Minute); dev.Glass().Pushes == pushes; {
		if time.Now().After(deadline) {
			t.Fatalf("nothing was pushed; the display is %+v", e.Snapshot().Displays[0])
		}
		time.Sleep(50 * time.Millisecond)
	}
	untilServing(t, e, "delivered again", func(s Snapshot) bool { return s.Displays[0].Delivery == Delivered })
}
