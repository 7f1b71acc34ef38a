// Package drawing holds Roomink's own schematic pictures of the Microsoft Entra
// admin center: one picture for each step of registering the app, with the thing to
// click, to paste or to copy marked.
//
// Microsoft's screens change, so the pictures show no more of a page than a person
// needs to find the place again: grey bars stand for all other text. Labels of the
// portal are official and never translated, because they are what a person looks
// for; our call-outs follow the language of the app. Colours mean one thing
// throughout: blue is to click or fill in, green to copy, red to leave alone, amber
// to remember.
//
// A picture is described once, as a [Scene] of five kinds of shape (shape.go), put
// together with a few helpers (sketch.go) and drawn twice: as objects of Fyne that
// follow the theme (object.go) and as SVG in light colours for the hand-out (svg.go).
// The scenes measure their texts, so a Fyne app must be running when they are made.
package drawing
