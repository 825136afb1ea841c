package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

func importCommand(s *settings) *cobra.Command {
	return group(&cobra.Command{
		Use:   "import",
		Short: "Take in a saved page, a source's saved reply, bars of a share, a dossier or an archive",
		Long:  "Take in a saved page, a source's saved reply, bars of a share, a dossier or an archive: all of it or, where it cannot be read, nothing.",
		Example: "  courant import page saved.html --date 2026-02-02\n  courant import reply ecb eurofxref-daily.xml\n" +
			"  courant import edition paper.courant",
	}, importPageCommand(s), importReplyCommand(s), importBarsCommand(s), importDossierCommand(s), importEditionCommand(s))
}

// pageJSON says what was taken from a page.
type pageJSON struct {
	File          string         `json:"file"`
	Publisher     string         `json:"publisher"`
	Source        string         `json:"source"`
	Date          string         `json:"date"`
	Base          currency.Code  `json:"base"`
	Rates         int            `json:"rates"`
	Quotes        int            `json:"quotes"`
	Headline      string         `json:"headline"`
	Sections      int            `json:"sections"`
	New           newJSON        `json:"new"`
	Address       string         `json:"address,omitempty"`
	NotUnderstood []archive.Line `json:"not_understood"`
	Notes         []string       `json:"notes"`
}

type newJSON struct {
	Observations int `json:"observations"`
	Stories      int `json:"stories"`
	Bars         int `json:"bars,omitempty"`
}

func importPageCommand(s *settings) *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:   "page FILE",
		Short: "Take in a saved page: its currency board, its ticker and its story",
		Long: "Read a page saved as text or HTML and record its figures as what they are: that page's claims about a day.\n" +
			"It prints what it took and, with line numbers, what it did not understand. All is taken in or nothing.\n" +
			"Without --date the page must say of which day it is.",
		Example: "  courant import page page.txt --date 2026-02-02\n  courant import page page.html --format json",
		Args:    arguments(cobra.ExactArgs(1), "import page FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var on currency.Date
			if date != "" {
				var err error
				if on, err = dayOf("date", date); err != nil {
					return err
				}
			}
			page, edition, err := readPage(args[0], on)
			if err != nil {
				return err
			}
			return house(cmd, s, func(h *app.House) error {
				receipt, err := h.Newsroom.AddPage(cmd.Context(), edition)
				if err != nil {
					return err
				}
				return reportPage(cmd, s, asPageJSON(args[0], page, edition, receipt))
			})
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "the day of which the page speaks, 2026-02-02")
	return cmd
}

// readPage reads a page before anything is opened or written.
func readPage(file string, on currency.Date) (*archive.Page, news.Edition, error) {
	f, err := open(file)
	if err != nil {
		return nil, news.Edition{}, err
	}
	page, err := archive.ReadPage(f)
	if closed := f.Close(); err == nil && closed != nil {
		err = closed
	}
	if err != nil {
		return nil, news.Edition{}, fmt.Errorf("%s: %w", file, err)
	}
	edition, err := page.Edition(archive.PageOptions{On: on, Seen: time.Now(), File: filepath.Base(file)})
	if err != nil {
		return nil, news.Edition{}, fmt.Errorf("%s: %w", file, err)
	}
	return page, edition, nil
}

