package entra

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// Cloud is one of Microsoft's separate clouds. Accounts, registrations and
// tokens of one are unknown to the others.
type Cloud struct {
	Name      string // for people, such as "US Government (GCC High)"
	Authority string // origin of the sign-in service, without a trailing slash
	Graph     string // origin of Microsoft Graph, without version and trailing slash
	Portal    string // origin of the admin centre where apps are registered
}

// The clouds (learn.microsoft.com/entra/identity-platform/authentication-national-cloud,
// learn.microsoft.com/graph/deployments). Their admin centres are the three hosts
// that learn.microsoft.com/entra/fundamentals/faq lists for firewalls; the DoD
// shares that of GCC High, as it shares the sign-in service. The older Azure
// portals (portal.azure.com, .us, .cn) show the same pages.

// Global is Microsoft's public cloud; it also serves US Government GCC.
func Global() Cloud {
	return Cloud{"Microsoft 365", "https://login.microsoftonline.com", "https://graph.microsoft.com", "https://entra.microsoft.com"}
}

// USGovL4 is the US Government's level 4 cloud, GCC High.
func USGovL4() Cloud {
	return Cloud{"US Government (GCC High)", "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://entra.microsoft.us"}
}

// USGovDoD is the US Government's level 5 cloud, of the Department of Defense.
func USGovDoD() Cloud {
	return Cloud{"US Government (DoD)", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://entra.microsoft.us"}
}

// China is the cloud that 21Vianet runs.
func China() Cloud {
	return Cloud{"China (21Vianet)", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn", "https://entra.microsoftonline.cn"}
}

// Clouds are all of Microsoft's clouds, the usual one first.
func Clouds() []Cloud { return []Cloud{Global(), USGovL4(), USGovDoD(), China()} }

// Access is what to ask for beyond reading calendars.
type Access struct {
	// Directory lists the organisation's rooms: Place.Read.All, which an
	// administrator has to consent to.
	Directory bool
	// Booking writes into calendars: Calendars.ReadWrite and its Shared companion.
	Booking bool
}

// Scopes are the delegated permissions that Roomink asks for: who the account is,
// reading the calendars that it may see, what a adds, and nothing more.
func (c Cloud) Scopes(a Access) []string {
	graph := []string{"User.Read", "Calendars.Read", "Calendars.Read.Shared"}
	if a.Directory {
		graph = append(graph, "Place.Read.All")
	}
	if a.Booking {
		graph = append(graph, "Calendars.ReadWrite", "Calendars.ReadWrite.Shared")
	}
	if c.Graph != Global().Graph { // short names mean the global Graph
		for i, s := range graph {
			graph[i] = c.Graph + "/" + s
		}
	}
	return append([]string{"openid", "profile", "offline_access"}, graph...)
}

// defaultScope asks for all permissions of the registration that were consented
// to, the only way to ask for application permissions
// (learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
func (c Cloud) defaultScope() string { return c.Graph + "/.default" }

// endpoint is a URL of the sign-in service for one tenant.
func (c Cloud) endpoint(tenant, path string) string {
	return c.Authority + "/" + url.PathEscape(tenant) + path
}

func (c Cloud) validate() error {
	for _, s := range []string{c.Authority, c.Graph} {
		if err := secureOrigin(s); err != nil {
			return fmt.Errorf("cloud %s: address %q: %w", c.Name, s, err)
		}
	}
	return nil
}

// secureOrigin accepts https, and plain http on this computer only, where the
// simulated tenant lives: secrets must not cross a network in the clear.
func secureOrigin(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return err
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(s, "/"):
		return errors.New("is not of the form https://host")
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return errors.New("must use https")
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
