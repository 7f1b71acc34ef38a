package handout

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"fyne.io/fyne/v2/lang"
	"github.com/google/uuid"

	"github.com/roomink/roomink/app/drawing"
	"github.com/roomink/roomink/app/words"
	"github.com/roomink/roomink/engine"
)

// The types that page.html is filled with.
type (
	page struct {
		Language string // of the text, as HTML names it
		Title    string
		Lead     []string
		Facts    []pair
		Steps    []step
		Back     form
		Checks   checks
	}
	pair struct{ Name, Value string }
	step struct {
		Title   string
		Link    *link
		Text    []string
		Values  []pair // to paste
		Table   *table
		Recipes []recipe
		Drawing template.HTML
		Note    string // what goes wrong most often
	}
	recipe struct {
		Name, Note string
		Commands   [][]string // lines of words
	}
	link  struct{ URL, Words string }
	table struct {
		Head []string
		Rows []row
	}
	row  struct{ Name, Kind, Consent, Why, Optional string }
	form struct {
		Title, Text string
		Lines       []pair
		Note        string
	}
	checks struct {
		Title string
		Items []string
	}
)

func content(d Data) page {
	p := page{
		// The code of the very language that the texts are in.
		Language: lang.L("en"),
		Title:    lang.L("Register Roomink in Microsoft Entra"),
		Lead: []string{
			lang.L("A colleague is setting up Roomink, which shows at the door of each meeting room whether it is free, and asks you to register it in your Microsoft 365 organisation."),
			lang.L("Roomink runs on a computer in your office and reads the calendars of meeting rooms; nothing leaves the office but its calls to Microsoft Graph."),
		},
		Facts: facts(d),
		Steps: []step{portal(d), name(d), redirect(d), ids(d)},
		Back:  back(d), Checks: checklist(d),
	}
	if d.secret() {
		p.Steps = append(p.Steps, secret(d))
	}
	p.Steps = append(p.Steps, permissions(d))
	if d.application() && len(d.Guide.Narrow) > 0 {
		p.Steps = append(p.Steps, narrow(d))
	}
	return p
}

func facts(d Data) []pair {
	way := lang.L("Sign in with an account: Roomink sees what that account may see.")
	// Who may grant what: Microsoft Entra documentation, "Grant tenant-wide admin
	// consent to an application", prerequisites.
	role := lang.L("Application Administrator or Cloud Application Administrator")
	if d.application() {
		way = lang.L("Approve for the whole organisation: Roomink acts for itself, without an account.")
		role = lang.L("Privileged Role Administrator or Global Administrator; to narrow the access, also Exchange administrator")
	}
	list := []pair{{lang.L("Way to connect"), way}, {lang.L("Your role"), role}}
	if d.CloudName != "" {
		list = append(list, pair{lang.L("Cloud"), d.CloudName})
	}
	return append(list, pair{lang.L("Time needed"), lang.L("about 10 minutes")}, pair{lang.L("Asked for by"), ""})
}

// picture is trusted as HTML because package drawing escapes its texts.
func picture(s drawing.Scene) template.HTML {
	return template.HTML(s.SVG()) // #nosec G203
}

// to is a link into the portal. Its words name the host and the menus, so that it can
// be followed from paper too.
func to(address, words string) *link {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil
	}
	return &link{URL: address, Words: u.Host + " › " + words}
}

func portal(d Data) step {
	return step{
		Title:   lang.L("Open the portal"),
		Link:    to(d.Guide.NewApp, "App registrations › New registration"),
		Text:    []string{lang.L("Sign in as an administrator of the organisation whose rooms Roomink shows.")},
		Drawing: picture(drawing.Portal()),
	}
}

func name(d Data) step {
	text := lang.L("Leave the account types at the first choice.")
	if d.multi() {
		text = lang.L("For the account types take the second choice, because accounts of several organisations will sign in.")
	}
	return step{
		Title: lang.L("Name and account types"), Text: []string{text},
		Values:  []pair{{"Name", d.Guide.AppName}},
		Drawing: picture(drawing.NameAndTypes(d.multi())),
	}
}

func redirect(d Data) step {
	return step{
		Title:   lang.L("Redirect URI"),
		Text:    []string{lang.L("On the same page, choose the platform, paste the address, then click Register.")},
		Values:  []pair{{"Platform", drawing.Platform(d.public())}, {"Redirect URI", d.Guide.RedirectURI}},
		Drawing: picture(drawing.Redirect(d.public(), d.Guide.RedirectURI)),
		Note:    lang.L("Letter for letter: upper and lower case count, and a slash at the end makes another address."),
	}
}

