package overview

import (
	"slices"
	"sync"

	"github.com/roomink/roomink/engine/display"
)

// seen is the cards shown last, as many as there are pictures kept: those to draw
// beforehand. Drawing others would push their pictures out. The UI goroutine adds to
// it while a snapshot is prepared.
type seen struct {
	mu  sync.Mutex
	ids []display.ID // shown last at the end
}

func (s *seen) add(id display.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(s.ids, id); at >= 0 {
		s.ids = slices.Delete(s.ids, at, at+1)
	}
	s.ids = append(s.ids, id)
	if len(s.ids) > pictureCount {
		s.ids = slices.Delete(s.ids, 0, 1)
	}
}

// frames are those of the cards shown last, or of the first ones as long as none of
// them was shown.
func (s *seen) frames(cards []Card) []*display.Frame {
	s.mu.Lock()
	ids := slices.Clone(s.ids)
	s.mu.Unlock()
	order := make(map[display.ID]int, len(ids))
	for i, id := range ids {
		order[id] = i
	}
	list := make([]*display.Frame, len(ids))
	found := false
	for _, c := range cards {
		if i, ok := order[c.ID]; ok {
			list[i], found = c.Frame, true
		}
	}
	if found {
		return list
	}
	list = nil
	for _, c := range cards[:min(len(cards), firstScreen)] {
		list = append(list, c.Frame)
	}
	return list
}
