package hostile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Values are raw values to put into JSON where something sensible should be. Not all of
// them are JSON: some firmwares print what their arithmetic gave.
func Values() []string {
	return []string{
		`null`, `true`, `false`, `""`, `0`, `-1`, `0.5`, `1e3`, `1e999`, `-1e999`, `1e-999`,
		`2147483648`, `4294967296`, `9223372036854775808`, `18446744073709551616`, strings.Repeat("9", 400),
		`NaN`, `nan`, `inf`, `"NaN"`, `"800"`, `[]`, `{}`, `[800]`, `{"a":1}`,
		`"\u0000"`, `"\ud800"`, `"\u202etxt"`, `"\u001b[2J"`, `"a/b"`, `"../../etc/passwd"`, `"<b>"`, `"a\nb"`, "\"\xff\xfe\"",
		`"` + strings.Repeat("x", 20000) + `"`, strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		strings.Repeat("[", 20000),
	}
}

// Mutations are variants of a JSON object: for each of its keys, in inner objects too, one
// for each of [Values], one without the key and one with the key twice.
func Mutations(object string) []string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		panic(fmt.Sprintf("hostile.Mutations needs a JSON object: %v", err))
	}
	keys := slices.Sorted(maps.Keys(fields))
	with := func(change string, value string) string {
		var b strings.Builder
		for _, k := range keys {
			v := string(fields[k])
			if k == change {
				if v = value; v == "" {
					continue
				}
			}
			if b.Len() > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:%s", k, v)
		}
		return "{" + b.String() + "}"
	}
	var all []string
	for _, k := range keys {
		v := string(fields[k])
		for _, bad := range Values() {
			all = append(all, with(k, bad))
		}
		all = append(all, with(k, ""), with(k, v+fmt.Sprintf(",%q:[]", k)))
		if strings.HasPrefix(v, "{") {
			for _, inner := range Mutations(v) {
				all = append(all, with(k, inner))
			}
		}
	}
	return all
}
