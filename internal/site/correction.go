package site

import (
	"context"
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
		kind := "NewsArticle"
		if c.Story == "" {
			kind = "CollectionPage"
		}
		comments = append(comments, commentOf(c.Posted, &thing{Type: kind, ID: p.Address + c.Path(), Headline: c.Headline}))
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
