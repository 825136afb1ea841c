package web

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// PageOptions say what a page is. The zero value is an HTML page, answered with 200, that a browser must ask for again.
type PageOptions struct {
	ContentType  string      // with its charset; "text/html; charset=utf-8" if empty
	CacheControl string      // "no-cache" if empty: keep it, but ask each time whether it still holds
	Shared       string      // for networks that stand before many readers, as CDN-Cache-Control (RFC 9213); empty: the same
	Modified     time.Time   // sent as Last-Modified; only where nothing on the page is younger
	Status       int         // 200 if zero
	Header       http.Header // more headers, such as Link or Surrogate-Key; they replace those set before
	Best         bool        // compress as well as can be, 100 times slower: for what is built once and served for months
}

// How long what a paper prints may be kept. A browser asks each time whether it still holds: a correction that its reader does
// not see is none, and the answer, 304, costs next to nothing. A network before the paper asks once a second for all of its
// readers, and answers from what it has when the paper does not.
const (
	ForReaders  = "public, no-cache"
	ForNetworks = "public, max-age=1, stale-while-revalidate=60, stale-if-error=86400"
)

// Page is a finished reply: its bytes, compressed once for all who like the same coding, and its headers. It does not change,
// so one page answers any number of requests at once. Its memory is [Page.Size].
type Page struct {
	variants [codings]*variant // identity always; the others where the content is text
	status   int
	fixed    []header // headers of 200 and 304 alike
	about    []header // headers of the content
	varies   bool
	modified time.Time
}

// variant is the page in one content coding, made when it is first asked for. It is a representation of its own and so has
// an entity tag of its own.
type variant struct {
	compress func(body []byte) []byte
	once     sync.Once
	body     []byte // nil where it would be no smaller than the page as it is
	etag     []string
	length   []string
	coding   []string
}

// header is one header, ready to be put into a map: its name in canonical form, and values that nobody may change.
type header struct {
	name   string
	values []string
}

// Compressing fewer bytes than this saves no packet and costs a header.
const worthCompressing = 256

// NewPage makes a page of body, which the caller must not change any more.
func NewPage(body []byte, o PageOptions) *Page {
	sum := sha256.Sum256(body)
	// 120 of the 256 bits: no reader can find two bodies with one tag, and a header should be short.
	tag := base64.RawURLEncoding.EncodeToString(sum[:15])
	p := &Page{status: o.Status, modified: o.Modified.Truncate(time.Second)}
	if p.status == 0 {
		p.status = http.StatusOK
	}
	kind := o.ContentType
	if kind == "" {
		kind = "text/html; charset=utf-8"
	}
	p.variants[identity] = &variant{body: body, etag: []string{`"` + tag + `"`}, length: []string{strconv.Itoa(len(body))}}
	if p.varies = compressible(kind); p.varies && len(body) >= worthCompressing {
		for c := range identity {
			p.variants[c] = &variant{
				compress: func(body []byte) []byte { return compress(c, body, o.Best) },
				etag:     []string{`"` + tag + suffixes[c] + `"`}, coding: []string{names[c]},
			}
		}
	}
	if o.Best {
		for c := range identity {
			p.in(c)
		}
	}
	control := o.CacheControl
	if control == "" {
		control = "no-cache"
	}
	p.fixed = append(p.fixed, header{"Cache-Control", []string{control}})
	if o.Shared != "" {
		p.fixed = append(p.fixed, header{"Cdn-Cache-Control", []string{o.Shared}})
	}
	p.about = append(p.about, header{"Content-Type", []string{kind}})
	if !o.Modified.IsZero() {
		p.about = append(p.about, header{"Last-Modified", []string{o.Modified.UTC().Format(http.TimeFormat)}})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Header)) {
		p.fixed = append(p.fixed, header{http.CanonicalHeaderKey(name), slices.Clip(o.Header[name])})
	}
	return p
}

// Size is about the number of bytes of memory that the page may come to keep, headers not counted. Text is counted twice: a board
// of 39 KB takes 16 KB in its three codings together.
func (p *Page) Size() int {
	n := len(p.variants[identity].body)
	if p.variants[gzipped] != nil {
		n *= 2
	}
	return n
}

// ServeHTTP answers with the page: compressed as the request likes it, without a body for HEAD, and with 304 if the
// request shows that it has the page. It sets headers by putting shared slices into the map: this is the hottest path
// of the house, and Header.Set would allocate for each.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	v := p.variants[identity]
	if p.varies {
		v = p.choose(r.Header["Accept-Encoding"])
		if _, taken := h["Vary"]; taken {
			h.Add("Vary", "Accept-Encoding")
		} else {
			h["Vary"] = varyEncoding
		}
	}
	for _, f := range p.fixed {
		h[f.name] = f.values
	}
	h["Etag"] = v.etag
	if p.status == http.StatusOK && p.held(r, v) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	for _, f := range p.about {
		h[f.name] = f.values
	}
	h["Content-Length"] = v.length
	if v.coding != nil {
		h["Content-Encoding"] = v.coding
	}
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		expectRest(r, len(v.body))
		w.Write(v.body) // an error here is a reader who left
	}
}

// varyEncoding is shared by all replies. Its capacity equals its length, so an append elsewhere copies it.
var varyEncoding = []string{"Accept-Encoding"}

// choose returns the variant that the request likes best; among equals the first of [coding]. Where it likes none it gets the
// page as it is, which RFC 9110 allows and which is of more use than 406.
func (p *Page) choose(acceptEncoding []string) *variant {
	weight := accepted(acceptEncoding)
	best, chosen := 0, identity
	for c, w := range weight {
		if w > best {
			best, chosen = w, coding(c)
		}
	}
	return p.in(chosen)
}

// in is the page in a coding, or as it is where that is no larger.
func (p *Page) in(c coding) *variant {
	v, whole := p.variants[c], p.variants[identity]
	if v == nil || v == whole {
		return whole
	}
	v.once.Do(func() {
		if body := v.compress(whole.body); len(body) < len(whole.body) {
			v.body, v.length = body, []string{strconv.Itoa(len(body))}
		}
	})
	if v.body == nil {
		return whole
	}
	return v
}

// held says whether the request names what it holds already and that is v. If-Modified-Since counts only without
// If-None-Match (RFC 9110, section 13.2.2).
func (p *Page) held(r *http.Request, v *variant) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if tags := r.Header["If-None-Match"]; tags != nil {
		return matches(tags, v.etag[0])
	}
	if p.modified.IsZero() {
		return false
	}
	since := r.Header.Get("If-Modified-Since")
	if since == "" {
		return false
	}
	at, err := http.ParseTime(since)
	return err == nil && !p.modified.After(at)
}
