// Package designs is the page on which a person chooses what signs look like: all
// designs side by side with the organisation's own rooms on its own panels, at any
// moment of the day; and the place for templates of its own.
package designs

import (
	"context"

	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// Engine is what the page asks of the engine. Methods with a context may block; all
// are called off the UI goroutine.
type Engine interface {
	preview.Engine
	SetPolicy(context.Context, sign.Policy) error
	SetOverride(context.Context, calendar.RoomID, sign.Override) error
	SaveTemplate(ctx context.Context, name string, source []byte) error
	DeleteTemplate(ctx context.Context, name string) error
	TemplateSource(ctx context.Context, name string) ([]byte, error)
	CheckTemplate(source []byte) []engine.TemplateProblem
	SetPictureHosts(ctx context.Context, hosts []string) error
}
