package media_test

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
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
		t.Logf("the system does not forget how much memory was taken: %v", err) // then what was taken before counts too
	}
}

// peak returns how many bytes of memory the process took at the most while something was done, beyond what it had.
func peak(t *testing.T, do func()) int64 {
	t.Helper()
	forget(t)
	before := resident(t, "VmRSS")
	do()
	return resident(t, "VmHWM") - before
}
