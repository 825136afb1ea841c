package native

import (
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

//go:embed embed
var embedFiles embed.FS

// Of the element that other sites set among their words.
const (
	embedPath  = "/embed"
	embedNamed = "rate.js"
	aboutEmbed = "A rate among the words of your own page, which says who said it and when, and follows the paper."
)

// Patterns of what is for readers, of this paper and of other sites: the page about the element, and its script.
const (
	EmbedPage   = "GET " + embedPath
	EmbedScript = "GET " + embedPath + "/{file}"
)

// embeds is the script of the element, and the page about it.
type embeds struct {
	*native
	assets *web.Assets
	script []byte
	pinned string // the address that names the script's content
}

// mountEmbed sets the routes of the element <courant-rate>: its script, which any page may load, and the page about it.
func (n *native) mountEmbed(mux *http.ServeMux) {
	e := embeds{native: n}
	files, err := fs.Sub(embedFiles, "embed")
	if err == nil {
		e.script, err = fs.ReadFile(files, embedNamed)
	}
	if err == nil {
		e.assets, err = web.NewAssets(files, false)
	}
	if err != nil {
		panic("native: the program holds no script for " + embedPath + ": " + err.Error()) // a slip in how it was built
	}
	e.pinned = embedPath + "/" + strings.TrimPrefix(e.assets.URL(embedNamed), web.AssetsPath)
	handle := func(h web.Handler) http.Handler { return web.Recover(n.Log(), fail, web.Handle(n.Log(), fail, h)) }
	mux.Handle(EmbedPage, web.Secure(handle(e.page)))
	mux.Handle(EmbedScript, web.Secure(web.Shared(handle(e.file))))
}

// file answers with the script: under its plain name asked for again each time, under its pinned one kept for ever.
func (e embeds) file(w http.ResponseWriter, r *http.Request) error {
	page, err := e.assets.Page(r.PathValue("file"))
	if err != nil {
		return fault.Because(fault.NotFound, "%.40q is no script of this paper, or of an older one: it is %s/%s", r.PathValue("file"), embedPath, embedNamed)
	}
	page.ServeHTTP(w, r)
	return nil
}

// page answers with what to copy, filled with the present number of the pair that is asked for. A pair that there is none of
// is said on the page, with the status of the error.
func (e embeds) page(w http.ResponseWriter, r *http.Request) error {
	pair, asOf := strings.TrimSpace(r.FormValue("pair")), strings.TrimSpace(r.FormValue("as-of"))
	if pair == "" {
		base, err := e.ownBase(r.Context())
		if err != nil {
			return err
		}
		if pair = string(market.Pair(base, "USD")); base == "USD" {
			pair = "EUR/USD"
		}
	}
	if len(pair)+len(asOf) > maxFilled {
		return fault.Because(fault.Invalid, "the form has more than %d characters: fill in less", maxFilled)
	}
	draw := func(copied element, sentence string) ([]byte, error) {
		var m markup
		e.describe(&m, copied, sentence)
		return e.o.Page(r, "Embed a rate", aboutEmbed, m.String())
	}
	address := web.AddressOf(r)
	copied := element{address: address, pair: pair, asOf: asOf}
	key := strings.Join([]string{embedPath, address, pair, asOf}, "\n")
	err := e.pages.Serve(w, r, key, func() (*web.Page, error) {
		filled, err := e.fill(r, copied)
		if err != nil {
			return nil, err
		}
		body, err := draw(filled, "")
		return web.NewPage(body, web.PageOptions{CacheControl: web.ForReaders, Shared: web.ForNetworks}), err
	})
	if !errors.Is(err, fault.NotFound) && !errors.Is(err, fault.Invalid) {
		return err
	}
	body, drawn := draw(copied, fault.Sentence(err))
	if drawn != nil {
		return drawn
	}
	web.NewPage(body, web.PageOptions{Status: api.Status(err), CacheControl: "no-store"}).ServeHTTP(w, r)
	return nil
}

// element is a <courant-rate> with what stands in it.
type element struct {
	address    string // of the paper
	pair, asOf string // the pair as EUR/USD; as of now where the other is empty
	path, text string // the pair's page and the sentence; empty where there is no number
}

// fill settles the pair of an element, and says in it what there is to say.
func (e embeds) fill(r *http.Request, copied element) (element, error) {
	read, err := pairOf().read(copied.pair)
	if err != nil {
		return copied, err
	}
	asOf, err := market.ParseAsOf(copied.asOf, "")
	if err != nil {
		return copied, err
	}
	price, err := e.Ledger().Rate(r.Context(), read.(market.Symbol), asOf)
	if err != nil {
		return copied, err
	}
	voices, err := e.voices(r.Context(), []market.SourceID{price.Source})
	if err != nil {
		return copied, err
	}
	base, quote, _ := price.Symbol.Pair()
	said := voices[0].Name + ", " + moments(price.At)
	for _, f := range price.Flags {
		if f.Doubt {
			said += "; " + string(f.Code)
		}
	}
	copied.pair, copied.path = string(price.Symbol), "/rates/"+dashed(price.Symbol)
	if copied.asOf != "" {
		copied.path += "?as-of=" + url.QueryEscape(copied.asOf)
	}
	copied.text = price.Shown().String() + " " + string(quote) + " for one " + string(base) + " (" + said + ")"
	return copied, nil
}

// moments writes a moment as the script does: midnight UTC, by which sources that speak of days mean the day, as the day.
func moments(t time.Time) string {
	if t = t.UTC(); t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan 2006, 15:04 UTC")
}

// html writes the element. Of the address, only what is copied elsewhere needs the paper's own.
func (c element) html(address string) string {
	var m markup
	m.put(`<courant-rate pair="%s"`, c.pair)
	if c.asOf != "" {
		m.put(` as-of="%s"`, c.asOf)
	}
	m.put(`><a href="%s">%s</a></courant-rate>`, address+c.path, c.text)
	return m.String()
}

// describe writes the page's body; sentence says what is wrong with the pair, where something is.
func (e embeds) describe(m *markup, c element, sentence string) {
	m.put(`<header class="head"><h1>Embed a rate</h1><p class="standfirst">%s</p></header>`, aboutEmbed)
	m.put(`<form class="ask" method="get" action="%s"><label>Pair <input name="pair" value="%s" maxlength="7" required></label>`, embedPath, c.pair)
	m.put(`<label>As of <input name="as-of" type="date" value="%s"></label><button type="submit">Fill in</button></form>`, c.asOf)
	if sentence != "" {
		m.put(`<p class="problem" role="alert">%s</p>`, sentence)
		return
	}
	m.put(`<section class="band"><h2>Copy this to where the rate is to stand</h2><pre><code>%s</code></pre>`, c.html(c.address))
	m.put(`<p>With the script below, your readers see: `)
	m.WriteString(c.html(""))
	m.put(`</p></section><section class="band"><h2>And this once, anywhere on the page</h2><pre><code>%s</code></pre>`,
		`<script type="module" src="`+c.address+embedPath+"/"+embedNamed+`"></script>`)
	sum := sha512.Sum384(e.script)
	m.put(`<p>Or, held to the very bytes of today; a newer paper may no longer have these, and then the words stay as you copied them:</p><pre><code>%s</code></pre></section>`,
		`<script type="module" src="`+c.address+e.pinned+`" integrity="sha384-`+base64.StdEncoding.EncodeToString(sum[:])+`" crossorigin></script>`)
	m.put(`<section class="band"><h2>What to know</h2><ul class="notes">`)
	for _, note := range [][2]string{
		{"Without scripts", "What you copied is a true sentence with its source and its day, and stays where the script does not run, the paper cannot be reached, or no number of the pair may be passed on."},
		{"With them", "The sentence is replaced by the present one. It names its source; the link says when it was learnt and leads to what all sources say. What is in doubt says so in a word, such as stale."},
		{"As of", "as-of takes a day or an instant, for a rate that is to stay that of the day. Leave it out for the present one."},
		{"Your page", "Nothing is styled, no cookie is sent or set, and each pair is asked for once. In a Content-Security-Policy, script-src and connect-src need " + c.address + " and nothing else does."},
		{"Terms", "Only sources speak that allow their numbers to be passed on, with the source named: leave its name where it stands."},
	} {
		m.put(`<li><b>%s</b> %s</li>`, note[0], note[1])
	}
	m.put(`</ul><p>The script asks <a href="%s">the interface for programs</a>, as yours may.</p></section><script type="module" src="%s"></script>`,
		root+"#rate", e.pinned)
}
