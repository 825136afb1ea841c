package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

// appending compares Append of many observations with sqlite3's .import of the same rows into the same schema.
func appending(dir string, rows int) ([]result, error) {
	sources, observations := made(rows)
	db, err := store.Open(context.Background(), filepath.Join(dir, "ours.db"))
	if err != nil {
		return nil, err
	}
	before := cpu()
	began := time.Now()
	added, err := db.Append(context.Background(), sources, observations, func(done int) {
		if done%100_000 == 0 {
			fmt.Fprintf(os.Stderr, "\rappending %d of %d", done, rows)
		}
	})
	fmt.Fprintln(os.Stderr)
	if err != nil || added != rows {
		return nil, fmt.Errorf("append %d rows: %d, %w", rows, added, err)
	}
	r := result{What: fmt.Sprintf("append %d observations", rows), Unit: "s CPU", Ours: cpu() - before, Name: "sqlite3 .import", Aim: "≤ 1.5"}
	fmt.Fprintf(os.Stderr, "appended in %.1f s\n", time.Since(began).Seconds())
	if err := db.Close(); err != nil {
		return nil, err
	}
	if _, err := exec.LookPath("sqlite3"); err != nil {
		fmt.Fprintln(os.Stderr, "sqlite3 is not installed: no peer for appending")
		return []result{r}, nil
	}
	if r.Peer, err = imported(dir, observations); err != nil {
		return nil, err
	}
	r.Ratio = r.Ours / r.Peer
	return []result{r}, nil
}

// made makes observations as they arrive: day after day, of each source, each pair.
func made(rows int) ([]market.Source, []market.Observation) {
	var sources []market.Source
	for s := range 10 {
		sources = append(sources, market.Source{
			ID: market.SourceID(fmt.Sprintf("bank-%d", s)), Name: "A bank", Kind: market.Official, Fresh: 96 * time.Hour,
		})
	}
	codes := currency.All().Currencies()[:170]
	observations := make([]market.Observation, 0, rows)
	for d := 0; ; d++ {
		at := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, d)
		for s, source := range sources {
			for i, c := range codes {
				if len(observations) == rows {
					return sources, observations
				}
				value := currency.DecimalFromInt(int64(1_000_000 + d*7919 + s*13 + i*104729)).Mul(currency.MustDecimal("0.000001"))
				observations = append(observations, market.NewObservation(market.Pair("EUR", c.Code), market.Rate, value,
					market.Moment{At: at, Seen: at.Add(15 * time.Hour)}, source.ID, "row"))
			}
		}
	}
}

// imported lets sqlite3 import the same rows into the same tables, and returns its CPU seconds.
func imported(dir string, observations []market.Observation) (float64, error) {
	file := filepath.Join(dir, "rows.csv")
	f, err := os.Create(file)
	if err != nil {
		return 0, err
	}
	w := csv.NewWriter(f)
	for _, o := range observations {
		if err := w.Write([]string{
			string(o.Symbol), string(o.Field), string(o.Source), strconv.FormatInt(o.At.UnixMicro(), 10),
			strconv.FormatInt(o.Seen.UnixMicro(), 10), o.Value.String(), o.Ref, string(o.ID),
		}); err != nil {
			return 0, err
		}
	}
	w.Flush()
	if err := f.Close(); err != nil {
		return 0, err
	}
	schema, err := os.ReadFile("internal/store/migrations/sqlite/00001_paper.sql")
	if err != nil {
		return 0, fmt.Errorf("run it from the checkout's root: %w", err)
	}
	script := "PRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n" + string(schema) + "\n.mode csv\n.import " + file + " observation\n"
	cmd := exec.CommandContext(context.Background(), "sqlite3", filepath.Join(dir, "theirs.db"))
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("sqlite3: %w: %s", err, out)
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return seconds(usage), nil
}

// cpu is how many seconds of CPU this process has used.
func cpu() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return seconds(&usage)
}

func seconds(u *syscall.Rusage) float64 {
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
