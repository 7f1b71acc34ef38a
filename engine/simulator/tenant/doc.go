// Package tenant is a simulated Microsoft 365 tenant: Entra ID's sign-in and
// token endpoints, the part of Microsoft Graph that room signs need, and a
// "Simulated Outlook" page on which a person books meetings. It is one
// http.Handler, meant to be served on loopback by tests, by the demo and by
// benchmarks; nothing leaves the computer.
//
// Start reading at [Tenant.ServeHTTP], which splits requests three ways:
//
//   - Entra ID: authorize.go (login and consent pages), token.go (the grants),
//     oautherror.go (AADSTS errors), keys.go (id tokens and their keys);
//   - Graph: graph.go (routing, permissions, error shape), delta.go (change
//     tracking with its real-world quirks), view.go, events.go, places.go,
//     schedule.go, batch.go;
//   - Simulated Outlook: outlook.go.
//
// Behind Graph and Outlook stands one calendar per mailbox (mailbox.go,
// series.go), filled by [DefaultOffice] (office.go).
//
// The behaviour follows Microsoft's documentation and recorded replies, not
// Roomink's own client: the package shares no code with engine/entra or
// engine/graph, so that one error can't hide in both.
package tenant
