package app

import (
	"cmp"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus/natsbus"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// Config is everything that an operator may set. Each setting is, in this order, a flag, an environment variable or a
// default that works; see [Settings].
type Config struct {
	Data        string // directory of the SQLite file
	Database    string // postgres://… ; empty: SQLite in Data
	Listen      string // address of the paper
	Metrics     string // address of the private listener for metrics; empty: none
	AddressFile string // file into which the bound address is written once the paper can be read
	URL         string // scheme and host under which people reach the paper; empty: the bound address
	Name        string // what stands in the masthead, where the newsroom set no name
	Base        string // the currency against which the board is shown first, likewise
	Wire        string // which providers are fetched: on, off, or their names with commas between; empty: off
	Mirror      string // ID=ADDRESS,…: where a provider is fetched from instead of its own address
	Memory      string // megabytes that rates may take in memory while the paper is served; empty: 256
	SourceKeys  string // ID=KEY,…: the paper's keys with providers
	Quotes      string // listings of which share prices are asked, with commas between; empty: those that the paper shows and prints
	Display     string // providers of share prices that the operator may show, with commas between
	Drop        string // directory into which files with share prices are dropped; empty: none
	Trades      string // ID,ID=ADDRESS,…: providers whose trades are heard as they are made; empty: none
	PerAddress  string // requests a minute that a program may make from one address without a key; empty or 0: no limit
	Proxies     string // addresses and networks of the proxies in front, with commas between; empty: there are none
	Hub         string // the WebSub hub that is told when a feed changes; empty: none
	NATS        string // nats://… of the servers that carry hints between several machines; empty: there is one machine
	Streams     string // open pages that are kept current; empty: 10,000, 0: none, they ask
	Receivers   string // HOST:PORT,…: receivers of hooks that may have a private address and no TLS
	Dev         bool   // read pages' assets from the checkout at each request

	Now func() time.Time // nil: time.Now. What the paper says and does at a moment follows it; no operator can set it
}

// Setting is one setting: its name as a flag, its environment variable, its default and what it is for.
type Setting struct {
	Flag, Env, Default, Usage string
	Hide                      func(value string) string // the value as it may be shown; nil: as it is
}

// Settings lists what can be set, in the order in which it is shown.
func Settings() []Setting {
	return []Setting{
		{Flag: "data", Env: "COURANT_DATA", Default: "courant-data", Usage: "directory in which the paper is kept"},
		{Flag: "database", Env: "COURANT_DATABASE", Usage: "PostgreSQL URL, postgres://…; without it SQLite in the data directory", Hide: Redacted},
		{Flag: "listen", Env: "COURANT_LISTEN", Default: "127.0.0.1:8080", Usage: "address on which the paper is read; port 0 takes a free one"},
		{Flag: "metrics", Env: "COURANT_METRICS", Usage: "private address for Prometheus metrics at /metrics, such as 127.0.0.1:9464; without it none"},
		{Flag: "address-file", Env: "COURANT_ADDRESS_FILE", Usage: "file into which the bound address is written once the paper can be read"},
		{Flag: "url", Env: "COURANT_URL", Usage: "scheme and host under which people reach the paper, such as https://paper.example, for links that are read elsewhere, and passkeys; without it the address it listens on"},
		{Flag: "name", Env: "COURANT_NAME", Default: "Courant", Usage: "the paper's name in the masthead, where the newsroom set none"},
		{Flag: "wire", Env: "COURANT_WIRE", Default: "on", Usage: "which sources serve fetches: on (official ones without a key, and those with one), off, or a list: ecb,cbr"},
		{Flag: "mirror", Env: "COURANT_MIRROR", Usage: "where sources are fetched from instead: ecb=https://mirror.example/eurofxref/,…"},
		{Flag: "source-keys", Env: "COURANT_SOURCE_KEYS", Usage: "the paper's keys with sources that want one: oxr=…,fred=…", Hide: hidden},
		{Flag: "quotes", Env: "COURANT_QUOTES", Usage: "shares whose prices are asked for, beside those of the strip and of published stories: XNYS:BP,XNAS:VOD"},
		{Flag: "display", Env: "COURANT_DISPLAY", Usage: "providers of share prices for which you confirm that you may show them to readers: finnhub,tiingo; those of all others are kept and not shown"},
		{Flag: "drop", Env: "COURANT_DROP", Usage: "directory into which the paper's own feed drops files of share prices (docs/quotes.md)"},
		{Flag: "trades", Env: "COURANT_TRADES", Usage: "providers whose trades are heard as they are made, over a WebSocket, where your plan has one: finnhub,polygon=wss://delayed.massive.com/stocks (docs/quotes.md)"},
		{Flag: "memory", Env: "COURANT_MEMORY", Default: "256", Usage: "megabytes that rates may take in memory while the paper is served; beyond them the database is asked"},
		{Flag: "per-address", Env: "COURANT_PER_ADDRESS", Default: "0", Usage: "requests a minute that programs may make from one address (of IPv6, one /64) without a key; 0: no limit. Behind a proxy all have its address, unless it is one of the proxies"},
		{Flag: "proxies", Env: "COURANT_PROXIES", Usage: "addresses or networks of your own proxies, whose X-Forwarded-For and X-Forwarded-Proto are believed: 127.0.0.1,10.0.0.0/8"},
		{Flag: "nats", Env: "COURANT_NATS", Usage: "NATS servers that tell the paper's other machines what changed: nats://10.0.0.5:4222,…; without them they see it within a second or a minute", Hide: withoutPasswords},
		{Flag: "streams", Env: "COURANT_STREAMS", Default: "10000", Usage: "open pages and programs, counted together, that this process keeps current at once; further ones, or with 0 all, ask now and then"},
		{Flag: "receivers", Env: "COURANT_RECEIVERS", Usage: "receivers of hooks that may have a private address and no TLS: 10.0.0.7:8080,…"},
		{Flag: "hub", Env: "COURANT_HUB", Usage: "WebSub hub that the feeds name, and that is told when one changes: https://hub.example/; it needs url"},
		{Flag: "base", Env: "COURANT_BASE", Default: "EUR", Usage: "currency against which the board is shown first, where the newsroom set none"},
	}
}

// SettingOf returns the setting of a flag.
func SettingOf(flag string) (Setting, bool) {
	for _, s := range Settings() {
		if s.Flag == flag {
			return s, true
		}
	}
	return Setting{}, false
}

// Check says what is wrong with a configuration; the error is fault.Invalid and names the setting.
func (c Config) Check() error {
	if _, err := currency.ParseCode(c.Base); err != nil {
		return fault.Because(fault.Invalid, "the setting base: %w", err)
	}
	if _, err := currency.All().Currency(currency.Code(strings.ToUpper(c.Base))); err != nil {
		return fault.Because(fault.Invalid, "the setting base: %w", err)
	}
	for _, a := range []struct{ setting, address string }{{"listen", c.Listen}, {"metrics", c.Metrics}} {
		if a.address == "" && a.setting == "metrics" {
			continue
		}
		if _, _, err := net.SplitHostPort(a.address); err != nil {
			return fault.Because(fault.Invalid, "the setting %s: %q is no address: write it as 127.0.0.1:8080", a.setting, a.address)
		}
	}
	if u, err := url.Parse(c.URL); c.URL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Scheme+"://"+u.Host != c.URL) {
		return fault.Because(fault.Invalid, "the setting url: %.100q is no address of a paper: write scheme and host, https://paper.example", c.URL)
	}
	if c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") {
		return fault.Because(fault.Invalid, "the setting database: write it as postgres://user@host/name; "+
			"for SQLite leave it out and name a directory with --data")
	}
	if _, err := c.Fetched(); err != nil {
		return err
	}
	if _, err := c.asked(); err != nil {
		return err
	}
	if _, err := c.trades(); err != nil {
		return err
	}
	if _, err := c.memory(); err != nil {
		return err
	}
	if _, err := c.perAddress(); err != nil {
		return err
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if _, err := c.streams(); err != nil {
		return err
	}
	if err := natsbus.Check(c.NATS); err != nil {
		return fault.Because(fault.Invalid, "the setting nats: %w", err)
	}
	if _, err := c.Trusted(); err != nil {
		return err
	}
	if err := c.checkHub(); err != nil {
		return err
	}
	if c.Database == "" && c.Data == "" {
		return fault.Because(fault.Invalid, "the setting data is empty: name a directory")
	}
	return nil
}

