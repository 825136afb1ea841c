package main

import (
	"maps"
	"slices"
	"strings"
)

// Groups of territories on a board, by ISO 3166 alpha-2. They follow the regions of UN M49, with three departures
// that a reader expects: the Middle East is Western Asia with Iran; Armenia, Azerbaijan, Georgia and Türkiye, which
// M49 counts to Western Asia, stand with Europe, as in the Council of Europe; Cyprus uses the euro.
// M49 counts Saint Helena to Africa, the Falklands and Bermuda to the Americas, Russia to Europe.
var territories = map[string]string{
	"Europe": `AL AM AX AZ BA BG BY CZ DK FO FX GE GG GI HU IM IS JE MD MK PL RO RS RU SJ TR UA`,
	"Americas": `AG AI AR AW BB BM BO BR BS BZ CL CO CR CU CW DM DO FK GD GT GY HN HT JM KN KY LC MS MX NI PA PE PY
		SR SV SX TT UY VC VE VG`,
	"Asia and Pacific": `AF BD BN BT CK CN FJ HK ID IN KG KH KP KR KZ LA LK MM MN MO MV MY NC NP PF PG PH PK SB SG TH
		TJ TL TM TO TW UZ VN VU WF WS`,
	"Middle East": `AE BH IL IQ IR JO KW LB OM PS QA SA SY YE`,
	"Africa": `AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW
		MZ NA NE NG RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW`,
}

// The majors, whoever issues them.
const majors = "AUD CAD CHF CNY EUR GBP JPY NOK NZD SEK USD"

// Monetary unions have codes that begin with no country's.
var unions = map[string]string{"XAF": "CM", "XOF": "SN", "XCD": "AG", "XCG": "CW", "XPF": "PF", "ANG": "CW"}

// group returns the heading under which a code that is in use stands.
func group(code, kind string) string {
	if kind == "fund" || kind == "metal" || kind == "unit" || kind == "test" || kind == "none" {
		return "Metals and units"
	}
	if slices.Contains(strings.Fields(majors), code) {
		return "Majors"
	}
	territory, ok := unions[code]
	if !ok {
		territory = code[:2]
	}
	for _, name := range sortedKeys(territories) {
		if slices.Contains(strings.Fields(territories[name]), territory) {
			return name
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func appendOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
