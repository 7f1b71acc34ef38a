package tenant

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// FolderRights are what the "Default" entry of a calendar folder gives to
// everybody in the organisation (Set-MailboxFolderPermission). They decide what
// a user's token sees of another mailbox, beside its scopes.
type FolderRights int

// The rights, from least to most. Rooms start with Editor, so that the demo
// works; Exchange's own default is AvailabilityOnly (graph.md 2).
const (
	NoRights         FolderRights = iota
	AvailabilityOnly              // getSchedule without subjects; no events
	LimitedDetails                // subject, place and times of events
	Reviewer                      // whole events
	Editor                        // may also write
)

// SetFolderRights sets what everybody else may see of a mailbox's calendar.
func (t *Tenant) SetFolderRights(mailbox string, rights FolderRights) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := t.box(mailbox)
	if err != nil {
		return err
	}
	b.rights = rights
	return nil
}

// exchange is what limits the app in Exchange, beside Entra. Guarded by
// Tenant.mu.
type exchange struct {
	policy      []string // addresses that a RestrictAccess policy leaves; nil = no policy
	policyFrom  time.Time
	granted     []string // permissions of role assignments, limited to rooms
	grantedFrom time.Time
}

// NarrowByPolicy does what New-ApplicationAccessPolicy -AccessRight RestrictAccess
// does: app-only tokens get at these mailboxes only, by default the rooms. Other
// mailboxes answer 403 ErrorAccessDenied with "[RAOP]" in the message. It acts
// after Options.ExchangeDelay.
func (t *Tenant) NarrowByPolicy(mailboxes ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(mailboxes) == 0 {
		for _, b := range t.order {
			mailboxes = append(mailboxes, b.address)
		}
	}
	t.exch.policy, t.exch.policyFrom = append([]string{}, mailboxes...), t.now().Add(t.opts.ExchangeDelay)
}

// NarrowByRBAC does what New-ManagementRoleAssignment does for the roles
// "Application Calendars.Read" and so on, with a scope of all room mailboxes.
// Without names it is "Calendars.Read". It acts after Options.ExchangeDelay. The
// grant adds to what Entra consented to: it narrows nothing while the token has
// a role for calendars (graph.md 2.1).
func (t *Tenant) NarrowByRBAC(permissions ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(permissions) == 0 {
		permissions = []string{"Calendars.Read"}
	}
	t.exch.granted, t.exch.grantedFrom = slices.Clone(permissions), t.now().Add(t.opts.ExchangeDelay)
}

// LiftNarrowing removes the policy and the role assignments at once.
func (t *Tenant) LiftNarrowing() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exch = exchange{}
}

// needed are the application permissions of which one is enough.
func (n need) needed() []string {
	switch n {
	case needSchedule:
		return []string{"Calendars.ReadBasic.All", "Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"}
	case needRead:
		return []string{"Calendars.Read", "Calendars.ReadWrite"}
	}
	return []string{"Calendars.ReadWrite"}
}

// permitApp decides whether an app-only token may use a mailbox: by Entra's
// consent where no policy forbids it, or else by a role assignment in Exchange.
// Whether getSchedule looks at each mailbox that it is asked for is not known;
// here it looks at the one in its path.
func (t *Tenant) permitApp(g *grant, n need, name string) *gerror {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	b := t.boxes[strings.ToLower(name)] // nil: a later 404 says so to whoever may ask at all
	byEntra := g.has(n.needed()...)
	restricted := byEntra && t.exch.policy != nil && !now.Before(t.exch.policyFrom) &&
		b != nil && !slices.ContainsFunc(t.exch.policy, func(a string) bool { return strings.EqualFold(a, b.address) })
	byRole := !now.Before(t.exch.grantedFrom) && (b == nil || b.room != nil) &&
		slices.ContainsFunc(n.needed(), func(p string) bool { return slices.Contains(t.exch.granted, p) })
	switch {
	case byEntra && !restricted, byRole:
		return nil
	case restricted:
		return refuse(http.StatusForbidden, "ErrorAccessDenied", "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.")
	}
	return errDenied()
}

// permitUser decides whether a user's token may use a mailbox: the user's own by
// scope, another one by its .Shared scope and by the rights on its folder.
func (t *Tenant) permitUser(c *gcall, n need, name string) *gerror {
	g := c.grant
	if n == needSchedule {
		if !g.has(n.needed()...) {
			return errDenied()
		}
		return nil
	}
	if g.owns(name) {
		if !g.has(n.needed()...) {
			return errDenied()
		}
		return nil
	}
	var shared []string
	for _, p := range n.needed() {
		shared = append(shared, p+".Shared")
	}
	if !g.has(shared...) {
		return errDenied()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.boxes[strings.ToLower(name)]
	switch {
	case b == nil: // a later 404 says so
		return nil
	case n == needRead && b.rights < LimitedDetails, n == needWrite && b.rights < Editor:
		return errDenied()
	}
	c.limited = b.rights == LimitedDetails
	return nil
}

// visible is what a token may see of a mailbox in a schedule. Call with mu held.
func (t *Tenant) visible(g *grant, b *mailbox) FolderRights {
	if g.app || g.owns(b.id) {
		return Editor
	}
	return b.rights
}

func errNoFreeBusy(name string) map[string]any {
	return map[string]any{"scheduleId": name, "error": map[string]any{"responseCode": "ErrorNoFreeBusyAccess",
		"message": fmt.Sprintf("The caller does not have access to free/busy data of %s.", name)}}
}
