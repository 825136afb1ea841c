package api_test

import (
	"net/http/httptest"
	"testing"

	"github.com/courant-news/courant/internal/api"
)

// BenchmarkReply makes replies anew each time from the ECB's 27 years in memory: whole, with their text, before they are
// compressed.
func BenchmarkReply(b *testing.B) {
	h := central(b, 1999, api.Options{Memory: 1}) // nothing is kept
	for name, address := range map[string]string{
		"27 years of a pair, said":          "/v1/1999-01-04..?symbols=USD",
		"27 years of a pair, across":        "/v1/1999-01-04..?base=USD&symbols=JPY",
		"27 years of a pair, with proofs":   "/api/v1/series/EUR-USD.csv",
		"months of it":                      "/api/v1/series/EUR-USD?group=month&method=mean",
		"a table of a past day":             "/v1/2013-03-04",
		"a table of a past day, with fixed": "/api/2013-03-04",
		"a board of a past day":             "/api/v1/board?as_of=2013-03-04",
		"a rate":                            "/api/v1/rates/EUR-USD",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, httptest.NewRequest("GET", address, nil)); w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
