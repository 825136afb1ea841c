package staff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/courant-news/courant/internal/fault"
)

// Passkey is a key pair of which a person's device, or password manager, keeps the private half (W3C Web Authentication,
// level 3). It proves two things at once: the device, and by finger, face or PIN the person. So no code is asked for.
type Passkey struct {
	ID         []byte    `json:"id"`
	Name       string    `json:"name"` // by which its owner tells it from others
	PublicKey  []byte    `json:"key"`
	Count      uint32    `json:"count,omitempty"` // of signatures, where the device counts them
	Flags      byte      `json:"flags"`
	Transports []string  `json:"transports,omitempty"`
	Made       time.Time `json:"made"`
	Used       time.Time `json:"used,omitzero"`
}

// Challenge is what a browser is asked to sign. Options are the JSON that its PublicKeyCredential reads with
// parseCreationOptionsFromJSON or parseRequestOptionsFromJSON, below the name publicKey; the token comes back with what it
// says. It is kept at the server, for five minutes and one attempt.
type Challenge struct {
	Options []byte
	Token   string
}

const mostReply = 64 << 10 // bytes of what a browser says of a passkey

// relyingParty is what the paper is to browsers; nil where they have no passkeys for it, which they keep by domain.
func relyingParty(o Options) (*webauthn.WebAuthn, error) {
	if o.Origin == "" {
		return nil, nil
	}
	u, err := url.Parse(o.Origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.Scheme+"://"+u.Host != o.Origin {
		return nil, fault.Because(fault.Invalid, "%.100q is no origin: write scheme and host, https://paper.example", o.Origin)
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return nil, nil
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: o.Paper, RPOrigins: []string{o.Origin}, AttestationPreference: protocol.PreferNoAttestation,
	})
}

// HasPasskeys says whether browsers can keep passkeys for this paper: they want a name, and https unless it is localhost.
func (g *Gate) HasPasskeys() bool { return g.passkeys != nil }

var (
	errNoPasskeys = fault.Because(fault.Invalid, "passkeys want the paper to be reached by a name and not by a number: open it at http://localhost, or set --url")
	errPasskey    = fault.Because(fault.Denied, "this passkey was not taken: try again, or sign in another way")
)

// BeginPasskey begins a sign-in by passkey. It asks for no address, so there is nothing to be learnt from it.
func (g *Gate) BeginPasskey(ctx context.Context) (Challenge, error) {
	if g.passkeys == nil {
		return Challenge{}, errNoPasskeys
	}
	options, asked, err := g.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, err
	}
	c, t, err := challenge(options, asked, ForPasskey, "", g.now())
	if err != nil {
		return Challenge{}, err
	}
	return c, g.store.AddTicket(ctx, t, g.now())
}

// challenge puts what is asked of a browser, and what its reply is to be held against, into a challenge and its ticket.
func challenge(options any, asked *webauthn.SessionData, p Purpose, who ID, now time.Time) (Challenge, Ticket, error) {
	shown, err := json.Marshal(options)
	if err != nil {
		return Challenge{}, Ticket{}, err
	}
	kept, err := json.Marshal(asked)
	if err != nil {
		return Challenge{}, Ticket{}, err
	}
	t, token := newTicket(p, who, string(kept), now)
	return Challenge{shown, token}, t, nil
}

// SignInPasskey lets in by what a browser said to a challenge. The error is fault.Denied where the challenge is of no use or
// the passkey is none of ours, the same for all.
func (g *Gate) SignInPasskey(ctx context.Context, token string, reply []byte, v Visit) (Session, error) {
	who, said, err := g.heard(ctx, token, reply)
	if err != nil {
		return Session{}, err
	}
	var s Session
	err = g.store.ChangeAccount(ctx, who, func(a *Account, _ int) (Entry, error) {
		now := g.now()
		if a.State != Active {
			return Entry{}, errPasskey
		}
		key, err := g.prove(a, said, now)
		if err != nil {
			return Entry{}, err
		}
		s = a.begin(g.session(v, now, true))
		return Entry{At: now, Person: a.ID, Action: "sign in", Object: "by passkey " + key, Outcome: Done, From: v.network()}, nil
	})
	if errors.Is(err, fault.NotFound) {
		return Session{}, errPasskey // of nobody here; it is not written down, else anybody could fill the trail
	}
	if errors.Is(err, errPasskey) {
		return Session{}, g.refused(ctx, Entry{At: g.now(), Person: who, Action: "sign in by passkey", From: v.network()}, errPasskey)
	}
	return begun(s, err)
}

