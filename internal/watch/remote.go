package watch

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Remote is a paper that is served elsewhere, asked by its own interface at /api/v1/. What has not changed is not sent again, and while
// its stream is held nothing of that is asked; see [Remote.Follow].
type Remote struct {
	server  *url.URL
	fetcher *web.Fetcher
	key     string
	symbols []market.Symbol
	usual   bool // the symbols were not named
	kept    map[string]kept
	courses map[market.Symbol]course
	fresh   map[market.SourceID]time.Duration

	begin sync.Once
	begun chan struct{}   // closed by the first reading
	found []market.Symbol // by that; what is followed
	mu    sync.Mutex
	told  map[market.Symbol]Row // what the stream said last
	live  bool                  // and that is all there is to say now
}

// RemoteOptions say what is watched, and who asks; the zero value asks for the majors against the paper's own base.
type RemoteOptions struct {
	Symbols []market.Symbol // all of them must have a value
	Key     string          // one that the paper gave away; empty: none
}

// kept is a reply, as it was read, with the tag by which it is asked for again.
type kept struct {
	tag   string
	value any
}

// Limits of what is taken from a server.
const (
	mostReply  = 4 << 20 // bytes
	mostWait   = 15 * time.Second
	mostPoints = 10_000 // of a series
	mostKey    = 200    // bytes
)

// NewRemote returns the paper at an address, a scheme and a host. The address may be private: who watches names it. The error is
// fault.Invalid, and never repeats the key. Close it when done.
func NewRemote(address string, o RemoteOptions) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.Because(fault.Invalid, "%.100q is no address of a paper: write its scheme and host, as https://paper.example", address)
	}
	if o.Key != "" && (!strings.HasPrefix(o.Key, keys.Prefix) || len(o.Key) > mostKey || strings.ContainsFunc(o.Key, func(r rune) bool { return r <= ' ' || r > '~' })) {
		return nil, fault.Because(fault.Invalid, `the key is none that a paper gives away: it is one word that begins with %s, as "courant keys add" prints it`, keys.Prefix)
	}
	if o.Key != "" && u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fault.Because(fault.Invalid, "the key would be sent to %.100s in the clear: give its address with https://", u.Host)
	}
	return &Remote{
		server:  &url.URL{Scheme: u.Scheme, Host: u.Host},
		fetcher: web.NewFetcher(web.FetcherOptions{Timeout: mostWait, Most: mostReply, Trusted: []string{web.HostPort(u)}}),
		key:     o.Key, symbols: o.Symbols, kept: map[string]kept{}, courses: map[market.Symbol]course{},
		begun: make(chan struct{}), told: map[market.Symbol]Row{},
	}, nil
}

// loopback says whether a host is this machine.
func loopback(host string) bool {
	at, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && at.IsLoopback()
}

// Close drops idle connections.
func (r *Remote) Close() { r.fetcher.Close() }

// Name implements [Source].
func (r *Remote) Name() string { return printable(r.server.Host) }

