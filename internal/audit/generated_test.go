package audit_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// Tables are made that are sound, and one fault of each kind is planted in them: the rule must find it, and nothing else
// may be found. The levels are where the made rates begin, so what is tested is the rules, not whether the levels are true.

// forge makes sound tables.
type forge struct {
	*rand.Rand
	table *currency.Table
	facts audit.Facts // with what a ledger knows of the table at hand
}

// anItem is some item of a document.
func (f forge) anItem(d *audit.Document) *audit.Item { return &d.Items[f.IntN(len(d.Items))] }

// sound is a table against a base, every currency of it alive, every peg met, on a day within the levels.
func (f forge) sound(base currency.Code) audit.Document {
	day := time.Date(2024, 4, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, f.IntN(880))
	d := audit.Document{Date: currency.DateOf(day), Dated: "given"}
	perUSD := map[currency.Code]currency.Decimal{}
	var worth func(currency.Code) (currency.Decimal, bool)
	worth = func(code currency.Code) (currency.Decimal, bool) {
		if v, ok := perUSD[code]; ok {
			return v, !v.IsZero()
		}
		perUSD[code] = currency.Decimal{} // nothing is tied to itself
		c, err := f.table.Currency(code)
		if err != nil || c.RetiredOn(day) || c.ISO == "not in ISO 4217" {
			return currency.Decimal{}, false
		}
		if peg, ok := f.table.PegOn(code, day); ok && (peg.Hard() || !peg.Low.IsZero()) && code != "USD" {
			anchor, ok := worth(peg.Anchor)
			if !ok {
				return currency.Decimal{}, false
			}
			rate := peg.Rate
			if !peg.Inverse.IsZero() {
				rate, _ = currency.DecimalFromInt(1).Quo(peg.Inverse, 20)
			}
			if !peg.Low.IsZero() { // anywhere within its width
				rate = peg.Low.Add(peg.High.Sub(peg.Low).Mul(currency.MustDecimal(fmt.Sprintf("%.4f", 0.1+0.8*f.Float64()))))
			}
			perUSD[code] = anchor.Mul(rate)
			return perUSD[code], true
		}
		level, ok := f.table.Level(code, day)
		if !ok {
			return currency.Decimal{}, false
		}
		drift := fmt.Sprintf("%.6f", math.Exp(0.03*f.NormFloat64()/2))
		if code == "USD" {
			drift = "1"
		}
		perUSD[code] = level.Rate.Mul(currency.MustDecimal(drift))
		return perUSD[code], true
	}
	b, ok := worth(base)
	if !ok {
		return d
	}
	for i, c := range f.table.Currencies() {
		if c.Code == base || c.Kind == currency.KindTest || c.Kind == currency.KindNone || c.Kind == currency.KindFund {
			continue
		}
		v, ok := worth(c.Code)
		if !ok {
			continue
		}
		rate, _ := v.Quo(b, 20)
		d.Rows = append(d.Rows, audit.Row{Base: base, Quote: c.Code, Value: digitsOf(rate, 6+f.IntN(4)), Line: i + 1})
	}
	for i, ticker := range []string{"BCE", "RIO", "NGG", "BTI", "RELX", "BCC"} {
		d.Items = append(d.Items, f.item(ticker, 500+i))
	}
	return d
}

// item is an item of a ticker that moved by one to eight per cent, each of its figures as it follows.
func (f forge) item(ticker string, line int) audit.Item {
	previous := currency.MustDecimal(fmt.Sprintf("%.2f", 10+190*f.Float64()))
	change := previous.Mul(currency.MustDecimal(f.offBy(0.01, 0.08)).Sub(one)).RoundPlaces(2)
	last := previous.Add(change)
	percent, _ := change.Mul(currency.DecimalFromInt(100)).Quo(previous, 20)
	percent = percent.RoundPlaces(2)
	return audit.Item{Market: "XNYS", Ticker: ticker, Last: &last, Change: &change, Percent: &percent, Line: line}
}

