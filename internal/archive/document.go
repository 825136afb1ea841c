package archive

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Limits of a document. More rates than there are currencies, many times over, are a history, not a table.
const (
	maxRows = 20_000  // rows, items and paragraphs
	maxText = 1 << 20 // bytes of a story: sentences are read word by word
	maxLeft = 1_000   // things that were not understood; who left out more reads no list of them
)

// understood names the forms that ReadDocument reads.
const understood = `a saved page as text or HTML, with a board (a line "EUR -", below it "USD 1.1861"), a ticker or a story; ` +
	`a table as CSV, with headings such as code and rate, or symbol, last, change and percent; ` +
	`a reply of a rates service as JSON`

// DocumentOptions say of a document what it need not say itself.
type DocumentOptions struct {
	Name string        // a file, an address, a headline; for reports
	Date currency.Date // the day of which it speaks; zero: as the document says
	Base currency.Code // the currency against which its rates are, where it does not say so itself; empty: it does
}

// ReadDocument reads what is to be proof-read: a table of rates, a list of quotes or a story. It reads no more than
// [MaxPage] and one byte, and tells by the content, not by a name, which of these it is:
//
//   - a saved page, text or HTML, as [ReadPage] reads it, but without judging it: a page may have only a board, only a
//     ticker or only a story, may say two things of one currency and may be cut off;
//   - a table of values separated by commas, semicolons, tabs or bars: of rates (a code or a pair, and a number), of
//     quotes (a ticker, prices and changes), or of a day in each row and a currency in each column;
//   - JSON of the services that publish rates, of Frankfurter's two versions, and of this program.
//
// All rates are given as units of the quote currency for one of the base, whatever the document's direction and number
// of units. Codes of three capital letters are taken whether or not there is such a currency. What is not understood is
// listed in Left. A document of many days gives one: the day of the options, or else its newest.
//
// The error is fault.Invalid, with a sentence that says what was expected, for what is none of these, holds nothing to
// proof-read, does not say against which currency its rates are, or contradicts the options; else it is the reader's.
func ReadDocument(r io.Reader, o DocumentOptions) (audit.Document, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxPage+1))
	if err != nil {
		return audit.Document{}, fmt.Errorf("read the document: %w", err)
	}
	d := &documentReader{given: o, Document: audit.Document{Name: o.Name}}
	if err := d.read(data); err != nil {
		return audit.Document{}, err
	}
	return d.Document, nil
}

// documentReader gathers a document.
type documentReader struct {
	audit.Document
	given DocumentOptions
	more  int // that were left out beyond maxLeft
}

func (d *documentReader) read(data []byte) error {
	switch {
	case len(data) > MaxPage:
		return fault.Because(fault.Invalid, "the document has more than %d MiB, the most that is read: give a part of it", MaxPage>>20)
	case len(bytes.TrimSpace(data)) == 0:
		return fault.Because(fault.Invalid, "the document is empty: what can be proof-read is %s", understood)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return fault.Because(fault.Invalid, "this is a spreadsheet or a packed file: save the table in it as CSV")
	}
	if n := brokenOff(data); n > 0 {
		data = data[:len(data)-n]
		d.leave(bytes.Count(data, []byte("\n"))+1, "", "the document ends inside a character: it was cut off")
	}
	text, isHTML, err := decode(data)
	if err != nil {
		return err
	}
	switch head := strings.TrimLeftFunc(text, unicode.IsSpace); {
	case isHTML && isXML(head):
		return fault.Because(fault.Invalid, "this is XML, which is not proof-read: give the table as CSV or JSON")
	case isHTML:
		err = d.readPage(text, true)
	case startsJSON.MatchString(head):
		err = d.readJSON(text)
	default:
		var isTable bool
		if isTable, err = d.readCSV(text); err == nil && !isTable {
			err = d.readPage(text, false)
		}
	}
	if err != nil {
		return err
	}
	return d.finish()
}

// hasNumber says whether a paragraph has anything in it that could be wrong here.
func hasNumber(p audit.Paragraph) bool { return strings.ContainsAny(p.Text, "0123456789") }

// isXML tells a table in XML from a page in HTML: it begins with an element that no page has.
func isXML(head string) bool {
	const others = " html head body title meta link base a b i em strong span small font img br td th u "
	head = strings.ToLower(head[:min(len(head), 1024)])
	if strings.HasPrefix(head, "<?xml") {
		return !strings.Contains(head, "<html")
	}
	name := head[1:]
	if end := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); end >= 0 {
		name = name[:end]
	}
	return name != "" && !among(blocks+silents+others, name)
}

// finish puts the last things right, and refuses what nobody could proof-read.
func (d *documentReader) finish() error {
	switch n := d.Subjects(); {
	case n > maxRows:
		return fault.Because(fault.Invalid, "the document has %d rows and paragraphs; %d are the most that are proof-read at once: give a part of it", n, maxRows)
	case d.letters() > maxText:
		return fault.Because(fault.Invalid, "the document has more than %d MiB of text beside its rates and quotes, the most that is proof-read at once: give a part of it", maxText>>20)
	case n == 0 && len(d.Left) > 0:
		first := d.Left[0]
		return fault.Because(fault.Invalid, "there is nothing to proof-read in the document: of line %d (%.80q), %s; what can be is %s",
			first.Line, first.Text, first.Why, understood)
	case n == 0:
		return fault.Because(fault.Invalid, "there is nothing to proof-read in the document, or not in a form that is understood: what can be is %s", understood)
	case len(d.Rows)+len(d.Items) == 0 && !slices.ContainsFunc(d.Text, hasNumber):
		return fault.Because(fault.Invalid, "there is nothing to proof-read in the document, no figure: what can be is %s", understood)
	}
	if d.more > 0 {
		d.Left = append(d.Left, audit.Left{Why: fmt.Sprintf("%d more lines were not understood", d.more)})
	}
	if !d.given.Date.IsZero() {
		d.Date, d.Dated = d.given.Date, "given"
	}
	return nil
}

