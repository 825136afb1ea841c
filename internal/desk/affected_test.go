package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// A correction is signed whole or not at all: one that cannot be published leaves no draft behind that nobody wrote, and can
// be signed again.
func TestACorrectionIsSignedWholeOrNotAtAll(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		owner := h.owner(t)
		at := written(owner, "A figure", "On the day one euro bought {{EUR/USD @2026-09-28}} dollars.")
		owner.post(at+"/move", http.StatusOK, "to", "published", "revision", "1")
		story := func() news.Manuscript {
			m, err := h.newsroom.Story(t.Context(), news.StoryID(strings.TrimPrefix(at, "/desk/stories/")))
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		pin := story().Pins[1][0]
		sources, err := h.ledger.Known(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.now = h.now.Add(time.Minute)
		revised := market.NewObservation(pin.Symbol, pin.Field, currency.MustDecimal("2.5"), market.Moment{At: pin.At, Seen: h.now}, pin.Source, "")
		if _, err := h.ledger.Record(t.Context(), []market.Source{sources[pin.Source]}, []market.Observation{revised}, nil); err != nil {
			t.Fatal(err)
		}
		key := string(story().ID)
		text := owner.post("/desk/affected", http.StatusBadRequest, "story", key, "act", "correct", "notice-text", strings.Repeat("Too long. ", 200)).Find(".said").Text()
		if !strings.Contains(text, "1000 is the most") {
			t.Errorf("what is too long is told %q", text)
		}
		if m := story(); m.State != news.Published || m.Live != 1 || len(m.Revisions) != 1 || len(m.Steps) != 1 {
			t.Errorf("nothing was signed, and it is %s with %d revisions, of which readers see %d", m.State, len(m.Revisions), m.Live)
		}
		owner.post("/desk/affected", http.StatusOK, "story", key, "act", "correct")
		m := story()
		if m.State != news.Published || m.Live != 2 || len(m.Revisions) != 2 || m.Pins[2][0].Value.String() != "2.5" || m.Revisions[1].Content.Body != m.Revisions[0].Content.Body {
			t.Errorf("signed, it is %s with %d revisions, of which readers see %d with %v", m.State, len(m.Revisions), m.Live, m.Pins[2])
		}
		if text := owner.post("/desk/affected", http.StatusNotFound, "story", key, "act", "correct").Find(".said").Text(); !strings.Contains(text, "not affected any more") {
			t.Errorf("who signs it once more is told %q", text)
		}
	})
}

func TestAFigureOfADossierThatWasRevisedIsCorrectedByOneSignature(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		owner := h.owner(t)
		at := begun(owner, "The strait") // whose background has a figure
		owner.post(at+"/publish", http.StatusOK, "revision", "1")
		shown := func() news.Dossier {
			d, err := news.NewPaper(h.store).Dossier(t.Context(), "the-strait")
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		sources, err := h.ledger.Known(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.now = h.now.Add(time.Minute)
		pin := shown().Pins[0]
		revised := market.NewObservation(pin.Symbol, pin.Field, currency.MustDecimal("2.5"), market.Moment{At: pin.At, Seen: h.now}, pin.Source, "")
		if _, err := h.ledger.Record(t.Context(), []market.Source{sources[pin.Source]}, []market.Observation{revised}, nil); err != nil {
			t.Fatal(err)
		}
		panel := owner.get("/desk/affected", http.StatusOK).Find(".panel:has(a[href='" + at + "'])")
		if text := panel.Text(); panel.Length() != 1 || !strings.Contains(text, "2.5") || !strings.Contains(panel.Find("textarea").Text(), "This dossier gave") || panel.Find("form").Length() != 1 {
			t.Errorf("the desk is told %q", text)
		}
		sign := []string{"dossier", "the-strait", "act", "correct"}
		rosa := h.invited(t, owner, "Rosa Reporter", staff.Reporter)
		rosa.post("/desk/affected", http.StatusForbidden, sign...)
		if text := owner.post("/desk/affected", http.StatusBadRequest, append(sign, "notice-text", strings.Repeat("Too long. ", 200))...).Find(".said").Text(); !strings.Contains(text, "1000 is the most") {
			t.Errorf("what is too long is told %q", text)
		}
		// What readers do not see yet is not published with it.
		adds(owner, at, "documents", "1", "title", "The log", "publisher", "Norrvik")
		if text := owner.post("/desk/affected", http.StatusConflict, sign...).Find(".said").Text(); !strings.Contains(text, "is being changed") {
			t.Errorf("who would publish a draft is told %q", text)
		}
		if d := shown(); d.Revision != 1 || d.Pins[0].Value.String() == "2.5" {
			t.Errorf("nothing was signed, and readers see revision %d with %v", d.Revision, d.Pins)
		}
		owner.post(at+"/publish", http.StatusOK, "revision", "2", "notice", "minor", "reason", "A source")
		if left := owner.get("/desk/affected", http.StatusOK).Find(".panel:has(a[href='" + at + "'])"); left.Length() != 0 {
			t.Errorf("what was published anew is still affected: %s", left.Text())
		}
		h.now = h.now.Add(time.Minute)
		revised = market.NewObservation(pin.Symbol, pin.Field, currency.MustDecimal("2.6"), market.Moment{At: pin.At, Seen: h.now}, pin.Source, "")
		if _, err := h.ledger.Record(t.Context(), []market.Source{sources[pin.Source]}, []market.Observation{revised}, nil); err != nil {
			t.Fatal(err)
		}
		owner.post("/desk/affected", http.StatusOK, sign...)
		d := shown()
		if n := len(d.Notices); d.Revision != 3 || d.Pins[0].Value.String() != "2.6" || n != 1 || d.Notices[0].Kind != news.FigureCorrection || d.Notices[0].Figures[0] != "EUR/USD @2026-09-29" ||
			!strings.Contains(d.Notices[0].Text, "This dossier gave") {
			t.Errorf("signed, readers see revision %d with %v and %+v", d.Revision, d.Pins, d.Notices)
		}
		if text := owner.post("/desk/affected", http.StatusNotFound, sign...).Find(".said").Text(); !strings.Contains(text, "not affected any more") && !strings.Contains(text, "is affected any more") {
			t.Errorf("who signs it once more is told %q", text)
		}
	})
}
