package audit

import (
	"regexp"
	"slices"
	"testing"
)

// Every rule shows by its own examples what it finds and what it lets pass.
func TestEveryRuleFindsWhatItsExampleShows(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.Code] || !regexp.MustCompile(`^[a-z]+\.[a-z-]+$`).MatchString(r.Code) {
			t.Errorf("%s stands twice, or is no code", r.Code)
		}
		seen[r.Code] = true
		if r.Title == "" || r.Explains == "" || r.Source == "" || r.Severity == 0 {
			t.Errorf("%s does not say what it is, or from where it is known", r.Code)
		}
		if !slices.ContainsFunc(checked(t, r.Fails), func(f Finding) bool { return f.Rule == r.Code }) {
			t.Errorf("%s finds nothing in the example that fails, %q", r.Code, r.Fails.Lines)
		}
		for _, f := range checked(t, r.Passes) {
			if f.Rule == r.Code {
				t.Errorf("%s: the example that passes does not: %s", r.Code, f.Message)
			}
		}
	}
}

func checked(t *testing.T, e Example) []Finding {
	t.Helper()
	d, err := e.Document()
	if err != nil {
		t.Fatalf("%q: %v", e.Lines, err)
	}
	facts := Embedded()
	if len(e.Known) > 0 {
		facts.Known = knownLines(t, e.Date, e.Known...)
	}
	return Check(d, facts).Findings
}
