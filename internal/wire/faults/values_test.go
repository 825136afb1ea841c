package faults

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// hears makes a turn in which the server says a body, and tells what became of it.
func (p *paper) hears(body []byte) verdict {
	p.t.Helper()
	before := len(p.held())
	p.says(body)
	err := p.turn()
	if err != nil && fault.KindOf(err) != fault.Upstream {
		p.errorf("the turn failed as %s: %v", fault.KindOf(err), err)
	}
	switch {
	case err != nil:
		return refused
	case len(p.held()) > before:
		return held
	}
	return stood
}

// wrong is hears, of a body that says something that must not be shown.
func (p *paper) wrong(text []byte, what string) verdict {
	p.t.Helper()
	p.truthOf(p.sample)
	v := p.hears(p.sample.pack(text))
	if v == stood {
		p.errorf("%s was taken", what)
	}
	return v
}

// figure picks a number that can be changed on its own and is money's.
func (p *paper) figure() figure {
	all := slices.DeleteFunc(p.sample.figures(), func(f figure) bool { return !f.alone || !money(f.Quotation) || !principal(f.Quotation) })
	if len(all) == 0 {
		p.t.Fatalf("%s/%s has no number that can be changed on its own", p.bank.Source.ID, p.sample.name)
	}
	return all[p.rng.IntN(len(all))]
}

// on is the sample of so many days later.
func (p *paper) on(days int) *sample {
	s := p.sample.redated(days)
	if s == nil {
		p.t.Fatalf("%s/%s cannot be made one of %d days later: does layouts lack how it writes them?", p.bank.Source.ID, p.sample.name, days)
	}
	return s
}

// due sets the clock to a moment, or to when the provider is to be asked again, if that is later.
func (p *paper) due(at time.Time) {
	if next := p.status().Next; next.After(at) {
		at = next
	}
	p.set(at)
}

// told lets the paper read what is true, and checks that it shows it.
func (p *paper) told(s *sample) {
	p.t.Helper()
	p.due(s.newest().Add(12 * time.Hour))
	p.tells(s)
	if err := p.turn(); err != nil {
		p.errorf("the truth was not read: %v", err)
	}
	p.shows(s)
}

// later is the sample of the next publication, with other numbers.
func (p *paper) later() *sample { return p.on(p.sample.of.step()).moved(p.rng) }

