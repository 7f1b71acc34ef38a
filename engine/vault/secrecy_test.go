package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/vault"
)

// TestNothingShowsSecrets holds every text that the package makes against the key
// and a secret, in each form in which they might slip out.
func TestNothingShowsSecrets(t *testing.T) {
	const secret = "canary-8Q~of-the-client-secret"
	keychain := &fragile{}
	v := open(t, false, keychain, keyFile(t))
	sealed := v.Seal("s", []byte(secret))
	ring, err := base64.StdEncoding.DecodeString(string(keychain.ring))
	if err != nil {
		t.Fatal(err)
	}
	key := ring[len(ring)-32:]
	canaries := map[string]string{
		"secret": secret, "secret in hex": hex.EncodeToString([]byte(secret)), "secret as bytes": strings.Trim(fmt.Sprint([]byte(secret)), "[]"),
		"ring": string(keychain.ring), "key": string(key), "key in hex": hex.EncodeToString(key), "key as bytes": strings.Trim(fmt.Sprint(key), "[]"),
		"key in Go": strings.Trim(strings.TrimPrefix(fmt.Sprintf("%#v", key), "[]byte"), "{}"), "key in base64": base64.StdEncoding.EncodeToString(key),
		"start of the key as bytes": strings.Trim(fmt.Sprint(key[:4]), "[]"), "start of the key in hex": hex.EncodeToString(key[:4]),
		"start of the key in Go": strings.Trim(strings.TrimPrefix(fmt.Sprintf("%#v", key[:4]), "[]byte"), "{}"),
		"part of the ring":       string(keychain.ring[len(keychain.ring)-12:]),
	}
	check := func(name, text string) {
		t.Helper()
		for what, canary := range canaries {
			if strings.Contains(text, canary) {
				t.Errorf("%s shows the %s:\n%s", name, what, text)
			}
		}
	}
	texts := func(name string, x any) {
		t.Helper()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
			check(name+" with "+verb, fmt.Sprintf(verb, x))
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "x", x)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "x", x)
		check("log of "+name, log.String())
		if b, err := json.Marshal(x); err == nil {
			check("JSON of "+name, string(b))
		}
	}
	texts("vault", v)
	texts("struct around a vault", struct{ v *vault.Vault }{v})
	// A copy has none of the methods of *Vault: package fmt goes through its fields.
	texts("copy of a vault", reflect.ValueOf(v).Elem().Interface())
	texts("keychain", vault.NewKeychain("Roomink", "data key"))
	texts("key file", keyFile(t))

	failures := make(map[string]error)
	_, failures["open at another place"] = v.Open("other", sealed)
	_, failures["open what is cut"] = v.Open("s", sealed[:40])
	_, failures["open with another key"] = open(t, false, &memory{}).Open("s", sealed)
	_, failures["open a plain value"] = v.Open("s", []byte(secret))
	for n := 1; n < 3; n++ {
		keychain.before = keychain.saves + n
		failures[fmt.Sprintf("rotate, save %d fails", n)] = v.Rotate(t.Context(), resealing(map[string][]byte{"s": sealed}))
	}
	kept := string(ring)
	for i := range ring {
		bad := base64.StdEncoding.EncodeToString([]byte(kept[:i] + string(kept[i]^0x80) + kept[i+1:]))
		_, failures[fmt.Sprintf("ring damaged at %d", i)] = vault.Open(t.Context(), true, &memory{ring: []byte(bad)})
		_, failures[fmt.Sprintf("ring cut at %d", i)] = vault.Open(t.Context(), true, &memory{ring: []byte(canaries["ring"][:i])})
	}
	_, failures["ring in clear"] = vault.Open(t.Context(), true, &memory{ring: ring})
	for name, err := range failures {
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		texts(name, err)
	}
}
