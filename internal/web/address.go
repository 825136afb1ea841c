package web

import (
	"net/http"
	"strings"
)

const maxHost = 100 // characters of a host that is repeated in a reply

// AddressOf is the address under which the paper was asked, "https://paper.example", for what must stand as it is when it is
// copied elsewhere. A host that cannot be one is not repeated.
func AddressOf(r *http.Request) string {
	host := r.Host
	strange := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(".-:[]", c))
	}
	if host == "" || len(host) > maxHost || strings.ContainsFunc(host, strange) {
		host = "localhost:8080"
	}
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + host
	}
	return "http://" + host
}
