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
	nonceSize  = chacha20poly1305.NonceSizeX
	idSize     = 8
	entrySize  = idSize + 8 + keySize
	headerSize = 1 + idSize

	// maxKeys is the most keys of a ring: two during a rotation. A ring of later
	// versions may hold more without growing beyond MaxRing.
	maxKeys = 7
)

// keyID tells keys apart. It is derived from the key and its date, so that a damaged
// entry of a ring does not pass for a sound one.
type keyID [idSize]byte

// key is a data key. What is secret in it is behind a function, where package fmt
// does not follow, as it does with a pointer and a verb that does not fit.
type key struct {
	id      keyID
	created int64 // Unix seconds, 0 = unknown
	hidden  func() (secret *[keySize]byte, aead cipher.AEAD)
}

// makeKey makes a key of its secret and its date in Unix seconds, 0 if unknown.
func makeKey(secret *[keySize]byte, created int64) key {
	content := binary.BigEndian.AppendUint64([]byte("roomink data key\x00"), uint64(created))
	sum := sha256.Sum256(append(content, secret[:]...))
	aead, err := chacha20poly1305.NewX(secret[:])
	if err != nil {
		panic(err) // only for a key of another size, which its type rules out
	}
	return key{id: keyID(sum[:idSize]), created: created,
		hidden: func() (*[keySize]byte, cipher.AEAD) { return secret, aead }}
}

func (k key) aead() cipher.AEAD {
	_, aead := k.hidden()
	return aead
}

func (k key) seal(place string, secret []byte) []byte {
	sealed := make([]byte, headerSize+nonceSize, headerSize+nonceSize+len(secret)+chacha20poly1305.Overhead)
	sealed[0] = sealedVersion
	copy(sealed[1:], k.id[:])
	nonce := sealed[headerSize:]
	rand.Read(nonce)
	return k.aead().Seal(sealed, nonce, secret, bound(sealed, place))
}

// open decrypts what seal made with this very key, see sealedWith.
func (k key) open(place string, sealed []byte) ([]byte, error) {
	const n = headerSize + nonceSize
	if len(sealed) < n {
		return nil, fmt.Errorf("too short: %w", ErrWrongKey)
	}
	return k.aead().Open(nil, sealed[headerSize:n], sealed[n:], bound(sealed, place))
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
		b = binary.BigEndian.AppendUint64(b, uint64(k.created))
		secret, _ := k.hidden()
		b = append(b, secret[:]...)
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
		return ring{makeKey((*[keySize]byte)(b), 0)}, nil
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
		created := int64(binary.BigEndian.Uint64(entry[idSize:]))
		k := makeKey((*[keySize]byte)(bytes.Clone(entry[idSize+8:])), created)
		if k.id != keyID(entry[:idSize]) {
			return nil, fmt.Errorf("%w: it does not match its id", ErrDamaged)
		}
		r = append(r, k)
	}
	return r, nil
}
