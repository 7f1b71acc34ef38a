// Package template reads the calendar templates of SyncSign's On-Premise Server, so
// that an office can bring along the signs it has (syncsign.md, "Layout items" and
// "Calendar templates"). It is pure: [Parse] turns JSON into a [Template] and says of
// each thing that Roomink can't draw where it stands; package frame draws it.
package template

import (
	"errors"
	"fmt"
	"image"
)

// Template is a parsed template. It is immutable.
type Template struct{}

// Problem is something in a template that is not drawn, or is drawn otherwise.
type Problem struct {
	Line, Column int    // from 1; 0 = the whole file
	Text         string // what, and what happens instead
}

// Error is a template that can't be used at all.
type Error struct {
	Line, Column int
	Text         string
}

// Error names the place.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// Parse reads a template. The error is an *[Error].
func Parse(source []byte) (*Template, []Problem, error) { return nil, nil, errors.ErrUnsupported }

// Size is the panel that the template was made for, in pixels; zero if it does not say.
func (t *Template) Size() image.Point { return image.Point{} }

// Addresses are those of the pictures that it fetches (BITMAP_URI).
func (t *Template) Addresses() []string { return nil }
