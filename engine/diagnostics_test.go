package engine

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/roomink/roomink/engine/calendar"
	"github.com/roomink/roomink/engine/sign"
)

// The zip helps whoever gets it and names nobody: neither what Roomink knows, nor what only
// its logs do.
func TestDiagnosticsNameNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife(2, 2)
		cfg := l.config(t, t.TempDir())
		cfg.Actor = "friedasommer"
		e, _ := run(t, cfg)
		settle(time.Minute)
		hang(t, e, 0)
		c := e.Snapshot().Account.Credentials
		c.Secret = canary
		must(t, e.SaveCredentials(t.Context(), c))
		p := e.Snapshot().Policy
		p.Text = "Ask Wilhelmina for the key"
		must(t, e.SetPolicy(t.Context(), p))
		note := "Ludmilla's room"
		must(t, e.SetOverride(t.Context(), roomID(1), sign.Override{Text: &note}))
		l.set(func() {
			now := time.Now().UTC()
			l.events[roomID(0)]["x"] = calendar.Event{ID: "x", Subject: "Merger with Globex", Organizer: "Ada Lovelace", Availability: calendar.Busy, Start: now, End: now.Add(time.Hour)}
			l.changed[roomID(0)] = now
			l.power[displayID(0)] = false
		})
		settle(5 * time.Minute)
		secrets := []string{"friedasommer", canary, p.Text, note, "Merger with Globex", "Lovelace", "room0@contoso.com", "Room 0", "contoso",
			c.ClientID, "memory:0000", "Display 0000", "10.1.2.3", "a4:cf:12:00:00:01", "bob@fabrikam.com", "eyJhbGciOiJSUzI1NiJ9", cfg.Dir}
		var log strings.Builder
		for i := range 3 {
			fmt.Fprintf(&log, "time=%d level=WARN msg=\"A push failed\" user=%s", i, strings.Join(secrets, " what="))
			log.WriteByte('\n')
		}
		must(t, os.WriteFile(filepath.Join(cfg.Dir, "roomink.log"), []byte(log.String()), 0o600))
		e.panicked("reading room0@contoso.com", "index out of range: Merger with Globex", "goroutine 1")

		var file bytes.Buffer
		must(t, e.ExportDiagnostics(t.Context(), &file))
		z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		must(t, err)
		texts := map[string]string{}
		for _, f := range z.File {
			r, err := f.Open()
			must(t, err)
			data, err := io.ReadAll(r)
			must(t, err)
			texts[f.Name] = string(data)
			for _, s := range secrets {
				if strings.Contains(strings.ToLower(f.Name+string(data)), strings.ToLower(s)) {
					t.Errorf("%s names %q", f.Name, s)
				}
			}
		}
		for _, want := range []string{`"Kind": "memory"`, `"Delivery": "retrying"`, `"display.notUpdated"`, `"Problem": "The display can't be reached"`, `"StaleAfter"`} {
			if !strings.Contains(texts["summary.json"], want) {
				t.Errorf("summary lacks %s:\n%s", want, texts["summary.json"])
			}
		}
		if log := texts["logs/roomink.log"]; strings.Count(log, "A push failed") != 3 {
			t.Errorf("log:\n%s", log)
		}
		if !strings.Contains(texts["goroutines.txt"], "reconcile") {
			t.Error("the goroutines are missing")
		}
		if len(z.File) != 4 {
			t.Errorf("%d files; want four, with the report", len(z.File))
		}
	})
}
