package frame_test

import (
	"os"
	"strings"
	"testing"

	"github.com/roomink/roomink/engine/frame"
)

// Glyphs, clusters, advances and offsets are those that HarfBuzz itself gives for our
// fonts; tools/shapes.sh asked it. The cache of kerning must not be visible.
func TestHarfBuzz(t *testing.T) {
	table, err := os.ReadFile("testdata/harfbuzz.tsv")
	if err != nil {
		t.Fatal(err)
	}
	r := newRenderer(t)
	for line := range strings.Lines(string(table)) {
		column := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(column) != 6 || column[5] == "" {
			t.Fatalf("not a line of tools/shapes.sh: %q", line)
		}
		file, text, want := column[0], column[4], column[5]
		for _, cache := range []string{"cold", "warm"} {
			got := r.Glyphs(frame.Specimen{Text: text, Language: column[3], Bold: strings.Contains(file, "Bold")})
			if got != want {
				t.Errorf("%s in %s (%s), with a %s cache:\n got %s\nwant %s", text, file, column[3], cache, got, want)
			}
		}
	}
}
