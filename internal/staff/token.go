package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
)

// WelcomePath is where the token of a link stands in the addresses of the desk: [WelcomePath] + token. Its page asks
// [Gate.Welcome] what the link is for and shows a form; only what the form sends uses the link up.
const WelcomePath = "/desk/welcome/"

// Link is a way in that was made for somebody, to be handed to them: whoever has it can use it, once.
type Link struct {
	Token   string
	Expires time.Time
}

// At is the link's address at a paper: "https://paper.example" and the link's path.
func (l Link) At(paper string) string { return strings.TrimSuffix(paper, "/") + WelcomePath + l.Token }

const tokenLength = 43 // characters of 256 bits in base64

// newToken makes 256 random bits that may stand in an address or a cookie.
func newToken() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // it never fails: the program ends first
	return base64.RawURLEncoding.EncodeToString(random[:])
}

// hash is what is kept of a token or a recovery code. One round of SHA-256 suffices: they are random, and there is no list
// of likely ones to try.
func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// parseToken returns the hash of a token, and whether it can be one at all.
func parseToken(token string) (string, bool) {
	if len(token) != tokenLength || !within(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
		return "", false
	}
	return hash(token), true
}

// within says whether a text has no characters but those of an alphabet.
func within(text, alphabet string) bool { return strings.Trim(text, alphabet) == "" }

const (
	recoveryCodes  = 10
	recoveryLength = 16 // characters of 80 bits in base32: too many to try, even for who has the hashes
)

// newRecovery makes a set of recovery codes, as they are shown to their owner, and the hashes that are kept of them.
func newRecovery() (codes, hashes []string) {
	for range recoveryCodes {
		var random [10]byte
		_, _ = rand.Read(random[:])
		code := strings.ToLower(base32.StdEncoding.EncodeToString(random[:]))
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
		hashes = append(hashes, hash(code))
	}
	return codes, hashes
}

// proof is a code as somebody typed it: six digits of an app, or a recovery code.
type proof struct{ digits, recovery string }

// parseProof reads a code, with or without the spaces and hyphens between its groups.
func parseProof(text string) (p proof, ok bool) {
	if len(text) > 100 {
		return proof{}, false
	}
	code := strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\t' {
			return -1
		}
		return r
	}, text))
	switch {
	case len(code) == totpDigits && within(code, "0123456789"):
		return proof{digits: code}, true
	case len(code) == recoveryLength && within(code, "abcdefghijklmnopqrstuvwxyz234567"):
		return proof{recovery: hash(code)}, true
	}
	return proof{}, false
}
