package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// smallDisk mounts a file system of the given size, which only root may.
func smallDisk(t *testing.T, size string) (dir string, resize func(size string)) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no small file system can be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, func(size string) {
		t.Helper()
		if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAFullDiskLosesNothingAndTheStoreGoesOnWhenThereIsRoom(t *testing.T) {
	dir, resize := smallDisk(t, "1m")
	file := filepath.Join(dir, "paper.db")
	db, err := Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	const each = 200
	there := 0
	for err == nil {
		if there > 100_000 {
			t.Fatal("the disk is never full")
		}
		if _, err = db.Append(t.Context(), []market.Source{testBank}, sayings(there, each), nil); err == nil {
			there += each
		}
	}
	if !errors.Is(err, fault.Internal) || !strings.Contains(err.Error(), "the disk is full: nothing was written") {
		t.Errorf("err = %v, want a sentence about the disk", err)
	}
	mustHold(t, db, there)
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("a full disk is no broken disk: %v", err)
	}
	resize("64m")
	if n, err := db.Append(t.Context(), nil, sayings(there, each), nil); err != nil || n != each {
		t.Errorf("with room again: %d, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	again, _ := openFile(t, file)
	mustHold(t, again, there+each)
	findings, err := again.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if !f.OK {
			t.Errorf("%s: %s", f.What, f.Finding)
		}
	}
	if _, err := os.Stat(file + "-wal"); err != nil {
		t.Errorf("while it is open there is a log: %v", err)
	}
}
