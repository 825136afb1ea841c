package frankfurter

import (
	"net/http"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// varies says what an answer depends on beside its address.
func varies() http.Header { return http.Header{"Vary": {"Accept, Accept-Encoding"}} }

// encode writes rows as they were asked for.
func encode(rows []row, a rates) []byte {
	b := make([]byte, 0, 80*len(rows)+64)
	switch a.format {
	case inCSV:
		b = append(b, "date,base,quote,rate"...)
		if a.expand {
			b = append(b, ",providers"...)
		}
		b = append(b, '\n')
		for i := range rows {
			b = rows[i].csv(b, a.expand)
		}
	case inLines:
		for i := range rows {
			b = append(rows[i].json(b, a.expand), '\n')
		}
	default:
		b = append(b, '[')
		for i := range rows {
			if i > 0 {
				b = append(b, ',')
			}
			b = rows[i].json(b, a.expand)
		}
		b = append(b, ']')
	}
	return b
}

// json appends a row as an object. None of its words needs escaping: they are dates, codes and the names of sources.
func (r *row) json(b []byte, expand bool) []byte {
	b = appendDay(append(b, `{"date":"`...), r.date)
	b = append(append(b, `","base":"`...), r.base...)
	b = append(append(b, `","quote":"`...), r.quote...)
	b = r.rate.Append(append(b, `","rate":`...))
	if expand && len(r.providers) > 0 {
		b = append(b, `,"providers":[`...)
		for i, e := range r.providers {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(append(b, `{"key":"`...), key(e.key)...)
			b = appendDay(append(b, `","date":"`...), e.date)
			b = e.rate.Append(append(b, `","rate":`...))
			if e.excluded {
				b = append(b, `,"excluded":true`...)
			}
			b = append(b, '}')
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// csv appends a row as a line; a source that the rate does not rest on bears an asterisk.
func (r *row) csv(b []byte, expand bool) []byte {
	b = append(appendDay(b, r.date), ',')
	b = append(append(b, r.base...), ',')
	b = append(append(b, r.quote...), ',')
	b = r.rate.Append(b)
	if expand {
		b = append(b, ',')
		for i, e := range r.providers {
			if i > 0 {
				b = append(b, '|')
			}
			b = e.rate.Append(append(append(b, key(e.key)...), ':'))
			if e.excluded {
				b = append(b, '*')
			}
		}
	}
	return append(b, '\n')
}

// appendDay writes the day of a moment as 2026-04-13.
func appendDay(b []byte, at time.Time) []byte { return currency.DateOf(at).Append(b) }
