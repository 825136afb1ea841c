package desk

import (
	"errors"
	"net/http"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// SignPage asks who somebody is.
type SignPage struct {
	Frame
	Next     string // where they go on
	Email    string
	Pending  string // the token of a sign-in that wants a code; empty: it wants a password
	Passkeys bool   // whether this paper can have any
	Proving  bool   // they are signed in and prove it once more
	Codes    bool   // a code is asked for beside the password
}

// WelcomePage is what a link leads to: a name, an address and a password of the first owner, or a password.
type WelcomePage struct {
	Frame
	Action string
	Setup  bool
	Person string
	Email  string
	Code   bool // passkeys and codes end with the old password
	Button string
}

func (d *Desk) signPage(r *http.Request, title, problem string) SignPage {
	p := SignPage{Frame: d.frame(title), Next: inside(r.FormValue("next")), Email: r.PostFormValue("email"), Passkeys: d.gate.HasPasskeys()}
	p.Problem = problem
	if p.Passkeys {
		p.Scripts = []string{d.assetURL("passkey.js")}
	}
	return p
}

func (d *Desk) signIn(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.session(r); err == nil {
		http.Redirect(w, r, inside(r.FormValue("next")), http.StatusSeeOther)
		return nil
	}
	return d.answer(w, r, http.StatusOK, signPage(d.signPage(r, "Sign in", "")))
}

// signInBy takes a password, and then a code where the account has an app for codes.
func (d *Desk) signInBy(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	var s staff.Session
	var err error
	pending := r.PostForm.Get("pending")
	if err = unkept(r); err != nil {
		return d.answer(w, r, http.StatusBadRequest, signPage(d.signPage(r, "Sign in", fault.Sentence(err)+".")))
	}
	if pending != "" {
		s, err = d.gate.SignInCode(r.Context(), pending, r.PostForm.Get("code"), visitOf(r))
	} else {
		s, err = d.gate.SignIn(r.Context(), r.PostForm.Get("email"), r.PostForm.Get("password"), visitOf(r))
	}
	switch {
	case errors.Is(err, fault.Denied), errors.Is(err, fault.Busy):
		p := d.signPage(r, "Sign in", fault.Sentence(err))
		p.Pending = pending
		return d.answer(w, r, web.Status(err), signPage(p))
	case err != nil:
		return err
	case s.Pending:
		p := d.signPage(r, "The code", "")
		p.Pending = s.Token
		return d.answer(w, r, http.StatusOK, signPage(p))
	}
	enter(w, s)
	http.Redirect(w, r, inside(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) error {
	if s, err := d.session(r); err == nil {
		if err := d.gate.SignOut(r.Context(), s); err != nil {
			return err
		}
	}
	leave(w)
	http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
	return nil
}

// prove asks who is signed in to show once more that it is them, before something that matters.
func (d *Desk) prove(w http.ResponseWriter, r *http.Request) error {
	s, err := d.session(r)
	if err != nil {
		http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
		return nil //nolint:nilerr // who is not signed in is asked to
	}
	return d.proving(w, r, s, http.StatusOK, "")
}

func (d *Desk) proving(w http.ResponseWriter, r *http.Request, s staff.Session, status int, problem string) error {
	ways, err := d.gate.Ways(r.Context(), s)
	if err != nil {
		return err
	}
	p := d.signPage(r, "Is it still you?", problem)
	p.Person, p.Proving, p.Codes = s.Person.Name, true, ways.Codes
	return d.answer(w, r, status, signPage(p))
}

func (d *Desk) proveBy(w http.ResponseWriter, r *http.Request) error {
	s, err := d.session(r)
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	again, err := d.gate.Reauthenticate(r.Context(), s, r.PostForm.Get("password"), r.PostForm.Get("code"), visitOf(r))
	if errors.Is(err, fault.Denied) || errors.Is(err, fault.Busy) {
		return d.proving(w, r, s, web.Status(err), fault.Sentence(err))
	}
	if err != nil {
		return err
	}
	enter(w, again)
	http.Redirect(w, r, inside(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// welcome shows what a link is for. It does not use the link up: mail programs and messengers open links by themselves.
func (d *Desk) welcome(w http.ResponseWriter, r *http.Request) error {
	return d.welcoming(w, r, http.StatusOK, "")
}

func (d *Desk) welcoming(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	token := r.PathValue("token")
	welcome, err := d.gate.Welcome(r.Context(), token)
	if err != nil {
		return err
	}
	p := WelcomePage{Frame: d.frame("Welcome"), Action: staff.WelcomePath + token, Person: welcome.Person.Name, Email: welcome.Person.Email, Code: welcome.Forgets}
	p.Problem = problem
	switch welcome.Purpose {
	case staff.ForSetup:
		p.Setup, p.Button = true, "Set up the paper"
		p.Standfirst = "You are the first here. Who has this page's address once becomes the owner of the paper."
		p.Person, p.Email = r.PostFormValue("name"), r.PostFormValue("email")
	case staff.ForReset:
		p.Title, p.Button = "Another password", "Change the password"
	default:
		p.Button = "Come in"
		p.Standfirst = p.Person + ", you are invited to write for " + d.o.Name + ". Choose a password; a passkey can follow."
	}
	return d.answer(w, r, status, welcomePage(p))
}

// arrive uses a link up.
func (d *Desk) arrive(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	token, password := r.PathValue("token"), r.PostForm.Get("password")
	welcome, err := d.gate.Welcome(r.Context(), token)
	if err != nil {
		return err
	}
	var s staff.Session
	switch err = unkept(r); {
	case err != nil: // before the link is used up
	case password != r.PostForm.Get("again"):
		err = fault.Because(fault.Invalid, "the two passwords are not the same: write it again")
	case welcome.Purpose == staff.ForSetup:
		s, err = d.gate.Found(r.Context(), token, r.PostForm.Get("name"), r.PostForm.Get("email"), password, visitOf(r))
	case welcome.Purpose == staff.ForReset:
		err = d.gate.Renew(r.Context(), token, password, visitOf(r))
	default:
		s, err = d.gate.Accept(r.Context(), token, password, visitOf(r))
	}
	if errors.Is(err, fault.Invalid) {
		return d.welcoming(w, r, http.StatusBadRequest, fault.Sentence(err)+".")
	}
	if err != nil {
		return err
	}
	if s.Token == "" { // a reset lets nobody in
		http.Redirect(w, r, "/desk/sign-in", http.StatusSeeOther)
		return nil
	}
	enter(w, s)
	http.Redirect(w, r, home, http.StatusSeeOther)
	return nil
}
