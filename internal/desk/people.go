package desk

import (
	"net/http"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// StaffPage is who works here.
type StaffPage struct {
	Frame
	People    []PersonRow
	Roles     []Option
	CanInvite bool
	Manages   bool
	Link      string // that was just made, to be handed on
	For       string // whom it is for
	Until     Moment
}

// PersonRow is somebody who works here.
type PersonRow struct {
	ID, Name, Email, Role, State string
	Since                        Moment
	Roles                        []Option
	Disabled                     bool
}

func (d *Desk) people(w http.ResponseWriter, v visit) error {
	return d.staffPage(w, v, http.StatusOK, func(*StaffPage) {})
}

func (d *Desk) staffPage(w http.ResponseWriter, v visit, status int, fill func(*StaffPage)) error {
	people, err := d.gate.People(v.Context(), v.session)
	if err != nil {
		return err
	}
	p := StaffPage{Frame: d.room(v, "Staff"), Roles: roles(staff.Reporter)}
	p.CanInvite = d.gate.May(v.person(), staff.Invite, "") == nil
	p.Manages = d.gate.May(v.person(), staff.ManageStaff, "") == nil
	for _, person := range people {
		p.People = append(p.People, PersonRow{
			ID: string(person.ID), Name: person.Name, Email: person.Email, Role: string(person.Role), State: string(person.State),
			Since: d.momentOf(person.Since), Roles: roles(person.Role), Disabled: person.State == staff.Disabled,
		})
	}
	fill(&p)
	return d.answer(w, v.Request, status, staffPage(p))
}

// roles are all roles to choose from.
func roles(chosen staff.Role) []Option {
	var all []Option
	for _, r := range staff.Roles() {
		all = append(all, Option{Value: string(r), Text: string(r), Chosen: r == chosen})
	}
	return all
}

// invite makes a link for somebody new. It is shown once, to be handed on.
func (d *Desk) invite(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	form := v.PostForm
	role, err := staff.ParseRole(form.Get("role"))
	if err != nil {
		return err
	}
	person, link, err := d.gate.Invite(v.Context(), v.session, form.Get("name"), form.Get("email"), role)
	if err != nil {
		return d.refusedHere(w, v, err)
	}
	return d.linked(w, v, person.Name, link)
}

// linked shows the page of the staff with a link that was just made.
func (d *Desk) linked(w http.ResponseWriter, v visit, name string, link staff.Link) error {
	return d.staffPage(w, v, http.StatusOK, func(p *StaffPage) {
		p.Link, p.For, p.Until = link.At(d.o.Origin), name, d.momentOf(link.Expires)
	})
}

// refusedHere shows the page of the staff with why something was not done.
func (d *Desk) refusedHere(w http.ResponseWriter, v visit, why error) error {
	switch fault.KindOf(why) {
	case fault.Invalid, fault.Conflict, fault.NotFound:
		return d.staffPage(w, v, web.Status(why), func(p *StaffPage) { p.Problem = "Not done: " + fault.Sentence(why) + "." })
	}
	return why
}

// managePerson changes somebody's role, makes them a link, or keeps them out.
func (d *Desk) managePerson(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	who, ctx := staff.ID(v.PathValue("id")), v.Context()
	var err error
	switch act := v.PostForm.Get("act"); act {
	case "role":
		var role staff.Role
		if role, err = staff.ParseRole(v.PostForm.Get("role")); err == nil {
			err = d.gate.ChangeRole(ctx, v.session, who, role)
		}
	case "link", "link-without-codes":
		var link staff.Link
		if link, err = d.gate.Reset(ctx, v.session, who, act == "link-without-codes"); err == nil {
			return d.linked(w, v, v.PostForm.Get("name"), link)
		}
	case "end-sessions":
		err = d.gate.EndSessions(ctx, v.session, who)
	case "disable":
		err = d.gate.Disable(ctx, v.session, who)
	case "enable":
		err = d.gate.Enable(ctx, v.session, who)
	default:
		err = fault.Because(fault.Invalid, "%.20q is nothing that can be done with a person: use the buttons of the page", act)
	}
	if err != nil {
		return d.refusedHere(w, v, err)
	}
	http.Redirect(w, v.Request, "/desk/staff?said=done", http.StatusSeeOther)
	return nil
}

// TrailPage is what was done, by whom, and from where.
type TrailPage struct {
	Frame
	Lines []TrailRow
	Next  string
}

// TrailRow is a line of the audit trail.
type TrailRow struct {
	At                           Moment
	Person, Action, Object, From string
	Refused                      bool
}

func (d *Desk) trail(w http.ResponseWriter, v visit) error {
	const most = 100
	before, err := number(v.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	entries, err := d.gate.Trail(v.Context(), v.session, before, most)
	if err != nil {
		return err
	}
	names, err := d.names(v)
	if err != nil {
		return err
	}
	named := func(id staff.ID) string {
		if name, ok := names[id]; ok {
			return name
		}
		return string(id)
	}
	p := TrailPage{Frame: d.room(v, "Audit trail")}
	p.Standfirst = "Who did what. No line is ever changed or removed."
	for _, e := range entries {
		p.Lines = append(p.Lines, TrailRow{
			At: d.momentOf(e.At), Person: named(e.Person), Action: e.Action, Object: named(staff.ID(e.Object)), From: e.From, Refused: e.Outcome == staff.Refused,
		})
	}
	if len(entries) == most {
		p.Next = "/desk/trail?before=" + count(int(entries[most-1].N))
	}
	return d.answer(w, v.Request, http.StatusOK, trailPage(p))
}
