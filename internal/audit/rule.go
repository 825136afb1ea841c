package audit

import (
	"slices"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Rule is one thing that cannot be right about a number.
type Rule struct {
	Code     string   // "currency.retired": the family and the rule
	Title    string   // a few words
	Severity Severity // of its findings, unless one says otherwise
	Explains string   // paragraphs in Markdown: what is wrong, how it is found, how far off a number may be
	Source   string   // where the facts are known from
	Fails    Example  // a document in which it finds something
	Passes   Example  // the same, put right

	check func(*check)
}

// Example is a small document, as people would write it down: lines such as "EUR/BGN 1.95583", "GSK 0.9000 52.51 1.71%"
// (change, last price, change in per cent) and sentences.
type Example struct {
	Date  string
	Lines []string
	Known []string // what a ledger knew: "EUR/USD 1.1840 European Central Bank", with a day behind it where it is of an earlier one
}

// Rules are all rules there are, in the order in which they are checked and shown.
func Rules() []Rule {
	return slices.Concat(currencyRules, fixedRules, pegRules, scaleRules, tableRules, knownRules, quoteRules, storyRules)
}

// RuleOf returns the rule with a code; the error is fault.NotFound.
func RuleOf(code string) (Rule, error) {
	for _, r := range Rules() {
		if r.Code == code {
			return r, nil
		}
	}
	return Rule{}, fault.Because(fault.NotFound, "there is no rule %.60q: courant audit rules lists those there are", code)
}

// codeOf is the row's currency of interest: the one that is not the table's pivot; both where neither is.
func (t *table) subject(r Row) string {
	switch t.pivot {
	case r.Base:
		return string(r.Quote)
	case r.Quote:
		return string(r.Base)
	}
	return string(r.Base) + "/" + string(r.Quote)
}

// other is the currency of a row that is not the pivot; the quote where neither is.
func (t *table) other(r Row) currency.Code {
	if r.Quote == t.pivot {
		return r.Base
	}
	return r.Quote
}
