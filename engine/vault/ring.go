package vault

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// A ring is kept as the base64 of
//
//	version 1 byte, then for each key: id 8 bytes, created 8 bytes (Unix seconds,
//	big endian, 0 = unknown), key 32 bytes
//
// and a sealed value is
//
//	version 1 byte, key id 8 bytes, nonce 24 bytes, XChaCha20-Poly1305 box
//
// whose associated data is version, key id and place.
const (
	ringVersion   = 1
	sealedVersion = 1

	keySize    = chacha20poly1305.KeySize
	idSize     = 8
	entrySize  = idSize + 8 + keySize
	headerSize = 1 + idSize

	// maxKeys is the most keys of a ring: two during a rotation. A ring of later
	// versions may hold more without growing beyond MaxRing.
	maxKeys = 7
)

// keyID tells keys apart. It is derived from the key, so that a damaged key does not
// pass for a sound one.
type keyID [idSize]byte

// key is a data key. What is secret in it is behind pointers, where package fmt does
// not follow.
type key struct {
	id      keyID
	created time.Time
	secret  *[keySize]byte
	aead    cipher.AEAD
}

func makeKey(secret *[keySize]byte, created time.Time) key {
	sum := sha256.Sum256(append([]byte("roomink data key id\x00"), secret[:]...))
	aead, err := chacha20poly1305.NewX(secret[:])
	if err != nil {
		panic(err) // only for a key of another size, which its type rules out
	}
	return key{id: keyID(sum[:idSize]), created: created, secret: secret, aead: aead}
}

func (k key) seal(place string, secret []byte) []byte {
	n := k.aead.NonceSize()
	sealed := make([]byte, headerSize+n, headerSize+n+len(secret)+k.aead.Overhead())
	sealed[0] = sealedVersion
	copy(sealed[1:], k.id[:])
	nonce := sealed[headerSize:]
	rand.Read(nonce)
	return k.aead.Seal(sealed, nonce, secret, bound(sealed, place))
}

// open decrypts what seal made with this very key, see sealedWith.
func (k key) open(place string, sealed []byte) ([]byte, error) {
	n := headerSize + k.aead.NonceSize()
	if len(sealed) < n {
		return nil, fmt.Errorf("too short: %w", ErrWrongKey)
	}
	return k.aead.Open(nil, sealed[headerSize:n], sealed[n:], bound(sealed, place))
}

// bound is the associated data of a sealed value.
func bound(sealed []byte, place string) []byte {
	return append(bytes.Clone(sealed[:headerSize]), place...)
}

// sealedWith reads the header of a sealed value.
func sealedWith(sealed []byte) (id keyID, known bool) {
	if len(sealed) < headerSize || sealed[0] != sealedVersion {
		return keyID{}, false
	}
	return keyID(sealed[1:headerSize]), true
}

// ring is the keys of one store, the current one first and at least that. It is
// never changed in place.
type ring []key

func (r ring) text() []byte {
	b := []byte{ringVersion}
	for _, k := range r {
		b = append(b, k.id[:]...)
		seconds := int64(0)
		if !k.created.IsZero() {
			seconds = k.created.Unix()
		}
		b = binary.BigEndian.AppendUint64(b, uint64(seconds))
		b = append(b, k.secret[:]...)
	}
	return base64.StdEncoding.AppendEncode(nil, b)
}

// parseRing reads what text wrote. Its errors are ErrDamaged and show nothing of it.
func parseRing(text []byte) (ring, error) {
	if len(text) > 2*MaxRing {
		return nil, fmt.Errorf("%w: it is too long", ErrDamaged)
	}
	// Whoever copies a key by hand adds a line end.
	b, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no base64", ErrDamaged)
	}
	if len(b) == keySize { // a bare key, as kept by versions before 1.0
		return ring{makeKey((*[keySize]byte)(b), time.Time{})}, nil
	}
	n := (len(b) - 1) / entrySize
	switch {
	case len(b) > 0 && b[0] > ringVersion:
		return nil, fmt.Errorf("%w: its form %d is not known; was it made by a newer Roomink?", ErrDamaged, b[0])
	case len(b) == 0 || b[0] != ringVersion || n < 1 || n > maxKeys || len(b) != 1+n*entrySize:
		return nil, fmt.Errorf("%w: it is no key ring", ErrDamaged)
	}
	r := make(ring, 0, n)
	for entry := range slices.Chunk(b[1:], entrySize) {
		var created time.Time
		if s := int64(binary.BigEndian.Uint64(entry[idSize:])); s != 0 {
			created = time.Unix(s, 0).UTC()
		}
		k := makeKey((*[keySize]byte)(bytes.Clone(entry[idSize+8:])), created)
		if k.id != keyID(entry[:idSize]) {
			return nil, fmt.Errorf("%w: it does not match its id", ErrDamaged)
		}
		r = append(r, k)
	}
	return r, nil
}
