package handout_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/roomink/roomink/app/apptest"
	"github.com/roomink/roomink/app/handout"
	"github.com/roomink/roomink/engine"
)

var update = flag.Bool("update", false, "write the masters anew")

// hidden is a secret that a person has typed before asking for the hand-out.
const hidden = "kX~8Q~hidden-secret-of-the-office_9aZ"

func data(mode engine.Mode, public bool) handout.Data {
	const blade = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/"
	d := handout.Data{
		CloudName: "Microsoft 365",
		Guide: engine.Guide{
			Portal: blade + "ApplicationsListBlade", NewApp: blade + "CreateApplicationBlade", Overview: blade + "ApplicationsListBlade",
			Authentication: blade + "ApplicationsListBlade", Secrets: blade + "ApplicationsListBlade", Permissions: blade + "ApplicationsListBlade",
			AppName: "Roomink room signs", RedirectURI: "http://localhost/roomink",
			Needed: []engine.Permission{
				{Name: "User.Read", Mode: engine.Delegated},
				{Name: "Calendars.Read", Mode: engine.Delegated},
				{Name: "Calendars.Read.Shared", Mode: engine.Delegated},
			},
		},
		Credentials: engine.Credentials{Mode: mode, Public: public, Secret: hidden, Tenant: "contoso.com"},
	}
	if mode == engine.Application {
		d.Guide.Needed = []engine.Permission{
			{Name: "Calendars.Read", Mode: mode, AdminConsent: true},
			{Name: "Place.Read.All", Mode: mode, AdminConsent: true, Optional: true},
		}
		d.Guide.Narrow = []engine.Recipe{
			{Name: "RBAC for Applications", Note: "English.", Commands: `Connect-ExchangeOnline
Connect-MgGraph -Scopes Application.Read.All
$object = (Get-MgServicePrincipal -Filter "appId eq '<Application (client) ID>'").Id
New-ServicePrincipal -AppId <Application (client) ID> -ObjectId $object -DisplayName "Roomink room signs"
New-ManagementScope -Name "Room mailboxes" -RecipientRestrictionFilter "RecipientTypeDetails -eq 'RoomMailbox'"
New-ManagementRoleAssignment -App $object -Role "Application Calendars.Read" -CustomResourceScope "Room mailboxes"`},
			{Name: "Application access policy", Commands: `Connect-ExchangeOnline
New-ApplicationAccessPolicy -AppId <Application (client) ID> -PolicyScopeGroupId rooms@contoso.com -AccessRight RestrictAccess`},
			{Name: "A way of the future", Note: "In the engine's words.", Commands: "Get-Mailbox"},
		}
	}
	return d
}

var cases = []struct {
	name, tag string
	data      handout.Data
}{
	{"delegated-web", "en", data(engine.Delegated, false)},
	{"delegated-public", "en", data(engine.Delegated, true)},
	{"application-web", "en", data(engine.Application, false)},
	{"application-web-de", "de", data(engine.Application, false)},
	{"delegated-public-de", "de", data(engine.Delegated, true)},
}

func write(t *testing.T, d handout.Data) string {
	t.Helper()
	page, err := handout.HTML(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

var pictures = regexp.MustCompile(`(?s)<svg[^>]*(aria-label="[^"]*")[^>]*>.*?</svg>`)

// Masters are in testdata, without the insides of the pictures, which have masters of
// their own in package drawing, and without the style.
func TestPage(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			test.NewTempApp(t)
			apptest.In(t, c.tag, "../translations")
			whole := write(t, c.data)
			got := pictures.ReplaceAllString(whole, "<svg $1></svg>")
			got = regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(got, "<style></style>")
			path := filepath.Join("testdata", c.name+".html")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("other than %s:\n%s", path, diff)
			}
		})
	}
}

func TestNoSecretGetsIntoThePage(t *testing.T) {
	test.NewTempApp(t)
	for _, c := range cases {
		page := write(t, c.data)
		for _, part := range []string{hidden, html.EscapeString(hidden), hidden[:12], "hidden-secret"} {
			if strings.Contains(page, part) {
				t.Errorf("%s: the page holds %q", c.name, part)
			}
		}
	}
}

func TestKnownIDsAreFilledIn(t *testing.T) {
	test.NewTempApp(t)
	apptest.In(t, "en", "../translations")
	const id, other = "3f9c2a10-0000-4b1a-9e55-0c8f6d2b7a41", "8d2f1c4e-0000-4f50-9c61-2a7e5d9b1f30"
	for _, c := range []struct {
		client, tenant string
		want           []string // in the form
	}{
		{"", "", nil},
		{id, "contoso.com", []string{id}},
		{id[:20], "organizations", nil},
		{id, other, []string{id, other}},
	} {
		d := data(engine.Delegated, false)
		d.Credentials.ClientID, d.Credentials.Tenant = c.client, c.tenant
		page := write(t, d)
		form := page[strings.Index(page, `class="form"`):]
		var got []string
		for _, m := range regexp.MustCompile(`<code>([^<]*)</code>`).FindAllStringSubmatch(form, -1) {
			got = append(got, m[1])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("client %q, tenant %q: the form holds %q, want %q", c.client, c.tenant, got, c.want)
		}
		if several := strings.Contains(page, "accounts of several organisations"); several != (c.tenant == "organizations") {
			t.Errorf("tenant %q: Multitenant is asked for: %v", c.tenant, several)
		}
	}
}

