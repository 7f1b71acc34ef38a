package syncer_test

import (
	"context"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/store"
	"github.com/roomink/roomink/engine/syncer"
)

// BenchmarkRound is what a quiet round of 500 rooms costs beside the source's own work,
// over the real store.
func BenchmarkRound(b *testing.B) {
	db, err := store.Open(b.Context(), b.TempDir(), nil)
	if err != nil {
		b.Fatal(err)
	}
	var list []calendar.Room
	for _, id := range rooms(500) {
		list = append(list, calendar.Room{ID: id})
	}
	if err := db.SaveRooms(b.Context(), list, time.Now()); err != nil {
		b.Fatal(err)
	}
	results := make(chan syncer.Result, 1)
	s := syncer.New(syncer.Config{Store: db, OnResult: func(r syncer.Result) { results <- r },
		Source: source{changes: func(_ context.Context, r []syncer.Request) ([]syncer.Change, error) { return nothing(r), nil }}})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	<-results
	for b.Loop() {
		s.Kick()
		if r := <-results; r.Read != 500 {
			b.Fatalf("%+v", r)
		}
	}
	cancel()
	<-done
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}
