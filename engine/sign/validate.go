package sign

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The limits of a policy.
const (
	MinStaleAfter  = time.Minute
	MaxSoon        = time.Hour
	MaxCodeAddress = 300 // bytes: a code that a phone still reads off a small panel
	MaxFreeText    = 200 // characters
)

// Validate reports everything that is wrong with a policy, in words for whoever sets
// it; nil if it is good to use. A language that nobody speaks is no error: English
// stands in.
func (p Policy) Validate() error {
	problems := []error{
		oneOf("privacy", p.Privacy, Full, Organizer, Masked),
		oneOf("design", p.Design, append(Designs(), Custom)...),
		oneOf("what to show outside working hours", p.Outside, AsUsual, SayShut, Rest),
		oneOf("QR code", p.Code, NoCode, OutlookCode, AddressCode),
	}
	require := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	require(p.StaleAfter >= MinStaleAfter, "a calendar can't be too old after %s already; choose a minute or more", p.StaleAfter)
	require(p.Design != Custom || p.Template != "", "choose the template to draw signs with, or another design")
	require(p.WeekStart >= time.Sunday && p.WeekStart <= time.Saturday, "the week can't start on day %d; choose 0 for Sunday to 6 for Saturday", p.WeekStart)
	require(p.WorkDays < 1<<7, "the working days hold one that no week has")
	require(p.WorkFrom >= 0 && p.WorkTo <= endOfDay, "working hours lie between 00:00 and 24:00")
	require(p.WorkFrom < p.WorkTo, "working hours end before they begin; choose an end after %02d:%02d", p.WorkFrom/60, p.WorkFrom%60)
	require(p.Soon >= 0 && p.Soon <= MaxSoon, "meetings are announced up to an hour ahead, not %s", p.Soon)
	require(utf8.RuneCountInString(p.Text) <= MaxFreeText, "the free text has %d characters; at most %d fit", utf8.RuneCountInString(p.Text), MaxFreeText)
	if p.Code == AddressCode {
		problems = append(problems, checkAddress(p.CodeAddress))
	}
	return errors.Join(problems...)
}

func oneOf[T ~string](what string, value T, choices ...T) error {
	if slices.Contains(choices, value) {
		return nil
	}
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = fmt.Sprintf("%q", string(c))
	}
	return fmt.Errorf("%s: %q is none of %s", what, string(value), strings.Join(names, ", "))
}

// checkAddress reports why a QR code can't lead to an address.
func checkAddress(address string) error {
	u, err := url.Parse(strings.ReplaceAll(address, roomInAddress, "room"))
	switch {
	case address == "":
		return errors.New("enter the address that the QR code leads to")
	case len(address) > MaxCodeAddress:
		return fmt.Errorf("the address for the QR code has %d bytes; at most %d can be scanned off a sign", len(address), MaxCodeAddress)
	case err != nil:
		return fmt.Errorf("the address for the QR code can't be read: %w", err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("the address for the QR code must begin with https:// or http:// and name a host, unlike %q", address)
	}
	return nil
}
