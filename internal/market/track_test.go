package market

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/currency"
)

// revisions is a column with every revision, as a store has it in memory.
type revisions struct {
	rows
	moments string // all of them
}

func (r revisions) Moments() any { return r.moments }
func (r revisions) Revised() bool {
	return len(r.rows) > len(slices.CompactFunc(slices.Clone(r.rows), func(a, b *Observation) bool { return a.At.Equal(b.At) }))
}

// columnsOf are observations as columns.
func columnsOf(heard []Observation) *Tracks {
	type key struct {
		symbol Symbol
		source SourceID
	}
	columns := map[key]rows{}
	for i := range heard {
		k := key{heard[i].Symbol, heard[i].Source}
		columns[k] = append(columns[k], &heard[i])
	}
	var tracks []Track
	for k, rows := range columns {
		slices.SortFunc(rows, func(a, b *Observation) int { return cmp.Or(a.At.Compare(b.At), a.Seen.Compare(b.Seen)) })
		moments := string(k.source) // whose moments are its own
		for _, o := range rows {
			moments += fmt.Sprint(o.At, o.Seen)
		}
		tracks = append(tracks, Track{Symbol: k.symbol, Source: k.source, Column: revisions{rows, moments}})
	}
	return NewTracks(tracks)
}

// some draws what sources of all kinds and terms said within a fortnight, in which the Syrian pound got a new scale and Bulgaria
// the euro: sheets of pairs, pairs turned round and legs of others, revisions of them, the same again and again, and days left out. Several speak
// at once, so that some agree and one stands alone.
func some(t *rapid.T) ([]Observation, Facts) {
	first := time.Date(2025, 12, 24, 0, 0, 0, 0, time.UTC)
	facts := Facts{Currencies: currency.All(), Sources: Sources{TableID: tableSource}}
	for i, id := range []SourceID{"bank", "other", "federal", "first", "second", "table", "page", "private"} {
		facts.Sources[id] = Source{
			ID: id, Name: "a source " + string(id), Fresh: time.Duration(rapid.IntRange(1, 6).Draw(t, "fresh")) * 24 * time.Hour,
			Kind:   []SourceKind{Official, Official, Official, Official, Dataset, Dataset, Page, Official}[i],
			Issuer: []currency.Code{"", "EUR", "USD", "", "EUR", "", "", ""}[i],
			Terms:  []Terms{Free, Free, ShowOnly, Free, ShowOnly, Free, Free, Private}[i],
		}
	}
	if rapid.Bool().Draw(t, "passed on") {
		facts.May = Source.Passes
	}
	pairs := rapid.SampledFrom([]Symbol{
		"EUR/USD", "EUR/USD", "USD/EUR", "EUR/JPY", "USD/JPY", "JPY/USD", "EUR/SYP", "GBP/USD", "EUR/BGN", "USD/AED", "GBP/JPY", "DEM/USD",
	})
	values := rapid.SampledFrom([]string{"1.1840", "1.1840", "1.1841", "1.19", "1.30", "1.30", "1.301", "15512345", "118.4", "0.84459", "3.6725", "123456789012345678901.5"})
	sources := rapid.SampledFrom([]SourceID{"bank", "bank", "other", "federal", "first", "second", "table", "page", "private", "unheard"})
	taken := map[string]bool{}
	var heard []Observation
	say := func(source SourceID, symbol Symbol, value string, m Moment) {
		if key := fmt.Sprint(source, symbol, m); !taken[key] {
			taken[key] = true
			heard = append(heard, NewObservation(symbol, Rate, currency.MustDecimal(value), m, source, "a place"))
		}
	}
	for range rapid.IntRange(0, 20).Draw(t, "sheets") {
		at := first.AddDate(0, 0, rapid.IntRange(0, 13).Draw(t, "day"))
		if rapid.IntRange(0, 5).Draw(t, "hour") == 0 {
			at = at.Add(9 * time.Hour)
		}
		m := Moment{At: at, Seen: at.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "revision")) * 12 * time.Hour)}
		said := rapid.SliceOfN(pairs, 1, 4).Draw(t, "pairs")
		for _, source := range rapid.SliceOfN(sources, 1, 6).Draw(t, "speakers") {
			for _, symbol := range said {
				say(source, symbol, values.Draw(t, "value"), m)
			}
		}
	}
	if rapid.Bool().Draw(t, "repeats itself") {
		source, symbol, value := sources.Draw(t, "who"), pairs.Draw(t, "of what"), values.Draw(t, "what")
		for day := range rapid.IntRange(1, 13).Draw(t, "days") {
			at := first.AddDate(0, 0, day)
			say(source, symbol, value, Moment{At: at, Seen: at.Add(12 * time.Hour)})
		}
	}
	return heard, facts
}

