package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/numeral"
	"github.com/courant-news/courant/internal/render"
)

func auditBoardCommand(s *settings) *cobra.Command {
	p := &proof{settings: s}
	var when asOfFlags
	cmd := &cobra.Command{
		Use:   "board",
		Short: "Proof-read the paper's own board",
		Long:  "Proof-read the board that readers see, or saw: each price as it is shown, held against facts alone." + auditCodes,
		Example: "  courant audit board\n  courant audit board --base USD --as-of 2026-02-02 --fail-on warning\n" +
			"  courant audit board --as-of 2026-02-02 --known-at 2026-02-03 --format json",
		Args: arguments(cobra.NoArgs, "audit board"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			asOf, err := when.asOf()
			if err != nil {
				return err
			}
			if err := p.prepare(); err != nil {
				return err
			}
			var d audit.Document
			if err := house(cmd, s, func(h *app.House) error {
				base, err := s.base(cmd.Context(), h)
				if err != nil {
					return err
				}
				board, err := h.Ledger.Board(cmd.Context(), base, asOf)
				if err != nil {
					return err
				}
				if len(board.Prices) == 0 {
					return fault.Because(fault.NotFound, "nobody has quoted %s by %s: there is no board to proof-read", base, moment(board.AsOf.At))
				}
				d = audit.OfBoard(board)
				return nil
			}); err != nil {
				return err
			}
			return p.read(cmd, d, audit.Embedded(), "")
		},
	}
	p.declare(cmd)
	when.declare(cmd)
	return cmd
}

func auditStoryCommand(s *settings) *cobra.Command {
	p := &proof{settings: s}
	var draft bool
	cmd := &cobra.Command{
		Use:   "story SLUG",
		Short: "Proof-read a story of the paper",
		Long: "Proof-read a story as readers see it, its figures as they were printed, or with --draft its last revision as it would be\n" +
			"printed now. It is held against facts and against what the ledger knew of its day. Lines are those of its Markdown." + auditCodes,
		Example: "  courant audit story harbour-reopens\n  courant audit story harbour-reopens --draft --evidence",
		Args:    arguments(cobra.ExactArgs(1), "audit story SLUG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			slug, err := news.ParseSlug(args[0])
			if err != nil {
				return err
			}
			if err := p.prepare(); err != nil {
				return err
			}
			var d audit.Document
			facts := audit.Embedded()
			if err := house(cmd, s, func(h *app.House) error {
				m, err := h.Newsroom.Manuscript(cmd.Context(), slug)
				if err != nil {
					return err
				}
				if draft {
					d = draftOf(cmd.Context(), m, h.Newsroom, time.Now())
				} else if d, err = publishedOf(m); err != nil {
					return err
				}
				facts.Known, err = audit.Gather(cmd.Context(), h.Ledger, d)
				return err
			}); err != nil {
				return err
			}
			return p.read(cmd, d, facts, "")
		},
	}
	p.declare(cmd)
	cmd.Flags().BoolVar(&draft, "draft", false, "the last revision, published or not")
	return cmd
}

// publishedOf is a story as readers see it.
func publishedOf(m news.Manuscript) (audit.Document, error) {
	if m.Live == 0 {
		return audit.Document{}, fault.Because(fault.NotFound, "%s is not published: proof-read its last revision with --draft", m.Slug)
	}
	d := audit.Document{
		Name:  fmt.Sprintf("%s, revision %d", m.Slug, m.Live),
		Date:  currency.DateOf(m.Published),
		Dated: "the day of its publication",
	}
	shown := news.Article{Content: m.Revisions[m.Live-1].Content, Pins: m.Pins[m.Live]}
	figures, pins := shown.Figures()
	d.Text = render.Paragraphs(shown.Content, func(n int) string {
		if n >= len(figures) {
			return ""
		}
		return proofOf(figures[n], pins[n])
	})
	return d, nil
}

// proofOf is a figure as the proof-reader reads it, who reads English. Tables and charts are no sentences, and stand for no
// day of the document's.
func proofOf(f news.Figure, pins []news.Pin) string {
	if f.Block() {
		return ""
	}
	return f.Text(pins, numeral.Of("en"))
}

// draftOf is the last revision of a story as it would be printed at a moment. A figure that has no value is left out and
// named.
func draftOf(ctx context.Context, m news.Manuscript, newsroom *news.Newsroom, now time.Time) audit.Document {
	last := m.Revisions[len(m.Revisions)-1]
	d := audit.Document{Name: fmt.Sprintf("%s, revision %d", m.Slug, last.N), Date: currency.DateOf(now), Dated: "today"}
	if m.Live > 0 {
		d.Date, d.Dated = currency.DateOf(m.Published), "the day of its publication"
	}
	figures, err := news.Figures(last.Content.Body)
	if err != nil {
		d.Left = append(d.Left, audit.Left{Text: "its figures", Why: fault.Sentence(err)})
	}
	d.Text = render.Paragraphs(last.Content, func(n int) string {
		if n >= len(figures) {
			return ""
		}
		pins, err := newsroom.Resolve(ctx, figures[n], now)
		if err != nil {
			d.Left = append(d.Left, audit.Left{Text: "{{" + figures[n].Expression + "}}", Why: fault.Sentence(err)})
			return ""
		}
		return proofOf(figures[n], pins)
	})
	return d
}
