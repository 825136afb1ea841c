package archive

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// dossierRecord is a dossier with all its revisions, and the record of what readers saw of it.
type dossierRecord struct {
	Slug      news.Slug               `json:"slug"`
	Revisions []dossierRevisionRecord `json:"revisions"`
	Steps     []dossierStepRecord     `json:"steps,omitempty"`
}

type dossierRevisionRecord struct {
	N       int       `json:"n"`
	Author  string    `json:"author"`
	Person  string    `json:"person,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at"`
	Subject Subject   `json:"subject"` // whose content has no body:
	Body    []string  `json:"body"`    // its lines stand here, so that a comparison shows the lines that changed
}

type dossierStepRecord struct {
	N        int           `json:"n"`
	Revision int           `json:"revision,omitempty"` // none: it was withdrawn
	By       string        `json:"by"`
	Person   string        `json:"person,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	At       time.Time     `json:"at"`
	Notice   *noticeRecord `json:"notice,omitempty"`
	Pins     []pinRecord   `json:"pins,omitempty"`
}

func dossierOut(d news.DossierRecord) *dossierRecord {
	out := &dossierRecord{Slug: d.Slug}
	for _, r := range d.Revisions {
		subject := SubjectOf(r.Subject)
		subject.Content.Body = ""
		out.Revisions = append(out.Revisions, dossierRevisionRecord{
			N: r.N, Author: r.Author, Person: r.Person, Reason: r.Reason, At: r.At.UTC(), Subject: subject, Body: strings.Split(r.Subject.Content.Body, "\n"),
		})
	}
	for _, s := range d.Steps {
		out.Steps = append(out.Steps, dossierStepRecord{
			N: s.N, Revision: s.Revision, By: s.By, Person: s.Person, Reason: s.Reason, At: s.At.UTC(), Notice: noticeOut(s.Notice), Pins: pinsOut(s.Pins),
		})
	}
	return out
}

func (d *dossierRecord) record() (out news.DossierRecord, err error) {
	out.Slug = d.Slug
	for _, r := range d.Revisions {
		if r.Subject.Content.Body != "" {
			return out, fault.Because(fault.Invalid, "the text of revision %d stands within its subject, and belongs beside it, as body", r.N)
		}
		subject := r.Subject.News()
		subject.Content.Body = strings.Join(r.Body, "\n")
		out.Revisions = append(out.Revisions, news.DossierRevision{
			Dossier: d.Slug, N: r.N, Subject: subject, Author: r.Author, Person: r.Person, Reason: r.Reason, At: r.At.UTC(),
		})
	}
	for _, s := range d.Steps {
		out.Steps = append(out.Steps, news.DossierStep{
			Dossier: d.Slug, N: s.N, Revision: s.Revision, By: s.By, Person: s.Person, Reason: s.Reason, At: s.At.UTC(), Notice: noticeIn(s.Notice), Pins: pinsIn(s.Pins),
		})
	}
	return out, nil
}