// known is what a ledger knows of a sound table: the same from one source, and other figures of the day before.
func (f forge) known(d audit.Document) *audit.Known {
	k := &audit.Known{
		Prices: map[market.Symbol]market.Price{}, Before: map[market.Symbol][]market.Offer{},
		Sources: market.Sources{"bank": {ID: "bank", Name: "A bank", Kind: market.Official, Fresh: 96 * time.Hour}},
	}
	for _, r := range d.Rows {
		symbol := market.Pair(r.Base, r.Quote)
		offer := func(value currency.Decimal, at time.Time) market.Offer {
			said := market.NewObservation(symbol, market.Rate, value, market.Moment{At: at, Seen: at}, "bank", "")
			return market.Offer{Source: "bank", Value: value, At: at, Seen: at, How: market.Said, From: []market.Observation{said}}
		}
		k.Prices[symbol] = market.Price{Symbol: symbol, Offer: offer(r.Value, d.Date.First())}
		earlier := r
		times(&earlier, f.offBy(0.002, 0.004))
		k.Before[symbol] = []market.Offer{offer(earlier.Value, d.Date.First().AddDate(0, 0, -9))}
	}
	return k
}

// digitsOf is a number to so many significant digits, zeros at its end among them.
func digitsOf(d currency.Decimal, n int) currency.Decimal {
	d = d.RoundDigits(n)
	return d.RoundPlaces(d.Places() + max(0, n-d.Digits()))
}

// plant spoils a table in one way; ok is false where it cannot be spoilt so.
type plant struct {
	rule  string
	spoil func(f forge, d *audit.Document) (subject string, ok bool)
}

// row picks a row that a condition allows.
func (f forge) row(d *audit.Document, allowed func(audit.Row) bool) (*audit.Row, bool) {
	order := f.Perm(len(d.Rows))
	for _, i := range order {
		if allowed(d.Rows[i]) {
			return &d.Rows[i], true
		}
	}
	return nil, false
}

// free says whether nothing is tied to a currency, nor it to anything: what happens to its row happens to no other.
func (f forge) free(d *audit.Document) func(audit.Row) bool {
	anchors := map[currency.Code]bool{}
	for _, r := range d.Rows {
		for _, p := range f.table.Pegs(r.Quote) {
			anchors[p.Anchor], anchors[r.Quote] = true, true
		}
	}
	return func(r audit.Row) bool { return !anchors[r.Quote] }
}

// tied says whether a row's currency is held hard by a peg of a kind, and anchors nothing itself.
func (f forge) tied(d *audit.Document, kind func(currency.Peg) bool) func(audit.Row) bool {
	return func(r audit.Row) bool {
		peg, ok := f.table.PegOn(r.Quote, d.Date.First())
		return ok && kind(peg) && !slices.Contains([]currency.Code{"HKD", "INR"}, r.Quote) &&
			(peg.Anchor == d.Rows[0].Base || slices.ContainsFunc(d.Rows, func(o audit.Row) bool { return o.Quote == peg.Anchor }))
	}
}

// times multiplies a row and keeps its digits.
func times(r *audit.Row, factor string) {
	r.Value = digitsOf(r.Value.Mul(currency.MustDecimal(factor)), max(6, r.Value.Digits()))
}

func (f forge) offBy(least, most float64) string {
	by := least + f.Float64()*(most-least)
	if f.IntN(2) == 0 {
		by = -by
	}
	return fmt.Sprintf("%.6f", math.Exp(by))
}

var one = currency.DecimalFromInt(1)