func TestStepsFollowModeAndPlatform(t *testing.T) {
	test.NewTempApp(t)
	apptest.In(t, "en", "../translations")
	publicButApplication := data(engine.Application, true) // a platform without a secret can't be an Application
	for _, c := range []struct {
		name             string
		data             handout.Data
		secret, exchange bool
	}{
		{"delegated, web", data(engine.Delegated, false), true, false},
		{"delegated, public", data(engine.Delegated, true), false, false},
		{"no mode", data("", false), true, false},
		{"application", data(engine.Application, false), true, true},
		{"application, public", publicButApplication, true, true},
	} {
		page := write(t, c.data)
		if got := strings.Contains(page, "<h2>Client secret</h2>"); got != c.secret {
			t.Errorf("%s: a step for the secret: %v, want %v", c.name, got, c.secret)
		}
		if got := strings.Contains(page, "Connect-ExchangeOnline"); got != c.exchange {
			t.Errorf("%s: commands for Exchange: %v, want %v", c.name, got, c.exchange)
		}
	}
}

func TestEveryPermissionIsExplained(t *testing.T) {
	test.NewTempApp(t)
	for _, name := range []string{"User.Read", "openid", "profile", "offline_access", "Calendars.Read", "Calendars.Read.Shared",
		"Calendars.ReadWrite", "Calendars.ReadWrite.Shared", "Place.Read.All", "Application.Read.All"} {
		for _, mode := range []engine.Mode{engine.Delegated, engine.Application} {
			if why := handout.Why(engine.Permission{Name: name, Mode: mode}); !strings.HasSuffix(why, ".") {
				t.Errorf("%s (%s): %q", name, mode, why)
			}
		}
	}
	if why := handout.Why(engine.Permission{Name: "Mail.Send"}); why != "" {
		t.Errorf("a permission that is never asked for is explained: %q", why)
	}
}

func TestPageIsWellFormedAndSelfContained(t *testing.T) {
	test.NewTempApp(t)
	hostile := data(engine.Application, false)
	hostile.CloudName, hostile.Guide.AppName, hostile.Guide.RedirectURI = "<script>", `"><img src=x>`, "javascript:alert(1)"
	hostile.Guide.NewApp, hostile.Guide.Secrets = "javascript:alert(1)", "\x00"
	hostile.Credentials.ClientID = "</code><script>"
	all := map[string]handout.Data{"hostile": hostile, "empty": {}}
	for _, c := range cases {
		all[c.name] = c.data
	}
	for name, d := range all {
		if err := wellFormed(write(t, d)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// wellFormed reports the first tag that is not closed where it should be, and the
// first thing that would run or be loaded.
func wellFormed(page string) error {
	void := []string{"meta"}
	allowed := strings.Fields("html head meta title style body header p b h1 h2 h3 dl dt dd main ol ul li a div span code pre table thead tbody tr th td figure section svg rect line circle text")
	var open []string
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				return z.Err()
			}
			if len(open) > 0 {
				return fmt.Errorf("never closed: %v", open)
			}
			_, err := html.Parse(strings.NewReader(page))
			return err
		case html.StartTagToken:
			token := z.Token()
			if err := harmless(token, allowed); err != nil {
				return err
			}
			if !slices.Contains(void, token.Data) {
				open = append(open, token.Data)
			}
		case html.SelfClosingTagToken:
			if err := harmless(z.Token(), allowed); err != nil {
				return err
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				return fmt.Errorf("</%s> within %v", name, open)
			}
			open = open[:len(open)-1]
		case html.TextToken:
			if len(open) > 0 && open[len(open)-1] == "style" && (bytes.Contains(z.Raw(), []byte("url(")) || bytes.Contains(z.Raw(), []byte("@import"))) {
				return errors.New("the style loads something")
			}
		}
	}
}

func harmless(token html.Token, allowed []string) error {
	if !slices.Contains(allowed, token.Data) {
		return fmt.Errorf("<%s> in the page", token.Data)
	}
	for _, a := range token.Attr {
		switch {
		case a.Key == "href" && token.Data == "a" && strings.HasPrefix(a.Val, "https://"):
		case a.Key == "href", a.Key == "src", a.Key == "style", strings.HasPrefix(a.Key, "on"):
			return fmt.Errorf("%s=%q on <%s>", a.Key, a.Val, token.Data)
		}
	}
	return nil
}
