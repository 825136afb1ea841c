package market

import "context"

// RateOfAll settles a pair by all that was ever said, as [Ledger.Rate] must do by less.
func (l *Ledger) RateOfAll(ctx context.Context, pair Symbol, asOf AsOf) (Price, error) {
	asOf = asOf.Resolved(l.now())
	s, err := l.sheafFor(ctx, pair, asOf, true)
	if err != nil {
		return Price{}, err
	}
	return s.settler().price(pair, asOf.At)
}

// ParseListings reads tables of a test's own.
func ParseListings(listings, identifiers, events string) (*Listings, error) {
	return parseListings(listings, identifiers, events)
}
