package hook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// Secret is what a hook's receiver shares with the paper, and with what is sent to it is signed. It prints as whsec_… and
// nothing more, wherever it is printed, logged or encoded; [Secret.Reveal] is the one way out.
//
// It must be known to sign, so that no hash of it would do: it stands in the store as it is. Who reads the store can sign in
// the paper's name to that receiver, and nothing else.
type Secret struct{ key []byte }

// The form of a secret, and how many random bytes it has: Standard Webhooks wants 24 to 64.
const (
	secretPrefix = "whsec_"
	secretBytes  = 32
	leastBytes   = 24
	mostBytes    = 64
)

func newSecret() Secret {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // it never fails: the program ends first
	return Secret{key}
}

// ParseSecret reads a secret as [Secret.Reveal] writes it; the error is fault.Invalid and does not repeat it.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < leastBytes || len(key) > mostBytes {
		return Secret{}, fault.Because(fault.Invalid, "a secret is written as %s and %d to %d bytes in base64, which this is not", secretPrefix, leastBytes, mostBytes)
	}
	return Secret{key}, nil
}

// Reveal returns the secret as its receiver is told it, and as it is kept.
func (s Secret) Reveal() string { return secretPrefix + base64.StdEncoding.EncodeToString(s.key) }

// Format implements fmt.Formatter: no verb prints it.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secretPrefix+"…") }

// MarshalText implements encoding.TextMarshaler, for encoders and loggers: none prints it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(secretPrefix + "…"), nil }

// Sign returns the header webhook-signature of a message that is sent at a moment.
func (s Secret) Sign(id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