// known are the newest revisions within an AsOf, by At, as [Store.Series] has them, of the sources that may speak.
func known(heard []Observation, facts Facts, asOf AsOf) []Observation {
	all := slices.DeleteFunc(slices.Clone(heard), func(o Observation) bool {
		return o.At.After(asOf.At) || o.Seen.After(asOf.Known) || !facts.may(o.Source)
	})
	slices.SortFunc(all, func(a, b Observation) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Symbol, b.Symbol), b.Seen.Compare(a.Seen))
	})
	return slices.CompactFunc(all, func(a, b Observation) bool {
		return a.At.Equal(b.At) && a.Source == b.Source && a.Symbol == b.Symbol
	})
}

var decimals = gocmp.Comparer(func(a, b currency.Decimal) bool { return a.String() == b.String() })

// moments draws one from which the ledger is read: sharp, as days are, or a little later.
func moments(t *rapid.T) AsOf {
	moment := func(label string) time.Time {
		hours := time.Duration(rapid.IntRange(0, 15*24).Draw(t, label)) * time.Hour
		return time.Date(2025, 12, 24, 0, 0, 0, 0, time.UTC).Add(hours + time.Duration(rapid.IntRange(0, 1).Draw(t, "and a little")))
	}
	return AsOf{At: moment("at"), Known: moment("known")}
}

// TestABoardFromColumnsIsTheOneFromSheets holds boards and their values to the plain way, over all that was said. They are settled from
// one spread, one after the other, as a ledger does.
func TestABoardFromColumnsIsTheOneFromSheets(t *testing.T) {
	written := annalsOf(currency.All()) // of which the sheets make no use
	rapid.Check(t, func(t *rapid.T) {
		spread := &spread{}
		for range 2 {
			heard, facts := some(t)
			asOf := moments(t)
			tracks, sheaf := columnsOf(heard), newSheaf(heard, facts, asOf)
			facts.annals = func() annals { return written }
			for _, base := range []currency.Code{"EUR", "USD", "JPY", "SYP", "AED", "BGN", "DEM", "CHF"} {
				want := sheaf.settler().board(base, asOf).glance(nil)
				spread.listen(tracks, facts, asOf)
				if diff := gocmp.Diff(want.values(), spread.values(base, asOf), decimals); diff != "" {
					t.Fatalf("the values of %s, from sheets and from columns:\n%s", base, diff)
				}
				spread.listen(tracks, facts, asOf)
				spread.read()
				b := (&settler{facts, spread, true}).board(base, asOf)
				if diff := gocmp.Diff(want, spread.glance(b, nil), decimals); diff != "" {
					t.Fatalf("the board of %s, from sheets and from columns:\n%s", base, diff)
				}
			}
		}
	})
}

// TestALineFromColumnsIsTheOneFromSheets holds lines, courses and the choice between offers to the same.
func TestALineFromColumnsIsTheOneFromSheets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heard, facts := some(t)
		asOf := moments(t)
		tracks, sheaf := columnsOf(heard), newSheaf(heard, facts, asOf)
		for _, base := range []currency.Code{"EUR", "USD", "JPY", "SYP", "AED"} {
			for _, quote := range []currency.Code{"EUR", "USD", "JPY", "AED", "BGN", "SYP"} {
				if base != quote {
					sameLine(t, Pair(base, quote), tracks, sheaf, heard, asOf)
				}
			}
		}
	})
}

func TestALineSaysWhereASourceRepeatsItself(t *testing.T) {
	facts := Facts{Currencies: currency.All(), Sources: Sources{"bank": {ID: "bank", Fresh: 24 * time.Hour}}}
	first := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC)
	var heard []Observation
	for day, value := range []string{"1.1840", "1.1841", "1.1841", "1.1841", "1.1841", "1.1841", "1.1841", "1.1841", "1.1842"} {
		at := first.AddDate(0, 0, day)
		heard = append(heard, NewObservation("EUR/USD", Rate, currency.MustDecimal(value), Moment{At: at, Seen: at}, "bank", "a place"))
	}
	line := newLine("EUR/USD", columnsOf(heard), facts, AsOf{At: first.AddDate(0, 1, 0), Known: first.AddDate(0, 1, 0)})
	for i := range line.Points {
		if got := slices.Contains(line.Flags(i), Unchanged); got != (i == 6 || i == 7) { // the sixth of the same, and the seventh
			t.Errorf("the value of day %d is flagged as unchanged: %t", i, got)
		}
	}
	if len(line.Points) != len(heard) {
		t.Errorf("%d points of %d", len(line.Points), len(heard))
	}
}

