package audit

import (
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/currency"
)

func TestOnlyWhatIsARateOfTheDayIsReadAsOne(t *testing.T) {
	for sentence, want := range map[string]string{
		"EUR/USD 1.1861":     "EUR/USD 1.1861",
		"EUR/USD at 1.1861.": "EUR/USD 1.1861",
		"At noon EUR/USD stood at 1.1861, a little firmer.": "EUR/USD 1.1861",
		"EUR / USD = 1.1861":                                                    "EUR/USD 1.1861",
		"EUR/USD rose to 1.1861 on Monday.":                                     "EUR/USD 1.1861",
		"The bank fixed a EUR/USD rate of 1.1861 on 2 February 2026.":           "EUR/USD 1.1861",
		"1 euro = 1.95583 leva":                                                 "EUR/BGN 1.95583",
		"1 EUR = 1.95583 BGN":                                                   "EUR/BGN 1.95583",
		"One euro was worth 1.1861 U.S. dollars.":                               "EUR/USD 1.1861",
		"One euro buys 1.1861 dollars and one pound 1.37.":                      "EUR/USD 1.1861",
		"A dollar is at 3.6725 UAE dirhams today.":                              "USD/AED 3.6725",
		"The New Zealand dollar bought 0.6012 US dollars.":                      "NZD/USD 0.6012",
		"That is 1.1861 dollars to the euro.":                                   "EUR/USD 1.1861",
		"It pays 1.1861 dollars per euro.":                                      "EUR/USD 1.1861",
		"Banks asked 1.1861 dollars for one euro.":                              "EUR/USD 1.1861",
		"The yen is trading at 154.87 a dollar.":                                "",
		"A dollar costs 154.87 yen.":                                            "USD/JPY 154.87",
		"The dollar was worth 11,055.25 Syrian pounds.":                         "USD/SYP 11055.25",
		"The euro is worth 1936.27 Italian lire.":                               "EUR/ITL 1936.27",
		"The koruna is the money of Czechia: 24.292 Czech korunas to the euro.": "EUR/CZK 24.292",

		"EUR/USD rose 1.25% on Monday.":                      "",
		"EUR/USD was at 1.1861 on Friday.":                   "",
		"EUR/USD was at 1.1861 in 2021.":                     "",
		"EUR/USD was at 1.1861 a year ago.":                  "",
		"The bank sees EUR/USD at 1.25.":                     "",
		"EUR/USD could be at 1.2500 by June.":                "",
		"EUR/USD 1.1861-1.1863":                              "",
		"EUR/USD at 1.1861/63":                               "",
		"EUR/USD/JPY 1.1861":                                 "",
		"EUR/USD 1.19":                                       "EUR/USD 1.19",
		"EUR/USD 1.2":                                        "", // two digits say little
		"EUR/USD at 1.186 million":                           "",
		"EUR/EUR 1.1861":                                     "",
		"ABC/USD 1.1861":                                     "",
		"One euro is worth about 1.1861 dollars.":            "",
		"One euro is worth 1.1861 dollars worth of bread.":   "",
		"Half a dollar is worth 1.8363 UAE dirhams.":         "",
		"A dollar is worth 3.6725 dirhams.":                  "", // of which country?
		"One euro is worth 24.292 Czech koruny.":             "EUR/CZK 24.292",
		"The euro is worth 10.583 crowns.":                   "",
		"One Aussie dollar was worth 0.7000 US dollars.":     "",
		"They were fined 5.25 euros per dollar of debt.":     "",
		"Petrol costs 1.855 euros a litre.":                  "",
		"It raised 1.186 billion dollars for the euro zone.": "",
		"One euro is worth 1,956 leva.":                      "", // a comma of thousands, or of decimals?
		"One euro is worth 1,95583 leva.":                    "",
		"The dollar was worth 1.7000 manats.":                "", // of two countries
		"The dollar was worth 1.7000 Azerbaijani manats.":    "USD/AZN 1.7000",
	} {
		var found []string
		d := Document{Date: dayOf(t, "2026-02-02"), Text: []Paragraph{{Text: sentence, Line: 3}}}
		for _, f := range figuresOf(d, currency.All()) {
			found = append(found, string(f.base)+"/"+string(f.quote)+" "+f.value.String())
		}
		if got := strings.Join(found, "; "); got != want {
			t.Errorf("%q is read as %q, not %q", sentence, got, want)
		}
	}
}

func TestEachSentenceOfAParagraphIsReadByItself(t *testing.T) {
	d := Document{Date: dayOf(t, "2026-02-02"), Text: []Paragraph{{
		Text: "A year ago EUR/USD stood at 1.0352. EUR/USD stands at 1.1861 (ECB). \"One euro is worth 183.61 yen.\" It was 1.5 per cent more.", Line: 9,
	}}}
	found := figuresOf(d, currency.All())
	if len(found) != 2 || found[0].value.String() != "1.1861" || found[1].quote != "JPY" || found[1].line != 9 {
		t.Errorf("read %+v", found)
	}
}

