package staff

import (
	"encoding/base32"
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/courant-news/courant/internal/fault"
)

func mustDecode(secret string) []byte {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		panic(err)
	}
	return b
}

// The test vectors of RFC 6238, appendix B, for SHA-1, which have eight digits; an app shows the last six.
var vectors = []struct {
	unix int64
	totp string
}{
	{59, "94287082"},
	{1111111109, "07081804"},
	{1111111111, "14050471"},
	{1234567890, "89005924"},
	{2000000000, "69279037"},
	{20000000000, "65353130"},
}

func TestCodesAreThoseOfTheStandard(t *testing.T) {
	secret := []byte("12345678901234567890")
	for _, v := range vectors {
		if got := code(secret, v.unix/30, 8); got != v.totp {
			t.Errorf("at %d: %s, want %s", v.unix, got, v.totp)
		}
		step, ok := TOTP{Secret: secret}.match(v.totp[2:], time.Unix(v.unix, 0))
		if !ok || step != v.unix/30 {
			t.Errorf("at %d the code is not taken: step %d, %v", v.unix, step, ok)
		}
	}
}

func TestACodeIsGoodForThreeStepsAndOnce(t *testing.T) {
	app := TOTP{Secret: []byte("12345678901234567890")}
	at := time.Unix(1234567890, 0)
	step := at.Unix() / 30
	for off := int64(-3); off <= 3; off++ {
		_, ok := app.match(code(app.Secret, step+off, 6), at)
		if want := off >= -1 && off <= 1; ok != want {
			t.Errorf("the code of %d steps away: %v, want %v", off, ok, want)
		}
	}
	app.Used = step
	for off := int64(-1); off <= 1; off++ {
		if _, ok := app.match(code(app.Secret, step+off, 6), at); ok != (off == 1) {
			t.Errorf("after a code was used, the one of %d steps away: %v", off, ok)
		}
	}
	if _, ok := (TOTP{}).match(code(nil, step, 6), at); ok {
		t.Error("a code of an empty secret was taken")
	}
}

func TestAProofIsReadHoweverItIsTyped(t *testing.T) {
	codes, hashes := newRecovery()
	seen := map[string]bool{}
	for i, c := range codes {
		if !regexp.MustCompile(`^[a-z2-7]{4}(-[a-z2-7]{4}){3}$`).MatchString(c) || seen[c] {
			t.Errorf("a recovery code is %q", c)
		}
		seen[c] = true
		for _, typed := range []string{c, strings.ToUpper(c), " " + strings.ReplaceAll(c, "-", " ") + "\t", strings.ReplaceAll(c, "-", "")} {
			if p, ok := parseProof(typed); !ok || p.recovery != hashes[i] || p.digits != "" {
				t.Errorf("%q is read as %+v, %v", typed, p, ok)
			}
		}
	}
	for typed, want := range map[string]string{"123456": "123456", "123 456": "123456", "000-000": "000000"} {
		if p, ok := parseProof(typed); !ok || p.digits != want {
			t.Errorf("%q is read as %+v, %v", typed, p, ok)
		}
	}
	for _, typed := range []string{"", "12345", "1234567", "١٢٣٤٥٦", "12345a", "abcd-efgh-ijkl-mno1", "abcd-efgh-ijkl-mno", strings.Repeat(" ", 200) + "123456"} {
		if p, ok := parseProof(typed); ok {
			t.Errorf("%q is read as %+v", typed, p)
		}
	}
}

func TestATokenIsRandomAndItsHashTellsNothing(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token := newToken()
		id, ok := parseToken(token)
		if !ok || seen[token] || id != hash(token) || len(id) != 64 || strings.Contains(id, token) {
			t.Fatalf("the token %q is read as %q, %v", token, id, ok)
		}
		seen[token] = true
	}
	for _, text := range []string{"", "a", strings.Repeat("a", 42), strings.Repeat("a", 44), strings.Repeat("+", 43), strings.Repeat("a", 42) + "=", strings.Repeat("a", 42) + "\n", "\r" + strings.Repeat("a", 42)} {
		if _, ok := parseToken(text); ok {
			t.Errorf("%q is taken for a token", text)
		}
	}
}

func TestWhatIsKeptOfAPasswordOpensToItAlone(t *testing.T) {
	h := newHasher()
	kept, err := h.hash(t.Context(), "four words of mine")
	if err != nil || !strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(kept, "four") {
		t.Fatalf("%q, %v", kept, err)
	}
	again, err := h.hash(t.Context(), "four words of mine")
	if err != nil || again == kept {
		t.Errorf("the same password is kept as the same, %v", err)
	}
	for _, c := range []struct {
		kept, password string
		want           bool
	}{
		{kept, "four words of mine", true},
		{kept, "four words of mine ", false},
		{kept, "Four words of mine", false},
		{kept, "", false},
		{"", "", false},
		{"", "four words of mine", false},
		{kept[:len(kept)-1], "four words of mine", false},
		{strings.Replace(kept, "t=2", "t=1", 1), "four words of mine", false},
		{kept, strings.Repeat("a", 300), false},
	} {
		if got, err := h.verify(t.Context(), c.kept, c.password); err != nil || got != c.want {
			t.Errorf("%q opens %q: %v, %v", c.password, c.kept, got, err)
		}
	}
}

