package setup

import (
	"errors"
	"regexp"
	"strings"

	"fyne.io/fyne/v2/lang"
	"github.com/google/uuid"
)

var domain = regexp.MustCompile(`^(?i)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)

// isGUID accepts the one form that the portal shows, 8-4-4-4-12.
func isGUID(s string) bool {
	_, err := uuid.Parse(s)
	return err == nil && len(s) == 36
}

// CheckTenant says what is wrong with what was typed as the tenant; nil if it can
// be tried.
func CheckTenant(text string) error {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return errors.New(lang.L("Needed: the Directory (tenant) ID, or a domain such as contoso.com."))
	case strings.Contains(text, "@"):
		return errors.New(lang.L("This is an e-mail address. Take the part after the @, or the Directory (tenant) ID."))
	case !isGUID(text) && !domain.MatchString(text):
		return errors.New(lang.L("This is neither an ID of the form 8-4-4-4-12 nor a domain such as contoso.com."))
	}
	return nil
}

// CheckClientID says what is wrong with what was typed as the client ID; nil if it
// can be tried.
func CheckClientID(text string) error {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return errors.New(lang.L("Needed: the Application (client) ID."))
	case !isGUID(text):
		return errors.New(lang.L("This is no ID of the form 8-4-4-4-12. Copy the Application (client) ID from the registration's overview."))
	}
	return nil
}

// CheckSecret says what is wrong with what was typed as the secret; nil if it can
// be tried. An empty one keeps what is saved, or is right for a registration
// without a secret.
func CheckSecret(text string) error {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return nil
	case isGUID(text):
		return errors.New(lang.L("This is the Secret ID. Copy the Value beside it: the portal shows it only right after the secret was made."))
	case strings.ContainsAny(text, " \t\n"):
		return errors.New(lang.L("A secret has no spaces in it. Copy the Value once more."))
	case len(text) < 16:
		return errors.New(lang.L("This is shorter than any secret. Copy the whole Value."))
	}
	return nil
}
