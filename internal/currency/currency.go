package currency

import (
	"strings"
	"time"
)

// Kind says what sort of thing a code names.
type Kind string

// The kinds of currency.
const (
	KindCurrency Kind = "currency" // money of a territory, today or once
	KindFund     Kind = "fund"     // an accounting unit or settlement variant that ISO lists beside a currency: CLF, USN
	KindMetal    Kind = "metal"    // one troy ounce: XAU, XAG, XPD, XPT
	KindUnit     Kind = "unit"     // a supranational unit of account: XDR, XUA
	KindOffshore Kind = "offshore" // the same money traded elsewhere at a rate of its own: CNH
	KindIsland   Kind = "island"   // an issue of sterling without a code in ISO 4217: GGP, IMP, JEP
	KindTest     Kind = "test"     // XTS
	KindNone     Kind = "none"     // XXX, no currency
)

// Currency is what is known of one code. Where a code meant several things in turn this is the latest;
// [Table.Withdrawals] has the earlier ones.
type Currency struct {
	Code       Code
	Name       string  // in English; see [Table.Name] for other languages
	Numeric    string  // three digits, or "" where there is none. Not unique: XCG took over 532 from ANG
	MinorUnits int     // decimal places of an amount in ISO 4217, or CLDR where retired; -1: not applicable
	Kind       Kind    //
	Group      string  // heading on a board, one of [Table.Groups]
	Regions    string  // ISO 3166 alpha-2 codes, with spaces between, of territories using it now or, if retired, of those that used it
	Introduced Date    // earliest use of the code; zero when not known
	Retired    Date    // first day, month or year in which it was no longer the current money; zero while it is
	Successor  Code    // what replaced it, or ""
	OldPerNew  Decimal // units of this currency that made one of the successor; zero when not known
	ISO        string  // "list one", "list three" or "not in ISO 4217"
	Note       string  // what a reader of the figure should know, or ""
	Source     string  // documents of this row
}

// RetiredOn reports whether the currency was no longer current money at t. A retirement of which only the month or
// year is known counts from its first instant.
func (c Currency) RetiredOn(t time.Time) bool {
	return !c.Retired.IsZero() && !t.Before(c.Retired.First())
}

// Withdrawal is one row of ISO 4217 list three, as published: a code that was withdrawn, or renamed, for one entity.
type Withdrawal struct {
	Code      Code
	Entity    string // the country or body, in ISO's words
	Name      string // the currency's name then, in ISO's words
	Numeric   string // three digits or ""
	Withdrawn string // in ISO's words: "2002-03", but also "1989 to 1990"
	Source    string
}

// Peg is a promise, law or habit that one currency is worth a fixed number of another.
type Peg struct {
	Code, Anchor Code
	Rate         Decimal // units of Code per 1 Anchor
	Inverse      Decimal // units of Anchor per 1 Code where that is the official, exact figure and Rate is rounded from it (XPF, KYD); else zero
	Low, High    Decimal // the band, or the authority's buying and selling rates, in units of Code per 1 Anchor; zero where not known or none
	Regime       string  // "fixed", "currency board", "de facto stable", …
	Since        Date    // first day in force; zero when not known
	Until        Date    // last day in force; zero: in force
	Authority    string  // whose promise it is
	Source       string
	Verified     string // how far the row was checked against documents, in words; "verified" when wholly
	Irrevocable  bool   // a conversion rate fixed for ever, such as BGN's to EUR
}

// InForce reports whether the peg held at t. A peg whose beginning is not known counts as having always held.
func (p Peg) InForce(t time.Time) bool {
	return !t.Before(p.Since.First()) && (p.Until.IsZero() || t.Before(p.Until.End()))
}

// Hard reports whether the peg gives a rate, and not only a range or a habit: an irrevocable conversion rate, or a
// currency kept at one rate, however far apart its authority buys and sells.
func (p Peg) Hard() bool {
	if p.Irrevocable {
		return true
	}
	for _, regime := range []string{"fixed", "currency board", "par"} {
		if strings.HasPrefix(p.Regime, regime) {
			return true
		}
	}
	return false // a band, a link, or a habit that nobody promised
}

// Redenomination is the change of one currency into another, or of one code from a scale to the next (From == To, as
// SYP on 2026-01-01).
type Redenomination struct {
	From, To   Code
	OldPerNew  Decimal // units of From, or of the old scale, that made one new
	NewPerOld  Decimal // the same the other way round, where that is the official figure and OldPerNew is rounded from it; else zero
	Effective  Date    // first day of the new; zero while announced but not begun
	LegalUntil string  // how long the old remained legal tender, in words
	Source     string
	Verified   string // how far the row was checked against documents, in words
}
