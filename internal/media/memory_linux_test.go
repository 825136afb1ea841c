package media_test

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/media"
)

// resident reads how much memory the process has, or had at the most since it was last forgotten, from /proc/self/status.
func resident(t *testing.T, field string) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			n, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatalf("no %s in /proc/self/status", field)
	return 0
}

// forget lets the most that the process had begin anew.
func forget(t *testing.T) {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skipf("the system does not say how much memory was taken: %v", err)
	}
}

func TestHostileFilesTakeNoMoreThan64MB(t *testing.T) {
	files := hostile(t)
	d := darkroom()
	forget(t)
	before := resident(t, "VmRSS")
	for _, body := range files {
		_, _ = d.Develop(t.Context(), media.Upload{Body: body}) // what becomes of it is another test's
	}
	if took := resident(t, "VmHWM") - before; took > 64<<20 {
		t.Errorf("%d files took %d MB of memory", len(files), took>>20)
	} else {
		t.Logf("%d files took %d MB of memory", len(files), took>>20)
	}
}
