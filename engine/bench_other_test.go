//go:build !unix

package engine

import (
	"testing"
	"time"
)

func cpuTime(*testing.B) time.Duration { return 0 }
func residentMB(*testing.B) float64    { return 0 }
