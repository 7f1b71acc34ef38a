package pull

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// NewToken makes the secret by which a display is known: 26 capital letters and digits,
// which nobody guesses (130 bits of chance), and which fit in an address and can be typed.
func NewToken() string { return rand.Text() }

// HashToken is what is kept of a token: whoever reads the database can't pose as a
// display. A token has too much chance in it to be found by trying, so one round will do.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
