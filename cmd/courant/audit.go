package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/site"
	"github.com/courant-news/courant/internal/web"
)

// found ends a proof-reading that found something at or above --fail-on: the report has said what, and nothing more is
// printed.
type found struct{}

func (found) Error() string { return "something was found" }

// auditCodes says in the help of the commands that proof-read what their exit codes mean.
const auditCodes = "\n\nOf a proof-reading: 0 nothing was found at or above --fail-on, 1 something was, 2 the input cannot be used."

const auditLong = `Read a table of rates, a ticker or a story and say which numbers cannot be right, each with the evidence for it. FILE is
a saved page (text or HTML), a table, or a text; - is standard input; an address is fetched, if it is a public one.
It is held against facts that come with the program, and with --ledger against what this paper knew of the day too;
without it no store is opened and nothing is written.

A finding is accepted with --ignore RULE:SUBJECT for this run, or for good by a line "RULE:SUBJECT reason" in a file that
--baseline names. --format sarif is for tools that annotate files, --format html a page of its own.`

func auditCommand(s *settings) *cobra.Command {
	p := &proof{settings: s}
	var date, base string
	var ledger bool
	cmd := &cobra.Command{
		Use:   "audit FILE",
		Short: "Proof-read a table of rates, a ticker or a story",
		Long:  auditLong + auditCodes,
		Example: "  courant audit rates.csv --date 2026-02-02\n" +
			"  courant audit page.html --fail-on warning --evidence\n" +
			"  courant audit https://example.org/rates --date 2026-02-02 --ledger\n" +
			"  courant audit page.txt --baseline accepted.txt --format sarif\n" +
			"  curl -s https://example.org/rates | courant audit - --base USD --ignore currency.retired:HRK",
		Args: arguments(cobra.ExactArgs(1), "audit FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o := archive.DocumentOptions{Name: args[0]}
			if date != "" {
				var err error
				if o.Date, err = dayOf("date", date); err != nil {
					return err
				}
			}
			if base != "" {
				var err error
				if o.Base, err = currency.ParseCode(base); err != nil {
					return fault.Because(fault.Invalid, "--base: %w", err)
				}
			}
			if err := p.prepare(); err != nil {
				return err
			}
			d, err := readDocument(cmd.Context(), cmd.InOrStdin(), o)
			if err != nil {
				return err
			}
			facts := audit.Embedded()
			if !ledger {
				if err := dated(&d, func() (currency.Date, string, error) { return audit.Infer(d, facts) }); err != nil {
					return err
				}
				return p.read(cmd, d, facts, uriOf(args[0]))
			}
			if err := house(cmd, s, func(h *app.House) error {
				if err := dated(&d, func() (currency.Date, string, error) { return audit.InferFrom(cmd.Context(), h.Ledger, d) }); err != nil {
					return err
				}
				facts.Known, err = audit.Gather(cmd.Context(), h.Ledger, d)
				return err
			}); err != nil {
				return err
			}
			return p.read(cmd, d, facts, uriOf(args[0]))
		},
	}
	p.declare(cmd)
	cmd.Flags().StringVar(&date, "date", "", "the day of which it speaks, 2026-02-02 (default: what it says itself, or what its rates tell, with --ledger to the day)")
	cmd.Flags().StringVar(&base, "base", "", "the currency of which one unit is priced, where it does not say")
	cmd.Flags().BoolVar(&ledger, "ledger", false, "hold it against the paper's own ledger too")
	cmd.AddCommand(auditBoardCommand(s), auditStoryCommand(s), auditRulesCommand(s))
	return cmd
}

// proof is what the commands that proof-read have in common: what is accepted, what fails, and how it is printed.
type proof struct {
	*settings
	failOn, baseline string
	ignore           []string
	evidence         bool

	least    audit.Severity
	accepted audit.Baseline
}

func (p *proof) declare(cmd *cobra.Command) {
	cmd.Annotations = map[string]string{moreFormats: "sarif html"}
	cmd.Flags().StringVar(&p.failOn, "fail-on", "error", "the least severity that makes the exit code 1: error, warning or note")
	cmd.Flags().StringArrayVar(&p.ignore, "ignore", nil, "accept a finding, RULE:SUBJECT, in this run; may be given several times")
	cmd.Flags().StringVar(&p.baseline, "baseline", "", "file of accepted findings, a line each: RULE:SUBJECT reason")
	cmd.Flags().BoolVar(&p.evidence, "evidence", false, "print what each finding rests on")
}

