package desk

import (
	"errors"
	"strconv"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/staff"
)

// sayings are what a page says of what was just done. An address names one; it cannot bring words of its own.
var sayings = map[string]string{
	"saved":     "Saved as a revision.",
	"draft":     "Taken back to draft.",
	"review":    "It waits for somebody to read it.",
	"ready":     "It is ready.",
	"scheduled": "It is scheduled and goes out by itself.",
	"embargoed": "It is under embargo, and goes out by itself when that ends.",
	"published": "It is published.",
	"withdrawn": "It is withdrawn.",
	"renamed":   "It has another name; the old address leads to the new one.",
	"told":      "It is told; readers see it now.",
	"noted":     "The note is added.",
	"settled":   "The note is settled.",
	"released":  "The number is released and counts as learnt now.",
	"rejected":  "The number is put away for good.",
	"dismissed": "It is left as it was printed, and why is on record.",
	"passkey":   "The passkey is added.",
	"kept":      "The picture is kept.",
	"dropped":   "The picture is gone.",
	"settings":  "The settings are changed.",
	"merged":    "The two are one now: whatever named the first names the other, and the old name leads there.",
	"back":      "The dossier is as it was then.",
	"done":      "Done.",
}

// stale says whether only a fresh proof is missing.
func stale(err error) bool { return errors.Is(err, staff.ErrStale) }

// number reads a number of an address; an empty text is 0.
func number(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.Because(fault.Invalid, "%.20q is no number: follow the links of the page", text)
	}
	return n, nil
}

// trace adds a line about a story to the audit trail. What it tells of is done already, so a line that cannot be written
// is said in the log and does not fail the request.
func (d *Desk) trace(v visit, action string, slug news.Slug, revision int) {
	d.tell(v, action, string(slug)+", revision "+strconv.Itoa(revision))
}

// tell is as trace, about anything.
func (d *Desk) tell(v visit, action, object string) {
	e := staff.Entry{Person: v.person().ID, Action: action, Object: object, Outcome: staff.Done, From: v.session.Network}
	if err := d.gate.Note(background(v.Context()), e); err != nil {
		d.o.Log.ErrorContext(v.Context(), "the audit trail lacks a line", "action", action, "object", object, "error", err)
	}
}
