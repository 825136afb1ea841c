package news

import (
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
)

// NoticeKind says what a publication is to those who read the story before.
type NoticeKind string

// The kinds of notices. All but Minor are told to readers.
const (
	Minor  NoticeKind = "minor"  // nothing that a reader would miss: a comma, a link
	Update NoticeKind = "update" // something new happened

	// Corrections: something was wrong.
	FigureCorrection      NoticeKind = "figure"      // a number
	FactCorrection        NoticeKind = "fact"        // something else that was said of the world
	NameCorrection        NoticeKind = "name"        // who or what somebody or something is called
	AttributionCorrection NoticeKind = "attribution" // who said or did it
	Clarification         NoticeKind = "clarification"

	Withdrawal NoticeKind = "withdrawal" // the sentence that stands in a story's place
)

// Corrects says whether the notice is a correction, which stands at the story and in the list of corrections for good.
func (k NoticeKind) Corrects() bool {
	switch k {
	case FigureCorrection, FactCorrection, NameCorrection, AttributionCorrection, Clarification:
		return true
	}
	return false
}

// Notice is what readers are told of a change. It belongs to the step that published it, and so can never be taken back:
// a notice that was wrong itself is followed by another.
type Notice struct {
	Kind    NoticeKind // empty for a first publication
	Text    string     // one line; empty where nothing is told
	Figures []string   // the figures that it is about, as they are written in the text
}

// Posted is a notice as readers meet it.
type Posted struct {
	Notice
	At       time.Time
	Revision int // the one that was published with it; 0 where it is of an entry
	Entry    int // of a live story that it is of; 0 where it is of the story
}

// Correction is a correction with the story or the dossier that it is of.
type Correction struct {
	Posted
	Story     StoryID // empty where it is of a dossier
	Slug      Slug
	Published time.Time // when it first was
	Headline  string    // as it is now
	Language  string    // of what was corrected
}

// Path is the address of what was corrected.
func (c Correction) Path() string {
	if c.Story == "" {
		return Dossier{Slug: c.Slug}.Path()
	}
	return Article{Slug: c.Slug, Published: c.Published}.Path()
}

// maxFigures is the most figures that a notice may name.
const maxFigures = 200

// check says what is wrong with a notice.
func (n Notice) check() error {
	switch k := n.Kind; {
	case k == "" && (n.Text != "" || len(n.Figures) > 0):
		return fault.Because(fault.Invalid, "say of what kind the notice to readers is: an update, or a correction")
	case k != "" && k != Minor && k != Update && k != Withdrawal && !k.Corrects():
		return fault.Because(fault.Invalid, "there is no notice of the kind %.40q: it is minor, update, figure, fact, name, attribution or clarification", k)
	case k == Minor && strings.TrimSpace(n.Text) != "":
		return fault.Because(fault.Invalid, "readers are told nothing of a minor change: give its text as the reason")
	case len(n.Figures) > maxFigures:
		return fault.Because(fault.Invalid, "the notice names %d figures; %d is the most", len(n.Figures), maxFigures)
	}
	for _, f := range n.Figures {
		if _, err := ParseFigure(f); err != nil {
			return err
		}
	}
	return checkLine("notice to readers", n.Text)
}