// prepare reads the flags and the baseline, before anything is opened.
func (p *proof) prepare() (err error) {
	if p.least, err = audit.ParseSeverity(p.failOn); err != nil {
		return fault.Because(fault.Invalid, "--fail-on: %w", err)
	}
	p.accepted = audit.Baseline{}
	if p.baseline != "" {
		if p.accepted, err = readBaseline(p.baseline); err != nil {
			return err
		}
	}
	for _, key := range p.ignore {
		if p.accepted[key] != "" {
			continue // for good is for this run too
		}
		if err := p.accepted.Add(key, "in this run, by --ignore"); err != nil {
			return fault.Because(fault.Invalid, "--ignore: %w", err)
		}
	}
	return nil
}

func readBaseline(file string) (audit.Baseline, error) {
	f, err := open(file)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, audit.MaxBaseline+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	b, err := audit.ParseBaseline(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return b, nil
}

// read proof-reads a document and prints the report.
func (p *proof) read(cmd *cobra.Command, d audit.Document, facts audit.Facts, uri string) error {
	report := audit.Check(d, facts)
	unused := p.accepted.Apply(&report)
	if err := p.print(cmd, d, report, unused, uri); err != nil {
		return err
	}
	return p.verdict(report)
}

// verdict is found where anything in a report is at or above --fail-on.
func (p *proof) verdict(r audit.Report) error {
	if r.Count(p.least) > 0 {
		return found{}
	}
	return nil
}

func (p *proof) print(cmd *cobra.Command, d audit.Document, r audit.Report, unused []string, uri string) error {
	out := cmd.OutOrStdout()
	if p.format == "text" {
		wide, colour := terminal(out)
		return render.Report(out, r, render.ReportOptions{Width: wide, Colour: colour, Evidence: p.evidence, Unused: unused})
	}
	for _, key := range unused { // programs read the report; this is for who keeps the baseline
		fmt.Fprintf(cmd.ErrOrStderr(), "courant: %s is accepted, but was not found: take it out\n", key)
	}
	switch p.format {
	case "sarif":
		return render.SARIF(out, r, uri)
	case "html":
		return site.AuditHTML(out, r, d)
	}
	return printJSON(cmd, r)
}

// readDocument reads what is to be proof-read: standard input, an address or a file.
func readDocument(ctx context.Context, stdin io.Reader, o archive.DocumentOptions) (audit.Document, error) {
	var from io.Reader
	switch {
	case o.Name == "-":
		o.Name, from = "standard input", stdin
	case isAddress(o.Name):
		text, err := fetchPage(ctx, o.Name)
		if err != nil {
			return audit.Document{}, err
		}
		from = bytes.NewReader(text)
	default:
		f, err := open(o.Name)
		if err != nil {
			return audit.Document{}, err
		}
		defer f.Close() // read only: nothing can be lost
		from = f
	}
	d, err := archive.ReadDocument(from, o)
	if err != nil {
		return audit.Document{}, fmt.Errorf("%s: %w", o.Name, err)
	}
	if d.Subjects() == 0 {
		return audit.Document{}, fault.Because(fault.Invalid, "%s: there is nothing in it to proof-read: no rate, no quote, no sentence", o.Name)
	}
	return d, nil
}

// dated gives a document that names no day the one that its rates tell.
func dated(d *audit.Document, infer func() (currency.Date, string, error)) (err error) {
	if !d.Date.IsZero() {
		return nil
	}
	if d.Date, d.Dated, err = infer(); errors.Is(err, fault.Invalid) {
		return fault.Because(fault.Invalid, "%s: %w; say which day it is with --date 2026-02-02", d.Name, err)
	}
	return err
}

func isAddress(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// fetchPage gets a page by the paper's one road to other servers. No host is trusted here: who may name an address to be
// fetched must not reach into the network that this stands in.
func fetchPage(ctx context.Context, address string) ([]byte, error) {
	f := web.NewFetcher(web.FetcherOptions{})
	defer f.Close()
	answer, err := f.Fetch(ctx, web.Query{URL: address})
	if err != nil {
		return nil, err
	}
	if answer.Status != http.StatusOK {
		return nil, fault.Because(fault.Upstream, "%.200s cannot be read: its server answered %d %s", address, answer.Status, http.StatusText(answer.Status))
	}
	return answer.Body, nil
}

// uriOf is where a document stands, for SARIF: empty for standard input.
func uriOf(name string) string {
	switch {
	case name == "-":
		return ""
	case isAddress(name):
		return name
	}
	return (&url.URL{Path: filepath.ToSlash(name)}).String()
}
