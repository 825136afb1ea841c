package spelling_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/spelling"
)

func folded(text string) (all []string) {
	for w := range spelling.Words(text) {
		all = append(all, w.Folded)
	}
	return all
}

func TestWordsAreFoundWhateverTheirCaseAccentsAndSigns(t *testing.T) {
	for text, want := range map[string]string{
		"The złoty, the Česká koruna": "the zloty the ceska koruna",
		"İlham ƏLİYEV":                "ilham aliyev",
		"Straße, Ærø":                 "strasse aero",
		"1.250,50 EUR/SEK":            "1 250 50 eur sek",
		"l’euro d'or":                 "l euro d or",
		"Азербайджан й":               "азербаиджан и",
		"日本円 yen":                     "日 本 円 yen",
		"e\u0301te\u0301":             "ete",
		"  …  ":                       "",
		"a\xffb":                      "a b",
	} {
		if got := strings.Join(folded(text), " "); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestASlipOfTheHandIsForgivenAndNoMore(t *testing.T) {
	for pair, want := range map[[2]string]int{
		{"norwegain", "norwegian"}: 1, {"lukiol", "lukoil"}: 1, {"aliyev", "aliev"}: 1, {"krone", "krone"}: 0, {"azerbaijan", "azerbajan"}: 1,
		{"norwegain", "norwgian"}: 2, {"yen", "yem"}: -1, {"usd", "sud"}: -1, {"bank", "tank"}: 1, {"bank", "rant"}: -1, {"dollar", "dinar"}: -1,
	} {
		slips, near := spelling.Near(pair[0], pair[1])
		if near != (want >= 0) || near && slips != want {
			t.Errorf("%v: %d, %t; want %d", pair, slips, near, want)
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "The złoty", "日本円", "e\u0301", "\xff\xfe", strings.Repeat("ß", 200)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for w := range spelling.Words(text) {
			if w.Start < last || w.End <= w.Start || w.End > len(text) {
				t.Fatalf("%q: a word from %d to %d behind %d", text, w.Start, w.End, last)
			}
			if last = w.End; !utf8.ValidString(w.Folded) || strings.ContainsAny(w.Folded, " \x00") {
				t.Fatalf("%q: %q", text, w.Folded)
			}
			if again := folded(w.Folded); len(w.Folded) < 80 && !slices.Equal(again, []string{w.Folded}) {
				t.Fatalf("%q: %q is %q", text, w.Folded, again)
			}
		}
	})
}
