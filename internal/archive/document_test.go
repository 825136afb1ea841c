package archive_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

func date(t testing.TB, text string) currency.Date {
	t.Helper()
	if text == "" {
		return currency.Date{}
	}
	d, err := currency.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// told writes a document on few lines: its day, and each row, item, paragraph and thing left out with its line.
func told(d audit.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", d.Date, d.Dated)
	for _, r := range d.Rows {
		fmt.Fprintf(&b, "%d: %s/%s %s", r.Line, r.Base, r.Quote, r.Value)
		if !r.At.IsZero() {
			fmt.Fprintf(&b, " of %s", currency.DateOf(r.At))
		}
		b.WriteByte('\n')
	}
	for _, it := range d.Items {
		fmt.Fprintf(&b, "%d: %s:%s", it.Line, it.Market, it.Ticker)
		for _, n := range []struct {
			name  string
			value *currency.Decimal
		}{{"last", it.Last}, {"previous", it.Previous}, {"change", it.Change}, {"percent", it.Percent}} {
			if n.value != nil {
				fmt.Fprintf(&b, " %s %s", n.name, n.value)
			}
		}
		b.WriteByte('\n')
	}
	for _, p := range d.Text {
		fmt.Fprintf(&b, "%d: %q\n", p.Line, p.Text)
	}
	for _, l := range d.Left {
		fmt.Fprintf(&b, "left %d: %s\n", l.Line, l.Text)
	}
	return b.String()
}

func TestADocumentIsReadInWhateverFormItHas(t *testing.T) {
	for name, c := range map[string]struct{ text, date, base, want string }{
		"rates by code":                     {"code,rate\nUSD,1.08\nGBP,0.86\n", "", "EUR", " ()\n2: EUR/USD 1.08\n3: EUR/GBP 0.86\n"},
		"the base as a heading":             {"currency,EUR\nUSD,1.0800\n", "", "", " ()\n2: EUR/USD 1.0800\n"},
		"the base in a heading":             {"Currency,Rate per EUR\nUSD,1.08\n", "", "", " ()\n2: EUR/USD 1.08\n"},
		"another direction":                 {"code,CZK per unit\nUSD,21.5\n", "", "", " ()\n2: USD/CZK 21.5\n"},
		"the base above":                    {"Base: EUR\n2 February 2026\ncode,rate\nUSD,1.08\n", "", "", "2026-02-02 (found at line 2)\n4: EUR/USD 1.08\n"},
		"the base in a row above":           {"base,EUR\ndate,2026-02-02\ncode,value\nUSD,1.08\n", "", "", "2026-02-02 (found at line 2)\n4: EUR/USD 1.08\n"},
		"pairs without headings":            {"EUR/USD,1.08\nUSD/JPY,154.1\n", "", "", " ()\n1: EUR/USD 1.08\n2: USD/JPY 154.1\n"},
		"codes without headings":            {"USD,1.08\nGBP,0.86\nBTC,0.00001\n", "", "EUR", " ()\n1: EUR/USD 1.08\n2: EUR/GBP 0.86\n3: EUR/BTC 0.00001\n"},
		"two codes without headings":        {"EUR,USD,1.08\nUSD,JPY,154.1\n", "", "", " ()\n1: EUR/USD 1.08\n2: USD/JPY 154.1\n"},
		"base and quote":                    {"date,base,quote,rate\n2026-02-02,EUR,USD,1.08\n2026-02-02,EUR,EUR,1\n", "", "", "2026-02-02 (found in \"date\")\n2: EUR/USD 1.08 of 2026-02-02\n"},
		"decimal commas and a nominal":      {"kod;code;units;rate\nx;JPY;100;13,456\ny;USD;1;21,5\nz;HUF;7;5,1\n", "", "CZK", " ()\n2: JPY/CZK 0.13456\n3: USD/CZK 21.5\nleft 4: z HUF 7 5,1\n"},
		"decimal commas, and one point":     {"code;rate\nUSD;1,08\nGBP;0,86\nJPY;1.500\n", "", "EUR", " ()\n2: EUR/USD 1.08\n3: EUR/GBP 0.86\nleft 4: JPY 1.500\n"},
		"a number of two readings":          {"code,rate\nUSD,1.08\nJPY,\"1,500\"\n", "", "EUR", " ()\n2: EUR/USD 1.08\nleft 3: JPY 1,500\n"},
		"tabs":                              {"code\trate\nUSD\t1.08\n", "", "EUR", " ()\n2: EUR/USD 1.08\n"},
		"bars":                              {"| code | rate |\n|------|-----:|\n| USD | 1.08 |\n", "", "EUR", " ()\n3: EUR/USD 1.08\n"},
		"a power of ten":                    {"base_cur,quote_cur,unit_mult,obs_value\nHUF,NOK,2,2.857\n", "", "", " ()\n2: HUF/NOK 0.02857\n"},
		"what is no rate":                   {"code,rate\nUSD,1.08\nUSD,0\nGBP,-1\nJPY,N/A\nUSDT,1\nEUR,1.00\nEUR,2\nAUD,1,6\n", "", "EUR", " ()\n2: EUR/USD 1.08\n3: EUR/USD 0\n4: EUR/GBP -1\nleft 5: JPY N/A\nleft 6: USDT 1\nleft 9: AUD 1 6\nleft 8: EUR/EUR 2\n"},
		"a code twice":                      {"code,rate\nUSD,1.08\nUSD,1.09\n", "", "EUR", " ()\n2: EUR/USD 1.08\n3: EUR/USD 1.09\n"},
		"days that differ":                  {"pair,rate,date\nEUR/USD,1.08,2026-02-01\nEUR/GBP,0.86,2026-02-02\n", "", "", "2026-02-02 (the newest of 2 days in \"date\")\n2: EUR/USD 1.08 of 2026-02-01\n3: EUR/GBP 0.86 of 2026-02-02\n"},
		"a history gives its newest day":    {"pair,rate,date\nEUR/USD,1.07,2026-02-01\nEUR/USD,1.08,2026-02-02\n", "", "", "2026-02-02 (the newest of 2 days in \"date\")\n3: EUR/USD 1.08 of 2026-02-02\n"},
		"a history gives the day wanted":    {"pair,rate,date\nEUR/USD,1.07,2026-02-01\nEUR/USD,1.08,2026-02-02\n", "2026-02-01", "", "2026-02-01 (given)\n2: EUR/USD 1.07 of 2026-02-01\n"},
		"a wide table, its newest day":      {"Date,USD,BGN,GBP,\n2026-02-01,1.07,N/A,0.85,\n2026-02-02,1.08,1.95,0.86,\n", "", "EUR", "2026-02-02 (the newest of 2 days in \"Date\")\n3: EUR/USD 1.08\n3: EUR/BGN 1.95\n3: EUR/GBP 0.86\n"},
		"a wide table, the day wanted":      {"Date,USD,BGN,GBP,\n2026-02-01,1.07,N/A,0.85,\n2026-02-02,1.08,1.95,0.86,\n", "2026-02-01", "EUR", "2026-02-01 (given)\n2: EUR/USD 1.07\n2: EUR/GBP 0.85\n"},
		"the ECB's wide table":              {"Date, USD, JPY, \n13 April 2026, 1.1684, 186.75, \n", "", "", "2026-04-13 (found in \"Date\")\n2: EUR/USD 1.1684\n2: EUR/JPY 186.75\n"},
		"a wide table of pairs":             {"date;EUR/USD;USD/JPY\n2.2.2026;1,08;154,1\n", "", "", "2026-02-02 (found in \"date\")\n2: EUR/USD 1.08\n2: USD/JPY 154.1\n"},
		"quotes":                            {"ticker,mic,last,previous close,change,% change\nGSK,XNYS,52.51,51.61,+0.9000,+1.71%\nAZN,,91.8,,,\n", "", "", " ()\n2: XNYS:GSK last 52.51 previous 51.61 change 0.9000 percent 1.71\n3: :AZN last 91.8\n"},
		"quotes, by what the symbols are":   {"symbol,price,change,exchange,date\nGSK,52.51,0.9,NYSE,2026-02-02\nXLON:AZN,91.8,\u22120.2,,2026-02-02\n", "", "", "2026-02-02 (found in \"date\")\n2: :GSK last 52.51 change 0.9\n3: XLON:AZN last 91.8 change -0.2\n"},
		"symbols that are currencies":       {"symbol,price\nUSD,1.08\nGBP,0.86\n", "", "EUR", " ()\n2: EUR/USD 1.08\n3: EUR/GBP 0.86\n"},
		"days that could be two":            {"pair,rate,date\nEUR/USD,1.08,2/3/2026\nEUR/GBP,0.86,2/3/2026\n", "", "", " ()\n2: EUR/USD 1.08\n3: EUR/GBP 0.86\nleft 2: 2/3/2026\n"},
		"a list in a dated reply":           {`{"date":"2026-02-02","base":"EUR","rates":[{"code":"USD","rate":1.08}]}`, "", "", "2026-02-02 (found in the reply's date)\n1: EUR/USD 1.08\n"},
		"Frankfurter 1":                     {`{"amount":1.0,"base":"EUR","date":"2026-04-13","rates":{"USD":1.1684,"XXZ":2}}`, "", "", "2026-04-13 (found in the reply's date)\n1: EUR/USD 1.1684\n1: EUR/XXZ 2\n"},
		"Frankfurter 1, an amount":          {`{"amount":100.0,"base":"GBP","date":"2026-04-13","rates":{"USD":134.21}}`, "", "", "2026-04-13 (found in the reply's date)\n1: GBP/USD 1.3421\n"},
		"Frankfurter 1, days":               {"{\"amount\":1,\"base\":\"EUR\",\"rates\":{\n\"2026-04-02\":{\"USD\":1.1},\n\"2026-04-07\":{\"USD\":1.2}}}", "", "", "2026-04-07 (the newest of 2 days in the reply)\n3: EUR/USD 1.2\n"},
		"Frankfurter 1, the day wanted":     {"{\"amount\":1,\"base\":\"EUR\",\"rates\":{\n\"2026-04-02\":{\"USD\":1.1},\n\"2026-04-07\":{\"USD\":1.2}}}", "2026-04-02", "", "2026-04-02 (given)\n2: EUR/USD 1.1\n"},
		"Frankfurter 2":                     {`[{"date":"2026-04-10","base":"IDR","quote":"EUR","rate":5.0e-05},{"date":"2026-04-13","base":"EUR","quote":"USD","rate":1.1684,"providers":[{"key":"ECB"}]}]`, "", "", "2026-04-13 (the newest of 2 days in \"date\")\n1: IDR/EUR 0.000050 of 2026-04-10\n1: EUR/USD 1.1684 of 2026-04-13\n"},
		"Frankfurter 2, one rate":           {`{"date":"2026-04-13","base":"EUR","quote":"USD","rate":1.1684}`, "", "", "2026-04-13 (found in the reply's date)\n1: EUR/USD 1.1684 of 2026-04-13\n"},
		"fixer":                             {`{"success":true,"timestamp":1653484743,"base":"EUR","date":"2016-08-26","rates":{"AUD":1.4771,"USDT":1}}`, "", "", "2016-08-26 (found in the reply's date)\n1: EUR/AUD 1.4771\nleft 1: USDT\n"},
		"Open Exchange Rates":               {`{"disclaimer":"x","timestamp":1399748450,"base":"USD","rates":{"BTC":0.0022,"EUR":0.7268,"USD":1}}`, "", "", "2014-05-10 (from its timestamp)\n1: USD/BTC 0.0022\n1: USD/EUR 0.7268\n"},
		"currencylayer":                     {`{"success":true,"timestamp":1399748450,"source":"USD","quotes":{"USDEUR":0.7268,"USDBTC":0.0022}}`, "", "", "2014-05-10 (from its timestamp)\n1: USD/EUR 0.7268\n1: USD/BTC 0.0022\n"},
		"exchangerate-api":                  {`{"result":"success","time_last_update_unix":1724025751,"base_code":"USD","conversion_rates":{"USD":1,"AED":3.6725}}`, "", "", "2024-08-19 (from its timestamp)\n1: USD/AED 3.6725\n"},
		"currency-api":                      {"{\"date\":\"2026-01-30\",\n\"eur\":{\"1inch\":10.7,\n\"btc\":0.00001,\"usd\":1.19,\n\"gbp\":0.86}}", "", "", "2026-01-30 (found in the reply's date)\n3: EUR/USD 1.19\n4: EUR/GBP 0.86\nleft 2: 1inch, btc\n"},
		"tables by code, against one given": {`{"usd":{"code":"USD","rate":1.0835,"date":"Sat, 24 Apr 2021 00:00:01 GMT"}}`, "", "EUR", "2021-04-24 (found in \"date\")\n1: EUR/USD 1.0835 of 2021-04-24\n"},
		"our own board": {"{\n  \"base\": \"EUR\",\n  \"as_of\": \"2026-02-03T12:00:00Z\",\n  \"rates\": [\n    {\"pair\": \"EUR/USD\", \"code\": \"USD\", \"value\": \"1.1861\", \"at\": \"2026-02-02T00:00:00Z\", \"seen\": \"2026-02-03T00:00:00Z\",\n     \"source\": \"ecb\", \"move\": {\"from\": \"1.1\"}, \"flags\": []}\n  ],\n" +
			"  \"tied\": [{\"pair\": \"EUR/AED\", \"code\": \"AED\", \"value\": \"4.356\", \"at\": \"2026-02-02T00:00:00Z\"}]\n}", "", "", "2026-02-02 (found in \"at\")\n5: EUR/USD 1.1861 of 2026-02-02\n8: EUR/AED 4.356 of 2026-02-02\n"},
		"our own rates":     {`[{"pair":"EUR/USD","code":"USD","value":"1.1861","at":"2026-02-02T00:00:00Z","agreement":{"of":1,"within":1},"set_aside":[]}]`, "", "", "2026-02-02 (found in \"at\")\n1: EUR/USD 1.1861 of 2026-02-02\n"},
		"quotes in JSON":    {`{"symbol":"AAPL","mic_code":"XNGS","datetime":"2025-08-06","close":"213.25","previous_close":"202.92","change":"10.33","percent_change":"5.09"}`, "", "", "2025-08-06 (found in \"datetime\")\n1: XNGS:AAPL last 213.25 previous 202.92 change 10.33 percent 5.09\n"},
		"a word for a rate": {"EUR/USD 1.1861\nEUR/CHF NaN\nEUR/GBP: n/a\nEUR/JPY -\n", "", "", " ()\n1: EUR/USD 1.1861\nleft 2: EUR/CHF NaN\nleft 3: EUR/GBP: n/a\nleft 4: EUR/JPY -\n"},
		"a board alone":     {"EUR -\nUSD 1.1861\nBTC 0.00001\nUSD 1.2\nGBP 0\nEUR 1.00\n", "", "", " ()\n2: EUR/USD 1.1861\n3: EUR/BTC 0.00001\n4: EUR/USD 1.2\n5: EUR/GBP 0\n"},
		"two boards":        {"2026-02-02\n\nEUR -\nUSD 1.1861\nGBP 0.86\n\nUSD -\nUSD 1\nGBP 0.73\n", "", "", "2026-02-02 (found at line 1)\n4: EUR/USD 1.1861\n5: EUR/GBP 0.86\n9: USD/GBP 0.73\n"},
		"two boards, the first base in the second": {"2026-02-02\n\nEUR -\nUSD 1.1861\nGBP 0.86\n\nUSD -\nEUR 0.8431\nAED 3.6725\n", "", "", "2026-02-02 (found at line 1)\n4: EUR/USD 1.1861\n5: EUR/GBP 0.86\n8: USD/EUR 0.8431\n9: USD/AED 3.6725\n"},
		"a board against one given":                {"USD 1.1861\nGBP 0.86\n", "2026-02-02", "EUR", "2026-02-02 (given)\n1: EUR/USD 1.1861\n2: EUR/GBP 0.86\n"},
		"pairs on lines":                           {"EUR/USD 1.1861\nEUR/BGN: 1.95583\n1 EUR = 7.4727 DKK\n", "", "", " ()\n1: EUR/USD 1.1861\n2: EUR/BGN 1.95583\n3: EUR/DKK 7.4727\n"},
		"a ticker alone":                           {"• RIO\n\n 99\n\n 91.93\n\n +0.92%\n\n• BCE\n\n -0.01\n\n 25.8\n", "", "", " ()\n1: :RIO last 91.93 change 99 percent 0.92\nleft 9: BCE -0.01 25.8\n"},
		"a price of nothing on a line":             {"GSK 0.9000 0.00 1.71%\n", "", "", " ()\n1: :GSK last 0.00 change 0.9000 percent 1.71\n"},
		"a price of nothing in a table":            {"symbol,last,previous,change\nGSK,0.00,51.61,-51.61\nBP,37.37,0,1\n", "", "", " ()\n2: :GSK last 0.00 previous 51.61 change -51.61\nleft 3: BP 37.37 0 1\n"},
		"a percentage by another name":             {`[{"symbol":"GSK","price":52.51,"change":0.90,"changesPercentage":1.71}]`, "", "", " ()\n1: :GSK last 52.51 change 0.90 percent 1.71\n"},
		"an item on a line":                        {"GSK 0.9000 52.51 1.71%\n", "", "", " ()\n1: :GSK last 52.51 change 0.9000 percent 1.71\n"},
		"a story alone":                            {"12 ships left\n\nThey pay 1,186 dollars,\n  and more.\n\n• GDP 2.1%\n", "", "", " ()\n1: \"12 ships left\"\n3: \"They pay 1,186 dollars, and more.\"\n6: \"• GDP 2.1%\"\n"},
		"a page that was cut off":                  {"<html><body><table><tr><th>EUR -</th></tr><tr><td>USD</td><td>1.1861</td></tr><tr><td>GB", "", "", " ()\n1: EUR/USD 1.1861\n1: \"GB\"\nleft 1: \n"},
		"a table with headings in HTML":            {"<html><body><p>On 2 March it fell.</p>\n<table><tr><th>Code</th><th>Name</th><th>Rate per EUR</th></tr>\n<tr><td>USD</td><td>Dollar</td><td>1,1861</td></tr></table></body></html>", "", "", " ()\n3: EUR/USD 1.1861\n1: \"On 2 March it fell.\"\n"},
		"a table in HTML, misunderstood":           {"<html><body><p>It fell by 2.</p>\n<table><tr><td>Dollar</td><td>1.18</td><td>1.19</td></tr><tr><td>Euro</td><td>2</td><td>3</td></tr></table></body></html>", "", "", " ()\n1: \"It fell by 2.\"\nleft 2: Dollar 1.18 1.19\nleft 2: Euro 2 3\n"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := archive.ReadDocument(strings.NewReader(c.text), archive.DocumentOptions{Name: name, Date: date(t, c.date), Base: currency.Code(c.base)})
			if err != nil {
				t.Fatal(err)
			}
			if got := told(d); got != c.want || d.Name != name {
				t.Errorf("%s is read as\n%s\nwant\n%s", d.Name, got, c.want)
			}
		})
	}
}

