// Package measure tells benchmarks what their process costs. Where the system does not
// tell, the figures are zero.
package measure

import "time"

// Peak looks at the memory every few milliseconds until the function that it gives is
// called, which gives the most that was seen, in MB (2^20 bytes).
func Peak() (stop func() float64) {
	end, result := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		for {
			most = max(most, ResidentMB())
			select {
			case <-end:
				result <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(end)
		return <-result
	}
}
