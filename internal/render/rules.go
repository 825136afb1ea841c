package render

import (
	"fmt"
	"strings"

	"github.com/courant-news/courant/internal/audit"
)

// RuleMarkdown is all that is to be said of one rule of the proof-reader, as Markdown: docs/rules/CODE.md.
func RuleMarkdown(r audit.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n**%s.** Severity: %s.\n\n%s\n", r.Code, strings.TrimSuffix(r.Title, "."), r.Severity, strings.TrimSpace(r.Explains))
	if r.Source != "" {
		fmt.Fprintf(&b, "\nSource of the facts: %s\n", strings.TrimSpace(r.Source))
	}
	example(&b, "It finds something here", r.Fails)
	example(&b, "It finds nothing here", r.Passes)
	fmt.Fprintf(&b, "\n## To accept a finding\n\nWrite it into a baseline with the reason, and name that with `--baseline`:\n\n    %s:SUBJECT the reason\n", r.Code)
	return b.String()
}

func example(b *strings.Builder, heading string, e audit.Example) {
	if len(e.Lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", heading)
	if e.Date != "" {
		fmt.Fprintf(b, "\nOf %s:\n", e.Date)
	}
	block(b, e.Lines)
	if len(e.Known) > 0 {
		b.WriteString("\nHeld against a ledger that knew:\n")
		block(b, e.Known)
	}
}

// block sets lines as they are.
func block(b *strings.Builder, lines []string) {
	b.WriteString("\n")
	for _, line := range lines {
		b.WriteString("    " + line + "\n")
	}
}

// RulesMarkdown is the list of rules, as Markdown: docs/rules/README.md.
func RulesMarkdown(rules []audit.Rule) string {
	var b strings.Builder
	b.WriteString("# What the proof-reader looks for\n\n" +
		"`courant audit FILE` holds a table of rates, a ticker or a story against facts that come with the program, each with its\n" +
		"source. An error cannot be right; a warning can hardly be; a note is worth knowing. These files say what the program's\n" +
		"own list of rules says; `make generate` writes them anew.\n\n" +
		"| rule | severity | what is wrong |\n|---|---|---|\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", r.Code, r.Code, r.Severity, strings.ReplaceAll(r.Title, "|", `\|`))
	}
	return b.String()
}
