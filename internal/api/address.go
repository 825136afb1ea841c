package api

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

// Addressed gives each request the scheme and the host under which the paper was asked, for replies that name addresses of
// the paper and are read elsewhere. [Face.Answer] makes such a reply once for each of them.
func Addressed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, address := *r, *r.URL
		address.Scheme, address.Host, _ = strings.Cut(AddressOf(r), "://")
		asked.URL = &address
		h.ServeHTTP(w, &asked)
	})
}
