package mcp

import (
	"context"
	"fmt"
	"strings"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/render"
)

type auditQuestion struct {
	Text string `json:"text" jsonschema:"what is to be proof-read: a table of rates (lines such as EUR/USD 1.1840, CSV, JSON of a rates service), a ticker, or a page with a board or a story; 2 MiB at most"`
	Date string `json:"date,omitempty" jsonschema:"the day of which it speaks, such as 2026-02-02; default what it says itself, or what its rates tell"`
	Base string `json:"base,omitempty" jsonschema:"the currency of which one unit is priced, where the text does not say"`
}

type auditAnswer struct {
	Date     currency.Date `json:"date" jsonschema:"the day against which it was held"`
	Dated    string        `json:"dated" jsonschema:"how that day is known"`
	Subjects int           `json:"subjects" jsonschema:"rows, items and paragraphs that were read"`
	Errors   int           `json:"errors" jsonschema:"findings that cannot be right"`
	Warnings int           `json:"warnings" jsonschema:"findings that can hardly be right"`
	Notes    int           `json:"notes"`
	Findings []finding     `json:"findings" jsonschema:"the worst first, 200 at most"`
	Left     []audit.Left  `json:"left" jsonschema:"what was not understood, 50 lines at most"`

	report audit.Report
}

// finding is an audit.Finding without numbers that a program would read as floating-point ones.
type finding struct {
	Rule      string           `json:"rule" jsonschema:"explained at /audit/rules/RULE of the paper"`
	Severity  string           `json:"severity" jsonschema:"error, warning or note"`
	Subject   string           `json:"subject"`
	Line      int              `json:"line,omitempty"`
	Printed   string           `json:"printed,omitempty"`
	Expected  string           `json:"expected,omitempty" jsonschema:"what it should be; left out where nobody can say"`
	Deviation string           `json:"deviation,omitempty" jsonschema:"how far off it is, as a share of what is expected"`
	Tolerance string           `json:"tolerance,omitempty" jsonschema:"how large that may be, by the printed digits and the fact"`
	Message   string           `json:"message"`
	Evidence  []audit.Evidence `json:"evidence" jsonschema:"facts that it rests on, each with its source and the day from which it holds"`
}

func (c *clerk) audit(ctx context.Context, q auditQuestion) (*auditAnswer, error) {
	if len(q.Text) > maxText {
		return nil, fault.Because(fault.Invalid, "the text has more than %d MiB, the most that is read: give a part of it", maxText>>20)
	}
	o := archive.DocumentOptions{Name: "the text"}
	var err error
	if q.Date != "" {
		if o.Date, err = currency.ParseDate(q.Date); err != nil {
			return nil, fault.Because(fault.Invalid, "date: %w", err)
		}
	}
	if q.Base != "" {
		if o.Base, err = currency.ParseCode(q.Base); err != nil {
			return nil, fault.Because(fault.Invalid, "base: %w", err)
		}
	}
	d, err := archive.ReadDocument(strings.NewReader(q.Text), o)
	if err != nil {
		return nil, err
	}
	facts := audit.Embedded()
	if d.Date.IsZero() {
		if d.Date, d.Dated, err = audit.Infer(d, facts); err != nil {
			return nil, fault.Because(fault.Invalid, "%s; say which day it is with date", strings.TrimSuffix(fault.Sentence(err), "."))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err // nobody waits for it any more
	}
	return asAnswer(audit.Check(d, facts)), nil
}

// asAnswer is a report as an answer, no longer than one can be.
func asAnswer(r audit.Report) *auditAnswer {
	errors, warnings := r.Count(audit.Error), r.Count(audit.Warning)
	a := &auditAnswer{
		Date: r.Date, Dated: r.Dated, Subjects: r.Subjects, Findings: []finding{}, Left: []audit.Left{},
		Errors: errors, Warnings: warnings - errors, Notes: len(r.Findings) - warnings,
	}
	r.Findings, r.Left = r.Findings[:min(len(r.Findings), maxFindings)], r.Left[:min(len(r.Left), maxLeft)]
	for _, f := range r.Findings {
		a.Findings = append(a.Findings, finding{
			Rule: f.Rule, Severity: f.Severity.String(), Subject: f.Subject, Line: f.Line, Printed: f.Printed, Expected: f.Expected,
			Deviation: f.Deviation.String(), Tolerance: f.Tolerance.String(), Message: f.Message, Evidence: f.Evidence,
		})
	}
	a.Left, a.report = append(a.Left, r.Left...), r
	return a
}

func (a *auditAnswer) text() string {
	var b strings.Builder
	if all := a.Errors + a.Warnings + a.Notes; all > len(a.Findings) {
		fmt.Fprintf(&b, "The first %d of %d findings:\n", len(a.Findings), all)
	}
	_ = render.Report(&b, a.report, render.ReportOptions{Evidence: true}) // a strings.Builder takes all
	return strings.TrimSpace(b.String())
}
