package faults

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/wire"
)

// newSample unpacks a true reply, so that its text can be changed.
func newSample(of *subject, name string, body []byte, reading wire.Reading) *sample {
	s := &sample{of: of, name: name, body: body, text: body, reading: reading}
	s.pack = func(text []byte) []byte { return text }
	const open, shut = "<GetExchangeRatesResult>", "</GetExchangeRatesResult>"
	if before, rest, ok := bytes.Cut(body, []byte(open)); ok { // a text of XML within XML
		inner, after, _ := bytes.Cut(rest, []byte(shut))
		s.text = []byte(html.UnescapeString(string(inner)))
		s.pack = func(text []byte) []byte {
			return slices.Concat(before, []byte(open), []byte(html.EscapeString(string(text))), []byte(shut), after)
		}
	}
	if bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		head, text := unpacked(body)
		s.text = text
		s.pack = func(text []byte) []byte { return archive(head, text) }
	}
	return s
}

// unpacked takes the one file out of a packed archive.
func unpacked(body []byte) (tar.Header, []byte) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	for files := tar.NewReader(z); ; {
		head, err := files.Next()
		if err != nil {
			panic(err)
		}
		if text, err := io.ReadAll(files); err == nil && strings.HasSuffix(head.Name, "eur.json") {
			return *head, text
		}
	}
}

func archive(head tar.Header, text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	files := tar.NewWriter(z)
	head.Size = int64(len(text))
	_, err1 := z.Write(nil)
	err2 := files.WriteHeader(&head)
	_, err3 := files.Write(text)
	if err := errors.Join(err1, err2, err3, files.Close(), z.Close()); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// span is a part of a text.
type span struct{ begin, end int }

// put replaces spans of a text, none of which overlap, by another text.
func put(text []byte, by string, spans ...span) []byte {
	var b []byte
	last := 0
	for _, s := range spans {
		b = append(append(b, text[last:s.begin]...), by...)
		last = s.end
	}
	return append(b, text[last:]...)
}

// figure is a number of a reply and where it stands.
type figure struct {
	wire.Quotation
	text  string
	at    []span
	alone bool // the reply can be read with another number there: nothing else in it contradicts
}

var written = regexp.MustCompile(`= ?([0-9][0-9.,]*)`)

// figures finds the numbers of a sample in its text: what stands there as the reference says, and changes what is read.
func (s *sample) figures() []figure {
	var all []figure
	for _, q := range s.reading.Quotations {
		m := written.FindStringSubmatch(q.Ref)
		if m == nil {
			continue
		}
		places := occurrences(s.text, m[1])
		tries := [][]span{}
		for _, p := range places {
			tries = append(tries, []span{p})
		}
		if len(places) > 1 {
			tries = append(tries, places)
		}
		var found []figure
		for _, at := range tries {
			other := s.with(put(s.text, nudged(m[1], "1.007"), at...))
			if other.err != nil || differsOnlyIn(s.reading, other.reading, q) {
				found = append(found, figure{q, m[1], at, other.err == nil})
			}
		}
		// Best is where only the number itself changes; where the reply has it twice, one of the two.
		slices.SortStableFunc(found, func(a, b figure) int {
			switch {
			case a.alone == b.alone:
				return 0
			case a.alone:
				return -1
			}
			return 1
		})
		if len(found) > 0 {
			all = append(all, found[0])
		}
	}
	return all
}

// occurrences finds a number where it is not a part of a longer one.
func occurrences(text []byte, number string) []span {
	digit := func(i int) bool { return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9' }
	var all []span
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(number))
		if i < 0 {
			return all
		}
		begin, end := from+i, from+i+len(number)
		from = begin + 1
		if digit(begin-1) || digit(end) || begin > 0 && text[begin-1] == '.' && digit(begin-2) || end < len(text) && text[end] == '.' && digit(end+1) {
			continue
		}
		all = append(all, span{begin, end})
	}
}

// differsOnlyIn says whether two readings are the same but for the value of one quotation.
func differsOnlyIn(a, b wire.Reading, q wire.Quotation) bool {
	if len(a.Quotations) != len(b.Quotations) {
		return false
	}
	changed := false
	for i, x := range a.Quotations {
		y := b.Quotations[i]
		if x.Symbol != y.Symbol || !x.At.Equal(y.At) {
			return false
		}
		if !x.Value.Equal(y.Value) {
			if x.Symbol != q.Symbol || !x.At.Equal(q.At) {
				return false
			}
			changed = true
		}
	}
	return changed
}

// signs are the sign before a number's decimals, and the one between its thousands, where it has them.
func signs(text string) (decimals, thousands string) {
	last := strings.LastIndexAny(text, ".,")
	if last < 0 {
		return ".", ""
	}
	if first := strings.IndexAny(text, ".,"); text[first] != text[last] {
		thousands = text[first : first+1]
	}
	return text[last : last+1], thousands
}

