package web

import "strings"

// coding is a content coding that Courant can send, in the order of preference among equals: the smallest first.
type coding int

const (
	brotlied coding = iota
	zstandard
	gzipped
	identity
	codings // how many there are
)

// Of each coding its name in headers, and what it adds to an entity tag.
var (
	names    = [identity]string{"br", "zstd", "gzip"}
	suffixes = [identity]string{"-br", "-zs", "-gz"}
)

// accepted reads the values of Accept-Encoding (RFC 9110, section 12.5.3) and returns the weight of each coding in
// thousandths: 0 for one that must not be sent. Identity, unless named, is acceptable but last. It allocates nothing: it
// runs for every request. What it cannot read it takes for a refusal, which costs bytes and never a broken page.
func accepted(header []string) (weight [codings]int) {
	const unnamed = -1
	weight = [codings]int{unnamed, unnamed, unnamed, unnamed}
	others := unnamed
	for _, line := range header {
		for line != "" {
			var item string
			item, line, _ = strings.Cut(line, ",")
			name, params, _ := strings.Cut(item, ";")
			switch name = strings.Trim(name, " \t"); {
			case strings.EqualFold(name, "br"):
				weight[brotlied] = quality(params)
			case strings.EqualFold(name, "zstd"):
				weight[zstandard] = quality(params)
			case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
				weight[gzipped] = quality(params)
			case strings.EqualFold(name, "identity"):
				weight[identity] = quality(params)
			case name == "*":
				others = quality(params)
			}
		}
	}
	for c, w := range weight {
		switch {
		case w != unnamed:
		case others != unnamed:
			weight[c] = others
		case coding(c) == identity:
			weight[c] = 1
		default:
			weight[c] = 0
		}
	}
	return weight
}

// quality reads the parameters of an item: "q=0.8" is 800, none is 1000, and anything else is 0.
func quality(params string) int {
	params = strings.Trim(params, " \t")
	if params == "" {
		return 1000
	}
	name, value, _ := strings.Cut(params, "=")
	if !strings.EqualFold(name, "q") {
		return 0
	}
	whole, fraction, _ := strings.Cut(value, ".")
	if len(whole) != 1 || whole[0] > '1' || whole[0] < '0' || len(fraction) > 3 {
		return 0
	}
	q, unit := int(whole[0]-'0')*1000, 100
	for _, digit := range []byte(fraction) {
		if digit < '0' || digit > '9' {
			return 0
		}
		q += int(digit-'0') * unit
		unit /= 10
	}
	if q > 1000 {
		return 0
	}
	return q
}

// matches says whether If-None-Match (RFC 9110, section 13.1.2) names etag: it is "*", or a list with an entity tag that
// is equal under weak comparison. A header that breaks off or is malformed matches only by what came before the flaw.
func matches(header []string, etag string) bool {
	for _, line := range header {
		if line == etag { // what a browser sends
			return true
		}
		if strings.Trim(line, " \t") == "*" {
			return true
		}
		for {
			line = strings.TrimLeft(line, " \t,")
			line = strings.TrimPrefix(line, "W/")
			if line == "" || line[0] != '"' {
				break
			}
			end := strings.IndexByte(line[1:], '"')
			if end < 0 {
				break
			}
			if line[:end+2] == etag {
				return true
			}
			line = line[end+2:]
		}
	}
	return false
}
