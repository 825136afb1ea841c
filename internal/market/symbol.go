package market

import (
	"strings"

	"github.com/courant-news/courant/internal/calendar"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Symbol names a thing that has a price. There are two name spaces, told apart by their sign, so that the currency
// AZN and the share AZN can stand on one page and never be confused:
//
//	EUR/AZN   a pair of currencies: manat for one euro
//	XNYS:AZN  a listing: the ticker AZN at the market with the ISO 10383 code XNYS
//
// A bare "AZN" is no symbol.
type Symbol string

// MIC is a market identifier code of ISO 10383, four capital letters or digits.
type MIC = calendar.MIC

// NoMarket is ISO 10383's code for "no market": a ticker whose market its source did not name.
const NoMarket MIC = "XXXX"

// Pair is the symbol of a pair of currencies: units of quote for one base.
func Pair(base, quote currency.Code) Symbol { return Symbol(string(base) + "/" + string(quote)) }

// Listing is the symbol of a ticker at a market.
func Listing(mic MIC, ticker string) Symbol { return Symbol(string(mic) + ":" + ticker) }

// Pair returns the two currencies of a pair; ok is false for a listing.
func (s Symbol) Pair() (base, quote currency.Code, ok bool) {
	b, q, ok := strings.Cut(string(s), "/")
	return currency.Code(b), currency.Code(q), ok
}

// Listing returns the market and the ticker of a listing; ok is false for a pair.
func (s Symbol) Listing() (mic MIC, ticker string, ok bool) {
	m, t, ok := strings.Cut(string(s), ":")
	return MIC(m), t, ok
}

// ParseSymbol reads a symbol. The letters may be lower case. The error is fault.Invalid and says how to write it.
func ParseSymbol(text string) (Symbol, error) {
	const most = 32 // the longest tickers in use have about a dozen characters
	if len(text) > most {
		return "", fault.Because(fault.Invalid, "a symbol of %d characters: the longest has %d", len(text), most)
	}
	s := Symbol(strings.Map(upper, text))
	if base, quote, ok := s.Pair(); ok {
		if _, err := currency.ParseCode(string(base)); err != nil {
			return "", fault.Because(fault.Invalid, "%q: the base is no currency code: write it as EUR/USD", text)
		}
		if _, err := currency.ParseCode(string(quote)); err != nil {
			return "", fault.Because(fault.Invalid, "%q: the quote is no currency code: write it as EUR/USD", text)
		}
		if base == quote {
			return "", fault.Because(fault.Invalid, "%q: a currency against itself is always 1", text)
		}
		return s, nil
	}
	if mic, ticker, ok := s.Listing(); ok {
		if len(mic) != 4 || !all(string(mic), letterOrDigit) {
			return "", fault.Because(fault.Invalid, "%q: %q is no market code: write it as XNYS:AZN", text, mic)
		}
		if ticker == "" || !all(ticker, func(r rune) bool { return letterOrDigit(r) || strings.ContainsRune(".-", r) }) {
			return "", fault.Because(fault.Invalid, "%q: %q is no ticker: write it as XNYS:AZN", text, ticker)
		}
		return s, nil
	}
	return "", fault.Because(fault.Invalid,
		"%q may be a currency or a share: write a pair as EUR/USD, a share with its market as XNYS:AZN", text)
}

// upper is unicode.ToUpper for ASCII alone: that would also make an S of the long ſ and an I of the dotless ı.
func upper(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

func letterOrDigit(r rune) bool { return r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' }

func all(s string, is func(rune) bool) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0
}
