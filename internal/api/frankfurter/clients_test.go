package frankfurter_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/must"
)

func TestOtherPeoplesClientsTakeItForTheOriginal(t *testing.T) {
	if os.Getenv("COURANT_CLIENTS") == "" {
		must.Skip(t, "clients", "they come from the npm registry: set COURANT_CLIENTS to a directory to install them into")
	}
	root, err := must.Root()
	if err != nil {
		t.Fatal(err)
	}
	ledger, b := paper(t)
	history(t, ledger, "2025-12")
	out, err := exec.CommandContext(t.Context(), "sh", filepath.Join(root, "scripts", "clients", "run.sh"), served(t, ledger, b).URL).CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Fatal(err)
	}
}