// ReauthenticatePasskey proves by passkey that a session is in the hands of its person, as [Gate.Reauthenticate] does by
// password.
func (g *Gate) ReauthenticatePasskey(ctx context.Context, s Session, token string, reply []byte, v Visit) (Session, error) {
	_, said, err := g.heard(ctx, token, reply)
	if err == nil {
		s, err = g.renew(ctx, s, v, func(a *Account, now time.Time) (bool, error) {
			_, err := g.prove(a, said, now) // nobody's but this account's
			return true, err
		})
	}
	if errors.Is(err, errPasskey) {
		return Session{}, g.refused(ctx, Entry{At: g.now(), Person: s.Person.ID, Action: "prove again by passkey", From: v.network()}, errPasskey)
	}
	return begun(s, err)
}

// heard is a reply to a challenge, and what was asked.
type heard struct {
	asked webauthn.SessionData
	reply *protocol.ParsedCredentialAssertionData
}

// heard uses a challenge up and reads the reply to it. Whose passkey it says to be is yet to be proved.
func (g *Gate) heard(ctx context.Context, token string, reply []byte) (who ID, said heard, err error) {
	if g.passkeys == nil {
		return "", heard{}, errNoPasskeys
	}
	id, ok := parseToken(token)
	if !ok || len(reply) > mostReply {
		return "", heard{}, errPasskey
	}
	t, err := g.store.TakeTicket(ctx, id)
	if errors.Is(err, fault.NotFound) || err == nil && (t.Purpose != ForPasskey || !g.now().Before(t.Expires)) {
		return "", heard{}, errPasskey
	}
	if err != nil {
		return "", heard{}, err
	}
	return parseReply(t.Data, reply)
}

// parseReply reads what was asked, as a ticket keeps it, and what a browser says to it.
func parseReply(kept string, reply []byte) (who ID, said heard, err error) {
	if err := json.Unmarshal([]byte(kept), &said.asked); err != nil {
		return "", heard{}, err
	}
	said.reply, err = protocol.ParseCredentialRequestResponseBytes(reply)
	if err != nil || len(said.reply.Response.UserHandle) == 0 {
		return "", heard{}, errPasskey
	}
	return ID(said.reply.Response.UserHandle), said, nil
}

// prove holds a reply against an account, notes that its passkey was used, and returns the passkey's name.
func (g *Gate) prove(a *Account, said heard, now time.Time) (string, error) {
	_, used, err := g.passkeys.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		return bearer{a}, nil // who the handle names was looked up by it
	}, said.asked, said.reply)
	if err != nil {
		return "", errPasskey
	}
	i := slices.IndexFunc(a.Passkeys, func(k Passkey) bool { return bytes.Equal(k.ID, used.ID) })
	if i < 0 || used.Authenticator.CloneWarning { // its counter went back: there may be two of it
		return "", errPasskey
	}
	k := &a.Passkeys[i]
	k.Count, k.Flags, k.Used = used.Authenticator.SignCount, byte(used.Flags.ProtocolValue()), now
	return k.Name, nil
}

// BeginNewPasskey begins to add a passkey to the account of whoever has a session.
func (g *Gate) BeginNewPasskey(ctx context.Context, s Session) (Challenge, error) {
	if g.passkeys == nil {
		return Challenge{}, errNoPasskeys
	}
	var c Challenge
	err := g.own(ctx, s, func(a *Account) (Entry, error) {
		if len(a.Passkeys) >= mostPasskeys {
			return Entry{}, fault.Because(fault.Conflict, "an account has at most %d passkeys: remove one that is not used any more", mostPasskeys)
		}
		options, asked, err := g.passkeys.BeginRegistration(bearer{a}, webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		}), webauthn.WithExclusions(webauthn.Credentials(bearer{a}.WebAuthnCredentials()).CredentialDescriptors()))
		if err != nil {
			return Entry{}, err
		}
		var t Ticket
		c, t, err = challenge(options, asked, ForNewPasskey, a.ID, g.now())
		a.clear(g.now())
		a.give(t)
		return Entry{}, err
	})
	return c, err
}

