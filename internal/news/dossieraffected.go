package news

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
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

// CorrectDossier signs the correction that is offered of the affected figures of a dossier, all that there are in it, and publishes
// it, as [Newsroom.Correct] does with those of a story: all of it comes about or nothing. The error is fault.Conflict where there is
// a revision that readers do not see yet, a figure has no value any more, or one that is not among them would be printed otherwise.
func (n *Newsroom) CorrectDossier(ctx context.Context, all []AffectedDossier, by, person, text string) (DossierStep, error) {
	if len(all) == 0 {
		return DossierStep{}, fault.Because(fault.NotFound, "no figure of the dossier is affected any more: somebody corrected it")
	}
	record, err := n.store.DossierRecord(ctx, all[0].Dossier)
	if err != nil {
		return DossierStep{}, err
	}
	live, isShown := record.Live()
	var affected []Affected
	for _, a := range all {
		switch {
		case a.Problem != "":
			return DossierStep{}, fault.Because(fault.Conflict, "the figure {{%s}} has no value any more: change the background of the dossier %q", a.Figure.Expression, record.Slug)
		case a.Dossier != record.Slug || !isShown || live.Revision != record.Last().N || live.Revision != a.Revision:
			return DossierStep{}, fault.Because(fault.Conflict, "the dossier %q is being changed, or was meanwhile: correct it on its own page", record.Slug)
		}
		affected = append(affected, a.Affected)
	}
	r := record.Last()
	was := printing{r.Subject.Content, live.Pins}
	r.N, r.Author, r.Person, r.Reason, r.At = r.N+1, by, person, "The source revised {{"+all[0].Figure.Expression+"}}.", n.now().UTC().Truncate(time.Microsecond)
	r.Subject.Content.Body = dated(was.Body, live.At)
	s := DossierStep{Dossier: r.Dossier, N: len(record.Steps) + 1, Revision: r.N, By: by, Person: person, Reason: r.Reason, At: r.At}
	if s.Pins, err = n.pin(ctx, r.Subject.Content.Body, r.At); err != nil {
		return DossierStep{}, fmt.Errorf("correct the dossier %q: %w", record.Slug, err)
	}
	if s.Notice, err = signed(fmt.Sprintf("the dossier %q", record.Slug), was, printing{r.Subject.Content, s.Pins}, affected, text); err != nil {
		return DossierStep{}, err
	}
	record.Revisions = append(slices.Clone(record.Revisions), r)
	if err := n.checkDossier(r); err != nil {
		return DossierStep{}, err
	}
	if err := record.wants(s); err != nil {
		return DossierStep{}, err
	}
	if err := n.store.ReprintDossier(ctx, r, s); err != nil {
		return DossierStep{}, fmt.Errorf("correct the dossier %q: %w", record.Slug, err)
	}
	n.bus.Publish(bus.Event{Topic: DossierTopic, Key: string(record.Slug)})
	return s, nil
}
