package render

import (
	"cmp"
	"encoding/json"
	"io"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/audit"
)

// home is where the project and the descriptions of its rules stand.
const home = "https://github.com/courant-news/courant"

// SARIF writes what the proof-reader found as SARIF 2.1.0, the OASIS standard by which tools that look at files are shown
// what others found in them. uri is the file's address, relative or absolute; empty: it has none. Findings that a baseline
// answers for are results with a suppression; what was not understood is a notification.
func SARIF(w io.Writer, r audit.Report, uri string) error { return sarif(w, r, uri, audit.Rules()) }

func sarif(w io.Writer, r audit.Report, uri string, rules []audit.Rule) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "Courant", Version: version(), InformationURI: home, Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true, Notifications: []sarifNotification{}}},
		Results:     []sarifResult{},
	}
	for _, rule := range rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(rule))
	}
	result := func(f audit.Finding) *sarifResult {
		run.Results = append(run.Results, sarifResultOf(f, uri))
		last := &run.Results[len(run.Results)-1]
		if i := slices.IndexFunc(rules, func(rule audit.Rule) bool { return rule.Code == f.Rule }); i >= 0 {
			last.RuleIndex = &i
		}
		return last
	}
	for _, f := range r.Findings {
		result(f)
	}
	for _, i := range r.Ignored {
		result(i.Finding).Suppressions = []sarifSuppression{{Kind: "external", Justification: i.Reason}}
	}
	for _, l := range r.Left {
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, sarifNotification{
			Level: "note", Message: sarifText{Text: "Not understood: " + l.Text + " (" + l.Why + ")"},
			Locations: sarifLocations("", l.Line, uri),
		})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

// version is the program's, as the linker wrote it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

func sarifRuleOf(r audit.Rule) sarifRule {
	first, _, _ := strings.Cut(strings.TrimSpace(r.Explains), "\n\n")
	return sarifRule{
		ID: r.Code, Name: sarifName(r.Code), Short: sarifText{Text: r.Title},
		Full: sarifText{Text: cmp.Or(strings.Join(strings.Fields(first), " "), r.Title)},
		Help: sarifText{Text: cmp.Or(r.Explains, r.Title), Markdown: RuleMarkdown(r)}, HelpURI: home + "/blob/main/docs/rules/" + r.Code + ".md",
		Default: sarifLevel{r.Severity.String()},
	}
}

// sarifName is a code as the standard wants names: CurrencyRetired.
func sarifName(code string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(code, func(r rune) bool { return r == '.' || r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func sarifResultOf(f audit.Finding, uri string) sarifResult {
	evidence := f.Evidence
	if evidence == nil {
		evidence = []audit.Evidence{}
	}
	return sarifResult{
		RuleID: f.Rule, Level: f.Severity.String(), Message: sarifText{Text: f.Message},
		Locations: sarifLocations(f.Subject, f.Line, uri), Fingerprints: map[string]string{"finding/v1": f.Key()},
		Suppressions: []sarifSuppression{}, // none, which is not the same as not known
		Properties:   sarifProperties{f.Subject, f.Printed, f.Expected, f.Deviation, evidence},
	}
}

func sarifLocations(subject string, line int, uri string) []sarifLocation {
	var l sarifLocation
	if uri != "" {
		l.Physical = &sarifPhysical{Artifact: sarifArtifact{uri}}
		if line > 0 {
			l.Physical.Region = &sarifRegion{line}
		}
	}
	if subject != "" {
		l.Logical = []sarifLogical{{subject}}
	}
	if l.Physical == nil && l.Logical == nil {
		return nil
	}
	return []sarifLocation{l}
}

// The parts of the standard that are used, by its own names; section 3 of SARIF 2.1.0.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string     `json:"id"`
		Name    string     `json:"name"`
		Short   sarifText  `json:"shortDescription"`
		Full    sarifText  `json:"fullDescription"`
		Help    sarifText  `json:"help"`
		HelpURI string     `json:"helpUri"`
		Default sarifLevel `json:"defaultConfiguration"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    *int               `json:"ruleIndex,omitempty"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations,omitempty"`
		Fingerprints map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions"`
		Properties   sarifProperties    `json:"properties"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"name"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
	sarifProperties struct {
		Subject   string           `json:"subject"`
		Printed   string           `json:"printed"`
		Expected  string           `json:"expected"`
		Deviation json.Number      `json:"deviation"`
		Evidence  []audit.Evidence `json:"evidence"`
	}
)
