package tenant

import "net/http"

type deltaState struct{}

func DefaultOffice(any) *Office {
	return &Office{Company: "Nordlicht Design", Domain: "nordlicht.example", Admin: Person{"Sabine Krüger", "facilities@nordlicht.example"}}
}
func (t *Tenant) serveGraph(w http.ResponseWriter, r *http.Request)   {}
func (t *Tenant) serveOutlook(w http.ResponseWriter, r *http.Request) {}
