package designs

import (
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/paper"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/app/xwidget"
)

// large shows one design at the panel's own pixels.
type large struct {
	page     *Page
	look     Look
	pictures *paper.Cache

	title   *xwidget.Text
	caption *xwidget.Text
	image   *canvas.Image
	scroll  *container.Scroll
	object  *fyne.Container
}

func newLarge(p *Page) *large {
	l := &large{page: p, pictures: paper.NewCache(0, 4), title: xwidget.NewHeading("", theme.SizeNameSubHeadingText), caption: xwidget.NewMuted("")}
	back := widget.NewButtonWithIcon(lang.L("All designs"), theme.NavigateBackIcon(), p.Gallery)
	l.image = &canvas.Image{FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScalePixels}
	l.scroll = container.NewScroll(container.NewCenter(xwidget.Pad(l.image, 12, 12, 12, 12)))
	head := container.NewBorder(nil, nil, back, nil, xwidget.Pad(xwidget.Stack(1, l.title, l.caption), 0, 0, 0, 12))
	l.object = container.NewBorder(xwidget.Pad(head, 0, 12, 8, 2), nil, nil, nil, xwidget.Pad(xwidget.NewPaddedCard(l.scroll, 6), 0, 12, 0, 2))
	return l
}

// Enlarge shows a design at the panel's own pixels.
func (p *Page) Enlarge(l Look) {
	p.large.look = l
	p.large.title.SetText(words.Design(l.Design, l.Template))
	p.open(p.large.object)
	p.draw()
}

func (l *large) draw() {
	scene := l.page.chooser.Scene()
	request := scene.Request(l.look.In(l.page.policy()))
	for _, t := range l.page.view.Templates {
		if t.Look == l.look {
			request.Panel = t.on(scene.Panel)
		}
	}
	var picture image.Image
	l.page.latest.Run(func(ctx context.Context) (err error) {
		picture, err = l.page.picture(ctx, l.pictures, request)
		return err
	}, func(err error) {
		if err != nil {
			l.caption.SetText(l.page.cfg.Hub.Explain(err).Title)
			l.put(nil)
			return
		}
		size := request.Panel.Bounds().Size()
		l.caption.SetText(lang.L("{{.W}}×{{.H}} pixels, one of the panel for one of this screen", map[string]any{"W": size.X, "H": size.Y}))
		l.put(picture)
	})
}

// put shows a picture with a pixel of its own for each of the screen's.
func (l *large) put(picture image.Image) {
	if l.image.Image == picture && picture != nil {
		return
	}
	l.image.Image = picture
	l.image.Hidden = picture == nil
	if picture != nil {
		size, scale := picture.Bounds().Size(), l.page.cfg.Window.Canvas().Scale()
		if want := fyne.NewSize(float32(size.X)/scale, float32(size.Y)/scale); l.image.MinSize() != want {
			l.image.SetMinSize(want)
			l.scroll.Content.Refresh()
			l.scroll.Refresh()
		}
	}
	l.image.Refresh()
}