func decimal(text string) currency.Decimal {
	decimals, thousands := signs(text)
	if thousands != "" {
		text = strings.ReplaceAll(text, thousands, "")
	}
	return currency.MustDecimal(strings.Replace(text, decimals, ".", 1))
}

// like writes a number with the signs of another.
func like(text string, d currency.Decimal) string {
	decimals, thousands := signs(text)
	whole, part, broken := strings.Cut(d.String(), ".")
	for i := len(whole) - 3; thousands != "" && i > 0; i -= 3 {
		whole = whole[:i] + thousands + whole[i:]
	}
	if broken {
		whole += decimals + part
	}
	return whole
}

// nudged is a number times another that is near to 1: wrong, and not to be told from a right one by its size.
func nudged(text, by string) string {
	d := decimal(text)
	return like(text, d.Mul(currency.MustDecimal(by)).RoundPlaces(d.Places()+3))
}

// shifted is a number with its point moved by so many places to the right.
func shifted(text string, places int) string {
	factor := "1" + strings.Repeat("0", max(places, 0))
	if places < 0 {
		factor = "0." + strings.Repeat("0", -places-1) + "1"
	}
	return like(text, decimal(text).Mul(currency.MustDecimal(factor)).Trim())
}

// tree is a part of a text that has a shape: a value of JSON, an element of XML, a line of a table.
type tree struct {
	span
	name span // of the member or the element; none for what stands in a list, and for lines
	list bool // it stands in a list of JSON
	leaf bool
}

// shape names what a text is written in.
func shape(text []byte) string {
	switch start := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff"))); {
	case bytes.HasPrefix(start, []byte("{")), bytes.HasPrefix(start, []byte("[")):
		return "JSON"
	case bytes.HasPrefix(start, []byte("<")):
		return "XML"
	}
	return "lines"
}

// trees returns the parts of a text, inner ones before those that they stand in.
func trees(text []byte) []tree {
	switch shape(text) {
	case "JSON":
		return jsonTrees(text)
	case "XML":
		return xmlTrees(text)
	}
	var all []tree
	for begin := 0; begin < len(text); {
		end := len(text)
		if i := bytes.IndexByte(text[begin:], '\n'); i >= 0 {
			end = begin + i + 1
		}
		all = append(all, tree{span: span{begin, end}, leaf: true})
		begin = end
	}
	return all
}

func jsonTrees(text []byte) (all []tree) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	token := func() (jsontext.Kind, span) {
		before := int(d.InputOffset())
		for strings.IndexByte(" \t\r\n,:", text[before]) >= 0 {
			before++
		}
		t, err := d.ReadToken()
		if err != nil {
			panic(err)
		}
		return t.Kind(), span{before, int(d.InputOffset())}
	}
	var value func(kind jsontext.Kind, at, name span, list bool)
	value = func(kind jsontext.Kind, at, name span, list bool) {
		leaf := true
		for kind == '{' || kind == '[' {
			leaf = false
			k, inner := token()
			if k == '}' || k == ']' {
				at.end = inner.end
				break
			}
			if kind == '[' {
				value(k, inner, span{}, true)
				continue
			}
			k2, v := token()
			value(k2, v, inner, false)
		}
		all = append(all, tree{at, name, list, leaf})
	}
	kind, at := token()
	value(kind, at, span{}, false)
	return all
}

func xmlTrees(text []byte) (all []tree) {
	plain := slices.Clone(text) // in whatever encoding: what is no ASCII matters not here, but its place does
	for i, c := range plain {
		if c >= 0x80 {
			plain[i] = '?'
		}
	}
	d := xml.NewDecoder(bytes.NewReader(plain))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var open []tree
	for {
		before := int(d.InputOffset())
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			panic(err)
		}
		switch t.(type) {
		case xml.StartElement:
			if len(open) > 0 {
				open[len(open)-1].leaf = false
			}
			end := before + 1
			for strings.IndexByte(" \t\r\n/>", text[end]) < 0 {
				end++
			}
			open = append(open, tree{span: span{before, 0}, name: span{before + 1, end}, leaf: true})
		case xml.EndElement:
			e := open[len(open)-1]
			open = open[:len(open)-1]
			e.end = int(d.InputOffset())
			all = append(all, e)
		}
	}
}

// around are the trees in which a place stands, the innermost first, without the whole text itself.
func around(all []tree, at span, whole int) []tree {
	var found []tree
	for _, t := range all {
		if t.begin <= at.begin && at.end <= t.end && (t.begin > 0 || t.end < whole) {
			found = append(found, t)
		}
	}
	return found
}

// full is the tree with its name, where it is a member of JSON.
func (t tree) full(text []byte) span {
	if t.name.end > 0 && t.name.end <= t.begin {
		return span{t.name.begin, t.end}
	}
	_ = text
	return t.span
}

