package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// dossierFlags say who brings a dossier in, and what readers are to be told.
type dossierFlags struct {
	by, reason   string
	publish      bool
	notice, tell string
}

// savedJSON says what became of a dossier that was brought in.
type savedJSON struct {
	File      string    `json:"file"`
	Slug      news.Slug `json:"slug"`
	Revision  int       `json:"revision"`
	Published bool      `json:"published"`
	Address   string    `json:"address,omitempty"`
	Actors    int       `json:"actors"`
	Events    int       `json:"events"`
	Accounts  int       `json:"accounts"`
	Documents int       `json:"documents"`
}

func importDossierCommand(s *settings) *cobra.Command {
	var f dossierFlags
	cmd := &cobra.Command{
		Use:   "dossier FILE",
		Short: "Take in a dossier as JSON: a new one, or the next revision of one",
		Long: "Read a dossier as courant export dossier writes it, at most 8 MiB, and save it as a draft: all of it or, where a part is wrong, nothing.\n" +
			"A file that names the revision it was made of is refused (exit code 5) where somebody saved another meanwhile; one that names none\n" +
			"follows the last. What is wrong is named with its place, such as events[3].when. With --publish readers see it at once; where they\n" +
			"saw an earlier revision, --notice and --tell say what is new to them, or what was wrong.",
		Example: "  courant import dossier strait.json --by anna --reason accounts\n" +
			"  courant import dossier strait.json --publish --format json\n" +
			"  courant import dossier strait.json --publish --notice minor --reason spelling",
		Args: arguments(cobra.ExactArgs(1), "import dossier FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !f.publish && f.notice+f.tell != "" {
				return fault.Because(fault.Invalid, "--notice and --tell are for readers: give --publish too")
			}
			d, err := readDossier(args[0])
			if err != nil {
				return err
			}
			return house(cmd, s, func(h *app.House) error {
				r, err := f.save(cmd, h, args[0], d)
				if err != nil {
					return err
				}
				j := savedJSON{
					File: args[0], Slug: r.Dossier, Revision: r.N, Actors: len(d.Actors), Events: len(d.Events), Accounts: len(d.Accounts), Documents: len(d.Documents),
				}
				if f.publish {
					if _, err := h.Newsroom.PublishDossier(cmd.Context(), f.step(r.Dossier, r.N, r.Author)); err != nil {
						return fmt.Errorf("revision %d is saved as a draft, and not published: %w", r.N, err)
					}
					j.Published, j.Address = true, news.Dossier{Slug: r.Dossier}.Path()
				}
				return reportDossier(cmd, s, j)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.by, "by", "", "who saves it (default the user of this machine)")
	flags.StringVar(&f.reason, "reason", "", "why, for the record (default that it was imported)")
	flags.BoolVar(&f.publish, "publish", false, "show it to readers at once")
	flags.StringVar(&f.notice, "notice", "", "what it is to who read it before: update, minor, figure, fact, name, attribution or clarification")
	flags.StringVar(&f.tell, "tell", "", "what they are told: one line")
	return cmd
}

// readDossier reads a dossier before anything is opened or written.
func readDossier(file string) (archive.Dossier, error) {
	f, err := open(file)
	if err != nil {
		return archive.Dossier{}, err
	}
	defer f.Close() // read only: nothing can be lost
	d, err := archive.ReadDossier(f)
	if err != nil {
		return archive.Dossier{}, fmt.Errorf("%s: %w", file, err)
	}
	return d, nil
}

// step is that by which readers see a revision.
func (f *dossierFlags) step(slug news.Slug, n int, by string) news.DossierStep {
	return news.DossierStep{
		Dossier: slug, Revision: n, By: by, Reason: f.reason, Notice: news.Notice{Kind: news.NoticeKind(f.notice), Text: f.tell},
	}
}

// save saves a dossier as its next revision, or as the first.
func (f *dossierFlags) save(cmd *cobra.Command, h *app.House, file string, d archive.Dossier) (news.DossierRevision, error) {
	draft := news.DossierDraft{
		Slug: d.Slug, BasedOn: d.Revision, Subject: d.News(), Author: cmp.Or(f.by, operator()), Reason: cmp.Or(f.reason, "Imported from "+filepath.Base(file)+"."),
	}
	if draft.Slug == "" {
		draft.Slug = news.SlugOf(d.Content.Headline)
	}
	next := 1
	there, err := h.Newsroom.DossierRecord(cmd.Context(), draft.Slug)
	switch {
	case errors.Is(err, fault.NotFound):
		draft.BasedOn = 0 // in this paper it is new, whatever it was elsewhere
	case err != nil:
		return news.DossierRevision{}, err
	default:
		draft.BasedOn, next = cmp.Or(draft.BasedOn, there.Last().N), there.Last().N+1
		if _, shown := there.Live(); shown && f.publish && f.notice == "" {
			return news.DossierRevision{}, fault.Because(fault.Invalid, "readers saw the dossier %q before: say with --notice update or another what this is to them", draft.Slug)
		}
	}
	if f.publish { // what cannot be told is refused before anything is saved
		there.Slug = draft.Slug
		if err := there.Tells(f.step(draft.Slug, next, draft.Author)); err != nil {
			return news.DossierRevision{}, err
		}
	}
	r, err := h.Newsroom.SaveDossier(cmd.Context(), draft)
	if place := news.PlaceOf(err); place != "" {
		err = fmt.Errorf("%s: %w", place, err)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

func reportDossier(cmd *cobra.Command, s *settings, j savedJSON) error {
	if s.format == "json" {
		return printJSON(cmd, j)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s: revision %d of the dossier %s: %d actors, %d events, %d accounts, %d documents\n", j.File, j.Revision, j.Slug, j.Actors, j.Events, j.Accounts, j.Documents)
	if j.Published {
		fmt.Fprintf(out, "Readers see it at %s.\n", j.Address)
	} else {
		fmt.Fprintln(out, "It is a draft: readers see it once it is published, on the desk or with --publish.")
	}
	return nil
}

func exportDossierCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "dossier SLUG [FILE]",
		Short: "Write the last revision of a dossier as JSON, to be edited",
		Long: "Write what the last revision of a dossier holds, published or not, with its number, so that courant import dossier can see whether\n" +
			"somebody saved another meanwhile. Without FILE it goes to standard output; a file that exists is not overwritten.",
		Example: "  courant export dossier the-strait | jq .events\n  courant export dossier the-strait strait.json",
		Args:    arguments(cobra.RangeArgs(1, 2), "export dossier SLUG [FILE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			slug, err := news.ParseSlug(args[0])
			if err != nil {
				return err
			}
			return house(cmd, s, func(h *app.House) error {
				record, err := h.Newsroom.DossierRecord(cmd.Context(), slug)
				if err != nil {
					return err
				}
				last := record.Last()
				write := func(w io.Writer) error {
					return archive.WriteDossier(w, archive.Dossier{Slug: slug, Revision: last.N, Subject: archive.SubjectOf(last.Subject)})
				}
				if len(args) == 1 || args[1] == "-" {
					return write(cmd.OutOrStdout())
				}
				return writeNew(args[1], write)
			})
		},
	}
}
