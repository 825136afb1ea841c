package main

import (
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// settingFlags are the flags by which the paper's settings are given. Of those that root has too, name and base, the ones
// here are meant.
type settingFlags struct {
	name, motto, language, base, strip, lead     string
	sections                                     []string
	linkLight, linkDark, accentLight, accentDark string
	by, reason                                   string
}

func (f *settingFlags) declare(flags *pflag.FlagSet) {
	flags.StringVar(&f.name, "name", "", "what stands at the head of every page")
	flags.StringVar(&f.motto, "motto", "", "a line below the name, on the front")
	flags.StringVar(&f.language, "language", "", "of the paper's words and of stories that name no other: en, de, pt-BR")
	flags.StringVar(&f.base, "base", "", "currency against which the board and the strip are first shown")
	flags.StringArrayVar(&f.sections, "section", nil, "a section and its title, markets=Markets; once for each, in their order")
	flags.StringVar(&f.strip, "strip", "", "pairs and shares in the strip, in their order: EUR/USD,XNYS:BP")
	flags.StringVar(&f.lead, "lead", "", "address of the story that leads the front: /2026/02/02/the-story")
	flags.StringVar(&f.linkLight, "link-light", "", "colour of links on light paper, #174a86")
	flags.StringVar(&f.linkDark, "link-dark", "", "colour of links on dark paper")
	flags.StringVar(&f.accentLight, "accent-light", "", "colour of the name and the lines below it on light paper")
	flags.StringVar(&f.accentDark, "accent-dark", "", "the same on dark paper")
	flags.StringVar(&f.by, "by", "", "who sets it (default the user of this machine)")
	flags.StringVar(&f.reason, "reason", "", "why, for the history")
}

// put sets in a masthead what was given.
func (f *settingFlags) put(m *news.Masthead, given *pflag.FlagSet) (some bool, err error) {
	c := &m.Colours
	for _, setting := range []struct {
		flag string
		put  func() error
	}{
		{"name", func() error { m.Name = f.name; return nil }},
		{"motto", func() error { m.Motto = f.motto; return nil }},
		{"language", func() error { m.Language = f.language; return nil }},
		{"base", func() (err error) { m.Base, err = baseOf(f.base); return err }},
		{"section", func() error { m.Sections = sectionsOf(f.sections); return nil }},
		{"strip", func() (err error) { m.Strip, err = stripOf(f.strip); return err }},
		{"lead", func() error { m.Lead = f.lead; return nil }},
		{"link-light", func() error { c.Link.Light = news.Colour(f.linkLight); return nil }},
		{"link-dark", func() error { c.Link.Dark = news.Colour(f.linkDark); return nil }},
		{"accent-light", func() error { c.Accent.Light = news.Colour(f.accentLight); return nil }},
		{"accent-dark", func() error { c.Accent.Dark = news.Colour(f.accentDark); return nil }},
	} {
		if given.Changed(setting.flag) {
			some = true
			if err := setting.put(); err != nil {
				return some, fault.Because(fault.Invalid, "--%s: %w", setting.flag, err)
			}
		}
	}
	return some, nil
}

func baseOf(text string) (currency.Code, error) {
	if text == "" {
		return "", nil
	}
	return currency.ParseCode(text)
}

func sectionsOf(texts []string) (sections []news.Section) {
	for _, text := range texts {
		if slug, title, _ := strings.Cut(text, "="); text != "" {
			sections = append(sections, news.Section{Slug: news.Slug(slug), Title: title})
		}
	}
	return sections
}

func stripOf(text string) (strip []market.Symbol, err error) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		symbol, err := market.ParseSymbol(word)
		if err != nil {
			return nil, err
		}
		strip = append(strip, symbol)
	}
	return strip, nil
}

func settingsSetCommand(s *settings) *cobra.Command {
	var f settingFlags
	cmd := &cobra.Command{
		Use:   "set",
		Short: "Set the paper's name, sections, strip, base and colours",
		Long: "Set what is given, and leave the rest as it is. An empty value, as in --motto \"\", takes a setting back. Sections with stories\n" +
			"that are not listed follow those that are. Of the strip, what nobody quotes is not shown. A colour that cannot be read on\n" +
			"its paper (a contrast below 4.5 to 1, WCAG 2.2 AA) is refused. A paper that is being served shows it within ten seconds.",
		Example: "  courant settings set --name Tidewater --strip EUR/USD,EUR/GBP,XNYS:BP --section markets=Markets\n" +
			"  courant settings set --section news --section markets=Money --by anna --reason redesign\n" +
			"  courant settings set --base GBP --link-light #7a1f1f --link-dark #ffb3a7",
		Args: arguments(cobra.NoArgs, "settings set --name NAME …; see courant settings set --help"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				history, err := h.Newsroom.Mastheads(cmd.Context())
				if err != nil {
					return err
				}
				before := last(history)
				r := news.MastheadRevision{N: before.N + 1, Masthead: before.Masthead, By: f.by, Reason: f.reason}
				if some, err := f.put(&r.Masthead, cmd.Flags()); err != nil {
					return err
				} else if !some {
					return fault.Because(fault.Invalid, "say what to set, such as --name Tidewater; see courant settings set --help")
				}
				names := changed(before.Masthead, r.Masthead)
				if len(names) == 0 {
					return setSettings(cmd, s, before, nil)
				}
				if r.By == "" {
					r.By = operator()
				}
				if r, err = h.Newsroom.PutMasthead(cmd.Context(), r); err != nil {
					return err
				}
				return setSettings(cmd, s, r, names)
			})
		},
	}
	f.declare(cmd.Flags())
	return cmd
}

// setSettings says what was set.
func setSettings(cmd *cobra.Command, s *settings, r news.MastheadRevision, names []string) error {
	if s.format == "json" {
		j := mastheadToJSON(r)
		j.Changed = names
		return printJSON(cmd, j)
	}
	if len(names) == 0 {
		fmt.Fprintln(cmd.OutOrStdout(), "All of it is set so already; nothing was changed.")
		return nil
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Revision %d is set: %s.\n", r.N, strings.Join(names, ", "))
	return nil
}

// operator names who works at this machine.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "the operator"
}
