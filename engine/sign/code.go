package sign

import (
	"net/url"
	"strings"
)

// outlookCompose opens a new meeting in Outlook on the web. Microsoft once described the
// parameters subject, body, location, startdt and enddt for the path that it grew from
// ("How to compose a new message or event and populate fields in Office365", 2016); the
// path of today and "to", the addresses to invite, are documented by others only
// (InteractionDesignFoundation/add-event-to-calendar-docs, services/outlook-web.md). A
// room that is invited is booked. No time is given: it would change the picture all day.
const outlookCompose = "https://outlook.office.com/calendar/deeplink/compose"

// maxLocation keeps a long name from making a code too fine for a phone, in bytes.
const maxLocation = 60

// code is what the QR code says, and what it is for; empty for none.
func (c *composer) code() (content, label string) {
	address := string(c.agenda.Room.ID)
	if _, ok := c.agenda.Room.ID.Calendar(); ok {
		address = "" // it can't be invited, and its id is nobody's business
	}
	switch c.policy.Code {
	case OutlookCode:
		if address == "" {
			return "", ""
		}
		content = outlookCompose + "?to=" + escape(address)
		if location := escape(clean(c.agenda.Room.DisplayName())); len(location) <= maxLocation {
			content += "&location=" + location
		}
		return content, c.words.bookRoom
	case AddressCode:
		if address == "" && strings.Contains(c.policy.CodeAddress, roomInAddress) || c.policy.CodeAddress == "" {
			return "", ""
		}
		return strings.ReplaceAll(c.policy.CodeAddress, roomInAddress, escape(address)), c.words.scanHere
	}
	return "", ""
}

// roomInAddress stands for the room's address in Policy.CodeAddress.
const roomInAddress = "{room}"

// escape makes s a part of a path or of a query.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
