package settings

import (
	"context"
	"errors"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/command"
	"github.com/roomink/roomink/app/xwidget"
)

// logo is where the organisation's logo is chosen. It is in force at once: a picture
// is no part of the policy's draft.
type logo struct {
	picture image.Image
	image   *canvas.Image
	frame   *fyne.Container
	none    *xwidget.Paragraph
	choose  *widget.Button
	remove  *widget.Button
	area    *command.Area
}

// logoFiles are the kinds of picture that can be a logo.
func logoFiles() []string { return []string{".png", ".jpg", ".jpeg", ".gif", ".bmp"} }

func (p *Page) logoParts() fyne.CanvasObject {
	l := &p.logo
	l.area = p.cfg.Hub.NewArea()
	l.image = &canvas.Image{FillMode: canvas.ImageFillContain}
	l.frame = container.NewHBox(xwidget.NewPaddedCard(xwidget.Fixed(l.image, 150, 56), 8))
	l.none = xwidget.NewCaption(lang.L("No logo yet. Dark shapes on white or clear ground look best on e-paper: PNG, JPEG, GIF or BMP."))
	l.choose = widget.NewButtonWithIcon(lang.L("Choose a picture…"), theme.FolderOpenIcon(), p.ChooseLogo)
	l.remove = widget.NewButtonWithIcon(lang.L("Remove"), theme.DeleteIcon(), p.RemoveLogo)
	l.frame.Hide()
	l.remove.Hide()
	return xwidget.Stack(8, l.frame, l.none, container.NewHBox(l.choose, l.remove), l.area)
}

func (l *logo) show(picture image.Image) {
	if l.picture != picture {
		l.picture, l.image.Image = picture, picture
		l.image.Refresh()
	}
	xwidget.SetVisible(l.frame, picture != nil)
	xwidget.SetVisible(l.remove, picture != nil)
	xwidget.SetVisible(l.none, picture == nil)
}

// ChooseLogo asks for a picture and makes it the logo.
func (p *Page) ChooseLogo() {
	p.cfg.ChooseFile(logoFiles(), func(_ string, data []byte, err error) {
		switch {
		case errors.Is(err, context.Canceled):
		case err != nil:
			p.logo.area.Fail("logo", err)
		default:
			p.setLogo(data, lang.L("The logo is on its way to the signs."))
		}
	})
}

// RemoveLogo takes the logo away.
func (p *Page) RemoveLogo() { p.setLogo(nil, lang.L("The logo was removed.")) }

func (p *Page) setLogo(data []byte, success string) {
	p.logo.area.Run(command.Task{Key: "logo", Label: lang.L("One moment…"), Success: success,
		Work: func(ctx context.Context) error { return p.cfg.Engine.SetLogo(ctx, data) }})
}
