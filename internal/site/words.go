package site

import "github.com/courant-news/courant/internal/market"

// Words are what the paper itself says beside a story's figures, whose numbers are written as the story's language does.
// There is one set for now; another language is another set.
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
	DayAndMonth, MonthAndYear                                     string // below a chart, as [time.Time.Format] has them
	how                                                           func(market.How) string
}

// wordsOf returns the words for a story in a language, a BCP 47 tag.
func wordsOf(string) Words { return englishWords() }

func englishWords() Words {
	return Words{
		Language: "en",
		Figure:   "Figure", Reckoned: "Reckoned", Source: "Source", About: "About", Learnt: "Learnt", How: "How",
		From: "From", To: "To", Today: "Today",
		Number: "Where this number comes from", Subject: "Its page",
		Said:  "as the source wrote it",
		Since: "since", OtherSource: "of another source, so that no change is counted",
		Pair: "Pair", Value: "Value", Day: "Day", Values: "All values of the chart",
		Lost:       "[a figure without a value]",
		AxisBegins: "The vertical axis does not begin at zero.",
		Broken:     "The line is broken where nothing is known.",
		Title:      "%[1]s in %[2]s, %[3]s to %[4]s",
		Course:     "From %[1]s to %[2]s, %[3]s.",
		Range:      "Lowest %[1]s on %[2]s, highest %[3]s on %[4]s.",
		Marked:     "Marked days, listed below: %[1]d.",
		Irregular:  "%[1]d values", Daily: "%[1]d values, the last of each day", Weekly: "%[1]d values, the last of each week",
		Monthly:     "%[1]d values, the last of each month",
		DayAndMonth: "2 Jan", MonthAndYear: "Jan 2006",
		how: howOf,
	}
}
