package words_test

import (
	"testing"

	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/engine"
)

func TestCautionNamesThePermissionToTakeAway(t *testing.T) {
	needed := []engine.Permission{{Name: "Place.Read.All", Mode: engine.Application}, {Name: "Calendars.ReadWrite", Mode: engine.Application}}
	got := words.Caution(engine.Recipe{Name: "RBAC for Applications", Note: "x"}, needed)
	if want := "Microsoft's present way. Afterwards remove Calendars.ReadWrite under API permissions"; len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("says %q", got)
	}
	if got := words.Caution(engine.Recipe{Name: "A way of the future", Note: "In the engine's words."}, needed); got != "In the engine's words." {
		t.Errorf("says %q", got)
	}
}
