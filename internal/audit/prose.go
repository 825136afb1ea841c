package audit

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/currency"
)

// figure is a rate that a sentence gives: units of quote for one base.
type figure struct {
	base, quote currency.Code
	value       currency.Decimal
	line        int
}

// figuresOf reads the rates in a document's text. A false alarm is worse than a miss: what could be anything but a rate
// of the document's day is passed over.
func figuresOf(d Document, table *currency.Table) []figure {
	if len(d.Text) == 0 {
		return nil
	}
	money := newMoney(table, d.Date.First())
	var all []figure
	for _, p := range d.Text {
		for _, sentence := range sentences(p.Text) {
			if !strings.ContainsAny(sentence, "123456789") {
				continue
			}
			found := money.figures(tokens(sentence))
			if len(found) == 0 || elsewhere(sentence, d.Date) {
				continue
			}
			for _, f := range found {
				f.line = p.Line
				all = append(all, f)
			}
		}
	}
	return all
}

// sentenceEnd finds where a sentence ends: not within a number, and not behind the letters of U.S.
var sentenceEnd = regexp.MustCompile(`[.!?]["”’»)\]]*\s+`)

func sentences(text string) []string {
	text = strings.NewReplacer("U.S.", "US", "\u00a0", " ", "\u202f", " ").Replace(text)
	var all []string
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			return append(all, text)
		}
		all, text = append(all, text[:at[1]]), text[at[1]:]
	}
}

// Words by which a sentence shows that its figures are not, or may not be, those of the day.
var (
	otherwise = regexp.MustCompile(`(?i)\b(ago|yesterday|tomorrow|earlier|previous(ly)?|last|next|before|since|until|till|once|then|former(ly)?|historic(al|ally)?|` +
		`used to|would|could|should|may|might|will|shall|if|unless|were|expect\w*|forecast\w*|predict\w*|target\w*|project\w*|estimate\w*|assum\w*|sees?|seen|hypothe\w*|` +
		`about|around|roughly|approximately|almost|nearly|some|more than|less than|at least|at most|up to|above|below|over|under|between|range\w*|near|close to|average\w*|` +
		`peak\w*|record|high|low|pre-war|black market|parallel|street|unofficial\w*|not|never|no longer|wrong\w*|mistake\w*|typo|instead|misprint\w*|` +
		`jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?|spring|summer|autumn|fall|winter|quarter|century|decade)\b`)
	years    = regexp.MustCompile(`(^|[^\d.,])(1[89]|20)\d\d($|[^\d.,]|[.,](\D|$))`) // and not 1936.27 lire
	weekdays = regexp.MustCompile(`(?i)\b(mon|tues|wednes|thurs|fri|satur|sun)day\b`)
)

// elsewhere says whether a sentence speaks of another time than a day, or of what is not so.
func elsewhere(sentence string, of currency.Date) bool {
	if of.Day != 0 {
		for _, layout := range []string{"2 January 2006", "January 2, 2006", "2006-01-02", "2 January", "January 2"} {
			sentence = strings.ReplaceAll(sentence, of.First().Format(layout), "that day")
		}
	}
	if otherwise.MatchString(sentence) || years.MatchString(sentence) {
		return true
	}
	for _, name := range weekdays.FindAllString(sentence, -1) {
		if of.Day == 0 || !strings.EqualFold(name, of.First().Weekday().String()) {
			return true
		}
	}
	return false
}

// token is a word, a number or a sign of a sentence.
type token struct {
	text string
	kind byte // w, n or the sign itself
}

