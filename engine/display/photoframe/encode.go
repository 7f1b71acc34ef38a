package photoframe

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
)

// The panel's codes by palette index (GUI_EPDGZfile.h; boards of greys: 0 black to 15
// white). 4 is none of the six inks.
var (
	spectra = [...]byte{0, 1, 2, 3, 5, 6}
	greys   = [...]byte{0, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}
)

// turned gives the picture as the display wants it.
func turned(m *image.Paletted, p display.Panel) (*image.Paletted, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if m == nil || m.Rect != p.Bounds() {
		return nil, fmt.Errorf("the picture does not fill a panel of %v", p)
	}
	if p.Scheme != display.Spectra6 && p.Scheme != display.Gray16 {
		return nil, fmt.Errorf("no such display has inks of %s", p.Scheme)
	}
	return frame.Turn(new(image.Paletted), m, p.Rotation), nil
}

// encodeEPDGZ writes pixels in rows from the top left on, two a byte without padding.
func encodeEPDGZ(m *image.Paletted, p display.Panel) ([]byte, error) {
	m, err := turned(m, p)
	if err != nil {
		return nil, err
	}
	codes := spectra[:]
	if p.Scheme == display.Gray16 {
		codes = greys[:]
	}
	raw := make([]byte, (p.Width*p.Height+1)/2)
	i := 0
	for y := range p.Height {
		for _, ink := range m.Pix[y*m.Stride:][:p.Width] {
			raw[i/2] |= codes[ink] << (4 - 4*(i%2))
			i++
		}
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// encodeForm writes an EPDGZ as a form with a file, and gives its type: only there does the
// firmware look for the format (main/http_server.c); a bare body it takes for JPEG or PNG.
func encodeForm(m *image.Paletted, p display.Panel) (body []byte, kind string, err error) {
	file, err := encodeEPDGZ(m, p)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("image", "sign.epdgz")
	if err == nil {
		_, err = part.Write(file)
	}
	err = errors.Join(err, w.Close()) // which writes the end
	return b.Bytes(), w.FormDataContentType(), err
}

// pure are the colours that the firmware matches exactly (GUI_PNGfile.c).
var pure = color.Palette{
	color.RGBA{A: 255}, color.RGBA{R: 255, G: 255, B: 255, A: 255}, color.RGBA{R: 255, G: 255, A: 255},
	color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}, color.RGBA{G: 255, A: 255},
}

func encodePNG(m *image.Paletted, p display.Panel) ([]byte, error) {
	m, err := turned(m, p)
	if err != nil {
		return nil, err
	}
	out := *m
	if out.Palette = pure; p.Scheme == display.Gray16 {
		out.Palette = p.Scheme.Palette()
	}
	var b bytes.Buffer
	err = png.Encode(&b, &out)
	return b.Bytes(), err
}
