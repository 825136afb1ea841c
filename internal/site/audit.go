package site

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

const rulesPath = "/audit/rules"

// Limits of what is proof-read for readers.
const (
	maxPasted    = 2 << 20 // bytes
	maxFile      = 16 << 20
	maxField     = 40 // bytes of a day, a code
	maxForm      = maxFile + maxPasted + 64<<10
	maxParts     = 16
	maxAgain     = 64 << 10 // of a pasted text that the reply holds once more, to be changed
	proofReaders = 4        // at once, each with a file in memory
)

// example is a small table of our own, of a day after the lev's last and the new Syrian pound's first: two retired codes,
// one of them at another rate than the law's, a missed peg, and a scale that ended.
const example = `EUR/USD 1.1830
EUR/CZK 24.310
EUR/BGN 1.9650
EUR/AED 4.4105
EUR/SYP 13050
EUR/ZWL 380.90
`

// AuditPage is the form for what is to be proof-read.
type AuditPage struct {
	Frame
	Form        AuditForm
	Example     string
	ExampleDate Time
}

// AuditForm is what was filled in, and what is wrong with it.
type AuditForm struct {
	Text, Day, Base string
	Problem         string
	name            string // of the file
	file            []byte
}

// ProofPage is a proof as a page.
type ProofPage struct {
	Frame
	Proof
	Again *AuditForm // the pasted text to be changed and read again; nil for a file and for what is too long
}

func (s *Site) auditForm(ctx context.Context, a ask) (web.Component, error) {
	return s.auditPage(ctx, a.r, AuditForm{})
}

func (s *Site) auditPage(ctx context.Context, r *http.Request, form AuditForm) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p := AuditPage{Form: form, Example: example, ExampleDate: dayOf(time.Date(2026, time.February, 10, 0, 0, 0, 0, time.UTC))}
	p.Frame = s.frame(t, ask{r: r}, "Proof-read a table", "Which rates and prices of a table, a page or a file cannot be right, and why.")
	return auditPage(p), nil
}

// proofread reads what was sent and answers with its proof, or with the form and a sentence that says what is wrong.
// Nothing of it is kept: it is held in memory, never logged, and gone with the reply.
func (s *Site) proofread(w http.ResponseWriter, r *http.Request) error {
	select {
	case s.proofs <- struct{}{}:
		defer func() { <-s.proofs }()
	default:
		return fault.Because(fault.Busy, "The proof-reader has its hands full: send the table again in a few seconds.")
	}
	form, err := readForm(w, r)
	var page web.Component
	if err == nil {
		page, err = s.proof(r, form)
	}
	status := http.StatusOK
	if err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		if status = http.StatusUnprocessableEntity; web.Status(err) == http.StatusRequestEntityTooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		form.Problem = capitalised(fault.Sentence(err))
		if page, err = s.auditPage(r.Context(), r, form); err != nil {
			return err
		}
	}
	body, err := web.Render(r.Context(), page)
	if err != nil {
		return fmt.Errorf("draw the proof: %w", err)
	}
	web.NewPage(body, web.PageOptions{Status: status, CacheControl: "no-store"}).ServeHTTP(w, r)
	return nil
}

// proof reads the document, and proof-reads it.
func (s *Site) proof(r *http.Request, form AuditForm) (web.Component, error) {
	d, err := form.document()
	if err != nil {
		return nil, err
	}
	facts := audit.Embedded()
	if d.Date.IsZero() {
		if d.Date, d.Dated, err = audit.Infer(d, facts); err != nil {
			return nil, fault.Because(fault.Invalid, "%s. Fill in the day below.", strings.TrimSuffix(fault.Sentence(err), "."))
		}
	}
	if err := r.Context().Err(); err != nil {
		return nil, err // nobody waits for it any more
	}
	report := audit.Check(d, facts)
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	p := ProofPage{Proof: proofOf(report, d, rulesPath)}
	p.Frame = s.frame(t, ask{r: r}, p.Headline, "A table, proof-read.")
	p.Frame.Canonical = "" // it stands nowhere: it is an answer
	if form.file == nil && len(form.Text) <= maxAgain {
		p.Again = &form
	}
	return proofPage(p), nil
}