var tokenForm = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?|[\p{L}][\p{L}\p{M}'’ʻ-]*|[^\s]`)

func tokens(sentence string) []token {
	var all []token
	for _, text := range tokenForm.FindAllString(sentence, -1) {
		t := token{text: text, kind: 'w'}
		switch r, _ := utf8.DecodeRuneInString(text); {
		case unicode.IsDigit(r):
			t.kind = 'n'
		case !unicode.IsLetter(r):
			t.kind = text[0]
		}
		all = append(all, t)
	}
	return all
}

// grouped finds a number whose thousands are parted by commas, and that cannot be one with a decimal comma.
var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+\.\d+$|^\d{1,3}(,\d{3}){2,}$`)

// number reads a token that is a number above zero of at least three significant digits.
func (t token) number() (d currency.Decimal, ok bool) {
	text := t.text
	if grouped.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	d, err := currency.ParseDecimal(text)
	return d, err == nil && t.kind == 'n' && d.Sign() > 0 && d.Digits() >= 3
}

// money is the names by which sentences call currencies.
type money struct {
	names   map[string]currency.Code // in lower case
	codes   map[string]bool
	longest int // words of the longest name
}

// called are names that are not in the table, and those that in a text without another word mean one currency of many.
var called = [...]struct {
	name string
	code currency.Code
}{
	{"dollar", "USD"},
	{"american dollar", "USD"},
	{"greenback", "USD"},
	{"pound", "GBP"},
	{"pound sterling", "GBP"},
	{"sterling", "GBP"},
	{"yen", "JPY"},
	{"euro", "EUR"},
	{"yuan", "CNY"},
	{"renminbi", "CNY"},
	{"rouble", "RUB"},
	{"ruble", "RUB"},
	{"russian rouble", "RUB"},
	{"uae dirham", "AED"},
	{"emirati dirham", "AED"},
	{"lev", "BGN"},
}

// endings are plurals that do not end in s.
var endings = [...]struct{ one, many string }{
	{"lev", "leva"},
	{"krone", "kroner"},
	{"krona", "kronor"},
	{"koruna", "koruny"},
	{"leu", "lei"},
	{"króna", "krónur"},
	{"real", "reais"},
	{"lira", "lire"},
	{"loti", "maloti"},
	{"lats", "lati"},
	{"litas", "litai"},
}

// newMoney gathers the names of all currencies: the whole name of each, and its last word alone where no other that is
// in use on the day, or fixed for ever, ends in it.
func newMoney(table *currency.Table, at time.Time) money {
	m := money{names: map[string]currency.Code{}, codes: map[string]bool{}}
	last := map[string][]currency.Code{}
	for _, c := range table.Currencies() {
		peg, _ := table.PegOn(c.Code, at)
		if c.Kind != currency.KindCurrency || c.RetiredOn(at) && !peg.Irrevocable || strings.ContainsAny(c.Name, "()") {
			continue
		}
		m.codes[string(c.Code)] = true
		words := strings.Fields(strings.ToLower(c.Name))
		m.name(strings.Join(words, " "), c.Code)
		last[words[len(words)-1]] = append(last[words[len(words)-1]], c.Code)
	}
	for word, codes := range last {
		if len(codes) == 1 {
			m.name(word, codes[0])
		}
	}
	for _, c := range called {
		m.name(c.name, c.code)
	}
	return m
}

// name adds a name and its plurals.
func (m *money) name(name string, code currency.Code) {
	m.names[name], m.names[name+"s"] = code, code
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(name, e.one); ok && (stem == "" || strings.HasSuffix(stem, " ")) {
			m.names[stem+e.many] = code
		}
	}
	if name == "pound sterling" {
		m.names["pounds sterling"] = code
	}
	m.longest = max(m.longest, len(strings.Fields(name)))
}

// from reads the longest name that begins at a token; end is the token behind it.
func (m money) from(s []token, i int) (code currency.Code, end int, ok bool) {
	if i >= 0 && i < len(s) && m.codes[s[i].text] {
		return currency.Code(s[i].text), i + 1, true
	}
	for n := min(m.longest, len(s)-i); i >= 0 && n > 0; n-- {
		if code, ok := m.names[phrase(s[i:i+n])]; ok {
			return code, i + n, true
		}
	}
	return "", 0, false
}

// until reads the longest name that ends before a token; start is its first.
func (m money) until(s []token, i int) (code currency.Code, start int, ok bool) {
	for n := min(m.longest, i); n > 0; n-- {
		if code, end, ok := m.from(s, i-n); ok && end == i {
			return code, i - n, true
		}
	}
	return "", 0, false
}

// phrase joins tokens as names are written.
func phrase(s []token) string {
	words := make([]string, len(s))
	for i, t := range s {
		words[i] = strings.ToLower(t.text)
	}
	return strings.Join(words, " ")
}

// Words between the two sides of a rate. What may stand behind one is the end of a sentence or of a part of it.
var (
	links    = phrases("=", ":", "at", "is", "was", "stood at", "stands at", "is at", "was at", "traded at", "trades at", "is trading at", "was trading at", "closed at", "is worth", "was worth", "is now worth", "buys", "bought", "costs", "cost", "equals", "equalled", "fetched", "fetches", "rose to", "fell to", "slipped to", "climbed to", "was fixed at", "is fixed at")
	ofPairs  = phrases("", "of", "rate of", "rate", "rate at", "rate was", "rate is")
	pers     = phrases("to the", "to a", "to one", "to 1", "per", "for a", "for one", "for the", "for 1", "a", "an")
	singles  = phrases("1", "one", "a", "an", "the", "each", "every")
	parts    = phrases("half", "quarter", "third", "tenth", "twice", "times", "of", "hundred", "thousand", "million")
	followed = phrases("on", "in", "at", "and", "while", "as", "after", "when", "today", "with", "according", "by")
)

// phrases are lists of words, the longest first.
func phrases(all ...string) [][]string {
	var lists [][]string
	for _, p := range all {
		lists = append(lists, strings.Fields(p))
	}
	slices.SortStableFunc(lists, func(a, b []string) int { return len(b) - len(a) })
	return lists
}

// begins returns the token behind the longest of the phrases that begins at one.
func begins(lists [][]string, s []token, i int) (end int, ok bool) {
	for _, words := range lists {
		if i >= 0 && i+len(words) <= len(s) && phrase(s[i:i+len(words)]) == strings.Join(words, " ") {
			return i + len(words), true
		}
	}
	return 0, false
}

// ends returns the starts of all phrases that end before a token, of the longest first.
func ends(lists [][]string, s []token, i int) (starts []int) {
	for _, words := range lists {
		if n := i - len(words); n >= 0 && phrase(s[n:i]) == strings.Join(words, " ") {
			starts = append(starts, n)
		}
	}
	return starts
}

// figures reads the rates of a sentence.
func (m money) figures(s []token) []figure {
	var all []figure
	for i, t := range s {
		value, ok := t.number()
		if !ok {
			continue
		}
		if f, ok := m.figureAt(s, i); ok {
			f.value = value
			all = append(all, f)
		}
	}
	return all
}

// figureAt reads what the number at a token is the rate of.
func (m money) figureAt(s []token, i int) (f figure, ok bool) {
	quote, end, named := m.from(s, i+1)
	if !named { // EUR/USD stood at 1.1861
		if !closed(s, i+1) {
			return f, false
		}
		for _, link := range append(ends(links, s, i), ends(ofPairs, s, i)...) {
			if f, ok := m.pairBefore(s, link); ok {
				return f, true
			}
		}
		return f, false
	}
	if closed(s, end) { // one euro was worth 1.1861 dollars
		for _, link := range ends(links, s, i) {
			base, start, ok := m.until(s, link)
			if ok && base != quote && single(s, start) {
				return figure{base: base, quote: quote}, true
			}
		}
	}
	if next, ok := begins(pers, s, end); ok { // 1.1861 dollars to the euro
		base, end, ok := m.from(s, next)
		if ok && base != quote && closed(s, end) {
			return figure{base: base, quote: quote}, true
		}
	}
	return f, false
}

// single says whether one of what stands at a token is meant, and not half of it.
func single(s []token, i int) bool {
	starts := ends(singles, s, i)
	return len(starts) > 0 && len(ends(parts, s, starts[0])) == 0
}

// pairBefore reads a pair such as EUR/USD that ends before a token.
func (m money) pairBefore(s []token, i int) (figure, bool) {
	if i < 3 || s[i-2].text != "/" || !m.codes[s[i-3].text] || !m.codes[s[i-1].text] || s[i-3].text == s[i-1].text {
		return figure{}, false
	}
	if i > 3 && s[i-4].text == "/" { // EUR/USD/JPY
		return figure{}, false
	}
	return figure{base: currency.Code(s[i-3].text), quote: currency.Code(s[i-1].text)}, true
}

// closed says whether nothing behind a rate can make it something else: a percentage, millions, a price per litre.
func closed(s []token, i int) bool {
	if i >= len(s) {
		return true
	}
	if strings.ContainsAny(s[i].text, `.,;:!?)"”’»(`) {
		return i+1 >= len(s) || s[i+1].kind != 'n' || s[i].text != "."
	}
	_, ok := begins(followed, s, i)
	return ok
}
