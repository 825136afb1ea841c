package staff_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
)

// device is a software authenticator with one passkey (W3C Web Authentication, level 3, section 6), and the browser before it.
type device struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	user   []byte
	count  uint32
	origin string // what the browser says to be at
	flags  byte
}

const (
	present  = 0x01
	verified = 0x04
	attested = 0x40
)

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &device{t: t, key: key, id: id, origin: "https://paper.example", flags: present | verified}
}

// asked is what a page hands to the browser.
type asked struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		UserVerification       string `json:"userVerification"`
		AuthenticatorSelection struct {
			ResidentKey      string `json:"residentKey"`
			UserVerification string `json:"userVerification"`
		} `json:"authenticatorSelection"`
		AllowCredentials   []any `json:"allowCredentials"`
		ExcludeCredentials []any `json:"excludeCredentials"`
	} `json:"publicKey"`
}

func (d *device) read(c staff.Challenge) (a asked) {
	d.t.Helper()
	if err := json.Unmarshal(c.Options, &a); err != nil {
		d.t.Fatal(err)
	}
	return a
}

func (d *device) clientData(kind, challenge string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, kind, challenge, d.origin)
}

// authenticatorData is what a device signs of itself.
func (d *device) authenticatorData(rp string, flags byte) []byte {
	sum := sha256.Sum256([]byte(rp))
	data := append(sum[:], flags)
	return binary.BigEndian.AppendUint32(data, d.count)
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// create makes the passkey that a challenge asks for.
func (d *device) create(c staff.Challenge) []byte {
	d.t.Helper()
	a := d.read(c)
	var err error
	if d.user, err = base64.RawURLEncoding.DecodeString(a.PublicKey.User.ID); err != nil {
		d.t.Fatal(err)
	}
	public, err := d.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		d.t.Fatal(err)
	}
	key, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: public[1:33], -3: public[33:]})
	if err != nil {
		d.t.Fatal(err)
	}
	data := d.authenticatorData(a.PublicKey.RP.ID, d.flags|attested)
	data = append(data, make([]byte, 16)...) // of no known model
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(append(data, d.id...), key...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		d.t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"id":%q,"rawId":%q,"type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":%q,"attestationObject":%q,"transports":["internal"]}}`,
		b64(d.id), b64(d.id), b64(d.clientData("webauthn.create", a.PublicKey.Challenge)), b64(object))
}

// sign answers a challenge with the passkey.
func (d *device) sign(c staff.Challenge) []byte {
	d.t.Helper()
	a := d.read(c)
	if d.count > 0 {
		d.count++
	}
	data := d.authenticatorData(a.PublicKey.RPID, d.flags)
	client := d.clientData("webauthn.get", a.PublicKey.Challenge)
	of := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), of[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"id":%q,"rawId":%q,"type":"public-key","clientExtensionResults":{},"response":{"clientDataJSON":%q,"authenticatorData":%q,"signature":%q,"userHandle":%q}}`,
		b64(d.id), b64(d.id), b64(client), b64(data), b64(signature), b64(d.user))
}

// withPasskey adds a passkey to the account of whoever has a session.
func (w *world) withPasskey(s staff.Session, d *device) {
	w.Helper()
	c, err := w.gate.BeginNewPasskey(w.Context(), s)
	w.fine(err)
	k, err := w.gate.AddPasskey(w.Context(), s, c.Token, "Telephone", d.create(c))
	if err != nil || k.Name != "Telephone" {
		w.Fatalf("%+v, %v", k, err)
	}
}

// byPasskey signs in with a device.
func (w *world) byPasskey(d *device) (staff.Session, error) {
	w.Helper()
	c, err := w.gate.BeginPasskey(w.Context())
	w.fine(err)
	return w.gate.SignInPasskey(w.Context(), c.Token, d.sign(c), home)
}

