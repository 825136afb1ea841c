package markettest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// answer is what a price and a quote have in common.
type answer struct {
	market.Offer
	why       string
	aside     []market.SetAside
	agreement market.Agreement
	move      market.Move
	flags     []market.Flag
	previous  currency.Decimal // of a quote
	basis     string           // of that
}

// check compares an answer with what the rest of the line and the lines below it say. It returns all that is wrong.
func (a answer) check(words *reader, clauses []command) error {
	var wrong []error
	is := func(what, got, want string) {
		if got != want {
			wrong = append(wrong, fmt.Errorf("%s is %s, not %s", what, got, want))
		}
	}
	want := words.next("a value")
	is("the value", written(a.Offer, want), want)
	for words.more() {
		switch what := words.next("what else holds"); what {
		case "from":
			is("the source", string(a.Source), words.next("a source"))
		case "said", "inverse", "cross", "fixed":
			is("the way", string(a.How), what)
		case "at":
			is("its moment", a.At.Format(time.RFC3339), words.instant().Format(time.RFC3339))
		case "previous":
			want := words.next("a value")
			is("the previous close", a.previous.String(), want)
		case "change":
			want := words.next("a value")
			is("the change", a.move.By.String(), want)
		case "percent":
			want := words.next("a value")
			is("the percentage", like(a.move.Percent, want), want)
		default:
			words.fail("an answer has no %q", what)
		}
	}
	for _, c := range clauses {
		r := &reader{words: c.words[1:]}
		err := a.clause(c.words[0].text, r)
		if err == nil {
			err = r.done()
		}
		if r.err != nil {
			words.fail("line %d: %w", c.line, r.err)
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%d: %s: %w", c.line, c.text, err))
		}
	}
	return errors.Join(wrong...)
}

// clause checks a line below an expectation.
func (a answer) clause(what string, r *reader) error {
	switch what {
	case "why":
		return says("the reason", a.why, r.quotation())
	case "basis":
		return says("the basis", a.basis, r.quotation())
	case "aside":
		source, reason := market.SourceID(r.next("a source")), r.quotation()
		i := slices.IndexFunc(a.aside, func(s market.SetAside) bool { return s.Source == source })
		if i < 0 {
			return fmt.Errorf("%s was not set aside", source)
		}
		return says("the reason", a.aside[i].Why, reason)
	case "agree":
		if want, got := r.next("so many of so many, as 1/2"), fmt.Sprintf("%d/%d", a.agreement.Within, a.agreement.Of); got != want {
			return fmt.Errorf("%s of the others agree, not %s", got, want)
		}
	case "alone":
		if len(a.aside) > 0 {
			return fmt.Errorf("%d offers were set aside", len(a.aside))
		}
	case "rests":
		var want []string
		for r.more() {
			want = append(want, r.next("a symbol"))
		}
		if got := resting(a.From); !slices.Equal(got, want) {
			return fmt.Errorf("it rests on %s", strings.Join(got, " "))
		}
	case "move":
		return a.checkMove(r)
	case "flag":
		return a.checkFlag(r)
	case "noflag":
		for r.more() {
			code := market.FlagCode(r.next("a flag"))
			if i := slices.IndexFunc(a.flags, func(f market.Flag) bool { return f.Code == code }); i >= 0 {
				return fmt.Errorf("it bears the flag: %s", a.flags[i].Text)
			}
		}
	default:
		r.fail("an answer has no %q", what)
	}
	return nil
}

func (a answer) checkMove(r *reader) error {
	if r.take("withheld") {
		return says("the reason for withholding it", a.move.Withheld, r.quotation())
	}
	text := r.next("a percentage")
	want, hasSign := strings.CutSuffix(text, "%")
	if !hasSign {
		r.fail("a move is written as +0.12%%, not %s", text)
	}
	if a.move.Withheld != "" {
		return fmt.Errorf("it is withheld: %s", a.move.Withheld)
	}
	sign := ""
	if a.move.Percent.Sign() > 0 {
		sign = "+"
	}
	if got := sign + like(a.move.Percent, want); got != want {
		return fmt.Errorf("it is %s%%, from %s of %s", got, a.move.From, a.move.Since.Format(time.DateOnly))
	}
	if r.take("since") {
		if since := r.instant(); !a.move.Since.Equal(since) {
			return fmt.Errorf("it is since %s", a.move.Since)
		}
	}
	return nil
}

func (a answer) checkFlag(r *reader) error {
	code := market.FlagCode(r.next("a flag"))
	i := slices.IndexFunc(a.flags, func(f market.Flag) bool { return f.Code == code })
	if i < 0 {
		return fmt.Errorf("it bears the flags %v", a.flags)
	}
	if r.more() {
		return says("the flag", a.flags[i].Text, r.quotation())
	}
	return nil
}

// written writes an offer's value to be compared with a script's: every digit of what was said, and as many digits of
// what was computed as the script has.
func written(o market.Offer, want string) string {
	d, err := currency.ParseDecimal(want)
	if o.How == market.Said || err != nil {
		return o.Value.String()
	}
	return o.Value.RoundDigits(d.Digits()).String()
}

// like writes a number to as many places as a script has.
func like(d currency.Decimal, want string) string {
	_, fraction, _ := strings.Cut(want, ".")
	return d.RoundPlaces(len(fraction)).String()
}

func resting(from []market.Observation) (symbols []string) {
	for _, o := range from {
		symbols = append(symbols, string(o.Symbol))
	}
	return symbols
}

// says compares a sentence with a part of it.
func says(what, sentence, part string) error {
	if part == "" || !strings.Contains(sentence, part) {
		return fmt.Errorf("%s is %q, without %q", what, sentence, part)
	}
	return nil
}
