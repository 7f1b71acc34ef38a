package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const output = `goos: linux
pkg: github.com/roomink/roomink/engine
BenchmarkSign-2   	    5000	    210000 ns/op	         0.21 sign_bw_800x480_ms	    4900 B/op
BenchmarkSign-2   	    5000	    210000 ns/op	         0.41 sign_bw_800x480_ms	    4900 B/op
BenchmarkSign-2   	    5000	    210000 ns/op	         0.22 sign_bw_800x480_ms	    4900 B/op
BenchmarkAll-2    	       3	2684802820 ns/op	         6.684 burst_2000_displays_s
PASS
`

func TestRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bench.json")
	var table strings.Builder
	if err := run(strings.NewReader(output), &table, path); err != nil {
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
	if len(got) != 2 || got["sign_bw_800x480_ms"] != 0.22 || got["burst_2000_displays_s"] != 6.684 {
		t.Errorf("measures %v", got)
	}
	if !strings.Contains(table.String(), "over") {
		t.Errorf("the table does not mark what is over its budget:\n%s", &table)
	}
}

func TestRunWithoutMeasures(t *testing.T) {
	if err := run(strings.NewReader("PASS\n"), &strings.Builder{}, ""); err == nil {
		t.Error("no error")
	}
}
