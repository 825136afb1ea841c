package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// hearing compares `courant import reply ecb` of the ECB's whole history, a file that the bank offers for download, with
// sqlite3's .import of the same rows into the same schema. Ours also reads, judges and counts what it had already.
func hearing(dir, program, file string) ([]result, error) {
	if file == "" {
		fmt.Fprintln(os.Stderr, "no history given with -history: its import is not measured")
		return nil, nil
	}
	observations, err := historyOf(file)
	if err != nil {
		return nil, err
	}
	r := result{What: fmt.Sprintf("import reply ecb, %d figures", len(observations)), Unit: "s CPU", Name: "sqlite3 .import", Aim: "≤ 2"}
	for range rounds {
		data, err := os.MkdirTemp(dir, "history-")
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(context.Background(), program, "import", "reply", "ecb", file, "--data", data)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("import the history: %w: %s", err, out)
		}
		r.Ours = least(r.Ours, seconds(cmd.ProcessState.SysUsage().(*syscall.Rusage)))
		if _, err := exec.LookPath("sqlite3"); err != nil {
			fmt.Fprintln(os.Stderr, "sqlite3 is not installed: no peer for the history")
			return []result{r}, nil
		}
		peer, err := imported(data, observations)
		if err != nil {
			return nil, err
		}
		r.Peer = least(r.Peer, peer)
	}
	r.Ratio = r.Ours / r.Peer
	return []result{r}, nil
}

// historyOf reads the rows of the ECB's eurofxref-hist.csv as the peer is given them.
func historyOf(file string) ([]market.Observation, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	var all []market.Observation
	seen := time.Now()
	for _, row := range rows[1:] {
		at, err := time.Parse(time.DateOnly, row[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for i, rate := range row[1:] {
			if code := rows[0][i+1]; code != "" && rate != "N/A" {
				value, err := currency.ParseDecimal(rate)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", file, err)
				}
				all = append(all, market.NewObservation(market.Pair("EUR", currency.Code(code)), market.Rate, value,
					market.Moment{At: at, Seen: seen}, "ecb", "1 EUR = "+rate+" "+code))
			}
		}
	}
	return all, nil
}
