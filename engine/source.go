package engine

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/syncer"
)

// Source is a calendar system that can also be asked what Roomink may see in it.
type Source interface {
	syncer.Source

	// Probe reads a little of a mailbox's calendar and keeps nothing of it. It gives
	// nil if that was possible, and a *[syncer.Error] of the kind Denied if the
	// calendar system refused.
	Probe(ctx context.Context, mailbox string) error
	// Calendars lists the calendars of the account that is signed in; each is read like
	// a room, under its ID.
	Calendars(ctx context.Context) ([]calendar.Room, error)
	// SecretExpiry is when a client secret of the registration clientID ends. It gives
	// the zero time, with or without an error, where that can't be found out.
	SecretExpiry(ctx context.Context, clientID, secret string) (time.Time, error)
}

// SourceConfig is what the engine gives to whoever makes a calendar source.
type SourceConfig struct {
	BaseURL string // of Graph, with its version, such as "https://graph.microsoft.com/v1.0"
	AppOnly bool   // tokens are the application's own, so there is no "me"
	// Token gives an access token that is valid now; see entra.Session.
	Token func(context.Context) (*oauth2.Token, error)
	// Reject says that Graph refused this access token though it is not expired.
	Reject    func(accessToken string)
	Transport http.RoundTripper // through the system's proxy
	OnRequest func(Traffic)     // hears of each HTTP request, once it is over
	Now       func() time.Time
	Logger    *slog.Logger
}

// Traffic is one HTTP request to the calendar system.
type Traffic struct {
	Throttled int // how many of its parts, or 1 for the whole, were put off
	Failed    int // how many failed in another way
}
