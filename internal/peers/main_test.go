package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Our side keeps to what is asked of every peer.
func TestOurs(t *testing.T) {
	dir := t.TempDir()
	one, many := filepath.Join(dir, oneSign), filepath.Join(dir, manySigns)
	if err := writeSigns(one, 1); err != nil {
		t.Fatal(err)
	}
	if err := writeSigns(many, 5); err != nil {
		t.Fatal(err)
	}
	var packed, times bytes.Buffer
	if err := ours([]string{"cold", one}, &packed); err != nil {
		t.Fatal(err)
	}
	if n := packed.Len(); n != packedBytes || bytes.Count(packed.Bytes(), []byte{0xff}) == n {
		t.Errorf("cold wrote %d bytes, want %d with a sign on them", n, packedBytes)
	}
	if err := ours([]string{"warm", many}, &times); err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(times.String())); n != 5 {
		t.Errorf("warm wrote %d times, want 5", n)
	}
	for _, args := range [][]string{nil, {"tepid", one}, {"cold"}, {"cold", filepath.Join(dir, "none")}} {
		if err := ours(args, &bytes.Buffer{}); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestSignsDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for i := range 50 {
		s := agenda(i)
		if s.Current == nil || len(s.Next) != 4 || s.Place == "" || len(s.Day) != 5 {
			t.Errorf("sign %d has not what is to be drawn: %+v", i, s)
		}
		if seen[s.Room+s.Current.Title] {
			t.Errorf("sign %d says what another one says", i)
		}
		seen[s.Room+s.Current.Title] = true
	}
}

func TestReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	var table strings.Builder
	peers := []*peer{
		{name: "roomink", title: "Roomink", cold: []float64{30, 20, 25}, warm: []float64{0.2, 0.1, 0.3}},
		{name: "pil", title: "PIL", cold: []float64{100, 100, 100}, warm: []float64{9, 5, 7}},
	}
	if err := report(&table, path, peers); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]float64
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"roomink_ms": 0.2, "roomink_cold_ms": 25, "pil_ms": 7, "pil_cold_ms": 100, "pil_ratio": 35, "pil_cold_ratio": 4,
	}
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, want %v", name, got[name], value)
		}
	}
	if len(got) != len(want) || !strings.Contains(table.String(), "35.0×") {
		t.Errorf("result %v, table\n%s", got, &table)
	}
}

// A rival that fails or writes something else ends the run with its own words.
func TestMeasureRefuses(t *testing.T) {
	for script, want := range map[string]string{
		"echo too few": "8 packed bytes", "echo no fonts >&2; exit 3": "no fonts",
	} {
		p := &peer{name: "rival", command: []string{"sh", "-c", script}, dir: t.TempDir()}
		if err := p.measure(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want …%s…", script, err, want)
		}
	}
}
