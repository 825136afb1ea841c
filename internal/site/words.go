package site

import (
	_ "embed" // of the words
	"encoding/csv"
	"reflect"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"github.com/courant-news/courant/internal/market"
)

// Words are what the paper itself says beside a story's figures, whose numbers are written as the story's language does. A
// language that has no set in words.csv of its own reads them in English.
type Words struct {
	Language                                                      string // BCP 47
	Figure, Reckoned, Source, About, Learnt, How, From, To, Today string
	Number, Subject                                               string // links to where a number comes from
	Said                                                          string // how a value was reached that its source wrote itself
	Since, OtherSource                                            string // behind a move; instead of one
	Pair, Value, Day, Values                                      string // heads of a table; what opens one
	Lost                                                          string // instead of a figure whose pins are missing
	AxisBegins, Broken                                            string // what to know before a chart is believed
	Title, Course, Range, Marked                                  string // of a chart: its two currencies and days, and what it shows
	Irregular, Daily, Weekly, Monthly                             string // how many values it has, and how often
	Inverse, Crossed, Computed, Fixed                             string // how else a value was reached
	At, On, OnShort, DayAndMonth, MonthAndYear                    string // moments and days, as [time.Time.Format] has them, in English
	Months, MonthsShort                                           string // from January on, with spaces between
}

//go:embed words.csv
var wordsTable string

// wordSets are the sets by language.
var wordSets = sync.OnceValue(func() map[string]Words {
	rows, err := csv.NewReader(strings.NewReader(wordsTable)).ReadAll()
	if err != nil {
		panic("site: words.csv: " + err.Error()) // a slip in how the program was built
	}
	sets := map[string]Words{}
	for column, tag := range rows[0][1:] {
		w := Words{Language: tag}
		fields := reflect.ValueOf(&w).Elem()
		for _, row := range rows[1:] {
			fields.FieldByName(row[0]).SetString(row[1+column])
		}
		sets[tag] = w
	}
	return sets
})

// wordsOf returns the words for a story in a language, a BCP 47 tag.
func wordsOf(tag string) Words {
	if parsed, err := language.Parse(tag); err == nil {
		base, _ := parsed.Base()
		if w, ok := wordSets()[base.String()]; ok {
			return w
		}
	}
	return wordSets()[english]
}

// how says how a value was reached.
func (w Words) how(h market.How) string {
	switch h {
	case market.Inverse:
		return w.Inverse
	case market.Crossed:
		return w.Crossed
	case market.Computed:
		return w.Computed
	case market.Fixed:
		return w.Fixed
	}
	return w.Said
}

// time writes a moment, or its day where it is one, as timeOf does in English.
func (w Words) time(t time.Time) Time {
	t = t.UTC()
	if t.IsZero() {
		return Time{}
	}
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return Time{Text: w.format(t, w.On), Short: w.format(t, w.OnShort), Machine: t.Format(time.DateOnly)}
	}
	return Time{Text: w.format(t, w.At), Short: w.format(t, w.OnShort) + ", " + t.Format("15:04"), Machine: t.Format(time.RFC3339)}
}

// format writes a moment by a layout of English, with the months of the language. A layout has one month at the most.
func (w Words) format(t time.Time, layout string) string {
	for _, month := range [...]struct{ english, own string }{{"January", w.Months}, {"Jan", w.MonthsShort}} {
		if before, after, ok := strings.Cut(layout, month.english); ok && w.Language != english {
			return t.Format(before) + strings.Fields(month.own)[t.Month()-1] + t.Format(after)
		}
	}
	return t.Format(layout)
}
