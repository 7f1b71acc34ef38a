// Command peers measures how long a sign takes with Roomink and with two other ways of
// drawing it: Debian's Python PIL and takumi from npm.
//
// All three get the same signs, in one JSON file, and end with the same thing: the
// 48,000 bytes that an 800×480 black and white panel is sent. Each is measured cold, from
// the start of a fresh process to its bytes, and warm, as the median of many signs of
// which each has other words. Warm means for the rivals whatever they can keep: fonts
// loaded, code compiled, glyphs cached, the data parsed. All set the same words in the same
// fonts and sizes, shape them with HarfBuzz or its like, and break and shorten what is too
// long; the pictures of the first sign are beside the data, to be looked at. Rounds of all three alternate, so
// that what else the computer does meets all of them.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/roomink/roomink/engine/display"
)

// packedBytes is what the panel takes.
const packedBytes = width / 8 * height

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "roomink" {
		return ours(args[1:], out)
	}
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	dir := flags.String("dir", "build/peers", "`folder` for the signs, the pictures and takumi's modules")
	result := flags.String("o", "build/bench-peers.json", "`file` for the result as JSON")
	rounds := flags.Int("rounds", 5, "rounds, each with a cold start and a warm series of every renderer")
	signs := flags.Int("signs", 200, "signs in a warm series")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *signs < 1 {
		return fmt.Errorf("%d rounds of %d signs measure nothing", *rounds, *signs)
	}
	if err := writeSigns(filepath.Join(*dir, oneSign), 1); err != nil {
		return err
	}
	if err := writeSigns(filepath.Join(*dir, manySigns), *signs); err != nil {
		return err
	}
	peers, err := all(*dir)
	if err != nil {
		return err
	}
	for round := range *rounds {
		for _, p := range peers {
			if err := p.measure(ctx); err != nil {
				return fmt.Errorf("round %d of %s: %w", round+1, p.name, err)
			}
		}
	}
	for _, p := range peers {
		if err := p.picture(); err != nil {
			return err
		}
	}
	return report(out, *result, peers)
}

// The files of signs, in the folder that is given: a cold start should not have to read
// more than what it draws.
const (
	oneSign   = "sign.json"
	manySigns = "signs.json"
)

// peer is one way to draw signs. Its command gets "cold" and a file of one sign, and
// writes the packed bytes to standard output; or "warm" and a file of many signs, and
// writes the milliseconds that each took, one a line.
type peer struct {
	name, title string
	command     []string
	dir         string    // where the files are
	packed      []byte    // of the one sign
	cold, warm  []float64 // milliseconds, one a round
}

// all gives Roomink first, the rivals after it.
func all(dir string) ([]*peer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return []*peer{
		{name: "roomink", title: "Roomink", dir: dir, command: []string{self, "roomink"}},
		// The interpreter of the system, which python3-pil belongs to.
		{name: "pil", title: "Python PIL", dir: dir, command: []string{"/usr/bin/python3", "tools/peers/pil_sign.py"}},
		{name: "takumi", title: "takumi", dir: dir, command: []string{"node", "tools/peers/takumi_sign.mjs"}},
	}, nil
}

func (p *peer) measure(ctx context.Context) error {
	began := time.Now()
	var err error
	if p.packed, err = p.run(ctx, "cold", filepath.Join(p.dir, oneSign)); err != nil {
		return err
	}
	p.cold = append(p.cold, float64(time.Since(began))/float64(time.Millisecond))
	if len(p.packed) != packedBytes {
		return fmt.Errorf("it wrote %d packed bytes, want %d", len(p.packed), packedBytes)
	}
	list, err := p.run(ctx, "warm", filepath.Join(p.dir, manySigns))
	if err != nil {
		return err
	}
	var times []float64
	for _, word := range strings.Fields(string(list)) {
		ms, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return fmt.Errorf("read its times: %w", err)
		}
		times = append(times, ms)
	}
	if len(times) == 0 {
		return fmt.Errorf("it reported no times")
	}
	p.warm = append(p.warm, median(times))
	return nil
}

func (p *peer) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.command[0], append(slices.Clone(p.command[1:]), args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w\n%s", filepath.Base(p.command[0]), err, &stderr)
	}
	return out, nil
}

// picture writes what the panel would show, for people to compare.
func (p *peer) picture() error {
	m := image.NewPaletted(image.Rect(0, 0, width, height), display.Mono.Palette())
	for i := range m.Pix {
		m.Pix[i] = p.packed[i/8] >> (7 - i%8) & 1
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return fmt.Errorf("write the picture of %s: %w", p.name, err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, p.name+".png"), b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the picture of %s: %w", p.name, err)
	}
	return nil
}

// report prints the table and writes one flat JSON object.
func report(out io.Writer, path string, peers []*peer) error {
	measures := make(map[string]float64)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "800×480 black/white, five meetings\tcold ms\tratio\twarm ms\tratio\t")
	ours := peers[0]
	for _, p := range peers {
		cold, warm := median(p.cold), median(p.warm)
		coldRatio, warmRatio := cold/median(ours.cold), warm/median(ours.warm)
		measures[p.name+"_cold_ms"], measures[p.name+"_ms"] = rounded(cold), rounded(warm)
		if p != ours {
			measures[p.name+"_cold_ratio"], measures[p.name+"_ratio"] = rounded(coldRatio), rounded(warmRatio)
		}
		fmt.Fprintf(t, "%s\t%.1f\t%.1f×\t%.3f\t%.1f×\t\n", p.title, cold, coldRatio, warm, warmRatio)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	data, err := json.MarshalIndent(measures, "", "  ")
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// rounded keeps four digits, which is more than a measurement is worth.
func rounded(x float64) float64 {
	if x == 0 {
		return 0
	}
	unit := math.Pow(10, 3-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*unit) / unit
}
