package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

const settingsLong = `What the newsroom sets of its own paper: its name, motto and language, the order and titles of its sections, what stands in
the strip, the base of the board, and its colours. It is kept with the stories, every change of it with who made it and
why, and goes out with courant export.

courant config is something else: what the operator tells one process, by flags and the environment. What the newsroom
leaves empty is as --name and --base have it there, or as it comes with the program.`

func settingsCommand(s *settings) *cobra.Command {
	return group(&cobra.Command{
		Use:   "settings",
		Short: "Show and change what the newsroom sets of its own paper",
		Long:  settingsLong,
		Example: "  courant settings show\n  courant settings set --name Tidewater --strip EUR/USD,EUR/GBP,XNYS:BP --section markets=Markets\n" +
			"  courant settings history",
	}, settingsShowCommand(s), settingsSetCommand(s), settingsHistoryCommand(s))
}

// mastheadJSON is a masthead for programs. What is not set is left out.
type mastheadJSON struct {
	Revision int           `json:"revision"` // 0 where nothing was ever set
	By       string        `json:"by,omitempty"`
	At       time.Time     `json:"at,omitzero"`
	Reason   string        `json:"reason,omitempty"`
	Changed  []string      `json:"changed,omitempty"` // against the revision before
	Set      []string      `json:"set,omitempty"`     // by the newsroom; all else is configured or the default
	Name     string        `json:"name,omitempty"`
	Motto    string        `json:"motto,omitempty"`
	Language string        `json:"language,omitempty"`
	Base     currency.Code `json:"base,omitempty"`
	Sections []sectionJSON `json:"sections,omitempty"`
	Strip    []string      `json:"strip,omitempty"`
	Lead     string        `json:"lead,omitempty"`
	Link     toneJSON      `json:"link,omitzero"`
	Accent   toneJSON      `json:"accent,omitzero"`
}

type sectionJSON struct {
	Slug  news.Slug `json:"slug"`
	Title string    `json:"title,omitempty"`
}

type toneJSON struct {
	Light news.Colour `json:"light,omitempty"`
	Dark  news.Colour `json:"dark,omitempty"`
}

func mastheadToJSON(r news.MastheadRevision) mastheadJSON {
	m := r.Masthead
	j := mastheadJSON{
		Revision: r.N, By: r.By, At: r.At, Reason: r.Reason, Name: m.Name, Motto: m.Motto, Language: m.Language, Base: m.Base,
		Strip: words(m.Strip), Lead: m.Lead, Link: toneJSON(m.Colours.Link), Accent: toneJSON(m.Colours.Accent),
	}
	for _, s := range m.Sections {
		j.Sections = append(j.Sections, sectionJSON(s))
	}
	return j
}

func words(symbols []market.Symbol) (all []string) {
	for _, s := range symbols {
		all = append(all, string(s))
	}
	return all
}

// settingLine is one setting as it is shown, under the name of its flag.
type settingLine struct {
	name, value string
	otherwise   string // what is there where nothing is set
}

func settingLines(m news.Masthead) []settingLine {
	var sections []string
	for _, s := range m.Sections {
		sections = append(sections, strings.TrimSuffix(string(s.Slug)+"="+s.Title, "="))
	}
	const own = "(the paper's own)"
	c := m.Colours
	return []settingLine{
		{"name", m.Name, ""},
		{"motto", m.Motto, "(none)"},
		{"language", m.Language, "en"},
		{"base", string(m.Base), ""},
		{"section", strings.Join(sections, ", "), "(those with stories, by name)"},
		{"strip", strings.Join(words(m.Strip), ","), "(the major currencies)"},
		{"lead", m.Lead, "(the newest story)"},
		{"link-light", string(c.Link.Light), own},
		{"link-dark", string(c.Link.Dark), own},
		{"accent-light", string(c.Accent.Light), own},
		{"accent-dark", string(c.Accent.Dark), own},
	}
}

// changed names the settings in which two mastheads differ.
func changed(before, after news.Masthead) (names []string) {
	then := settingLines(before)
	for i, line := range settingLines(after) {
		if line.value != then[i].value {
			names = append(names, line.name)
		}
	}
	return names
}

// last is the last revision of a history; the zero one where there is none.
func last(history []news.MastheadRevision) news.MastheadRevision {
	if len(history) == 0 {
		return news.MastheadRevision{}
	}
	return history[len(history)-1]
}

func settingsShowCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "show",
		Short:   "Print what is set, and from where the rest comes",
		Long:    "Print each of the paper's settings as it is in force, and whether the newsroom set it or it is configured or the default.",
		Example: "  courant settings show\n  courant settings show --format json",
		Args:    arguments(cobra.NoArgs, "settings show"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				history, err := h.Newsroom.Mastheads(cmd.Context())
				if err != nil {
					return err
				}
				r := last(history)
				own := settingLines(r.Masthead)
				r.Masthead = r.Masthead.Or(h.Config.Masthead())
				if s.format == "json" {
					j := mastheadToJSON(r)
					for _, line := range own {
						if line.value != "" {
							j.Set = append(j.Set, line.name)
						}
					}
					return printJSON(cmd, j)
				}
				rows := [][]string{{"setting", "value", "from"}}
				for i, line := range settingLines(r.Masthead) {
					from := "default"
					if own[i].value != "" {
						from = fmt.Sprintf("the newsroom, revision %d", r.N)
					} else if setting, ok := app.SettingOf(line.name); ok {
						_, from = s.effective(setting)
					}
					if line.value == "" {
						line.value = line.otherwise
					}
					rows = append(rows, []string{line.name, line.value, from})
				}
				return table(cmd.OutOrStdout(), rows)
			})
		},
	}
}

func settingsHistoryCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "history",
		Short:   "Print every change of the paper's settings, the last first",
		Long:    "Print every change of the paper's settings, the last first: when, by whom, what and why. Nothing of it is ever taken away.",
		Example: "  courant settings history\n  courant settings history --format json",
		Args:    arguments(cobra.NoArgs, "settings history"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				history, err := h.Newsroom.Mastheads(cmd.Context())
				if err != nil {
					return err
				}
				all := []mastheadJSON{}
				rows := [][]string{{"revision", "set", "by", "what", "why"}}
				for n := len(history) - 1; n >= 0; n-- {
					j := mastheadToJSON(history[n])
					j.Changed = changed(last(history[:n]).Masthead, history[n].Masthead)
					all = append(all, j)
					rows = append(rows, []string{strconv.Itoa(j.Revision), moment(j.At), j.By, strings.Join(j.Changed, ", "), j.Reason})
				}
				if s.format == "json" {
					return printJSON(cmd, all)
				}
				if len(all) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "Nothing was ever set; see courant settings set --help.")
					return nil
				}
				return table(cmd.OutOrStdout(), rows)
			})
		},
	}
}
