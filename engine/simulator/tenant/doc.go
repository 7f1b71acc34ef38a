// Package tenant is a simulated Microsoft 365 tenant: Entra ID's sign-in and
// token endpoints, the part of Microsoft Graph that room signs need, and a
// "Simulated Outlook" page on which a person books meetings. It is one
// http.Handler, meant to be served on loopback by tests, by the demo and by
// benchmarks; nothing leaves the computer.
//
// Start reading at [Tenant.ServeHTTP], which splits requests three ways:
//
//   - Entra ID: authorize.go (the login), consent.go (who may consent to what),
//     token.go (the grants), oautherror.go and words.go (AADSTS errors), keys.go
//     (id tokens and their keys), directory.go (what it all is kept in);
//   - Graph: graph.go (error shape), route.go (routing, permissions), delta.go
//     (change tracking with its real-world quirks), view.go, events.go, calendars.go,
//     places.go, schedule.go, batch.go, throttle.go (limits), applications.go;
//     json.go and eventjson.go write events;
//   - Simulated Outlook: outlook.go.
//
// Behind Graph and Outlook stands one calendar per mailbox (mailbox.go,
// series.go), filled by [DefaultOffice] (office.go).
//
// What an administrator would set up is set up by methods, at any time: the app
// registration ([Tenant.EditRegistration], [Tenant.AddClientSecret]), consent
// ([Tenant.GrantAdminConsent], [Tenant.AllowUserConsent]), access in Exchange
// ([Tenant.NarrowByPolicy], [Tenant.NarrowByRBAC], [Tenant.SetFolderRights]).
// Others end a sign-in in each of Entra's ways (ends.go) or make an endpoint fail
// (storm.go, deltafaults.go and faults.go for Graph, signinfaults.go for Entra):
// [Tenant.FailParts] and [Tenant.FailWhole] order one [Fault], [Tenant.Storm] draws
// them at random until [Tenant.Calm].
//
// Rooms are added, edited, hidden and removed while it runs (rooms.go),
// [Tenant.Populate] makes a big office of it, and [Tenant.Truth] says what a client
// should know in the end. [Tenant.Account] gives somebody to sign in as,
// [Tenant.Requests], [Tenant.CountGrants], [Tenant.Struck] and
// [Tenant.MostInFlight] what was asked of the tenant.
//
// The behaviour follows Microsoft's documentation and recorded replies, not
// Roomink's own client: the package shares no code with engine/entra or
// engine/graph, so that one error can't hide in both.
package tenant
