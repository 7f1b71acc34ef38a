// Command bench sums up `go test -bench` output that it reads from standard input:
// it prints the measures that have a name of their own as a table, each with its
// budget, and writes them as one flat JSON object.
//
// A benchmark names a measure by b.ReportMetric(x, "sign_bw_800x480_ms"): lower
// case, words joined by underscores, the unit at the end.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"golang.org/x/perf/benchfmt"
)

// budgets are those of the design, by measure; a measure without one is for the record.
var budgets = map[string]float64{
	"sign_bw_800x480_ms":          0.3,
	"sign_bw_800x480_alloc_bytes": 16 << 10,
	"sign_spectra6_1200x1600_ms":  3,
	"sign_cold_start_ms":          60,

	"burst_2000_displays_s":          5,
	"boundary_to_push_p99_ms":        100,
	"idle_2000_displays_cpu_percent": 2,
	"idle_2000_displays_rss_mb":      300,
	"pushes_per_visible_change":      1,
	"startup_500_rooms_s":            1,

	"first_sync_500_rooms_s":         5,
	"quiet_round_500_rooms_requests": 25,
	"quiet_round_500_rooms_cpu_ms":   300,
	"change_to_store_s":              1,
	"sync_extra_rss_mb":              150,
}

func main() {
	out := flag.String("o", "", "`file` to write the measures to as JSON")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, table io.Writer, out string) error {
	measures, err := read(in)
	if err != nil {
		return err
	}
	if len(measures) == 0 {
		return fmt.Errorf("no benchmark reported a named measure")
	}
	if err := print(table, measures); err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	data, err := json.MarshalIndent(measures, "", "  ")
	if err != nil {
		return fmt.Errorf("write the measures: %w", err)
	}
	if err := os.WriteFile(out, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the measures: %w", err)
	}
	return nil
}

// read takes the named measures; of one that was measured more than once it takes
// the median.
func read(in io.Reader) (map[string]float64, error) {
	all := make(map[string][]float64)
	r := benchfmt.NewReader(in, "standard input")
	for r.Scan() {
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue // a line about the machine, or one that is no result
		}
		for _, v := range result.Values {
			name, value := v.Unit, v.Value
			if v.OrigUnit != "" { // the library turns ms and MB into s and B
				name, value = v.OrigUnit, v.OrigValue
			}
			if strings.Contains(name, "_") {
				all[name] = append(all[name], value)
			}
		}
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("read the benchmarks: %w", err)
	}
	medians := make(map[string]float64, len(all))
	for name, values := range all {
		slices.Sort(values)
		medians[name] = values[len(values)/2]
	}
	return medians, nil
}

func print(w io.Writer, measures map[string]float64) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "measure\tvalue\tbudget\t")
	for _, name := range slices.Sorted(maps.Keys(measures)) {
		budget, verdict := "", ""
		if limit, ok := budgets[name]; ok {
			budget = fmt.Sprintf("%.4g", limit)
			if measures[name] > limit {
				verdict = "over"
			}
		}
		fmt.Fprintf(t, "%s\t%.4g\t%s\t%s\n", name, measures[name], budget, verdict)
	}
	return t.Flush()
}
