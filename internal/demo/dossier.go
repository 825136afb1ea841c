package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// The dossiers' files: NAME.json is what the dossier NAME holds.
//
//go:embed dossiers/*.json
var dossierFiles embed.FS

// dossierAuthor and dossierDay are who published the bundled dossiers, and when: behind the stories that they gather.
const dossierAuthor = "Courant demonstration desk"

func dossierDay() time.Time { return time.Date(2026, 2, 2, 13, 0, 0, 0, time.UTC) }

// dossiers makes the bundled dossiers as the newsroom keeps them, but for those that are there: published as they are, their figures pinned to
// what was known then. An error means a broken build, [fault.Internal].
func dossiers(ctx context.Context, newsroom *news.Newsroom) ([]news.DossierRecord, error) {
	names, err := fs.Glob(dossierFiles, "dossiers/*.json")
	if err != nil {
		return nil, fmt.Errorf("%w: opening the bundled dossiers: %v", fault.Internal, err)
	}
	var all []news.DossierRecord
	for _, name := range names {
		slug := news.Slug(strings.TrimSuffix(path.Base(name), ".json"))
		if _, err := newsroom.DossierRecord(ctx, slug); !errors.Is(err, fault.NotFound) {
			if err != nil {
				return nil, err
			}
			continue
		}
		text, err := fs.ReadFile(dossierFiles, name)
		if err != nil {
			return nil, fmt.Errorf("%w: reading the bundled dossier %s: %v", fault.Internal, slug, err)
		}
		var subject news.Subject
		read := json.NewDecoder(bytes.NewReader(text))
		read.DisallowUnknownFields()
		if err := read.Decode(&subject); err != nil {
			return nil, fmt.Errorf("%w: reading the bundled dossier %s: %v", fault.Internal, slug, err)
		}
		pins, err := pinned(ctx, newsroom, subject.Content.Body, dossierDay())
		if err != nil {
			return nil, fmt.Errorf("set the dossier %s: %w", slug, err)
		}
		all = append(all, news.DossierRecord{
			Slug:      slug,
			Revisions: []news.DossierRevision{{Dossier: slug, N: 1, Subject: subject, Author: dossierAuthor, At: dossierDay()}},
			Steps:     []news.DossierStep{{Dossier: slug, N: 1, Revision: 1, By: dossierAuthor, At: dossierDay(), Pins: pins}},
		})
	}
	return all, nil
}

// pinned pins the figures of a text to what was known at a moment.
func pinned(ctx context.Context, newsroom *news.Newsroom, body string, known time.Time) (pins []news.Pin, err error) {
	figures, err := news.Figures(body)
	if err != nil {
		return nil, err
	}
	for _, f := range figures {
		own, err := newsroom.Resolve(ctx, f, known)
		if err != nil {
			return nil, err
		}
		pins = append(pins, own...)
	}
	return pins, nil
}
