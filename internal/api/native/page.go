package native

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Limits of the page that describes the interface.
const (
	pageMemory = 1 << 20
	pageAge    = 5 * time.Second
	shownLines = 40    // of a real answer
	maxFilled  = 2_000 // characters of a form's query
	depth      = 3     // of the fields of a reply that are listed
	aboutAPI   = "Exchange rates, share prices and dossiers, each number with who said it, about when, and when it was learnt, as JSON, CSV and NDJSON."
)

// page answers with the description of the interface: made of the declarations, with answers of this very moment.
func (n *native) page(w http.ResponseWriter, r *http.Request) error {
	address := web.AddressOf(r)
	return n.pages.Serve(w, r, address, func() (*web.Page, error) {
		var m markup
		n.describe(r.Context(), &m, address)
		body, err := n.o.Page(r, "For programs", aboutAPI, m.String())
		if err != nil {
			return nil, fmt.Errorf("draw the page of the interface: %w", err)
		}
		return web.NewPage(body, web.PageOptions{CacheControl: web.ForReaders, Shared: web.ForNetworks}), nil
	})
}

// plain is a page without the paper's dress.
func plain(_ *http.Request, title, _, body string) ([]byte, error) {
	var m markup
	m.put("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head><body><main>", title)
	m.WriteString(body + "</main></body></html>\n")
	return m.Bytes(), nil
}

// markup is HTML in the making.
type markup struct{ bytes.Buffer }

// put writes a format whose arguments are texts: they are escaped.
func (m *markup) put(format string, texts ...string) {
	escaped := make([]any, len(texts))
	for i, t := range texts {
		escaped[i] = html.EscapeString(t)
	}
	fmt.Fprintf(m, format, escaped...)
}

// describe writes the page's body.
func (n *native) describe(ctx context.Context, m *markup, address string) {
	m.put(`<header class="head"><h1>For programs</h1><p class="standfirst">%s</p></header>`, aboutAPI)
	m.put(`<div class="body"><p>Everything is below <code>%s%s</code>, without a key, and readable for any page of the web. The same in OpenAPI 3.1: <a href="%s">%s</a>. To set a rate among the words of a page, nothing need be programmed: <a href="%s">embed it</a>.</p>`,
		address, version, openAPI, openAPI, embedPath)
	m.put(`<ul class="notes">`)
	for _, rule := range [][2]string{
		{"Numbers", "A number is a source's own, digit for digit, or exact arithmetic over its numbers, to twelve significant digits; how says which. Read them as decimals: many readers of JSON make floating point of them."},
		{"Times", "at is about when a number speaks, midnight UTC of the day where its source speaks of days; seen is when it was learnt. as_of and known_at read the past: what was true then, as it was known then."},
		{"Forms", "JSON, CSV and NDJSON, by extension (board.csv) or by Accept. Columns are named as the fields are."},
		{"Keeping", "Replies have a strong ETag: send it as If-None-Match and be told 304 while nothing changed. Cache-Control lasts until one of the sources is expected to publish again."},
		{"Limits", "Who asks more often than the paper allows, where it sets a limit, is told 429, and in Retry-After when to ask again. A key that you were given, ck_…, is sent as Authorization: Bearer ck_…, or as access_key, app_id or apikey; it changes the limit and no answer."},
		{"Other clients", "Clients of Frankfurter (/v1, /v2), fixer (/api/latest), Open Exchange Rates (/api/latest.json), currencylayer (/live) and ExchangeRate-API (/v6/latest/EUR) can ask here as they are; legacy=1 rounds as the originals do. Language models find tools at /mcp."},
		{"Following", "/api/v1/stream tells what changes, as it does. /feeds/rates/EUR-USD.atom?move=1 tells each move beyond one per cent, /feeds/sources/{id}.atom what a source published, /dossiers/feed.atom what is new in dossiers, /dossiers/{slug}/events.ics the days of one. /embed has the HTML that sets a rate into a page of yours."},
		{"Terms", "Only numbers pass here whose sources allow that, with the source named: each reply names its sources, with the words that want to stand beside their numbers."},
	} {
		m.put(`<li><b>%s</b> %s</li>`, rule[0], rule[1])
	}
	m.put(`</ul>`)
	m.put(`<table class="plain stack"><thead><tr><th scope="col">Address</th><th scope="col">What it answers</th></tr></thead><tbody>`)
	for _, e := range n.endpoints {
		m.put(`<tr><th scope="row"><a href="#%s"><code>%s</code></a></th><td data-label="What it answers">%s</td></tr>`, e.Name, e.line(), e.Title)
	}
	m.put(`</tbody></table></div>`)
	for _, e := range n.endpoints {
		n.section(ctx, m, e, address)
	}
	m.put(`<section class="band"><h2 id="problems">Problems</h2><p>An error is a problem of RFC 9457, <code>application/problem+json</code>: its detail says in a sentence what is wrong and what to do.</p><dl class="facts">`)
	for _, t := range troubles() {
		m.put(`<div id="%s"><dt>%s %s</dt><dd>%s. %s</dd></div>`, t.name, fmt.Sprint(t.status), http.StatusText(t.status), t.title, t.text)
	}
	m.put(`</dl></section>`)
}