func sameLine(t *rapid.T, pair Symbol, tracks *Tracks, sheaf *sheaf, heard []Observation, asOf AsOf) {
	t.Helper()
	said := known(heard, sheaf.facts, asOf)
	want := referenceLine(pair, said, sheaf.facts, asOf)
	line := newLine(pair, tracks, sheaf.facts, asOf)
	if diff := gocmp.Diff(append([]Offer{}, want...), line.Offers(), decimals); diff != "" {
		t.Fatalf("the line of %s, from sheets and from columns:\n%s", pair, diff)
	}
	if diff := gocmp.Diff(line.Offers(), newLine(pair, tracksOf(said), sheaf.facts, asOf).Offers(), decimals); diff != "" {
		t.Fatalf("the line of %s, from columns and from what was read:\n%s", pair, diff)
	}
	base, quote, _ := pair.Pair()
	history := sheaf.history(base, quote)
	slices.Reverse(history)
	for i, p := range history {
		var codes []FlagCode
		for _, f := range p.Flags {
			codes = append(codes, f.Code)
		}
		if !slices.Equal(codes, line.Flags(i)) {
			t.Fatalf("the flags of %s on %s: from sheets %v, from columns %v", pair, p.At, codes, line.Flags(i))
		}
		sameChoice(t, pair, p, sheaf.facts)
	}
	sameCourse(t, pair, tracks, sheaf, asOf)
}

// sameChoice holds the order of what was set aside, and the reasons, to how offers were compared before.
func sameChoice(t *rapid.T, pair Symbol, p Price, facts Facts) {
	t.Helper()
	offers := []Offer{p.Offer}
	for _, o := range p.SetAside {
		offers = append(offers, o.Offer)
	}
	deciding := referenceDecider(pair, offers, facts.Sources, p.At)
	for i, o := range p.SetAside {
		c, order := deciding(p.Offer, o.Offer)
		_, next := deciding(offers[i], o.Offer)
		if order >= 0 || next >= 0 || c.behind(o.Offer, p.Offer) != o.Why {
			t.Fatalf("%s of %s was set aside because %q; before, because %q (%d, %d)", o.Source, p.At, o.Why, c.behind(o.Offer, p.Offer), order, next)
		}
	}
}

// sameCourse holds a course to what is settled of the ends of its days.
func sameCourse(t *rapid.T, pair Symbol, tracks *Tracks, sheaf *sheaf, asOf AsOf) {
	t.Helper()
	base, quote, _ := pair.Pair()
	from := time.Date(2025, 12, 26, 0, 0, 0, 0, time.UTC)
	if asOf.At.Before(from) {
		return
	}
	for _, said := range []bool{true, false} {
		r := runner{
			settler: &settler{facts: sheaf.facts}, tracks: tracks, now: asOf.At.UnixMicro(), named: true, within: boundsOf(asOf),
			span:  Span{From: from, To: asOf.At.Truncate(24 * time.Hour), Carry: 30 * 24 * time.Hour, Said: said},
			lanes: map[Symbol][]*lane{}, anchors: map[currency.Code][]int64{},
		}
		for _, v := range tracks.voices {
			if sheaf.facts.may(v.source) {
				r.voices = append(r.voices, v)
			}
		}
		course, days := r.course(base, quote), 0
		for day := from; !day.After(r.span.To); day = day.AddDate(0, 0, 1) {
			end := time.UnixMicro(lastOf(day.UnixMicro(), r.now)).UTC()
			var p Price
			var ok bool
			if said {
				p, ok = sheaf.price(pair, end)
				ok = ok && (day.Equal(from) || dayOf(p.At).Equal(day))
			} else {
				var err error
				p, err = sheaf.settler().price(pair, end)
				ok = err == nil
			}
			i, found := slices.BinarySearchFunc(course, day, func(s Settled, day time.Time) int { return dayOf(s.At()).Compare(day) })
			if day.Equal(from) && len(course) > 0 && !course[0].At().After(end) {
				i, found = 0, true
			}
			switch {
			case said && found != ok:
				t.Fatalf("%s on %s: in the course %v, settled %v", pair, day, found, ok)
			case found && ok:
				if diff := gocmp.Diff(p.Value.String()+string(p.Source), string(course[i].AppendValue(nil))+string(course[i].Source())); diff != "" {
					t.Fatalf("%s on %s: settled and in the course:\n%s", pair, day, diff)
				}
			}
			if found {
				days++
			}
		}
		if said && days != len(course) {
			t.Fatalf("%s: %d days in the course, %d settled", pair, len(course), days)
		}
	}
}