// letters counts the bytes of the paragraphs.
func (d *documentReader) letters() (n int) {
	for _, p := range d.Text {
		n += len(p.Text)
	}
	return n
}

// leave lists something that was not understood.
func (d *documentReader) leave(line int, text, why string) {
	if len(d.Left) == maxLeft {
		d.more++
		return
	}
	d.Left = append(d.Left, audit.Left{Line: line, Text: cut(text), Why: why})
}

// found takes the day that the document names. What is found first counts.
func (d *documentReader) found(day currency.Date, how string) {
	if d.Date.IsZero() && !day.IsZero() {
		d.Date, d.Dated = day, how
	}
}

// rate takes a rate, unless it can be none. A currency in itself is passed over where it is 1.
func (d *documentReader) rate(r audit.Row) {
	text := fmt.Sprintf("%s/%s %s", r.Base, r.Quote, r.Value)
	switch {
	case r.Base == r.Quote && r.Value.Equal(currency.DecimalFromInt(1)):
	case r.Base == r.Quote:
		d.leave(r.Line, text, "the base against itself is always 1")
	case !r.Value.Fits():
		d.leave(r.Line, text, "no rate has so many digits")
	default:
		d.Rows = append(d.Rows, r)
	}
}

// base is the currency against which rates are: the one that the document names, else the one that is given. Where
// names it, for the sentence that says that the two differ.
func (d *documentReader) base(named currency.Code, where string) (currency.Code, error) {
	switch given := d.given.Base; {
	case named == "" && given == "":
		return "", fault.Because(fault.Invalid, "the document does not say against which currency its rates are: give the base")
	case named != "" && given != "" && named != given:
		return "", fault.Because(fault.Invalid, "%s says that the rates are against %s, and %s was given as the base: leave the base out", where, named, given)
	case named == "":
		return given, nil
	}
	return named, nil
}

// codeOf reads a code as it must be written to be told from a word: in capital letters.
func codeOf(text string) (currency.Code, bool) {
	code, err := currency.ParseCode(text)
	return code, err == nil && string(code) == text
}

// known says whether there is or was a currency of the code.
func known(code currency.Code) bool {
	_, err := currency.All().Currency(code)
	return err == nil
}

// pairOf reads a pair: EUR/USD, EUR-USD, or EURUSD where both are currencies.
func pairOf(text string) (base, quote currency.Code, ok bool) {
	text = strings.TrimSuffix(text, "=X") // as some services mark what is no share
	switch {
	case len(text) == 7 && strings.ContainsAny(text[3:4], "/-:"):
		b, okB := codeOf(text[:3])
		q, okQ := codeOf(text[4:])
		return b, q, okB && okQ
	case len(text) == 6:
		b, okB := codeOf(text[:3])
		q, okQ := codeOf(text[3:])
		return b, q, okB && okQ && known(b) && known(q)
	}
	return "", "", false
}

// startsJSON finds the beginning of JSON. A story may begin with a bracket, but not so.
var startsJSON = regexp.MustCompile(`^(?:\{\s*["}]|\[\s*[\[\]{"0-9])`)

// stamp finds a moment as a number: seconds or milliseconds since 1970.
var stamp = regexp.MustCompile(`^[0-9]{9,10}(?:[0-9]{3})?$`)

// momentDay reads a day as tables and services write it; what can be read in two ways, such as 2/3/2026, is none. Of an
// instant with a zone only the day as written counts, and of a number the day in UTC.
func momentDay(text string) (day currency.Date, ok bool) {
	text = strings.TrimSpace(text)
	if stamp.MatchString(text) {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if len(text) > 10 {
			seconds /= 1000
		}
		return currency.DateOf(time.Unix(seconds, 0)), err == nil
	}
	if day, ok := parseDay(text); ok {
		return day, true
	}
	for _, layout := range []string{time.RFC1123, time.RFC1123Z, "2.1.2006", "20060102"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1 {
			return currency.DateOf(t), true
		}
	}
	return currency.Date{}, false
}

// picked is the day to read of a document of many: the one that is given, else the newest. Days must not be empty.
func (d *documentReader) picked(days []currency.Date) (currency.Date, error) {
	oldest, newest, before := days[0], days[0], currency.Date{}
	for _, day := range days {
		at := day.First()
		switch {
		case day == d.given.Date:
			return day, nil
		case at.Before(oldest.First()):
			oldest = day
		case at.After(newest.First()):
			newest = day
		}
		if at.Before(d.given.Date.First()) && at.After(before.First()) {
			before = day
		}
	}
	switch {
	case d.given.Date.IsZero():
		return newest, nil
	case before.IsZero():
		return before, fault.Because(fault.Invalid, "the document has no rates of %s: its days are %s to %s", d.given.Date, oldest, newest)
	}
	return before, fault.Because(fault.Invalid, "the document has no rates of %s: its days are %s to %s, and the last before is %s",
		d.given.Date, oldest, newest, before)
}
