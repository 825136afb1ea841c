package news

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// DossierTopic is the bus topic under which changed dossiers are announced; the key is the slug, or empty for many.
const DossierTopic = "news.dossier"

// DossierStore is what the newsroom asks of whoever keeps dossiers. Every method is one transaction; a returned write is on disk.
type DossierStore interface {
	// AddDossierRevision appends a revision; the first makes the dossier. If the last is not N-1 the error is fault.Conflict.
	AddDossierRevision(ctx context.Context, r DossierRevision) error

	// TakeDossier appends a step, and so shows readers its revision, or nothing. If the last step is not N-1, or its revision
	// not the last, the error is fault.Conflict.
	TakeDossier(ctx context.Context, s DossierStep) error

	// ReprintDossier appends a revision as AddDossierRevision does, and the step that publishes it as TakeDossier does, both or
	// neither.
	ReprintDossier(ctx context.Context, r DossierRevision, s DossierStep) error

	// DossierRecord returns a dossier, published or not, with all its revisions and steps; fault.NotFound.
	DossierRecord(ctx context.Context, slug Slug) (DossierRecord, error)

	// DossierRecords returns every dossier, published or not, by the bytes of its slug.
	DossierRecords(ctx context.Context) ([]DossierRecord, error)
}

// DossierReader is what a paper asks of whoever keeps dossiers: published ones only.
type DossierReader interface {
	// Dossier returns a published dossier; fault.NotFound, and fault.Gone with a sentence for one that was withdrawn.
	Dossier(ctx context.Context, slug Slug) (Dossier, error)

	// Dossiers returns all published dossiers, the last updated first.
	Dossiers(ctx context.Context) ([]Dossier, error)
}

// DossierDraft is what an author hands in: a new dossier where BasedOn is 0, else the next revision of one.
type DossierDraft struct {
	Slug    Slug // of a new one it may be empty: it is made from the headline then
	BasedOn int  // the revision that the author had before him
	Subject Subject
	Author  string
	Person  string // see [DossierRevision]
	Reason  string
}

// SaveDossier appends a revision and returns it; readers see it once it is published. The error is fault.Invalid where a part
// of it does not fit the others, asserts something without a document, or cannot be; fault.Conflict where somebody saved
// meanwhile, or a scenario that readers saw would be lost.
func (n *Newsroom) SaveDossier(ctx context.Context, d DossierDraft) (DossierRevision, error) {
	if d.Slug == "" && d.BasedOn == 0 {
		d.Slug = SlugOf(d.Subject.Content.Headline)
	}
	r := DossierRevision{
		Dossier: d.Slug, N: d.BasedOn + 1, Subject: d.Subject, Author: d.Author, Person: d.Person, Reason: d.Reason,
		At: n.now().UTC().Truncate(time.Microsecond),
	}
	if err := cmp.Or(d.Subject.Content.checkNew(), n.checkDossier(r)); err != nil {
		return DossierRevision{}, err
	}
	for _, s := range d.Subject.Series {
		if err := n.isKnown(ctx, "the dossier", s); err != nil {
			return DossierRevision{}, err
		}
	}
	for _, id := range d.Subject.Stories {
		if _, err := n.store.Manuscript(ctx, id); errors.Is(err, fault.NotFound) {
			return DossierRevision{}, fault.Because(fault.Invalid, "the dossier names a story %.64q, and there is none", id)
		} else if err != nil {
			return DossierRevision{}, err
		}
	}
	if d.BasedOn > 0 {
		record, err := n.store.DossierRecord(ctx, d.Slug)
		if err != nil {
			return DossierRevision{}, err
		}
		if shown, ok := record.Shown(); ok {
			if err := d.Subject.keeps(shown.Subject); err != nil {
				return DossierRevision{}, err
			}
		}
	}
	if err := n.store.AddDossierRevision(ctx, r); err != nil {
		return DossierRevision{}, fmt.Errorf("save the dossier %q: %w", d.Slug, err)
	}
	return r, nil
}

