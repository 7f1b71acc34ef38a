package command_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/command"
)

func TestOnlyTheNewestWorkIsDone(t *testing.T) {
	var waiting []func()
	hub := command.NewHub(command.Config{Explain: apptest.Explain, Do: func(f func()) { f() }, Go: func(f func()) { waiting = append(waiting, f) }})
	hub.Open(t.Context())
	goOn := func() {
		f := waiting[0]
		waiting = waiting[1:]
		f()
	}
	l := hub.NewLatest()
	var worked, done []int
	ask := func(n int) {
		l.Run(func(context.Context) error {
			worked = append(worked, n)
			if n == 4 {
				return errors.New("four")
			}
			return nil
		}, func(err error) {
			if (err != nil) != (n == 4) {
				t.Errorf("%d ended with %v", n, err)
			}
			done = append(done, n)
		})
	}
	for n := range 5 {
		ask(n)
	}
	if len(waiting) != 1 {
		t.Fatalf("%d pieces of work run at once", len(waiting))
	}
	goOn() // 0
	ask(5)
	ask(6)
	goOn() // 4
	goOn() // 6
	if want := []int{0, 4, 6}; !slices.Equal(worked, want) || !slices.Equal(done, want) || len(waiting) != 0 {
		t.Errorf("worked %d, done %d, %d waiting; want %d", worked, done, len(waiting), want)
	}
	ask(7)
	goOn()
	if !slices.Equal(done, []int{0, 4, 6, 7}) {
		t.Errorf("done %d after a rest", done)
	}
}
