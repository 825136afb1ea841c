// Package storetest opens a store for tests of other rooms: a real one, in a fresh SQLite file. Only tests may import it.
// Start at [Open], which may be called from parallel tests.
package storetest

import (
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/store"
)

// Open opens an empty store, and closes it when the test ends.
func Open(t testing.TB) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "paper.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
