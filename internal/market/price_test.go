package market_test

import (
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

func TestAValueIsShownWithTheDigitsThatAreKnown(t *testing.T) {
	from := func(values ...string) (all []market.Observation) {
		for _, v := range values {
			all = append(all, market.Observation{Value: currency.MustDecimal(v)})
		}
		return all
	}
	for _, c := range []struct {
		name, value string
		how         market.How
		from        []market.Observation
		want        string
	}{
		{"the source's own, as it wrote it", "0.0200", market.Said, from("0.0200"), "0.0200"},
		{"computed, as the coarsest it rests on", "1.23456789012", market.Crossed, from("1.186127", "183.613613"), "1.234568"},
		{"computed of few digits, to five", "0.000233333333333", market.Inverse, from("0.00025"), "0.00023333"},
		{"fixed by law, whole", "1.95583", market.Fixed, nil, "1.95583"},
		{"fixed to what a source says", "655.957123456", market.Fixed, from("1.1840"), "655.96"},
	} {
		o := market.Offer{Value: currency.MustDecimal(c.value), How: c.how, From: c.from}
		if got := o.Shown().String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
