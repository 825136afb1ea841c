package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/must"
)

// Nobody edits the tables by hand: what is embedded is what gen makes of its inputs. The names need CLDR's own
// package, which is not among the samples, so they are kept as they are.
func TestTheEmbeddedTablesAreWhatTheInputsMake(t *testing.T) {
	samples, embedded, out := must.Samples(t), filepath.Join("..", "data"), t.TempDir()
	if err := os.CopyFS(out, os.DirFS(embedded)); err != nil {
		t.Fatal(err)
	}
	tables := []string{"currencies.csv", "withdrawals.csv", "pegs.csv", "redenominations.csv", "levels.csv", "moves.csv"}
	for _, name := range tables[1:] { // the names are read from the first
		if err := os.Remove(filepath.Join(out, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(filepath.Join(samples, "reference"), "", filepath.Join(samples, "fx"), out); err != nil {
		t.Fatal(err)
	}
	for _, name := range tables {
		made, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		kept, err := os.ReadFile(filepath.Join(embedded, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(made, kept) {
			t.Errorf("%s is not what gen makes of its inputs", name)
		}
	}
}
