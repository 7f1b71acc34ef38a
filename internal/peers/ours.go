package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"image"
	"io"
	"os"
	"time"

	"github.com/roomink/roomink/engine/display"
	"github.com/roomink/roomink/engine/frame"
	"github.com/roomink/roomink/engine/sign"
)

// ours is Roomink's side, with the arguments that every peer gets.
func ours(args []string, out io.Writer) error {
	if len(args) != 2 || args[0] != "cold" && args[0] != "warm" {
		return fmt.Errorf("usage: peers roomink cold sign.json, or warm signs.json")
	}
	signs, err := readSigns(args[1])
	if err != nil {
		return err
	}
	r, err := frame.New(frame.Options{})
	if err != nil {
		return err
	}
	var m *image.Paletted
	var packed []byte
	draw := func(s sign.Sign) error {
		if m, err = r.Draw(m, s, display.Panel{Width: width, Height: height, Scheme: display.Mono}, nil); err != nil {
			return err
		}
		packed = frame.Pack1(packed, m)
		return nil
	}
	if args[0] == "cold" {
		if err := draw(signs[0]); err != nil {
			return err
		}
		_, err := out.Write(packed)
		return err
	}
	times := make([]time.Duration, 0, len(signs))
	for range 2 { // the first time to warm up
		times = times[:0]
		for _, s := range signs {
			began := time.Now()
			if err := draw(s); err != nil {
				return err
			}
			times = append(times, time.Since(began))
		}
	}
	w := bufio.NewWriter(out)
	for _, t := range times {
		fmt.Fprintf(w, "%.5f\n", float64(t)/float64(time.Millisecond))
	}
	return w.Flush()
}

func readSigns(path string) ([]sign.Sign, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the signs: %w", err)
	}
	var signs []sign.Sign
	if err := json.Unmarshal(data, &signs); err != nil {
		return nil, fmt.Errorf("read the signs: %w", err)
	}
	if len(signs) == 0 {
		return nil, fmt.Errorf("read the signs: %s has none", path)
	}
	return signs, nil
}
