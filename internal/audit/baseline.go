package audit

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// MaxBaseline is the most bytes that a baseline may have.
const MaxBaseline = 1 << 20

// Baseline answers for findings that are known and accepted, each with a reason.
type Baseline map[string]string // by RULE:SUBJECT the reason

// Ignored is a finding that a baseline answers for.
type Ignored struct {
	Finding
	Reason string `json:"reason"`
}

// ParseBaseline reads a baseline: a line for each finding, "RULE:SUBJECT reason", such as
//
//	peg.missed:XAF  the bank's own selling rate
//
// Blank lines and lines that begin with # are passed over. The error is fault.Invalid and names the line: for a rule that
// does not exist, a finding without a reason, and one that stands twice.
func ParseBaseline(text []byte) (Baseline, error) {
	if len(text) > MaxBaseline {
		return nil, fault.Because(fault.Invalid, "the baseline has more than %d MiB", MaxBaseline>>20)
	}
	b := Baseline{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	n := 0
	for lines.Scan() {
		n++
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, reason := line, ""
		if i := strings.IndexAny(line, " \t"); i >= 0 {
			key, reason = line[:i], strings.TrimSpace(line[i:])
		}
		if err := b.Add(key, reason); err != nil {
			return nil, fault.Because(fault.Invalid, "line %d of the baseline: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, fault.Because(fault.Invalid, "line %d of the baseline is longer than any finding", n+1)
		}
		return nil, err
	}
	return b, nil
}

// Add takes a finding as RULE:SUBJECT. The error is fault.Invalid.
func (b Baseline) Add(key, reason string) error {
	rule, subject, ok := strings.Cut(key, ":")
	if !ok || subject == "" {
		return fault.Because(fault.Invalid, "%.80q is no finding: write RULE:SUBJECT, such as currency.retired:BGN", key)
	}
	if _, err := RuleOf(rule); err != nil {
		return fault.Because(fault.Invalid, "%w", err)
	}
	if reason == "" {
		return fault.Because(fault.Invalid, "%s has no reason: say behind it why it is accepted", key)
	}
	if _, twice := b[key]; twice {
		return fault.Because(fault.Invalid, "%s stands twice", key)
	}
	b[key] = reason
	return nil
}

// Apply takes the findings that a baseline answers for out of a report, and returns the keys of the baseline that
// answered for none: what they accepted has gone.
func (b Baseline) Apply(r *Report) (unused []string) {
	used := map[string]bool{}
	var kept []Finding
	for _, f := range r.Findings {
		if reason, ok := b[f.Key()]; ok {
			used[f.Key()] = true
			r.Ignored = append(r.Ignored, Ignored{Finding: f, Reason: reason})
			continue
		}
		kept = append(kept, f)
	}
	r.Findings = kept
	for key := range b {
		if !used[key] {
			unused = append(unused, key)
		}
	}
	slices.Sort(unused)
	return unused
}
