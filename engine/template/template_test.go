package template_test

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/roomink/roomink/engine/template"
)

func source(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseSamples(t *testing.T) {
	for _, n := range []string{"meeting-7in5.json", "meeting-4in2.json", "render-2in9.json"} {
		tm, problems, err := template.Parse(source(t, n))
		if err != nil {
			t.Fatal(err)
		}
		t.Log(tm.Name(), tm.Size(), tm.Addresses())
		for _, p := range problems {
			t.Log(p)
		}
	}
	_ = image.Point{}
}
