package frame_test

import (
	"fmt"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// A sign at rest, in each design and language: it has no day, no bar and no meetings.
func TestAtRest(t *testing.T) {
	r, sizes := newRenderer(t), [][2]int{{800, 480}, {296, 128}, {480, 800}, {400, 300}}
	for i, design := range sign.Designs() {
		for j, l := range tongues {
			o := l.at(newOffice(t))
			o.policy.Outside, o.policy.WorkFrom, o.policy.Design = sign.Rest, 11*60, design
			s := o.compose(l.day(o, 0, 1100)...)
			size := sizes[(i+j)%len(sizes)]
			f, err := r.Frame(s, display.Panel{Width: size[0], Height: size[1], Scheme: display.Mono}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if j < len(sizes) {
				checkGolden(t, fmt.Sprintf("rest-%s-%dx%d-%s.png", design, size[0], size[1], l.language), f.Image)
			}
		}
	}
}
