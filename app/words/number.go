package words

import (
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Number is a whole number as the window's language groups its digits.
func Number(n int) string { return printer().Sprint(n) }

// Seconds is a short time to a tenth of a second and at least that, such as "1.3 s".
func Seconds(d time.Duration) string {
	const tenth = 100 * time.Millisecond
	return printer().Sprint(number.Decimal(max(tenth, d.Round(tenth)).Seconds(), number.MaxFractionDigits(1))) + " s"
}

// printer writes numbers in the language that the texts are in, which is English where
// there are none in the system's.
func printer() *message.Printer {
	return message.NewPrinter(language.Make(lang.X("language.tag", "en")))
}

// Span is how long something takes or how often it comes, to the second: "30 s",
// "2 min 40 s", "1 h".
func Span(d time.Duration) string {
	d = d.Round(time.Second)
	var parts []string
	part := func(n time.Duration, unit string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit))
		}
	}
	part(d/time.Hour, "h")
	part(d%time.Hour/time.Minute, "min")
	part(d%time.Minute/time.Second, "s")
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}