// AddPasskey adds the passkey that a browser made of a challenge, under a name by which its owner knows it.
func (g *Gate) AddPasskey(ctx context.Context, s Session, token, name string, reply []byte) (Passkey, error) {
	if g.passkeys == nil {
		return Passkey{}, errNoPasskeys
	}
	name, err := ParseName(name)
	if err != nil {
		return Passkey{}, err
	}
	id, ok := parseToken(token)
	if !ok || len(reply) > mostReply {
		return Passkey{}, errNewPasskey
	}
	var asked string
	err = g.own(ctx, s, func(a *Account) (Entry, error) { // by itself, so that it is used up whatever comes of it
		t, err := a.take(id, ForNewPasskey, g.now())
		if err != nil {
			return Entry{}, errNewPasskey
		}
		asked = t.Data
		return Entry{}, nil
	})
	if err != nil {
		return Passkey{}, err
	}
	var k Passkey
	err = g.own(ctx, s, func(a *Account) (Entry, error) {
		var err error
		if k, err = g.newPasskey(a, asked, reply); err != nil {
			return Entry{}, err
		}
		k.Name, k.Made = name, g.now()
		a.Passkeys = append(a.Passkeys, k)
		return g.entry(s, "add the passkey "+name, a.ID), nil
	})
	return k, err
}

// newPasskey reads what a browser says to what was asked, as a ticket keeps it, of an account's new passkey.
func (g *Gate) newPasskey(a *Account, kept string, reply []byte) (Passkey, error) {
	var asked webauthn.SessionData
	if err := json.Unmarshal([]byte(kept), &asked); err != nil {
		return Passkey{}, err
	}
	made, err := protocol.ParseCredentialCreationResponseBytes(reply)
	if err != nil {
		return Passkey{}, errNewPasskey
	}
	c, err := g.passkeys.CreateCredential(bearer{a}, asked, made)
	if err != nil || slices.ContainsFunc(a.Passkeys, func(k Passkey) bool { return bytes.Equal(k.ID, c.ID) }) {
		return Passkey{}, errNewPasskey
	}
	k := Passkey{ID: c.ID, PublicKey: c.PublicKey, Count: c.Authenticator.SignCount, Flags: byte(c.Flags.ProtocolValue())}
	for _, way := range c.Transport {
		k.Transports = append(k.Transports, string(way))
	}
	return k, nil
}

var errNewPasskey = fault.Because(fault.Invalid, "this passkey was not made as it was asked for, or too late: try again")

// DropPasskey removes a passkey, and ends all sessions; the one that asked goes on under another token. The error is
// fault.Conflict where it is the only way in.
func (g *Gate) DropPasskey(ctx context.Context, s Session, id []byte, v Visit) (Session, error) {
	return g.anew(ctx, s, v, "remove a passkey", func(a *Account) (bool, error) {
		i := slices.IndexFunc(a.Passkeys, func(k Passkey) bool { return bytes.Equal(k.ID, id) })
		if i < 0 {
			return false, fault.Because(fault.NotFound, "there is no such passkey any more")
		}
		if len(a.Passkeys) == 1 && a.Password == "" {
			return false, fault.Because(fault.Conflict, "this passkey is the only way in: add another, or choose a password, first")
		}
		a.Passkeys = slices.Delete(a.Passkeys, i, i+1)
		return s.Strong, nil
	})
}

// bearer is an account as the protocol knows it.
type bearer struct{ *Account }

func (b bearer) WebAuthnID() []byte          { return []byte(b.ID) }
func (b bearer) WebAuthnName() string        { return b.Email }
func (b bearer) WebAuthnDisplayName() string { return b.Name }

func (b bearer) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, k := range b.Passkeys {
		c := webauthn.Credential{
			ID: k.ID, PublicKey: k.PublicKey, Flags: webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(k.Flags)),
			Authenticator: webauthn.Authenticator{SignCount: k.Count},
		}
		for _, way := range k.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(strings.TrimSpace(way)))
		}
		all = append(all, c)
	}
	return all
}
