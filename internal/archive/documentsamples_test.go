package archive_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/must"
)

func TestTheSeedPageIsADocument(t *testing.T) {
	d, err := archive.ReadDocument(bytes.NewReader(seedPage(t)), archive.DocumentOptions{Name: "page.txt"})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Rows) != 170 || len(d.Items) != 16 || len(d.Text) <= 5 || len(d.Left) != 0 || !d.Date.IsZero() || d.Dated != "" {
		t.Errorf("%d rows, %d items, %d paragraphs, left %v, %s (%s)", len(d.Rows), len(d.Items), len(d.Text), d.Left, d.Date, d.Dated)
	}
	for _, r := range d.Rows {
		if r.Base != "EUR" {
			t.Errorf("the row %+v is not against the euro", r)
		}
	}
	if got := told(d); !strings.Contains(got, "\n13: EUR/AZN 1.999161\n") || !strings.Contains(got, ":GSK last 52.51 change 0.9000 percent 1.71\n") {
		t.Errorf("the page is read as\n%s", got)
	}
}

func TestAPageThatWasCutOffIsReadToItsEnd(t *testing.T) {
	text := seedPage(t)
	rows := 0
	for n := 100; n < len(text); n += 61 {
		d, err := archive.ReadDocument(bytes.NewReader(text[:n]), archive.DocumentOptions{})
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		if len(d.Rows) < rows {
			t.Fatalf("cut at %d there are %d rows, before there were %d", n, len(d.Rows), rows)
		}
		rows = len(d.Rows)
	}
	if rows != 170 {
		t.Errorf("%d rows at last", rows)
	}
}

func TestTheRepliesOfOtherServicesAreDocuments(t *testing.T) {
	samples := must.Samples(t)
	for name, c := range map[string]struct {
		base currency.Code // given
		rows int
		date string
		row  string // one of them; of a refusal: what it says
	}{
		"fx/aggregators/abstractapi_success.json":                                     {"", 32, "2021-05-14", "USD/HRK 6.20226"},
		"fx/aggregators/currencylayer_error.json":                                     {"", 0, "", "valid API Access Key"},
		"fx/aggregators/currencylayer_historical_2015-05-05.json":                     {"", 167, "2015-05-05", "USD/AED 3.673069"},
		"fx/aggregators/currencylayer_success.json":                                   {"", 1, "2014-05-10", "USD/EUR 0.726804"},
		"fx/aggregators/er-api-v6_latest_USD_2024-08-19.json":                         {"", 161, "2024-08-19", "USD/ANG 1.79"},
		"fx/aggregators/er-api-v6_latest_USD_2025-09-10_trimmed.json":                 {"", 7, "2025-09-10", "USD/BYN 3.233971"},
		"fx/aggregators/exchangerate-host_error.json":                                 {"", 0, "", "does not say what"},
		"fx/aggregators/exchangerate-host_historical_legacy.json":                     {"", 27, "2000-01-03", "EUR/USD 1.009"},
		"fx/aggregators/exchangerate-host_latest_2022-04-29_legacy-keyless.json":      {"", 168, "2022-04-29", "EUR/AFN 89.969025"},
		"fx/aggregators/exchangeratesapi_error_base_currency_access_restricted.json":  {"", 0, "", "unexpected error"},
		"fx/aggregators/exchangeratesapi_error_https_access_restricted.json":          {"", 0, "", "HTTPS Encryption"},
		"fx/aggregators/exchangeratesapi_error_invalid_access_key.json":               {"", 0, "", "valid API Access Key"},
		"fx/aggregators/exchangeratesapi_error_invalid_currency_codes.json":           {"", 0, "", "invalid Currency Codes"},
		"fx/aggregators/exchangeratesapi_error_invalid_date.json":                     {"", 0, "", "invalid date"},
		"fx/aggregators/exchangeratesapi_error_no_rates_available.json":               {"", 0, "", "did not return any results"},
		"fx/aggregators/exchangeratesapi_latest.json":                                 {"", 1, "2021-04-23", "EUR/USD 1.20555"},
		"fx/aggregators/fastforex_one.json":                                           {"", 1, "2021-02-16", "USD/EUR 0.8258"},
		"fx/aggregators/fixer-apilayer_error.json":                                    {"", 0, "", "base_currency_access_restricted"},
		"fx/aggregators/fixer-apilayer_historical.json":                               {"", 27, "2000-01-03", "USD/EUR 0.99108"},
		"fx/aggregators/fixer-apilayer_latest.json":                                   {"", 31, "2016-08-26", "EUR/IDR 14906.0"},
		"fx/aggregators/fixer_error.json":                                             {"", 0, "", "base_currency_access_restricted"},
		"fx/aggregators/fixer_historical.json":                                        {"", 27, "2000-01-03", "USD/ROL 18110.0"},
		"fx/aggregators/fixer_latest_2016-08-26.json":                                 {"", 31, "2016-08-26", "EUR/BGN 1.9558"},
		"fx/aggregators/floatrates_gbp_2019-09-12_3-items.xml":                        {"", 0, "", "XML"},
		"fx/aggregators/floatrates_idr_2021-04-24_2-entries_scientific-notation.json": {"IDR", 2, "2021-04-24", "IDR/USD 0.000068829710693892"},
		"fx/aggregators/floatrates_usd_2023-03-17_4-entries.json":                     {"", 0, "", "give the base"},
		"fx/aggregators/openexchangerates_error.json":                                 {"", 0, "", "Not Allowed"},
		"fx/aggregators/openexchangerates_historical.json":                            {"", 135, "2001-02-16", "USD/AED 3.67246"},
		"fx/aggregators/openexchangerates_historical_error.json":                      {"", 0, "", "not available"},
		"fx/aggregators/openexchangerates_latest_2014-05-10.json":                     {"", 165, "2014-05-10", "USD/ZWL 322.355006"},
		"fx/aggregators/xchangeapi_latest.json":                                       {"", 32, "2020-08-05", "USD/BTC 0.00009"},
		"fx/aggregators/xignite_success.json":                                         {"", 0, "", "nothing to proof-read"},
		"fx/currency-api/available-versions_2026-11-23.json":                          {"", 0, "", "nothing to proof-read"},
		"fx/currency-api/country_2026-09-29.json":                                     {"", 0, "", "nothing to proof-read"},
		"fx/currency-api/currencies_2026-01-30.json":                                  {"", 0, "", "nothing to proof-read"},
		"fx/currency-api/currencies_2026-09-29.json":                                  {"", 0, "", "nothing to proof-read"},
		"fx/currency-api/eur_2024-03-02.json":                                         {"", 204, "2024-03-02", "EUR/AED 3.97964162"},
		"fx/currency-api/eur_2024-06-15.json":                                         {"", 204, "2024-06-15", "EUR/ZWL 14.41818493"},
		"fx/currency-api/eur_2025-01-01.json":                                         {"", 203, "2025-01-01", "EUR/AED 3.80268723"},
		"fx/currency-api/eur_2025-03-20.json":                                         {"", 203, "2025-03-20", "EUR/AED 4.00479499"},
		"fx/currency-api/eur_2025-07-01.json":                                         {"", 204, "2025-07-01", "EUR/AED 4.32714396"},
		"fx/currency-api/eur_2025-12-31.json":                                         {"", 205, "2025-12-31", "EUR/AED 4.31194023"},
		"fx/currency-api/eur_2026-01-01.json":                                         {"", 205, "2026-01-01", "EUR/AED 4.31364001"},
		"fx/currency-api/eur_2026-01-17.json":                                         {"", 205, "2026-01-17", "EUR/AED 4.25801959"},
		"fx/currency-api/eur_2026-01-30.json":                                         {"", 205, "2026-01-30", "EUR/AED 4.37293014"},
		"fx/currency-api/eur_2026-02-05.json":                                         {"", 205, "2026-02-05", "EUR/AED 4.33283707"},
		"fx/currency-api/eur_2026-09-29.json":                                         {"", 205, "2026-09-29", "EUR/AED 4.1722245"},
		"fx/currency-api/package_2026.1.30.json":                                      {"", 0, "", "nothing to proof-read"},
		"fx/currency-api/usd_2026-01-30.json":                                         {"", 205, "2026-01-30", "USD/AED 3.6725"},
		"fx/ecb/eurofxref-daily_2026-04-13.csv":                                       {"", 29, "2026-04-13", "EUR/USD 1.1684"},
		"fx/ecb/eurofxref-hist_to-2026-04-13.csv":                                     {"", 29, "2026-04-13", "EUR/IDR 20082.05"},
		"fx/ecb/eurofxref-hist_to-2026-04-13.zip":                                     {"", 0, "", "save the table in it as CSV"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join(samples, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			d, err := archive.ReadDocument(f, archive.DocumentOptions{Base: c.base})
			if c.rows == 0 {
				if !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.row) {
					t.Errorf("err = %v, want fault.Invalid that says %q", err, c.row)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Rows) != c.rows || d.Date.String() != c.date || d.Dated == "" || len(d.Left) > 1 {
				t.Errorf("%d rows, %s (%s), left %v; want %d, %s", len(d.Rows), d.Date, d.Dated, d.Left, c.rows, c.date)
			}
			if got := told(d); !strings.Contains(got, ": "+c.row) {
				t.Errorf("%s is not in\n%s", c.row, got)
			}
		})
	}
}

