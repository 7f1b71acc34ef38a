package pull

import "net/http"

// Shelf holds pictures that a pushed display is told to fetch, under unguessable names
// and for a short time. A driver puts them there; [Server] hands them out.
type Shelf struct{}

// NewShelf makes an empty shelf.
func NewShelf() *Shelf { return &Shelf{} }

// Handler serves what lies on the shelf under /shelf/.
func (s *Shelf) Handler() http.Handler { return http.NotFoundHandler() }
