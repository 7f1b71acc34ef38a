package graph

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"
)

// TestTheSDKReadsTheSame holds our decoding of events against the SDK's, over the
// documented pages and what can be odd in them, and shows that the SDK knows all that
// is there: no property was misspelt here.
func TestTheSDKReadsTheSame(t *testing.T) {
	bodies := map[string]string{
		"all": `{"value":[{"@odata.type":"#microsoft.graph.event","id":"a","subject":"x","showAs":"oof","sensitivity":"confidential","isAllDay":true,"isCancelled":true,"type":"exception","seriesMasterId":"m",
			"responseStatus":{"response":"declined","time":"2026-11-02T08:11:22Z"},"organizer":{"emailAddress":{"name":"n","address":"a@x"}},
			"start":{"dateTime":"2026-11-23T00:00:00","timeZone":"UTC"},"end":{"dateTime":"2026-11-24T00:00:00","timeZone":"UTC"}}],"@odata.nextLink":"n"}`,
		"nulls": `{"value":[{"id":"a","subject":null,"showAs":null,"sensitivity":null,"isAllDay":null,"isCancelled":null,"type":null,"seriesMasterId":null,"responseStatus":null,"organizer":null,"start":null,"end":null},
			{"id":"b","responseStatus":{"response":null},"organizer":{"emailAddress":null},"start":{"dateTime":null,"timeZone":null}}],"@odata.deltaLink":"d"}`,
		"unicode": `{"value":[{"id":"a","subject":"\u0041\ud83d\ude00 שלום R\u0026amp;D \"x\" \\ \/","type":"occurrence"}]}`,
		"bench":   string(benchmarkPage(3)),
	}
	files, err := filepath.Glob("testdata/official/*.http")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f); strings.HasPrefix(name, "delta-") || name == "calendarview.http" {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			_, bodies[name], _ = strings.Cut(string(raw), "\n\n")
		}
	}
	if len(bodies) != 4+6 {
		t.Errorf("%d bodies", len(bodies))
	}
	for name, body := range bodies {
		sdk := sameAsTheSDK(t, testSource(t), []byte(body))
		if sdk == nil {
			t.Fatalf("%s: the SDK can't read it", name)
		}
		for _, e := range sdk.GetValue() {
			for property := range e.GetAdditionalData() {
				if property != "@removed" && !strings.HasPrefix(property, "@odata.") {
					t.Errorf("%s: %s is unknown to the SDK", name, property)
				}
			}
		}
	}
}

// sameAsTheSDK fails if both can read a page and find different things in it.
func sameAsTheSDK(t *testing.T, s *Source, body []byte) users.ItemCalendarViewDeltaGetResponseable {
	t.Helper()
	if !unambiguous(body) {
		return nil
	}
	theirs, err := decode[users.ItemCalendarViewDeltaGetResponseable](s, body, users.CreateItemCalendarViewDeltaGetResponseFromDiscriminatorValue)
	if err != nil || theirs.GetValue() == nil {
		return nil
	}
	ours, err := decodePage(body)
	if err != nil {
		return theirs // the SDK takes a number for a string
	}
	if ours.NextLink != str(theirs.GetOdataNextLink()) || ours.DeltaLink != str(theirs.GetOdataDeltaLink()) || len(ours.Value) != len(theirs.GetValue()) {
		t.Errorf("%s: %+v, the SDK finds %d events, %q, %q", body, ours, len(theirs.GetValue()), str(theirs.GetOdataNextLink()), str(theirs.GetOdataDeltaLink()))
		return theirs
	}
	for i, e := range theirs.GetValue() {
		if ours.Value[i] == nil || e == nil {
			continue
		}
		if a, b := describe(ours.Value[i]), describeModel(e); a != b {
			t.Errorf("%s:\nours:  %s\nSDK's: %s", body, a, b)
		}
	}
	return theirs
}

