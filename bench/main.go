// Command bench measures Courant against a peer or a floor in the same run, and prints ratios.
//
//	go run ./bench                 all of it, with 1,000,000 observations
//	go run ./bench -rows 100000    quicker
//	go run ./bench -history FILE   with the import of the ECB's eurofxref-hist.csv
//	go run ./bench -streams 10000  only so many open streams, with what they cost
//	go run ./bench -format json
//	go run ./bench search          how long a reader waits for a search, and for a story that was published
//
// It measures CPU seconds of the processes, which a busy machine moves less than wall time. What it compares with must
// be installed: sqlite3 and nginx; a row whose peer is missing is left out and named. Everything happens in a temporary
// directory and on the loopback interface.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// result is one comparison.
type result struct {
	What  string  `json:"what"`
	Unit  string  `json:"unit"`
	Ours  float64 `json:"ours"`
	Peer  float64 `json:"peer,omitempty"`
	Name  string  `json:"peer_name"`
	Ratio float64 `json:"ratio,omitempty"`
	Aim   string  `json:"aim"`
}

func main() {
	rows := flag.Int("rows", 1_000_000, "observations to append")
	requests := flag.Int("requests", 20_000, "requests in each of five rounds")
	history := flag.String("history", "", "the ECB's eurofxref-hist.csv, whose import is measured too")
	format := flag.String("format", "text", "text or json")
	streams := flag.Int("streams", 0, "open streams, which alone are measured then")
	flag.Parse()
	if flag.Arg(0) == "search" {
		if err := searching(flag.Args()[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if err := run(*rows, *requests, *streams, *history, *format); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(rows, requests, streams int, history, format string) error {
	dir, err := os.MkdirTemp("", "courant-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "courant")
	if out, err := exec.CommandContext(context.Background(), "go", "build", "-o", program, "./cmd/courant").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	var results []result
	measures := []func() ([]result, error){
		func() ([]result, error) { return appending(dir, rows) },
		func() ([]result, error) { return hearing(dir, program, history) },
		func() ([]result, error) { return remembering(dir, program, rows) },
		func() ([]result, error) { return serving(dir, program, requests) },
	}
	if streams > 0 {
		measures = []func() ([]result, error){func() ([]result, error) { return streaming(dir, program, streams) }}
	}
	for _, measure := range measures {
		some, err := measure()
		if err != nil {
			return err
		}
		results = append(results, some...)
	}
	if format == "json" {
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(results)
	}
	for _, r := range results {
		fmt.Printf("%-44s %10.2f %-8s", r.What, r.Ours, r.Unit)
		if r.Peer > 0 {
			fmt.Printf(" %s %10.2f   ratio %.2f", r.Name, r.Peer, r.Ratio)
		}
		fmt.Printf("   aim %s\n", r.Aim)
	}
	return nil
}
