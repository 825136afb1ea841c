package render

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/courant-news/courant/internal/audit"
)

func TestARuleReadsAsItsGoldenFileSays(t *testing.T) {
	golden(t, filepath.Join("testdata", "rule.golden"), RuleMarkdown(invented[0]))
	golden(t, filepath.Join("testdata", "rules.golden"), RulesMarkdown(invented))
}

// docs/rules says what the program says, no more and no less.
func TestTheDocumentsOfTheRulesAreUpToDate(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "rules")
	want := map[string]string{"README.md": RulesMarkdown(audit.Rules())}
	for _, r := range audit.Rules() {
		want[r.Code+".md"] = RuleMarkdown(r)
	}
	if *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range want {
		golden(t, filepath.Join(dir, name), text)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := want[f.Name()]; ok {
			continue
		}
		if !*update {
			t.Errorf("docs/rules/%s speaks of a rule that is not there: go test ./internal/render -update", f.Name())
		} else if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			t.Fatal(err)
		}
	}
}
