package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Kinds that no document states. ISO's list one marks most funds itself.
var kinds = map[string]string{
	"XAU": "metal", "XAG": "metal", "XPD": "metal", "XPT": "metal", "XTS": "test", "XXX": "none", "CNH": "offshore",
	"GGP": "island", "IMP": "island", "JEP": "island",
	"XDR": "unit", "XUA": "unit", "XSU": "unit", "XAD": "unit", "XBA": "unit", "XBB": "unit", "XBC": "unit",
	"XBD": "unit", "XEU": "unit", "XFO": "unit", "XFU": "unit", "XRE": "unit", "CNX": "unit",
	"UYW": "fund", "USN": "fund", "USS": "fund", "BEC": "fund", "BEL": "fund", "LUC": "fund", "LUL": "fund",
	"ESA": "fund", "ESB": "fund", "ECV": "fund", "CHC": "fund", "CHE": "fund", "CHW": "fund", "ZAL": "fund",
	"BOV": "fund", "MXV": "fund", "CLF": "fund", "CLE": "currency", "COU": "fund", "UYI": "fund",
}

// Names of codes that CLDR does not name, in its style; others take ISO's name.
var ownNames = map[string]string{"GGP": "Guernsey Pound", "IMP": "Manx Pound", "JEP": "Jersey Pound"}

// Regions of codes that CLDR does not date, by the entity in ISO's list.
var isoRegions = map[string]string{
	"ARY": "AR", "AYM": "AZ", "BGJ": "BG", "BGK": "BG", "CHC": "CH", "CSJ": "CZ SK", "GHP": "GH", "GNE": "GN",
	"LAJ": "LA", "LSM": "LS", "MVQ": "MV", "PEH": "PE", "ROK": "RO", "UGW": "UG", "UYN": "UY", "VNC": "VN",
	"ZWC": "ZW", "ZWN": "ZW", "SVC": "SV", "GGP": "GG", "IMP": "IM", "JEP": "JE",
}

// Notes that the reference tables do not carry.
var notes = map[string]string{
	"XCG": "Took over the numeric code 532 from ANG.",
	"ANG": "Its numeric code 532 now belongs to XCG.",
	"VED": "Second code for the bolívar on its scale of 2021-10-01, for use inside Venezuela; VES is on that scale too.",
	"SYP": "Two zeros dropped on 2026-01-01 without a new code: figures before and after are 100 apart.",
	"VES": "Six zeros dropped on 2021-10-01 without a new code: figures before and after are 1,000,000 apart.",
	"IRR": "A law of 2025 drops four zeros; the change had not begun by 2026-11.",
	"XTS": "Reserved for testing.",
	"XXX": "Where no currency is meant.",
	"XPD": "per troy ounce (31.1034768 g); no minor unit",
	"XPT": "per troy ounce (31.1034768 g); no minor unit",
}

