package market

// Moved is the change of a pair from an earlier offer to a later one, of which the caller vouches that they are of one
// source. It is withheld where the two are not in the same money: the code was redenominated between them, or the source
// followed that late.
func (l *Ledger) Moved(pair Symbol, earlier, later Offer) Move {
	s := settler{facts: Facts{Currencies: l.currencies}}
	return s.moved(pair, earlier, later)
}
