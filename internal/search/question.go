package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/news"
)

// The most words, numbers and signs of a question, for none has more; and the largest amount, for there is no more money.
const (
	maxTerms = 16
	largest  = 1_000_000_000_000_000
)

// Question is what somebody asks of a bureau de change: "100 usd in yen".
type Question struct {
	Amount    currency.Decimal  // 1 where none was given
	Counted   bool              // one was
	Otherwise *currency.Decimal // how the amount could be read too; nil: it is plain
	From, To  Side              // To has no words where it was not said
}

// Side is a currency as it was named, with all that may be meant.
type Side struct {
	Words    string // as written
	Means    []currency.Currency
	Nearness currency.Nearness
}

// among chooses what is meant: what the words mean alone, or else the first of those preferred that they may mean. Without
// ok it cannot be told.
func (s Side) among(preferred []currency.Code) (currency.Code, bool) {
	if len(s.Means) == 1 {
		return s.Means[0].Code, true
	}
	for _, p := range preferred {
		if slices.ContainsFunc(s.Means, func(c currency.Currency) bool { return c.Code == p }) {
			return p, true
		}
	}
	return "", false
}

// Words of a question that say nothing of currencies, and those that stand between two of them, in the languages of the
// table of names that write with letters of their own.
const (
	empty   = " how much many is are what convert the of worth please "
	between = " in to into as for vs versus against equals nach zu en à a em till til i na do на в у σε na ke la ile "
)

// tens are the words of large numbers.
var tens = map[string]int64{"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}

// Read reads a question. Without ok the text is none, as most of what is looked for is not; one of more than
// [news.MaxSearch] bytes is not read. Where no amount is given one of the two must be named by a code or by whole words,
// and both where nothing stands between them.
func Read(text string, table *currency.Table) (q Question, ok bool) {
	if len(text) > news.MaxSearch {
		return q, false
	}
	terms := termsOf(text)
	for len(terms) > 0 && strings.Contains(empty, " "+strings.ToLower(terms[0].text)+" ") {
		terms = terms[1:]
	}
	if len(terms) == 0 || len(terms) > maxTerms {
		return q, false
	}
	q.Amount = currency.DecimalFromInt(1)
	terms, ok = q.count(terms)
	if !ok || len(terms) == 0 || q.Amount.Sign() <= 0 || q.Amount.Cmp(currency.DecimalFromInt(largest)) > 0 {
		return q, false
	}
	named := naming(table)
	best := -1
	consider := func(left, right []term, apart bool) {
		from := named(left)
		if len(from.Means) == 0 {
			return
		}
		to := named(right)
		sure := min(from.Nearness, to.Nearness)
		switch {
		case len(to.Means) == 0:
		case !q.Counted && max(from.Nearness, to.Nearness) < currency.InPart:
		case !q.Counted && !apart && sure < currency.InPart:
		case int(from.Nearness+to.Nearness) > best:
			best, q.From, q.To = int(from.Nearness+to.Nearness), from, to
		}
	}
	for i, t := range terms {
		if i > 0 && i < len(terms)-1 && t.between() {
			consider(terms[:i], terms[i+1:], true)
		}
	}
	if best < 0 {
		for i := 1; i < len(terms); i++ {
			consider(terms[:i], terms[i:], false)
		}
	}
	if best < 0 && len(terms) == 1 && len(terms[0].text) == 6 { // usdjpy
		consider([]term{{text: terms[0].text[:3]}}, []term{{text: terms[0].text[3:]}}, false)
	}
	if best < 0 && q.Counted {
		if q.From = named(terms); len(q.From.Means) > 0 {
			best = 0
		}
	}
	return q, best >= 0
}

// count takes the amount out of a question's terms. Without ok there are several, or none that can be read.
func (q *Question) count(terms []term) (rest []term, ok bool) {
	for i := 0; i < len(terms); i++ {
		t := terms[i]
		if !t.number {
			rest = append(rest, t)
			continue
		}
		if q.Counted {
			return nil, false
		}
		q.Counted = true
		if q.Amount, q.Otherwise, ok = readAmount(t.text); !ok {
			return nil, false
		}
		if i+1 < len(terms) {
			if by, large := tens[strings.ToLower(terms[i+1].text)]; large {
				q.Amount = q.Amount.Mul(currency.DecimalFromInt(by))
				if q.Otherwise != nil {
					other := q.Otherwise.Mul(currency.DecimalFromInt(by))
					q.Otherwise = &other
				}
				i++
			}
		}
	}
	return rest, true
}

// naming returns what finds the currencies that some terms name, and looks for none twice.
func naming(table *currency.Table) func([]term) Side {
	known := map[string]Side{}
	return func(terms []term) Side {
		var words []string
		for _, t := range terms {
			words = append(words, t.text)
		}
		s := Side{Words: strings.Join(words, " ")}
		if k, ok := known[s.Words]; ok {
			return k
		}
		s.Means, s.Nearness = table.Named(s.Words)
		known[s.Words] = s
		return s
	}
}

// term is a word, a number or a sign of a question.
type term struct {
	text   string
	number bool
}

// between says whether the term may stand between two currencies.
func (t term) between() bool {
	return !t.number && (strings.Contains("/=→>-", t.text) || strings.Contains(between, " "+strings.ToLower(t.text)+" "))
}

// termsOf takes a question apart. What parts the groups or the fraction of a number belongs to it, and so does a space before
// just three digits more: 1 250,50.
func termsOf(text string) (terms []term) {
	for at := 0; at < len(text) && len(terms) <= maxTerms; {
		r, size := utf8.DecodeRuneInString(text[at:])
		end := at + size
		switch {
		case isDigit(r):
			for end < len(text) {
				next, size := utf8.DecodeRuneInString(text[end:])
				if !isDigit(next) && !(strings.ContainsRune(".,'’", next) && digitsAt(text[end+size:]) > 0 ||
					strings.ContainsRune(" \u00a0\u202f", next) && digitsAt(text[end+size:]) == 3 && digitsBefore(text[at:end]) <= 3) {
					break
				}
				end += size
			}
			terms = append(terms, term{text[at:end], true})
		case unicode.IsLetter(r):
			for end < len(text) {
				next, size := utf8.DecodeRuneInString(text[end:])
				if !unicode.IsLetter(next) && !unicode.IsMark(next) && !strings.ContainsRune("'’ʻ.", next) {
					break
				}
				end += size
			}
			terms = append(terms, term{text: strings.TrimRight(text[at:end], ".")})
		case unicode.Is(unicode.Sc, r), strings.ContainsRune("/=→>-", r):
			terms = append(terms, term{text: text[at:end]})
		}
		at = end
	}
	return terms
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// digitsAt counts the digits with which a text begins, digitsBefore those with which one ends.
func digitsAt(text string) (n int) {
	for n < len(text) && isDigit(rune(text[n])) {
		n++
	}
	return n
}

func digitsBefore(text string) (n int) {
	for n < len(text) && isDigit(rune(text[len(text)-1-n])) {
		n++
	}
	return n
}
