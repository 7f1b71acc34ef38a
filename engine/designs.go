package engine

import (
	"context"
	"errors"
	"image"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
)

// Template is a template of the organisation's own, as kept.
type Template struct {
	Name     string
	Size     image.Point // of the panel it was made for, in pixels; zero if it does not say
	Problems []TemplateProblem
}

// TemplateProblem is something in a template that is not drawn, or not as it says.
type TemplateProblem struct {
	Line, Column int // from 1; 0 = the whole template
	Text         string
	Fatal        bool // nothing of the template can be drawn
}

// PreviewRequest asks for the picture of a sign. Nothing of it needs to be in force.
type PreviewRequest struct {
	Room   calendar.RoomID // "" = an example with invented meetings
	Panel  display.Panel
	Policy sign.Policy // all of it: an override is applied already
	At     time.Time   // zero = now
	// Template is drawn in place of a saved one where Policy.Design is sign.Custom; nil
	// means the saved one of Policy.Template.
	Template []byte
}

// Preview is the answer to a PreviewRequest.
type Preview struct {
	Frame    display.Frame
	Sign     sign.Sign
	Next     time.Time         // when the picture would change by itself
	Problems []TemplateProblem // of the template that was drawn
}

// Language is a language that signs can speak.
type Language struct {
	Tag  string // BCP 47
	Name string // in itself: "Deutsch"
}

// Languages lists the languages that signs can speak.
func (e *Engine) Languages() []Language { return nil }

// PreviewSign draws a sign as asked. It changes nothing, and may be called for each
// step of a slider.
func (e *Engine) PreviewSign(context.Context, PreviewRequest) (Preview, error) {
	return Preview{}, errors.ErrUnsupported
}

// SetOverride changes what a room does otherwise than the organisation.
func (e *Engine) SetOverride(context.Context, calendar.RoomID, sign.Override) error {
	return errors.ErrUnsupported
}

// SetLogo makes the picture in data, a PNG, JPEG, GIF or BMP file, the organisation's
// logo; nil takes it away.
func (e *Engine) SetLogo(ctx context.Context, data []byte) error { return errors.ErrUnsupported }

// SaveTemplate keeps a template under a name, in place of one of the same name. One
// that can't be drawn at all is refused.
func (e *Engine) SaveTemplate(ctx context.Context, name string, source []byte) error {
	return errors.ErrUnsupported
}

// DeleteTemplate forgets a template. Signs that use it go back to the usual design.
func (e *Engine) DeleteTemplate(ctx context.Context, name string) error { return errors.ErrUnsupported }

// TemplateSource gives a template as it was saved.
func (e *Engine) TemplateSource(ctx context.Context, name string) ([]byte, error) {
	return nil, errors.ErrUnsupported
}

// CheckTemplate says what of a template can't be drawn. It is quick and keeps nothing.
func (e *Engine) CheckTemplate(source []byte) []TemplateProblem { return nil }

// SetPictureHosts names the hosts that templates may fetch pictures from; none at
// first.
func (e *Engine) SetPictureHosts(ctx context.Context, hosts []string) error {
	return errors.ErrUnsupported
}
