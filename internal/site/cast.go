package site

import "github.com/courant-news/courant/internal/news"

// cast is who acts in some dossiers, by what namesakes have in common.
type cast map[string][]appearance

// appearance is an actor as an entry of a dossier.
type appearance struct {
	dossier news.Dossier
	actor   news.Actor
}

// castOf reads the actors of dossiers, in the order of these.
func castOf(dossiers []news.Dossier) cast {
	c := cast{}
	for _, d := range dossiers {
		for _, a := range d.Subject.Actors {
			if key := a.Namesake(); a.Into == "" && key != "" {
				c[key] = append(c[key], appearance{d, a})
			}
		}
	}
	return c
}

// Elsewhere is an entry of another dossier that may be about the same actor.
type Elsewhere struct{ Actor, Dossier Link }

// elsewhere are the entries of other dossiers that bear the name of an actor and are of its kind, those of the dossier that was
// updated last first.
func (d *dossier) elsewhere(a news.Actor) (all []Elsewhere) {
	for _, other := range d.today.cast()[a.Namesake()] {
		if other.dossier.Slug != d.Slug {
			one := d.site.dossierOf(d.today, other.dossier)
			all = append(all, Elsewhere{one.actor(other.actor.ID), Link{Text: one.Subject.Content.Headline, Href: one.Path(), Language: one.spoken}})
		}
	}
	return all
}
