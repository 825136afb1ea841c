package desk

import (
	"encoding/base64"
	"net/http"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// AccountPage is how somebody signs in, and where they are signed in.
type AccountPage struct {
	Frame
	Email, Role string
	Password    bool
	Codes       bool
	Recovery    int
	CanPasskeys bool
	Passkeys    []PasskeyRow
	Sessions    []SessionRow
	App         *staff.App // that is being set up
	NewCodes    []string   // recovery codes, shown this once
}

// PasskeyRow is a passkey in the list.
type PasskeyRow struct {
	ID, Name   string
	Made, Used Moment
}

// SessionRow is a browser in which somebody is signed in.
type SessionRow struct {
	ID, Agent, Network string
	Since, Seen        Moment
	This               bool
}

func (d *Desk) account(w http.ResponseWriter, v visit) error {
	return d.accountPage(w, v, http.StatusOK, func(*AccountPage) {})
}

func (d *Desk) accountPage(w http.ResponseWriter, v visit, status int, fill func(*AccountPage)) error {
	ways, err := d.gate.Ways(v.Context(), v.session)
	if err != nil {
		return err
	}
	sessions, err := d.gate.Sessions(v.Context(), v.session, v.person().ID)
	if err != nil {
		return err
	}
	p := AccountPage{
		Frame: d.room(v, v.person().Name), Email: v.person().Email, Role: string(v.person().Role), Password: ways.Password, Codes: ways.Codes,
		Recovery: ways.Recovery, CanPasskeys: d.gate.HasPasskeys(),
	}
	p.Kicker = "Your account"
	if p.CanPasskeys {
		p.Scripts = append(p.Scripts, d.assetURL("passkey.js"))
	}
	for _, k := range ways.Passkeys {
		p.Passkeys = append(p.Passkeys, PasskeyRow{ID: base64.RawURLEncoding.EncodeToString(k.ID), Name: k.Name, Made: d.momentOf(k.Made), Used: d.momentOf(k.Used)})
	}
	for _, s := range sessions {
		p.Sessions = append(p.Sessions, SessionRow{
			ID: s.ID, Agent: s.Agent, Network: s.Network, Since: d.momentOf(s.Made), Seen: d.momentOf(s.Seen), This: s.ID == v.session.ID,
		})
	}
	fill(&p)
	return d.answer(w, v.Request, status, accountPage(p))
}

// changeAccount changes how somebody signs in. What changes it gives the browser a session of another token.
func (d *Desk) changeAccount(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	ctx, from, form := v.Context(), visitOf(v.Request), v.PostForm
	next := v.session
	var err error
	show := func(*AccountPage) {}
	switch what := v.PathValue("what"); what {
	case "password":
		if form.Get("password") != form.Get("again") {
			err = fault.Because(fault.Invalid, "the two passwords are not the same: write it again")
		} else {
			next, err = d.gate.ChangePassword(ctx, v.session, form.Get("password"), from)
		}
	case "no-password":
		next, err = d.gate.DropPassword(ctx, v.session, from)
	case "app":
		var app staff.App
		app, err = d.gate.BeginTOTP(ctx, v.session)
		show = func(p *AccountPage) { p.App = &app }
	case "code":
		var codes []string
		next, codes, err = d.gate.ConfirmTOTP(ctx, v.session, form.Get("code"), from)
		show = func(p *AccountPage) { p.NewCodes = codes }
	case "no-app":
		next, err = d.gate.DropTOTP(ctx, v.session, from)
	case "recovery":
		var codes []string
		codes, err = d.gate.NewRecovery(ctx, v.session)
		show = func(p *AccountPage) { p.NewCodes = codes }
	case "no-passkey":
		var id []byte
		if id, err = base64.RawURLEncoding.DecodeString(form.Get("id")); err == nil {
			next, err = d.gate.DropPasskey(ctx, v.session, id, from)
		} else {
			err = fault.Because(fault.NotFound, "there is no such passkey")
		}
	case "end":
		err = d.gate.EndSession(ctx, v.session, v.person().ID, form.Get("id"))
	case "end-all":
		err = d.gate.EndSessions(ctx, v.session, v.person().ID)
		if err == nil {
			leave(w)
			http.Redirect(w, v.Request, "/desk/sign-in", http.StatusSeeOther)
			return nil
		}
	default:
		return fault.NotFound
	}
	switch {
	case err != nil && (fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.NotFound || isCode(v, err)):
		return d.accountPage(w, v, web.Status(err), func(p *AccountPage) { p.Problem = "Not done: " + fault.Sentence(err) + "." })
	case err != nil:
		return err
	}
	if next.Token != "" {
		enter(w, next)
		v.session = next
	}
	return d.accountPage(w, v, http.StatusOK, func(p *AccountPage) {
		p.Said = "Done."
		show(p)
	})
}

// isCode says whether an error is that of a code which was not right: then the page asks for another.
func isCode(v visit, err error) bool {
	return v.PathValue("what") == "code" && !stale(err) && (fault.KindOf(err) == fault.Denied || fault.KindOf(err) == fault.Busy)
}