// memory is how many bytes rates may take in memory.
func (c Config) memory() (int, error) {
	const most = 1 << 20 // megabytes
	n, err := strconv.Atoi(cmp.Or(c.Memory, "256"))
	if err != nil || n < 1 || n > most {
		return 0, fault.Because(fault.Invalid, "the setting memory: %.20q is no number of megabytes from 1 to %d", c.Memory, most)
	}
	return n << 20, nil
}

// perAddress is how many requests a minute programs may make from one address. There is no limit unless one is set: the
// connection's address is what is counted, so that behind a proxy all would share one; and a reply costs little, since it is
// made once for all who ask the same.
func (c Config) perAddress() (int, error) {
	n, err := strconv.Atoi(cmp.Or(c.PerAddress, "0"))
	if err != nil || n < 0 || n > keys.MostPerMinute {
		return 0, fault.Because(fault.Invalid, "the setting per-address: %.20q is no number of requests a minute from 0 (no limit) to %d", c.PerAddress, keys.MostPerMinute)
	}
	return n, nil
}

// streams are how many open pages are kept current.
func (c Config) streams() (int, error) {
	const most = 1_000_000
	n, err := strconv.Atoi(cmp.Or(c.Streams, "10000"))
	if err != nil || n < 0 || n > most {
		return 0, fault.Because(fault.Invalid, "the setting streams: %.20q is no number of open pages from 0 (they ask) to %d", c.Streams, most)
	}
	if n == 0 {
		return -1, nil
	}
	return n, nil
}

