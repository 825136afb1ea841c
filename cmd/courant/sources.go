package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// sourceJSON is one source in a reply for programs. Provider and Status stand only with those that can be fetched.
type sourceJSON struct {
	ID          market.SourceID   `json:"id"`
	Name        string            `json:"name"`
	Kind        market.SourceKind `json:"kind"`
	Issuer      currency.Code     `json:"issuer,omitempty"`
	Home        string            `json:"home,omitempty"`
	Licence     string            `json:"licence"`
	Terms       market.Terms      `json:"terms"`
	Attribution string            `json:"attribution,omitempty"`
	Note        string            `json:"note,omitempty"`
	Provider    *providerJSON     `json:"provider,omitempty"`
	Status      *statusJSON       `json:"status,omitempty"`
	Stream      *statusJSON       `json:"stream,omitempty"` // of its trades as they are made, where they were ever listened to
}

// providerJSON is how a source is fetched.
type providerJSON struct {
	Rates   string   `json:"rates"`
	Quotes  bool     `json:"quotes,omitempty"`
	Class   string   `json:"class,omitempty"`
	Display string   `json:"display,omitempty"`
	Docs    string   `json:"docs"`
	Base    string   `json:"base"`
	Fetched bool     `json:"fetched"`
	Key     string   `json:"key,omitempty"`
	Since   string   `json:"since,omitempty"`
	Zone    string   `json:"zone"`
	From    string   `json:"from"`
	Until   string   `json:"until"`
	Days    []string `json:"days"`
	Every   string   `json:"every"`
}

// statusJSON is how fetching goes; times that never were are left out.
type statusJSON struct {
	Tried    *time.Time `json:"tried,omitempty"`
	Got      *time.Time `json:"got,omitempty"`
	Next     *time.Time `json:"next,omitempty"`
	Newest   *time.Time `json:"newest,omitempty"`
	Figures  int        `json:"figures"`
	New      int        `json:"new"`
	Held     int        `json:"held"`
	Failures int        `json:"failures"`
	Paused   bool       `json:"paused"`
	Problem  string     `json:"problem,omitempty"`
	Left     []string   `json:"left"`
}

func sourcesCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "sources [ID…]",
		Short: "Print who the numbers come from and how each source fares",
		Long: "Print every source that can be fetched, and every other that the ledger has numbers of: whether it is fetched, when it\n" +
			"last answered, of which day its newest figure is, and what went wrong. With IDs print all that is known of these.",
		Example: "  courant sources\n  courant sources ecb cbr\n  courant sources --format json",
		Args:    arguments(cobra.ArbitraryArgs, "sources [ID…]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				all, err := sourcesOf(cmd, h)
				if err == nil && len(args) > 0 {
					all, err = only(all, args)
				}
				switch {
				case err != nil:
					return err
				case s.format == "json":
					return printJSON(cmd, all)
				case len(args) > 0:
					return printSourcesWhole(cmd.OutOrStdout(), all)
				}
				return printSources(cmd.OutOrStdout(), all)
			})
		},
	}
}

