package site_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/news"
)

func TestAnAmountIsConvertedWithItsArithmeticAndItsSource(t *testing.T) {
	p := full(t)
	doc := p.get(t, "/search?q=100+usd+in+yen", 200)
	wantText(t, doc, ".answer .kicker", "US Dollar in Japanese Yen")
	wantText(t, doc, ".answer .value", "100 USD =", "15,533", "JPY") // 100 × 184.20 ÷ 1.1859 = 15532.5…
	wantText(t, doc, ".answer .source", "Central Bank", "2 February 2026", "learnt 2 February 2026, 16:05 UTC")
	wantText(t, doc, ".answer .sum", "100 × 184.20 ÷ 1.1859 = 15,532.5069567, rounded 15,533")
	for _, path := range []string{"/rates/USD-JPY", "/numbers/"} {
		if doc.Find(".answer .source a[href^='"+path+"']").Length() == 0 {
			t.Errorf("the source line does not lead to %s", path)
		}
	}
	if robots, _ := doc.Find("meta[name=robots]").Attr("content"); robots != "noindex" {
		t.Errorf("robots are told %q", robots)
	}
	wantText(t, p.get(t, "/search?q=1.250,50+eur+to+nok", 200), ".answer .value", "1250.50 EUR =", "14,293.22", "NOK")
	wantText(t, p.get(t, "/search?q=dollar+in+euro", 200), ".answer", "1 USD =", "0.843241", "“dollar” may be any of", "the US Dollar is taken", "Canadian Dollar")
	kron := p.get(t, "/search?q=kron+in+euro", 200)
	wantText(t, kron, ".answer", "“kron” may be any of", "Which is meant?", "Norwegian Krone", "Swedish Krona")
	if kron.Find(".answer .value").Length() != 0 {
		t.Error("a krone was guessed")
	}
	wantText(t, p.get(t, "/search?q=1.250+eur+in+usd", 200), ".answer", "1.250 EUR =", "can also be read as 1250:")
	wantText(t, p.get(t, "/search?q=100+usd+in+try", 200), ".answer .problem", "TRY")
}

func TestASearchFindsStoriesCurrenciesAndShares(t *testing.T) {
	p := full(t)
	p.print(t, "Aliev meets the <bank>", "economy", "In Baku **Ilham Aliev** met the governors & “others”, and the manat did not move.\n\n<!-- never -->", monday)
	doc := p.get(t, "/search?q=ALIEV", 200)
	wantText(t, doc, ".stories .item", "Aliev meets the <bank>", "Ilham Aliev met the governors & “others”")
	if got := each(doc, ".stories mark"); len(got) != 2 || got[0] != "Aliev" || got[1] != "Aliev" {
		t.Errorf("marked are %q", got)
	}
	near := p.get(t, "/search?q=aliyev+baku", 200)
	wantText(t, near, ".stories", "Hardly a story has “aliyev”", "aliev", "Aliev meets")
	wantText(t, p.get(t, "/search?q=norwegain+krone", 200), ".found .quotes", "NOK", "Norwegian Krone", "11.43")
	wantText(t, p.get(t, "/search?q=z%C5%82oty", 200), ".found", "Not quoted", "Polish Zloty (PLN)")
	wantText(t, p.get(t, "/search?q=rio", 200), ".found .quotes", "RIO", "91.12")
	wantText(t, p.get(t, "/search?q=never", 200), "main", "Nothing was found for “never”", "Fewer words")
	wantText(t, p.get(t, "/search?q=%22%3Cscript%3E*%29+OR", 200), "main", "Nothing was found")
	wantText(t, p.get(t, "/search?q=+", 200), ".hints", "100 usd in yen")
	wantText(t, p.get(t, "/search?q="+strings.Repeat("a", news.MaxSearch+1), http.StatusBadRequest), "main.error", "201 characters; 200 is the most")
	wantText(t, p.get(t, "/search?q=%FF%FE", 200), "h1", "Search")
}

func TestEveryPageHasOneFieldToSearchByAndTellsBrowsersSo(t *testing.T) {
	p := full(t)
	for _, path := range []string{"/", "/markets/", "/search", "/search?q=euro"} {
		doc := p.get(t, path, 200)
		if n := doc.Find("form[action='/search'] input[name=q]").Length(); n != 1 {
			t.Errorf("%s has %d fields", path, n)
		}
		if href, _ := doc.Find("link[rel=search]").Attr("href"); href != "/opensearch.xml" {
			t.Errorf("%s leads to %q", path, href)
		}
		if says := doc.Find("script[type='application/ld+json']").Text(); strings.Contains(says, "SearchAction") != (path == "/") {
			t.Errorf("%s says to machines %s", path, says)
		}
	}
	if body := p.text(t, "/opensearch.xml", "application/opensearchdescription+xml; charset=utf-8"); !strings.Contains(body, p.URL+"/search?q={searchTerms}") {
		t.Errorf("browsers are told %s", body)
	}
	if body := p.text(t, "/robots.txt", "text/plain; charset=utf-8"); !strings.Contains(body, "Disallow: /search\n") {
		t.Errorf("robots are told %s", body)
	}
}
