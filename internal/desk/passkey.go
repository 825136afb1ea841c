package desk

import (
	"encoding/json"
	"net/http"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// said is what the script sends of a passkey: the challenge's token, what the browser said to it, and for a new one its name.
type said struct {
	Token string          `json:"token"`
	Name  string          `json:"name"`
	Next  string          `json:"next"`
	Reply json.RawMessage `json:"reply"`
}

// begun is a challenge as the script takes it.
type begun struct {
	Options json.RawMessage `json:"options"`
	Token   string          `json:"token"`
}

const maxSaid = 64 << 10 // bytes

// passkey answers the script: it begins a challenge, or ends one.
func (d *Desk) passkey(w http.ResponseWriter, r *http.Request) error {
	var from said
	what := r.PathValue("what")
	if what != "begin" && what != "new" {
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxSaid)).Decode(&from); err != nil {
			return fault.Because(fault.Invalid, "what was sent is no reply of a passkey: %w", err)
		}
	}
	ctx := r.Context()
	var s staff.Session
	var err error
	if what == "prove" || what == "new" || what == "add" {
		if s, err = d.session(r); err != nil {
			return err
		}
	}
	switch what {
	case "begin":
		c, err := d.gate.BeginPasskey(ctx)
		return inJSON(w, begun{c.Options, c.Token}, err)
	case "new":
		c, err := d.gate.BeginNewPasskey(ctx, s)
		return inJSON(w, begun{c.Options, c.Token}, err)
	case "add":
		_, err := d.gate.AddPasskey(ctx, s, from.Token, from.Name, from.Reply)
		return inJSON(w, map[string]string{"next": "/desk/account?said=passkey"}, err)
	case "sign-in":
		s, err = d.gate.SignInPasskey(ctx, from.Token, from.Reply, visitOf(r))
	case "prove":
		s, err = d.gate.ReauthenticatePasskey(ctx, s, from.Token, from.Reply, visitOf(r))
	default:
		return fault.NotFound
	}
	if err != nil {
		return err
	}
	enter(w, s)
	return inJSON(w, map[string]string{"next": inside(from.Next)}, nil)
}

// inWords says to a script what went wrong, in the sentence alone. Who has to prove anew who they are is sent there.
func (d *Desk) inWords(w http.ResponseWriter, r *http.Request, err error) {
	if stale(err) {
		d.fail(w, r, err)
		return
	}
	http.Error(w, fault.Sentence(err)+".", web.Status(err))
}

// inJSON answers a script.
func inJSON(w http.ResponseWriter, v any, err error) error {
	if err != nil {
		return err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // who has left is told nothing
	return nil
}
