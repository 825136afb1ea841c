package site

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/numeral"
)

// hand is how the paper writes numbers and days: in the language of its own words, which the newsroom sets.
type hand struct {
	style numeral.Style
	words Words
}

func handOf(language string) hand { return hand{numeral.Of(language), wordsOf(language)} }

// number writes a number with every digit that it has.
func (h hand) number(d currency.Decimal) string { return h.style.Number(d) }

// signed is a number with a plus before what is above zero.
func (h hand) signed(d currency.Decimal) string { return numeral.Signed(d, h.style.Number(d)) }

// percent writes a change in per cent with its sign, to two places.
func (h hand) percent(d currency.Decimal) string {
	d = d.RoundPlaces(2)
	return numeral.Signed(d, h.style.Percent(d))
}

// time writes a moment, or its day where it is one.
func (h hand) time(t time.Time) Time { return h.words.time(t) }

// day writes the day of a moment.
func (h hand) day(t time.Time) Time { return h.words.time(t.UTC().Truncate(24 * time.Hour)) }