func TestADocumentThatCannotBeReadIsRefusedWithTheRemedy(t *testing.T) {
	history := "Date,USD,JPY\n2026-02-01,1.07,150\n2026-02-04,1.08,151\n"
	for name, c := range map[string]struct{ text, date, base, says string }{
		"empty":                       {" \n\t", "", "", "CSV"},
		"nothing that can be seen":    {"\u200b\n", "", "", "CSV"},
		"binary":                      {"\x7fELF\x00\x01", "", "", "binary"},
		"a PDF":                       {"%PDF-1.7\n", "", "", "PDF"},
		"a spreadsheet":               {"PK\x03\x04\x14\x00", "", "", "save the table in it as CSV"},
		"XML":                         {"<?xml version=\"1.0\"?><Cube currency='USD' rate='1.1'/>", "", "", "XML"},
		"XML that does not say so":    {"<Rates><Day date=\"2025-03-28\">235,26</Day></Rates>", "", "", "XML"},
		"HTML with nothing in it":     {"<!doctype html><html><head><title>A - B</title></head><body><nav><a href=/>Home</a></nav></body></html>", "", "", "nothing to proof-read"},
		"too large":                   {strings.Repeat("EUR -\n", archive.MaxPage/6+2), "", "", "16 MiB"},
		"too many cells":              {"code,rate\n" + strings.Repeat(",", 1_000_001), "", "EUR", "1000000 cells"},
		"too long a story":            {strings.Repeat("One euro was worth 1.1861 dollars. ", 30_000), "", "", "1 MiB of text"},
		"too many rows":               {"code,rate\n" + strings.Repeat("USD,1.08\n", 20_001), "", "EUR", "20000"},
		"JSON that was cut off":       {`{"amount":1.0,"base":"EUR","rates":{"USD":1.1`, "", "", "begins as JSON"},
		"JSON that says a name twice": {`{"base":"EUR","rates":{"USD":1.1,"USD":1.2}}`, "", "", "USD"},
		"JSON of something else":      {`["2024.3.2","2024.3.4"]`, "", "", "not in a form that is understood"},
		"an error in JSON":            {`{"success":false,"error":{"code":101,"info":"You have no \"key\"."}}`, "", "", `You have no \"key\".`},
		"an error without a word":     {`{"success":false}`, "", "", "does not say what"},
		"an answer that is no table":  {`{"status":404,"message":"not found"}`, "", "", "not found"},
		"an amount that cannot be":    {`{"amount":3,"base":"EUR","date":"2026-04-13","rates":{"USD":1.1}}`, "", "", "ask for the amount 1"},
		"an amount of nothing":        {`{"amount":0,"base":"EUR","date":"2026-04-13","rates":{"USD":1.1}}`, "", "", "amount"},
		"a base that is none":         {"{\n\"base\":\"EURO\",\"rates\":{\"USD\":1.1}}", "", "", "line 2"},
		"headings alone":              {"code,rate\n", "", "EUR", "nothing to proof-read"},
		"a row that is none":          {"code,rate\nUSDT,1\n", "", "EUR", "line 2"},
		"no base in a table":          {"code,rate\nUSD,1.08\n", "", "", "give the base"},
		"no base in a wide table":     {"Date,GBP,USD\n2026-02-01,0.8,1.07\n", "", "", "give the base"},
		"no base on a page":           {"USD 1.1\nGBP 0.8\nJPY 1\nCHF 2\nAUD 3\n", "", "", "lines 1 to 5"},
		"no base for one rate":        {"USD 1.1\n", "", "", "it is not said against which currency"},
		"another base than given":     {"EUR -\nUSD 1.1\n", "", "GBP", "line 1 says that the rates are against EUR"},
		"another base than the reply": {`{"base":"EUR","rates":{"USD":1.1}}`, "", "GBP", "the reply says"},
		"a day that is not there":     {history, "2026-02-03", "EUR", "the last before is 2026-02-01"},
		"a day before all":            {history, "2026-01-01", "EUR", "2026-02-01 to 2026-02-04"},
		"a table nobody understands":  {"country,buying,selling\nNorway,1.1,1.2\nSweden,2.1,2.2\n", "", "", "write headings such as code and rate"},
		"a table of words":            {strings.Repeat("a;b;c\n", 6), "", "", "write headings such as code and rate"},
		"a table with a broken quote": {"code,rate\nUSD,1.08\nGBP,\"0.86\n", "", "EUR", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := archive.ReadDocument(strings.NewReader(c.text), archive.DocumentOptions{Date: date(t, c.date), Base: currency.Code(c.base)})
			if !errors.Is(err, fault.Invalid) || fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.says) {
				t.Errorf("err = %v, want fault.Invalid that says %q", err, c.says)
			}
		})
	}
}

