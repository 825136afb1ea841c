package native_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/api/native"
	"github.com/courant-news/courant/internal/market"
)

func TestTheAddressesOfSharesAnswerWhatIsAsked(t *testing.T) {
	h := full(t, native.Options{})
	for path, wants := range map[string]map[string]string{
		"/api/v1/quotes": {
			"count": "4", "quotes.0.symbol": "XNYS:BP", "quotes.1.symbol": "OTCM:RBGPF", "quotes.2.symbol": "XLON:RR.", "quotes.3.symbol": "XNYS:SCS",
			"quotes.0.last": "37.37", "quotes.0.change.by": "-0.5100", "quotes.0.change.percent": "-1.34635691658", "quotes.0.change.since": "<nil>", "quotes.0.unit": "USD",
			"quotes.0.previous_close.value": "37.8800", "quotes.0.previous_close.how": "computed", "quotes.0.previous_close.from": "2 of them", "quotes.0.session": "2026-02-02",
			"quotes.0.high": "38.00", "quotes.0.open": "<nil>", "quotes.0.volume": "0", "quotes.0.flags.0.code": "percent-base",
			"quotes.1.change": "<nil>", "quotes.1.withheld": "the consolidation of 2 February 2026 paid 235 GBX a share, at no known rate in USD",
			"quotes.2.unit": "GBX", "quotes.2.currency": "GBP", "quotes.2.change.by": "12.50", "quotes.3.change": "<nil>", "quotes.3.flags.0.code": "delisted",
			"sources": "1 of them", "sources.0.attribution": "Source: Central Bank", "missing": "<nil>", "as_of": "<nil>",
		},
		"/api/v1/quotes?symbols=xlon:rr.,XLON:RKT,XNYS:BP&mic=xlon": {"count": "1", "quotes.0.symbol": "XLON:RR.", "missing": "2 of them", "missing.0": "XLON:RKT"},
		"/api/v1/quotes?mic=OTCM&as_of=2026-01-31":                  {"count": "1", "quotes.0.last": "82.49", "quotes.0.session": "2026-01-30", "as_of": "2026-01-31T23:59:59.999999Z"},
		"/api/v1/quotes?known_at=2026-02-02T12:00:00Z":              {"count": "1", "quotes.0.symbol": "OTCM:RBGPF", "known_at": "2026-02-02T12:00:00Z"},
		"/api/v1/quotes/XNYS:BP": {
			"last": "37.37", "why": "No source has a current value; Central Bank has the newest.", "until": "2026-02-04T14:29:59.999999Z", "set_aside": "1 of them", "set_aside.0.source": "club", "set_aside.0.last": "37.40",
			"claims": "2 of them", "claims.1.field": "percent", "claims.1.value": "-1.36", "sources": "2 of them", "from.0.field": "last",
		},
		"/api/v1/quotes/xlon:rr.": {"symbol": "XLON:RR.", "last": "1204.50"},
		"/api/v1/bars/XNYS:BP": {
			"symbol": "XNYS:BP", "interval": "day", "unit": "USD", "from": "2025-02-06", "to": "2026-02-05", "count": "2", "bars.0.at": "2026-01-30T00:00:00Z",
			"bars.0.open": "36.10", "bars.0.volume": "0", "bars.1.close": "37.88", "bars.1.volume": "<nil>", "bars.1.source": "club", "sources.0.licence": "CC0-1.0", "actions": "0 of them",
		},
		"/api/v1/bars/XNYS:BP?known_at=2026-02-03":     {"count": "2", "known_at": "2026-02-03T23:59:59.999999Z"},
		"/api/v1/bars/XNYS:BP?from=2026-02&to=2026-02": {"count": "1", "from": "2026-02", "bars.0.open": "37.10"},
		"/api/v1/listings":                             {"count": "19", "listings.0.symbol": "XNYS:SCS", "listings.0.status": "merged", "listings.0.into": "XNYS:HNI", "listings.0.actions.0.kind": "merger"},
		"/api/v1/listings?mic=XLON":                    {"count": "2", "listings.0.unit": "GBX", "listings.0.currency": "GBP", "listings.0.unit_worth": "0.01", "listings.0.ticker": "RKT"},
		"/api/v1/listings?mic=XNYS&as_of=2025-12-10":   {"listings.0.status": "listed", "as_of": "2025-12-10T23:59:59.999999Z"},
		"/api/v1/listings/OTCM:RBGPF": {
			"instrument": "reckitt", "lines": "2 of them", "lines.1": "XLON:RKT", "actions.0.new": "24", "actions.0.old": "25", "actions.0.amount": "235", "actions.0.unit": "GBX",
			"actions.0.date": "2026-02-02", "identifiers.0.scheme": "ISIN", "identifiers.0.until": "2026-02-01", "isin": "<nil>", "status": "listed", "verified": "verified; the segment of OTC Markets is not",
		},
		"/api/v1/listings/XNYS:AZN?as_of=2026-01-30": {"status": "not yet listed", "since": "2026-02-02", "status_text": "AstraZeneca PLC ordinary shares trades as XNYS:AZN since 2 February 2026."},
	} {
		t.Run(path, func(t *testing.T) {
			reply := h.get(t, path)
			for where, want := range wants {
				if got := at(reply, where); got != want {
					t.Errorf("%s is %s, want %s", where, got, want)
				}
			}
		})
	}
	for path, want := range map[string]struct {
		status int
		detail string
	}{
		"/api/v1/quotes/XLON:RKT":                            {404, "no source whose prices may be passed on has quoted XLON:RKT until then: the paper's own pages may show one of another"}, // a closed house has
		"/api/v1/quotes/XNYS:NOBODY":                         {404, "no source whose prices may be passed on has quoted XNYS:NOBODY"},
		"/api/v1/quotes/BP":                                  {400, `listing: "BP" may be a currency or a share`},
		"/api/v1/quotes/EUR%2FUSD":                           {400, `listing: "EUR/USD" is a pair of currencies: write a share with its market as XNYS:RIO`},
		"/api/v1/quotes?symbols=XNYS:BP,,":                   {400, "symbols: "},
		"/api/v1/quotes?mic=NYSE1":                           {400, `mic: "NYSE1" is no code of a market: write it as XNYS`},
		"/api/v1/quotes?mic=A:B":                             {400, "is no code of a market"},
		"/api/v1/quotes?symbol=XNYS:BP":                      {400, "unknown parameter: symbol; known are symbols, mic, as_of, known_at"},
		"/api/v1/bars/XLON:RKT":                              {404, "no source whose prices may be passed on has said what XLON:RKT did from 2025-02-06 to 2026-02-05"},
		"/api/v1/bars/XNYS:BP?interval=hour":                 {400, `interval: "hour" is none of day, minute`},
		"/api/v1/bars/XNYS:BP?from=2026-02-03&to=2026-02-02": {400, "there are no days from 2026-02-03 to 2026-02-02"},
		"/api/v1/bars/XNYS:BP?interval=minute&from=2025":     {400, "from 2025 to 2026-02-05 are 401 days of bars of a minute: 31 are the most at once"},
		"/api/v1/bars/XNYS:BP?known_at=2026-02-01":           {404, "no source whose prices may be passed on has said what XNYS:BP did from 2025-02-06 to 2026-02-05, as it was known then"},
		"/api/v1/bars/XNYS:BP?cursor=abc":                    {400, "cursor: \"abc\" is no cursor"},
		"/api/v1/bars/XNYS:BP?from=1900":                     {400, "are the most at once"},
		"/api/v1/listings/XNYS:ACME":                         {404, "nothing is known of the listing XNYS:ACME"},
	} {
		status, _, body := h.ask(t, path)
		if detail := at(parsed(t, body), "detail"); status != want.status || !strings.Contains(detail, want.detail) {
			t.Errorf("%s: %d %s, want %d %s", path, status, detail, want.status, want.detail)
		}
	}
}

