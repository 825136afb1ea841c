package gate

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/keys"
)

// Where clients put a key: as a parameter or as a header in the manner of the dialects, after a word in Authorization, or, in
// one dialect, in the address.
var (
	parameters = []string{"access_key", "app_id", "apikey"}
	schemes    = []string{"bearer", "token"}
)

const (
	header  = "Apikey"
	keyPath = "/v6/" // exchangerate-api.com: /v6/KEY/latest/USD
)

// given returns the key that a request brings, and the request without it. Only what begins as our keys do is looked at:
// clients that were written for other services send those services' keys, which are left where they are. A request without
// a key of ours is returned as it is.
func given(r *http.Request) (secret string, without *http.Request) {
	found := func(text string) bool {
		if !strings.HasPrefix(text, keys.Prefix) {
			return false
		}
		if secret == "" {
			secret = text
		}
		return true
	}
	var headers []string
	scheme, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if slices.Contains(schemes, strings.ToLower(scheme)) && found(strings.TrimSpace(text)) {
		headers = append(headers, "Authorization")
	}
	if found(r.Header.Get(header)) {
		headers = append(headers, header)
	}
	query := r.URL.RawQuery
	if strings.Contains(query, "=") {
		query = strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool { return found(valueOf(pair)) }), "&")
	}
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, keyPath); ok {
		if first, rest, _ := strings.Cut(rest, "/"); found(first) {
			path = keyPath + "-/" + rest
		}
	}
	if secret == "" {
		return "", r
	}
	asked, address := *r, *r.URL
	address.RawQuery = query
	if path != address.Path {
		address.Path, address.RawPath = path, ""
	}
	asked.URL, asked.RequestURI, asked.Header = &address, address.RequestURI(), r.Header.Clone()
	for _, name := range headers {
		asked.Header.Del(name)
	}
	return secret, &asked
}

// valueOf is the value of one of the parameters in which a key can stand; empty for all others, and for what is malformed.
func valueOf(pair string) string {
	name, value, _ := strings.Cut(pair, "=")
	if n, err := url.QueryUnescape(name); err != nil || !slices.Contains(parameters, n) || strings.Contains(pair, ";") {
		return ""
	}
	value, err := url.QueryUnescape(value)
	if err != nil {
		return ""
	}
	return value
}

// address is by what an asker without a key is counted: the address of its connection, of IPv6 the first 64 bits, since that
// much is given to one household. What is no address is counted as one.
func address(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	a, bits := at.Addr().Unmap().WithZone(""), 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // so many bits every address has
	return p
}
