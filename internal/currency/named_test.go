package currency_test

import (
	"slices"
	"testing"

	"github.com/courant-news/courant/internal/currency"
)

func TestACurrencyIsKnownByItsCodeItsSignAndItsNameInManyLanguages(t *testing.T) {
	for text, want := range map[string]struct {
		codes    []currency.Code // that are found, among others where many is set
		many     bool
		nearness currency.Nearness
	}{
		"usd":               {[]currency.Code{"USD"}, false, currency.Exactly},
		"dem":               {[]currency.Code{"DEM"}, false, currency.Exactly},
		"€":                 {[]currency.Code{"EUR"}, false, currency.Exactly},
		"$":                 {[]currency.Code{"AUD", "CAD", "USD"}, true, currency.Exactly},
		"US Dollar":         {[]currency.Code{"USD"}, false, currency.Exactly},
		"us-dollar":         {[]currency.Code{"USD"}, false, currency.Exactly},
		"norwegische krone": {[]currency.Code{"NOK"}, false, currency.Exactly},
		"euro":              {[]currency.Code{"EUR"}, false, currency.Exactly},
		"yen":               {[]currency.Code{"JPY"}, false, currency.InPart},
		"złoty":             {[]currency.Code{"PLN"}, false, currency.InPart},
		"ZLOTY":             {[]currency.Code{"PLN"}, false, currency.InPart},
		"円":                 {[]currency.Code{"JPY"}, false, currency.InPart},
		"рубль":             {[]currency.Code{"BYN", "RUB"}, true, currency.InPart},
		"dollar":            {[]currency.Code{"AUD", "CAD", "USD"}, true, currency.InPart},
		"kroner":            {[]currency.Code{"DKK", "NOK", "SEK"}, true, currency.InPart},
		"kron":              {[]currency.Code{"DKK", "ISK", "NOK", "SEK"}, true, currency.ByBeginning},
		"norwegain krone":   {[]currency.Code{"NOK"}, false, currency.WithASlip},
		"sterling":          {[]currency.Code{"GBP"}, true, currency.InPart},
		"news":              {nil, false, currency.NotAtAll},
		"":                  {nil, false, currency.NotAtAll},
	} {
		found, nearness := currency.All().Named(text)
		var codes []currency.Code
		for _, c := range found {
			codes = append(codes, c.Code)
		}
		if nearness != want.nearness || !want.many && !slices.Equal(codes, want.codes) {
			t.Errorf("%q means %v, nearness %d", text, codes, nearness)
		}
		for _, code := range want.codes {
			if !slices.Contains(codes, code) {
				t.Errorf("%q means %v, and not %s", text, codes, code)
			}
		}
	}
}
