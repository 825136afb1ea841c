package native

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// endpoint is one address of the interface, declared once.
type endpoint struct {
	Name   string // names it in the document and on the page: "rate"
	Path   string // below /api/v1/, with its parameters in braces
	Method string // empty: GET
	Title  string // a line
	Text   string // a paragraph
	Params []param
	Row    any      // zero value of a row, as NDJSON and CSV have it; nil: there is only JSON
	Reply  any      // zero value of the whole, as JSON has it
	Faults []int    // statuses of the problems that it can answer with, beside those of every address
	Try    []string // the parameters that its example gives, beside those that must be
	Sample string   // of the body, where there is one
	Whole  bool     // it names whole addresses of the paper
	answer func(query) (found, error)
	open   func(http.ResponseWriter, query) error // instead: it sends server-sent events, whose data Reply is
}

// param is a parameter, of the path where the path names it, else of the query.
type param struct {
	Name    string
	Text    string // what it is for
	Example string
	Default string // what it is where it is not given; empty: nothing
	Must    bool   // it must be given
	kind
}

// inPath says whether the last part of the path is a parameter.
func (e endpoint) inPath() bool { return strings.HasSuffix(e.Path, "}") }

// in says where a parameter stands, in OpenAPI's words.
func (e endpoint) in(p param) string {
	if strings.Contains(e.Path, "{"+p.Name+"}") {
		return "path"
	}
	return "query"
}

// known are the names of the parameters of the query.
func (e endpoint) known() []string {
	names := []string{}
	for _, p := range e.Params {
		if e.in(p) == "query" {
			names = append(names, p.Name)
		}
	}
	return names
}

// arguments are the values of an endpoint's parameters; what was not given has none.
type arguments map[string]any

// read reads the parameters. The error is fault.Invalid and names the parameter.
func (e endpoint) read(q api.Question, in form) (arguments, error) {
	args := arguments{}
	for _, p := range e.Params {
		text := q.Query.Get(p.Name)
		if e.in(p) == "path" {
			text = strings.TrimSuffix(q.PathValue(p.Name), "."+in.extension)
		}
		if text == "" { // a form sends its empty fields too
			text = p.Default
		}
		if text == "" && p.Must {
			return nil, fault.Because(fault.Invalid, "%s is missing: give it, such as %s=%s", p.Name, p.Name, p.Example)
		}
		if text == "" {
			continue
		}
		value, err := p.read(text)
		if err != nil {
			return nil, fault.Because(fault.Invalid, "%s: %w", p.Name, err)
		}
		args[p.Name] = value
	}
	return args, nil
}

// query is a question with its arguments.
type query struct {
	api.Question
	arguments
	form form
}

// given returns an argument, and whether there is one. Which type it has is the parameter's kind.
func given[T any](q query, name string) (T, bool) {
	value, ok := q.arguments[name].(T)
	return value, ok
}

// asked is the point from which the ledger is to be read, resolved, and what was asked of it.
type asked struct {
	market.AsOf
	At, Known *time.Time // as they stand in a reply: nil where the present was asked for, so that a reply stays the same until a number does not
}

func (q query) asOf(now time.Time) asked {
	var a asked
	if at, ok := given[time.Time](q, "as_of"); ok {
		a.AsOf.At, a.At = at, &at
	}
	if known, ok := given[time.Time](q, "known_at"); ok {
		a.AsOf.Known, a.Known = known, &known
	}
	a.AsOf = a.Resolved(now.UTC().Truncate(time.Microsecond))
	return a
}

// unsaid adds to the error that nothing was said when that is to have been known, where it is not now: since then somebody
// may have said it.
func (a asked) unsaid(err error) error {
	if a.Known == nil || fault.KindOf(err) != fault.NotFound {
		return err
	}
	return fault.Because(fault.NotFound, "%w, as far as was known at %s", err, a.Known.Format(time.RFC3339))
}

// past says whether what was asked is of a moment gone by, of which nothing new is said.
func (a asked) past(now time.Time) bool { return a.At != nil && a.AsOf.At.Before(now) }

// digits is the number of significant digits that is asked for; 0: as many as there are.
func (q query) digits() int {
	digits, _ := given[int](q, "precision")
	return digits
}

// found is what an endpoint has to say, before it takes a form.
type found struct {
	whole    any               // as JSON
	rows     []any             // as NDJSON and CSV
	lists    []list            // of what has many rows: instead of them, and of those in the whole
	next     string            // address of what follows; empty: nothing
	involved []market.SourceID // until one of whom publishes again it holds
	lasting  bool              // it is of the past
	modified time.Time         // zero: not said
}

