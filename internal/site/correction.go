package site

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// Notice is an update or a correction as it stands at a story.
type Notice struct {
	ID      string // to which others may link
	Label   string // Correction of a figure
	At      Time
	Text    string
	Figures []string
	Correct bool // it is a correction, not an update
}

func noticeOf(p news.Posted, id string) Notice {
	return Notice{ID: id, Label: labelOf(p.Kind), At: timeOf(p.At), Text: p.Text, Figures: p.Figures, Correct: p.Kind.Corrects()}
}

// labelOf says what kind of a notice it is.
func labelOf(k news.NoticeKind) string {
	switch k {
	case news.FigureCorrection:
		return "Correction of a figure"
	case news.NameCorrection:
		return "Correction of a name"
	case news.AttributionCorrection:
		return "Correction of an attribution"
	case news.Clarification:
		return "Clarification"
	case news.Update:
		return "Update"
	}
	return "Correction"
}

// CorrectionRow is a correction in the list of all.
type CorrectionRow struct {
	Notice
	Headline, Href, Language, Direction string
}

func correctionOf(c news.Correction) CorrectionRow {
	return CorrectionRow{
		Notice: noticeOf(c.Posted, ""), Headline: c.Headline, Href: c.Path() + "#" + anchorOf(c.Posted), Language: c.Language, Direction: directionOf(c.Language),
	}
}

// CorrectionsPage lists what the paper got wrong, the newest first.
type CorrectionsPage struct {
	Frame
	Rows  []CorrectionRow
	Older string // address of those before; empty where there are none
}

// mostCorrections stand on one page.
const mostCorrections = 100

func (s *Site) corrections(ctx context.Context, a ask) (web.Component, error) {
	var before time.Time
	if text := a.query.Get("before"); text != "" {
		var err error
		if before, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, fault.Because(fault.Invalid, "%q is no moment: write it as 2026-02-02T16:00:00Z", text)
		}
	}
	t, err := s.today(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.paper.Corrections(ctx, before, mostCorrections)
	if err != nil {
		return nil, err
	}
	p := CorrectionsPage{Frame: s.frame(t, a, "Corrections", "What this paper got wrong, and what is right: every correction, the newest first.")}
	var comments []comment
	for _, c := range list {
		p.Rows = append(p.Rows, correctionOf(c))
		comments = append(comments, commentOf(c.Posted, &thing{Type: "NewsArticle", ID: c.Path(), Headline: c.Headline}))
	}
	if len(list) == mostCorrections {
		p.Older = address("/corrections", map[string][]string{"before": {list[len(list)-1].At.Format(time.RFC3339Nano)}})
	}
	if len(comments) > 0 {
		p.Data, err = dataOf(graph{Context: schemaOrg, Graph: comments})
	}
	return correctionsPage(p), err
}

// anchorOf names the place of a notice on its story's page.
func anchorOf(p news.Posted) string {
	if p.Entry > 0 {
		return fmt.Sprintf("entry-%d", p.Entry)
	}
	return fmt.Sprintf("revision-%d", p.Revision)
}

// schemaOrg is the vocabulary of what is said to machines on a page. https://schema.org/CorrectionComment
const schemaOrg = "https://schema.org"

type graph struct {
	Context string    `json:"@context"`
	Graph   []comment `json:"@graph"`
}

// comment is a correction for machines.
type comment struct {
	Type      string `json:"@type"`
	Text      string `json:"text"`
	Published string `json:"datePublished"`
	About     *thing `json:"about,omitempty"`
}

// thing is a story, or who wrote it, for machines. Addresses are relative to the page's.
type thing struct {
	Context    string    `json:"@context,omitempty"`
	Type       string    `json:"@type"`
	ID         string    `json:"@id,omitempty"`
	Name       string    `json:"name,omitempty"`
	Headline   string    `json:"headline,omitempty"`
	Published  string    `json:"datePublished,omitempty"`
	Modified   string    `json:"dateModified,omitempty"`
	Language   string    `json:"inLanguage,omitempty"`
	Section    string    `json:"articleSection,omitempty"`
	Authors    []thing   `json:"author,omitempty"`
	Correction []comment `json:"correction,omitempty"`
}

func commentOf(p news.Posted, about *thing) comment {
	return comment{Type: "CorrectionComment", Text: p.Text, Published: p.At.UTC().Format(time.RFC3339), About: about}
}

// articleData says to machines what a story's page says to people.
func articleData(a news.Article, modified time.Time, section string) (string, error) {
	t := thing{
		Context: schemaOrg, Type: "NewsArticle", ID: a.Path(), Headline: a.Content.Headline, Published: a.Published.UTC().Format(time.RFC3339),
		Modified: modified.UTC().Format(time.RFC3339), Language: a.Content.Language, Section: section,
	}
	for _, name := range a.Content.Bylines {
		t.Authors = append(t.Authors, thing{Type: "Person", Name: name})
	}
	for _, p := range a.Notices {
		if p.Kind.Corrects() {
			t.Correction = append(t.Correction, commentOf(p, nil))
		}
	}
	return dataOf(t)
}

// dataOf is JSON that can stand in a page: encoding/json writes < and > as escapes, so that no text can end it.
func dataOf(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a page's data: %w", err)
	}
	return `<script type="application/ld+json">` + string(text) + `</script>`, nil
}