// sourcesOf gathers the providers, in the order of their names, and behind them the other sources of the ledger.
func sourcesOf(cmd *cobra.Command, h *app.House) ([]sourceJSON, error) {
	providers, err := h.Config.Providers()
	if err != nil {
		return nil, err
	}
	fetched, err := h.Config.Fetched()
	if err != nil {
		return nil, err
	}
	statuses, err := h.Store.Statuses(cmd.Context())
	if err != nil {
		return nil, err
	}
	recorded, err := h.Ledger.Sources(cmd.Context())
	if err != nil {
		return nil, err
	}
	var all []sourceJSON
	for _, p := range providers {
		j := asSourceJSON(p.Source)
		j.Provider = asProviderJSON(p, slices.ContainsFunc(fetched, func(f wire.Provider) bool { return f.Source.ID == p.Source.ID }))
		j.Status = asStatusJSON(statuses[p.Source.ID])
		if stream, ok := statuses[wire.StreamID(p.Source.ID)]; ok {
			j.Stream = asStatusJSON(stream)
		}
		all = append(all, j)
	}
	slices.SortFunc(all, func(a, b sourceJSON) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, source := range recorded {
		if !slices.ContainsFunc(all, func(j sourceJSON) bool { return j.ID == source.ID }) {
			all = append(all, asSourceJSON(source))
		}
	}
	return all, nil
}

// only picks sources by their IDs, in the order given.
func only(all []sourceJSON, ids []string) ([]sourceJSON, error) {
	var picked []sourceJSON
	for _, id := range ids {
		i := slices.IndexFunc(all, func(j sourceJSON) bool { return string(j.ID) == id })
		if i < 0 {
			return nil, fault.Because(fault.NotFound, "there is no source %.40q; \"courant sources\" lists them", id)
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}

func asSourceJSON(s market.Source) sourceJSON {
	return sourceJSON{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Issuer: s.Issuer, Home: s.Home, Licence: s.Licence, Terms: s.Terms,
		Attribution: s.Attribution, Note: s.Note,
	}
}

func asProviderJSON(p wire.Provider, fetched bool) *providerJSON {
	j := &providerJSON{
		Rates: p.Kind, Docs: p.Docs, Base: p.Base, Fetched: fetched, Key: p.Key, Since: p.Since,
		Zone: p.Schedule.Zone, From: p.Schedule.From, Until: p.Schedule.Until, Every: p.Schedule.Every.String(),
	}
	if p.Quotes != nil {
		j.Quotes, j.Class, j.Display = true, p.Quotes.Class(), displayOf(p)
		j.From, j.Until, j.Days, j.Every = "", "", []string{}, p.Quotes.Every.String()
		return j
	}
	for _, day := range p.Schedule.Weekdays() {
		j.Days = append(j.Days, day.String())
	}
	return j
}

// displayOf says whether a provider's share prices are shown.
func displayOf(p wire.Provider) string {
	if p.Source.Terms == market.Private {
		return fmt.Sprintf("kept and not shown: where you have the right to show them to readers, confirm it with --display %s", p.Source.ID)
	}
	return "shown to readers, as the operator confirmed; not passed on to programs"
}

func asStatusJSON(s wire.Status) *statusJSON {
	j := &statusJSON{
		Tried: someTime(s.Tried), Got: someTime(s.Got), Next: someTime(s.Next), Newest: someTime(s.Newest), Figures: s.Figures, New: s.New,
		Held: s.Held, Failures: s.Failures, Paused: s.Open(), Problem: s.Problem, Left: s.Left,
	}
	if j.Left == nil {
		j.Left = []string{}
	}
	return j
}

func printSources(out io.Writer, all []sourceJSON) error {
	rows := [][]string{{"source", "fetched", "answered", "newest", "age", "figures", "held", "terms", "problem"}}
	for _, j := range all {
		row := []string{string(j.ID), "by hand", "", "", "", "", "", string(j.Terms), ""}
		if j.Provider != nil {
			row[1] = map[bool]string{true: "yes", false: "no"}[j.Provider.Fetched]
			row[2], row[3], row[4] = momentOf(j.Status.Got), momentOf(j.Status.Newest), days(j.Status.Newest)
			if j.Status.Got != nil {
				row[5], row[6] = strconv.Itoa(j.Status.Figures), strconv.Itoa(j.Status.Held)
			}
			row[8] = trouble(j.Status)
		}
		rows = append(rows, row)
	}
	return table(out, rows)
}

// trouble is what went wrong the last time, and how often in a row.
func trouble(s *statusJSON) string {
	if s.Failures == 0 {
		return ""
	}
	return fmt.Sprintf("%d× %s", s.Failures, s.Problem)
}

func printSourcesWhole(out io.Writer, all []sourceJSON) error {
	for i, j := range all {
		if i > 0 {
			fmt.Fprintln(out)
		}
		rows := [][]string{{string(j.ID), j.Name}}
		add := func(what, text string) {
			if text != "" {
				rows = append(rows, []string{"  " + what, text})
			}
		}
		add("kind", string(j.Kind))
		add("issues", string(j.Issuer))
		add("about", j.Home)
		add("terms", string(j.Terms)+". "+j.Licence)
		add("to be named", j.Attribution)
		add("note", j.Note)
		if p := j.Provider; p != nil {
			add("publishes", p.Rates)
			add("described at", p.Docs)
			from := ", from " + p.Base
			if p.Base == "" {
				from = ", from the files of a folder"
			}
			add("fetched", map[bool]string{true: "yes", false: "no"}[p.Fetched]+from)
			add("prices", p.Class)
			add("display", p.Display)
			switch {
			case !p.Quotes:
				add("asked", fmt.Sprintf("%s to %s in %s on %s, every %s", p.From, p.Until, p.Zone, strings.Join(p.Days, ", "), p.Every))
			case p.Base == "":
				add("looked into", "every "+p.Every)
			case p.Every == "0s":
				add("asked", "once after the close of each session")
			default:
				add("asked", "every "+p.Every+" while a market trades, and once after its close")
			}
			add("key", p.Key)
			add("reaches back to", p.Since)
			add("last tried", momentOf(j.Status.Tried))
			add("last answered", momentOf(j.Status.Got))
			add("next", momentOf(j.Status.Next))
			add("newest figure", strings.TrimSpace(momentOf(j.Status.Newest)+" "+days(j.Status.Newest)))
			if j.Status.Got != nil {
				add("last reply", fmt.Sprintf("%d figures, %d new, %d held", j.Status.Figures, j.Status.New, j.Status.Held))
			}
			add("problem", trouble(j.Status))
			if j.Stream != nil {
				add("trades, last heard", momentOf(j.Stream.Got))
				add("trades, problem", trouble(j.Stream))
				add("trades, left out", strings.Join(j.Stream.Left, "; "))
			}
			add("left out", strings.Join(j.Status.Left, "; "))
		}
		if err := table(out, rows); err != nil {
			return err
		}
	}
	return nil
}

func momentOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return moment(*t)
}

// days is the age of a figure, in days.
func days(newest *time.Time) string {
	if newest == nil {
		return ""
	}
	return strconv.Itoa(max(0, int(time.Since(*newest)/(24*time.Hour)))) + " d"
}
