package numeral_test

import (
	"testing"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/numeral"
)

func TestANumberIsWrittenAsItsLanguageDoes(t *testing.T) {
	for _, c := range []struct{ language, number, want, percent string }{
		{"", "1234.50", "1234.50", "1234.50%"},
		{"en", "106915.755430", "106,915.755430", "106,915.755430%"},
		{"en", "-0.66", "−0.66", "−0.66%"},
		{"en", "-0.00", "0.00", "0.00%"},
		{"de", "-12345.6", "−12.345,6", "−12.345,6\u00a0%"},
		{"de", "1.1840", "1,1840", "1,1840\u00a0%"},
		{"de-CH", "12345.6", "12’345.6", "12’345.6%"},
		{"fr", "1234567.8", "1\u00a0234\u00a0567,8", "1\u00a0234\u00a0567,8\u00a0%"},
		{"sv", "-0.5", "−0,5", "−0,5\u00a0%"},
		{"hi", "12345678.9", "1,23,45,678.9", "1,23,45,678.9%"},
		{"tr", "-1.5", "−1,5", "−%1,5"},
		{"ar", "-12345.5", "\u061c−١٢٬٣٤٥٫٥", "\u061c−١٢٬٣٤٥٫٥٪\u061c"},
		{"ar-u-nu-latn", "1.5", "1.5", "1.5\u200e%\u200e"},
		{"fa", "1.5", "۱٫۵", "۱٫۵٪"},
		{"bn", "12345", "১২,৩৪৫", "১২,৩৪৫%"},
		{"en-u-nu-hanidec", "12345", "12,345", "12,345%"},
		{"not a language", "12345", "12,345", "12,345%"},
		{"en", "12345678901234567890123456789.0123456789", "12,345,678,901,234,567,890,123,456,789.0123456789", "12,345,678,901,234,567,890,123,456,789.0123456789%"},
	} {
		s, d := numeral.Of(c.language), currency.MustDecimal(c.number)
		if got := s.Number(d); got != c.want {
			t.Errorf("%s in %q is %+q, want %+q", c.number, c.language, got, c.want)
		}
		if got := s.Percent(d); got != c.percent {
			t.Errorf("%s per cent in %q is %+q, want %+q", c.number, c.language, got, c.percent)
		}
	}
}

func TestANumberStaysTogetherAmongWordsFromRightToLeft(t *testing.T) {
	for language, want := range map[string]string{"en": "1.5", "ar": "\u20681.5\u2069", "he": "\u20681.5\u2069", "az-Arab": "\u20681.5\u2069", "": "1.5"} {
		s := numeral.Of(language)
		if got := s.Isolated("1.5"); got != want || s.RightToLeft() != (got != "1.5") {
			t.Errorf("in %q it is %+q, want %+q", language, got, want)
		}
	}
}

func TestANumberIsReadAsItsLanguageWritesIt(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"en", "1,186.5", "1186.5"},
		{"en", "1186.5", "1186.5"},
		{"en", "1,1861", ""}, // a decimal comma
		{"en", "1,861", "1861"},
		{"en", "12,34,567", ""},
		{"de", "1,1861", "1.1861"},
		{"de", "1.861", "1861"},
		{"de", "1.1861", ""},
		{"de", "−0,5", "-0.5"},
		{"fr", "12 345,6", "12345.6"},
		{"fr", "12\u202f345,6", "12345.6"},
		{"de-CH", "12'345.6", "12345.6"},
		{"hi", "1,23,456", "123456"},
		{"ar", "١٢٬٣٤٥٫٥", "12345.5"},
		{"ar", "1٫5", "1.5"},
		{"en", "1.", ""},
		{"en", "", ""},
		{"en", "1e5", ""},
		{"en", "1.2.3", ""},
	} {
		got, ok := numeral.Of(c.language).Read(c.text)
		if ok != (c.want != "") || ok && got.String() != c.want {
			t.Errorf("%q in %q is read as %s, %t, want %s", c.text, c.language, got, ok, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"1,186.5", "1.1861", "−12 345,6", "١٢٬٣٤٥٫٥", "--1", ",,", "1’000", "0.0"} {
		f.Add(text, "en")
		f.Add(text, "de-CH")
		f.Add(text, "ar")
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		s := numeral.Of(language)
		d, ok := s.Read(text)
		if !ok {
			return
		}
		// What was read is written, and what is written is read again, digit for digit.
		for _, sign := range []string{"\u200e", "\u200f", "\u061c"} { // marks of direction are no part of a number
			if len(s.Number(d)) > 0 && len(s.Number(d)) >= len(sign) && s.Number(d)[:len(sign)] == sign {
				return
			}
		}
		if again, ok := s.Read(s.Number(d)); len(s.Number(d)) <= 64 && (!ok || !again.Equal(d)) {
			t.Errorf("%q in %q is %s, written %q, read again as %s, %t", text, language, d, s.Number(d), again, ok)
		}
	})
}
