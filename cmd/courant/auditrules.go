package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/render"
)

// ruleJSON is a rule of the proof-reader in a reply for programs.
type ruleJSON struct {
	Code     string         `json:"code"`
	Title    string         `json:"title"`
	Severity audit.Severity `json:"severity"`
	Explains string         `json:"explains"`
	Source   string         `json:"source"`
	Fails    exampleJSON    `json:"fails"`
	Passes   exampleJSON    `json:"passes"`
}

type exampleJSON struct {
	Date  string   `json:"date"`
	Lines []string `json:"lines"`
	Known []string `json:"known,omitempty"`
}

func asRuleJSON(r audit.Rule) ruleJSON {
	return ruleJSON{r.Code, r.Title, r.Severity, r.Explains, r.Source, exampleJSON(r.Fails), exampleJSON(r.Passes)}
}

func auditRulesCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "rules [CODE]",
		Short: "Print what the proof-reader looks for",
		Long: "Print the rules by which is proof-read, in the order in which they are checked; with a code all of that rule: what is\n" +
			"wrong, how it is found, how far off a number may be, where the facts are from, and an example.",
		Example: "  courant audit rules\n  courant audit rules currency.retired\n  courant audit rules --format json",
		Args:    arguments(cobra.MaximumNArgs(1), "audit rules [CODE]"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return printRules(cmd, s, audit.Rules())
			}
			r, err := audit.RuleOf(args[0])
			switch {
			case err != nil:
				return err
			case s.format == "json":
				return printJSON(cmd, asRuleJSON(r))
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), render.RuleMarkdown(r))
			return err
		},
	}
}

func printRules(cmd *cobra.Command, s *settings, rules []audit.Rule) error {
	if s.format == "json" {
		all := []ruleJSON{}
		for _, r := range rules {
			all = append(all, asRuleJSON(r))
		}
		return printJSON(cmd, all)
	}
	rows := [][]string{{"rule", "severity", "what is wrong"}}
	for _, r := range rules {
		rows = append(rows, []string{r.Code, r.Severity.String(), r.Title})
	}
	return table(cmd.OutOrStdout(), rows)
}