// checkDossier says what is wrong with a revision by itself.
func (n *Newsroom) checkDossier(r DossierRevision) error {
	if _, err := ParseSlug(string(r.Dossier)); err != nil {
		return err
	}
	if r.N < 1 {
		return fault.Because(fault.Invalid, "the first revision of the dossier %q is 1, not %d", r.Dossier, r.N)
	}
	if strings.TrimSpace(r.Author) == "" {
		return fault.Because(fault.Invalid, "the revision of the dossier has no author")
	}
	if err := cmp.Or(checkLine("author", r.Author), checkLine("author's ID", r.Person), checkLine("reason for the revision", r.Reason)); err != nil {
		return err
	}
	return r.Subject.check(n.ledger.Currencies(), n.now())
}

// PublishDossier shows readers the last revision of a dossier at once, with its figures resolved and pinned. The revision is the
// one that whoever publishes it has read. The notice is empty at the first publication, and needed at all later ones.
// The error is fault.Invalid, fault.Conflict where somebody saved or published meanwhile, or fault.NotFound.
func (n *Newsroom) PublishDossier(ctx context.Context, s DossierStep) (DossierStep, error) {
	record, err := n.store.DossierRecord(ctx, s.Dossier)
	if err != nil {
		return DossierStep{}, err
	}
	s.N, s.At = len(record.Steps)+1, n.now().UTC().Truncate(time.Microsecond)
	if err := record.wants(s); err != nil {
		return DossierStep{}, err
	}
	if s.Pins, err = n.pin(ctx, record.Last().Subject.Content.Body, s.At); err != nil {
		return DossierStep{}, fmt.Errorf("publish the dossier %q: %w", s.Dossier, err)
	}
	return n.takeDossier(ctx, s)
}

// wants sees to it that a step publishes the last revision of a dossier, for the first time, and [DossierRecord.Tells] of it.
func (r DossierRecord) wants(s DossierStep) error {
	last := r.Last()
	if s.Revision > last.N || s.Revision < 1 {
		return fault.Because(fault.NotFound, "the dossier %q has no revision %d", r.Slug, s.Revision)
	}
	if s.Revision != last.N {
		return fault.Because(fault.Conflict, "%s saved revision %d of the dossier %q meanwhile: read that first", last.Author, last.N, r.Slug)
	}
	for _, old := range r.Steps {
		if old.Revision == s.Revision {
			return fault.Because(fault.Conflict, "revision %d of the dossier %q was published before: save a new one to change it", s.Revision, r.Slug)
		}
	}
	return r.Tells(s)
}

// Tells sees to it that a step to publish a revision, be it saved yet or not, says what changed for those who read the dossier
// before, and says nothing where nobody did. The error is fault.Invalid.
func (r DossierRecord) Tells(s DossierStep) error {
	before := slices.ContainsFunc(r.Steps, func(old DossierStep) bool { return old.Revision > 0 })
	switch kind, said := s.Notice.Kind, strings.TrimSpace(s.Notice.Text) != ""; {
	case !before && kind != "":
		return fault.Because(fault.Invalid, "the dossier %q was never published: there is nothing to update or to correct in it yet", r.Slug)
	case !before:
	case kind == "" || kind == Withdrawal:
		return fault.Because(fault.Invalid, "the dossier %q was published before: say whether this is an update, a correction, or too minor to be told to readers", r.Slug)
	case kind == Minor && strings.TrimSpace(s.Reason) == "":
		return fault.Because(fault.Invalid, "say why revision %d of the dossier %q is minor: it is kept on record", s.Revision, r.Slug)
	case kind != Minor && !said:
		return fault.Because(fault.Invalid, "say what is new in the dossier %q, or what was wrong and what is right: its readers are told", r.Slug)
	}
	return s.check()
}

// check says what is wrong with a step on its own.
func (s DossierStep) check() error {
	return Step{By: s.By, Person: s.Person, Reason: s.Reason, Notice: s.Notice}.check()
}

