package archive

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
)

// namedDay is a day that a page names, and where.
type namedDay struct{ text, from string }

// The places in which an HTML page names its day, the most trusted first.
const (
	inMeta  = iota // the meta element of Open Graph
	inJSON         // JSON-LD
	inOther        // a meta element of another custom
	inTime         // the first time element of the text
	places
)

// dateLine finds a line that holds nothing but a day, in a form that is read in one way only: 2026-02-02, 2 February
// 2026, February 2, 2026. A form such as 2/3/2026 is a day in March or in February, and is not read.
var dateLine = regexp.MustCompile(`^(?i:(?:published|updated|date|as of)(?: on)?:? )?(?:[A-Z][a-z]{2,8},? )?` +
	`(\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]{2,8} \d{4}|[A-Z][a-z]{2,8} \d{1,2}, \d{4})$`)

// parseDay reads one of the forms of dateLine, or an instant of which only the day as written counts.
func parseDay(text string) (currency.Date, bool) {
	text = strings.TrimSpace(text)
	if len(text) > 10 && (text[10] == 'T' || text[10] == ' ') && text[4] == '-' {
		text = text[:10]
	}
	for _, layout := range []string{time.DateOnly, "2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006"} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1 {
			return currency.DateOf(t), true
		}
	}
	return currency.Date{}, false
}

// readDate takes the day that the page names: what the head of an HTML page says, else the first line that is a day
// and stands before the story's text. End is the end of board and ticker.
func (d *document) readDate(p *Page, end int) {
	for _, named := range d.dates {
		if day, ok := parseDay(named.text); ok {
			p.Date, p.DateFrom = day, named.from
			break
		}
	}
	const head = 6 // lines behind the ticker: headline, byline, standfirst
	for i := range d.lines[:min(len(d.lines), end+head)] {
		l := &d.lines[i]
		m := dateLine.FindStringSubmatch(l.text)
		if l.used || m == nil || len(l.text) > 60 {
			continue
		}
		day, ok := parseDay(m[1])
		if !ok {
			continue
		}
		l.used = true
		if p.DateFrom == "" {
			p.Date, p.DateFrom = day, fmt.Sprintf("line %d", l.number)
		} else if day != p.Date {
			p.note("Line %d names another day, %s; %s (%s) is used.", l.number, day, p.Date, p.DateFrom)
		}
	}
}
