package markettest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAScriptThatCannotBeReadIsToldByItsLine(t *testing.T) {
	for script, want := range map[string]string{
		"":                                  "0: the script has no test",
		"asof 2026-01-30\n":                 "1: the script has no test",
		"test \"A\"\n\ttest \"B\"\n":        "2: an indented line belongs to a command",
		"# only\n test \"A\"":               "2: an indented line belongs to a command",
		"\ntest A sentence\n":               "2: write test \"A sentence\"",
		"test \"A\"\nsource x \"open":       "2: a quotation without an end",
		"test \"A\"\ntest \"B\" \"C\"\n":    "2: write test \"A sentence\"",
		"test \"A\"\n\n  # a comment\n foo": "4: an indented line belongs to a command",
	} {
		if _, _, err := parse(script); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", script, err, want)
		}
	}
}

func TestAScriptIsReadByLineWithItsClauses(t *testing.T) {
	common, tests, err := parse("source a\n# c\ntest \"One\"\nexpect x 1 # why\n\tflag \"a b\"\n  noflag c\nboard\ntest \"Two\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(common) != 1 || len(tests) != 2 || len(tests[0].commands) != 2 || tests[1].name != "Two" {
		t.Fatalf("read as %v and %v", common, tests)
	}
	c := tests[0].commands[0]
	if c.line != 4 || len(c.words) != 3 || len(c.clauses) != 2 || c.clauses[0].words[1] != (word{"a b", true}) {
		t.Errorf("the command is %+v", c)
	}
}

// A runner that accepts anything would make every script pass, so each kind of expectation must be able to fail.
func TestEveryExpectationCanFail(t *testing.T) {
	const market = `
source ecb official fresh 4d "European Central Bank"
source page page fresh 4d "The page"
test "market"
observe ecb EUR/USD 1.25 EUR/JPY 200 at 2026-01-29
observe ecb EUR/USD 1.26 EUR/JPY 200 at 2026-01-30
observe page EUR/USD 1.24 XNYS:RIO last 91.93 change 0.85 percent 0.92 at 2026-01-30
asof 2026-01-30
`
	for _, wrong := range []string{
		"expect EUR/USD 1.25", "expect EUR/USD 1.260", "expect EUR/USD 1.26 from page", "expect EUR/USD 1.26 cross",
		"expect EUR/USD 1.26 at 2026-01-29", "expect EUR/USD nothing", "expect EUR/CHF 1.1", "expect USD/JPY 158.74",
		"expect EUR/USD 1.26\n\twhy \"no such reason\"", "expect EUR/USD 1.26\n\taside ecb \"older\"",
		"expect EUR/USD 1.26\n\taside page \"older\"", "expect EUR/USD 1.26\n\talone", "expect EUR/USD 1.26\n\trests EUR/JPY",
		"expect EUR/USD 1.26\n\tmove +0.81%", "expect EUR/USD 1.26\n\tmove 0.80%", "expect EUR/USD 1.26\n\tmove withheld \"x\"",
		"expect EUR/USD 1.26\n\tmove +0.80% since 2026-01-30", "expect EUR/USD 1.26\n\tflag stale",
		"quote XNYS:RIO 91.9", "quote XNYS:RIO 91.93 previous 91", "quote XNYS:RIO 91.93 percent 0.92",
		"quote XNYS:RIO 91.93 change 0.86", "quote XNYS:RIO 91.93\n\tnoflag percent-base",
		"quote XNYS:RIO 91.93\n\tflag percent-base \"no such text\"", "quote XNYS:RIO nothing", "quote XNYS:BP 37",
		"board EUR count 1", "board EUR count 2 newest 2026-01-29", "history EUR/USD 1.26", "history EUR/USD 1.25 1.26",
		"refuse ecb EUR/GBP 0.8 at 2026-01-30 \"above zero\"", "refuse ecb EUR/GBP 0 at 2026-01-30 \"no such reason\"",
		"observe ecb EUR/GBP 0 at 2026-01-30",
	} {
		common, tests, err := parse(market + wrong + "\n")
		if err != nil {
			t.Fatalf("%s: %v", wrong, err)
		}
		r := runner{world: &memory{}}
		commands := append(common, tests[0].commands...)
		for i, c := range commands {
			failed, err := r.do(c)
			if err != nil {
				t.Fatalf("%s: cannot be read: %v", c.text, err)
			}
			if last := i == len(commands)-1; (failed != nil) != last {
				t.Errorf("%s: %v", c.text, failed)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("../testdata/*.market")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, script string) {
		_, tests, err := parse(script)
		if (err == nil) != (len(tests) > 0) {
			t.Errorf("%d tests and the error %v", len(tests), err)
		}
	})
}
