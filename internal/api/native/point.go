package native

import (
	"strconv"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// point is a rate of a series, or what stands for a period.
type point struct {
	Pair         market.Symbol     `json:"pair" doc:"base and quote, as EUR/USD"`
	Period       string            `json:"period,omitempty" doc:"of a group: 2026-W06, 2026-02, 2026-Q1, 2026"`
	First        *currency.Date    `json:"first,omitempty" doc:"of a group: the first day of the period"`
	Last         *currency.Date    `json:"last,omitempty" doc:"of a group: its last day"`
	Method       string            `json:"method,omitempty" enum:"last mean min max" doc:"of a group: which value stands for it"`
	Count        int               `json:"count,omitempty" doc:"of a group: how many values it has"`
	Value        *api.Number       `json:"value" doc:"units of the quote currency for one of the base; null where it was withheld"`
	Computed     bool              `json:"computed,omitempty" doc:"a statistic that nobody published: the mean"`
	Withheld     string            `json:"withheld,omitempty" doc:"why there is no value"`
	At           time.Time         `json:"at" doc:"about when the value speaks; of a mean, the newest of its values"`
	Seen         time.Time         `json:"seen" doc:"when it was learnt; of a mean, the youngest of its values"`
	Source       market.SourceID   `json:"source,omitempty" doc:"who said it; of a mean see from_sources"`
	FromSources  []market.SourceID `json:"from_sources,omitempty" doc:"of a mean: who said its values"`
	How          market.How        `json:"how,omitempty" enum:"said inverse cross fixed" doc:"as of a rate; left out of a mean"`
	Observations []market.ID       `json:"observations" doc:"what the value rests on; of a mean nothing is listed, see values"`
	Flags        []market.FlagCode `json:"flags" doc:"what to know before believing it; /api/v1/rates says it in sentences"`
	Values       string            `json:"values,omitempty" doc:"of a group: the address of the values of the period"`
}

// pointLength is the length of a point, about.
const pointLength = 320

// appendJSON appends the point as an object.
func (p *point) appendJSON(b []byte) []byte {
	b = appendText(append(b, `{"pair":`...), string(p.Pair))
	b = appendField(b, `,"period":`, p.Period)
	if p.First != nil {
		b = append(p.First.Append(append(b, `,"first":"`...)), '"')
	}
	if p.Last != nil {
		b = append(p.Last.Append(append(b, `,"last":"`...)), '"')
	}
	b = appendField(b, `,"method":`, p.Method)
	if p.Count != 0 {
		b = strconv.AppendInt(append(b, `,"count":`...), int64(p.Count), 10)
	}
	if b = append(b, `,"value":`...); p.Value != nil {
		b = currency.Decimal(*p.Value).Append(b)
	} else {
		b = append(b, "null"...)
	}
	if p.Computed {
		b = append(b, `,"computed":true`...)
	}
	b = appendField(b, `,"withheld":`, p.Withheld)
	b = append(appendMoment(append(b, `,"at":"`...), p.At), '"')
	b = append(appendMoment(append(b, `,"seen":"`...), p.Seen), '"')
	b = appendField(b, `,"source":`, string(p.Source))
	if len(p.FromSources) > 0 {
		b = appendTexts(append(b, `,"from_sources":`...), p.FromSources)
	}
	b = appendField(b, `,"how":`, string(p.How))
	b = appendTexts(append(b, `,"observations":`...), p.Observations)
	b = appendTexts(append(b, `,"flags":`...), p.Flags)
	b = appendField(b, `,"values":`, p.Values)
	return append(b, '}')
}

// appendCSV appends the point as a line of a table; see [table].
func (p *point) appendCSV(b []byte) []byte {
	b = append(appendCell(b, string(p.Pair)), ',')
	b = append(appendCell(b, p.Period), ',')
	for _, day := range []*currency.Date{p.First, p.Last} {
		if day != nil {
			b = day.Append(b)
		}
		b = append(b, ',')
	}
	if b = append(appendCell(b, p.Method), ','); p.Count != 0 {
		b = strconv.AppendInt(b, int64(p.Count), 10)
	}
	if b = append(b, ','); p.Value != nil {
		b = currency.Decimal(*p.Value).Append(b)
	}
	if b = append(b, ','); p.Computed {
		b = append(b, "true"...)
	}
	b = append(appendCell(append(b, ','), p.Withheld), ',')
	b = append(appendMoment(b, p.At), ',')
	b = append(appendMoment(b, p.Seen), ',')
	b = append(appendCell(b, string(p.Source)), ',')
	b = append(appendCells(b, p.FromSources), ',')
	b = append(appendCell(b, string(p.How)), ',')
	b = append(appendCells(b, p.Observations), ',')
	b = append(appendCells(b, p.Flags), ',')
	return append(appendCell(b, p.Values), "\r\n"...)
}