func TestADocumentThatEndsInsideACharacterIsReadUntilThere(t *testing.T) {
	d, err := archive.ReadDocument(strings.NewReader("EUR -\nUSD 1.1\n\nIt fell in Z\xc3"), archive.DocumentOptions{})
	if want := " ()\n2: EUR/USD 1.1\n4: \"It fell in Z\"\nleft 4: \n"; err != nil || told(d) != want {
		t.Errorf("%v, read as\n%s", err, told(d))
	}
}

func TestAReadersFaultIsNotTheDocuments(t *testing.T) {
	_, err := archive.ReadDocument(iotest.ErrReader(errors.New("the disk is gone")), archive.DocumentOptions{})
	if err == nil || errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "the disk is gone") {
		t.Errorf("err = %v", err)
	}
}

func TestADocumentLeavesOutNoMoreThanSomebodyReads(t *testing.T) {
	d, err := archive.ReadDocument(strings.NewReader("code,rate\nUSD,1.08\n"+strings.Repeat("USDT,1\n", 1500)), archive.DocumentOptions{Base: "EUR"})
	if err != nil || len(d.Rows) != 1 || len(d.Left) != 1001 || d.Left[1000].Why != "500 more lines were not understood" {
		t.Errorf("%d rows, %d left out, %v", len(d.Rows), len(d.Left), err)
	}
}