func saidUnchanged(p *paper) verdict {
	tag := pick(p, "ETag", "Last-Modified", "both", "everything", "ETag")
	var body []byte
	changed := false
	answer := func(rw http.ResponseWriter, r *http.Request) {
		asked := r.Header.Get("If-None-Match") + r.Header.Get("If-Modified-Since")
		if asked != "" || tag == "everything" && changed {
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		if tag == "ETag" || tag == "both" {
			rw.Header().Set("ETag", `W/"1"`)
		}
		if tag == "Last-Modified" || tag == "both" {
			rw.Header().Set("Last-Modified", "Mon, 02 Feb 2026 15:00:00 GMT")
		}
		_, _ = rw.Write(body)
	}
	body = p.sample.body
	p.truthOf(p.sample)
	p.answers(answer)
	if err := p.turn(); err != nil {
		p.errorf("the truth was not read: %v", err)
	}
	next := p.later()
	body, changed = next.body, true
	p.truthOf(next)
	p.due(p.now()) // perhaps on the same day, and then told that nothing changed
	if err := p.turn(); (err != nil) != (tag == "everything") {
		p.errorf("%s: %v", tag, err)
	}
	p.honest()
	if tag == "everything" {
		p.told(next)
		return refused
	}
	p.due(p.sample.newest().Add(12*time.Hour + 24*time.Hour*time.Duration(p.sample.of.step())))
	if err := p.turn(); err != nil {
		p.errorf("a day later: %v", err)
	}
	p.shows(next)
	return stood
}

func halfMissing(p *paper) verdict {
	p.truthOf(p.sample)
	now := p.sample
	all := now.figures()
	for range (len(all) + 1) / 2 {
		figures := now.figures()
		if len(figures) == 0 {
			break
		}
		f := figures[p.rng.IntN(len(figures))]
		text := put(now.text, "", f.at[0])
		if parts := around(trees(now.text), f.at[0], len(now.text)); p.seed%2 == 0 && len(parts) > 0 {
			text = without(now.text, parts[p.rng.IntN(len(parts))])
		}
		if now = now.with(text); now.err != nil {
			break
		}
	}
	v := p.hears(now.body)
	if now.err == nil {
		p.shows(now)
	}
	p.honest()
	p.recovers()
	return v
}

func revisedLater(p *paper) verdict {
	p.told(p.sample)
	f := p.figure()
	revised := p.sample.with(put(p.sample.text, nudged(f.text, "0.9971"), f.at...))
	p.truthOf(revised)
	p.due(p.now())
	v := p.hears(revised.body)
	p.shows(revised)
	list, err := p.db.Revisions(p.t.Context(), f.Symbol, fieldOf(f.Quotation), p.bank.Source.ID, f.At)
	if err != nil {
		p.t.Fatal(err)
	}
	if v != stood || len(list) != 2 || !list[0].Value.Equal(f.Value) || list[1].Value.Equal(f.Value) {
		p.errorf("the revision of %s is %s, and on record are %v", f.Ref, v, list)
	}
	return v
}

func otherSize(p *paper) verdict {
	f := p.figure()
	worse := []string{"NaN", "1e309", "0", "null", "", "-", "∞", "1e-7", strings.Repeat("9", 400)}
	by := pick(p, shifted(f.text, 1), shifted(f.text, -1), shifted(f.text, 2), "-"+f.text, worse[p.rng.IntN(len(worse))])
	v := p.hears(p.sample.pack(put(p.sample.text, by, f.at...)))
	p.truthOf(p.sample)
	if v == stood && by != "" && by != "-" && by != "null" { // a number left blank may mean that there is none
		p.errorf("%s was taken for %s", by, f.text)
	}
	return v
}

func turnedRound(p *paper) verdict {
	figures := slices.DeleteFunc(p.sample.figures(), func(f figure) bool { return !f.alone || !money(f.Quotation) })
	p.rng.Shuffle(len(figures), func(i, j int) { figures[i], figures[j] = figures[j], figures[i] })
	if p.seed%2 == 1 {
		for i, a := range figures {
			for _, b := range figures[:i] {
				apart := math.Abs(math.Log(decimal(a.text).Float() / decimal(b.text).Float()))
				if !a.At.Equal(b.At) || apart < 0.1 || a.at[0].begin == b.at[0].begin || len(a.at)+len(b.at) > 2 {
					continue
				}
				first, second := a, b
				if first.at[0].begin > second.at[0].begin {
					first, second = second, first
				}
				text := put(p.sample.text, first.text, second.at...)
				return p.wrong(put(text, second.text, first.at...), "the number of "+a.Ref+" for that of "+b.Ref)
			}
		}
	}
	for _, f := range figures {
		if d := decimal(f.text); math.Abs(math.Log(d.Float())) > 0.1 {
			inverse, err := currency.DecimalFromInt(1).Quo(d, 6)
			if err != nil {
				p.t.Fatal(err)
			}
			return p.wrong(put(p.sample.text, like(f.text, inverse), f.at...), "one divided by "+f.Ref)
		}
	}
	return unfit
}

var units = regexp.MustCompile(`^([0-9]+) `)

// writtenOtherwise changes the sign of the decimals, adds one for the thousands, or changes what the number is for.
func writtenOtherwise(p *paper) verdict {
	f := p.figure()
	sign, thousands := signs(f.text)
	other := map[string]string{".": ",", ",": "."}[sign]
	whole, part, _ := strings.Cut(f.text, sign)
	if thousands != "" {
		whole = strings.ReplaceAll(f.text[:strings.LastIndex(f.text, sign)], thousands, "")
		part = f.text[strings.LastIndex(f.text, sign)+1:]
	}
	by := whole + other + part // 1,1840 for 1.1840
	if part == "" {
		by = whole + other + "000"
	}
	switch variant := pick(p, "sign", "thousands", "thousands and sign", "units", "sign"); {
	case variant == "units":
		for _, text := range p.otherUnits(f) {
			return p.wrong(text, "another unit for "+f.Ref)
		}
	case len(whole) > 3 && thousands == "" && variant == "thousands":
		by = whole[:len(whole)-3] + other + whole[len(whole)-3:] + sign + part
	case len(whole) > 3 && variant == "thousands and sign":
		by = whole[:len(whole)-3] + sign + whole[len(whole)-3:] + other + part
	}
	v := p.hears(p.sample.pack(put(p.sample.text, by, f.at...)))
	if p.truthOf(p.sample); v == stood {
		p.errorf("%s was taken for %s", by, f.text)
	}
	return v
}

// otherUnits are the texts in which a number is given for so many units more or fewer.
func (p *paper) otherUnits(f figure) (all [][]byte) {
	m := units.FindStringSubmatch(f.Ref)
	if m == nil {
		return nil
	}
	by := "100"
	if m[1] != "1" {
		by = "1"
	}
	for _, at := range occurrences(p.sample.text, m[1]) {
		text := put(p.sample.text, by, at)
		if other := p.sample.with(text); other.err == nil && differsOnlyIn(p.sample.reading, other.reading, f.Quotation) {
			all = append(all, text)
		}
	}
	return all
}

func saidTwice(p *paper) verdict {
	p.truthOf(p.sample)
	f, text := p.figure(), p.sample.text
	parts := around(trees(text), f.at[0], len(text))
	if shape(text) == "XML" && p.seed%2 == 1 { // where the number is an attribute's
		open := strings.LastIndexByte(string(text[:f.at[0].begin]), ' ')
		if tag := string(text[open:f.at[0].begin]); open >= 0 && strings.ContainsAny(tag, `'"`) && !strings.ContainsAny(tag, "<>") {
			quote := tag[len(tag)-1:]
			if p.rng.IntN(2) == 0 {
				open = f.at[0].end + 1 // behind it
			}
			return p.hears(p.sample.pack(put(text, tag+nudged(f.text, "1.007")+quote, span{open, open})))
		}
	}
	if len(parts) == 0 {
		return unfit
	}
	t := parts[min(p.seed/2, len(parts)-1)]
	at := t.full(text)
	other := put(text[at.begin:at.end], nudged(f.text, "1.007"), span{f.at[0].begin - at.begin, f.at[0].end - at.begin})
	if shape(text) == "JSON" && p.seed%2 == 1 && t.name.end > 0 { // the same name in another case
		name := string(text[t.name.begin:t.name.end])
		changed := strings.ToUpper(name)
		if changed == name {
			changed = strings.ToLower(name)
		}
		other = append([]byte(changed), other[len(name):]...)
	}
	return p.hears(p.sample.pack(twin(text, t, other, p.rng.IntN(2) == 0)))
}

var attributes = regexp.MustCompile(` ([A-Za-z_]+)=["']`)

// otherShape renames, wraps, retypes or takes away a part of the reply: anything that bears on a number.
func otherShape(p *paper) verdict {
	p.truthOf(p.sample)
	text := p.sample.text
	all := trees(text)
	if shape(text) == "lines" {
		return p.hears(p.sample.pack(p.otherColumns(text)))
	}
	f := p.figure()
	parts := around(all, f.at[0], len(text))
	if p.seed >= 3 || len(parts) == 0 { // not the number's own, but one of those beside it
		parts = all[:max(1, len(all)-1)]
	}
	t := parts[p.rng.IntN(len(parts))]
	inner := string(text[t.begin:t.end])
	name := string(text[t.name.begin:t.name.end])
	if shape(text) == "XML" {
		switch found := attributes.FindAllSubmatchIndex(text, -1); p.rng.IntN(4) {
		case 0:
			text = []byte(strings.NewReplacer("<"+name, "<"+name+"s", "</"+name, "</"+name+"s").Replace(string(text)))
		case 1:
			text = put(text, "<value>"+inner+"</value>", t.span)
		case 2:
			text = without(text, t)
		default:
			if len(found) == 0 {
				return p.hears(p.sample.pack(put(text, "<new/>"+inner, t.span)))
			}
			at := found[p.rng.IntN(len(found))]
			text = put(text, "new", span{at[2], at[3]})
		}
		return p.hears(p.sample.pack(text))
	}
	switch n := p.rng.IntN(6); {
	case n == 0 && name != "":
		text = put(text, strings.TrimSuffix(name, `"`)+`s"`, t.name)
	case n == 1:
		text = put(text, "["+inner+"]", t.span)
	case n == 2:
		text = put(text, `{"value":`+inner+"}", t.span)
	case n == 3:
		text = put(text, "null", t.span)
	case n == 4 && strings.HasPrefix(inner, `"`):
		text = put(text, strings.Trim(inner, `"`), t.span)
	case n == 4:
		text = put(text, fmt.Sprintf("%q", inner), t.span)
	default:
		text = without(text, t)
	}
	return p.hears(p.sample.pack(text))
}

// otherColumns takes a column out of a table, adds one, exchanges two heads, renames one or takes a line away.
func (p *paper) otherColumns(text []byte) []byte {
	comma, most := ",", 0
	for _, c := range []string{",", ";", "|", "\t"} {
		if n := strings.Count(string(text), c); n > most {
			comma, most = c, n
		}
	}
	lines := strings.SplitAfter(string(text), "\n")
	widest := 0
	for _, l := range lines {
		widest = max(widest, strings.Count(l, comma)+1)
	}
	column, head := p.rng.IntN(widest), p.rng.IntN(len(lines))
	if p.bank.Quotes != nil {
		head = 0 // within a row an opening that stands for a close is as good as any
	}
	switch p.seed {
	case 0, 1:
		for i, l := range lines {
			cells := strings.Split(strings.TrimRight(l, "\r\n"), comma)
			if end := l[len(strings.TrimRight(l, "\r\n")):]; column < len(cells) && len(cells) > 1 {
				if p.seed == 0 {
					cells = slices.Delete(cells, column, column+1)
				} else {
					cells = slices.Insert(cells, column, "7.5")
				}
				lines[i] = strings.Join(cells, comma) + end
			}
		}
	case 2, 3:
		cells := strings.Split(strings.TrimRight(lines[head], "\r\n"), comma)
		if a, b := p.rng.IntN(len(cells)), p.rng.IntN(len(cells)); p.seed == 2 {
			cells[a], cells[b] = cells[b], cells[a]
		} else {
			cells[a] += "s"
		}
		lines[head] = strings.Join(cells, comma) + "\n"
	default:
		lines = slices.Delete(lines, head, head+1)
	}
	return []byte(strings.Join(lines, ""))
}

func otherDay(p *paper) verdict {
	ahead := int(p.bank.Source.Ahead.Hours()) / 24
	switch pick(p, "years ahead", "long ago", "no day", "empty", "days ahead") {
	case "years ahead":
		return p.misdated(p.sample, 300+p.rng.IntN(500))
	case "days ahead":
		return p.misdated(p.sample, ahead+2+p.rng.IntN(4))
	case "long ago":
		p.told(p.sample)
		p.due(p.now())
		span := 1 + int(p.sample.newest().Sub(p.sample.reading.Quotations[0].At).Abs().Hours()/24)
		return p.misdated(p.sample.moved(p.rng), -min(span, 60)-2-p.rng.IntN(20))
	case "no day":
		return p.undated("9")
	}
	return p.undated(pick(p, "0", "", "", "", ""))
}

// misdated hears a reply that speaks of other days than it should.
func (p *paper) misdated(s *sample, days int) verdict {
	other := s.redated(days)
	for other == nil && days > -1000 && days < 2000 { // a table of a month's days cannot be of any
		days += days / max(1, int(math.Abs(float64(days))))
		other = s.redated(days)
	}
	if other == nil {
		return unfit
	}
	v := p.hears(other.body)
	if v == stood {
		p.errorf("a reply that is off by %d days was taken", days)
	}
	return v
}

// undated hears a reply in which no day stands where days stood: every digit is another, or all of it is gone.
func (p *paper) undated(by string) verdict {
	for _, l := range layouts {
		text := string(p.sample.text)
		for _, q := range p.sample.reading.Quotations {
			day := dated(q.At, l)
			text = strings.ReplaceAll(text, day, strings.Map(func(r rune) rune {
				switch {
				case by == "":
					return -1
				case r >= '0' && r <= '9':
					return rune(by[0])
				}
				return r
			}, day))
		}
		if other := p.sample.with([]byte(text)); other.err != nil || !sameBut(p.sample.reading, other.reading, 0) {
			return p.wrong([]byte(text), "a reply without a day")
		}
	}
	return unfit
}

// dense says whether a sample speaks of no more than a few days. What is said of years cannot be frozen, and after years
// without a word nearly any number may be right.
func dense(s *sample) bool {
	for _, q := range s.reading.Quotations {
		if s.newest().Sub(q.At) > 10*24*time.Hour {
			return false
		}
	}
	return true
}

// frozen is a feed that says the same, day for day, as if it were new.
func frozen(p *paper) verdict {
	for _, newest := range p.sample.figures() { // a table of several days has the same for all of them
		for _, f := range p.sample.figures() {
			if f.Symbol == newest.Symbol && f.At.Before(newest.At) && f.alone {
				p.sample = p.sample.with(put(p.sample.text, newest.text, f.at...))
			}
		}
	}
	said := map[market.Symbol][]wire.Quotation{}
	for n := range 7 + p.seed {
		s := p.on(n * p.sample.of.step())
		for _, q := range s.reading.Quotations {
			said[q.Symbol] = append(said[q.Symbol], q)
		}
		p.due(s.newest().Add(12 * time.Hour))
		if v := p.hears(s.body); v == refused {
			p.errorf("the same on day %d is refused", n)
		}
	}
	for _, list := range said {
		slices.SortFunc(list, func(a, b wire.Quotation) int { return a.At.Compare(b.At) })
		list = slices.CompactFunc(list, func(a, b wire.Quotation) bool { return a.At.Equal(b.At) })
		for i, q := range list { // five alike may be true; and of what is held, or has few digits, any number
			if i < 5 || holds(q) || q.Value.Digits() < 4 {
				p.true(series{q.Symbol, fieldOf(q)}, q.At, q.Value)
			}
		}
	}
	v := stood
	for symbol := range said {
		price, err := p.ledger.Rate(p.t.Context(), symbol, market.AsOf{At: p.now().Add(p.bank.Source.Ahead)})
		if err == nil && slices.ContainsFunc(price.Flags, func(f market.Flag) bool { return f.Code == market.Unchanged }) {
			v = flagged
		}
	}
	return v
}

// holds says whether somebody holds the two currencies of a quotation to each other.
func holds(q wire.Quotation) bool {
	base, quote, _ := q.Symbol.Pair()
	b, bound := currency.All().PegOn(base, q.At)
	c, alsoBound := currency.All().PegOn(quote, q.At)
	return bound && b.Anchor == quote || alsoBound && c.Anchor == base || bound && alsoBound && b.Anchor == c.Anchor
}

func replayed(p *paper) verdict {
	p.told(p.sample)
	next := p.later()
	if p.seed%2 == 1 { // the same day's, taken back since
		f := p.figure()
		next = p.sample.with(put(p.sample.text, nudged(f.text, "0.9971"), f.at...))
	}
	p.told(next)
	p.due(p.now())
	v := p.hears(p.sample.body)
	if v == refused {
		p.errorf("an old reply cannot be read")
	}
	p.shows(next)
	return v
}

func clockWrong(p *paper) verdict {
	right := p.now()
	off := pick(p, time.Hour, -time.Hour, -30*24*time.Hour, 400*24*time.Hour, -24*time.Hour)
	p.set(right.Add(off))
	p.truthOf(p.sample)
	v := p.hears(p.sample.body)
	p.honest()
	p.set(right)
	p.honest()
	if off < 0 {
		p.told(p.sample) // nothing that was held for the clock's sake stays held
	}
	p.toldAnew(p.later())
	return v
}

// toldAnew is told, by a clock that was wrong: when to ask again may have been far off.
func (p *paper) toldAnew(s *sample) {
	p.t.Helper()
	p.set(s.newest().Add(12 * time.Hour))
	if next := p.status().Next; next.Sub(p.now()) < 8*24*time.Hour {
		p.due(p.now())
	}
	p.tells(s)
	if err := p.turn(); err != nil {
		p.errorf("the truth was not read: %v", err)
	}
	p.shows(s)
}

func notAllowed(p *paper) verdict {
	status := pick(p, http.StatusUnauthorized, http.StatusForbidden, http.StatusPaymentRequired, 0, 0)
	if status != 0 {
		p.answers(func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(status)
			_, _ = rw.Write(p.spoilt())
		})
		v := p.fails()
		p.due(p.now().Add(p.bank.Source.Fresh + 48*time.Hour)) // and nobody looks
		p.fails()
		p.honest()
		return v
	}
	if p.seed == 4 && p.bank.Key != "" { // no key at all
		return p.keyless()
	}
	if p.bank.Quotes != nil {
		return p.privateShares()
	}
	p.bank.Source.Terms = market.Private
	p.plain = p.runner(p.w.fetch)
	v := p.hears(p.sample.body)
	p.truthOf(p.sample)
	symbols, err := p.db.Symbols(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, s := range symbols {
		base, _, _ := s.Pair()
		price, err := p.ledger.Rate(p.t.Context(), s, market.AsOf{})
		board, err2 := p.ledger.Board(p.t.Context(), base, market.AsOf{})
		if err == nil && price.Source == p.bank.Source.ID || err2 != nil || len(board.Prices) > 0 {
			p.errorf("%s is shown, though nobody may see it", s)
		}
		said, err := p.db.Series(p.t.Context(), []market.Symbol{s}, market.AsOf{At: p.now(), Known: p.now()})
		if err != nil {
			p.t.Fatal(err)
		}
		for _, o := range said {
			if _, err := p.ledger.Number(p.t.Context(), o.ID); fault.KindOf(err) != fault.NotFound {
				p.errorf("%s is told, though nobody may know it: %v", o.Ref, err)
			}
		}
	}
	return v
}

func (p *paper) keyless() verdict {
	r, err := wire.NewRunner([]wire.Provider{p.bank}, p.ledger, p.db, p.w.fetch, wire.Options{
		Now: p.now, Listings: func(context.Context) ([]wire.Listed, error) { return p.sample.of.listed, nil },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.tells(p.sample)
	if _, err := r.Turn(p.t.Context(), p.bank); fault.KindOf(err) != fault.Invalid || len(p.hits) > 0 {
		p.errorf("without a key it was asked %d times: %v", len(p.hits), err)
	}
	return refused
}
