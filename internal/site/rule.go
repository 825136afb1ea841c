package site

import (
	"context"
	"strings"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/render"
	"github.com/courant-news/courant/internal/web"
)

// Family is the rules about one kind of mistake.
type Family struct {
	Name  string
	Rules []RuleRow
}

// RuleRow is a rule in a list.
type RuleRow struct {
	Code, Title, Href string
	Severity          string
	Doubt             bool
}

// RulesPage lists the proof-reader's rules.
type RulesPage struct {
	Frame
	Families []Family
}

// RulePage is one rule.
type RulePage struct {
	Frame
	RuleRow
	Body   string // HTML that has passed the sanitiser
	Source string
	Fails  Sample
	Passes Sample
}

// Sample is an example of a rule: rates and quotes as small tables, sentences as they are.
type Sample struct {
	Day    string
	Rates  []Fact // pair and value
	Quotes []SampleQuote
	Text   []string
	Known  []string
}

// SampleQuote is an item of a ticker in an example.
type SampleQuote struct{ Ticker, Change, Last, Percent string }

func (s *Site) rules(ctx context.Context, a ask) (web.Component, error) {
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p := RulesPage{Families: familiesOf(audit.Rules())}
	p.Frame = s.frame(t, a, "The proof-reader’s rules", "What cannot be right about a rate or a price, and from where that is known.")
	return rulesPage(p), nil
}

// familiesOf gathers rules by what stands before the point of their codes, in the order of the list.
func familiesOf(rules []audit.Rule) (families []Family) {
	at := map[string]int{}
	for _, r := range rules {
		family, _, _ := strings.Cut(r.Code, ".")
		if _, ok := at[family]; !ok {
			at[family] = len(families)
			families = append(families, Family{Name: strings.ToUpper(family[:1]) + family[1:]})
		}
		f := &families[at[family]]
		f.Rules = append(f.Rules, ruleRow(r))
	}
	return families
}

func ruleRow(r audit.Rule) RuleRow {
	return RuleRow{Code: r.Code, Title: r.Title, Href: rulesPath + "/" + r.Code, Severity: r.Severity.String(), Doubt: r.Severity > audit.Note}
}

func (s *Site) rule(ctx context.Context, a ask) (web.Component, error) {
	r, err := audit.RuleOf(a.value("code"))
	if err != nil {
		return nil, fault.Because(fault.NotFound, "The proof-reader has no rule %.60q. The list of its rules is at %s.", a.value("code"), rulesPath)
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	p, err := ruleOf(r)
	if err != nil {
		return nil, err
	}
	p.Frame = s.frame(t, a, r.Title, "A rule of the proof-reader: what is wrong, how it is found, and how far off a number may be.")
	return rulePage(p), nil
}

// ruleOf draws a rule.
func ruleOf(r audit.Rule) (p RulePage, err error) {
	p = RulePage{RuleRow: ruleRow(r), Source: r.Source, Fails: sampleOf(r.Fails), Passes: sampleOf(r.Passes)}
	p.Body, err = render.Body(r.Explains, func(int) string { return "" })
	return p, err
}

// sampleOf sorts the lines of an example.
func sampleOf(e audit.Example) Sample {
	s := Sample{Day: e.Date, Known: e.Known}
	if day, err := currency.ParseDate(e.Date); err == nil {
		s.Day = dateOf(day)
	}
	for _, line := range e.Lines {
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && isPair(words[0]):
			s.Rates = append(s.Rates, Fact{Term: words[0], Text: words[1]})
		case len(words) == 4 && strings.HasSuffix(words[3], "%"):
			s.Quotes = append(s.Quotes, SampleQuote{Ticker: words[0], Change: words[1], Last: words[2], Percent: words[3]})
		default:
			s.Text = append(s.Text, line)
		}
	}
	return s
}

func isPair(word string) bool {
	symbol, err := market.ParseSymbol(word)
	if err != nil {
		return false
	}
	_, _, ok := symbol.Pair()
	return ok
}
