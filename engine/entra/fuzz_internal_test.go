package entra

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParseCallback(f *testing.F) {
	for _, s := range []string{
		"code=abc&state=xyz&session_state=1", "error=access_denied&error_description=AADSTS65004%3a+User+declined&state=x",
		"error=access_denied&error_description=AADSTS65004%3a+User+declined%0d%0aTrace+ID%3a+a%0d%0aCorrelation+ID%3a+cccccccc-0000-4000-8000-000000000001%0d%0aTimestamp%3a+2026-11-23+08%3a00%3a00Z",
		"", "&&&", "code=%zz", "code=a&code=b", "a;b", "error=&code=", "state=\x00&code=\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		cb, err := parseCallback(query)
		if err != nil {
			return
		}
		if (cb.code == "") == (cb.failure.OAuth == "") {
			t.Errorf("%q gives %+v: exactly one of code and failure is wanted", query, cb)
		}
		if q, _ := url.ParseQuery(query); cb.state != q.Get("state") {
			t.Errorf("state %q", cb.state)
		}
		bounded(t, cb.failure)
	})
}

func FuzzParseErrorBody(f *testing.F) {
	for _, s := range []string{
		`{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys for app are expired.\r\nTrace ID: a\r\nCorrelation ID: cccccccc-0000-4000-8000-000000000001\r\nTimestamp: 2023-01-09 14:06:14Z","error_codes":[7000222],"timestamp":"2023-01-09 14:06:14Z","correlation_id":"x","suberror":"bad_token"}`,
		"{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: The refresh token has expired due to inactivity.\u00a0The token was issued\",\"error_codes\":[700082]}",
		`{}`, `{"error":5}`, `{"error":"x","error_codes":["1"]}`, `{"error":"x","error_codes":[-1]}`, `<html>`, ``, `null`, `[]`, `{"error":"x","error_description":"AADSTS99999999999999: "}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := parseErrorBody(body)
		if w.OAuth == "" && w != (wireError{}) {
			t.Errorf("%q gives %+v without an error", body, w)
		}
		bounded(t, w)
	})
}

// bounded checks what may reach a screen.
func bounded(t *testing.T, w wireError) {
	t.Helper()
	if w.Code < 0 || len(w.Description) > 4*601+3 || len(w.OAuth) > 4*65+3 {
		t.Errorf("unbounded: %+v", w)
	}
	for _, s := range []string{w.OAuth, w.SubError, w.Description, w.CorrelationID} {
		if !utf8.ValidString(s) || strings.ContainsAny(w.Description, "\r\n") {
			t.Errorf("not fit for a screen: %q", s)
		}
	}
}

// TestExplanations walks the whole table: each entry has a title that fits into
// a sentence and a remedy in which nothing is left to fill in.
func TestExplanations(t *testing.T) {
	c := Credentials{Tenant: "contoso.com"}.Trimmed()
	for code := range explanations {
		x := c.explain(code, "")
		if x.Title == "" || strings.HasSuffix(x.Title, ".") || !strings.HasSuffix(x.Remedy, ".") || strings.ContainsAny(x.Remedy, "{}") {
			t.Errorf("%d: %+v", code, x)
		}
	}
	for kind := range oauthExplanations {
		if x := c.explain(0, kind); x.Title == "" || strings.ContainsAny(x.Remedy, "{}") {
			t.Errorf("%s: %+v", kind, x)
		}
	}
	// The list of reference/graph.md 1.10.
	for _, code := range []int{50011, 500011, 50020, 50034, 50126, 50053, 50055, 50057, 50058, 50059, 50128, 90019, 50076, 50079, 50074, 50078,
		50105, 50173, 50194, 50196, 50132, 50133, 501481, 53000, 53001, 53003, 530032, 530035, 54005, 65001, 65004, 650052, 650056, 650057,
		70000, 70008, 700082, 70043, 70011, 28002, 700022, 700023, 700016, 7000112, 70001, 7000215, 7000218, 7000222, 700025, 700027, 700005,
		90002, 90038, 90008, 90094, 90095, 900144, 9002313, 9001023, 90033, 90024, 90006, 50033, 50087, 90012, 70016, 70018, 70019, 90119, 90120} {
		if _, ok := explanations[code]; !ok {
			t.Errorf("AADSTS%d is not explained", code)
		}
	}
}