// without takes a tree out of a text, and a comma of JSON with it.
func without(text []byte, t tree) []byte {
	cut := t.full(text)
	if shape(text) == "JSON" {
		blank := func(i int) bool { return strings.IndexByte(" \t\r\n", text[i]) >= 0 }
		end := cut.end
		for end < len(text) && blank(end) {
			end++
		}
		begin := cut.begin
		for begin > 0 && blank(begin-1) {
			begin--
		}
		if end < len(text) && text[end] == ',' {
			cut.end = end + 1
		} else if begin > 0 && text[begin-1] == ',' {
			cut.begin = begin - 1
		}
	}
	return put(text, "", cut)
}

// twin puts another text beside a tree, before or after it.
func twin(text []byte, t tree, other []byte, before bool) []byte {
	at, comma := t.full(text), ""
	if shape(text) == "JSON" {
		comma = ","
	}
	if before {
		return put(text, string(other)+comma, span{at.begin, at.begin})
	}
	if shape(text) == "lines" && text[at.end-1] != '\n' {
		comma = "\n"
	}
	return put(text, comma+string(other), span{at.end, at.end})
}

// layouts are how banks write days.
var layouts = []string{
	time.DateOnly, "02.01.2006", "02/01/2006", "01/02/2006", "2006/01/02", "02-Jan-2006", "02 Jan 2006", "2 January 2006", "02 January 2006",
	"Mon, 02 Jan 2006", "20060102", "02-01-2006", "Jan 2, 2006", "2006-1-2", "2.1.2006", "January 02, 2006", "January 2006",
	unixSeconds,
}

// unixSeconds stands among the layouts for moments in seconds since 1970.
const unixSeconds = "unix"

func dated(day time.Time, layout string) string {
	if layout == unixSeconds {
		return strconv.FormatInt(day.Unix(), 10)
	}
	return day.Format(layout)
}

// redated is a sample that speaks of other days, so many later, and says the same of them; nil where its text does not
// let that be done.
func (s *sample) redated(days int) *sample {
	var tries [][]string
	for i, a := range layouts {
		tries = append(tries, []string{a})
		for _, b := range layouts[:i] {
			tries = append(tries, []string{b, a})
		}
	}
	slices.SortStableFunc(tries, func(a, b []string) int { return len(a) - len(b) })
	for _, layouts := range tries {
		var pairs []string
		seen := map[string]bool{}
		for _, q := range s.reading.Quotations {
			for off := -3; off <= 3; off++ { // what stands beside may be the day before, or the day after
				day := q.At.AddDate(0, 0, off)
				for _, l := range layouts {
					if old := dated(day, l); !seen[old] {
						seen[old] = true
						pairs = append(pairs, old, dated(day.AddDate(0, 0, days), l))
					}
				}
			}
		}
		other := s.with([]byte(strings.NewReplacer(pairs...).Replace(string(s.text))))
		if other.err == nil && sameBut(s.reading, other.reading, days) {
			return other
		}
	}
	return nil
}

func sameBut(a, b wire.Reading, days int) bool {
	if len(a.Quotations) != len(b.Quotations) {
		return false
	}
	for i, q := range a.Quotations {
		r := b.Quotations[i]
		if r.Symbol != q.Symbol || !r.Value.Equal(q.Value) || !r.At.Equal(q.At.AddDate(0, 0, days)) {
			return false
		}
	}
	return true
}

// moved is a sample whose every number that can be changed is a little different.
func (s *sample) moved(rng *rand.Rand) *sample {
	now := s
	by := func() string { return fmt.Sprintf("%.4f", 0.997+0.006*rng.Float64()) }
	if s.of.Quotes != nil { // the prices of a day go together
		all := by()
		by = func() string { return all }
	}
	for _, q := range s.reading.Quotations {
		for _, f := range now.figures() {
			if f.Symbol == q.Symbol && f.Field == q.Field && f.At.Equal(q.At) && f.alone {
				if next := now.with(put(now.text, nudged(f.text, by()), f.at...)); next.err == nil {
					now = next
				}
				break
			}
		}
	}
	return now
}

// inexpressible are the samples in whose text some fault cannot be committed, with the reason. The fewer the better.
var inexpressible = map[string]string{}

func TestEveryNumberAndDayOfASampleCanBeSpoilt(t *testing.T) {
	for _, s := range subjects(t) {
		for _, sample := range s.samples {
			name, problem := string(s.Source.ID)+"/"+sample.name, ""
			switch again := sample.with(sample.text); {
			case again.err != nil || !sameBut(sample.reading, again.reading, 0):
				problem = "it does not read the same when it is packed again"
			case len(sample.figures()) != len(sample.reading.Quotations):
				problem = "not every number is found in its text"
			case sample.redated(7) == nil:
				problem = "its days cannot be changed"
			}
			if problem != inexpressible[name] {
				t.Errorf("%s: %q, and the list says %q", name, problem, inexpressible[name])
			}
		}
	}
}
