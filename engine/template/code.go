package template

import (
	"errors"
	"strings"

	go_qr "github.com/piglig/go-qr"
)

// maxCodes is the most QR codes of a template: more than a sign can use, few enough
// to encode at once.
const maxCodes = 16

// code reads a QRCODE and encodes it.
func (r *reader) code(f *fields) Item {
	f.ignore("id")
	q := &QRCode{At: r.position(f, "position"), Scale: f.number(f.get("scale"), "scale", 2, 1, 100, 1)}
	version := f.number(f.get("version"), "version", go_qr.MinVersion, go_qr.MinVersion, go_qr.MaxVersion, 1)
	level := r.level(f)
	words := f.words("text")
	if r.codes++; r.codes > maxCodes {
		r.problem(f.node.at, "a template has at most %d QR codes: not drawn", maxCodes)
		return nil
	}
	if words == "" {
		f.missing("text", "a QR code that says nothing is not drawn")
		return nil
	}
	q.Text = words
	segments, err := go_qr.MakeSegments(words)
	if err == nil {
		q.code, err = go_qr.EncodeSegments(segments, level, version, go_qr.MaxVersion, -1, false)
	}
	switch {
	case errors.Is(err, go_qr.ErrDataTooLong):
		r.problem(f.get("text").at, "the text is too long for any QR code: not drawn")
		return nil
	case err != nil:
		r.problem(f.get("text").at, "the text can't be made a QR code: not drawn (%v)", err)
		return nil
	}
	if got := (q.Modules() - 17) / 4; got != version {
		r.problem(f.get("text").at, "the text does not fit a QR code of version %d: drawn as version %d, %d pixels a side",
			version, got, q.Modules()*q.Scale)
	}
	return q
}

// level is the error correction of a QR code.
func (r *reader) level(f *fields) go_qr.Ecc {
	n := f.get("eccLevel")
	if n == nil {
		return go_qr.Medium
	}
	switch strings.ToUpper(strings.TrimSpace(n.text)) {
	case "LOW", "L":
		return go_qr.Low
	case "MEDIUM", "M", "":
		return go_qr.Medium
	case "QUARTILE", "Q":
		return go_qr.Quartile
	case "HIGH", "H":
		return go_qr.High
	}
	r.problem(n.at, "eccLevel must be LOW, MEDIUM, QUARTILE or HIGH: taken for MEDIUM")
	return go_qr.Medium
}