// unambiguous reports whether a body names each property once, and in its own case:
// what a decoder makes of another is its own affair.
func unambiguous(body []byte) bool {
	low := strings.ToLower(string(body))
	for _, name := range append([]string{"value", "@odata.nextlink", "@odata.deltalink", "@removed", "emailaddress", "name", "address", "datetime", "timezone", "response"}, needed...) {
		if strings.Count(low, `"`+strings.ToLower(name)+`"`) != strings.Count(string(body), `"`+exact(name)+`"`) {
			return false
		}
	}
	return json.Valid(body) && namesOnce(json.NewDecoder(bytes.NewReader(body)))
}

// namesOnce reads a value that is valid JSON.
func namesOnce(d *json.Decoder) bool {
	open, err := d.Token()
	if err != nil {
		return false
	}
	delim, ok := open.(json.Delim)
	seen, once := map[json.Token]bool{}, true
	for ok && d.More() {
		if delim == '{' {
			name, err := d.Token()
			once = once && err == nil && !seen[name]
			seen[name] = true
		}
		once = namesOnce(d) && once
	}
	if ok {
		_, err = d.Token()
	}
	return once && err == nil
}

func exact(name string) string {
	return strings.NewReplacer("@odata.nextlink", "@odata.nextLink", "@odata.deltalink", "@odata.deltaLink", "emailaddress", "emailAddress",
		"datetime", "dateTime", "timezone", "timeZone").Replace(name)
}

