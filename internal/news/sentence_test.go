package news_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/news"
)

func TestAParagraphIsTakenApartIntoItsSentences(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"One.", "One."},
		{"One. Two! Three? Four", "One.|Two!|Three?|Four"},
		{"Dr. Berg met Mr. J. R. Dahl on 3 Jan. 2026. Both left.", "Dr. Berg met Mr. J. R. Dahl on 3 Jan. 2026.|Both left."},
		{"The rate was 1.1840 dollars. It fell by 0.5.", "The rate was 1.1840 dollars.|It fell by 0.5."},
		{"The U.S. Navy left. The U.K. stayed.", "The U.S. Navy left.|The U.K. stayed."},
		{"He said: “We go.” She stayed.", "He said: “We go.”|She stayed."},
		{"“Who goes?” asked Berg. (Nobody did.) Then… silence.", "“Who goes?” asked Berg.|(Nobody did.)|Then… silence."},
		{"It has ships, e.g. Ferries. 2026 began.", "It has ships, e.g. Ferries.|2026 began."},
		{"See courant.example/a.b for it. Then go.", "See courant.example/a.b for it.|Then go."},
		{"Wait... What? Yes!! “No.”", "Wait...|What?|Yes!!|“No.”"},
		{"東京で。大阪で？はい。", "東京で。|大阪で？|はい。"},
		{"Das war am Montag. Es gilt z.B. Hamburg als Nr. 1. Ende.", "Das war am Montag.|Es gilt z.B. Hamburg als Nr. 1.|Ende."},
	} {
		if got := strings.Join(news.Sentences(c.text), "|"); got != c.want {
			t.Errorf("%q is taken apart into %q, want %q", c.text, got, c.want)
		}
	}
}

// Whatever the text, nothing of it is lost but spaces between sentences.
func FuzzSentences(f *testing.F) {
	for _, text := range []string{"One. Two.", "Dr. “A.” B", "…。.", "a\xff. B"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		all := news.Sentences(text)
		if strings.Join(strings.Fields(strings.Join(all, " ")), "") != strings.Join(strings.Fields(text), "") {
			t.Errorf("%q is taken apart into %q", text, all)
		}
		if utf8.ValidString(text) && slices.ContainsFunc(all, func(s string) bool { return !utf8.ValidString(s) }) {
			t.Errorf("%q is cut within a letter: %q", text, all)
		}
	})
}
