// Package market keeps who said what a thing was worth, and when.
//
// An [Observation] is one number that one source published about one [Symbol]: a rate of exchange, a share's last
// price, the change a page printed beside it. Rates and share prices are the same thing here. Observations are
// appended and never changed; each bears two times, At (about when it speaks) and Seen (when we learnt it), and every
// read takes an [AsOf] of both. A source's revision is a new observation with the same At and a later Seen.
//
// Start at [Ledger], which checks what is recorded and answers boards, rates, quotes and histories, and at [Settle],
// the pure rule that chooses among the sources and says why. What is chosen is a source's own number or exact, shown
// arithmetic over one sheet of one source; nothing is averaged that nobody published.
//
// The package does not fetch, store or draw: it declares [Store], which a floor above implements. A Ledger is safe
// for concurrent use; everything else is a value. Times are UTC with microseconds.
package market