// proxies are those whose word on who asks is taken.
func (c Config) proxies() (web.Proxies, error) {
	p, err := web.ParseProxies(c.Proxies)
	if err != nil {
		return nil, fault.Because(fault.Invalid, "the setting proxies: %w", err)
	}
	return p, nil
}

// Masthead is what a newsroom that sets nothing has.
func (c Config) Masthead() news.Masthead {
	return news.Masthead{Name: cmp.Or(c.Name, "Courant"), Base: currency.Code(strings.ToUpper(c.Base)), Language: "en"}
}

// storeURL is what the store opens.
func (c Config) storeURL() string {
	return cmp.Or(c.Database, filepath.Join(c.Data, "courant.db"))
}

// Begun says whether there is a paper where the settings name one; a database server is only asked when it is opened.
func (c Config) Begun() bool {
	if c.Database != "" {
		return true
	}
	_, err := os.Stat(c.storeURL())
	return !errors.Is(err, os.ErrNotExist)
}

// Origin is the scheme, host and port under which browsers reach the paper that listens on an address. An address of this
// machine only is named, since browsers keep no passkeys for a number. It is empty where the port is not known yet.
func (c Config) Origin(listens string) string {
	if c.URL != "" {
		return c.URL
	}
	host, port, err := net.SplitHostPort(listens)
	if err != nil || port == "0" {
		return ""
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && (a.IsLoopback() || a.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// hidden returns the setting source-keys without the keys.
func hidden(keys string) string {
	var shown []string
	for pair := range strings.SplitSeq(keys, ",") {
		id, _, _ := strings.Cut(pair, "=")
		shown = append(shown, strings.TrimSpace(id)+"=xxxxx")
	}
	return strings.Join(shown, ",")
}

// withoutPasswords returns the setting nats fit to be shown.
func withoutPasswords(servers string) string {
	var shown []string
	for server := range strings.SplitSeq(servers, ",") {
		shown = append(shown, Redacted(strings.TrimSpace(server)))
	}
	return strings.Join(shown, ",")
}

// Redacted returns a database URL without its password, fit to be shown and logged.
func Redacted(database string) string {
	u, err := url.Parse(database)
	if err != nil {
		return "(a URL that cannot be read)"
	}
	return u.Redacted()
}
