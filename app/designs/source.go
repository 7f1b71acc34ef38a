package designs

import (
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/roomink/roomink/app/xwidget"
	"github.com/roomink/roomink/engine"
)

// source is a text of many lines with their numbers beside them.
type source struct {
	entry   *widget.Entry
	numbers *widget.RichText
	scroll  *container.Scroll
	object  fyne.CanvasObject

	lines  int
	marked map[int]fyne.ThemeColorName // the lines that problems name
}

func newSource(changed func()) *source {
	s := &source{entry: widget.NewMultiLineEntry(), numbers: widget.NewRichText()}
	s.entry.TextStyle.Monospace = true
	// The text grows and its numbers with it; both are scrolled together.
	s.entry.Wrapping, s.entry.Scroll = fyne.TextWrapOff, container.ScrollNone
	s.entry.OnChanged = func(string) {
		s.number()
		changed()
	}
	s.entry.OnCursorChanged = s.follow
	s.scroll = container.NewScroll(container.NewBorder(nil, nil, s.numbers, nil, s.entry))
	s.object = xwidget.NewPaddedCard(s.scroll, 4)
	s.number()
	return s
}

func (s *source) text() string { return s.entry.Text }

func (s *source) setText(text string) {
	s.marked = nil
	s.entry.SetText(text)
	s.entry.CursorRow, s.entry.CursorColumn = 0, 0
	s.entry.Refresh()
	s.scroll.ScrollToTop()
}

// number counts the lines anew.
func (s *source) number() {
	if n := strings.Count(s.entry.Text, "\n") + 1; n != s.lines {
		s.lines = n
		s.showNumbers()
	}
}

// markLines shows at their numbers which lines have problems.
func (s *source) markLines(list []engine.TemplateProblem) {
	s.marked = make(map[int]fyne.ThemeColorName)
	for _, p := range slices.Backward(list) { // the gravest are first
		s.marked[p.Line] = theme.ColorNameWarning
		if p.Fatal {
			s.marked[p.Line] = theme.ColorNameError
		}
	}
	s.showNumbers()
}

// showNumbers writes lines of one colour in one piece: a text may have thousands.
func (s *source) showNumbers() {
	s.numbers.Segments = nil
	width := len(strconv.Itoa(s.lines))
	for from := 1; from <= s.lines; {
		to := from
		for to < s.lines && s.marked[to+1] == s.marked[from] {
			to++
		}
		var text strings.Builder
		for n := from; n <= to; n++ {
			number := strconv.Itoa(n)
			mark := " "
			if s.marked[n] != "" {
				mark = "›" // colour alone tells nothing to some
			}
			text.WriteString(mark + strings.Repeat(" ", width-len(number)) + number)
			if n < s.lines {
				text.WriteByte('\n')
			}
		}
		style := widget.RichTextStyleInline
		style.TextStyle.Monospace = true
		style.ColorName = theme.ColorNamePlaceHolder
		if color := s.marked[from]; color != "" {
			style.ColorName = color
		}
		s.numbers.Segments = append(s.numbers.Segments, &widget.TextSegment{Text: text.String(), Style: style})
		from = to + 1
	}
	s.numbers.Refresh()
}

// lineHeight is how far lines are apart.
func (s *source) lineHeight() float32 {
	return fyne.MeasureText("M", theme.TextSize(), s.entry.TextStyle).Height
}

// follow keeps the cursor in sight.
func (s *source) follow() {
	y := float32(s.entry.CursorRow) * s.lineHeight()
	top, height := s.scroll.Offset.Y, s.scroll.Size().Height
	margin := 2 * s.lineHeight()
	switch {
	case height <= 0:
		return
	case y < top+margin:
		top = max(0, y-margin)
	case y+margin > top+height-margin:
		top = y + 2*margin - height
	default:
		return
	}
	s.scroll.ScrollToOffset(fyne.NewPos(s.scroll.Offset.X, top))
}

// goTo puts the cursor at a line and a column, both from 1, as far as they are there.
func (s *source) goTo(line, column int) {
	lines := strings.Split(s.entry.Text, "\n")
	row := min(max(line, 1), len(lines)) - 1
	s.entry.CursorRow = row
	s.entry.CursorColumn = min(max(column, 1)-1, len([]rune(lines[row])))
	s.entry.Refresh()
	s.follow()
}
