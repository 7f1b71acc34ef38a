package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // image.Decode reads it
	_ "image/jpeg"
	"image/png"
	"maps"

	_ "golang.org/x/image/bmp" // image.Decode reads it
	"golang.org/x/image/draw"

	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

// What a logo may be, and what is kept of it: more than a sign ever shows.
const (
	maxLogoFile = 5 << 20
	logoSide    = 600 // pixels
	logoName    = "logo"
)

// What is decoded at all. A picture of few bytes can claim any size.
const (
	maxPictureSide   = 4096
	maxPicturePixels = maxPictureSide * maxPictureSide
)

var errNoPicture = errors.New("not a picture that Roomink can read: PNG, JPEG, GIF or BMP")

// SetLogo makes the picture in data, a PNG, JPEG, GIF or BMP file, the organisation's
// logo; nil takes it away. The file may have 5 MB, the picture 4096 pixels a side.
func (e *Engine) SetLogo(ctx context.Context, data []byte) error {
	if data == nil {
		return e.removeLogo(ctx)
	}
	logo, file, err := makeLogo(data) // which may take a second
	if err != nil {
		return fmt.Errorf("use the file as a logo: %w", err)
	}
	e.designing.Lock()
	defer e.designing.Unlock()
	if err := e.db.SavePicture(ctx, store.Picture{Name: logoName, Data: file, FetchedAt: e.cfg.Now()}); err != nil {
		return err
	}
	e.putLogo(logo)
	e.record(ctx, ActSign, "The logo was changed", false)
	return nil
}

func (e *Engine) removeLogo(ctx context.Context) error {
	e.designing.Lock()
	defer e.designing.Unlock()
	e.mu.Lock()
	there := e.state.logo != nil
	e.mu.Unlock()
	if err := e.db.DeletePicture(ctx, logoName); err != nil {
		return err
	}
	e.putLogo(nil)
	if there {
		e.record(ctx, ActSign, "The logo was removed", false)
	}
	return nil
}

func (e *Engine) putLogo(logo image.Image) {
	e.mu.Lock()
	e.state.logo = logo
	e.relook()
	e.mu.Unlock()
	e.touchAll()
	e.changed()
}

// makeLogo gives the logo in a file, no larger than it needs to be, and a PNG file of it.
func makeLogo(data []byte) (image.Image, []byte, error) {
	if len(data) > maxLogoFile {
		return nil, nil, fmt.Errorf("it has %.1f MB, and may have %d", float64(len(data))/(1<<20), maxLogoFile>>20)
	}
	m, err := decodePicture(data, maxPicturePixels)
	if err != nil {
		return nil, nil, err
	}
	if size := m.Bounds().Size(); size.X > logoSide || size.Y > logoSide {
		long := max(size.X, size.Y)
		small := image.NewNRGBA(image.Rect(0, 0, max(1, size.X*logoSide/long), max(1, size.Y*logoSide/long)))
		draw.CatmullRom.Scale(small, small.Bounds(), m, m.Bounds(), draw.Src, nil)
		m = small
	}
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		return nil, nil, fmt.Errorf("keep it as PNG: %w", err)
	}
	return m, file.Bytes(), nil
}

// decodePicture decodes a PNG, JPEG, GIF (its first picture) or BMP file of at most so
// many pixels.
func decodePicture(data []byte, pixels int) (image.Image, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, image.ErrFormat) {
		return nil, errNoPicture
	}
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNoPicture, err)
	}
	switch w, h := size.Width, size.Height; {
	case w < 1 || h < 1:
		return nil, errNoPicture
	case w > maxPictureSide || h > maxPictureSide:
		return nil, fmt.Errorf("the picture has %d×%d pixels, and may have %d a side", w, h, maxPictureSide)
	case w*h > pixels:
		return nil, fmt.Errorf("the picture has %d×%d pixels, and may have %d million", w, h, pixels/1_000_000)
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("the picture is damaged: %w", err)
	}
	return m, nil
}

// lookOf gives what signs of a policy are drawn with beside their words; nil for nothing.
// It is the same until something of it changes, so that who drew with it can tell by the
// pointer whether to draw again. e.mu is held.
func (e *Engine) lookOf(p sign.Policy) *frame.Look {
	name := ""
	if _, there := e.state.templates[p.Template]; there && p.Design == sign.Custom {
		name = p.Template
	}
	look, made := e.state.looks[name]
	if !made {
		look = e.makeLook(e.state.templates[name])
		e.state.looks[name] = look
	}
	return look
}

// makeLook makes a look of a template, which may be none. e.mu is held.
func (e *Engine) makeLook(t ownTemplate) *frame.Look {
	look := &frame.Look{Logo: e.state.logo, Template: t.parsed}
	if t.parsed != nil {
		for _, address := range t.parsed.Addresses() {
			if f := e.state.pictures[address]; f != nil && f.image != nil {
				if look.Pictures == nil {
					look.Pictures = make(map[string]image.Image)
				}
				look.Pictures[address] = f.image
			}
		}
	}
	if look.Logo == nil && look.Template == nil {
		return nil
	}
	return look
}

// relook makes all looks anew when next asked for. Whoever changes what goes into them
// calls it, and then wakes the signs. e.mu is held.
func (e *Engine) relook() {
	e.state.looks = make(map[string]*frame.Look)
	e.state.listed = e.listTemplates()
}

// designsSnapshot is what the app sees of it. e.mu is held.
func (e *Engine) designsSnapshot() Designs {
	return Designs{Logo: e.state.logo, Templates: e.state.listed, PictureHosts: e.state.hosts}
}

// loadDesigns fills in what earlier runs saved.
func (e *Engine) loadDesigns(ctx context.Context) error {
	overrides, err := e.db.Overrides(ctx)
	if err != nil {
		return err
	}
	var hosts []string
	if err := orDefault(e.db.Setting(ctx, settingHosts, &hosts)); err != nil {
		return err
	}
	pictures, err := e.db.Pictures(ctx)
	if err != nil {
		return err
	}
	templates, err := e.db.Templates(ctx)
	if err != nil {
		return err
	}
	e.mu.Lock()
	maps.Copy(e.state.overrides, overrides)
	e.state.hosts = hosts
	for _, t := range templates {
		e.state.templates[t.Name] = parseTemplate(t.Source)
	}
	for _, p := range pictures {
		e.loadPicture(p)
	}
	e.relook()
	e.mu.Unlock()
	e.noteTemplates()
	return nil
}

// loadPicture takes in a picture that was saved. One that can't be decoded any more is
// as good as none. e.mu is held.
func (e *Engine) loadPicture(p store.Picture) {
	m, err := decodePicture(p.Data, maxPicturePixels)
	if err != nil {
		e.log.Warn("A saved picture can't be read any more", "picture", withoutQuery(p.Name), "err", err)
		return
	}
	if p.Name == logoName {
		e.state.logo = m
		return
	}
	e.state.pictures[p.Name] = &fetched{image: m, file: sha256.Sum256(p.Data), etag: p.ETag, modified: p.Modified}
}
