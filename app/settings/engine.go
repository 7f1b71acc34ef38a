// Package settings is the page of what the organisation decides about its signs,
// and of the account.
package settings

import (
	"context"
	"io"

	"github.com/roomink/roomink/app/preview"
	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/sign"
)

// Engine is what the page asks of the engine. Methods with a context may block and
// are called off the UI goroutine.
type Engine interface {
	preview.Engine
	// Languages lists the languages that signs can speak.
	Languages() []engine.Language
	// SetLogo makes the picture in a PNG, JPEG, GIF or BMP file the organisation's logo;
	// nil takes it away.
	SetLogo(ctx context.Context, data []byte) error
	SetPolicy(context.Context, sign.Policy) error
	SetPaused(context.Context, bool) error
	Disconnect(context.Context) error
	Unlock(context.Context) error
	ForgetSecrets(context.Context) error
	RenewKey(context.Context) error
	NetInterfaces() ([]engine.NetInterface, error)
	SearchOn(ctx context.Context, names ...string) error
	SaveServing(context.Context, engine.ServingSettings) error
	// ExportDiagnostics writes a zip that names nobody.
	ExportDiagnostics(context.Context, io.Writer) error
	// Backup writes the configuration, encrypted; Restore takes it back at the next start.
	Backup(ctx context.Context, w io.Writer, passphrase string) error
	Restore(ctx context.Context, r io.Reader, passphrase string) error
}
