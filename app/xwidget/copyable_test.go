package xwidget_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/xwidget"
)

// A long value must not run out of its card, and must come out of the clipboard whole.
func TestCopyableFoldsLongValues(t *testing.T) {
	test.NewTempApp(t)
	for _, value := range []string{
		`Set-MailboxFolderPermission room@contoso.com:\Calendar -User Default -AccessRights LimitedDetails`,
		"http://localhost/" + strings.Repeat("roomink", 20),
	} {
		c := xwidget.NewCopyable(value)
		w := test.NewTempWindow(t, c)
		if width := c.MinSize().Width; width > 640 {
			t.Errorf("%v wide; want at most 640", width)
		}
		w.Resize(fyne.NewSize(640, 120))
		test.Tap(apptest.Find[*widget.Button](w, "Copy"))
		if got := fyne.CurrentApp().Clipboard().Content(); got != value {
			t.Errorf("copied %q; want %q", got, value)
		}
	}
}