var plants = []plant{
	{"known.apart", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.free(d))
		if !ok {
			return "", false
		}
		times(r, f.offBy(0.03, 0.3))
		return string(r.Quote), true
	}},
	{"stale.copy", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.free(d))
		if !ok {
			return "", false
		}
		r.Value = f.facts.Known.Before[market.Pair(r.Base, r.Quote)][0].Value
		return string(r.Quote), true
	}},
	{"stale.row", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.free(d))
		if !ok {
			return "", false
		}
		r.At = d.Date.First().AddDate(0, 0, -6-f.IntN(300))
		return string(r.Quote), true
	}},
	{"quote.percent-base", func(f forge, d *audit.Document) (string, bool) {
		i := f.anItem(d)
		slip, _ := i.Change.Mul(currency.DecimalFromInt(100)).Quo(*i.Last, 20)
		slip = slip.RoundPlaces(2)
		off := slip.Sub(*i.Percent).Abs()
		i.Percent = &slip
		return "XNYS:" + i.Ticker, off.Cmp(currency.MustDecimal("0.10")) > 0 // beyond what the digits leave open
	}},
	{"quote.percent", func(f forge, d *audit.Document) (string, bool) {
		i := f.anItem(d)
		wrong := i.Percent.Mul(currency.MustDecimal(f.offBy(0.3, 0.7))).RoundPlaces(2)
		i.Percent = &wrong
		return "XNYS:" + i.Ticker, true
	}},
	{"quote.sign", func(f forge, d *audit.Document) (string, bool) {
		i := f.anItem(d)
		turned := i.Percent.Neg()
		i.Percent = &turned
		return "XNYS:" + i.Ticker, true
	}},
	{"quote.change", func(f forge, d *audit.Document) (string, bool) {
		i := f.anItem(d)
		wrong := i.Last.Mul(currency.MustDecimal(fmt.Sprintf("%.3f", 1.05+f.Float64()))).RoundPlaces(2)
		i.Change = &wrong
		return "XNYS:" + i.Ticker, true
	}},
	{"quote.delisted", func(f forge, d *audit.Document) (string, bool) {
		d.Items = append(d.Items, f.item("SCS", 999))
		return "XNYS:SCS", d.Date.First().After(time.Date(2025, 12, 14, 0, 0, 0, 0, time.UTC))
	}},
	{"story.figure", func(f forge, d *audit.Document) (string, bool) {
		code := []currency.Code{"HRK", "XAF", "LTL", "BAM"}[f.IntN(4)]
		peg, ok := f.table.PegOn(code, d.Date.First())
		wrong := peg.Rate.Mul(currency.MustDecimal(f.offBy(0.015, 0.3))).RoundDigits(6)
		d.Text = append(d.Text, audit.Paragraph{Text: fmt.Sprintf("EUR/%s stood at %s on the screens.", code, wrong), Line: 900})
		return "EUR/" + string(code), ok
	}},
	{"currency.retired", func(f forge, d *audit.Document) (string, bool) {
		old := []currency.Code{"HRK", "LTL", "LVL", "EEK", "ZMK", "BYR", "SLL", "STD", "DEM", "ROL", "TRL"}
		code := old[f.IntN(len(old))]
		c, err := f.table.Currency(code)
		if err != nil || !c.RetiredOn(d.Date.First()) {
			return "", false
		}
		d.Rows = append(d.Rows, audit.Row{Base: d.Rows[0].Base, Quote: code, Value: currency.MustDecimal(fmt.Sprintf("%.6f", 1+f.Float64()*100)), Line: 999})
		return string(code), true
	}},
	{"currency.not-iso", func(f forge, d *audit.Document) (string, bool) {
		code := currency.Code([]string{"BTC", "ETH", "QQQ", "ZZX"}[f.IntN(4)])
		d.Rows = append(d.Rows, audit.Row{Base: d.Rows[0].Base, Quote: code, Value: currency.MustDecimal("0.0000104512"), Line: 999})
		return string(code), true
	}},
	{"fixed.irrevocable", func(f forge, d *audit.Document) (string, bool) {
		if d.Rows[0].Base != "EUR" {
			return "", false
		}
		joined := []currency.Code{"HRK", "LTL", "LVL", "EEK", "DEM", "FRF", "ITL", "GRD", "SKK"}
		code := joined[f.IntN(len(joined))]
		peg, ok := f.table.PegOn(code, d.Date.First())
		if !ok {
			return "", false
		}
		d.Rows = append(d.Rows, audit.Row{Base: "EUR", Quote: code, Value: peg.Rate.Mul(currency.MustDecimal(f.offBy(0.0001, 0.1))).RoundDigits(8), Line: 999})
		return string(code), true
	}},
	{"fixed.successor", func(f forge, d *audit.Document) (string, bool) {
		pairs := [][2]currency.Code{{"ZMK", "ZMW"}, {"BYR", "BYN"}, {"SLL", "SLE"}, {"STD", "STN"}, {"MRO", "MRU"}}
		for _, i := range f.Perm(len(pairs)) {
			old, now := pairs[i][0], pairs[i][1]
			r, ok := f.row(d, func(r audit.Row) bool { return r.Quote == now })
			if !ok {
				continue
			}
			factor := currency.MustDecimal("1000")
			for x := range f.table.Redenominations(old) {
				if x.From == old && x.To == now {
					factor = x.OldPerNew
				}
			}
			d.Rows = append(d.Rows, audit.Row{Base: r.Base, Quote: old, Value: r.Value.Mul(factor).Mul(currency.MustDecimal(f.offBy(0.001, 0.5))).RoundDigits(9), Line: 999})
			return string(old), true
		}
		return "", false
	}},
	{"peg.missed", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.tied(d, func(p currency.Peg) bool { return p.Hard() && !p.Rate.Equal(one) && !p.Irrevocable }))
		if !ok {
			return "", false
		}
		times(r, f.offBy(0.03, 0.2))
		return string(r.Quote), true
	}},
	{"peg.par", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.tied(d, func(p currency.Peg) bool { return p.Hard() && p.Rate.Equal(one) && !p.Irrevocable }))
		if !ok {
			return "", false
		}
		times(r, f.offBy(0.004, 0.05))
		return string(r.Quote), true
	}},
	{"peg.band", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, func(r audit.Row) bool { return r.Quote == "DKK" })
		if !ok || d.Rows[0].Base != "EUR" {
			return "", false
		}
		times(r, f.offBy(0.06, 0.3)) // beyond both its ends
		return "DKK", true
	}},
	{"scale.sign", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.free(d))
		if !ok {
			return "", false
		}
		times(r, []string{"0", "-1"}[f.IntN(2)])
		return string(r.Quote), true
	}},
	{"scale.redenominated", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, func(r audit.Row) bool { return r.Quote == "SYP" })
		if !ok || d.Date.First().Before(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)) {
			return "", false
		}
		times(r, "100")
		return "SYP", true
	}},
	{"scale.power", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, func(r audit.Row) bool {
			return f.free(d)(r) && r.Quote != "SYP" && r.Quote != "VES" && r.Quote[0] != 'X'
		})
		if !ok {
			return "", false
		}
		factors := []string{"10", "100", "1000", "0.1", "0.01", "0.001", "10000"}
		times(r, factors[f.IntN(len(factors))])
		return string(r.Quote), true
	}},
	{"scale.unit", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, func(r audit.Row) bool { return slices.Contains([]currency.Code{"XAU", "XAG", "XPT", "XPD"}, r.Quote) })
		if !ok {
			return "", false
		}
		times(r, []string{"31.1034768", "0.0321507466"}[f.IntN(2)])
		return string(r.Quote), true
	}},
	{"scale.inverted", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, func(r audit.Row) bool {
			ln := math.Log10(r.Value.Float())
			near := math.Abs(2*ln - math.Round(2*ln)) // an inverse that is a power of ten away looks like a slip of the point
			return f.free(d)(r) && math.Abs(ln) > 0.2 && (near > 0.2 || math.Abs(ln) < 0.4) && r.Quote != "SYP" && r.Quote != "VES" && r.Quote[0] != 'X'
		})
		if !ok {
			return "", false
		}
		r.Value, _ = one.Quo(r.Value, 8)
		return string(r.Quote), true
	}},
	{"table.mixed", func(f forge, d *audit.Document) (string, bool) {
		if d.Rows[0].Base != "EUR" {
			return "", false
		}
		factor := f.offBy(0.005, 0.03)
		n, want := 0, 3+f.IntN(4)
		for _, i := range f.Perm(len(d.Rows)) {
			r := &d.Rows[i]
			peg, ok := f.table.PegOn(r.Quote, d.Date.First())
			if n < want && ok && peg.Hard() && peg.Anchor == "USD" && !peg.Irrevocable && peg.Low.IsZero() {
				times(r, factor)
				n++
			}
		}
		return "USD", n >= 3
	}},
	{"table.digits", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.free(d))
		if !ok {
			return "", false
		}
		for i := range d.Rows { // a table that keeps its zeros
			if !strings.Contains(d.Rows[i].Value.String(), ".") {
				d.Rows[i].Value = d.Rows[i].Value.RoundPlaces(1)
			}
		}
		r.Value = r.Value.RoundDigits(2)
		if r.Value.Float() >= 10 {
			return "", false // its places are before the point
		}
		return string(r.Quote), true
	}},
	{"table.twice", func(f forge, d *audit.Document) (string, bool) {
		r, ok := f.row(d, f.free(d))
		if !ok {
			return "", false
		}
		again := *r
		again.Line = 999
		times(&again, f.offBy(0.001, 0.05))
		d.Rows = append(d.Rows, again)
		return string(r.Quote), true
	}},
}

