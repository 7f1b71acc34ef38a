package graph

import (
	"encoding/json"
	"net/http"
)

// Pages of events are decoded by encoding/json and not by the SDK: of some fifty
// properties of an event a sign needs twelve, and the SDK builds a tree of each reply
// and then all of them from it. Measured on one of two cores for a page of fifty
// events of 3 KB each (BenchmarkPage): 14 ms and 76,000 allocations against 1.5 ms and
// 840. The first sync of 500 rooms, which may take 5 s, would spend more than that in
// the SDK alone. The tests hold both decoders against each other
// (TestTheSDKReadsTheSame, FuzzPage).

// page is a page of calendarView or of its delta.
type page struct {
	Value     []*item `json:"value"`
	NextLink  string  `json:"@odata.nextLink"`
	DeltaLink string  `json:"@odata.deltaLink"`
}

// item is what a sign needs of an event
// (learn.microsoft.com/graph/api/resources/event). Whatever else is there is ignored:
// events are of an open type. null is the same as nothing.
type item struct {
	ID             string          `json:"id"`
	Type           string          `json:"type"`
	SeriesMasterID string          `json:"seriesMasterId"`
	Removed        json.RawMessage `json:"@removed"`
	Subject        *string         `json:"subject"`
	ShowAs         *string         `json:"showAs"`
	Sensitivity    string          `json:"sensitivity"`
	IsAllDay       bool            `json:"isAllDay"`
	IsCancelled    bool            `json:"isCancelled"`
	ResponseStatus struct {
		Response string `json:"response"`
	} `json:"responseStatus"`
	Organizer struct {
		EmailAddress struct {
			Name    string `json:"name"`
			Address string `json:"address"`
		} `json:"emailAddress"`
	} `json:"organizer"`
	Start dateTimeZone `json:"start"`
	End   dateTimeZone `json:"end"`
}

// dateTimeZone is Graph's dateTimeTimeZone.
type dateTimeZone struct {
	DateTime string `json:"dateTime"`
	TimeZone string `json:"timeZone"`
}

// needed are the properties of item, for requests that may choose.
var needed = []string{"id", "type", "seriesMasterId", "subject", "showAs", "sensitivity", "isAllDay", "isCancelled",
	"responseStatus", "organizer", "start", "end"}

// decodePage reads a page. A page that got lost must not pass for an empty one, so
// one without a list is an error.
func decodePage(body []byte) (*page, error) {
	var p page
	if err := json.Unmarshal(body, &p); err != nil {
		return nil, errNoEvents
	}
	if p.Value == nil {
		return nil, errNoValue
	}
	return &p, nil
}

func decodeItem(body []byte) (*item, error) {
	var e *item
	if err := json.Unmarshal(body, &e); err != nil || e == nil || e.ID == "" {
		return nil, errNoEvents
	}
	return e, nil
}

// errNoEvents tells no more than this: the decoder's words could hold a subject.
var errNoEvents = &replyError{Status: http.StatusOK, Code: "unreadable", Message: "the reply holds no events of the known form"}
