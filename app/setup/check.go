package setup

import (
	"errors"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2/lang"
	"github.com/google/uuid"
)

var (
	domain = regexp.MustCompile(`^(?i)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
	guids  = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	path   = regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)
	// today is how the portal makes secrets today: 40 characters with a mark in the
	// fourth to sixth place (known from the patterns of secret scanners).
	today = regexp.MustCompile(`^[a-zA-Z0-9_~.]{3}\dQ~[a-zA-Z0-9_~.-]{31,34}$`)
)

// isGUID accepts the one form that the portal shows, 8-4-4-4-12.
func isGUID(s string) bool {
	_, err := uuid.Parse(s)
	return err == nil && len(s) == 36
}

const noGUID = "00000000-0000-0000-0000-000000000000"

// within is what is wrong with a text that holds an ID among other things; nil if it
// holds none.
func within(text string) error {
	switch n := len(guids.FindAllString(text, 2)); {
	case n == 0 || isGUID(text):
		return nil
	case n > 1:
		return errors.New(lang.L("These are two IDs. Paste one into each field."))
	default:
		return errors.New(lang.L("There is more here than the ID. Paste the ID alone, without the words around it."))
	}
}

// labelled reports whether a text is an ID with one of the portal's names beside it.
func labelled(text string, names ...string) bool {
	if isGUID(text) || !guids.MatchString(text) {
		return false
	}
	text = strings.ToLower(text)
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(text, name) })
}

// CheckTenant says what is wrong with what was typed as the tenant; nil if it can
// be tried.
func CheckTenant(text string) error {
	text = strings.TrimSpace(text)
	lower := strings.ToLower(text)
	switch {
	case text == "":
		return errors.New(lang.L("Needed: the Directory (tenant) ID, or a domain such as contoso.com."))
	case labelled(text, "application", "client"):
		return errors.New(lang.L("This is the Application (client) ID. It belongs in the other field."))
	case within(text) != nil:
		return within(text)
	case strings.Contains(text, "@"):
		return errors.New(lang.L("This is an e-mail address. Take the part after the @, or the Directory (tenant) ID."))
	case lower == "common" || lower == "consumers":
		return errors.New(lang.L("Roomink needs the organisation itself: its Directory (tenant) ID, or one of its domains."))
	case text == noGUID || !isGUID(text) && !domain.MatchString(text):
		return errors.New(lang.L("This is neither an ID of the form 8-4-4-4-12 nor a domain such as contoso.com."))
	}
	return nil
}

// CheckClientID says what is wrong with what was typed as the client ID; nil if it
// can be tried.
func CheckClientID(text string) error {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return errors.New(lang.L("Needed: the Application (client) ID."))
	case labelled(text, "tenant", "directory"):
		return errors.New(lang.L("This is the Directory (tenant) ID. It belongs in the other field."))
	case labelled(text, "object"):
		return errors.New(lang.L("This is the Object ID, which stands beside it. Copy the Application (client) ID."))
	case within(text) != nil:
		return within(text)
	case strings.Contains(text, "@"):
		return errors.New(lang.L("This is an e-mail address. Copy the Application (client) ID from the registration's overview."))
	case domain.MatchString(text):
		return errors.New(lang.L("This is a domain. It belongs in the other field; here goes the Application (client) ID."))
	case text == noGUID || !isGUID(text):
		return errors.New(lang.L("This is no ID of the form 8-4-4-4-12. Copy the Application (client) ID from the registration's overview."))
	}
	return nil
}

// checkPair says what is wrong with two IDs that are right by themselves. answered is
// the tenant that Microsoft named at the last sign-in, "" if none did.
func checkPair(client, tenant, answered string) error {
	switch {
	case client == "" || tenant == "":
		return nil
	case strings.EqualFold(client, tenant):
		return errors.New(lang.L("Both fields hold the same ID. On the Overview page, copy the one beside the other name."))
	case answered != "" && strings.EqualFold(client, answered):
		return errors.New(lang.L("This is your Directory (tenant) ID. The two IDs seem to be swapped."))
	}
	return nil
}

// CheckSecret says what is wrong with what was typed as the secret; nil if it can
// be tried. An empty one keeps what is saved.
func CheckSecret(text string) error {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return nil
	case isGUID(text):
		return errors.New(lang.L("This is the Secret ID. Copy the Value beside it: the portal shows it only right after the secret was made. If it shows only dots by now, make a new secret."))
	case strings.ContainsAny(text, " \t\n"):
		return errors.New(lang.L("A secret has no spaces in it. Copy the Value once more."))
	case strings.Contains(text, "***") || strings.Contains(text, "•••"):
		return errors.New(lang.L("The portal has hidden this Value already. Make a new client secret and copy its Value right away."))
	case len(text) < 16:
		return errors.New(lang.L("This is shorter than any secret. Copy the whole Value."))
	}
	return nil
}

// DoubtSecret says what is odd about a secret that can be right; "" if it is of the
// form that the portal makes today.
func DoubtSecret(text string) string {
	if today.MatchString(text) {
		return ""
	}
	return lang.L("This can be right, but the portal's secrets look different today: 40 characters, such as abc8Q~… Make sure that it is the whole Value.")
}

// CheckPath says what is wrong with the path of the redirect URI; nil if it can be
// registered. The rules are Entra's (learn.microsoft.com/entra/identity-platform/reply-url).
func CheckPath(text string) error {
	switch {
	case text == "" || path.MatchString(text) && len(text) < 200:
		return nil
	case strings.Contains(text, "://"):
		return errors.New(lang.L("Only the path: what comes after http://localhost."))
	case !strings.HasPrefix(text, "/"):
		return errors.New(lang.L("A path begins with /."))
	}
	return errors.New(lang.L("A path holds only letters, digits and . _ ~ - /"))
}

// CheckPort says what is wrong with a loopback port; nil if it can be tried.
func CheckPort(text string) error {
	if text == "" {
		return nil
	}
	if n, err := strconv.Atoi(text); err != nil || n < 1024 || n > 65535 {
		return errors.New(lang.L("A port is a number from 1024 to 65535. Leave it empty for any that is free."))
	}
	return nil
}

// CheckMailbox says what is wrong with the address of a mailbox; nil if it can be
// looked at.
func CheckMailbox(text string) error {
	if text == "" {
		return errors.New(lang.L("Needed: the address of a mailbox that is no room, such as your own."))
	}
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text || !domain.MatchString(text[strings.LastIndex(text, "@")+1:]) {
		return errors.New(lang.L("This is no e-mail address, such as anna@contoso.com."))
	}
	return nil
}

// code is one of Microsoft's numbers in what its page says.
var code = regexp.MustCompile(`(?i)(?:AADSTS|\b)(\d{5,7})\b`)

// codeIn finds the number of an error in a text, 0 if there is none.
func codeIn(text string) int {
	m := code.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}

// stepFor is the step at which an error of Microsoft's is put right, "" if it is none
// of this page's.
func stepFor(code int) string {
	switch code {
	case 50011, 700025:
		return StepRedirect
	case 700016, 70001, 90002, 50194, 50059, 50128, 90019, 9001023, 700005, 50020, 50034:
		return StepIDs
	case 7000215, 7000222, 7000218:
		return StepSecret
	case 650056, 650057, 65001, 90008, 90094, 90095:
		return StepPermissions
	case 90038, 500011, 70043:
		return StepWay
	}
	return ""
}
