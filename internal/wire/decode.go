package wire

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/net/html/charset"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// MaxReply is the longest reply that is read, unpacked: the ECB's whole history is 2 MB, the longest table known 13 MB.
const MaxReply = 32 << 20

// refuse is the error of every reader: the reply is not what it should be, and none of it is used.
func refuse(format string, args ...any) error { return fault.Because(fault.Upstream, format, args...) }

// Refuse makes the error of a parser: a sentence that says what is wrong with a reply.
func Refuse(format string, args ...any) error { return refuse(format, args...) }

// whole refuses what cannot be a reply of data at all, before a decoder guesses at it.
func whole(body []byte) error {
	switch start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 512)])); {
	case len(body) > MaxReply:
		return refuse("the reply is longer than %d MB", MaxReply>>20)
	case len(start) == 0:
		return refuse("the reply is empty")
	case bytes.HasPrefix(start, []byte("<!doctype html")), bytes.HasPrefix(start, []byte("<html")):
		return refuse("the reply is a page for people, not data")
	}
	return nil
}

// JSON reads a reply of JSON into v. It is strict where mistakes hide: a name that stands twice, a name in another
// case than expected, text behind the end, and invalid UTF-8 are refused. Names that v does not have are ignored.
func JSON(body []byte, v any) error {
	if err := whole(body); err != nil {
		return err
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if err := json.Unmarshal(body, v); err != nil {
		// The library words such an error otherwise in every process, and in the terms of Go.
		if wrong := new(json.SemanticError); errors.As(err, &wrong) && wrong.Err == nil {
			return refuse("the reply is not the JSON that it should be: %s stands where it is not expected, at %q", kinds[wrong.JSONKind], "/"+strings.TrimPrefix(string(wrong.JSONPointer), "/"))
		}
		return refuse("the reply is not the JSON that it should be: %w", err)
	}
	return nil
}

var kinds = map[jsontext.Kind]string{
	'n': "null", 'f': "false", 't': "true", '"': "a text", '0': "a number",
	'{': "an object", '}': "an object", '[': "a list", ']': "a list", 0: "something",
}

// Text is a number, a text or nothing of a JSON reply, as it is written. A number keeps every digit.
type Text string

// UnmarshalJSONFrom takes a number or a string literally, null as empty, and refuses all else.
func (t *Text) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	value, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case 'n':
		*t = ""
	case '0':
		*t = Text(value)
	case '"':
		var s string
		if err := json.Unmarshal(value, &s); err != nil {
			return err
		}
		*t = Text(s)
	default:
		return errors.New("a number or a text is expected here")
	}
	return nil
}

// XML reads a reply of XML, in any encoding that it declares, into v. A document type, which could define entities, and
// elements nested deeper than any table are refused, and so is text behind the end.
func XML(body []byte, v any) error {
	if err := whole(body); err != nil {
		return err
	}
	if err := shallow(body); err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset.NewReaderLabel
	if err := d.Decode(v); err != nil {
		return refuse("the reply is not the XML that it should be: %w", err)
	}
	return nil
}

// element is an element of XML that is open.
type element struct {
	name string            // with its attributes
	text []byte            // what stands in it
	deep bool              // there are elements in it
	said map[string]string // the texts of those that have none in them, by name
}

// shallow walks through XML once: it must close what it opens, define nothing, be no deeper than a table can be, and say
// nothing twice. Of two elements with one name, and of two attributes, the decoder would take the last.
func shallow(body []byte) error {
	const deepest = 32
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = charset.NewReaderLabel
	open, closed := []element{{}}, false
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return refuse("the reply is not the XML that it should be: %w", err)
		}
		inner := &open[len(open)-1]
		switch t := token.(type) {
		case xml.Directive:
			return refuse("the reply has a document type, which no table of rates needs")
		case xml.StartElement:
			if len(open) > deepest || closed {
				return refuse("the reply nests deeper than a table does, or goes on behind its end")
			}
			inner.deep = true
			name := t.Name.Space + ":" + t.Name.Local
			for i, a := range t.Attr {
				if slices.ContainsFunc(t.Attr[:i], func(b xml.Attr) bool { return a.Name == b.Name }) {
					return refuse("the reply has %s twice within one %s", a.Name.Local, t.Name.Local)
				}
				name += " " + a.Name.Space + ":" + a.Name.Local + "=" + a.Value
			}
			open = append(open, element{name: name})
		case xml.EndElement:
			if len(open) == 1 {
				return refuse("the reply closes %.20s, which it has not opened", t.Name.Local)
			}
			e := open[len(open)-1]
			open = open[:len(open)-1]
			if err := open[len(open)-1].say(e); err != nil {
				return err
			}
			closed = len(open) == 1
		case xml.CharData:
			if closed && len(bytes.TrimSpace(t)) > 0 {
				return refuse("the reply goes on behind its end")
			}
			if !inner.deep {
				inner.text = append(inner.text, t...)
			}
		}
	}
	if !closed {
		return refuse("the reply was cut off: its last element is not closed")
	}
	return nil
}

// say notes what an element within says, and refuses another text for what was said before.
func (e *element) say(inner element) error {
	if inner.deep {
		return nil
	}
	text := string(bytes.TrimSpace(inner.text))
	if before, twice := e.said[inner.name]; twice && before != text {
		return refuse("%.60s stands there twice with different values, %.40q and %.40q", strings.TrimPrefix(inner.name, ":"), before, text)
	}
	if e.said == nil {
		e.said = map[string]string{}
	}
	e.said[inner.name] = text
	return nil
}

