package entra

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParseCallback(f *testing.F) {
	for _, s := range []string{
		"code=abc&state=xyz&session_state=1", "error=access_denied&error_description=AADSTS65004%3a+User+declined&state=x",
		"error=access_denied&error_description=AADSTS65004%3a+User+declined%0d%0aTrace+ID%3a+a%0d%0aCorrelation+ID%3a+cccccccc-0000-4000-8000-000000000001%0d%0aTimestamp%3a+2026-11-23+08%3a00%3a00Z",
		"admin_consent=True&tenant=7b1f3c52-9d0e-4c5a-8f2b-6a41e0d9c713&scope=https%3a%2f%2fgraph.microsoft.com%2f.default&state=x",
		"error=consent_required&admin_consent=True&error_description=AADSTS65004%3a&state=x", "admin_consent=True&code=c&state=x", "admin_consent=False&tenant=x",
		"", "&&&", "code=%zz", "code=a&code=b", "a;b", "error=&code=", "state=\x00&code=\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		cb, err := parseCallback(query)
		if err != nil {
			return
		}
		n := 0
		for _, is := range []bool{cb.code != "", cb.approved, cb.failure.OAuth != ""} {
			if is {
				n++
			}
		}
		if n != 1 || cb.tenant != "" && !cb.approved {
			t.Errorf("%q gives %+v: exactly one of code, approval and failure is wanted", query, cb)
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

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"AADSTS50011: The redirect URI", "50011", "Error Code: 50011", "aadsts 7000215", "", "AADSTS", "AADSTS99999999999", "2f4a8c1e-53b7-4d69-9e0a-b8c7d6e5f401"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := ParseCode(text)
		if ok != (code > 0) || code > 999_999_999 || ok && !strings.Contains(text, strconv.Itoa(code)) {
			t.Errorf("%q gives %d, %t", text, code, ok)
		}
	})
}
