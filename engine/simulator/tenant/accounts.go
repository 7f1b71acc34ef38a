package tenant

import "strings"

// Role is what an account may do in the tenant.
type Role int

// The roles.
const (
	Administrator Role = iota // may consent to everything and for everybody
	Member                    // an ordinary user of the organisation
	Outsider                  // of another organisation: AADSTS50020 at this tenant
)

// Account is somebody who can sign in.
type Account struct {
	Role     Role
	ID       string // object id, the "oid" of tokens and the id of the mailbox
	Name     string
	Username string // also the SMTP address of the mailbox, but for an Outsider, who has none here
	Password string
}

// outsider is of another organisation, which has its own tenant.
var outsider = Account{Role: Outsider, ID: "0dd0b0b5-77aa-4c2e-9b13-2e4f60718293", Name: "Robin Vale",
	Username: "robin.vale@fjordlicht.example", Password: adminSecret}

// Account returns the first account with a role: the administrator of
// Credentials, the first of the office's People, or one of another organisation.
// It is the zero Account where the office has no People.
func (t *Tenant) Account(r Role) Account {
	for _, a := range t.accounts() {
		if a.Role == r {
			return a
		}
	}
	return Account{}
}

func (t *Tenant) accounts() []Account {
	o := t.office
	out := []Account{{Administrator, adminID, o.Admin.Name, o.Admin.Address, adminSecret}}
	for _, p := range o.People {
		out = append(out, Account{Member, personID(p), p.Name, p.Address, adminSecret})
	}
	return append(out, outsider)
}

func personID(p Person) string { return stableGUID("person " + strings.ToLower(p.Address)) }

func (t *Tenant) accountNamed(username string) (Account, bool) {
	for _, a := range t.accounts() {
		if username != "" && strings.EqualFold(a.Username, username) {
			return a, true
		}
	}
	return Account{}, false
}

// SetDisabled blocks an account from signing in and from refreshing
// (AADSTS50057), or unblocks it.
func (t *Tenant) SetDisabled(username string, disabled bool) {
	t.entra.mu.Lock()
	defer t.entra.mu.Unlock()
	t.entra.disabled[strings.ToLower(username)] = disabled
}