// kept is the text as a page can hold it.
func (f AuditForm) kept() string { return strings.ToValidUTF8(f.Text, "\uFFFD") }

// document reads what was filled in.
func (f AuditForm) document() (d audit.Document, err error) {
	pasted := strings.TrimSpace(f.Text) != ""
	switch {
	case pasted && f.file != nil:
		return d, fault.Because(fault.Invalid, "There are both a text and the file %.100q: send one of them at a time.", f.name)
	case !pasted && f.file == nil:
		return d, fault.Because(fault.Invalid, "There is nothing to read: paste a table or choose a file.")
	}
	o := archive.DocumentOptions{Name: "The pasted text"}
	if f.Day != "" {
		if o.Date, err = currency.ParseDate(f.Day); err != nil {
			return d, fault.Because(fault.Invalid, "The day: %w.", err)
		}
	}
	if f.Base != "" {
		if o.Base, err = currency.ParseCode(f.Base); err != nil {
			return d, fault.Because(fault.Invalid, "The base: %w.", err)
		}
	}
	if f.file == nil {
		return archive.ReadDocument(strings.NewReader(f.Text), o)
	}
	o.Name = f.name
	return archive.ReadDocument(bytes.NewReader(f.file), o)
}

// readForm reads the form's fields, whichever way they are sent. Even with an error it returns what was read.
func readForm(w http.ResponseWriter, r *http.Request) (f AuditForm, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		if err := web.Form(r); err != nil {
			return f, broken(err)
		}
		for _, name := range []string{"text", "date", "base"} { // the text first: it is kept, whatever is wrong with the others
			if err := f.set(name, r.PostForm.Get(name)); err != nil {
				return f, err
			}
		}
		return f, nil
	}
	parts, err := r.MultipartReader() // not web.Form, which puts large files on the disk
	if err != nil {
		return f, broken(err)
	}
	for range maxParts {
		part, err := parts.NextPart()
		if err == io.EOF {
			return f, nil
		}
		if err != nil {
			return f, broken(err)
		}
		if err := f.read(part); err != nil {
			return f, err
		}
	}
	return f, fault.Because(fault.Invalid, "The form has more than %d fields: send the form of this page.", maxParts)
}

// read takes a part of a form.
func (f *AuditForm) read(part *multipart.Part) error {
	most := maxPasted
	if part.FormName() == "file" {
		most = maxFile
	}
	data, err := io.ReadAll(io.LimitReader(part, int64(most)+1))
	if err != nil {
		return broken(err)
	}
	if part.FormName() != "file" {
		return f.set(part.FormName(), string(data))
	}
	if len(data) > maxFile {
		return tooLarge("The file", maxFile)
	}
	if len(data) > 0 {
		f.name, f.file = strings.ToValidUTF8(part.FileName(), "\uFFFD"), data
		if f.name == "" {
			f.name = "The file"
		}
	}
	return nil
}

// set takes a field; those that the form does not have are passed over.
func (f *AuditForm) set(name, value string) error {
	if name == "text" {
		if len(value) > maxPasted {
			return tooLarge("The pasted text", maxPasted)
		}
		f.Text = value
		return nil
	}
	fields := map[string]*string{"date": &f.Day, "base": &f.Base}
	if field, ok := fields[name]; ok {
		if value = strings.TrimSpace(value); len(value) > maxField || !utf8.ValidString(value) {
			return fault.Because(fault.Invalid, "The field %q cannot be read: a day is written as 2026-01-31, a base as EUR.", name)
		}
		*field = value
	}
	return nil
}

// tooLarge is answered with 413.
func tooLarge(what string, most int64) error {
	return fmt.Errorf("%w: %w", fault.Because(fault.Invalid, "%s has more than %d MiB, the most that is read at once.", what, most>>20), &http.MaxBytesError{Limit: most})
}

// broken says that a form is too large, or no form, or did not arrive whole.
func broken(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return tooLarge("What was sent", maxForm)
	}
	return fault.Because(fault.Invalid, "What was sent cannot be read as a form, or did not arrive whole: send it again.")
}
