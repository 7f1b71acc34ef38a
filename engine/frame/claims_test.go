package frame_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// "No bookings" without a day would be read as today's.
func TestAnotherDayIsNamed(t *testing.T) {
	r := newRenderer(t)
	o := newOffice(t)
	o.policy.Outside, o.policy.WorkFrom, o.policy.WorkTo = sign.SayShut, 8*60, 10*60
	for _, design := range sign.Designs() {
		o.policy.Design = design
		s := o.compose(o.meeting(830, 930, "Stand-up", "Grace Hopper"))
		for _, size := range [][2]int{{800, 480}, {480, 800}, {400, 300}, {300, 400}, {296, 128}, {1872, 1404}} {
			lines, _, err := r.Observe(s, display.Panel{Width: size[0], Height: size[1], Scheme: display.Mono}, nil)
			if err != nil {
				t.Fatal(err)
			}
			says := func(text string) bool {
				return slices.ContainsFunc(lines, func(l frame.Drawn) bool { return strings.Contains(l.Text, text) })
			}
			if says(s.NextNone) && !says(s.NextHead) {
				t.Errorf("%s on %v says %q without %q", design, size, s.NextNone, s.NextHead)
			}
			if says("Stand-up") {
				t.Errorf("%s on %v still shows what is over", design, size)
			}
		}
	}
}

// What the administrator wrote gives way to the first meeting only.
func TestFreeTextIsShown(t *testing.T) {
	r := newRenderer(t)
	for _, design := range sign.Designs() {
		for _, tongue := range tongues {
			s := sceneNamed(t, "all-marks").compose(t, tongue, design)
			for _, size := range [][2]int{{800, 480}, {480, 800}, {400, 300}, {960, 672}, {640, 384}} {
				lines, _, err := r.Observe(s, display.Panel{Width: size[0], Height: size[1], Scheme: display.Mono}, brand())
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(lines, func(l frame.Drawn) bool { return l.Text == s.Text }) {
					t.Errorf("%s on %v in %s lacks %q", design, size, tongue.language, s.Text)
				}
			}
		}
	}
}