func TestAPasskeyOpensByItselfAndProvesAgain(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	d := newDevice(t)
	w.withPasskey(owner, d)
	c, err := w.gate.BeginPasskey(t.Context())
	w.fine(err)
	if a := d.read(c); a.PublicKey.RPID != "paper.example" || a.PublicKey.UserVerification != "required" || len(a.PublicKey.AllowCredentials) != 0 {
		t.Errorf("browsers are asked %s", c.Options)
	}
	for i := range 12 { // wrong passwords from everywhere keep nobody out who has a passkey
		_, err := w.gate.SignIn(t.Context(), "olga@paper.example", another, home)
		if i >= 10 {
			w.wants(fault.Busy, "guess", err)
		}
	}
	s, err := w.gate.SignInPasskey(t.Context(), c.Token, d.sign(c), home)
	if err != nil || !s.Strong || !w.alive(s) || s.Person.Email != "olga@paper.example" {
		t.Fatalf("%+v, %v", s, err)
	}
	_, err = w.gate.SignInPasskey(t.Context(), c.Token, d.sign(c), home)
	w.wants(fault.Denied, "the same challenge again", err)

	w.wait(11 * time.Minute)
	_, err = w.gate.BeginNewPasskey(t.Context(), s)
	w.wants(fault.Denied, "another passkey without a fresh proof", err)
	c, err = w.gate.BeginPasskey(t.Context())
	w.fine(err)
	next, err := w.gate.ReauthenticatePasskey(t.Context(), s, c.Token, d.sign(c), home)
	if err != nil || w.alive(s) || !next.Fresh(w.now()) || !next.Strong {
		t.Errorf("%+v, %v", next, err)
	}
	c, err = w.gate.BeginNewPasskey(t.Context(), next)
	w.fine(err)
	a := d.read(c)
	if len(a.PublicKey.ExcludeCredentials) != 1 || a.PublicKey.AuthenticatorSelection.ResidentKey != "required" || a.PublicKey.AuthenticatorSelection.UserVerification != "required" {
		t.Errorf("browsers are asked %s", c.Options)
	}
	_, err = w.gate.AddPasskey(t.Context(), next, c.Token, "The same again", d.create(c))
	w.wants(fault.Invalid, "the same passkey again", err)

	rita := w.joined(w.gate.Operator(), "Rita", "rita@paper.example", staff.Reporter)
	c, err = w.gate.BeginPasskey(t.Context())
	w.fine(err)
	_, err = w.gate.ReauthenticatePasskey(t.Context(), rita, c.Token, d.sign(c), home)
	w.wants(fault.Denied, "another's passkey in her session", err)
}

func TestAReplyThatIsNotWhatWasAskedForIsRefused(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	d := newDevice(t)
	d.count = 5
	w.withPasskey(owner, d)
	spoilt := map[string]func(d *device){
		"another site":                           func(d *device) { d.origin = "https://paper.example.evil.example" },
		"plain http":                             func(d *device) { d.origin = "http://paper.example" },
		"another port":                           func(d *device) { d.origin = "https://paper.example:8443" },
		"nobody looked":                          func(d *device) { d.flags = present },
		"nobody was there":                       func(d *device) { d.flags = verified },
		"another key":                            func(d *device) { d.key = newDevice(t).key },
		"another passkey's name":                 func(d *device) { d.id = []byte("0123456789abcdef") },
		"nobody's":                               func(d *device) { d.user = nil },
		"an unknown person's":                    func(d *device) { d.user = []byte(staff.NewID()) },
		"a counter that went back, as of a copy": func(d *device) { d.count = 2 },
	}
	for name, spoil := range spoilt {
		bad := *d
		spoil(&bad)
		s, err := w.byPasskey(&bad)
		w.wants(fault.Denied, name, err)
		if s.Token != "" {
			t.Errorf("%s: a session was begun", name)
		}
	}
	c, err := w.gate.BeginPasskey(t.Context())
	w.fine(err)
	other, err := w.gate.BeginPasskey(t.Context())
	w.fine(err)
	_, err = w.gate.SignInPasskey(t.Context(), c.Token, d.sign(other), home)
	w.wants(fault.Denied, "the reply to another challenge", err)
	_, err = w.gate.SignInPasskey(t.Context(), c.Token, d.sign(c), home)
	w.wants(fault.Denied, "a challenge that was answered wrongly before", err)
	late, err := w.gate.BeginPasskey(t.Context())
	w.fine(err)
	w.wait(5 * time.Minute)
	_, err = w.gate.SignInPasskey(t.Context(), late.Token, d.sign(late), home)
	w.wants(fault.Denied, "after five minutes", err)
	for _, reply := range []string{"", "{}", "[]", "null", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
		c, err := w.gate.BeginPasskey(t.Context())
		w.fine(err)
		_, err = w.gate.SignInPasskey(t.Context(), c.Token, []byte(reply), home)
		w.wants(fault.Denied, reply, err)
	}
	_, err = w.gate.SignInPasskey(t.Context(), "no token", nil, home)
	w.wants(fault.Denied, "no challenge", err)
	d.count = 20
	if _, err := w.byPasskey(d); err != nil {
		t.Errorf("the true passkey: %v", err)
	}
	w.fine(w.gate.Disable(t.Context(), w.gate.Operator(), w.joined(owner, "Otto", "otto@paper.example", staff.Owner).Person.ID))
}

