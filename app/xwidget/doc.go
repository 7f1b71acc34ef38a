// Package xwidget holds the widgets that Roomink's pages are made of and that
// Fyne does not have: text without padding, cards, a device's bezel, a status of
// icon and word, explanations, empty states, a navigation list, table columns.
//
// They know nothing of rooms or displays, take their looks from Fyne's standard
// theme names, and like all of Fyne must be used from the UI goroutine only.
package xwidget
