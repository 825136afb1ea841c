// Package staff says who works at the paper, what each may do, and how they prove to be who they are.
//
// [Gate] holds the rules over whatever keeps the accounts, a [Store]. One table, [Policy], says which role may do what and
// with whose work; every check and its test come of it. The package knows no HTTP: a face asks [Gate.Session] who a token
// belongs to, and [Gate.MayNow] whether that person may do what is asked.
//
// Of what opens a door only a hash is kept: passwords by argon2id, everything random (sessions, links, recovery codes) by
// SHA-256. Nothing is remembered here between two calls, so what one machine ends is ended on all of them: each call reads
// the store. What changes an account is written in one transaction with the line of the audit trail that tells of it.
//
// Start at [New]. A Gate is safe for concurrent use; its times are those of [Options].Now, to the microsecond, in UTC.
package staff

import (
	"crypto/rand"
	"encoding/base32"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/fault"
)

// ID names a person for ever: 128 random bits in 26 letters and digits. It tells nothing, and is given to nobody else.
type ID string

// Person is somebody who works at the paper, or did.
type Person struct {
	ID    ID
	Name  string
	Email string // in small letters; by it they sign in, and two persons never share one
	Role  Role
	State State
	Since time.Time // when they were invited
}

// State is whether a person works here at present.
type State string

// The three states.
const (
	Invited  State = "invited"  // and has not come yet
	Active   State = "active"   // may sign in
	Disabled State = "disabled" // may not, until enabled again
)

// Limits of what a person may be called.
const (
	MostName  = 100 // characters
	mostEmail = 254 // bytes; RFC 5321, 4.5.3.1.3, without the angle brackets
)

// NewID makes the ID of a new person.
func NewID() ID {
	var random [16]byte
	_, _ = rand.Read(random[:]) // it never fails: the program ends first
	return ID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:])))
}

// ParseName reads a person's name as it stands in bylines: up to [MostName] characters that can be seen. The error is
// fault.Invalid.
func ParseName(text string) (string, error) {
	name := strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unseen):
		return "", fault.Because(fault.Invalid, "the name %.40q holds characters that cannot be seen: write it anew", name)
	case !strings.ContainsFunc(name, unicode.IsLetter):
		return "", fault.Because(fault.Invalid, "a name has at least one letter: write it as it shall stand under a story")
	case utf8.RuneCountInString(name) > MostName:
		return "", fault.Because(fault.Invalid, "a name has at most %d characters: shorten it", MostName)
	}
	return name, nil
}

// unseen says whether a character controls what others look like: it has no place in a name.
func unseen(r rune) bool {
	return unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}

// ParseEmail reads an e-mail address and returns it in small letters. It takes what browsers take in a field for one, which
// is less than what RFC 5322 allows: ASCII, no quotes, no comments. The error is fault.Invalid.
func ParseEmail(text string) (string, error) {
	address := strings.TrimSpace(text)
	local, _, _ := strings.Cut(address, "@")
	if len(address) > mostEmail || len(local) > 64 || !wellFormed.MatchString(address) {
		return "", fault.Because(fault.Invalid, "%.80q is no e-mail address: write it as name@example.org", address)
	}
	return strings.ToLower(address), nil
}

// wellFormed is the expression of the HTML standard for a valid e-mail address, with a point at least in the domain.
var wellFormed = regexp.MustCompile(`^[a-zA-Z0-9.!#$%&'*+/=?^_{|}~` + "`" + `-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?` +
	`(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$`)
