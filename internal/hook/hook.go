// Package hook tells other programs what happened, at addresses of theirs: that a pair of currencies moved by more than so many
// per cent, that a source published, and a WebSub hub that a feed changed. It sends and signs as Standard Webhooks 1.0.0 says (standardwebhooks.com).
//
// What is to be told follows from what the ledger holds, and what was told stands in an outbox under a name that is made of
// what it tells: so a hint that was lost, a second machine and a kill -9 change nothing. A delivery is kept before it is sent
// and is repeated under its name until it is taken, so that a receiver gets each at least once and knows what it had already.
// Only sources speak that may be passed on.
//
// Start at [New] for a hook and at [NewRunner] for who delivers. A [Runner] is safe for concurrent use.
package hook

import (
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
)

// Kind is the type of an event, as it stands in what is sent.
type Kind string

// The kinds of events.
const (
	Moved     Kind = "pair.moved"
	Published Kind = "source.published"
	Ping      Kind = "hook.ping" // nothing happened: somebody tries whether the receiver listens
)

// Subject is what a hook tells of: the moves of a pair, or what a source publishes. An empty one is that of the hub.
type Subject struct {
	Pair   market.Symbol
	Above  currency.Decimal // per cent that a move must be beyond
	Source market.SourceID
}

// Kind is the kind of the events that the hook tells.
func (s Subject) Kind() Kind {
	switch {
	case s.Source != "":
		return Published
	case s.Pair != "":
		return Moved
	}
	return Changed
}

// usualMove is the per cent beyond which a move is told where nobody says.
const usualMove = "1"

// ParseSubject reads what a hook is to tell of: a pair, and the per cent that its moves must be beyond, which may be empty for
// 1; or a source. The error is fault.Invalid.
func ParseSubject(pair, above, source string) (Subject, error) {
	switch {
	case pair == "" && source == "":
		return Subject{}, fault.Because(fault.Invalid, "say what to tell of: a pair, as EUR/USD, or a source, as ecb")
	case pair != "" && source != "":
		return Subject{}, fault.Because(fault.Invalid, "a hook tells of a pair or of a source, not of both: add two")
	case source != "" && above != "":
		return Subject{}, fault.Because(fault.Invalid, "above so many per cent a pair moves, but no source publishes: leave it out")
	case source != "":
		strange := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' }
		if len(source) > 64 || strings.ContainsFunc(source, strange) {
			return Subject{}, fault.Because(fault.Invalid, "%.70q is no name of a source: write it as it stands at /sources, such as ecb", source)
		}
		return Subject{Source: market.SourceID(source)}, nil
	}
	symbol, err := market.ParseSymbol(pair)
	if err != nil {
		return Subject{}, err
	}
	if _, _, ok := symbol.Pair(); !ok {
		return Subject{}, fault.Because(fault.Invalid, "%s is no pair of currencies: write it as EUR/USD", symbol)
	}
	if above == "" {
		above = usualMove
	}
	percent, err := market.ParsePercent(above)
	if err != nil {
		return Subject{}, fault.Because(fault.Invalid, "above: %w", err)
	}
	return Subject{Pair: symbol, Above: percent}, nil
}

// Check says whether there is anything to tell of a subject: a source must be among those given and may be passed on. The
// error is fault.Invalid for a currency that no table knows, fault.NotFound for a source that is not known and fault.Denied for
// one whose terms do not allow it.
func (s Subject) Check(table *currency.Table, sources []market.Source) error {
	if s.Source == "" {
		base, quote, _ := s.Pair.Pair()
		for _, code := range []currency.Code{base, quote} {
			if _, err := table.Currency(code); err != nil {
				return fault.Because(fault.Invalid, "%s: %w", s.Pair, err)
			}
		}
		return nil
	}
	i := slices.IndexFunc(sources, func(known market.Source) bool { return known.ID == s.Source })
	switch {
	case i < 0:
		return fault.Because(fault.NotFound, "there is no source %s; courant sources lists them", s.Source)
	case !sources[i].Passes():
		return fault.Because(fault.Denied, "the terms of %s do not allow its numbers to be passed on to programs: no hook may tell of them", sources[i].Name)
	}
	return nil
}

// Hook is a receiver, and what it is told.
type Hook struct {
	ID string
	Subject
	URL    string
	Secret Secret    // with which what is sent to it is signed
	Added  time.Time // to the microsecond, as the others
	Since  time.Time // what was learnt before is not told
	Off    time.Time // since when it is told nothing; zero while it is
	Why    string    // why it is told nothing
	Taken  time.Time // when it last took something; zero: never
	Wait   time.Time // until when it is left alone
}

// On says whether it is told anything.
func (h Hook) On() bool { return h.Off.IsZero() }

// Host is where its receiver stands. It may be logged, as the rest of the address may not, since that may hold a key.
func (h Hook) Host() string {
	u, err := url.Parse(h.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// New makes a hook with a secret of its own, for an address that [CheckURL] lets pass.
func New(address string, about Subject, trusted []string, now time.Time) (Hook, error) {
	if err := CheckURL(address, trusted); err != nil {
		return Hook{}, err
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // it never fails: the program ends first
	now = now.UTC().Truncate(time.Microsecond)
	name := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
	return Hook{ID: "hk_" + name, Subject: about, URL: address, Secret: newSecret(), Added: now, Since: now}, nil
}

const longestURL = 2000 // characters

// CheckURL says whether something may be sent to an address; the error is fault.Invalid. It must begin with https://, unless its
// host and port are among the trusted, as 10.0.0.7:8080. Whether the host is a public one shows when it is connected to.
func CheckURL(address string, trusted []string) error {
	if len(address) > longestURL {
		return fault.Because(fault.Invalid, "the address has %d characters: %d are the most", len(address), longestURL)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsFunc(address, func(c rune) bool { return c <= ' ' || c > '~' }):
		return fault.Because(fault.Invalid, "%.100q is no web address: write it as https://receiver.example/hooks", address)
	case u.User != nil:
		return fault.Because(fault.Invalid, "the address holds a user or a password: leave them out, since what is sent is signed")
	case u.Fragment != "":
		return fault.Because(fault.Invalid, "the address holds a fragment, which no server is ever sent: leave out what begins with #")
	case u.Scheme == "http" && !slices.Contains(trusted, web.HostPort(u)):
		return fault.Because(fault.Invalid, "%s would be told in the open: write the address with https://, or name the host in the setting receivers", web.HostPort(u))
	}
	return nil
}
