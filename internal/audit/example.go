package audit

import (
	"strings"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// Document is the example as a document. The error is fault.Invalid and means that the example is written wrongly.
func (e Example) Document() (Document, error) {
	d := Document{Dated: "given"}
	var err error
	if d.Date, err = currency.ParseDate(e.Date); err != nil {
		return Document{}, err
	}
	for i, line := range e.Lines {
		if err := d.addLine(line, i+1); err != nil {
			return Document{}, err
		}
	}
	return d, nil
}

// addLine takes a line that an example writes: a rate, an item of a ticker, or a sentence.
func (d *Document) addLine(line string, number int) error {
	words := strings.Fields(line)
	symbol, err := market.ParseSymbol(words[0])
	base, quote, isPair := symbol.Pair()
	switch {
	case err == nil && isPair && len(words) <= 3:
		r := Row{Base: base, Quote: quote, Line: number}
		if r.Value, err = currency.ParseDecimal(words[1]); err != nil {
			return err
		}
		if len(words) == 3 {
			day, err := currency.ParseDate(words[2])
			if err != nil {
				return err
			}
			r.At = day.First()
		}
		d.Rows = append(d.Rows, r)
	case len(words) == 4 && strings.HasSuffix(words[3], "%"):
		item := Item{Ticker: words[0], Line: number}
		if mic, ticker, ok := symbol.Listing(); err == nil && ok {
			item.Market, item.Ticker = mic, ticker
		}
		for i, into := range []**currency.Decimal{&item.Change, &item.Last, &item.Percent} {
			v, err := currency.ParseDecimal(strings.TrimSuffix(strings.Replace(words[i+1], "\u2212", "-", 1), "%"))
			if err != nil {
				return err
			}
			*into = &v
		}
		d.Items = append(d.Items, item)
	case len(words) < 3:
		return fault.Because(fault.Invalid, "%q is no line of an example", line)
	default:
		d.Text = append(d.Text, Paragraph{Text: line, Line: number})
	}
	return nil
}