func TestTwoPasswordsAreHashedAtOnceAndNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		var mu sync.Mutex
		var running, most, busy int
		h.key = func(_, _ []byte, _, _ uint32, _ uint8, _ uint32) []byte {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(9 * time.Second)
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if _, err := h.verify(t.Context(), "", "four words of mine"); errors.Is(err, fault.Busy) {
					mu.Lock()
					busy++
					mu.Unlock()
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if most != 2 || busy != 1 {
			t.Errorf("%d were hashed at once, and %d of five were told to come back; want 2 and 1", most, busy)
		}
	})
}

func FuzzProof(f *testing.F) {
	f.Add("123 456")
	f.Add("abcd-efgh-ijkl-mnop")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parseProof(text)
		if ok == (p == proof{}) || p.digits != "" && p.recovery != "" {
			t.Errorf("%q is read as %+v, %v", text, p, ok)
		}
		if ok && p.digits != "" {
			if again, ok := parseProof(p.digits); !ok || again != p {
				t.Errorf("%q is read as %+v, and that as %+v", text, p, again)
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add(newToken())
	f.Fuzz(func(t *testing.T, text string) {
		if _, ok := parseToken(text); ok && !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(text) {
			t.Errorf("%q is taken for a token", text)
		}
	})
}

func FuzzHash(f *testing.F) {
	f.Add(hashPrefix + "c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g")
	f.Fuzz(func(t *testing.T, text string) {
		if salt, sum, ok := parseHash(text); ok && (len(salt) != saltLength || len(sum) != hashLength) {
			t.Errorf("%q is read as %x, %x", text, salt, sum)
		}
	})
}

func FuzzEmail(f *testing.F) {
	for _, text := range []string{"ann@paper.example", " Ann.B+c@Paper.Example ", "K@paper.example", "a@b", "\"a b\"@c.de"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := ParseEmail(text)
		if err != nil {
			return
		}
		again, err := ParseEmail(address)
		if err != nil || again != address || strings.ToLower(address) != address || len(address) > mostEmail || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q is read as %q, and that as %q, %v", text, address, again, err)
		}
	})
}

func FuzzName(f *testing.F) {
	for _, text := range []string{"Ann Ink", "Łucja", "  x ", "a\u202eb", "\xff", "王"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := ParseName(text)
		if err != nil {
			return
		}
		again, err := ParseName(name)
		if err != nil || again != name || len([]rune(name)) > MostName || strings.ContainsAny(name, "\x00\n\r\u2028\u202e") {
			t.Errorf("%q is read as %q, and that as %q, %v", text, name, again, err)
		}
	})
}

// The parsers behind a passkey's replies are the library's. Whatever comes, nothing panics, and without the key nothing opens.
func FuzzReply(f *testing.F) {
	g, err := New(nil, Options{Origin: "https://paper.example"})
	if err != nil {
		f.Fatal(err)
	}
	_, asked, err := g.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		f.Fatal(err)
	}
	_, t, err := challenge(nil, asked, ForPasskey, "", time.Now())
	if err != nil {
		f.Fatal(err)
	}
	a := &Account{Person: Person{ID: "me"}, Credentials: Credentials{Passkeys: []Passkey{{ID: []byte{0}, PublicKey: []byte{0xa0}}}}}
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ","signature":"AA","userHandle":"bWU"}}`))
	f.Fuzz(func(tt *testing.T, reply []byte) {
		_, said, err := parseReply(t.Data, reply)
		if err == nil {
			_, err = g.prove(a, said, time.Now())
		}
		if !errors.Is(err, errPasskey) {
			tt.Errorf("%q: %v", reply, err)
		}
	})
}

func FuzzNewPasskey(f *testing.F) {
	g, err := New(nil, Options{Origin: "https://paper.example"})
	if err != nil {
		f.Fatal(err)
	}
	a := &Account{Person: Person{ID: "me", Name: "Me", Email: "me@paper.example"}}
	_, asked, err := g.passkeys.BeginRegistration(bearer{a})
	if err != nil {
		f.Fatal(err)
	}
	_, t, err := challenge(nil, asked, ForNewPasskey, a.ID, time.Now())
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUEA"}}`))
	f.Fuzz(func(tt *testing.T, reply []byte) {
		if k, err := g.newPasskey(a, t.Data, reply); !errors.Is(err, errNewPasskey) {
			tt.Errorf("%q: %+v, %v", reply, k, err)
		}
	})
}
