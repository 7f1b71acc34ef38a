package frame

import (
	"sync"

	"github.com/go-text/typesetting/font"
)

// Fallback finds faces for characters that no built-in face has. It is safe for
// concurrent use. Package typefaces has one that looks through the fonts of the
// computer.
type Fallback interface {
	// Face gives a face that has an outline for r; nil = there is none. language is that
	// of the sign as a BCP 47 tag, which decides where letters differ between
	// languages, and may be empty. The same arguments always give the same face.
	Face(r rune, bold bool, language string) *font.Face
}

// maxSystemFaces bounds the memory for faces of the system; what would need more counts
// as missing. maxFound bounds what is remembered of the answers of the fallback.
const (
	maxSystemFaces = 256
	maxFound       = 1 << 13
)

// systemFaces are the faces that the fallback gave so far.
type systemFaces struct {
	fallback Fallback // nil = none

	mu    sync.RWMutex
	faces []*face // by faceID, beginning with builtIns
	ids   map[*font.Font]faceID
	found map[wanted]faceID // noFace for what the fallback has no face for
}

type wanted struct {
	char     rune
	bold     bool
	language string
}

func newSystemFaces(fallback Fallback) systemFaces {
	return systemFaces{fallback: fallback, ids: make(map[*font.Font]faceID), found: make(map[wanted]faceID)}
}

func (s *systemFaces) face(id faceID) *face {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i := int(id - builtIns); i < len(s.faces) {
		return s.faces[i]
	}
	return nil
}

// find gives the face for a character, or noFace.
func (s *systemFaces) find(r rune, st style, language string) faceID {
	if s.fallback == nil {
		return noFace
	}
	w := wanted{r, st == bold, language}
	s.mu.RLock()
	id, known := s.found[w]
	s.mu.RUnlock()
	if known {
		return id
	}
	got := s.fallback.Face(r, w.bold, language) // may read files: not under the lock
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.found) >= maxFound {
		clear(s.found)
	}
	s.found[w] = s.add(got)
	return s.found[w]
}

func (s *systemFaces) add(got *font.Face) faceID {
	if got == nil || got.Font == nil {
		return noFace
	}
	id, known := s.ids[got.Font]
	if !known {
		if len(s.faces) == maxSystemFaces {
			return noFace
		}
		id = builtIns + faceID(len(s.faces))
		s.faces = append(s.faces, newFace(got.Font, scripts))
		s.ids[got.Font] = id
	}
	return id
}
