// Command pack makes internal/demo/data/history.csv.gz from the npm package @fawazahmed0/currency-api, one version of
// it for each day.
//
//	go run ./internal/demo/pack [-keep DIR]
//
// It runs the ordinary npm client for each version that data/versions.txt lists, one after the other, takes one file
// out of each archive, leaves out what is no currency (see [currency.All]) and what data/excluded.csv names, and writes
// the table. With -keep the archives, some 150 MB, stay in DIR and are not asked for again. The same versions make the
// same table: nothing in it depends on when or where it was packed.
//
// It does not correct, judge or complete a value. It knows no registry: npm does. Start at [run].
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/demo"
)

const (
	dataset = "@fawazahmed0/currency-api"
	dataDir = "internal/demo/data" // from the module's root, where go run is called
)

func main() {
	keep := flag.String("keep", "", "directory that keeps the archives, to pack again without fetching (default: none)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// run packs every listed version. The old table stays until the new one has been read back whole.
func run(ctx context.Context, keep string) error {
	versions, err := readVersions(filepath.Join(dataDir, "versions.txt"))
	if err != nil {
		return err
	}
	leaveOut, err := readExcluded(filepath.Join(dataDir, "excluded.csv"))
	if err != nil {
		return err
	}
	if keep == "" {
		if keep, err = os.MkdirTemp("", "courant-pack-*"); err != nil {
			return err
		}
		defer os.RemoveAll(keep)
	} else if err := os.MkdirAll(keep, 0o755); err != nil {
		return err
	}
	days := make([]day, len(versions))
	for i, v := range versions {
		fmt.Fprintf(os.Stderr, "\r%d of %d: %-10s", i+1, len(versions), v.name)
		archive, err := fetch(ctx, keep, v.name)
		if err != nil {
			return err
		}
		if days[i], err = readArchive(archive, v); err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
		days[i].keepOnly(func(code currency.Code) bool { return known(code) && !leaveOut.has(code, v.date) })
	}
	fmt.Fprintln(os.Stderr)
	table, err := write(days)
	if err != nil {
		return err
	}
	snapshots, err := demo.Unpack(table)
	if err != nil {
		return fmt.Errorf("reading back what was packed: %w", err)
	}
	path := filepath.Join(dataDir, "history.csv.gz")
	if err := os.WriteFile(path, table, 0o644); err != nil {
		return err
	}
	last := snapshots[len(snapshots)-1]
	fmt.Printf("%d days, %d currencies on the last, %d bytes; for data/README.md:\n", len(snapshots), len(last.Rates), len(table))
	fmt.Printf("%x  history.csv.gz\n", sha256.Sum256(table))
	return nil
}

// known says whether the code is a currency's. The euro is one too, but its own rate in euros says nothing.
func known(code currency.Code) bool {
	_, err := currency.All().Currency(code)
	return err == nil && code != "EUR"
}

// fetch returns the path of a version's archive in dir, where npm puts it unless it is there already. npm checks the
// archive against the registry's digest.
func fetch(ctx context.Context, dir, version string) (string, error) {
	path := filepath.Join(dir, "fawazahmed0-currency-api-"+version+".tgz")
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return path, nil
	}
	npm := exec.CommandContext(ctx, "npm", "pack", "--silent", "--ignore-scripts", dataset+"@"+version)
	npm.Dir = dir
	npm.Stderr = os.Stderr
	if err := npm.Run(); err != nil {
		return "", fmt.Errorf("npm pack %s@%s: %w", dataset, version, err)
	}
	return path, nil
}