func describe(e *item) string {
	return strings.Join([]string{e.ID, known(e.Type, "singleInstance", "occurrence", "exception", "seriesMaster"), e.SeriesMasterID, str(e.Subject),
		known(str(e.ShowAs), "free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
		known(e.Sensitivity, "normal", "personal", "private", "confidential"), yes(e.IsAllDay), yes(e.IsCancelled),
		known(e.ResponseStatus.Response, "none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"),
		e.Organizer.EmailAddress.Name, e.Organizer.EmailAddress.Address, e.Start.DateTime, e.Start.TimeZone, e.End.DateTime, e.End.TimeZone}, "|")
}

func describeModel(e models.Eventable) string {
	var kind, shows, sensitivity, response, name, address string
	if v := e.GetTypeEscaped(); v != nil {
		kind = v.String()
	}
	if v := e.GetShowAs(); v != nil {
		shows = v.String()
	}
	if v := e.GetSensitivity(); v != nil {
		sensitivity = v.String()
	}
	if v := e.GetResponseStatus(); v != nil && v.GetResponse() != nil {
		response = v.GetResponse().String()
	}
	if v := e.GetOrganizer(); v != nil && v.GetEmailAddress() != nil {
		name, address = str(v.GetEmailAddress().GetName()), str(v.GetEmailAddress().GetAddress())
	}
	at := func(d models.DateTimeTimeZoneable) []string {
		if d == nil {
			return []string{"", ""}
		}
		return []string{str(d.GetDateTime()), str(d.GetTimeZone())}
	}
	is := func(b *bool) string { return yes(b != nil && *b) }
	fields := []string{str(e.GetId()), kind, str(e.GetSeriesMasterId()), str(e.GetSubject()), shows, sensitivity, is(e.GetIsAllDay()), is(e.GetIsCancelled()), response, name, address}
	return strings.Join(append(append(fields, at(e.GetStart())...), at(e.GetEnd())...), "|")
}

// known is v if it is one of the values that the SDK knows: it drops any other.
func known(v string, values ...string) string {
	if slices.Contains(values, v) {
		return v
	}
	return ""
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// benchmarkPage is a page of n events as Graph words them in change tracking: with the
// text of the invitation and the attendees.
func benchmarkPage(n int) []byte {
	one := `{"@odata.type":"#microsoft.graph.event","@odata.etag":"W/\"ABCDEFGH0123\"","id":"AAMkADAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMABGAAAAAADUuTJK1K9sQLxb-NUMBER==","createdDateTime":"2026-11-02T08:11:22.0000000Z","lastModifiedDateTime":"2026-11-20T08:11:22.0000000Z","changeKey":"ABCDEFGH0123","categories":[],"transactionId":null,"originalStartTimeZone":"W. Europe Standard Time","originalEndTimeZone":"W. Europe Standard Time","iCalUId":"040000008200E00074C5B7101A82E00800000000D0B1","reminderMinutesBeforeStart":15,"isReminderOn":false,"hasAttachments":false,"subject":"Quarterly planning \u0026 review","bodyPreview":"Hello all, please find the agenda below. We will meet at the usual place and go through the figures of last quarter.","importance":"normal","sensitivity":"normal","isAllDay":false,"isCancelled":false,"isOrganizer":false,"responseRequested":true,"seriesMasterId":null,"showAs":"busy","type":"singleInstance","webLink":"https://outlook.office365.com/owa/?itemid=AAMkADAwMDAw&exvsurl=1&path=/calendar/item","onlineMeetingUrl":null,"isOnlineMeeting":true,"onlineMeetingProvider":"teamsForBusiness","allowNewTimeProposals":true,"isDraft":false,"hideAttendees":false,"recurrence":null,"onlineMeeting":{"joinUrl":"https://teams.microsoft.com/l/meetup-join/19%3ameeting"},"responseStatus":{"response":"accepted","time":"2026-11-02T08:11:22Z"},"body":{"contentType":"text","content":"` +
		strings.Repeat(`Agenda point: figures, staff, outlook.\r\n`, 20) + `"},"start":{"dateTime":"2026-11-23T09:00:00.0000000","timeZone":"UTC"},"end":{"dateTime":"2026-11-23T10:00:00.0000000","timeZone":"UTC"},"location":{"displayName":"Oslo","locationType":"conferenceRoom","uniqueId":"oslo@contoso.com","uniqueIdType":"directory","locationEmailAddress":"oslo@contoso.com","address":{},"coordinates":{}},"locations":[{"displayName":"Oslo","locationType":"conferenceRoom","uniqueId":"oslo@contoso.com","uniqueIdType":"directory"}],"attendees":[{"type":"required","status":{"response":"none","time":"0001-01-01T00:00:00Z"},"emailAddress":{"name":"Grace Hopper","address":"grace@contoso.com"}},{"type":"resource","status":{"response":"accepted","time":"2026-11-02T08:11:22Z"},"emailAddress":{"name":"Oslo","address":"oslo@contoso.com"}}],"organizer":{"emailAddress":{"name":"Ada Lovelace","address":"ada@contoso.com"}}}`
	events := make([]string, n)
	for i := range events {
		events[i] = strings.Replace(one, "NUMBER", string(rune('a'+i%26))+string(rune('a'+i/26)), 1)
	}
	return []byte(`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#Collection(event)","value":[` + strings.Join(events, ",") +
		`],"@odata.deltaLink":"https://graph.example/v1.0/users/r/calendarView/delta?$deltatoken=x"}`)
}

// BenchmarkPage is a page of fifty events on its way to the domain, and what the SDK's
// models alone take of it.
func BenchmarkPage(b *testing.B) {
	s, body := testSource(b), benchmarkPage(50)
	b.Run("own", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			p, err := decodePage(body)
			if err != nil {
				b.Fatal(err)
			}
			r := newRound()
			if _, err := r.add(p.Value); err != nil {
				b.Fatal(err)
			}
			if events, err := r.events(); err != nil || len(events) != 50 {
				b.Fatal(len(events), err)
			}
		}
	})
	b.Run("sdk", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			p, err := decode[users.ItemCalendarViewDeltaGetResponseable](s, body, users.CreateItemCalendarViewDeltaGetResponseFromDiscriminatorValue)
			if err != nil || len(p.GetValue()) != 50 {
				b.Fatal(err)
			}
		}
	})
}