func ids(d Data) step {
	return step{
		Title:   lang.L("Note the two IDs"),
		Text:    []string{lang.L("The portal opens the page of the new registration. Copy these two IDs into the form further down.")},
		Drawing: picture(drawing.IDs()),
	}
}

func secret(d Data) step {
	return step{
		Title:   lang.L("Client secret"),
		Link:    to(d.Guide.Secrets, "App registrations › "+d.Guide.AppName+" › Certificates & secrets"),
		Text:    []string{lang.L("Choose the longest time that your rules allow: Roomink warns before the secret expires, but somebody must then make a new one.")},
		Values:  []pair{{"Description", d.Guide.AppName}},
		Drawing: picture(drawing.Secret()),
		Note:    lang.L("Keep the Value in a password manager for now. Roomink needs the Value; with the Secret ID it can't connect."),
	}
}

func permissions(d Data) step {
	text := lang.L("Choose Add a permission, Microsoft Graph, Delegated permissions, and tick these:")
	if d.application() {
		text = lang.L("Choose Add a permission, Microsoft Graph, Application permissions, and tick these:")
	}
	t := table{Head: []string{lang.L("Permission"), lang.L("Kind"), lang.L("Admin consent"), lang.L("What for")}}
	for _, p := range d.Guide.Needed {
		r := row{Name: p.Name, Kind: "Delegated", Consent: lang.L("no"), Why: Why(p)}
		if p.Mode == engine.Application {
			r.Kind = "Application"
		}
		if p.AdminConsent {
			r.Consent = lang.L("yes")
		}
		if p.Optional {
			r.Optional = lang.L("Optional.")
		}
		t.Rows = append(t.Rows, r)
	}
	s := step{
		Title: lang.L("Permissions"),
		Link:  to(d.Guide.Permissions, "App registrations › "+d.Guide.AppName+" › API permissions"),
		Text:  []string{text}, Table: &t,
		Drawing: picture(drawing.Permissions(d.Guide.Needed)),
	}
	if !slices.ContainsFunc(d.Guide.Needed, func(p engine.Permission) bool { return p.AdminConsent }) {
		s.Note = lang.L("None of these needs an administrator's consent, but giving it spares the account a question, and where users may not consent it is required.")
	}
	return s
}

func narrow(d Data) step {
	s := step{
		Title: lang.L("Narrow it to the rooms"),
		Text: []string{
			lang.L("Application permissions cover every mailbox of the organisation. Exchange can narrow them to the rooms; one of these ways is enough, the first is the better one."),
			lang.L("Afterwards Roomink proves by itself that it can't read a person's mailbox."),
		},
	}
	for _, r := range d.Guide.Narrow {
		out := recipe{Name: r.Name, Note: words.Caution(r, d.Guide.Needed)}
		for line := range strings.Lines(r.Commands) {
			out.Commands = append(out.Commands, strings.Fields(line))
		}
		s.Recipes = append(s.Recipes, out)
	}
	return s
}

func back(d Data) form {
	f := form{
		Title: lang.L("Please send back"),
		Text:  lang.L("These are no secrets; an e-mail will do."),
		Lines: []pair{{"Application (client) ID", known(d.Credentials.ClientID)}, {"Directory (tenant) ID", known(d.Credentials.Tenant)}},
	}
	if d.secret() {
		f.Lines = append(f.Lines, pair{lang.L("Secret expires on"), ""})
		f.Note = lang.L("The secret's Value goes another way: through a password manager, by hand, or typed in by you at the computer that runs Roomink. Never by e-mail or chat, and not on this paper.")
	}
	return f
}

// known is id if it is one: half of one, or a domain, would be taken for an answer.
func known(id string) string {
	if len(id) == 36 && uuid.Validate(id) == nil {
		return id
	}
	return ""
}

func checklist(d Data) checks {
	platform := "Web"
	if d.public() {
		platform = "Mobile and desktop applications" // the page has another word for it than the form
	}
	values := map[string]any{"Name": d.Guide.AppName, "Platform": platform, "URI": d.Guide.RedirectURI}
	items := []string{
		lang.L("App registrations lists {{.Name}}.", values),
		lang.L("Under Authentication, the platform {{.Platform}} has the redirect URI {{.URI}}.", values),
		lang.L("Both IDs are sent back; they differ from each other, and neither is the Object ID."),
	}
	if d.secret() {
		items = append(items, lang.L("The secret's Value, not its Secret ID, is handed over safely, and the day it expires is noted."))
	}
	items = append(items, lang.L("Under API permissions, each row has a green tick."))
	if d.application() {
		return checks{lang.L("All done?"), append(items, lang.L("Exchange is narrowed to the rooms, or you have decided not to."))}
	}
	return checks{lang.L("All done?"), append(items, lang.L("The account that will sign in may see the room calendars, with details."))}
}
