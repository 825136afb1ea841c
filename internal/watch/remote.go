package watch

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Remote is a paper that is served elsewhere, asked by its own interface at /api/v1/. What has not changed is not sent again.
type Remote struct {
	server  *url.URL
	fetcher *web.Fetcher
	symbols []market.Symbol
	usual   bool // the symbols were not named
	kept    map[string]kept
	courses map[market.Symbol]course
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
)

// NewRemote returns the paper at an address, a scheme and a host. Without symbols it is asked for the majors against its own
// base. The address may be private: who watches names it. The error is fault.Invalid. Close it when done.
func NewRemote(address string, symbols []market.Symbol) (*Remote, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.Because(fault.Invalid, "%.100q is no address of a paper: write its scheme and host, as https://paper.example", address)
	}
	return &Remote{
		server:  &url.URL{Scheme: u.Scheme, Host: u.Host},
		fetcher: web.NewFetcher(web.FetcherOptions{Timeout: mostWait, Most: mostReply, Trusted: []string{web.HostPort(u)}}),
		symbols: symbols, kept: map[string]kept{}, courses: map[market.Symbol]course{},
	}, nil
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
	fresh, err := ask(ctx, r, "sources", parseFresh)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, symbol := range r.symbols {
		row, err := r.row(ctx, symbol)
		if err != nil && fault.KindOf(err) == fault.NotFound && r.usual {
			continue
		}
		if err != nil {
			return nil, err
		}
		if hours := fresh[row.Source]; hours > 0 && row.How != market.Fixed {
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
	return rows, nil
}

func (r *Remote) row(ctx context.Context, symbol market.Symbol) (Row, error) {
	if _, ticker, ok := symbol.Listing(); ok {
		row, err := ask(ctx, r, "search?limit=1&q="+url.QueryEscape(ticker), func(body []byte) (Row, error) { return parseShare(body, symbol) })
		row.Numbers = append([]string{}, row.Numbers...) // what is kept stays as it is
		return row, err
	}
	base, quote, _ := symbol.Pair()
	pair := string(base) + "-" + string(quote)
	row, err := ask(ctx, r, "rates/"+pair, func(body []byte) (Row, error) { return parseRate(body, symbol) })
	if err != nil {
		return Row{}, err
	}
	row.Numbers = append([]string{}, row.Numbers...)
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

// ask asks an address below /api/v1/ and reads the reply, unless it is the one that was read before.
func ask[T any](ctx context.Context, r *Remote, path string, parse func([]byte) (T, error)) (value T, err error) {
	header := http.Header{"Accept": {"application/json"}}
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
	said := func(kind fault.Kind) error {
		return fault.Because(kind, "%s answers with %d: %s", r.Name(), reply.Status, detail)
	}
	switch {
	case reply.Status == http.StatusNotFound && parseProblem(reply.Body) != "":
		return said(fault.NotFound)
	case reply.Status == http.StatusBadRequest:
		return said(fault.Invalid)
	case reply.Status == http.StatusTooManyRequests, reply.Status == http.StatusServiceUnavailable:
		return Later{said(fault.Busy), reply.RetryAfter}
	}
	return said(fault.Upstream)
}