// WithdrawDossier takes a dossier from readers: the notice's text stands in its place, and the reason is kept on record. The error
// is fault.Invalid without a reason, fault.Conflict where readers see none of it, or fault.NotFound.
func (n *Newsroom) WithdrawDossier(ctx context.Context, s DossierStep) (DossierStep, error) {
	record, err := n.store.DossierRecord(ctx, s.Dossier)
	if err != nil {
		return DossierStep{}, err
	}
	if _, ok := record.Live(); !ok {
		return DossierStep{}, fault.Because(fault.Conflict, "readers see nothing of the dossier %q: there is nothing to withdraw", s.Dossier)
	}
	if strings.TrimSpace(s.Reason) == "" {
		return DossierStep{}, fault.Because(fault.Invalid, "say why the dossier %q is withdrawn: it is kept on record", s.Dossier)
	}
	s.N, s.Revision, s.Pins, s.Notice.Kind, s.At = len(record.Steps)+1, 0, nil, Withdrawal, n.now().UTC().Truncate(time.Microsecond)
	if err := s.check(); err != nil {
		return DossierStep{}, err
	}
	return n.takeDossier(ctx, s)
}

func (n *Newsroom) takeDossier(ctx context.Context, s DossierStep) (DossierStep, error) {
	if err := n.store.TakeDossier(ctx, s); err != nil {
		return DossierStep{}, fmt.Errorf("take step %d of the dossier %q: %w", s.N, s.Dossier, err)
	}
	n.bus.Publish(bus.Event{Topic: DossierTopic, Key: string(s.Dossier)})
	return s, nil
}

// DossierRecord returns a dossier, published or not; fault.NotFound.
func (n *Newsroom) DossierRecord(ctx context.Context, slug Slug) (DossierRecord, error) {
	return n.store.DossierRecord(ctx, slug)
}

// DossierRecords returns every dossier, published or not, by the bytes of its slug.
func (n *Newsroom) DossierRecords(ctx context.Context) ([]DossierRecord, error) {
	return n.store.DossierRecords(ctx)
}

// checkDossiers says what is wrong with the dossiers that an edition carries.
func (n *Newsroom) checkDossiers(list []DossierRecord) error {
	for _, r := range list {
		if err := n.checkDossierRecord(r); err != nil {
			return fmt.Errorf("the dossier %q: %w", r.Slug, err)
		}
	}
	return nil
}

func (n *Newsroom) checkDossierRecord(record DossierRecord) error {
	if len(record.Revisions) == 0 {
		return fault.Because(fault.Invalid, "it has no revision")
	}
	for i, r := range record.Revisions {
		if r.Dossier != record.Slug || r.N != i+1 {
			return fault.Because(fault.Invalid, "revision %d of %.40q stands where its revision %d belongs", r.N, r.Dossier, i+1)
		}
		if err := n.checkDossier(r); err != nil {
			return fmt.Errorf("revision %d: %w", r.N, err)
		}
	}
	for i, s := range record.Steps {
		if s.Dossier != record.Slug || s.N != i+1 || s.At.IsZero() || s.At.After(n.now()) || s.Revision < 0 || s.Revision > len(record.Revisions) {
			return fault.Because(fault.Invalid, "step %d of its record does not fit it", i+1)
		}
		if err := s.check(); err != nil {
			return fmt.Errorf("step %d of its record: %w", s.N, err)
		}
		if s.Revision > 0 {
			if err := fit(record.Revisions[s.Revision-1].Subject.Content.Body, s.Pins); err != nil {
				return fmt.Errorf("step %d of its record: %w", s.N, err)
			}
		}
	}
	return nil
}

// Dossier returns a published dossier; fault.NotFound, and fault.Gone with a sentence for readers where it was withdrawn.
func (p *Paper) Dossier(ctx context.Context, slug Slug) (Dossier, error) {
	return p.reader.Dossier(ctx, slug)
}

// Dossiers returns all published dossiers, the last updated first.
func (p *Paper) Dossiers(ctx context.Context) ([]Dossier, error) { return p.reader.Dossiers(ctx) }

// DossiersPrinting returns the published dossiers of which a figure rests on the observation, the last updated first.
func (p *Paper) DossiersPrinting(ctx context.Context, id market.ID) ([]Dossier, error) {
	all, err := p.reader.Dossiers(ctx)
	return slices.DeleteFunc(all, func(d Dossier) bool {
		return !slices.ContainsFunc(d.Pins, func(p Pin) bool { return slices.Contains(p.From, id) })
	}), err
}
