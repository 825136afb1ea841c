package archive

import (
	"bufio"
	"io"
	"strings"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// DocumentOptions say what a document does not say itself.
type DocumentOptions struct {
	Name string
	Date currency.Date
	Base currency.Code
}

// ReadDocument reads lines such as "EUR/USD 1.0835".
func ReadDocument(r io.Reader, o DocumentOptions) (audit.Document, error) {
	d := audit.Document{Name: o.Name, Date: o.Date}
	if !o.Date.IsZero() {
		d.Dated = "given"
	}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		if len(words) == 2 {
			symbol, err := market.ParseSymbol(words[0])
			value, bad := currency.ParseDecimal(words[1])
			if base, quote, ok := symbol.Pair(); err == nil && bad == nil && ok {
				d.Rows = append(d.Rows, audit.Row{Base: base, Quote: quote, Value: value, Line: n})
				continue
			}
		}
		d.Left = append(d.Left, audit.Left{Line: n, Text: lines.Text(), Why: "it is no rate"})
	}
	if len(d.Rows) == 0 {
		return d, fault.Because(fault.Invalid, "there is no rate in it")
	}
	return d, nil
}
