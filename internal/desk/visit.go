package desk

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// visit is a request of somebody who is signed in.
type visit struct {
	*http.Request
	session staff.Session
}

func (v visit) person() staff.Person { return v.session.Person }

// cookie bears the token of a session. Its prefix makes browsers refuse one that another host, or a page without TLS, has
// set (RFC 6265bis, 4.1.3); they count a loopback address as safe.
const cookie = "__Host-courant"

// signedIn lets through who is signed in and may do what the route is for; others are asked to sign in, or to prove anew who
// they are, and come back.
func (d *Desk) signedIn(r route) http.Handler {
	return web.Handle(d.o.Log, d.fail, func(w http.ResponseWriter, req *http.Request) error {
		s, err := d.session(req)
		if errors.Is(err, fault.Denied) || errors.Is(err, fault.NotFound) {
			if strings.HasSuffix(req.URL.Path, "/copy") || strings.HasSuffix(req.URL.Path, ".json") {
				http.Error(w, "Sign in first.", http.StatusUnauthorized)
				return nil
			}
			http.Redirect(w, req, "/desk/sign-in?"+url.Values{"next": {cameFrom(req)}}.Encode(), http.StatusSeeOther)
			return nil
		}
		if err != nil {
			return err
		}
		if err := d.gate.May(s.Person, r.may, s.Person.ID); err != nil {
			return err
		}
		return r.serve(w, visit{req, s})
	})
}

// session is the session that a request's cookie names.
func (d *Desk) session(r *http.Request) (staff.Session, error) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return staff.Session{}, fault.Because(fault.Denied, "you are not signed in")
	}
	return d.gate.Session(r.Context(), c.Value, visitOf(r))
}

// visitOf says from where a request comes.
func visitOf(r *http.Request) staff.Visit {
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // what is no address counts as one
	return staff.Visit{From: from.Addr(), Agent: r.UserAgent()}
}

// cameFrom is the page to return to: the one asked for, or for a form the one that it stood on. It is always a page of the
// desk, so that no link can lead elsewhere through here.
func cameFrom(r *http.Request) string {
	if r.Method == http.MethodGet {
		return r.URL.RequestURI()
	}
	if u, err := url.Parse(r.Referer()); err == nil && u.Host == r.Host {
		return inside(u.RequestURI())
	}
	return home
}

const home = "/desk/"

// inside is an address of the desk, or its first page where the text is anything else.
func inside(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, home) || strings.Contains(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return home
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// unkept says why a browser would throw the cookie of a session away, as browsers do without TLS: whoever signs in would be
// asked to sign in again, for ever. A browser says itself in Origin how it reaches the paper, whatever proxies stand between.
func unkept(r *http.Request) error {
	o, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || o.Scheme != "http" || loopback(o.Hostname()) {
		return nil
	}
	return fault.Because(fault.Invalid, "browsers keep nobody signed in at http://%s, since others could read along: reach the paper by https, "+
		"or on its own machine at http://localhost", o.Host)
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && address.IsLoopback()
}

// enter gives a browser its session.
func enter(w http.ResponseWriter, s staff.Session) {
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: s.Token, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		MaxAge: int(staff.Longest.Seconds()),
	})
}

// leave takes a browser's session away.
func leave(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: cookie, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: -1})
}
