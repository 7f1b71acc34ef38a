package frame_test

import (
	"fmt"
	"image"
	"runtime"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// variants makes n signs from s in which every meeting, person and time differs, so
// that no cache of whole texts could help.
func variants(s sign.Sign, n int) []sign.Sign {
	words := strings.Fields("alpha quarter review zone hiring offer launch north budget vendor security audit " +
		"kitchen mobile garden Zürich Größe façade Łódź legal intern travel retro sync onboarding pricing")
	all := make([]sign.Sign, n)
	for i := range all {
		word := func(k int) string { return words[(i*31+k*7+i*i*k)%len(words)] }
		v := s
		line := func(k int) sign.Line {
			return sign.Line{
				Time:  fmt.Sprintf("%02d:%02d – %02d:%02d", (i+k)%24, i%60, (i+k+1)%24, (i*7)%60),
				Title: fmt.Sprintf("%s %s %s %d", strings.ToUpper(word(k)[:1])+word(k)[1:], word(k+1), word(k+2), i),
				Who:   fmt.Sprintf("%s %s", word(k+3), word(k+4)),
			}
		}
		current := line(0)
		v.Current, v.Next = &current, []sign.Line{line(1), line(2), line(3), line(4)}
		v.Room = fmt.Sprintf("Room %s %d", word(5), i)
		v.Detail = fmt.Sprintf("until %02d:%02d", i%24, i%60)
		all[i] = v
	}
	return all
}

// BenchmarkSign800x480 is the budget of DESIGN.md: from Sign to packed bytes, warm,
// layout and shaping included, ≤ 0.3 ms and ≤ 16 KiB. Every iteration has other texts.
func BenchmarkSign800x480(b *testing.B) {
	perSign, allocated := benchmarkSign(b, mono800, frame.Pack1)
	b.ReportMetric(perSign, "sign_bw_800x480_ms")
	b.ReportMetric(allocated, "sign_bw_800x480_alloc_bytes")
}

// BenchmarkSign1200x1600 is the same for a large panel of six inks, ≤ 3 ms.
func BenchmarkSign1200x1600(b *testing.B) {
	p := display.Panel{Width: 1200, Height: 1600, Scheme: display.Spectra6}
	perSign, _ := benchmarkSign(b, p, func(dst []byte, m *image.Paletted) []byte {
		return frame.Pack4(dst, m, &frame.Codes{0, 1, 2, 3, 5, 6})
	})
	b.ReportMetric(perSign, "sign_spectra6_1200x1600_ms")
}

// benchmarkSign draws and packs warm signs and gives the milliseconds and bytes that one
// took.
func benchmarkSign(b *testing.B, p display.Panel, pack func([]byte, *image.Paletted) []byte) (ms, bytes float64) {
	r := newRenderer(b)
	signs := variants(sampleNamed(b, "busy"), 1000)
	var m *image.Paletted
	var packed []byte
	draw := func(s sign.Sign) {
		var err error
		if m, err = r.Draw(m, s, p, nil); err != nil {
			b.Fatal(err)
		}
		packed = pack(packed, m)
	}
	for _, s := range signs { // glyph masks and pairs of letters are warm; texts can't be
		draw(s)
	}
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	i := 0
	for b.Loop() {
		draw(signs[i%len(signs)])
		i++
	}
	runtime.ReadMemStats(&after)
	return b.Elapsed().Seconds() * 1000 / float64(b.N), float64(after.TotalAlloc-before.TotalAlloc) / float64(b.N)
}

func BenchmarkPack1(b *testing.B) {
	r := newRenderer(b)
	m, err := r.Draw(nil, sampleNamed(b, "busy"), display.Panel{Width: 800, Height: 480, Scheme: display.Mono}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var packed []byte
	for b.Loop() {
		packed = frame.Pack1(packed, m)
	}
}

func BenchmarkPack4(b *testing.B) {
	r := newRenderer(b)
	m, err := r.Draw(nil, sampleNamed(b, "busy"), display.Panel{Width: 1200, Height: 1600, Scheme: display.Spectra6}, nil)
	if err != nil {
		b.Fatal(err)
	}
	var packed []byte
	for b.Loop() {
		packed = frame.Pack4(packed, m, &frame.Codes{0, 1, 2, 3, 5, 6})
	}
}

// BenchmarkColdStart parses the fonts and draws and packs the first sign with empty
// caches, ≤ 60 ms.
func BenchmarkColdStart(b *testing.B) {
	s := sampleNamed(b, "busy")
	for b.Loop() {
		r, err := frame.New(frame.Options{})
		if err != nil {
			b.Fatal(err)
		}
		m, err := r.Draw(nil, s, mono800, nil)
		if err != nil {
			b.Fatal(err)
		}
		frame.Pack1(nil, m)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "sign_cold_start_ms")
}

func sampleNamed(t testing.TB, name string) sign.Sign {
	t.Helper()
	for _, s := range samples(t) {
		if s.name == name {
			return s.sign
		}
	}
	t.Fatalf("no sample %q", name)
	return sign.Sign{}
}