func currencyRows(d *documents, named names, reds redenominations) [][]string {
	current, withdrawn := map[string]isoEntry{}, map[string]isoEntry{}
	inOne, inThree, funds := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range d.one {
		inOne[e.Code] = true
		funds[e.Code] = funds[e.Code] || strings.EqualFold(e.Name.Fund, "true")
	}
	for _, e := range d.three {
		inThree[e.Code] = true
	}
	codes := map[string]bool{}
	for _, e := range d.all { // the newest word on what is current: the lists of 2024 lack XCG and still have BGN
		codes[e.Code] = true
		if e.Withdrawn == "" {
			current[e.Code] = e
		} else if lastMonth(e.Withdrawn) > lastMonth(withdrawn[e.Code].Withdrawn) {
			withdrawn[e.Code] = e
		}
	}
	for code := range d.cldr {
		codes[code] = true
	}
	for code := range d.board {
		codes[code] = true
	}

	rows := [][]string{{
		"code", "name", "numeric", "minor_units", "kind", "group", "regions", "introduced", "retired", "successor",
		"old_per_new", "iso", "note", "source",
	}}
	for _, code := range sortedKeys(codes) {
		var iso, numeric, minor, name, retired string
		var sources []string
		use, entry := d.cldr[code], withdrawn[code]
		if use == nil {
			use = &cldrUse{digits: "2"}
		}
		switch e, isCurrent := current[code]; {
		case isCurrent:
			iso, numeric, minor, name = "list one", e.Numeric, e.Minor, e.Name.Text
			sources = append(sources, pick(inOne[code], listOne, codesAll))
		case entry.Code != "":
			iso, numeric, minor, name = "list three", entry.Numeric, use.digits, entry.Name.Text
			if b := d.board[code]["iso_minor_units"]; b != "" {
				minor = b
			}
			retired = lastMonth(entry.Withdrawn)
			fresh := !inThree[code] || !slices.ContainsFunc(d.three, func(e isoEntry) bool {
				return e.Code == code && e.Withdrawn == entry.Withdrawn
			})
			sources = append(sources, pick(fresh, codesAll, listThree))
		default:
			iso, minor = "not in ISO 4217", use.digits
		}
		if strings.Trim(minor, "0123456789") != "" || minor == "" {
			minor = "-1" // ISO's "N.A."
		}
		kind := cmp.Or(kinds[code], pick(funds[code], "fund", "currency"))
		if kind == "metal" || kind == "unit" || kind == "test" || kind == "none" {
			minor = "-1"
		}

		if n := named.english(code); n != "" {
			name = n
			sources = append(sources, cldrNames)
		}
		name = cmp.Or(ownNames[code], name)

		if use.from != "" || len(use.ever) > 0 {
			sources = append(sources, cldrData)
		}
		if iso != "list one" && use.ended && use.to != "" {
			retired = dayAfter(use.to)
		}
		successor, factor := "", ""
		if r, ok := reds.from(code); ok {
			successor, factor = r["to"], r["old_per_new"]
			retired = cmp.Or(r["retired"], r["effective"])
			sources = append(sources, "redenominations.csv")
		}
		regions := use.now
		if retired != "" {
			regions = use.ever
		}
		if len(regions) == 0 {
			regions = strings.Fields(isoRegions[code])
		}
		heading := "Retired"
		if retired == "" {
			heading = group(code, kind)
		}
		note := cmp.Or(notes[code], d.board[code]["note"])
		if d.board[code] != nil && (note == d.board[code]["note"] && note != "" || iso == "not in ISO 4217") {
			sources = append(sources, board)
		}
		introduced := use.from
		if code == "VED" { // came with the second scale of VES, which redenominations.csv dates
			introduced = "2021-10-01"
			sources = append(sources, "redenominations.csv")
		}
		if day := reds.begin(code); day != "" && (introduced == "" || day < introduced) {
			introduced = day
		}
		if introduced != "" && retired != "" && retired <= introduced {
			fmt.Fprintf(os.Stderr, "gen: %s: retired %s, introduced %s\n", code, retired, introduced)
		}
		rows = append(rows, []string{
			code, name, numeric, minor, kind, heading, strings.Join(regions, " "), introduced, retired, successor,
			factor, iso, tidy(note), strings.Join(sources, "; "),
		})
	}
	return rows
}

// withdrawalRows returns every row of list three, and after them those that codes-all adds.
func withdrawalRows(d *documents) [][]string {
	rows := [][]string{{"code", "entity", "name", "numeric", "withdrawn", "source"}}
	seen := map[[2]string]bool{}
	for _, e := range d.three {
		seen[[2]string{e.Code, e.Withdrawn}] = true
		rows = append(rows, []string{e.Code, e.Entity, e.Name.Text, e.Numeric, e.Withdrawn, listThree})
	}
	for _, e := range d.all {
		if e.Withdrawn != "" && !seen[[2]string{e.Code, e.Withdrawn}] {
			rows = append(rows, []string{e.Code, e.Entity, e.Name.Text, e.Numeric, e.Withdrawn, codesAll})
		}
	}
	return rows
}

// lastMonth reads ISO's dates of withdrawal: "2002-03", and "1989 to 1990" or "1989-1990" as their end.
func lastMonth(withdrawn string) string {
	if _, end, ok := strings.Cut(withdrawn, " to "); ok {
		return end
	}
	if first, end, ok := strings.Cut(withdrawn, "-"); ok && len(first) == 4 && len(end) == 4 {
		return end
	}
	return withdrawn
}

// dayAfter turns CLDR's last day of use into the first day without.
func dayAfter(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}

func pick(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// tidy takes out what the reference tables say to those who wrote them.
func tidy(s string) string {
	return strings.NewReplacer(
		" (find_string 2498.7242)", "",
		" (nrb_01.json)", "", "NRB cassette", "Nepal Rastra Bank",
		", see bcc_*.json cassettes", "",
		" responses hnb_01/02.json", "", " responses lb_01..03.xml", "",
		" and the board", "",
		"; the board carries it to 6 decimals", "",
		"domain knowledge", "general knowledge",
	).Replace(s)
}
