package render

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/audit"
)

func sarifOf(t *testing.T, r audit.Report, uri string, rules []audit.Rule) string {
	t.Helper()
	var b strings.Builder
	if err := sarif(&b, r, uri, rules); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSARIFReadsAsItsGoldenFileSays(t *testing.T) {
	golden(t, filepath.Join("testdata", "report.sarif"), strings.Replace(sarifOf(t, madeUp(1), "tables/board.txt", invented),
		`"version": "`+version()+`"`, `"version": "1.2.3"`, 1))
}

// What the standard asks of a log, as far as ours has it: section 3 of SARIF 2.1.0, by its numbers.
func TestSARIFKeepsTheStandard(t *testing.T) {
	empty := audit.Report{Subjects: 1}
	unknown := madeUp(3)
	unknown.Findings[0].Rule = "of.tomorrow"
	for name, text := range map[string]string{
		"a report":                   sarifOf(t, madeUp(20), "tables/board.txt", invented),
		"of standard input":          sarifOf(t, madeUp(2), "", invented),
		"of an address":              sarifOf(t, madeUp(2), "https://example.org/rates?day=1", invented),
		"of nothing":                 sarifOf(t, empty, "a.txt", invented),
		"of a rule that is not":      sarifOf(t, unknown, "a.txt", invented),
		"with the program's rules":   sarifOf(t, madeUp(2), "a.txt", audit.Rules()),
		"with no rules at all":       sarifOf(t, madeUp(2), "a.txt", nil),
		"of a file with odd letters": sarifOf(t, madeUp(2), (&url.URL{Path: "a b:ü%.txt"}).String(), invented),
	} {
		t.Run(name, func(t *testing.T) { keepsSARIF(t, text) })
	}
}

func keepsSARIF(t *testing.T, text string) {
	var log any
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	o := object{t, "the log", log}
	o.is("version", "2.1.0") // 3.13.2
	o.is("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
	runs := o.list("runs")
	if len(runs) != 1 {
		t.Fatalf("there are %d runs", len(runs))
	}
	driver := runs[0].object("tool").object("driver") // 3.18.2
	driver.is("name", "Courant")
	driver.text("version")
	driver.absolute("informationUri")
	rules := driver.list("rules")
	ids := map[string]bool{}
	for _, r := range rules {
		id := r.text("id")
		if ids[id] {
			t.Errorf("the rule %s stands twice", id) // 3.19.23: unique
		}
		ids[id] = true
		if name := r.text("name"); !regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`).MatchString(name) {
			t.Errorf("the rule %s is named %q", id, name)
		}
		for _, part := range []string{"shortDescription", "fullDescription", "help"} {
			r.object(part).text("text") // 3.12.3: a message string has a text
		}
		r.absolute("helpUri")
		r.object("defaultConfiguration").oneOf("level", "none", "note", "warning", "error")
	}
	for _, i := range runs[0].list("invocations") {
		i.truth("executionSuccessful") // 3.20.14: required
		for _, n := range i.list("toolExecutionNotifications") {
			n.object("message").text("text")
			n.oneOf("level", "none", "note", "warning", "error")
			n.locations()
		}
	}
	for _, r := range runs[0].list("results") {
		r.object("message").text("text") // 3.27.11
		r.oneOf("level", "none", "note", "warning", "error")
		id := r.text("ruleId")
		if index, ok := r.maybe("ruleIndex"); ok { // 3.27.6
			if n := int(index.(float64)); n < 0 || n >= len(rules) || rules[n].text("id") != id {
				t.Errorf("a result of %s points to rule %d", id, n)
			}
		} else if ids[id] {
			t.Errorf("a result of %s does not point to its rule", id)
		}
		r.locations()
		for _, s := range r.list("suppressions") { // 3.27.23: all results have them or none
			s.oneOf("kind", "inSource", "external") // 3.35.2
			s.text("justification")
		}
		prints, ok := r.object("partialFingerprints").value.(map[string]any)
		if !ok || len(prints) != 1 || !strings.HasPrefix(prints["finding/v1"].(string), id+":") {
			t.Errorf("the fingerprints of a result of %s are %v", id, prints)
		}
	}
}

// object is a piece of JSON that has to be as the standard says.
type object struct {
	t     *testing.T
	path  string
	value any
}

func (o object) maybe(key string) (any, bool) {
	o.t.Helper()
	m, ok := o.value.(map[string]any)
	if !ok {
		o.t.Fatalf("%s is no object: %v", o.path, o.value)
	}
	v, ok := m[key]
	return v, ok
}

func (o object) object(key string) object {
	o.t.Helper()
	v, ok := o.maybe(key)
	if !ok {
		o.t.Fatalf("%s has no %s", o.path, key)
	}
	return object{o.t, o.path + "." + key, v}
}

func (o object) list(key string) (all []object) {
	o.t.Helper()
	list, ok := o.object(key).value.([]any)
	if !ok {
		o.t.Fatalf("%s.%s is no list", o.path, key)
	}
	for _, v := range list {
		all = append(all, object{o.t, o.path + "." + key + "[]", v})
	}
	return all
}

func (o object) text(key string) string {
	o.t.Helper()
	s, ok := o.object(key).value.(string)
	if !ok || strings.TrimSpace(s) == "" {
		o.t.Errorf("%s.%s is no text", o.path, key)
	}
	return s
}

func (o object) truth(key string) {
	o.t.Helper()
	if _, ok := o.object(key).value.(bool); !ok {
		o.t.Errorf("%s.%s is neither true nor false", o.path, key)
	}
}

func (o object) is(key, want string) { o.t.Helper(); o.oneOf(key, want) }

func (o object) oneOf(key string, allowed ...string) {
	o.t.Helper()
	got := o.text(key)
	for _, a := range allowed {
		if got == a {
			return
		}
	}
	o.t.Errorf("%s.%s is %q, not of %q", o.path, key, got, allowed)
}

func (o object) absolute(key string) {
	o.t.Helper()
	if u, err := url.Parse(o.text(key)); err != nil || !u.IsAbs() {
		o.t.Errorf("%s.%s is no absolute address", o.path, key)
	}
}

// locations holds what says where something is: 3.28, 3.29.
func (o object) locations() {
	o.t.Helper()
	if _, ok := o.maybe("locations"); !ok {
		return
	}
	for _, l := range o.list("locations") {
		_, physical := l.maybe("physicalLocation")
		_, logical := l.maybe("logicalLocations")
		if !physical && !logical {
			o.t.Errorf("%s is nowhere", l.path)
		}
		if physical {
			p := l.object("physicalLocation")
			if _, err := url.Parse(p.object("artifactLocation").text("uri")); err != nil {
				o.t.Errorf("%s: %v", p.path, err)
			}
			if _, ok := p.maybe("region"); ok {
				if n, ok := p.object("region").object("startLine").value.(float64); !ok || n < 1 { // 3.30.5: from 1
					o.t.Errorf("%s begins at line %v", p.path, n)
				}
			}
		}
		if logical {
			for _, n := range l.list("logicalLocations") {
				n.text("name")
			}
		}
	}
}
