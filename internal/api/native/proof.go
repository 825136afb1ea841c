package native

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// proofReaders is how many documents are proof-read at once, each in memory.
const proofReaders = 4

// proof is what the proof-reader found: the contract of [audit.Report], with which it is held together by a test.
type proof struct {
	Name     string          `json:"name,omitempty" doc:"what was read"`
	Date     currency.Date   `json:"date" doc:"the day of which it speaks"`
	Dated    string          `json:"dated" doc:"how the day is known"`
	Ledger   bool            `json:"ledger" doc:"whether it was held against a ledger too: not here"`
	Subjects int             `json:"subjects" doc:"rows, items of a ticker and paragraphs that were read"`
	Findings []audit.Finding `json:"findings" doc:"the worst first; the rules are explained at /audit/rules"`
	Ignored  []audit.Ignored `json:"ignored" doc:"findings that a baseline answers for: none here"`
	Left     []audit.Left    `json:"left" doc:"what was not understood"`
}

// proofread reads a body, and proof-reads it. Nothing of it is kept or logged.
func (n *native) proofread(q query) (found, error) {
	select {
	case n.proofs <- struct{}{}:
		defer func() { <-n.proofs }()
	default:
		return found{}, fault.Because(fault.Busy, "the proof-reader has its hands full: send the table again in a few seconds")
	}
	if kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type")); kind == "multipart/form-data" {
		return found{}, api.Refuse(http.StatusUnsupportedMediaType, "send the table itself as the body, as with curl --data-binary @FILE, not a form")
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, archive.MaxPage))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return found{}, fmt.Errorf("%w: %w", fault.Because(fault.Invalid, "the body has more than %d MiB, the most that is read at once: send a part of it", archive.MaxPage>>20), err)
	}
	if err != nil {
		return found{}, fault.Because(fault.Invalid, "the body did not arrive whole: send it again")
	}
	report, err := proofOf(q, body)
	return found{whole: report}, err
}

// proofOf proof-reads a document.
func proofOf(q query, body []byte) (audit.Report, error) {
	o := archive.DocumentOptions{Name: "the body"}
	o.Date, _ = given[currency.Date](q, "date")
	o.Base, _ = given[currency.Code](q, "base")
	d, err := archive.ReadDocument(bytes.NewReader(body), o)
	if err != nil {
		return audit.Report{}, err
	}
	facts := audit.Embedded()
	if d.Date.IsZero() {
		if d.Date, d.Dated, err = audit.Infer(d, facts); err != nil {
			return audit.Report{}, fault.Because(fault.Invalid, "%s: give its day, such as date=2026-02-02", strings.TrimSuffix(fault.Sentence(err), "."))
		}
	}
	return audit.Check(d, facts), q.Context().Err()
}
