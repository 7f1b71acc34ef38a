package vault

// NewKeychainOn is a Keychain on another backend than the system's.
var NewKeychainOn = newKeychain

// ParseRing reads a ring and writes it again.
func ParseRing(text []byte) ([]byte, error) {
	r, err := parseRing(text)
	if err != nil {
		return nil, err
	}
	return r.text(), nil
}
