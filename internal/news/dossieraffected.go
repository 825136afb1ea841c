package news

import (
	"context"
	"fmt"
	"strings"
)

// AffectedDossier is a figure in a published dossier's text that would be printed otherwise today.
type AffectedDossier struct {
	Dossier Slug
	Affected
}

// AffectedDossiers lists the figures in the texts of published dossiers that would be printed otherwise today, as
// [Newsroom.Affected] does those of stories, with the correction that could be made. There are so few that all are resolved
// anew, and none is dismissed: who does not correct one sees it again.
func (n *Newsroom) AffectedDossiers(ctx context.Context) ([]AffectedDossier, error) {
	records, err := n.store.DossierRecords(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the figures of dossiers that were revised: %w", err)
	}
	sources, err := n.ledger.Known(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	again := NewResolver(n.ledger, n.now())
	var all []AffectedDossier
	for _, r := range records {
		d, ok := r.Shown()
		if !ok {
			continue
		}
		figures, pins, err := parted(d.Subject.Content.Body, d.Pins)
		if err != nil {
			continue // of an edition that knew other figures: nobody can say what they would be
		}
		for i, own := range pins {
			c := candidate{pins: own, published: d.Updated}
			c.Slug, c.Headline, c.Revision, c.Figure = d.Slug, d.Subject.Content.Headline, d.Revision, figures[i]
			for pin := range own {
				c.Because = append(c.Because, Shaken{Place: Place{Revision: d.Revision, Pin: pin}})
			}
			changed, err := c.resolve(ctx, again)
			if err != nil {
				return nil, err
			}
			if changed {
				c.Proposal = c.proposal(sources)
				c.Proposal.Text = strings.Replace(c.Proposal.Text, "This story gave", "This dossier gave", 1)
				all = append(all, AffectedDossier{d.Slug, c.Affected})
			}
		}
	}
	return all, nil
}
