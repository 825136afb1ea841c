package desk

import (
	"net/http"
	"slices"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// dossierChanges shows what one revision of a dossier changed in another.
func (d *Desk) dossierChanges(w http.ResponseWriter, v visit) error {
	r, err := d.dossier(v)
	if err != nil {
		return err
	}
	revision := func(name string) (news.DossierRevision, error) {
		n, err := number(v.URL.Query().Get(name))
		if err != nil || n < 1 || n > int64(len(r.Revisions)) {
			return news.DossierRevision{}, fault.Because(fault.NotFound, "the dossier has no revision %.20q: it has %d", v.URL.Query().Get(name), len(r.Revisions))
		}
		return r.Revisions[n-1], nil
	}
	from, err := revision("from")
	if err != nil {
		return err
	}
	to, err := revision("to")
	if err != nil {
		return err
	}
	p := ChangesPage{Frame: d.room(v, "From revision "+count(from.N)+" to "+count(to.N)), Back: dossierHref(r.Slug), BackText: "Back to the dossier"}
	p.Kicker, p.Changes = to.Subject.Content.Headline, dossierChangesOf(from.Subject, to.Subject)
	return d.answer(w, v.Request, http.StatusOK, changesPage(p))
}

// dossierChangesOf is what changed from one subject to another, part by part.
func dossierChangesOf(from, to news.Subject) []Change {
	all := changesOf(from.Content, to.Content)
	for _, k := range kinds() {
		switch {
		case k.name == "head":
		case k.single:
			all = changeOf(all, k.one, k.written(from, ""), k.written(to, ""))
		default:
			for _, id := range idsOf(k.list(from), k.list(to)) {
				all = changeOf(all, k.one+" "+id, k.written(from, id), k.written(to, id))
			}
		}
	}
	return changeOf(all, "stories", storiesOf(from), storiesOf(to))
}

// written is a part as text; empty where it is not there.
func (k kind) written(s news.Subject, id string) string {
	if !k.single && !k.has(s, news.Slug(id)) {
		return ""
	}
	f := &form{known: s, next: &s}
	k.over(f, news.Slug(id))
	text := written(f.fields)
	if a, ok := find(s.Actors, id); k.name == "actors" && ok && a.Into != "" {
		text += "Merged into: " + string(a.Into) + "\n"
	}
	return text
}

// differs says whether a part is another in one subject than in the other.
func (k kind) differs(a, b news.Subject, id string) bool {
	if k.name == "head" {
		return len(changesOf(a.Content, b.Content)) > 0
	}
	return k.written(a, id) != k.written(b, id)
}

// conflicts says whether somebody made of a part something else than the visitor did, since what both began with.
func (k kind) conflicts(base, theirs, own news.Subject, id string) bool {
	return k.differs(base, theirs, id) && k.differs(own, theirs, id)
}

func find(actors []news.Actor, id string) (news.Actor, bool) {
	i := slices.IndexFunc(actors, func(a news.Actor) bool { return string(a.ID) == id })
	if i < 0 {
		return news.Actor{}, false
	}
	return actors[i], true
}

// idsOf are the names of parts that stand in either list.
func idsOf(a, b []PartRow) (all []string) {
	for _, row := range append(a, b...) {
		if !slices.Contains(all, row.ID) {
			all = append(all, row.ID)
		}
	}
	return all
}

// changeOf adds to a list what changed in one text, if anything did.
func changeOf(all []Change, field, from, to string) []Change {
	if from == to {
		return all
	}
	c := Change{Field: field}
	for _, part := range news.DiffText(from, to) {
		c.Spans = append(c.Spans, Span{Kind: spanKinds[part.In], Text: part.Text})
	}
	return append(all, c)
}

func storiesOf(s news.Subject) (text string) {
	for _, id := range s.Stories {
		text += string(id) + "\n"
	}
	return text
}
