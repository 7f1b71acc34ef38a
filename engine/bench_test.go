package engine

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/internal/measure"
)

// crowded is a running engine with n rooms, a display at each, all delivered.
func crowded(b *testing.B, n int, interval time.Duration) (*life, *Engine) {
	b.Helper()
	l := newLife(n, n)
	cfg := l.config(b, b.TempDir())
	cfg.Interval = interval
	e, _ := run(b, cfg)
	until(b, e, func(s Snapshot) bool { return len(s.Rooms) == n })
	for i := range n {
		if _, err := e.AddDisplay(b.Context(), fmt.Sprintf("%04d", i)); err != nil {
			b.Fatal(err)
		}
		if err := e.Assign(b.Context(), displayID(i), roomID(i)); err != nil {
			b.Fatal(err)
		}
	}
	until(b, e, func(s Snapshot) bool { return l.right(n) })
	return l, e
}

// until waits for a snapshot that satisfies ok.
func until(b *testing.B, e *Engine, ok func(Snapshot) bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	for s := range e.Watch(ctx) {
		if ok(s) {
			return
		}
	}
	b.Fatal("the engine did not get there")
}

// right reports whether n glasses show something.
func (l *life) right(n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.glass) == n
}

// meetNow books a meeting from now on in every room.
func (l *life) meetNow(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now().UTC()
	for room := range l.events {
		l.events[room] = map[string]calendar.Event{id: eventAt(id, now)}
		l.changed[room] = now
	}
	clear(l.glass)
}

// BenchmarkAllChange2000: all of 2,000 rooms change at once; until all panels, which
// are instant, confirmed. The real store is in it.
func BenchmarkAllChange2000(b *testing.B) {
	const n = 2000
	l, e := crowded(b, n, time.Second)
	b.ResetTimer()
	var total time.Duration
	for i := 0; b.Loop(); i++ {
		l.meetNow(fmt.Sprint("m", i))
		began := time.Now()
		e.SyncNow()
		for !l.right(n) {
			time.Sleep(time.Millisecond)
		}
		total += time.Since(began)
	}
	b.ReportMetric(total.Seconds()/float64(b.N), "all_change_2000_s")
}

// BenchmarkBoundary2000: meetings begin in 2,000 rooms at one instant; from then until
// the first push begins.
func BenchmarkBoundary2000(b *testing.B) {
	const n = 2000
	l, e := crowded(b, n, time.Second)
	b.ResetTimer()
	var worst time.Duration
	for i := 0; b.Loop(); i++ {
		boundary := time.Now().Add(10 * time.Second).UTC()
		l.set(func() {
			id := fmt.Sprint("b", i)
			for room := range l.events {
				l.events[room] = map[string]calendar.Event{id: {ID: id, Availability: calendar.Busy, Start: boundary, End: boundary.Add(time.Hour)}}
				l.changed[room] = time.Now()
			}
			clear(l.glass)
		})
		e.SyncNow()
		for !l.right(n) { // the signs now say until when the rooms are free
			time.Sleep(time.Millisecond)
		}
		if !time.Now().Before(boundary) {
			b.Fatal("too slow for this benchmark")
		}
		l.set(func() { l.pushes = nil })
		for began := false; !began; {
			time.Sleep(time.Millisecond)
			l.set(func() { began = len(l.pushes) > 0 })
		}
		worst = max(worst, time.Since(boundary))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "boundary_to_push_2000_ms")
}

// BenchmarkIdle2000: 2,000 displays at rest, calendars read every 30 s.
func BenchmarkIdle2000(b *testing.B) {
	const n, span = 2000, 35 * time.Second
	crowded(b, n, 30*time.Second)
	time.Sleep(2 * time.Second)
	b.ResetTimer()
	var used time.Duration
	for b.Loop() {
		before := measure.CPU()
		time.Sleep(span)
		used += measure.CPU() - before
	}
	b.ReportMetric(100*used.Seconds()/(span.Seconds()*float64(b.N)), "idle_2000_cpu_percent")
	runtime.GC()
	b.ReportMetric(measure.ResidentMB(), "idle_2000_rss_mb")
}

// BenchmarkStart500: from Open on a store with 500 rooms to the first snapshot.
func BenchmarkStart500(b *testing.B) {
	const n = 500
	l := newLife(n, 1)
	for i := range n {
		for j := range 30 {
			id := fmt.Sprint(j)
			start := time.Now().Add(time.Duration(j) * time.Hour).UTC()
			l.events[roomID(i)][id] = calendar.Event{ID: id, Subject: "Meeting", Availability: calendar.Busy, Start: start, End: start.Add(time.Hour)}
		}
		l.changed[roomID(i)] = time.Now()
	}
	dir := b.TempDir()
	cfg := l.config(b, dir)
	e, stop := run(b, cfg)
	until(b, e, func(s Snapshot) bool { return len(s.Rooms) == n && !s.Rooms[n-1].SyncedAt.IsZero() })
	stop()
	b.ResetTimer()
	for b.Loop() {
		e, err := Open(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		if got := len(e.Snapshot().Rooms); got != n {
			b.Fatalf("%d rooms", got)
		}
		b.StopTimer()
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "start_500_rooms_s")
}

var _ display.Driver = (*life)(nil)

// BenchmarkPreviewSign: one step of a slider through the example day, on the panel that
// most signs have.
func BenchmarkPreviewSign(b *testing.B) {
	l := newLife(1, 1)
	e, err := Open(b.Context(), l.config(b, b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			b.Error(err)
		}
	}()
	r := PreviewRequest{Panel: display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, Policy: sign.DefaultPolicy()}
	day := time.Date(2026, time.November, 23, 8, 0, 0, 0, time.UTC)
	for i := 0; b.Loop(); i++ {
		r.At = day.Add(time.Duration(i%600) * time.Minute)
		if _, err := e.PreviewSign(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "preview_800x480_ms")
}
