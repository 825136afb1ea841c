package web

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Fetcher is the one road by which the paper asks other servers. It refuses addresses that are not public at the moment
// of connecting, so that neither a name that resolves to a private address nor a redirection can lead it into the
// network that it stands in; it takes no more bytes than it was told, packed or unpacked, and no longer; it follows a
// redirection only within one host, knows no proxy and keeps no cookie. It is safe for concurrent use.
type Fetcher struct {
	client *http.Client
	o      FetcherOptions
}

// FetcherOptions are the limits of a fetcher; the zero value has sensible ones.
type FetcherOptions struct {
	Agent   string        // what it calls itself; empty: Courant
	Timeout time.Duration // for a whole request with its reply; 0: 30 seconds
	Most    int64         // bytes of a reply, unpacked; 0: 32 MB
	// Trusted are hosts with their ports, as 10.0.0.7:8080, that may have any address: a mirror that the operator named.
	Trusted []string
	// Told is for telling somebody, not for asking: what counts is that the server answered, and how. A redirection is such an
	// answer and is not followed; of a reply that is longer than Most or breaks off the beginning is enough.
	Told bool
}

// Query is one request.
type Query struct {
	Method string // empty: GET
	URL    string
	Header http.Header
	Body   string
}

// Answer is a reply, whole and unpacked.
type Answer struct {
	Status     int
	Header     http.Header
	Body       []byte
	RetryAfter time.Duration // what a busy server asks for; 0: nothing
}

// NewFetcher returns a fetcher.
func NewFetcher(o FetcherOptions) *Fetcher {
	if o.Agent == "" {
		o.Agent = "Courant (a newspaper; +https://github.com/courant-news/courant)"
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Most == 0 {
		o.Most = 32 << 20
	}
	f := &Fetcher{o: o}
	f.client = &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: f.redirect,
		Transport: &http.Transport{
			DialContext:            f.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  20 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // unpacked here, where the size is watched
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    1,
			IdleConnTimeout:        time.Minute,
		},
	}
	return f
}

// Close drops idle connections.
func (f *Fetcher) Close() { f.client.CloseIdleConnections() }

// Fetch makes one request and reads the reply to its end. A status that is no success is an Answer like any other. The
// error is fault.Invalid for an address that may not be fetched, and fault.Upstream for a server that cannot be reached,
// is too slow, sends too much or breaks off.
func (f *Fetcher) Fetch(ctx context.Context, q Query) (Answer, error) {
	req, err := f.request(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	u := req.URL
	if !f.o.Told {
		req.Header.Set("Accept-Encoding", "gzip")
	}
	resp, err := f.client.Do(req)
	if err != nil {
		return Answer{}, unreached(u, err)
	}
	defer resp.Body.Close()
	a := Answer{Status: resp.StatusCode, Header: resp.Header, RetryAfter: wait(resp.Header)}
	if f.o.Told {
		a.Body, _ = io.ReadAll(io.LimitReader(resp.Body, f.o.Most)) // the answer stood in its first line
		return a, nil
	}
	if a.Body, err = f.read(resp); err != nil {
		return Answer{}, fmt.Errorf("read the reply of %s: %w", u.Host, err)
	}
	return a, nil
}

// request makes a query a request. The error is fault.Invalid.
func (f *Fetcher) request(ctx context.Context, q Query) (*http.Request, error) {
	u, err := url.Parse(q.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return nil, fault.Because(fault.Invalid, "%.200q cannot be fetched: it is no web address", q.URL)
	}
	if q.Method == "" {
		q.Method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, q.URL, strings.NewReader(q.Body))
	if err != nil {
		return nil, fault.Because(fault.Invalid, "%.200q cannot be fetched: %w", q.URL, err)
	}
	for name, values := range q.Header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", f.o.Agent)
	return req, nil
}

// Get returns the body of what stands at an address, of which it takes no more bytes than it is told. The errors are those
// of [Fetcher.Fetch], and fault.Upstream for a reply that is no success.
func (f *Fetcher) Get(ctx context.Context, address string, most int64) ([]byte, error) {
	limited := *f
	limited.o.Most = min(most, f.o.Most)
	a, err := limited.Fetch(ctx, Query{URL: address})
	if err != nil {
		return nil, err
	}
	if a.Status != http.StatusOK {
		return nil, fault.Because(fault.Upstream, "%.200s answers with %d %s and not with what was asked for", address, a.Status, http.StatusText(a.Status))
	}
	return a.Body, nil
}

// read takes the body, unpacks it, and stops where it grows beyond what was allowed.
func (f *Fetcher) read(resp *http.Response) ([]byte, error) {
	most := f.o.Most
	tooLong := fault.Because(fault.Upstream, "it is longer than %d bytes", most)
	if resp.ContentLength > most {
		return nil, tooLong
	}
	var body io.Reader = io.LimitReader(resp.Body, most+1)
	switch encoding := resp.Header.Get("Content-Encoding"); strings.ToLower(encoding) {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, fault.Because(fault.Upstream, "it is not packed as it says: %w", err)
		}
		defer z.Close()
		body = io.LimitReader(z, most+1)
	default:
		return nil, fault.Because(fault.Upstream, "it is packed as %.20q, which was not asked for", encoding)
	}
	text, err := io.ReadAll(body)
	switch {
	case err != nil:
		return nil, fault.Because(fault.Upstream, "it breaks off after %d bytes: %w", len(text), err)
	case int64(len(text)) > most:
		return nil, tooLong
	}
	return text, nil
}

