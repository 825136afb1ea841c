package web

import "net/http"

// The Content-Security-Policy of every page: nothing inline, nothing from elsewhere, no string that becomes script
// (Trusted Types). Pages that other sites may frame differ in who may be their frame's parent, and in nothing else.
const (
	sources = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
	types       = "; require-trusted-types-for 'script'"
	policy      = sources + "frame-ancestors 'none'" + types
	herePolicy  = sources + "frame-ancestors 'self'" + types
	embedPolicy = sources + "frame-ancestors *" + types
)

// securityHeaders are on every reply, errors and redirects too. Each value is shared by all replies: the slices are
// full, so an append elsewhere copies them.
var securityHeaders = []header{
	{"Content-Security-Policy", []string{policy}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"strict-origin-when-cross-origin"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"Cross-Origin-Embedder-Policy", []string{"require-corp"}},
	{"X-Frame-Options", []string{"DENY"}},
	{"Permissions-Policy", []string{"camera=(), microphone=(), geolocation=(), browsing-topics=()"}},
}

// strictTransport is for two years, the least that browsers' preload lists take with some to spare.
var strictTransport = []string{"max-age=63072000; includeSubDomains; preload"}

// Secure puts the security headers on every reply of h, HSTS where the request came over TLS, and refuses with 403 an
// unsafe request (POST and the like) that a page of another site made in a reader's browser. A program that is no
// browser sends no Origin and passes: what it may do is for the gate to say.
//
// A handler below may loosen a header for its own route, see [Embeddable] and [Shared].
func Secure(h http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := w.Header()
		for _, s := range securityHeaders {
			headers[s.name] = s.values
		}
		if r.TLS != nil {
			headers["Strict-Transport-Security"] = strictTransport
		}
		if origin.Check(r) != nil {
			http.Error(w, "This request came from a page of another site. Open the form here and send it again.", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// partOnly takes the headers off a reply that speak to documents: to what can only be a part of one, a style, a script or a
// font, they say nothing, and half a kilobyte of them with each is a tenth of a story's weight.
func partOnly(headers http.Header) {
	for _, name := range []string{
		"Content-Security-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "X-Frame-Options",
	} {
		headers.Del(name)
	}
}

// Embeddable lets other sites show the replies of h in a frame.
func Embeddable(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := w.Header()
		headers.Set("Content-Security-Policy", embedPolicy)
		headers.Set("Cross-Origin-Resource-Policy", "cross-origin")
		headers.Del("Cross-Origin-Embedder-Policy")
		headers.Del("X-Frame-Options")
		h.ServeHTTP(w, r)
	})
}

// Shared lets scripts of other sites read the replies of h, without the reader's cookies: for public data.
func Shared(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers := w.Header()
		headers.Set("Cross-Origin-Resource-Policy", "cross-origin")
		headers.Set("Access-Control-Allow-Origin", "*")
		h.ServeHTTP(w, r)
	})
}

// Framing lets a reply show other pages of the paper itself in frames.
func Framing(headers http.Header) {
	headers.Set("Content-Security-Policy", "frame-src 'self'; "+policy)
}

// FramedHere lets a page of the paper itself show a reply in a frame, and nobody else.
func FramedHere(headers http.Header) {
	headers.Set("Content-Security-Policy", herePolicy)
	headers.Set("X-Frame-Options", "SAMEORIGIN")
}
