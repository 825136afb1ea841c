package api

import (
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/web"
)

// Addressed gives each request the scheme and the host under which the paper was asked, for replies that name addresses of
// the paper and are read elsewhere. [Face.Answer] makes such a reply once for each of them.
func Addressed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, address := *r, *r.URL
		address.Scheme, address.Host, _ = strings.Cut(web.AddressOf(r), "://")
		asked.URL = &address
		h.ServeHTTP(w, &asked)
	})
}
