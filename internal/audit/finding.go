package audit

import (
	"encoding/json"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Severity says how sure it is that something is wrong.
type Severity int

// The severities. An error cannot be right; a warning can hardly be; a note is worth knowing.
const (
	Note Severity = iota + 1
	Warning
	Error
)

var severities = map[Severity]string{Note: "note", Warning: "warning", Error: "error"}

// String is "note", "warning" or "error".
func (s Severity) String() string { return severities[s] }

// MarshalText writes what String returns.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// ParseSeverity reads what String returns; all else is fault.Invalid.
func ParseSeverity(text string) (Severity, error) {
	for s, name := range severities {
		if name == text {
			return s, nil
		}
	}
	return 0, fault.Because(fault.Invalid, "%.40q is no severity: write error, warning or note", text)
}

// Finding is something that cannot, or can hardly, be right. As JSON it is part of a stable contract: fields may be
// added, but none is changed or taken away.
type Finding struct {
	Rule      string      `json:"rule"`      // code of the [Rule]
	Severity  Severity    `json:"severity"`  //
	Subject   string      `json:"subject"`   // a code, a pair or a ticker, without spaces: "BGN", "USD/RUB", "XNYS:GSK"
	Printed   string      `json:"printed"`   // as it stands there; empty for a finding about several rows
	Expected  string      `json:"expected"`  // what it should be, to the printed number of places; empty where nobody can say
	Deviation json.Number `json:"deviation"` // (printed − expected) ÷ expected; 0 where there is no expected
	Tolerance json.Number `json:"tolerance"` // how large the deviation may be, by the printed digits and the fact; 0 where it does not apply
	Message   string      `json:"message"`   // a whole sentence
	Evidence  []Evidence  `json:"evidence"`
	Line      int         `json:"line,omitempty"`
	Rows      []string    `json:"rows,omitempty"` // the subjects of all rows that it is about, where these are several
}

// Evidence is one fact that a finding rests on.
type Evidence struct {
	Fact   string `json:"fact"`
	Source string `json:"source"` // a document, a source of rates, or "arithmetic"
	At     string `json:"at"`     // the day from which the fact holds, or of which it is; empty: timeless
}

// Key names a finding for a baseline: RULE:SUBJECT.
func (f Finding) Key() string { return f.Rule + ":" + f.Subject }

// MarshalJSON keeps empty lists lists.
func (r Report) MarshalJSON() ([]byte, error) {
	type report struct {
		Name     string        `json:"name,omitempty"`
		Date     currency.Date `json:"date"`
		Dated    string        `json:"dated"`
		Ledger   bool          `json:"ledger"`
		Subjects int           `json:"subjects"`
		Findings []Finding     `json:"findings"`
		Ignored  []Ignored     `json:"ignored"`
		Left     []Left        `json:"left"`
	}
	out := report{r.Name, r.Date, r.Dated, r.Ledger, r.Subjects, r.Findings, r.Ignored, r.Left}
	if out.Findings == nil {
		out.Findings = []Finding{}
	}
	if out.Ignored == nil {
		out.Ignored = []Ignored{}
	}
	if out.Left == nil {
		out.Left = []Left{}
	}
	return json.Marshal(out)
}

// arithmetic is the source of what follows from the printed numbers alone.
const arithmetic = "arithmetic"

// since writes the day from which a fact holds.
func since(d currency.Date) string { return d.String() }

// day writes a day as readers do.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// written writes a date as readers do, to the precision that is known.
func written(d currency.Date) string {
	switch {
	case d.Day != 0:
		return day(d.First())
	case d.Month != 0:
		return d.First().Format("January 2006")
	}
	return d.String()
}

// off is how far a printed value is from the expected, as a share of that, to three significant digits.
func off(printed, expected currency.Decimal) json.Number {
	d, err := printed.Sub(expected).Quo(expected, 3)
	if err != nil {
		return "0"
	}
	return json.Number(d.String())
}

// shareOf is a share as JSON has it.
func shareOf(d currency.Decimal) json.Number { return json.Number(d.RoundDigits(3).String()) }

// wrongBy says in words how far off a figure is, to at most three significant digits: "1.85 per cent too high".
func wrongBy(share json.Number) string {
	d, err := currency.ParseDecimal(share.String())
	if err != nil {
		return "off"
	}
	which := " per cent too high"
	if d.Sign() < 0 {
		which = " per cent too low"
	}
	return d.Abs().Mul(currency.DecimalFromInt(100)).RoundDigits(3).Trim().String() + which
}
