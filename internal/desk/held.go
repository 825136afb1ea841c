package desk

import (
	"net/http"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/staff"
	"github.com/courant-news/courant/internal/web"
)

// HeldPage is the numbers, and bars of shares, that are not believed.
type HeldPage struct {
	Frame
	Waiting, Decided []HeldRow
	Decides          bool
}

// HeldRow is a number, or a bar of a share, that is held, and why.
type HeldRow struct {
	ID, Symbol, Source, Rule, Why, State, By, Note string
	Said                                           []string // the value, or each price of the bar
	At, Seen                                       Moment
}

func (d *Desk) held(w http.ResponseWriter, v visit) error {
	const recent = 50
	held, err := d.ledger.Quarantine(v.Context(), "")
	if err != nil {
		return err
	}
	sources, err := d.ledger.Known(v.Context())
	if err != nil {
		return err
	}
	p := HeldPage{Frame: d.room(v, "Held numbers"), Decides: d.gate.May(v.person(), staff.DecideHeld, "") == nil}
	p.Standfirst = "What a source said and the paper does not believe. Readers see none of it until somebody releases it, or another source says the same."
	for _, h := range held {
		row := HeldRow{
			ID: string(h.ID), Symbol: h.What(), Said: strings.Split(h.Said(), ", "), Source: sources[h.Source].Name, Rule: string(h.Reason), Why: h.Text, State: string(h.State),
			By: h.By, Note: h.Note, At: d.momentOf(h.At), Seen: d.momentOf(h.Seen),
		}
		if h.State == market.Waiting {
			p.Waiting = append(p.Waiting, row)
		} else if len(p.Decided) < recent {
			p.Decided = append(p.Decided, row)
		}
	}
	return d.answer(w, v.Request, http.StatusOK, heldPage(p))
}

// decide releases a held number, or puts it away for good.
func (d *Desk) decide(w http.ResponseWriter, v visit) error {
	if err := web.Form(v.Request); err != nil {
		return err
	}
	if err := d.gate.MayNow(v.session, staff.DecideHeld, ""); err != nil {
		return err
	}
	id, note := market.ID(v.PostForm.Get("id")), strings.TrimSpace(v.PostForm.Get("note"))
	var err error
	act := v.PostForm.Get("act")
	switch act {
	case "released":
		_, err = d.ledger.Release(v.Context(), id, v.person().Name, note)
	case "rejected":
		_, err = d.ledger.Reject(v.Context(), id, v.person().Name, note)
	default:
		err = fault.Because(fault.Invalid, "a held number is released or rejected, not %.20q", act)
	}
	if err != nil {
		return err
	}
	d.tell(v, act, string(id))
	http.Redirect(w, v.Request, "/desk/held?said="+act, http.StatusSeeOther)
	return nil
}