// open opens a file for reading; the error names the file and says what is wrong with it.
func open(file string) (*os.File, error) {
	if file == "" {
		return nil, fault.Because(fault.Invalid, "the name of the file is empty: name a file")
	}
	info, err := os.Stat(file)
	switch {
	case os.IsNotExist(err):
		return nil, fault.Because(fault.NotFound, "there is no file %s", file)
	case err != nil:
		return nil, unusable("read", file, err)
	case info.IsDir():
		return nil, fault.Because(fault.Invalid, "%s is a directory: name a file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, unusable("read", file, err)
	}
	return f, nil
}

// unusable says why a file cannot be read or written, without the system's word for what was tried.
func unusable(verb, file string, err error) error {
	if tried, ok := errors.AsType[*os.PathError](err); ok {
		err = tried.Err
	}
	if errors.Is(err, os.ErrPermission) {
		return fault.Because(fault.Denied, "cannot %s %s: %w; give Courant the right to, or name another file", verb, file, err)
	}
	return fault.Because(fault.Invalid, "cannot %s %s: %w; name another file", verb, file, err)
}

func asPageJSON(file string, p *archive.Page, e news.Edition, r news.Receipt) pageJSON {
	j := pageJSON{
		File: file, Publisher: p.Publisher, Base: p.Base, Rates: len(p.Rates), Quotes: len(p.Quotes),
		Headline: p.Headline, Sections: len(p.Sections), NotUnderstood: p.NotUnderstood, Notes: p.Notes,
		New: newJSON{Observations: r.Observations, Stories: r.Stories},
	}
	if j.NotUnderstood == nil {
		j.NotUnderstood = []archive.Line{}
	}
	if j.Notes == nil {
		j.Notes = []string{}
	}
	for _, s := range e.Sources {
		j.Source = string(s.ID)
	}
	for _, o := range e.Observations {
		j.Date = o.At.Format(time.DateOnly)
	}
	for _, m := range e.Stories {
		j.Address = news.Article{Slug: m.Slug, Published: m.Published}.Path()
	}
	return j
}

func reportPage(cmd *cobra.Command, s *settings, j pageJSON) error {
	if s.format == "json" {
		return printJSON(cmd, j)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "%s: a page of %s, %s\n", j.File, j.Publisher, j.Date)
	fmt.Fprintf(out, "  board   %d rates against %s\n", j.Rates, j.Base)
	fmt.Fprintf(out, "  ticker  %d quotes\n", j.Quotes)
	if j.Headline == "" {
		fmt.Fprintln(out, "  story   none")
	} else {
		fmt.Fprintf(out, "  story   %q, %d sections, at %s\n", j.Headline, j.Sections, j.Address)
	}
	fmt.Fprintf(out, "  source  %s\n", j.Source)
	fmt.Fprintf(out, "  new     %d observations, %d stories; the rest was known\n", j.New.Observations, j.New.Stories)
	for _, note := range j.Notes {
		fmt.Fprintf(out, "  note    %s\n", note)
	}
	if len(j.NotUnderstood) == 0 {
		fmt.Fprintln(out, "Nothing was left over.")
		return nil
	}
	fmt.Fprintf(out, "%d lines were not understood:\n", len(j.NotUnderstood))
	for _, l := range j.NotUnderstood {
		fmt.Fprintf(out, "  line %d: %s (%s)\n", l.Number, l.Text, l.Why)
	}
	return nil
}

func importEditionCommand(s *settings) *cobra.Command {
	var keepSettings bool
	cmd := &cobra.Command{
		Use:   "edition FILE",
		Short: "Take in an archive written by courant export",
		Long: "Take in an archive: sources, observations, bars of shares, stories and dossiers with all revisions, and the paper's settings.\n" +
			"What is there already is left as it is.",
		Example: "  courant import edition paper.courant --data restored\n  courant import edition another.courant --keep-settings",
		Args:    arguments(cobra.ExactArgs(1), "import edition FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := open(args[0])
			if err != nil {
				return err
			}
			defer f.Close() // read only: nothing can be lost
			info, err := f.Stat()
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			reading := newBar("reading")
			edition, err := archive.Read(f, func(done int64) { reading.to(int(done>>10), int(info.Size()>>10)) })
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if keepSettings {
				edition.Mastheads = nil
			}
			return house(cmd, s, func(h *app.House) error {
				receipt, err := h.Newsroom.AddEdition(cmd.Context(), edition, newBar("keeping").to)
				if err != nil {
					return err
				}
				j := newJSON{receipt.Observations, receipt.Stories, receipt.Bars}
				if s.format == "json" {
					return printJSON(cmd, j)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d observations and %d stories, of which %d and %d were new\n",
					args[0], len(edition.Observations), len(edition.Stories), j.Observations, j.Stories)
				if len(edition.Bars) > 0 {
					fmt.Fprintf(cmd.OutOrStdout(), "  and %d bars of shares, of which %d were new\n", len(edition.Bars), j.Bars)
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&keepSettings, "keep-settings", false, "leave out the archive's settings of the paper: its name, sections and colours")
	return cmd
}

func exportCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Write the whole paper as one archive, or one dossier as JSON",
		Long: "Write sources, observations, bars of shares, stories and dossiers with all revisions and the paper's settings into one text file,\n" +
			"always in the same order, so that two exports can be compared. A file that exists is not overwritten; - is standard output.",
		Example: "  courant export paper.courant\n  courant export - | gzip > paper.courant.gz",
		Args:    arguments(cobra.ExactArgs(1), "export FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				edition, err := h.Store.Edition(cmd.Context())
				if err != nil {
					return err
				}
				if args[0] == "-" {
					return archive.Write(cmd.OutOrStdout(), edition)
				}
				return writeNew(args[0], func(w io.Writer) error { return archive.Write(w, edition) })
			})
		},
	}
	cmd.AddCommand(exportDossierCommand(s))
	return cmd
}

// writeNew writes a file that must not exist yet; it is there whole or not at all.
func writeNew(file string, write func(io.Writer) error) error {
	if file == "" {
		return fault.Because(fault.Invalid, "the name of the file is empty: name a file, or - for standard output")
	}
	if _, err := os.Lstat(file); err == nil {
		return fault.Because(fault.Conflict, "%s is there already: name another file", file)
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".export-*")
	if err != nil {
		return unusable("write", file, err)
	}
	defer os.Remove(temp.Name()) // gone already where the rename succeeded
	if err = write(temp); err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Link(temp.Name(), file) // unlike a rename, never over a file that came meanwhile
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}
