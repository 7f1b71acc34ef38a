// Package setup is the page of the guided first run: register the app with
// Microsoft, bring back what the portal made, connect, adopt displays, give them
// rooms. It shows one step a screen, checks every value as it is typed, and keeps
// what was entered, so that closing the program half-way loses nothing.
//
// A [Page] owns what a person has entered ([engine.Draft]); the screens show and
// edit it; the engine keeps it. A screen is one step: see the interface screen.
package setup

import (
	"context"
	"time"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
)

// Engine is what the page asks of the engine. Every method with a context may
// block and is called off the UI goroutine; the others don't block.
type Engine interface {
	// SaveCredentials takes what will be connected with. An empty secret stands for
	// the one that is kept: in the draft, or else with the saved credentials.
	SaveCredentials(context.Context, engine.Credentials) error
	// SaveDraft keeps what was entered so far, unchecked. An empty secret keeps the
	// one that was kept.
	SaveDraft(context.Context, engine.Draft) error
	// Connect opens the browser and waits for the sign-in or the approval.
	Connect(context.Context) error
	// ReplaceSecret has the running connection use a new secret, once Microsoft takes
	// it. An empty one stands for the one that is kept in the draft.
	ReplaceSecret(ctx context.Context, secret string, expires time.Time) error
	// CheckExposure looks whether Roomink can read a mailbox that is no room.
	CheckExposure(ctx context.Context, mailbox string) (engine.Exposure, error)

	Clouds() []engine.Cloud
	Guide(engine.Credentials) engine.Guide
	// ExplainPage explains what Microsoft's own page says: a code, or a whole line.
	ExplainPage(text string) engine.Explanation

	Adopt(context.Context, display.ID) error
	Assign(context.Context, display.ID, calendar.RoomID) error
}
