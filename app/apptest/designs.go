package apptest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"slices"
	"strings"

	"github.com/roomink/roomink/engine"
	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// TemplateSource is a template that CheckTemplate of [Engine] has nothing to say
// against; one with the word "bad" in a line can't be drawn because of it, and one with
// "odd" is drawn otherwise.
const TemplateSource = `{
  "layout": {
    "items": [
      {"type": "TEXT", "data": {"text": "$ROOM_NAME"}}
    ]
  }
}
`

// Languages implements the window's Engine.
func (e *Engine) Languages() []engine.Language { return Languages() }

// Languages are those of the signs.
func Languages() []engine.Language {
	return []engine.Language{{Tag: "en", Name: "English"}, {Tag: "de", Name: "Deutsch"}, {Tag: "fr", Name: "Français"},
		{Tag: "es", Name: "Español"}, {Tag: "ja", Name: "日本語"}, {Tag: "ar", Name: "العربية"}}
}

// PreviewSign implements the window's Engine with [Engine.Draw], or with the simple
// signs of [Frame].
func (e *Engine) PreviewSign(ctx context.Context, r engine.PreviewRequest) (engine.Preview, error) {
	if e.Fail != nil {
		if err := e.Fail("PreviewSign"); err != nil {
			return engine.Preview{}, err
		}
	}
	if err := ctx.Err(); err != nil {
		return engine.Preview{}, err
	}
	s := e.Snapshot()
	if e.Draw != nil {
		return e.Draw(s, r)
	}
	return Preview(s, r), nil
}

// Preview draws a simple sign.
func Preview(s engine.Snapshot, r engine.PreviewRequest) engine.Preview {
	room := engine.Room{Agenda: calendar.Agenda{Room: calendar.Room{ID: r.Room, Name: "Example"}}}
	for _, x := range s.Rooms {
		if x.Room.ID == r.Room {
			room = x
		}
	}
	if !r.At.IsZero() {
		room.Now = room.At(r.At)
	}
	return engine.Preview{Frame: *Frame(room, r.Panel), Problems: CheckTemplate(r.Template)}
}

// SetOverride implements the window's Engine.
func (e *Engine) SetOverride(ctx context.Context, id calendar.RoomID, o sign.Override) error {
	if err := e.begin(ctx, "SetOverride"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		for i := range s.Rooms {
			if s.Rooms[i].Room.ID == id {
				s.Rooms[i].Override = o
			}
		}
	})
	return nil
}

// SetLogo implements the window's Engine; every picture is a black square to it.
func (e *Engine) SetLogo(ctx context.Context, data []byte) error {
	if err := e.begin(ctx, "SetLogo"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		if s.Designs.Logo = nil; data != nil {
			s.Designs.Logo = Logo()
		}
	})
	return nil
}

// Logo is a picture of an organisation.
func Logo() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, 240, 80))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for x := range 240 {
		for y := range 80 {
			if (x-40)*(x-40)+(y-40)*(y-40) < 34*34 || x > 96 && y > 24 && y < 56 && x%36 < 22 {
				img.Set(x, y, color.NRGBA{R: 0x1f, G: 0x56, B: 0x73, A: 0xff})
			}
		}
	}
	return img
}

// SaveTemplate implements the window's Engine.
func (e *Engine) SaveTemplate(ctx context.Context, name string, source []byte) error {
	if err := e.begin(ctx, "SaveTemplate"); err != nil {
		return err
	}
	problems := CheckTemplate(source)
	if slices.ContainsFunc(problems, func(p engine.TemplateProblem) bool { return p.Fatal }) {
		return errors.New("the template can't be drawn")
	}
	e.Change(func(s *engine.Snapshot) {
		if e.sources == nil {
			e.sources = make(map[string][]byte)
		}
		e.sources = maps.Clone(e.sources)
		e.sources[name] = bytes.Clone(source)
		list := slices.DeleteFunc(slices.Clone(s.Designs.Templates), func(t engine.Template) bool { return t.Name == name })
		list = append(list, engine.Template{Name: name, Size: image.Pt(800, 480), Problems: problems})
		slices.SortFunc(list, func(a, b engine.Template) int { return strings.Compare(a.Name, b.Name) })
		s.Designs.Templates = list
	})
	return nil
}

// DeleteTemplate implements the window's Engine.
func (e *Engine) DeleteTemplate(ctx context.Context, name string) error {
	if err := e.begin(ctx, "DeleteTemplate"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) {
		s.Designs.Templates = slices.DeleteFunc(slices.Clone(s.Designs.Templates), func(t engine.Template) bool { return t.Name == name })
		if s.Policy.Design == sign.Custom && s.Policy.Template == name {
			s.Policy.Design, s.Policy.Template = sign.Status, ""
		}
	})
	return nil
}

// TemplateSource implements the window's Engine.
func (e *Engine) TemplateSource(ctx context.Context, name string) ([]byte, error) {
	if err := e.begin(ctx, "TemplateSource"); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	source, ok := e.sources[name]
	if !ok {
		return nil, errors.New("there is no such template")
	}
	return source, nil
}

// CheckTemplate implements the window's Engine.
func (e *Engine) CheckTemplate(source []byte) []engine.TemplateProblem { return CheckTemplate(source) }

// CheckTemplate finds the words "bad" and "odd".
func CheckTemplate(source []byte) []engine.TemplateProblem {
	var list []engine.TemplateProblem
	for i, line := range strings.Split(string(source), "\n") {
		if at := strings.Index(line, "bad"); at >= 0 {
			list = append(list, engine.TemplateProblem{Line: i + 1, Column: at + 1, Text: "this is not JSON", Fatal: true})
		}
		if at := strings.Index(line, "odd"); at >= 0 {
			list = append(list, engine.TemplateProblem{Line: i + 1, Column: at + 1, Text: "“odd” is not known and is left out"})
		}
	}
	return list
}

// SetPictureHosts implements the window's Engine.
func (e *Engine) SetPictureHosts(ctx context.Context, hosts []string) error {
	if err := e.begin(ctx, "SetPictureHosts"); err != nil {
		return err
	}
	e.Change(func(s *engine.Snapshot) { s.Designs.PictureHosts = slices.Clone(hosts) })
	return nil
}