// line is an endpoint's method and address.
func (e endpoint) line() string {
	method := e.Method
	if method == "" {
		method = http.MethodGet
	}
	return method + " " + version + e.Path
}

// section writes about an endpoint.
func (n *native) section(ctx context.Context, m *markup, e endpoint, address string) {
	m.put(`<section class="band" id="%s"><h2>%s</h2><p><code>%s</code></p><p class="text">%s</p>`, e.Name, e.Title, e.line(), e.Text)
	if len(e.Params) > 0 {
		m.put(`<table class="plain stack"><thead><tr><th scope="col">Parameter</th><th scope="col">What it is for</th><th scope="col">Example</th><th scope="col">Else</th></tr></thead><tbody>`)
		for _, p := range e.Params {
			otherwise := p.Default
			if p.Must {
				otherwise = "must be given"
			}
			m.put(`<tr><th scope="row"><code>%s</code></th><td data-label="What it is for">%s</td><td data-label="Example"><code>%s</code></td><td data-label="Else">%s</td></tr>`,
				p.Name, p.Text, p.Example, otherwise)
		}
		m.put(`</tbody></table>`)
	}
	try := n.try(ctx, e)
	command := "curl -s '" + address + try + "'"
	if e.open != nil {
		command = "curl -sN '" + address + try + "'"
	}
	if e.Method == http.MethodPost {
		command = "printf '" + strings.ReplaceAll(e.Sample, "\n", `\n`) + "' | curl -s --data-binary @- '" + address + try + "'"
	}
	m.put(`<pre><code>%s</code></pre><details open><summary>Its answer now</summary><pre><code>%s</code></pre></details>`, command, n.answerTo(ctx, e, address+try))
	if e.Method == "" && e.open == nil {
		writeForm(m, e)
	}
	m.put(`<details><summary>What it holds</summary><table class="plain stack"><thead><tr><th scope="col">Field</th><th scope="col">What it is</th></tr></thead><tbody>`)
	holdings(m, reflect.TypeOf(e.Reply), "", depth)
	m.put(`</tbody></table></details></section>`)
}

// holdings writes the fields of a reply, those of what it holds below it.
func holdings(m *markup, t reflect.Type, prefix string, deep int) {
	for _, f := range fields(t) {
		name, inner := prefix+nameOf(f), f.Type
		for inner.Kind() == reflect.Slice || inner.Kind() == reflect.Pointer {
			if inner.Kind() == reflect.Slice {
				name += "[]"
			}
			inner = inner.Elem()
		}
		m.put(`<tr><th scope="row"><code>%s</code></th><td data-label="What it is">%s</td></tr>`, name, f.Tag.Get("doc"))
		if s, ok := nested(inner); ok && deep > 1 && s != reflect.TypeFor[time.Time]() {
			holdings(m, s, name+".", deep-1)
		}
	}
}

// writeForm writes a form that asks an endpoint, without any script: its fields are put into the address by [native.fill].
func writeForm(m *markup, e endpoint) {
	m.put(`<details><summary>Ask it</summary><form class="ask" method="get" action="%s%s">`, formPath, e.Name)
	for _, p := range e.Params {
		value := p.Default
		if p.Must || slices.Contains(e.Try, p.Name) {
			value = p.Example
		}
		words, choice := p.schema["enum"].([]string)
		if !choice {
			m.put(`<label>%s <input name="%s" value="%s"`, p.Name, p.Name, value)
			if p.Must {
				m.put(` required`)
			}
			m.put(`></label>`)
			continue
		}
		m.put(`<label>%s <select name="%s">`, p.Name, p.Name)
		for _, w := range append([]string{""}, words...) {
			chosen := ""
			if w == value {
				chosen = " selected"
			}
			m.put(`<option`+chosen+` label="%s">%s</option>`, cmp.Or(w, "any"), w)
		}
		m.put(`</select></label>`)
	}
	m.put(`<label>form <select name="form">`)
	for _, f := range e.forms() {
		m.put(`<option>%s</option>`, f.extension)
	}
	m.put(`</select></label><button type="submit">Ask</button></form></details>`)
}