func TestOfTenThousandTablesEveryPlantedFaultIsFoundAndNothingElse(t *testing.T) {
	f := forge{Rand: rand.New(rand.NewPCG(2026, 2)), table: currency.All(), facts: audit.Embedded()}
	bases := []currency.Code{"EUR", "EUR", "EUR", "USD", "GBP", "CHF", "JPY"}
	tables, alarms, made := 0, 0, 0
	planted, found := map[string]int{}, map[string]int{}
	for tables < 10_000 {
		d := f.sound(bases[f.IntN(len(bases))])
		if len(d.Rows) < 100 {
			t.Fatalf("a made table of %s has only %d rows", d.Date, len(d.Rows))
		}
		p := plants[made%len(plants)]
		if f.facts.Known = nil; strings.HasPrefix(p.rule, "known.") || p.rule == "stale.copy" {
			f.facts.Known = f.known(d)
		}
		if made++; made%10 == 0 { // the sound table itself
			for _, x := range audit.Check(d, f.facts).Findings {
				if x.Severity > audit.Note {
					alarms++
					t.Errorf("%s, sound: %s %s %s: %s", d.Date, x.Rule, x.Subject, x.Printed, x.Message)
				}
			}
		}
		subject, ok := p.spoil(f, &d)
		if !ok {
			continue // it cannot be spoilt so; another can
		}
		tables++
		planted[p.rule]++
		hit, instead := false, []string(nil)
		for _, x := range audit.Check(d, f.facts).Findings {
			switch {
			case x.Rule == p.rule && x.Subject == subject:
				hit = true
			case x.Subject == subject:
				instead = append(instead, x.Rule)
			case x.Severity > audit.Note && !related(p.rule, x):
				alarms++
				t.Errorf("%s, %s planted at %s: %s %s %s: %s", d.Date, p.rule, subject, x.Rule, x.Subject, x.Printed, x.Message)
			}
		}
		if hit {
			found[p.rule]++
		} else if planted[p.rule]-found[p.rule] < 5 {
			t.Logf("%s, %s planted at %s was not found, but %v", d.Date, p.rule, subject, instead)
		}
		if alarms > 30 {
			t.Fatal("too many false alarms")
		}
	}
	for _, p := range plants {
		n, k := planted[p.rule], found[p.rule]
		t.Logf("%-20s %5d planted, %5d found: %.2f per cent", p.rule, n, k, 100*float64(k)/float64(max(n, 1)))
		if n < 20 || k*100 < n*99 {
			t.Errorf("%s: %d of %d were found", p.rule, k, n)
		}
	}
	t.Logf("%d false alarms", alarms)
}

// related says whether a finding about another row follows from what was planted: rows from another snapshot miss their
// pegs too.
func related(planted string, x audit.Finding) bool {
	return planted == "table.mixed" && strings.HasPrefix(x.Rule, "peg.")
}
