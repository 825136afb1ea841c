package main

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
)

// The documents, as the sources of rows name them.
const (
	listOne   = "ISO 4217 list one, 2024-06-25, SIX"
	listThree = "ISO 4217 list three, 2024-09-01, SIX"
	codesAll  = "ISO 4217 codes-all, 2026-02-01, https://github.com/datasets/currency-codes"
	cldrData  = "CLDR 48.2.0 currencyData"
	cldrNames = "CLDR 48.2.0 names"
	board     = "Courant's reference table of board currencies, 2026-11-23"
)

// documents is what the reference folder holds, read but not judged.
type documents struct {
	one, three      []isoEntry
	all             []isoEntry // newer than both lists; withdrawn where Withdrawn is set
	cldr            map[string]*cldrUse
	board           map[string]map[string]string
	pegs            []map[string]string
	redenominations []map[string]string
}

// isoEntry is one row of an ISO list: a code as used by one entity.
type isoEntry struct {
	Entity string `xml:"CtryNm"`
	Name   struct {
		Text string `xml:",chardata"`
		Fund string `xml:"IsFund,attr"`
	} `xml:"CcyNm"`
	Code      string `xml:"Ccy"`
	Numeric   string `xml:"CcyNbr"`
	Minor     string `xml:"CcyMnrUnts"`
	Withdrawn string `xml:"WthdrwlDt"`
}

// cldrUse is what CLDR says of a code: where it is and was money, and from when to when.
type cldrUse struct {
	now, ever []string // regions, sorted
	from      string   // the earliest day of any region
	to        string   // the last day, if no region uses it now
	ended     bool
	digits    string
}

func readDocuments(dir string) (*documents, error) {
	d := &documents{board: map[string]map[string]string{}}
	var xmlDoc struct {
		One   []isoEntry `xml:"CcyTbl>CcyNtry"`
		Three []isoEntry `xml:"HstrcCcyTbl>HstrcCcyNtry"`
	}
	for _, name := range []string{"iso4217_list-one_2024-06-25.xml", "iso4217_list-three_2024-09-01.xml"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if err := xml.Unmarshal(b, &xmlDoc); err != nil {
			return nil, err
		}
	}
	d.one, d.three = coded(xmlDoc.One), coded(xmlDoc.Three)

	all, err := readCSV(filepath.Join(dir, "iso4217_codes-all_2026-02-01.csv"))
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		e := isoEntry{
			Entity: r["Entity"], Code: r["AlphabeticCode"], Numeric: r["NumericCode"],
			Minor: r["MinorUnit"], Withdrawn: r["WithdrawalDate"],
		}
		e.Name.Text = r["Currency"]
		d.all = append(d.all, e)
	}
	d.all = coded(d.all)

	rows, err := readCSV(filepath.Join(dir, "board_currencies.csv"))
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		d.board[r["code"]] = r
	}
	if d.pegs, err = readCSV(filepath.Join(dir, "pegs.csv")); err != nil {
		return nil, err
	}
	if d.redenominations, err = readCSV(filepath.Join(dir, "redenominations.csv")); err != nil {
		return nil, err
	}
	d.cldr, err = readCLDR(filepath.Join(dir, "cldr-48.2.0_currencyData.json"))
	return d, err
}

// coded drops entities that have no currency, such as Antarctica, and the spaces and "Nil" that ISO's rows end in.
func coded(entries []isoEntry) []isoEntry {
	var kept []isoEntry
	for _, e := range entries {
		e.Code = strings.TrimSpace(e.Code)
		if e.Code == "" {
			continue
		}
		e.Entity = strings.Join(strings.Fields(e.Entity), " ")
		e.Name.Text = strings.Join(strings.Fields(e.Name.Text), " ")
		e.Withdrawn = strings.TrimSpace(e.Withdrawn)
		e.Numeric = strings.TrimSpace(e.Numeric)
		if len(e.Numeric) != 3 || strings.Trim(e.Numeric, "0123456789") != "" {
			e.Numeric = ""
		}
		kept = append(kept, e)
	}
	return kept
}

func readCLDR(path string) (map[string]*cldrUse, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	type use struct {
		From   string `json:"_from"`
		To     string `json:"_to"`
		Tender string `json:"_tender"`
	}
	var doc struct {
		Supplemental struct {
			CurrencyData struct {
				Fractions map[string]struct {
					Digits string `json:"_digits"`
				} `json:"fractions"`
				Region map[string][]map[string]use `json:"region"`
			} `json:"currencyData"`
		} `json:"supplemental"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, err
	}
	uses := map[string]*cldrUse{}
	data := doc.Supplemental.CurrencyData
	tender := map[string]bool{}
	for _, list := range data.Region {
		for _, entry := range list {
			for code, u := range entry {
				tender[code] = tender[code] || u.Tender != "false"
			}
		}
	}
	for _, region := range sortedKeys(data.Region) {
		for _, entry := range data.Region[region] {
			for code, u := range entry {
				if tender[code] && u.Tender == "false" {
					continue
				}
				c := uses[code]
				if c == nil {
					c = &cldrUse{ended: true, digits: "2"}
					if f, ok := data.Fractions[code]; ok {
						c.digits = f.Digits
					}
					uses[code] = c
				}
				if u.From != "" && (c.from == "" || u.From < c.from) {
					c.from = u.From
				}
				c.to = max(c.to, u.To)
				if u.To == "" {
					c.ended = false
				}
				if region == "ZZ" {
					continue // CLDR's place for units that belong to nobody
				}
				c.ever = appendOnce(c.ever, region)
				if u.To == "" {
					c.now = appendOnce(c.now, region)
				}
			}
		}
	}
	return uses, nil
}

// readCSV returns the rows of a file by column name.
func readCSV(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = strings.TrimSpace(record[i])
		}
		rows = append(rows, row)
	}
	return rows, nil
}