// redirect follows at most three redirections, all within the host that was asked and none to a weaker scheme: a
// service that moved is for the operator to see, and a page to sign in on is no data.
func (f *Fetcher) redirect(req *http.Request, via []*http.Request) error {
	if f.o.Told {
		return http.ErrUseLastResponse
	}
	first := via[0].URL
	if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return fault.Because(fault.Upstream, "it sends us to another place, %.100s", req.URL.Redacted())
	}
	if len(via) > 3 {
		return fault.Because(fault.Upstream, "it sends us round and round")
	}
	return nil
}

// HostPort is the host of an address with its port, as it is dialled and as [FetcherOptions].Trusted names it.
func HostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "ws": "80", "https": "443", "wss": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// dial connects, and looks at the address that the name resolved to before the first byte is sent.
func (f *Fetcher) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 10 * time.Second, Control: guard}
	if slices.Contains(f.o.Trusted, address) {
		d.Control = nil
	}
	return d.DialContext(ctx, network, address)
}

// guard refuses addresses that are not public. It runs after the name was resolved and for each address tried.
func guard(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) {
		return fault.Because(fault.Invalid, "%s is not a public address", address)
	}
	return nil
}

// closed are the networks that are no part of the public internet, or lead into one that is not: the IANA registries of
// special-purpose addresses, RFC 6890 and its updates.
var closed = prefixes("0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 " +
	"192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 " +
	"::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8")

func prefixes(list string) (all []netip.Prefix) {
	for text := range strings.FieldsSeq(list) {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range closed {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

// unreached says in a sentence why there is no reply.
func unreached(u *url.URL, err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err // without the address, which may bear a key
	}
	var unknown *net.DNSError
	var timeout interface{ Timeout() bool }
	switch kind := fault.KindOf(err); {
	case kind == fault.Invalid, kind == fault.Upstream:
		return fault.Because(kind, "%s cannot be fetched: %s", u.Host, fault.Sentence(err)) // without what was tried below it
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &unknown): // it names the resolver, and these sentences stand at /sources for every reader
		return fault.Because(fault.Upstream, "%s cannot be reached: its name could not be resolved", u.Host)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fault.Because(fault.Upstream, "%s does not answer in time", u.Host)
	}
	if failed := new(net.OpError); errors.As(err, &failed) {
		return fault.Because(fault.Upstream, "%s cannot be reached: %w", u.Host, failed.Err)
	}
	return fault.Because(fault.Upstream, "%s cannot be reached: %w", u.Host, err)
}

// wait reads the header Retry-After, a number of seconds or a date. What is beyond a day counts as one.
func wait(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	var w time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		w = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		w = time.Until(at)
	}
	return min(max(w, 0), 24*time.Hour)
}
