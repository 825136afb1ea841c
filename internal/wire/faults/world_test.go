package faults

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/web"
)

type fetcher = *web.Fetcher

// world is what lies outside the papers: servers, which all papers share, each under a path of its own.
type world struct {
	dir    string // for the databases
	count  atomic.Int64
	papers sync.Map // by path

	plain, other, private        *httptest.Server // the second is another trusted host, the third is not trusted
	unsigned, expired, elsewhere *httptest.Server // what they show is signed by nobody, too old, for another name
	old                          *httptest.Server // it speaks no TLS newer than 1.1
	closed                       string           // an address at which nobody listens

	fetch    fetcher // as in the program
	hasty    fetcher // has little patience
	sparing  fetcher // takes 64 KB at the most
	released chan struct{}
}

// most is what the sparing fetcher takes.
const most = 64 << 10

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), released: make(chan struct{})}
	if dir, err := os.MkdirTemp("/dev/shm", "faults"); err == nil { // what a disk does is not asked here, and it is slow
		w.dir = dir
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	start := func(secure *tls.Config) *httptest.Server {
		s := httptest.NewUnstartedServer(w)
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail as they should
		if s.TLS = secure; secure != nil {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		return s
	}
	w.plain, w.other, w.private = start(nil), start(nil), start(nil)
	now := time.Now()
	w.unsigned = start(certificate(t, net.IPv4(127, 0, 0, 1), now.Add(time.Hour)))
	w.expired = start(certificate(t, net.IPv4(127, 0, 0, 1), now.Add(-time.Hour)))
	w.elsewhere = start(certificate(t, net.IPv4(192, 0, 2, 1), now.Add(time.Hour)))
	ancient := certificate(t, net.IPv4(127, 0, 0, 1), now.Add(time.Hour))
	ancient.MinVersion, ancient.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	w.old = start(ancient)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.closed = "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	o := web.FetcherOptions{Trusted: []string{strings.TrimPrefix(w.closed, "http://")}}
	for _, s := range []*httptest.Server{w.plain, w.other, w.unsigned, w.expired, w.elsewhere, w.old} {
		o.Trusted = append(o.Trusted, s.Listener.Addr().String())
	}
	w.fetch = web.NewFetcher(o)
	o.Timeout = 150 * time.Millisecond
	w.hasty = web.NewFetcher(o)
	o.Timeout, o.Most = 0, most
	w.sparing = web.NewFetcher(o)
	for _, f := range []fetcher{w.fetch, w.hasty, w.sparing} {
		t.Cleanup(f.Close)
	}
	t.Cleanup(func() { close(w.released) }) // before the servers close: they wait for their handlers
	return w
}

// certificate is one that nobody signed but itself.
func certificate(t *testing.T, ip net.IP, until time.Time) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "The Bank"}, IPAddresses: []net.IP{ip},
		NotBefore: until.Add(-24 * time.Hour), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// attend gives a paper its path on every server.
func (w *world) attend(p *paper) (path string) {
	path = fmt.Sprintf("/paper-%d", w.count.Add(1))
	w.papers.Store(path, p)
	return path
}

// ServeHTTP answers as the paper that asks wants it.
func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	end := strings.IndexByte(r.URL.Path[1:], '/') + 1
	found, ok := w.papers.Load(r.URL.Path[:max(end, 0)])
	if !ok {
		http.NotFound(rw, r)
		return
	}
	p := found.(*paper)
	p.mu.Lock()
	p.hits = append(p.hits, p.clock)
	answer := p.answer
	p.mu.Unlock()
	answer(rw, r)
}

// path is where a paper stands on every server.
func (p *paper) path() string { return strings.TrimPrefix(p.bank.Base, p.w.plain.URL) }
