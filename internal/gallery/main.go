// Command gallery draws the contact sheets of docs/gallery: every design on every
// class of panel, every state, palette and language, as the glass would look.
package main

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata"

	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/internal/samples"
)

func main() {
	out := flag.String("o", "docs/gallery", "`folder` for the sheets")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return fmt.Errorf("load the time zone: %w", err)
	}
	renderer, err := frame.New(frame.Options{})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	for _, s := range sheets(samples.New(loc)) {
		if err := write(filepath.Join(dir, s.name+".png"), renderer, s); err != nil {
			return fmt.Errorf("sheet %s: %w", s.name, err)
		}
	}
	return nil
}

func write(path string, r *frame.Renderer, s sheet) error {
	picture, err := paint(r, s)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(file, picture); err != nil {
		_ = file.Close() // the first error says more
		return err
	}
	return file.Close()
}