// A close that was made comparable rests on a rate, too, which is another source's.
func TestAQuoteNamesTheRateThatItRestsOn(t *testing.T) {
	h := full(t, native.Options{})
	h.record(t, []market.Source{club}, said(club, "GBP/USD", "1.4", friday))
	reply := h.get(t, "/api/v1/quotes/OTCM:RBGPF")
	for where, want := range map[string]string{
		"previous_close.value": "82.5", "previous_close.from": "2 of them", "previous_close.from.1.symbol": "GBP/USD", "previous_close.from.1.value": "1.4", "change.by": "0.825",
		"previous_close.basis": "less 235 GBX of special dividend at 1.4 USD for one GBP, which is of 30 January 2026 by A collection, adjusted 24 for 25 for the consolidation of 2 February 2026",
		"change.since":         "2026-01-30T00:00:00Z", "sources": "2 of them", "sources.1.id": "club", "withheld": "<nil>",
	} {
		if got := at(reply, where); got != want {
			t.Errorf("%s is %s, want %s", where, got, want)
		}
	}
}

// What an address says in one form it says in all, and of one listing what the list says of it.
func TestAQuoteIsTheSameInEveryForm(t *testing.T) {
	h := full(t, native.Options{})
	rows := h.get(t, "/api/v1/quotes")["quotes"].([]any)
	_, _, text := h.ask(t, "/api/v1/quotes.ndjson")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	status, header, body := h.ask(t, "/api/v1/quotes.csv")
	table, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || status != http.StatusOK || len(table) != len(rows)+1 || len(lines) != len(rows) {
		t.Fatalf("%d %v: %d rows, %d lines, a table of %d (%v)", status, header, len(rows), len(lines), len(table), err)
	}
	for i, row := range rows {
		if line := compact(t, parsed(t, lines[i])); line != compact(t, row) {
			t.Errorf("as a line it is\n%s\nand in the whole\n%s", line, compact(t, row))
		}
		one := h.get(t, "/api/v1/quotes/"+at(row, "symbol"))
		for name, value := range row.(map[string]any) {
			if compact(t, one[name]) != compact(t, value) {
				t.Errorf("%s of %s alone is %s, and of all %s", name, at(row, "symbol"), compact(t, one[name]), compact(t, value))
			}
		}
		for column, name := range table[0] {
			switch want := at(row, name); {
			case want == "<nil>" || want == "(none)":
				want = ""
				fallthrough
			case !strings.HasSuffix(want, " of them"):
				if table[i+1][column] != want {
					t.Errorf("%s of %s is %q in the table, and %q", name, at(row, "symbol"), table[i+1][column], want)
				}
			}
		}
	}
	for _, path := range []string{"/api/v1/bars/XNYS:BP.csv", "/api/v1/bars/XLON:RR..csv", "/api/v1/listings.csv", "/api/v1/listings/XLON:RR..ndjson", "/api/v1/quotes/XLON:RR..csv"} {
		if status, _, body := h.ask(t, path); status != http.StatusOK && !strings.Contains(body, "did from") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// What may only be shown has no way out, whatever is asked.
func TestAPriceThatMayOnlyBeShownIsNotPassedOn(t *testing.T) {
	h := full(t, native.Options{})
	for _, path := range []string{"/api/v1/quotes", "/api/v1/quotes/XNYS:BP", "/api/v1/quotes.csv", "/api/v1/quotes?symbols=XLON:RKT", "/api/v1/search?q=BP", "/api/v1/search?q=RKT"} {
		if _, _, body := h.ask(t, path); strings.Contains(body, "37.41") || strings.Contains(body, "6010") || strings.Contains(body, `"closed"`) {
			t.Errorf("%s: %s", path, body)
		}
	}
}