func TestTheHistoryOfTheECBGivesAnyOfItsDays(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(must.Samples(t), "fx", "ecb", "eurofxref-hist_to-2026-04-13.csv"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := archive.ReadDocument(bytes.NewReader(text), archive.DocumentOptions{Date: date(t, "2025-12-31")})
	if err != nil || len(d.Rows) != 30 || d.Dated != "given" || !strings.Contains(told(d), ": EUR/BGN 1.9558\n") {
		t.Errorf("%v, read as\n%s", err, told(d))
	}
	_, err = archive.ReadDocument(bytes.NewReader(text), archive.DocumentOptions{Date: date(t, "2026-04-12")})
	if err == nil || !strings.Contains(err.Error(), "the last before is 2026-04-10") {
		t.Errorf("a Sunday: %v", err)
	}
}

func TestTheRepliesOfFrankfurterAreDocuments(t *testing.T) {
	for file, want := range map[string]string{
		"frankfurter-v1.txt": "1: EUR/IDR 20082",
		"frankfurter-v2.txt": "1: USD/AED 3.6725 of 2026-04-13",
	} {
		transcript, err := os.ReadFile(filepath.Join(must.Samples(t), "dialects", file))
		if err != nil {
			t.Fatal(err)
		}
		read, found := 0, false
		for reply := range strings.Lines(string(transcript)) {
			if !strings.HasPrefix(reply, "{") && !strings.HasPrefix(reply, "[{") {
				continue
			}
			d, err := archive.ReadDocument(strings.NewReader(reply), archive.DocumentOptions{})
			switch {
			case err == nil && (len(d.Rows) == 0 || d.Date.IsZero()):
				t.Errorf("%s holds no rate or no day", reply)
			case err == nil:
				read, found = read+1, found || strings.Contains(told(d), want)
			case !errors.Is(err, fault.Invalid):
				t.Errorf("%s: %v", reply, err)
			}
		}
		if read < 15 || !found {
			t.Errorf("%s: %d replies were read; %q found: %t", file, read, want, found)
		}
	}
}