func TestAFigureIsHeldAgainstTheLaw(t *testing.T) {
	for _, c := range []struct{ day, text, found, expected string }{
		{"2026-02-02", "One euro is worth 1.95583 leva.", "", ""},
		{"2026-02-02", "One euro is worth 1.956 leva.", "", ""},
		{"2026-02-02", "One euro is worth 1.96 leva.", "", ""},
		{"2026-02-02", "One euro is worth 1.95 leva.", "error story.figure EUR/BGN", "1.956"},
		{"2026-02-02", "One euro is worth 1.95853 leva.", "error story.figure EUR/BGN", "1.95583"},
		{"2026-02-02", "One euro is worth 19.5583 leva.", "error story.figure EUR/BGN", "1.9558"},
		{"2026-02-02", "1 BGN = 0.511292 EUR", "", ""},
		{"2026-02-02", "1 BGN = 1.95583 EUR", "error story.figure BGN/EUR", "0.51129"},
		{"2026-02-02", "HRK/BGN 0.25958", "", ""},
		{"2026-02-02", "A dollar is at 3.6725 UAE dirhams.", "", ""},
		{"2026-02-02", "A dollar is at 3.6735 UAE dirhams.", "warning story.figure USD/AED", "3.6725"},
		{"2026-02-02", "A dollar is at 3.7625 UAE dirhams.", "error story.figure USD/AED", "3.6725"},
		{"2026-02-02", "USD/HKD stood at 7.8110", "", ""}, // a band
		{"2026-02-02", "EUR/USD stood at 1.1861", "", ""},
		{"1998-02-02", "One euro is worth 1.99999 leva.", "", ""}, // no law yet
	} {
		d := Document{Date: dayOf(t, c.day), Text: []Paragraph{{Text: c.text, Line: 3}}}
		found, all := foundIn(t, "story.", d, nil)
		if got := strings.Join(found, "; "); got != c.found {
			t.Errorf("%s on %s: found %q, want %q: %+v", c.text, c.day, got, c.found, all)
		} else if c.found != "" && all[0].Expected != c.expected {
			t.Errorf("%s: expected is %s, not %s", c.text, all[0].Expected, c.expected)
		}
	}
}

func TestAFigureIsHeldAgainstTheLedger(t *testing.T) {
	known := knownLines(t, "2026-02-02", "EUR/USD 1.1861 European Central Bank", "EUR/USD 1.1864 Bank of Canada",
		"EUR/JPY 183.61 European Central Bank", "EUR/CHF 0.9199 European Central Bank 2026-01-12")
	for text, want := range map[string]string{
		"EUR/USD stood at 1.1861.":            "",
		"EUR/USD stood at 1.19.":              "",
		"EUR/USD stood at 1.1900.":            "",
		"EUR/USD stood at 1.2500.":            "warning story.figure EUR/USD: differs",
		"EUR/USD stood at 11.861.":            "error story.figure EUR/USD: 10 times too large",
		"EUR/JPY stood at 1.8361.":            "error story.figure EUR/JPY: 100 times too small",
		"One euro is worth 0.00545 yen.":      "error story.figure EUR/JPY: turned round",
		"That is 0.8430 dollars to the euro.": "warning story.figure EUR/USD: differs",
		"EUR/CHF stood at 1.1199.":            "", // the bank's is of three weeks before
		"EUR/SEK stood at 1.1199.":            "", // unknown
	} {
		d := Document{Date: dayOf(t, "2026-02-02"), Text: []Paragraph{{Text: text, Line: 3}}}
		found, all := foundIn(t, "story.", d, known)
		got := strings.Join(found, "; ")
		head, says, _ := strings.Cut(want, ": ")
		if got != head || says != "" && says != "differs" && !strings.Contains(all[0].Message, says) {
			t.Errorf("%s: found %q, want %q: %+v", text, got, want, all)
		}
	}
}

func FuzzFigures(f *testing.F) {
	f.Add("One euro was worth 1.1861 dollars, EUR/USD 1.1861; 1.1861 dollars to the euro.")
	f.Add("/ 1.1861 dollars EUR/ USD/")
	f.Fuzz(func(t *testing.T, text string) {
		d := Document{Date: currency.Date{Year: 2026, Month: 2, Day: 2}, Text: []Paragraph{{Text: text}}}
		for _, found := range figuresOf(d, currency.All()) {
			if found.value.Sign() <= 0 || found.base == found.quote || found.base == "" || found.quote == "" {
				t.Errorf("%q is read as %+v", text, found)
			}
		}
	})
}