func FuzzReadDocument(f *testing.F) {
	for _, text := range []string{
		page, htmlPage, "EUR -\nUSD 1\nEUR/USD 1\n", "code,units,rate,date\nJPY,100,1.5,2026-02-02\n", "Date;USD;JPY\n2.2.2026;1,1;150\n",
		"ticker,mic,last,change\nGSK,XNYS,52.51,0.9\n", `{"amount":10,"base":"EUR","date":"2026-04-13","rates":{"USD":1.1684}}`,
		`{"date":"2026-01-30","eur":{"1inch":10.7,"usd":1.19}}`, `[{"pair":"EUR/USD","value":"1.1","at":"2026-02-02T00:00:00Z"}]`,
		`{"source":"USD","quotes":{"USDEUR":0.7}}`, `{"base":"EUR","rates":{"2026-04-02":{"USD":1.1}}}`,
	} {
		f.Add(text, "")
		f.Add(text, "EUR")
	}
	f.Fuzz(func(t *testing.T, text, base string) {
		var o archive.DocumentOptions
		if code, err := currency.ParseCode(base); err == nil {
			o.Base = code
		}
		d, err := archive.ReadDocument(strings.NewReader(text), o)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("%v is not fault.Invalid", err)
			}
			return
		}
		if d.Subjects() == 0 {
			t.Error("a document without anything to proof-read was taken")
		}
		for _, r := range d.Rows {
			for _, code := range []currency.Code{r.Base, r.Quote} {
				if parsed, err := currency.ParseCode(string(code)); err != nil || parsed != code {
					t.Errorf("the code %q in %+v", code, r)
				}
			}
			if r.Value.Sign() <= 0 || r.Base == r.Quote || r.Line < 1 || !r.Value.Fits() {
				t.Errorf("the row %+v", r)
			}
		}
		for _, it := range d.Items {
			if it.Ticker == "" || it.Last != nil && it.Last.Sign() <= 0 || it.Line < 1 {
				t.Errorf("the item %+v", it)
			}
		}
		if !d.Date.IsZero() && (d.Dated == "" || d.Date.Day == 0) {
			t.Errorf("the day %q is known as %q", d.Date, d.Dated)
		}
	})
}
