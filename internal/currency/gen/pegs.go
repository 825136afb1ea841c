package main

import (
	"cmp"
	_ "embed"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

//go:embed redenominations.csv
var moreRedenominations string

//go:embed pegs.csv
var morePegs string

type redenominations []map[string]string

// from returns the redenomination that ended a code, which is not one that kept it.
func (rs redenominations) from(code string) (map[string]string, bool) {
	i := slices.IndexFunc(rs, func(r map[string]string) bool { return r["from"] == code && r["to"] != code })
	if i < 0 {
		return nil, false
	}
	return rs[i], true
}

// begin returns the first day of a code that replaced another, or "". CLDR counts the ZWG only from its ISO code on.
func (rs redenominations) begin(code string) string {
	day := ""
	for _, r := range rs {
		if r["to"] == code && r["from"] != code && (day == "" || r["effective"] < day) {
			day = r["effective"]
		}
	}
	return day
}

var redenominationColumns = []string{
	"from", "to", "old_per_new", "new_per_old", "effective", "legal_until", "source", "verified",
}

func (rs redenominations) rows() [][]string {
	rows := [][]string{redenominationColumns}
	for _, r := range rs {
		var row []string
		for _, column := range redenominationColumns {
			row = append(row, r[column])
		}
		rows = append(rows, row)
	}
	return rows
}

// redenominationRows joins the reference table with the one in this folder.
func redenominationRows(d *documents) (redenominations, error) {
	var all redenominations
	for _, r := range d.redenominations {
		row := map[string]string{
			"from": r["from"], "to": r["to"], "old_per_new": r["old_units_per_new"], "effective": r["effective"],
			"legal_until": r["old_legal_tender_until"], "source": tidy(r["sources"]), "verified": tidy(r["verification"]),
		}
		if strings.HasPrefix(row["effective"], "not started") {
			row["verified"] += "; " + row["effective"]
			row["effective"] = ""
		}
		if row["from"] == "CUC" { // the law says 24 CUP for 1 CUC; the reference rounds its inverse
			row["new_per_old"], row["old_per_new"] = "24", inverse("24")
		}
		all = append(all, row)
	}
	more, err := embeddedRows("redenominations.csv", moreRedenominations)
	if err != nil {
		return nil, err
	}
	all = append(all, more...)
	slices.SortStableFunc(all, func(a, b map[string]string) int {
		return cmp.Or(cmp.Compare(a["from"], b["from"]), cmp.Compare(a["effective"], b["effective"]))
	})
	return all, nil
}

// embeddedRows returns the rows of a table in this folder by column name.
func embeddedRows(name, text string) ([]map[string]string, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}

var pegColumns = []string{
	"code", "anchor", "rate", "inverse", "low", "high", "regime", "since", "until", "authority", "source", "verified",
	"irrevocable",
}

func pegRows(d *documents, reds redenominations) ([][]string, error) {
	found, err := embeddedRows("pegs.csv", morePegs)
	if err != nil {
		return nil, err
	}
	var pegs []map[string]string
	irrevocable := map[string]map[string]string{}
	for _, p := range d.pegs {
		row := map[string]string{
			"code": p["code"], "anchor": p["anchor"], "rate": p["rate_units_per_anchor"], "regime": p["regime"],
			"since": p["since"], "until": p["until"], "authority": p["authority"], "source": tidy(p["source"]),
			"verified": tidy(p["documentation"]),
		}
		if strings.HasPrefix(p["regime"], "irrevocable") {
			row["regime"], row["irrevocable"] = "irrevocable conversion rate", "yes"
			irrevocable[row["code"]] = row
			continue
		}
		for _, more := range found {
			if more["code"] == row["code"] {
				row = completed(row, more)
			}
		}
		pegs = append(pegs, split(row)...)
	}
	// The reference dates Bulgaria's conversion rate from 1999; it is of 2026, and before it there was a currency
	// board at the same rate, from the day of the lev that the code names.
	pegs = append(pegs, with(irrevocable["BGN"], map[string]string{
		"regime": "currency board", "since": "1999-07-05", "until": "2025-12-31", "irrevocable": "",
		"low": "1.94605085", "high": "1.96560915", // half a per cent to either side, the bank's commission included
		"authority": "Bulgarian National Bank",
		"source":    irrevocable["BGN"]["source"] + "; " + cldrData + " (first day); Law on the Bulgarian National Bank of 1997, article 30 (dealing rates)",
		"verified":  "rate verified; the board began with the old lev in 1997; dealing rates general knowledge, not read again",
	}))
	for _, r := range reds {
		if r["to"] != "EUR" {
			continue
		}
		row := irrevocable[r["from"]]
		if row == nil {
			row = map[string]string{
				"code": r["from"], "anchor": "EUR", "regime": "irrevocable conversion rate", "irrevocable": "yes",
				"authority": "Council of the EU", "source": r["source"], "verified": r["verified"],
			}
		}
		pegs = append(pegs, with(row, map[string]string{"rate": r["old_per_new"], "since": r["effective"]}))
	}
	slices.SortStableFunc(pegs, func(a, b map[string]string) int {
		return cmp.Or(cmp.Compare(a["code"], b["code"]), cmp.Compare(a["since"], b["since"]))
	})
	rows := [][]string{pegColumns}
	for _, p := range pegs {
		var row []string
		for _, column := range pegColumns {
			row = append(row, p[column])
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// completed adds what was found out about a peg since the reference table was written: its cells stand for those of the
// reference, and its source beside that.
func completed(p, more map[string]string) map[string]string {
	made := maps.Clone(p)
	for column, cell := range more {
		if cell != "" {
			made[column] = cell
		}
	}
	made["source"] = p["source"] + "; " + more["source"]
	return made
}

// split makes the exact thing of a reference row that says it in words.
func split(p map[string]string) []map[string]string {
	switch p["code"] {
	case "HKD":
		return []map[string]string{
			with(p, map[string]string{"regime": "linked", "until": "2005-05-17"}),
			with(p, map[string]string{"regime": "linked, with a band", "since": "2005-05-18", "low": "7.75", "high": "7.85"}),
		}
	case "DKK":
		central, band := currency.MustDecimal(p["rate"]), currency.MustDecimal("0.0225")
		width := central.Mul(band)
		return []map[string]string{with(p, map[string]string{
			"low": central.Sub(width).Trim().String(), "high": central.Add(width).Trim().String(),
		})}
	case "KYD":
		return []map[string]string{with(p, map[string]string{"inverse": "1.20", "rate": inverse("1.20")})}
	case "XPF":
		return []map[string]string{with(p, map[string]string{"inverse": "0.00838", "rate": inverse("0.00838")})}
	case "BOB":
		return []map[string]string{with(p, map[string]string{"regime": "fixed (selling rate)"})}
	}
	return []map[string]string{p}
}

// inverse rounds 1/x to the twelve digits that no board exceeds.
func inverse(x string) string {
	q, err := currency.DecimalFromInt(1).Quo(currency.MustDecimal(x), 12)
	if err != nil {
		panic(err) // x is a literal of this program
	}
	return q.String()
}

func with(row, changed map[string]string) map[string]string {
	made := maps.Clone(row)
	maps.Copy(made, changed)
	return made
}
