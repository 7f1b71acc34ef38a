// Package template reads the calendar templates of SyncSign's On-Premise Server, so
// that an office can bring along the signs it has (syncsign.md, "Layout items" and
// "Calendar templates"). It is pure: [Parse] turns JSON into a [Template] and says of
// each thing that Roomink can't draw where it stands; package frame draws it.
package template

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"net/url"
	"slices"
)

// Template is a parsed template. It is immutable.
type Template struct {
	name   string
	size   image.Point
	blocks map[Status]*Block
}

// Status says when a block is shown.
type Status string

// The statuses.
const (
	Busy Status = "BUSY"
	Free Status = "FREE"
	Any  Status = "ANY"
)

// Block is what is drawn while its status holds. It is immutable.
type Block struct {
	Ground Color
	Frame  *Rectangle // of the background; nil = none
	Items  []Item     // the first at the bottom
}

// Shows reports whether the words of the placeholder id have a place in the block.
func (b *Block) Shows(id string) bool {
	return slices.ContainsFunc(b.Items, func(i Item) bool {
		t, ok := i.(*Text)
		return ok && t.ID == id
	})
}

// Problem is something in a template that is not drawn, or is drawn otherwise.
type Problem struct {
	Line, Column int    // from 1; 0 = the whole file
	Text         string // what, and what happens instead
	Host         string // which must be allowed for the problem to go away; "" = there is no such
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

// Parse reads a template: an export of SyncSign's, alone or in a list, the layout
// that is pasted into SOPS, or the layout of a single render, which is drawn in any
// state. The problems are in the order of their places. The error is an *[Error].
func Parse(data []byte) (*Template, []Problem, error) {
	// Editors on Windows put a byte order mark in front, and don't count it.
	src := newSource(bytes.TrimPrefix(data, []byte("\ufeff")))
	root, failed := src.tree()
	if failed != nil {
		return nil, nil, failed
	}
	r := reader{source: src}
	t, failed := r.template(root)
	if failed != nil {
		return nil, nil, failed
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if r.more > 0 {
		r.problems = append(r.problems, Problem{Text: fmt.Sprintf("and %d more", r.more)})
	}
	return t, r.problems, nil
}

// Name is what the template calls itself; it may be empty.
func (t *Template) Name() string { return t.name }

// Size is the panel that the template was made for, in pixels; zero if it does not say.
func (t *Template) Size() image.Point { return t.size }

// Block is what is drawn while s holds: its own block or that for any status; nil if
// there is neither.
func (t *Template) Block(s Status) *Block {
	if b := t.blocks[s]; b != nil {
		return b
	}
	return t.blocks[Any]
}

// Addresses are those of the pictures that it fetches (BITMAP_URI), each once, sorted.
// All are http or https with a host.
func (t *Template) Addresses() []string {
	var all []string
	for _, b := range t.blocks {
		for _, item := range b.Items {
			if bitmap, ok := item.(*Bitmap); ok {
				all = append(all, bitmap.URI)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fetchable gives the host of an address that pictures may be fetched from.
func fetchable(address string) (host string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return "", false
	}
	return u.Hostname(), true
}
