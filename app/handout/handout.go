// Package handout writes the page that an admin gives to the person who owns the
// tenant: how to register Roomink, with values to paste, pictures of package drawing,
// a form to send back and a check-list. The page is one file of HTML to read on a
// screen or to print, without scripts and without anything from outside.
//
// The words are in content.go, the looks in page.html. No secret ever gets into the
// page: it is mailed and printed.
package handout

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/roomink/roomink/engine"
)

// Data is what the page is made from.
type Data struct {
	Guide engine.Guide
	// Credentials choose the steps: mode, tenant, and whether the platform is the
	// public one. Known ids are filled into the form; the Secret is never read.
	Credentials engine.Credentials
	CloudName   string // for a person, such as "US Government L4"; "" leaves it out
}

// secret reports whether the registration needs a client secret. Only a delegated
// one of the public platform has none.
func (d Data) secret() bool { return !d.public() }

func (d Data) public() bool { return d.Credentials.Public && !d.application() }

func (d Data) application() bool { return d.Credentials.Mode == engine.Application }

// multi reports whether accounts of other tenants sign in too.
func (d Data) multi() bool { return d.Credentials.Tenant == "organizations" }

//go:embed page.html
var source string

// HTML writes the page in the language of the app. Call it on the UI goroutine of a
// running Fyne app, in whose font the pictures measure their texts; it takes a few
// milliseconds.
func HTML(d Data) ([]byte, error) {
	page, err := template.New("page.html").Parse(source)
	if err != nil {
		return nil, fmt.Errorf("read the template of the hand-out: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, content(d)); err != nil {
		return nil, fmt.Errorf("write the hand-out: %w", err)
	}
	return b.Bytes(), nil
}