// fill sends a reader's form on to the address that it asks for, with what was filled in.
func (n *native) fill(w http.ResponseWriter, r *http.Request) error {
	e, ok := n.find(r.PathValue("name"))
	if !ok || e.Method != "" || e.open != nil {
		return fault.Because(fault.NotFound, "there is no form %.40q: those there are stand at %s", r.PathValue("name"), root)
	}
	if len(r.URL.RawQuery) > maxFilled {
		return fault.Because(fault.Invalid, "the form has more than %d characters: fill in less", maxFilled)
	}
	filled := r.URL.Query()
	var names []string
	values := map[string]string{}
	for _, p := range e.Params {
		if text := strings.TrimSpace(filled.Get(p.Name)); text != "" && text != p.Default || e.in(p) == "path" {
			names, values[p.Name] = append(names, p.Name), text
		}
	}
	extension := ""
	for _, f := range e.forms()[1:] {
		if filled.Get("form") == f.extension {
			extension = "." + f.extension
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, e.address(names, values, extension), http.StatusSeeOther)
	return nil
}

// address is an endpoint's address with some parameters.
func (e endpoint) address(names []string, values map[string]string, extension string) string {
	path, separator := version+e.Path+extension, "?"
	query := ""
	for _, name := range names {
		if hole := "{" + name + "}"; strings.Contains(path, hole) {
			path = strings.ReplaceAll(path, hole, url.PathEscape(values[name]))
			continue
		}
		text := strings.NewReplacer("%2C", ",", "%3A", ":", "%2F", "/").Replace(url.QueryEscape(values[name]))
		query, separator = query+separator+name+"="+text, "&"
	}
	return path + query
}

// try is the address of an endpoint's example. An observation, a dossier and its event are ones that there are, if there are any.
func (n *native) try(ctx context.Context, e endpoint) string {
	values, names := map[string]string{}, []string{}
	for _, p := range e.Params {
		if p.Must || slices.Contains(e.Try, p.Name) {
			names, values[p.Name] = append(names, p.Name), p.Example
		}
	}
	if _, ok := values["id"]; ok {
		now := market.AsOf{}.Resolved(n.Now())
		if p, err := n.Ledger().Rate(ctx, market.Pair("EUR", "USD"), now); err == nil && len(p.From) > 0 {
			values["id"] = string(p.From[0].ID)
		}
	}
	if _, ok := values["slug"]; ok {
		if all, err := n.o.Paper.Dossiers(ctx); err == nil && len(all) > 0 {
			values["slug"] = string(all[0].Slug)
			for _, event := range all[0].Subject.Timeline()[:min(1, len(all[0].Subject.Events))] {
				values["event"] = string(event.ID)
			}
		}
	}
	return e.address(names, values, "")
}

// answerTo is what an endpoint answers to its example now, set for people and cut where it is long.
func (n *native) answerTo(ctx context.Context, e endpoint, try string) string {
	var body io.Reader
	if e.Method == http.MethodPost {
		body = strings.NewReader(e.Sample)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, try, body)
	if err != nil {
		return fault.Sentence(err)
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, version), "/")
	for i, hole := range strings.Split(e.Path, "/") {
		if name := strings.Trim(hole, "{}"); name != hole {
			r.SetPathValue(name, parts[i])
		}
	}
	var reply api.Reply
	if e.open != nil {
		reply.Body, err = n.event(ctx, "EUR/USD")
	} else {
		reply, err = n.reply(e, api.Question{Request: r, Query: api.Query{Values: r.URL.Query()}})
	}
	if err != nil {
		return fault.Sentence(err)
	}
	var set bytes.Buffer
	if err := json.Indent(&set, reply.Body, "", "  "); err != nil {
		return fault.Sentence(err)
	}
	lines := strings.Split(strings.TrimSpace(set.String()), "\n")
	if len(lines) > shownLines {
		lines = append(lines[:shownLines], fmt.Sprintf("… and %d lines more", len(lines)-shownLines))
	}
	return strings.Join(lines, "\n")
}