// Read implements [Source].
func (r *Remote) Read(ctx context.Context) ([]Row, error) {
	if len(r.symbols) == 0 {
		var err error
		if r.symbols, err = ask(ctx, r, "board?quotes="+strings.ReplaceAll(majorCodes, " ", ","), parseMajors); err != nil {
			return nil, err
		}
		r.usual = true
	}
	told := r.present()
	if told == nil || !r.knows(told) {
		var err error
		if r.fresh, err = ask(ctx, r, "sources", parseFresh); err != nil {
			return nil, err
		}
	}
	var rows []Row
	for _, symbol := range r.symbols {
		row, err := r.row(ctx, symbol, told)
		if err != nil && fault.KindOf(err) == fault.NotFound && r.usual {
			continue
		}
		if err != nil {
			return nil, err
		}
		if hours := r.fresh[row.Source]; hours > 0 && row.How != market.Fixed && row.Until.IsZero() {
			row.Until = row.At.Add(hours)
		}
		for i, path := range row.Numbers {
			row.Numbers[i] = r.server.JoinPath(path).String()
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, fault.Because(fault.NotFound, "%s has no rate of the major currencies: name the pairs and shares to watch", r.Name())
	}
	r.begin.Do(func() {
		for _, row := range rows {
			r.found = append(r.found, row.Symbol)
		}
		close(r.begun)
	})
	return rows, nil
}

// knows says whether it is known for how long what the sources of some rows say counts as current.
func (r *Remote) knows(told map[market.Symbol]Row) bool {
	for _, row := range told {
		if _, ok := r.fresh[row.Source]; !ok {
			return false
		}
	}
	return true
}

func (r *Remote) row(ctx context.Context, symbol market.Symbol, told map[market.Symbol]Row) (row Row, err error) {
	base, quote, isPair := symbol.Pair()
	pair := string(base) + "-" + string(quote)
	row, ok := told[symbol]
	switch {
	case ok:
	case isPair:
		row, err = ask(ctx, r, "rates/"+pair, func(body []byte) (Row, error) { return parseRate(body, symbol) })
	default:
		row, err = ask(ctx, r, "quotes/"+string(symbol), func(body []byte) (Row, error) { return parseQuote(body, symbol) })
	}
	row.Numbers = append([]string{}, row.Numbers...) // what is kept stays as it is
	if err != nil || !isPair {
		return row, err
	}
	c, ok := r.courses[symbol]
	if !ok || !c.to.Equal(row.At) {
		from := row.At.AddDate(0, 0, -within).Format(time.DateOnly)
		values, err := ask(ctx, r, "series/"+pair+"?limit=10000&from="+from, parseCourse)
		if err != nil && fault.KindOf(err) != fault.NotFound { // what a law fixes has no series
			return Row{}, err
		}
		c = course{row.At, values}
		r.courses[symbol] = c
	}
	row.Course = c.values
	return row, nil
}

// authorized is a header with the key, where there is one.
func (r *Remote) authorized() http.Header {
	h := http.Header{}
	if r.key != "" {
		h.Set("Authorization", "Bearer "+r.key)
	}
	return h
}

// ask asks an address below /api/v1/ and reads the reply, unless it is the one that was read before.
func ask[T any](ctx context.Context, r *Remote, path string, parse func([]byte) (T, error)) (value T, err error) {
	header := r.authorized()
	header.Set("Accept", "application/json")
	before, known := r.kept[path]
	if known {
		header.Set("If-None-Match", before.tag)
	}
	reply, err := r.fetcher.Fetch(ctx, web.Query{URL: r.server.String() + "/api/v1/" + path, Header: header})
	if err != nil {
		return value, err
	}
	switch {
	case reply.Status == http.StatusNotModified && known:
		return before.value.(T), nil
	case reply.Status != http.StatusOK:
		return value, r.refused(reply)
	}
	if value, err = parse(reply.Body); errors.Is(err, fault.NotFound) {
		return value, fault.Because(fault.NotFound, "%s: %w", r.Name(), err)
	}
	if err != nil {
		return value, fault.Because(fault.Upstream, "%s does not answer as a paper does: %w", r.Name(), err)
	}
	if tag := reply.Header.Get("ETag"); tag != "" {
		if len(r.kept) >= 4*MostSymbols { // series of days gone by
			clear(r.kept)
		}
		r.kept[path] = kept{tag, value}
	}
	return value, nil
}

// refused is a reply that is no success, as a fault.
func (r *Remote) refused(reply web.Answer) error {
	detail := parseProblem(reply.Body)
	if detail == "" {
		detail = http.StatusText(reply.Status)
	}
	if r.key != "" {
		detail = strings.ReplaceAll(detail, r.key, keys.Prefix+"…") // whoever answers
	}
	said := func(kind fault.Kind) error {
		return fault.Because(kind, "%s answers with %d: %s", r.Name(), reply.Status, detail)
	}
	switch {
	case reply.Status == http.StatusNotFound && parseProblem(reply.Body) != "":
		return said(fault.NotFound)
	case reply.Status == http.StatusBadRequest:
		return said(fault.Invalid)
	case reply.Status == http.StatusUnauthorized:
		return said(fault.Denied)
	case reply.Status == http.StatusTooManyRequests, reply.Status == http.StatusServiceUnavailable:
		return Later{said(fault.Busy), reply.RetryAfter}
	}
	return said(fault.Upstream)
}
