package pull

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Shelf holds pictures that a pushed display is told to fetch, under unguessable names
// and for a short time. A driver puts them there; [Server] hands them out. It is safe for
// concurrent use.
type Shelf struct {
	now func() time.Time
	key []byte // makes the names unguessable, and the same for the same picture

	mu    sync.Mutex
	base  string
	items map[string]item
	bytes int
}

type item struct {
	data  []byte
	kind  string
	until time.Time
}

const shelfPath = "/shelf/"

// Bounds of what lies on a [Shelf].
const (
	MaxShelfItems = 1024
	MaxShelfBytes = 64 << 20
	MaxShelfTime  = time.Hour
)

// Errors of [Shelf.Put].
var (
	ErrNotServing = errors.New("the server for displays is not running")
	ErrShelfFull  = errors.New("too many pictures wait for displays to fetch them")
)

// NewShelf makes an empty shelf. now is its clock, nil for time.Now.
func NewShelf(now func() time.Time) *Shelf {
	if now == nil {
		now = time.Now
	}
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it does not return without
	return &Shelf{now: now, key: key, items: map[string]item{}}
}

// SetBase says under which address displays reach the server, such as
// "http://192.168.20.5:8480"; "" = not at all.
func (s *Shelf) SetBase(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = strings.TrimSuffix(url, "/")
}

// Put lays data on the shelf for a while, at most [MaxShelfTime], and gives the address to
// fetch it from. Other data get another name; the same get the same, and more time. Data
// must not change afterwards. It returns [ErrNotServing] or [ErrShelfFull], wrapped or not.
func (s *Shelf) Put(data []byte, contentType string, keep time.Duration) (url string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.base == "" {
		return "", ErrNotServing
	}
	now := s.now()
	until := now.Add(min(keep, MaxShelfTime))
	name := s.name(data, contentType)
	if old, ok := s.items[name]; ok {
		if until.After(old.until) {
			old.until = until
			s.items[name] = old
		}
		return s.base + shelfPath + name, nil
	}
	s.clear(now)
	if len(s.items) >= MaxShelfItems || s.bytes+len(data) > MaxShelfBytes {
		return "", fmt.Errorf("%w: %d of %d bytes in all", ErrShelfFull, len(s.items), s.bytes)
	}
	s.items[name] = item{data: data, kind: contentType, until: until}
	s.bytes += len(data)
	return s.base + shelfPath + name, nil
}

// clear takes away what is too old.
func (s *Shelf) clear(now time.Time) {
	for name, it := range s.items {
		if !it.until.After(now) {
			s.bytes -= len(it.data)
			delete(s.items, name)
		}
	}
}

// name hides nothing but can't be guessed without the key.
func (s *Shelf) name(data []byte, contentType string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(contentType + "\x00"))
	mac.Write(data)
	name := base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:20])
	return strings.ToLower(name) + extension(contentType)
}

// extension is what the name of a picture ends in: some devices go by it.
func extension(contentType string) string {
	kind, _, _ := strings.Cut(contentType, ";")
	switch strings.TrimSpace(kind) {
	case "image/png":
		return ".png"
	case "image/bmp", "image/x-ms-bmp":
		return ".bmp"
	case "image/jpeg":
		return ".jpg"
	case "application/json":
		return ".json"
	default:
		return ".bin"
	}
}

// Handler serves what lies on the shelf under /shelf/, to GET and HEAD.
func (s *Shelf) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Shelf) serve(w http.ResponseWriter, r *http.Request) {
	it, ok := s.item(strings.TrimPrefix(r.URL.Path, shelfPath))
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", it.kind)
	w.Header().Set("Cache-Control", "private, max-age=60")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(it.data))
}

func (s *Shelf) item(name string) (item, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it, ok := s.items[name]
	return it, ok && it.until.After(s.now())
}
