package market

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Field says what an observation measures.
type Field string

// The fields. A pair has a rate; a listing has the others, in the currency of the listing.
const (
	Rate          Field = "rate"           // units of the quote currency for one unit of the base
	Last          Field = "last"           // the last price
	PreviousClose Field = "previous close" // the close of the session before
	Change        Field = "change"         // what the source says that Last moved since the previous close
	Percent       Field = "percent"        // what the source says that this is in per cent: a claim, kept to be checked

	OpenPrice Field = "open"   // the first price of the session
	HighPrice Field = "high"   // the highest of the session so far
	LowPrice  Field = "low"    // the lowest of the session so far
	Volume    Field = "volume" // how many shares changed hands in the session so far
	Delay     Field = "delay"  // how many minutes old the source says that its prices are when it gives them; 0: real time
)

// fields are those of a listing.
var listingFields = [...]Field{Last, PreviousClose, Change, Percent, OpenPrice, HighPrice, LowPrice, Volume, Delay}

// priced says whether a field is a price, or a rate, which cannot be zero or less.
func (f Field) priced() bool {
	return f == Rate || f == Last || f == PreviousClose || f == OpenPrice || f == HighPrice || f == LowPrice
}

// ID is the permanent name of an observation: 16 characters of base 32, the first 80 bits of the SHA-256 of all that
// the observation says. The same number said by the same source about the same moment and learnt at the same moment
// has the same ID in every store and archive; a changed row no longer fits its ID.
type ID string

// ParseID reads an ID, as from an address. The error is fault.NotFound: nothing else can bear such a name.
func ParseID(text string) (ID, error) {
	if len(text) == 16 && all(text, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '2' && r <= '7' }) {
		return ID(text), nil
	}
	return "", fault.Because(fault.NotFound, "no observation bears the name %.40q", text)
}

// Observation is one number that one source published. It is made by [NewObservation], which names it, and is never
// changed afterwards.
type Observation struct {
	ID     ID
	Symbol Symbol
	Field  Field
	Value  currency.Decimal // exactly as the source wrote it
	At     time.Time        // about when it speaks; midnight UTC of the day where a source speaks of days
	Seen   time.Time        // when we learnt it
	Source SourceID
	Ref    string // where the source says it: a line of a page, a key of a reply
}

// Moment is the pair of times that every observation bears.
type Moment struct{ At, Seen time.Time }

// NewObservation makes an observation and names it. Times are cut to microseconds, as both stores keep them.
func NewObservation(s Symbol, f Field, v currency.Decimal, m Moment, source SourceID, ref string) Observation {
	o := Observation{
		Symbol: s, Field: f, Value: v, Source: source, Ref: ref,
		At: m.At.UTC().Truncate(time.Microsecond), Seen: m.Seen.UTC().Truncate(time.Microsecond),
	}
	o.ID = o.name()
	return o
}

var idEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// name computes the ID. The fields are joined by a character that none of them can hold; Ref says where, not what,
// and is left out, so that a better description of the place does not make a new number of it.
func (o Observation) name() ID {
	var b [160]byte
	text := append(b[:0], o.Source...)
	text = append(append(text, 0x1f), o.Symbol...)
	text = append(append(text, 0x1f), o.Field...)
	text = o.At.AppendFormat(append(text, 0x1f), time.RFC3339Nano)
	text = o.Seen.AppendFormat(append(text, 0x1f), time.RFC3339Nano)
	text = o.Value.Append(append(text, 0x1f))
	sum := sha256.Sum256(text)
	return ID(strings.ToLower(idEncoding.EncodeToString(sum[:10])))
}

// check says what is wrong with an observation that is to be recorded. A rate or a price of zero or less is no price;
// a day that has not come cannot have been observed, unless its source fixes values so long ahead.
func (o Observation) check(table *currency.Table, ahead time.Duration) error {
	if s, err := ParseSymbol(string(o.Symbol)); err != nil {
		return err
	} else if s != o.Symbol {
		return fault.Because(fault.Invalid, "%s must be written %s: a symbol has one name", o.Symbol, s)
	}
	base, quote, isPair := o.Symbol.Pair()
	switch {
	case o.Field == Rate:
		if !isPair {
			return fault.Because(fault.Invalid, "%s is a listing: it has a last price, not a rate", o.Symbol)
		}
		for _, code := range []currency.Code{base, quote} {
			if _, err := table.Currency(code); err != nil {
				return fault.Because(fault.Invalid, "%s: %w", o.Symbol, err)
			}
		}
	case slices.Contains(listingFields[:], o.Field):
		if isPair {
			return fault.Because(fault.Invalid, "%s is a pair of currencies: it has a rate, not a %s", o.Symbol, o.Field)
		}
	default:
		return fault.Because(fault.Invalid, "%s: there is no field %q", o.Symbol, o.Field)
	}
	if o.Field.priced() && o.Value.Sign() <= 0 {
		return fault.Because(fault.Invalid, "%s: a %s of %s cannot be right: it must be above zero", o.Symbol, o.Field, o.Value)
	}
	if (o.Field == Volume || o.Field == Delay) && o.Value.Sign() < 0 {
		return fault.Because(fault.Invalid, "%s: a %s of %s cannot be right: it cannot be below zero", o.Symbol, o.Field, o.Value)
	}
	if o.At.IsZero() || o.Seen.IsZero() {
		return fault.Because(fault.Invalid, "%s: an observation needs both its times", o.Symbol)
	}
	if o.early(ahead) {
		return fault.Because(fault.Invalid, "%s: a value of %s cannot have been known on %s",
			o.Symbol, o.At.Format(time.DateOnly), o.Seen.Format(time.DateOnly))
	}
	if o.ID != o.name() {
		return fault.Because(fault.Invalid, "%s: the observation %s does not fit its name: it was changed", o.Symbol, o.ID)
	}
	return nil
}

// early says whether an observation speaks of a moment that could not be known when it was learnt. A day begins up to
// 14 hours before it begins in UTC (Kiribati), so a table of "today" may be that much ahead.
func (o Observation) early(ahead time.Duration) bool {
	return o.At.After(o.Seen.Add(max(ahead, 14*time.Hour)))
}