// CSV reads a reply of separated values in UTF-8, with or without a mark of byte order, into rows. Rows may differ in
// length; whether they may is for the caller to say.
func CSV(body []byte, comma rune) ([][]string, error) {
	if err := whole(body); err != nil {
		return nil, err
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return nil, refuse("the reply is not text in UTF-8")
	}
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = comma, -1, true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, refuse("the reply is not the table that it should be: %w", err)
	}
	if len(rows) == 0 {
		return nil, refuse("the reply is empty")
	}
	return rows, nil
}

// Unzip returns the one file that a zipped reply holds.
func Unzip(body []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, refuse("the reply is not the zip file that it should be: %w", err)
	}
	if len(z.File) != 1 {
		return nil, refuse("the zip file holds %d files where one is expected", len(z.File))
	}
	f, err := z.File[0].Open()
	if err != nil {
		return nil, refuse("the zip file cannot be read: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxReply+1))
	if err != nil {
		return nil, refuse("the zip file cannot be read: %w", err)
	}
	if len(text) > MaxReply {
		return nil, refuse("the zip file unpacks to more than %d MB", MaxReply>>20)
	}
	return text, nil
}

// IsZip says whether a reply is a zip file.
func IsZip(body []byte) bool { return bytes.HasPrefix(body, []byte("PK\x03\x04")) }

// Number reads a figure with a decimal point. Anything that could be read in two ways, such as 1,234, is refused.
func Number(text string) (currency.Decimal, error) {
	d, err := currency.ParseDecimal(strings.TrimSpace(text))
	if err != nil {
		return currency.Decimal{}, refuse("%.40q is no number with a decimal point", text)
	}
	return d, nil
}

// CommaNumber reads a figure with a decimal comma, as banks of half of Europe write it; one with a point is refused.
func CommaNumber(text string) (currency.Decimal, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, ".") || strings.Count(text, ",") > 1 {
		return currency.Decimal{}, refuse("%.40q is no number with a decimal comma", text)
	}
	return Number(strings.Replace(text, ",", ".", 1))
}

// PerUnit is a value that was given for so many units, for one. Banks give it for 1, 10, 100 and so on; then no digit
// is lost or made. What is given for another number of units is refused, for the quotient would not be the bank's.
func PerUnit(value currency.Decimal, units string) (currency.Decimal, error) {
	units = strings.TrimSpace(units)
	zeros := strings.TrimPrefix(units, "1")
	if zeros == units || strings.Trim(zeros, "0") != "" || len(zeros) > 9 {
		return currency.Decimal{}, refuse("a rate for %.20q units is none for 1, 10, 100 or so on", units)
	}
	if zeros == "" {
		return value, nil
	}
	return value.Mul(currency.MustDecimal("0." + zeros[1:] + "1")), nil
}

// ounce is the troy ounce in grams, exactly, by the international yard and pound agreement of 1959.
const ounce = "31.1034768"

// PerOunce is a price that was given for a gram of metal, for the troy ounce in which metals are quoted.
func PerOunce(perGram currency.Decimal) currency.Decimal {
	return perGram.Mul(currency.MustDecimal(ounce))
}

// Day reads a date in the layout that a source uses; see package time for layouts.
func Day(layout, text string) (time.Time, error) {
	at, err := time.Parse(layout, strings.TrimSpace(text))
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return time.Time{}, refuse("%.40q is no day as this source writes it", text)
	}
	return at.UTC().Truncate(24 * time.Hour), nil
}

// Table gathers the quotations of a reply, and refuses what no table can hold: nothing at all, and two values for one
// pair and day.
type Table struct {
	reading Reading
	said    map[saying]currency.Decimal
}

type saying struct {
	symbol market.Symbol
	field  market.Field
	at     int64
}

// Add takes a quotation: what one unit of the base is worth in the quote currency. A code that is no code of three
// letters is left out, with its reason; so is a currency in itself, which is always 1.
func (t *Table) Add(base, quote string, value currency.Decimal, at time.Time, ref string) error {
	b, err := currency.ParseCode(base)
	if err != nil {
		t.Leave("%s: %.20q is no code of a currency", ref, base)
		return nil
	}
	q, err := currency.ParseCode(quote)
	if err != nil {
		t.Leave("%s: %.20q is no code of a currency", ref, quote)
		return nil
	}
	if b == q {
		return nil
	}
	if value.Sign() <= 0 {
		return refuse("%s: a rate of %s cannot be right: it must be above zero", ref, value)
	}
	if !value.Fits() { // moving the point may have made it longer than any
		return refuse("%.80s: a rate with so many digits could not be kept", ref)
	}
	if t.said == nil {
		t.said = map[saying]currency.Decimal{}
	}
	s := saying{market.Pair(b, q), market.Rate, at.UnixMicro()}
	if before, twice := t.said[s]; twice {
		if before.Equal(value) {
			return nil
		}
		return refuse("%s: %s stands there twice with different values, %s and %s", ref, s.symbol, before, value)
	}
	t.said[s] = value
	t.reading.Quotations = append(t.reading.Quotations, Quotation{Symbol: s.symbol, Value: value, At: at, Ref: ref})
	return nil
}

// Leave says of something in the reply that it was left out, and why.
func (t *Table) Leave(format string, args ...any) {
	t.reading.Left = append(t.reading.Left, refuse(format, args...).Error())
}

// Reading is what was gathered; a reply without a single quotation is refused.
func (t *Table) Reading() (Reading, error) {
	if len(t.reading.Quotations) == 0 {
		return Reading{}, refuse("the reply holds no rate")
	}
	return t.reading, nil
}
