package staff

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 is built on it, and every app speaks it; HMAC does not rest on what SHA-1 lost
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// TOTP is a secret that a person's app makes codes of, by RFC 6238: six digits, anew every thirty seconds.
type TOTP struct {
	Secret    []byte `json:"secret,omitempty"`
	Confirmed bool   `json:"confirmed,omitempty"` // the app has shown that it has the secret
	Used      int64  `json:"used,omitempty"`      // the step of the last code that was taken: each is taken once
}

const (
	totpDigits = 6
	totpStep   = 30 * time.Second
	totpBytes  = 20 // RFC 4226, section 4: 160 bits
)

func newTOTP() TOTP {
	secret := make([]byte, totpBytes)
	_, _ = rand.Read(secret)
	return TOTP{Secret: secret}
}

// match says whether digits are the code of a moment, or of the step before or after it, since clocks differ, and of which
// step. A step that was used, or one before it, matches nothing.
func (t TOTP) match(digits string, now time.Time) (step int64, ok bool) {
	if len(t.Secret) == 0 {
		return 0, false // everybody could make the codes of an empty one
	}
	at := now.Unix() / int64(totpStep/time.Second)
	for s := at - 1; s <= at+1; s++ {
		if subtle.ConstantTimeCompare([]byte(code(t.Secret, s, totpDigits)), []byte(digits)) == 1 && s > t.Used {
			return s, true
		}
	}
	return 0, false
}

// code is the HOTP value of RFC 4226 for a step.
func code(secret []byte, step int64, digits int) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	n := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%modulus)
}

// written is the secret as apps take it when it is typed.
func (t TOTP) written() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(t.Secret)
}

// address is the secret as apps take it from a picture: the URI that all of them read.
func (t TOTP) address(paper, email string) string {
	paper = strings.ReplaceAll(paper, ":", "")                       // which stands between the two
	issuer := strings.ReplaceAll(url.QueryEscape(paper), "+", "%20") // not all apps know that a plus is a space
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + paper + ":" + email, RawQuery: "secret=" + t.written() + "&issuer=" + issuer}
	return u.String()
}
