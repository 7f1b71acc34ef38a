package crashtest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomink/roomink/engine/store"
)

// TestKilledAtBirth kills engines that make their data folder. Whatever stage that was at,
// the next one goes on with it.
func TestKilledAtBirth(t *testing.T) {
	seed := uint64(number(t, "ROOMINK_SEED", int(time.Now().UnixNano()%1_000_000)))
	t.Logf("ROOMINK_SEED=%d", seed)
	for range 10 {
		c := newCrash(t, seed)
		seed++
		c.dir = t.TempDir() // in place of that with a sign-in
		for range 4 {
			p := c.start(t, c.next)
			time.Sleep(time.Duration(c.rnd.IntN(60)) * time.Millisecond * slowness)
			must(t, p.cmd.Process.Kill())
			for line := range p.lines {
				if strings.HasPrefix(line, "error") {
					t.Fatalf("the engine says: %s", line)
				}
			}
			_ = p.cmd.Wait() // killed: its status tells nothing
		}
		p := c.start(t, 0)
		if line := <-p.lines; line != "open" {
			t.Fatalf("the engine says: %q", line)
		}
		must(t, p.stdin.Close())
		for range p.lines { // what it says until it is gone
		}
		must(t, p.cmd.Wait())
		inspect(t, filepath.Join(c.dir, store.FileName))
		if aside, err := filepath.Glob(filepath.Join(c.dir, "*.damaged-*")); err != nil || len(aside) > 0 {
			t.Errorf("put aside as damaged: %v, %v", aside, err)
		}
	}
}
