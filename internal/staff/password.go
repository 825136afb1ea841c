package staff

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the list of common passwords
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/courant-news/courant/internal/fault"
)

// Limits of a password, in characters.
const (
	LeastPassword = 8
	MostPassword  = 256
)

// commonPasswords are the passwords that are guessed first, one on a line, in small letters; see data/README.md.
//
//go:embed data/common-passwords.txt.gz
var commonPasswords []byte

// common says whether a password is one of those that are guessed first.
var common = sync.OnceValues(func() (map[string]bool, error) {
	z, err := gzip.NewReader(bytes.NewReader(commonPasswords))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	list := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		list[strings.TrimSpace(line)] = true
	}
	return list, err
})

// checkPassword says why a password is refused, or nil. There are no rules about what it is made of: length is what counts,
// and that nobody would guess it first. Known are words that stand beside the account: its name, its address, the paper's.
func checkPassword(password string, known ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		return fault.Because(fault.Invalid, "the password is no text in UTF-8: type it, or let a password manager make one")
	case n < LeastPassword:
		return fault.Because(fault.Invalid, "a password has at least %d characters, and fifteen are better: this one has %d", LeastPassword, n)
	case n > MostPassword:
		return fault.Because(fault.Invalid, "a password has at most %d characters: this one has %d", MostPassword, n)
	}
	list, err := common()
	if err != nil {
		return fmt.Errorf("read the list of common passwords: %w", err)
	}
	if list[strings.ToLower(password)] {
		return fault.Because(fault.Invalid, "this password is one of those that are tried first everywhere: choose another, such as four words that nobody would say together")
	}
	for _, word := range known {
		if strings.EqualFold(strings.TrimSpace(password), word) {
			return fault.Because(fault.Invalid, "this password is a name or an address that everybody here knows: choose another")
		}
	}
	return nil
}

// hasher turns passwords into what is kept of them, by argon2id with the parameters that OWASP's Password Storage Cheat Sheet
// names for it. Each takes 19 MiB and some 25 ms of one core, so that only so many are made at once.
type hasher struct {
	slots chan struct{}
	key   func(password, salt []byte, time, memory uint32, threads uint8, length uint32) []byte // argon2.IDKey
}

const (
	hashTime     = 2
	hashMemory   = 19 << 10 // KiB
	hashThreads  = 1
	hashLength   = 32
	saltLength   = 16
	hashesAtOnce = 2
	longestWait  = 10 * time.Second // for a slot
)

func newHasher() *hasher {
	return &hasher{slots: make(chan struct{}, hashesAtOnce), key: argon2.IDKey}
}

// compute runs argon2id when it is its turn. The error is fault.Busy where that takes too long.
func (h *hasher) compute(ctx context.Context, password string, salt []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fault.Because(fault.Busy, "too many people sign in at the moment: try again shortly: %w", ctx.Err())
	}
	return h.key([]byte(password), salt, hashTime, hashMemory, hashThreads, hashLength), nil
}

// hash returns what is kept of a password, in the form that other programs write it too:
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt)
	sum, err := h.compute(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return hashPrefix + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(sum), nil
}

var hashPrefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashTime, hashThreads)

// verify says whether a password is the one that was hashed. Where there is no hash it takes as long and says no, so that
// the time tells nobody whether there is an account.
func (h *hasher) verify(ctx context.Context, kept, password string) (bool, error) {
	salt, want, ok := parseHash(kept)
	if !ok || utf8.RuneCountInString(password) > MostPassword {
		salt, want, password = make([]byte, saltLength), nil, ""
	}
	sum, err := h.compute(ctx, password, salt)
	return err == nil && subtle.ConstantTimeCompare(sum, want) == 1, err
}

// parseHash reads what [hasher.hash] wrote. Other parameters are not known: whoever changes them reads both.
func parseHash(kept string) (salt, sum []byte, ok bool) {
	rest, ok := strings.CutPrefix(kept, hashPrefix)
	if !ok || len(kept) > 200 {
		return nil, nil, false
	}
	first, second, _ := strings.Cut(rest, "$")
	salt, err := base64.RawStdEncoding.Strict().DecodeString(first)
	sum, also := base64.RawStdEncoding.Strict().DecodeString(second)
	return salt, sum, err == nil && also == nil && len(salt) == saltLength && len(sum) == hashLength
}