func TestANewPasskeyIsMadeAsItWasAskedFor(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	for name, spoil := range map[string]func(d *device){
		"another site":  func(d *device) { d.origin = "https://evil.example" },
		"nobody looked": func(d *device) { d.flags = present },
	} {
		d := newDevice(t)
		spoil(d)
		c, err := w.gate.BeginNewPasskey(t.Context(), owner)
		w.fine(err)
		_, err = w.gate.AddPasskey(t.Context(), owner, c.Token, "Telephone", d.create(c))
		w.wants(fault.Invalid, name, err)
		good := newDevice(t)
		_, err = w.gate.AddPasskey(t.Context(), owner, c.Token, "Telephone", good.create(c))
		w.wants(fault.Invalid, "a challenge that was answered wrongly before", err)
	}
	c, err := w.gate.BeginNewPasskey(t.Context(), owner)
	w.fine(err)
	rita := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	_, err = w.gate.AddPasskey(t.Context(), rita, c.Token, "Telephone", newDevice(t).create(c))
	w.wants(fault.Invalid, "another's challenge", err)
	n := w.atOnce(4, fault.Invalid, func(ctx context.Context, _ int) error {
		_, err := w.gate.AddPasskey(ctx, owner, c.Token, "Telephone", newDevice(t).create(c))
		return err
	})
	late, err := w.gate.BeginNewPasskey(t.Context(), owner)
	w.fine(err)
	w.wait(5 * time.Minute)
	_, err = w.gate.AddPasskey(t.Context(), owner, late.Token, "Telephone", newDevice(t).create(late))
	w.wants(fault.Invalid, "after five minutes", err)
	if ways, err := w.gate.Ways(t.Context(), owner); err != nil || n != 1 || len(ways.Passkeys) != 1 {
		t.Errorf("%d were added by one challenge: %+v, %v", n, ways, err)
	}
}

func TestAPasskeyCanBeTheOnlyWayInAndIsThenKept(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	_, err := w.gate.DropPassword(t.Context(), owner, home)
	w.wants(fault.Conflict, "give up the only way in", err)
	d := newDevice(t)
	w.withPasskey(owner, d)
	s, err := w.gate.DropPassword(t.Context(), owner, home)
	w.fine(err)
	_, err = w.signIn("olga@paper.example", phrase)
	w.wants(fault.Denied, "the password that was given up", err)
	_, err = w.signIn("olga@paper.example", "")
	w.wants(fault.Denied, "no password", err)
	_, err = w.gate.DropPasskey(t.Context(), s, d.id, home)
	w.wants(fault.Conflict, "remove the only way in", err)
	in, err := w.byPasskey(d)
	w.fine(err)
	in, err = w.gate.ChangePassword(t.Context(), in, another, home)
	w.fine(err)
	_, err = w.gate.DropPasskey(t.Context(), in, d.id, home)
	w.fine(err)
	_, err = w.byPasskey(d)
	w.wants(fault.Denied, "the passkey that was removed", err)
}

func TestWhoIsDisabledComesInByNoPasskey(t *testing.T) {
	w := newWorld(t)
	owner := w.founded()
	rita := w.joined(owner, "Rita", "rita@paper.example", staff.Reporter)
	d := newDevice(t)
	w.withPasskey(rita, d)
	w.fine(w.gate.Disable(t.Context(), owner, rita.Person.ID))
	_, err := w.byPasskey(d)
	w.wants(fault.Denied, "a disabled person's passkey", err)
}

func TestPasskeysWantANameAndNotANumber(t *testing.T) {
	for origin, want := range map[string]bool{
		"https://paper.example": true, "http://localhost:8080": true, "http://127.0.0.1:8080": false, "http://[::1]:8080": false,
	} {
		g, err := staff.New(nil, staff.Options{Origin: origin})
		if err != nil || g.HasPasskeys() != want {
			t.Errorf("%s: %v, %v", origin, g.HasPasskeys(), err)
		}
		if want {
			continue
		}
		if _, err := g.BeginPasskey(t.Context()); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", origin, err)
		}
	}
	for _, origin := range []string{"paper.example", "ftp://paper.example", "https://paper.example/", "https://", "https://a b", "https://u:p@paper.example"} {
		if _, err := staff.New(nil, staff.Options{Origin: origin}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", origin, err)
		}
	}
}
