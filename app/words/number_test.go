package words_test

import (
	"testing"
	"time"

	"github.com/roomink/roomink/app/words"
)

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 s", 30 * time.Second: "30 s", 40400 * time.Millisecond: "40 s", 59600 * time.Millisecond: "1 min",
		160 * time.Second: "2 min 40 s", 5 * time.Minute: "5 min", time.Hour: "1 h", 3725 * time.Second: "1 h 2 min 5 s",
	} {
		if got := words.Span(d); got != want {
			t.Errorf("%v reads %q, want %q", d, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 2000: "2,000", 1234567: "1,234,567"} {
		if got := words.Number(n); got != want {
			t.Errorf("%d reads %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{1250 * time.Millisecond: "1.3 s", 1300 * time.Millisecond: "1.3 s", 2 * time.Second: "2 s", 40 * time.Millisecond: "0.1 s"} {
		if got := words.Seconds(d); got != want {
			t.Errorf("%v reads %q, want %q", d, got, want)
		}
	}
}
