// Package keys holds the keys with which programs ask the paper: who has one, how often it may ask, how often it did.
//
// Nobody needs a key. One that an operator gave away lets its holder be counted apart from everybody else, by a limit of
// its own. Only a key's hash is kept: whoever reads the store cannot ask with what stands there.
//
// Start at [New] for a key and at [NewRing] for those there are. A [Ring] is safe for concurrent use.
package keys

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"regexp"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Prefix begins every key of ours. What begins otherwise is another service's, and is none of our business.
const Prefix = "ck_"

// MostPerMinute is the highest limit that a key or an address may be given.
const MostPerMinute = 1_000_000

// Key is what is kept of a key.
type Key struct {
	Name      string    // by which an operator knows it
	Hash      string    // of the key itself, see [Hash]
	PerMinute int       // requests that it may make in a minute; 0: as many as it likes
	Made      time.Time // to the microsecond, as Revoked
	Revoked   time.Time // since when it is refused; zero while it holds
}

// Usage is how often a key asked on one day of UTC.
type Usage struct {
	Key      string // its name
	Day      time.Time
	Requests int64 // that were let through
	Refused  int64 // that were over its limit
}

// Tally is how often a key asked, of all its days and of one.
type Tally struct {
	Today, Total, Refused int64 // Refused is of all days
}

// Store is what is asked of whoever keeps the keys. Every method is one transaction and safe for concurrent use.
type Store interface {
	// AddKey adds a key. A name is given once: one that is or was another's is fault.Conflict.
	AddKey(ctx context.Context, k Key) error
	// Keys returns every key by its name, the revoked ones too.
	Keys(ctx context.Context) ([]Key, error)
	// RevokeKey ends a key. The error is fault.NotFound where there is none of that name, fault.Conflict where it was ended.
	RevokeKey(ctx context.Context, name string, at time.Time) error
	// AddUsage adds to what was counted before.
	AddUsage(ctx context.Context, used []Usage) error
	// Tallies returns how often the keys asked, by name; a key that never asked is not among them.
	Tallies(ctx context.Context, today time.Time) (map[string]Tally, error)
}

// New makes a key, and the secret that its holder is told; it is kept nowhere.
func New(name string, perMinute int, now time.Time) (k Key, secret string, err error) {
	if !wellFormed.MatchString(name) {
		return Key{}, "", fault.Because(fault.Invalid, "%.80q is no name for a key: write up to 64 letters, digits and . _ @ -, such as reader-app", name)
	}
	if perMinute < 0 || perMinute > MostPerMinute {
		return Key{}, "", fault.Because(fault.Invalid, "%d is no number of requests a minute: write 1 to %d, or 0 for no limit", perMinute, MostPerMinute)
	}
	var random [20]byte
	_, _ = rand.Read(random[:]) // it never fails: the program ends first
	secret = Prefix + strings.ToLower(base32.StdEncoding.EncodeToString(random[:]))
	return Key{Name: name, Hash: Hash(secret), PerMinute: perMinute, Made: now.UTC().Truncate(time.Microsecond)}, secret, nil
}

var wellFormed = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)

// Hash is what is kept of a secret. One round of SHA-256 suffices, since a secret is not a person's word but 160 random
// bits: there is no list of likely ones to try, and a slow hash would only make asking slow.
func Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Day is the day of UTC in which a moment lies, by its midnight.
func Day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
