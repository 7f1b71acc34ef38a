package preview

import (
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// StageConfig is what a stage needs.
type StageConfig struct {
	Engine Engine
	Hub    *command.Hub
	// Request says what to draw of a scene.
	Request func(Scene) engine.PreviewRequest
	// Height is how high the picture stands.
	Height float32
	// Drawn, if not nil, is called with each answer.
	Drawn func(engine.Preview)
}

// Stage is one preview with the chooser of its scene under it. It is the UI
// goroutine's.
type Stage struct {
	cfg      StageConfig
	chooser  *Chooser
	latest   *command.Latest
	pictures *paper.Cache
	bezel    *xwidget.Bezel
	failure  *xwidget.Paragraph
	object   *fyne.Container
}

// stageWidth is how wide the picture of a stage is at most, in pixels.
const stageWidth = 800

// NewStage makes a stage that shows nothing before Show.
func NewStage(cfg StageConfig) *Stage {
	s := &Stage{cfg: cfg, latest: cfg.Hub.NewLatest(), pictures: paper.NewCache(stageWidth, 8),
		bezel: xwidget.NewBezel(fyne.NewSize(240, cfg.Height)), failure: xwidget.NewColoredParagraph("", theme.ColorNameError)}
	s.chooser = NewChooser(s.Draw)
	s.failure.Hide()
	s.object = xwidget.Stack(10, s.bezel, s.failure, s.chooser.Column())
	return s
}

// Object is what the stage consists of.
func (s *Stage) Object() fyne.CanvasObject { return s.object }

// Chooser is the stage's chooser.
func (s *Stage) Chooser() *Chooser { return s.chooser }

// Show brings the stage up to date.
func (s *Stage) Show(v View) {
	s.chooser.Show(v)
	s.Draw()
}

// Draw asks for the picture again.
func (s *Stage) Draw() {
	request := s.cfg.Request(s.chooser.Scene())
	var answer engine.Preview
	var picture image.Image
	s.latest.Run(func(ctx context.Context) (err error) {
		if answer, err = s.cfg.Engine.PreviewSign(ctx, request); err == nil {
			picture = s.pictures.Picture(&answer.Frame)
		}
		return err
	}, func(err error) {
		if err != nil {
			s.fail(request, err)
			return
		}
		s.tell("")
		s.bezel.SetPicture(picture)
		if s.cfg.Drawn != nil {
			s.cfg.Drawn(answer)
		}
	})
}

func (s *Stage) fail(r engine.PreviewRequest, err error) {
	size := r.Panel.Bounds().Size()
	s.bezel.SetEmpty(size.X, size.Y, lang.L("No preview"))
	e := s.cfg.Hub.Explain(err)
	s.tell(e.Title)
}

func (s *Stage) tell(text string) {
	if s.failure.Text() == text {
		return
	}
	s.failure.SetText(text)
	s.failure.Hidden = text == ""
	s.object.Refresh()
}
