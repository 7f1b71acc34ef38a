//go:build !unix

package measure

import "time"

// CPU is the processor time that this process has used.
func CPU() time.Duration { return 0 }

// ResidentMB is the memory that this process holds now, in MB (2^20 bytes).
func ResidentMB() float64 { return 0 }
