package web

import (
	"strconv"
	"strings"
	"testing"
)

// FuzzAcceptEncoding compares accepted with a reading of RFC 9110 that may be slow.
func FuzzAcceptEncoding(f *testing.F) {
	for _, s := range []string{
		"gzip, deflate, br, zstd", "br;q=0.5,gzip;q=0.9", "*;q=0", "identity;q=0, *", ",,br;;", "br;q=1.0001", "br; Q=0.1", "x-gzip;q=1.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		got := accepted([]string{header})
		named := map[string]int{}
		for item := range strings.SplitSeq(header, ",") {
			name, params, _ := strings.Cut(item, ";")
			name = strings.ToLower(strings.Trim(name, " \t"))
			if name == "x-gzip" {
				name = "gzip"
			}
			named[name] = slowQuality(params)
		}
		for c, name := range map[coding]string{identity: "identity", gzipped: "gzip", brotlied: "br"} {
			want, ok := named[name]
			if others, star := named["*"]; !ok && star {
				want = others
			} else if !ok && c == identity {
				want = 1
			}
			if got[c] != want {
				t.Errorf("%q: weight of %s is %d, want %d", header, name, got[c], want)
			}
		}
	})
}

// slowQuality is quality by way of the standard library's numbers.
func slowQuality(params string) int {
	params = strings.ToLower(strings.Trim(params, " \t"))
	if params == "" {
		return 1000
	}
	value, ok := strings.CutPrefix(params, "q=")
	if !ok || value == "" || len(value) > 5 || strings.Trim(value, "0123456789.") != "" || !strings.ContainsAny(value[:1], "01") {
		return 0
	}
	if len(value) > 1 && value[1] != '.' {
		return 0
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil || q > 1 {
		return 0
	}
	return int(q*1000 + 0.5)
}

func FuzzIfNoneMatch(f *testing.F) {
	const etag = `"abc-br"`
	for _, s := range []string{etag, "W/" + etag, "*", `"a", ` + etag, `"a,` + etag, `W/W/"a"`, `"`, "abc-br", `"a""abc-br"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		hit := matches([]string{header}, etag)
		if hit && !strings.Contains(header, etag) && strings.Trim(header, " \t") != "*" {
			t.Errorf("%q matches %s, which it does not name", header, etag)
		}
		if !matches([]string{header, etag}, etag) {
			t.Errorf("%q hides the tag in the header after it", header)
		}
		if !strings.Contains(header, `"`) && header != "" && !matches([]string{`"x", W/` + etag + ", " + header}, etag) {
			t.Errorf("%q hides the tag before it", header)
		}
	})
}