// declared is the list of all endpoints, in the order of the page.
func (n *native) declared() []endpoint {
	const (
		asOfText  = "what was true then: a day, 2026-02-02, through its end in UTC, or an instant of RFC 3339; else now"
		knownText = "as it was known then, without what was learnt later; else now"
		digits    = "significant digits of computed values, 1 to 12; a source's own number is cut only where it has more; else 12"
	)
	asOf := param{Name: "as_of", Text: asOfText, Example: "2026-02-02", kind: moment()}
	knownAt := param{Name: "known_at", Text: knownText, Example: "2026-02-03T06:00:00Z", kind: moment()}
	precision := param{Name: "precision", Text: digits, Example: "6", kind: number(1, market.CrossDigits)}
	pair := param{Name: "pair", Text: "base and quote: EUR-USD, EUR.USD or, escaped, EUR/USD", Example: "EUR-USD", Must: true, kind: pairOf()}
	share := param{Name: "listing", Text: "market and ticker", Example: "XNYS:BP", Must: true, kind: listingOf()}
	mic := param{Name: "mic", Text: "only those of a market: ISO 10383", Example: "XNYS", kind: marketOf()}
	limit := param{Name: "limit", Text: "rows of a page, 1 to 10,000; of JSON 1,000 where it is not given, else all", Example: "5", kind: number(1, maxLimit)}
	next := param{Name: "cursor", Text: "where the page begins: as the page before says", kind: opaque()}
	slug := param{Name: "slug", Text: "the dossier, by its name in addresses", Example: "the-strait", Must: true, kind: slugOf()}
	notFound, withdrawn := []int{http.StatusNotFound}, []int{http.StatusNotFound, http.StatusGone}
	return []endpoint{
		{
			Name: "board", Path: "board", Title: "Every currency against one",
			Text: "What one unit of the base buys of every currency, each rate with who said it, about when, when it was learnt, and " +
				"what it rests on. Nothing is averaged: a rate is one source's own number, or exact arithmetic over one sheet of one source.",
			Params: []param{
				{Name: "base", Text: "the currency of which one unit is priced; else the one that the paper is set to", Example: "EUR", kind: code()},
				{Name: "quotes", Text: "only these currencies, with commas between", Example: "USD,GBP,JPY", kind: codes()},
				asOf, knownAt,
				{Name: "inverse", Text: "with the rate turned round in each row", Example: "true", Default: "false", kind: choice("true", "false")},
				precision,
			},
			Row: rate{}, Reply: board{}, Try: []string{"base", "quotes"}, answer: n.board,
		},
		{
			Name: "rate", Path: "rates/{pair}", Title: "One pair, and why",
			Text:   "The settled rate of a pair, why it was chosen, and what every other source says, with the reason why it was set aside.",
			Params: []param{pair, asOf, knownAt, precision},
			Row:    explained{}, Reply: rateReply{}, Faults: notFound, answer: n.rate,
		},
		{
			Name: "series", Path: "series/{pair}", Title: "The history of a pair",
			Text: "The settled rate at every moment of which a source spoke, the oldest first. With group there is one row for each period, " +
				"by the method that is asked for and named in the reply: last, min and max are rates that were published or settled on a " +
				"day, with that day's source. The mean is a statistic that nobody published: the exact sum of the values divided by their " +
				"number, and labelled as computed. JSON comes in pages; CSV and NDJSON come whole, in parts where they are long.",
			Params: []param{
				pair,
				{Name: "from", Text: "the first day, or the first of a month or year", Example: "2026-01-01", kind: date()},
				{Name: "to", Text: "the last day, or the last of a month or year", Example: "2026-02-02", kind: date()},
				{Name: "group", Text: "one row for each period; weeks are those of ISO 8601, from Monday", Example: "month", kind: choice("week", "month", "quarter", "year")},
				{Name: "method", Text: "which value stands for a period; without a group, each is the last of its own moment", Example: "last", Default: "last", kind: choice("last", "mean", "min", "max")},
				asOf, knownAt, precision, limit, next,
			},
			Row: point{}, Reply: series{}, Try: []string{"group", "method", "limit"}, Faults: notFound, answer: n.series,
		},
		{
			Name: "convert", Path: "convert", Title: "An amount in another currency",
			Text: "An amount, converted by exact arithmetic over the observations that the rate rests on, rounded once, half to even, to " +
				"the smallest coin of the target (four places where it has none), and unrounded to twelve significant digits or, where the result has more, to four more.",
			Params: []param{
				{Name: "from", Text: "the currency of the amount", Example: "EUR", Must: true, kind: code()},
				{Name: "to", Text: "the currency that is wanted", Example: "JPY", Must: true, kind: code()},
				{Name: "amount", Text: "above zero, up to 10^15, at most 30 characters", Example: "12345.67", Must: true, kind: amount()},
				asOf, knownAt,
			},
			Row: conversion{}, Reply: converted{}, Faults: notFound, answer: n.convert,
		},
		{
			Name: "quotes", Path: "quotes", Title: "Every share",
			Text: "The last price of every listing that was quoted by a source whose prices may be passed on, in the unit in which it is written, with the " +
				"change on the previous close, computed and made comparable where something happened to the share that morning, or with why there is none. " +
				"Many sources of share prices allow them to be shown, and not to be passed on: their prices stand on the paper's pages and not here.",
			Params: []param{{Name: "symbols", Text: "only these listings, with commas between", Example: "XNYS:BP,XNYS:RIO", kind: listingsOf()}, mic, asOf, knownAt},
			Row:    quote{}, Reply: quotes{}, Try: []string{"symbols"}, answer: n.quotes,
		},
		{
			Name: "quote", Path: "quotes/{listing}", Title: "One share, and why",
			Text: "The settled quote of a listing, why it was chosen, what its source itself claims of the change, and what every other source says that may " +
				"be passed on.",
			Params: []param{share, asOf, knownAt},
			Row:    explainedQuote{}, Reply: quoteReply{}, Faults: notFound, answer: n.quote,
		},
		{
			Name: "bars", Path: "bars/{listing}", Title: "What a share did, session by session",
			Text: "Open, high, low, close and volume of each session, or minute, as one source said them, whose prices may be passed on: bars of two are never " +
				"mixed. They are not adjusted for what happened to the share meanwhile; actions says what that was. Of each bar the last that was learnt is given. " +
				"JSON comes in pages; CSV and NDJSON come whole.",
			Params: []param{
				share,
				{Name: "interval", Text: "how long a bar lasts", Example: "day", Default: "day", kind: choice("day", "minute")},
				{Name: "from", Text: "the first day, or the first of a month or year; else a year before the last, of minutes the last", Example: "2026-01-01", kind: date()},
				{Name: "to", Text: "the last day, or the last of a month or year; else today. At most forty years are given at once, of minutes 31 days", Example: "2026-02-02", kind: date()},
				knownAt, limit, next,
			},
			Row: bar{}, Reply: bars{}, Try: []string{"from", "to"}, Faults: notFound, answer: n.bars,
		},
		{
			Name: "listings", Path: "listings", Title: "All listings that are known",
			Text: "What trades under a ticker at a market: since and until when, whether it trades on the day that is asked for, in which unit, under which " +
				"numbers it is known, and what happened to it, each with its source. These are facts of the paper's own tables, and no prices.",
			Params: []param{mic, asOf},
			Row:    listing{}, Reply: listings{}, Try: []string{"mic"}, answer: n.listings,
		},
		{
			Name: "listing", Path: "listings/{listing}", Title: "One listing",
			Text:   "The same of one listing, with every other listing of the instrument.",
			Params: []param{share, asOf},
			Row:    listing{}, Reply: listingReply{}, Faults: notFound, answer: n.oneListing,
		},
		{
			Name: "search", Path: "search", Title: "Stories, currencies, shares, and what an amount is worth",
			Text: "What a reader finds at /search: published stories that have all words, with what was looked for marked in them; currencies by " +
				"code, sign or name in many languages; listings by ticker or name; and the answer to a question such as 100 usd in yen, with what it " +
				"rests on. Case, accents and a slip of the hand in a name do not matter. A word that may mean several currencies is taken for the first " +
				"of them in the paper's own settings; where none of them stands there, nothing is converted and question says what may be meant.",
			Params: []param{
				{Name: "q", Text: "what is looked for, at most 200 bytes", Example: "usd/jpy", Must: true, kind: phrase()},
				{Name: "limit", Text: "stories at most", Example: "10", Default: "20", kind: number(1, 50)},
				asOf, knownAt,
			},
			Row: storyHit{}, Reply: searched{}, answer: n.search,
		},
		{
			Name: "stream", Path: "stream", Title: "What changes, as it does",
			Text: "Server-sent events: at once what there is to say of each pair and listing, then of each again when that is something else. What is sent " +
				"is the whole reply of its own address, so that nothing is missed by who was away, however long. Only sources speak that may be passed on. " +
				"A comment is sent after twenty seconds without a change. Where there are too many streams the answer is 503: ask rates and quotes now and then.",
			Params: []param{
				{Name: "symbols", Text: "up to a hundred pairs and listings, with commas between", Example: "EUR/USD,USD/JPY", Must: true, kind: symbolsOf()},
				{Name: "after", Text: "the id of the last event, by who cannot send the header Last-Event-ID", kind: change()},
			},
			Reply: told{}, Faults: notFound, open: n.follow,
		},
		{
			Name: "currencies", Path: "currencies", Title: "All currencies",
			Text: "Every code of ISO 4217, those of today and those that are gone, and some beside it, each with what it is.",
			Params: []param{
				{Name: "kind", Text: "only of this kind", Example: "metal", kind: choice("currency", "fund", "metal", "unit", "offshore", "island", "test", "none")},
			},
			Row: money{}, Reply: currencies{}, Try: []string{"kind"}, answer: n.currencies,
		},
		{
			Name: "currency", Path: "currencies/{code}", Title: "One currency",
			Text: "What is known of a currency: its smallest coin, since and until when it was money, what it is or was pegged to, its " +
				"redenominations, each with its source, and the first and the last day of which a rate is on record.",
			Params: []param{{Name: "code", Text: "three letters", Example: "BGN", Must: true, kind: code()}},
			Row:    currencyReply{}, Reply: currencyReply{}, Faults: notFound, answer: n.currency,
		},
		{
			Name: "sources", Path: "sources", Title: "Who says so",
			Text: "The sources whose terms allow their numbers to be passed on, with those terms, the words that want to stand beside " +
				"their numbers, and, where the paper fetches them, how they fare.",
			Row: source{}, Reply: sources{}, answer: n.sources,
		},
		{
			Name: "observation", Path: "observations/{id}", Title: "The record of one number",
			Text: "One number as one source said it: about when, when it was learnt, where it stood, and all that the source ever said of " +
				"the same moment. The address is permanent: it names the content.",
			Params: []param{{Name: "id", Text: "as from of any rate names it", Example: "2zpzeq5nyg35iq4w", Must: true, kind: name()}},
			Row:    record{}, Reply: record{}, Faults: notFound, answer: n.observation,
		},
		{
			Name: "quarantine", Path: "quarantine", Title: "What is held back",
			Text: "Values, and bars of shares, that cannot be right are held back until another source or a person confirms them. This says of which " +
				"pair or share and which source something waits, since when and why; never the value, and nothing of sources that may not be passed on.",
			Row: waiting{}, Reply: quarantine{}, answer: n.quarantine,
		},
		{
			Name: "dossiers", Path: "dossiers", Title: "All dossiers",
			Text: "The published dossiers: each is a system of people and states, of what happened, of who says what about it and where it may " +
				"lead, across many stories.",
			Row: filed{}, Reply: dossiers{}, answer: n.dossiers,
		},
		{
			Name: "dossier", Path: "dossiers/{slug}", Title: "One dossier",
			Text: "All of a dossier as readers see it. Whatever is asserted rests on a document; a claim is kept as a claim, with who makes it; times " +
				"are EDTF, with their first and last day in timeline. The figures of the text are as they were printed, each with its source. A file " +
				"of its members from content to stories is what courant import dossier takes.",
			Params: []param{slug},
			Reply:  dossier{}, Faults: withdrawn, answer: n.dossier,
		},
		{
			Name: "reactions", Path: "dossiers/{slug}/events/{event}/reactions", Title: "What markets did beside an event",
			Text: "How far the series of a dossier moved over 1, 5 and 20 of their sessions when one of its events happened, set against what they " +
				"ordinarily do, by the numbers of one source that may be passed on. Where no source may, or the series was held to another, or other " +
				"events fall into the same window, it says so.",
			Params: []param{slug, {Name: "event", Text: "the event, by its name in the dossier", Example: "ferry", Must: true, kind: slugOf()}},
			Row:    reacted{}, Reply: reactions{}, Faults: withdrawn, answer: n.reactions,
		},
		{
			Name: "ninjs", Path: "dossiers/{slug}/ninjs", Title: "A dossier as ninjs 3.1",
			Text: "The dossier as an item of IPTC ninjs 3.1, News in JSON, for systems of newsrooms: a composite with each event as an associated item " +
				"of the type event. A time that is known only by its month or year is written so, as ninjs allows.",
			Params: []param{slug},
			Reply:  newsItem{}, Whole: true, Faults: withdrawn, answer: n.ninjs,
		},
		{
			Name: "audit", Path: "audit", Method: http.MethodPost, Title: "Proof-read a table",
			Text: "Send a table of rates, a ticker or a story as the body, as text, HTML, CSV or JSON: the reply says which numbers cannot be " +
				"right, with the evidence for each. Nothing of it is kept. For readers there is a form at /audit.",
			Params: []param{
				{Name: "date", Text: "the day of which it speaks; else as it says, or as its rates tell", Example: "2026-02-10", kind: date()},
				{Name: "base", Text: "against which its rates are, where it does not say so", Example: "EUR", kind: code()},
			},
			Reply: proof{}, Try: []string{"date"}, Faults: []int{http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType}, answer: n.proofread,
			Sample: "EUR/USD 1.1830\nEUR/BGN 1.9650\nEUR/AED 4.4105\n",
		},
	}
}

// find returns the endpoint of a name.
func (n *native) find(name string) (endpoint, bool) {
	i := slices.IndexFunc(n.endpoints, func(e endpoint) bool { return e.Name == name })
	if i < 0 {
		return endpoint{}, false
	}
	return n.endpoints[i], true
}
