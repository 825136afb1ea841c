package native

import (
	"strconv"

	"github.com/courant-news/courant/internal/currency"
)

// rateLength is the length of a rate, about.
const rateLength = 720

// listed are rates as a list.
func listed(name string, rates []rate) list {
	return list{name, len(rates), rateLength, func(yield func(row) bool) {
		for i := range rates {
			if !yield(&rates[i]) {
				return
			}
		}
	}}
}

// appendJSON implements [row], as appendCSV does.
func (r *rate) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"pair":`...), string(r.Pair))
	b = appendText(append(b, `,"code":`...), string(r.Code))
	b = appendText(append(b, `,"name":`...), r.Name)
	b = currency.Decimal(r.Value).Append(append(b, `,"value":`...))
	if r.Inverse != nil {
		b = currency.Decimal(*r.Inverse).Append(append(b, `,"inverse":`...))
	}
	b = append(appendMoment(append(b, `,"at":"`...), r.At), '"')
	b = append(appendMoment(append(b, `,"seen":"`...), r.Seen), '"')
	b = appendText(append(b, `,"source":`...), string(r.Source))
	b = appendText(append(b, `,"how":`...), string(r.How))
	b = append(b, `,"from":[`...)
	for i := range r.From {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.From[i].appendJSON(b)
	}
	b = strconv.AppendInt(append(b, `],"agreement":{"of":`...), int64(r.Agreement.Of), 10)
	b = strconv.AppendInt(append(b, `,"within":`...), int64(r.Agreement.Within), 10)
	b = append(b, `},"flags":[`...)
	for i := range r.Flags {
		if i > 0 {
			b = append(b, ',')
		}
		b = r.Flags[i].appendJSON(b)
	}
	if b = append(b, ']'); r.Move != nil {
		b = append(appendMoment(append(b, `,"move":{"since":"`...), r.Move.Since), '"')
		b = currency.Decimal(r.Move.From).Append(append(b, `,"from":`...))
		b = currency.Decimal(r.Move.By).Append(append(b, `,"by":`...))
		b = currency.Decimal(r.Move.Percent).Append(append(b, `,"percent":`...))
		b = append(b, '}')
	}
	return append(b, '}')
}

func (o *observation) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"id":`...), string(o.ID))
	b = appendText(append(b, `,"pair":`...), string(o.Pair))
	b = currency.Decimal(o.Value).Append(append(b, `,"value":`...))
	b = append(appendMoment(append(b, `,"at":"`...), o.At), '"')
	return append(appendMoment(append(b, `,"seen":"`...), o.Seen), `"}`...)
}

func (f *flag) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"code":`...), string(f.Code))
	b = appendText(append(b, `,"text":`...), f.Text)
	b = strconv.AppendBool(append(b, `,"doubt":`...), f.Doubt)
	return append(appendField(b, `,"source":`, f.Source), '}')
}

func (r *rate) appendCSV(b []byte) []byte {
	b = append(appendCell(b, string(r.Pair)), ',')
	b = append(appendCell(b, string(r.Code)), ',')
	b = append(appendCell(b, r.Name), ',')
	b = append(currency.Decimal(r.Value).Append(b), ',')
	if r.Inverse != nil {
		b = currency.Decimal(*r.Inverse).Append(b)
	}
	b = append(appendMoment(append(b, ','), r.At), ',')
	b = append(appendMoment(b, r.Seen), ',')
	b = append(appendCell(b, string(r.Source)), ',')
	b = append(appendCell(b, string(r.How)), ',')
	for i, o := range r.From {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, o.ID...)
	}
	b = strconv.AppendInt(append(b, ','), int64(r.Agreement.Of), 10)
	b = strconv.AppendInt(append(b, ','), int64(r.Agreement.Within), 10)
	b = append(b, ',')
	for i, f := range r.Flags {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, f.Code...)
	}
	if r.Move == nil {
		return append(b, ",,,,\r\n"...)
	}
	b = append(appendMoment(append(b, ','), r.Move.Since), ',')
	b = append(currency.Decimal(r.Move.From).Append(b), ',')
	b = append(currency.Decimal(r.Move.By).Append(b), ',')
	return append(currency.Decimal(r.Move.Percent).Append(b), "\r\n"...)
}
