package engine

import (
	"image"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
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

// designs is what the organisation brought along for its signs; Engine.mu guards it.
type designs struct {
	logo      image.Image                       // nil = none
	templates map[string]ownTemplate            // by name
	hosts     []string                          // that pictures may be fetched from, sorted
	pictures  map[string]*fetched               // by address
	overrides map[calendar.RoomID]sign.Override // of the rooms that do something otherwise
	looks     map[string]*frame.Look            // made of the above when first asked for; see lookOf
	listed    []Template                        // for snapshots: replaced, never changed
}
