package engine

import (
	"context"

	"github.com/roomink/roomink/engine/display"
)

// heard takes in what a display let us know of itself.
func (e *Engine) heard(ctx context.Context, r display.Report) {}
