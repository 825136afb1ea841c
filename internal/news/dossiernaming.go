package news

import "slices"

// PartName is which part of a subject is meant: its kind as its JSON has it, such as events, and its own name, which a sentence
// of the state of things has not.
type PartName struct {
	Kind string
	ID   Slug
}

// Naming are the parts of a subject that name another or rest on it, each once, kind by kind. As long as there are any the
// other cannot be taken out of the dossier.
func (s Subject) Naming(part PartName) (all []PartName) {
	s.names(func(by, named PartName) {
		if named == part && by != part && !slices.Contains(all, by) {
			all = append(all, by)
		}
	})
	return all
}

// names shows each part together with each that it names. A name that is left out is empty.
func (s Subject) names(see func(by, named PartName)) {
	cites := func(by PartName, list []Cite) {
		for _, c := range list {
			see(by, PartName{"documents", c.Document})
		}
	}
	for _, one := range s.Standing {
		cites(PartName{Kind: "standing"}, one.Cites)
	}
	for _, e := range s.Events {
		by := PartName{"events", e.ID}
		for _, h := range e.Hands {
			see(by, PartName{"actors", h.Actor})
		}
		cites(by, e.Cites)
	}
	for _, a := range s.Accounts {
		by := PartName{"accounts", a.ID}
		see(by, PartName{"events", a.Event})
		see(by, PartName{"actors", a.By})
		see(by, PartName{"accounts", a.Of})
		cites(by, a.Cites)
	}
	for _, a := range s.Actors {
		by := PartName{"actors", a.ID}
		see(by, PartName{"actors", a.Into})
		for _, r := range a.Roles {
			see(by, PartName{"actors", r.Of})
			cites(by, r.Cites)
		}
		cites(by, a.Cites)
	}
	for _, r := range s.Relations {
		by := PartName{"relations", r.ID}
		see(by, PartName{"actors", r.From})
		see(by, PartName{"actors", r.To})
		for _, shift := range r.Course {
			see(by, PartName{"events", shift.Event})
			cites(by, shift.Cites)
		}
	}
	for _, q := range s.Consequences {
		by := PartName{"consequences", q.ID}
		see(by, PartName{"actors", q.By})
		see(by, PartName{"events", q.Event})
		cites(by, q.Cites)
	}
	for _, one := range s.Scenarios {
		by := PartName{"scenarios", one.ID}
		for _, sign := range one.Signs {
			see(by, PartName{"events", sign.Event})
		}
		cites(by, one.Cites)
	}
}
