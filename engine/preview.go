package engine

import (
	"context"
	"fmt"
	"image"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/sign"
	"github.com/roomink/roomink/engine/store"
)

// Preview draws what a display would show for a room now. It changes nothing.
func (e *Engine) Preview(id display.ID, room calendar.RoomID) (display.Frame, error) {
	e.mu.Lock()
	dev, ok := e.state.displays[id]
	if !ok {
		e.mu.Unlock()
		return display.Frame{}, errUnknownDisplay(id)
	}
	s, _, look := e.compose(room, false, e.cfg.Now().Round(0))
	panel := dev.Panel
	if dev.cell.low {
		s = e.catalogue.WithLowBattery(s)
	}
	e.mu.Unlock()
	if err := panel.Validate(); err != nil {
		return display.Frame{}, fmt.Errorf("preview on %s: %w", id, err)
	}
	return e.renderer.Frame(s, panel, look)
}

// freshFor is how long a reading counts as fresh in a preview of another moment: longer
// than any sign stays the same.
const freshFor = 48 * time.Hour

// PreviewSign draws a sign as asked. It changes nothing, and may be called for each
// step of a slider. At any moment but now the sign shows what would be known if the
// calendar had just been read, so that it does not call itself out of date.
func (e *Engine) PreviewSign(ctx context.Context, r PreviewRequest) (Preview, error) {
	if err := ctx.Err(); err != nil {
		return Preview{}, err
	}
	if err := r.Panel.Validate(); err != nil {
		return Preview{}, fmt.Errorf("draw the preview: %w", err)
	}
	t := e.previewTemplate(r)
	e.mu.Lock()
	a, account, policy, err := e.previewAgenda(&r)
	look := e.lookOf(r.Policy)
	if t != nil {
		look = e.makeLook(*t)
	}
	var problems []TemplateProblem
	if r.Policy.Design == sign.Custom {
		problems = e.previewProblems(r, t)
	}
	e.mu.Unlock()
	if err != nil {
		return Preview{}, err
	}
	s, next := e.catalogue.Compose(a, account, policy, r.At)
	f, err := e.renderer.Frame(s, r.Panel, look)
	if err != nil {
		return Preview{}, err
	}
	return Preview{Frame: f, Sign: s, Next: next, Problems: problems}, nil
}

// previewTemplate reads the template that was given along, nil if none was.
func (e *Engine) previewTemplate(r PreviewRequest) *ownTemplate {
	if r.Policy.Design != sign.Custom || r.Template == nil {
		return nil
	}
	t := parseTemplate(r.Template)
	return &t
}

// previewAgenda gives what the sign is made of, and fills in when. e.mu is held.
func (e *Engine) previewAgenda(r *PreviewRequest) (calendar.Agenda, sign.Account, sign.Policy, error) {
	now := r.At.IsZero()
	policy := r.Policy
	if now {
		r.At, policy = e.cfg.Now().Round(0), e.keepable(policy)
	}
	if r.Room == "" {
		policy.StaleAfter = freshFor
		return exampleAgenda(r.At, e.here()), sign.AccountOK, policy, nil
	}
	if _, known := e.state.rooms[r.Room]; !known {
		return calendar.Agenda{}, "", policy, fmt.Errorf("room %s: %w: it may have been removed meanwhile", r.Room, store.ErrNotFound)
	}
	a, account := e.agendaOf(r.Room)
	if !now {
		account = sign.AccountOK
		if !a.SyncedAt.IsZero() {
			a.SyncedAt, policy.StaleAfter = r.At, freshFor
		}
	}
	return a, account, policy, nil
}

// previewProblems tells what of a template can't be seen in a preview. e.mu is held.
func (e *Engine) previewProblems(r PreviewRequest, given *ownTemplate) []TemplateProblem {
	t := e.state.templates[r.Policy.Template]
	if given != nil {
		t = *given
	} else if _, there := e.state.templates[r.Policy.Template]; !there {
		return []TemplateProblem{{Text: fmt.Sprintf("there is no template %q", r.Policy.Template), Fatal: true}}
	}
	problems := e.problemsOf(t)
	if size, panel := t.size(), r.Panel.Bounds().Size(); size != (image.Point{}) && size != panel {
		problems = append(problems, TemplateProblem{Fatal: true, Text: fmt.Sprintf(
			"it was made for a panel of %d×%d pixels: on one of %d×%d signs show the usual design", size.X, size.Y, panel.X, panel.Y)})
	}
	return problems
}
