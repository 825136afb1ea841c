package archive_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// written returns an edition's file.
func written(t testing.TB, e news.Edition) string {
	t.Helper()
	var b strings.Builder
	if err := archive.Write(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// read returns a file's edition.
func read(t testing.TB, file string) news.Edition {
	t.Helper()
	e, err := archive.Read(strings.NewReader(file), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return e
}

// paper generates editions of any content that UTF-8 can hold, right or wrong: what a paper may hold is the newsroom's
// to say.
func paper() *rapid.Generator[news.Edition] {
	name := rapid.StringMatching(`[a-z0-9-]{1,20}`)
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "\ufffd", `\ufffd`, `\\ufffd`, "}\n", "{\n", "\n}\n", "\r\n", "\n\n", "a\x00b", "\u2028\u2029", "\ue000", "<b>&amp;</b>", "e\u0301é", "🗞", "\t", "\"",
	}))
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, "zone"))
		return time.UnixMicro(rapid.Int64Range(-2e15, 3e15).Draw(t, "µs")).In(zone)
	})
	value := rapid.Map(rapid.StringMatching(`-?[0-9]{1,25}(\.[0-9]{1,20})?`), currency.MustDecimal)
	id := rapid.Map(rapid.StringMatching(`[a-z2-7]{16}`), func(s string) market.ID { return market.ID(s) })
	pin := rapid.Custom(func(t *rapid.T) news.Pin {
		return news.Pin{
			Expression: text.Draw(t, "expression"), Symbol: "EUR/USD", Field: market.Rate, Value: value.Draw(t, "value"),
			At: moment.Draw(t, "at"), Seen: moment.Draw(t, "seen"), Source: "page", How: market.Crossed, From: rapid.SliceOfN(id, 0, 2).Draw(t, "from"),
		}
	})
	image := rapid.Custom(func(t *rapid.T) news.Image {
		return news.Image{
			Media: text.Draw(t, "media"), Alt: text.Draw(t, "alt"), Decorative: rapid.Bool().Draw(t, "decorative"), Caption: text.Draw(t, "caption"),
			Credit: text.Draw(t, "credit"), FocusX: rapid.Int().Draw(t, "x"), FocusY: rapid.Int().Draw(t, "y"),
		}
	})
	notice := rapid.Custom(func(t *rapid.T) news.Notice {
		if rapid.Bool().Draw(t, "nothing is told") {
			return news.Notice{}
		}
		return news.Notice{Kind: news.FactCorrection, Text: text.Draw(t, "told"), Figures: rapid.SliceOfN(text, 0, 2).Draw(t, "figures")}
	})
	return rapid.Custom(func(t *rapid.T) (e news.Edition) {
		for _, id := range rapid.SliceOfNDistinct(name, 0, 3, rapid.ID).Draw(t, "sources") {
			e.Sources = append(e.Sources, market.Source{
				ID: market.SourceID(id), Name: text.Draw(t, "name"), Kind: market.Page, Note: text.Draw(t, "note"),
				Fresh: time.Duration(rapid.Int64().Draw(t, "fresh")), Ahead: time.Duration(rapid.Int64().Draw(t, "ahead")),
				Issuer: rapid.SampledFrom([]currency.Code{"", "EUR"}).Draw(t, "issuer"), Attribution: text.Draw(t, "attribution"),
				Terms: rapid.SampledFrom([]market.Terms{"", market.Free, market.ShowOnly, market.Private}).Draw(t, "terms"),
			})
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "observations") {
			when := market.Moment{At: moment.Draw(t, "at"), Seen: moment.Draw(t, "seen")}
			source := market.SourceID(fmt.Sprint(name.Draw(t, "source"), i)) // no two alike
			e.Observations = append(e.Observations, market.NewObservation("XNYS:RIO", market.Last, value.Draw(t, "value"), when, source, text.Draw(t, "ref")))
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "bars") {
			b := market.Bar{
				Symbol: "XNYS:RIO", Interval: rapid.SampledFrom([]market.Interval{market.Daily, market.Minutely}).Draw(t, "interval"),
				Source: market.SourceID(fmt.Sprint(name.Draw(t, "source"), i)), At: moment.Draw(t, "at"), Seen: moment.Draw(t, "seen"),
				Open: value.Draw(t, "open"), High: value.Draw(t, "high"), Low: value.Draw(t, "low"), Close: value.Draw(t, "close"),
				NoVolume: rapid.Bool().Draw(t, "no volume"), Ref: text.Draw(t, "ref"),
			}
			if !b.NoVolume {
				b.Volume = value.Draw(t, "volume")
			}
			e.Bars = append(e.Bars, b)
		}
		for _, story := range rapid.SliceOfNDistinct(name, 0, 3, rapid.ID).Draw(t, "stories") {
			m := news.Manuscript{ID: news.StoryID(story), Slug: "a-story", State: news.Published, Published: moment.Draw(t, "published"), Updated: moment.Draw(t, "updated")}
			m.Pins = map[int][]news.Pin{}
			for n := range rapid.IntRange(0, 5).Draw(t, "revisions") {
				m.Revisions = append(m.Revisions, news.Revision{
					Story: m.ID, N: n + 1, Author: text.Draw(t, "author"), Reason: text.Draw(t, "reason"), At: moment.Draw(t, "at"),
					Content: news.Content{
						Headline: text.Draw(t, "headline"), Kicker: text.Draw(t, "kicker"), Standfirst: text.Draw(t, "standfirst"),
						Bylines: rapid.SliceOfN(text, 0, 3).Draw(t, "bylines"), Dateline: text.Draw(t, "dateline"), Section: "news",
						Topics: []news.Slug{"a", "b"}, Language: "az", Images: rapid.SliceOfN(image, 0, 2).Draw(t, "images"), Body: strings.Join(rapid.SliceOfN(text, 0, 5).Draw(t, "body"), "\n"),
					},
				})
				if m.Live = rapid.IntRange(0, n+1).Draw(t, "live"); m.Live == n+1 || rapid.Bool().Draw(t, "was published") {
					m.Pins[n+1] = rapid.SliceOfN(pin, 0, 3).Draw(t, "pins")
				}
			}
			m.Former = rapid.SliceOfNDistinct(rapid.Map(name, func(s string) news.Slug { return news.Slug(s) }), 0, 2, rapid.ID).Draw(t, "former")
			slices.Sort(m.Former)
			for n := range rapid.IntRange(0, 3).Draw(t, "steps") {
				m.Steps = append(m.Steps, news.Step{
					Story: m.ID, N: n + 1, From: news.Draft, To: news.Scheduled, Revision: 1, By: text.Draw(t, "by"), Person: text.Draw(t, "person"),
					Reason: text.Draw(t, "reason"), At: moment.Draw(t, "at"), Due: moment.Draw(t, "due"), Notice: notice.Draw(t, "notice"),
					Slug: rapid.SampledFrom([]news.Slug{"", "renamed"}).Draw(t, "slug"),
				})
			}
			for n := range rapid.IntRange(0, 3).Draw(t, "entries") {
				m.Entries = append(m.Entries, news.Entry{
					N: n + 1, Corrects: rapid.IntRange(0, n).Draw(t, "corrects"), At: moment.Draw(t, "at"), Headline: text.Draw(t, "headline"),
					Body: strings.Join(rapid.SliceOfN(text, 0, 5).Draw(t, "body"), "\n"), Author: text.Draw(t, "author"), Person: text.Draw(t, "person"),
					Notice: notice.Draw(t, "notice"), Pins: rapid.SliceOfN(pin, 0, 3).Draw(t, "pins"),
				})
			}
			for n := range rapid.IntRange(0, 2).Draw(t, "dismissed") {
				m.Dismissed = append(m.Dismissed, news.Dismissal{
					Place:       news.Place{Story: m.ID, Revision: n, Entry: rapid.IntRange(0, 3).Draw(t, "entry"), Pin: rapid.IntRange(0, 3).Draw(t, "pin")},
					Observation: id.Draw(t, "observation"), By: text.Draw(t, "by"), Person: text.Draw(t, "person"), Reason: text.Draw(t, "reason"), At: moment.Draw(t, "at"),
				})
			}
			if _, published := m.Pins[m.Live]; m.Live > 0 && !published {
				m.Pins[m.Live] = nil // what readers see was published
			}
			e.Stories = append(e.Stories, m)
		}
		for n := range rapid.IntRange(0, 3).Draw(t, "mastheads") {
			e.Mastheads = append(e.Mastheads, masthead(text, moment).Draw(t, "masthead"))
			e.Mastheads[n].N = n + 1
		}
		for _, slug := range rapid.SliceOfNDistinct(name, 0, 2, rapid.ID).Draw(t, "dossiers") {
			e.Dossiers = append(e.Dossiers, dossier(news.Slug(slug), text, moment, image, notice, pin).Draw(t, "dossier"))
		}
		return e
	})
}

// sameEdition compares editions in what they say: in any order, moments in any zone, values digit for digit.
var sameEdition = cmp.Options{
	sameDecimals, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmpopts.SortSlices(func(a, b market.Source) bool { return a.ID < b.ID }),
	cmpopts.SortSlices(func(a, b market.Observation) bool { return a.ID < b.ID }),
	cmpopts.SortSlices(func(a, b market.Bar) bool { return a.Source < b.Source }),
	cmpopts.SortSlices(func(a, b news.Manuscript) bool { return a.ID < b.ID }),
	cmpopts.SortSlices(func(a, b news.MastheadRevision) bool { return a.N < b.N }),
	cmpopts.SortSlices(func(a, b news.DossierRecord) bool { return a.Slug < b.Slug }), cmp.Comparer(func(a, b news.When) bool { return a == b }),
}

func TestAnyEditionComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := paper().Draw(t, "edition")
		var file, again, turned bytes.Buffer
		if err := archive.Write(&file, want); err != nil {
			t.Fatal(err)
		}
		got, err := archive.Read(iotest.HalfReader(bytes.NewReader(file.Bytes())), nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, &file)
		}
		if diff := cmp.Diff(want, got, sameEdition); diff != "" {
			t.Fatalf("it came back changed:\n%s", diff)
		}
		slices.Reverse(want.Sources)
		slices.Reverse(want.Observations)
		slices.Reverse(want.Bars)
		slices.Reverse(want.Stories)
		slices.Reverse(want.Mastheads)
		slices.Reverse(want.Dossiers)
		if err := errors.Join(archive.Write(&again, got), archive.Write(&turned, want)); err != nil {
			t.Fatal(err)
		}
		if again.String() != file.String() || turned.String() != file.String() {
			t.Fatal("the same edition has two files")
		}
	})
}

func TestAStoryOfManyLongRevisionsComesBackAsItWas(t *testing.T) {
	m := news.Manuscript{ID: "s", Slug: "s", State: news.Draft}
	for n := range 12 {
		m.Revisions = append(m.Revisions, news.Revision{Story: "s", N: n + 1, Author: "a", Content: news.Content{
			Headline: "H", Section: "news",
			Body: strings.Repeat(fmt.Sprintf("Line %d of a long text.\n", n), 2_000) + strings.Repeat("one enormous line ", 55_000),
		}})
	}
	file := written(t, news.Edition{Stories: []news.Manuscript{m}})
	if e := read(t, file); !cmp.Equal(e.Stories[0].Revisions, m.Revisions) || written(t, e) != file {
		t.Errorf("a file of %d MB came back changed", len(file)>>20)
	}
}

func TestProgressEndsAtTheLastRecord(t *testing.T) {
	file := written(t, damaged)
	last := int64(0)
	if _, err := archive.Read(strings.NewReader(file), func(n int64) { last = max(last, n) }); err != nil {
		t.Fatal(err)
	}
	if want := int64(strings.Index(file, `{"end"`)); last != want {
		t.Errorf("%d bytes, want %d", last, want)
	}
}

func TestATextThatIsNotUTF8IsNotWritten(t *testing.T) {
	for _, text := range []string{"caf\xe9", "\\\xff", "\xed\xa0\x80"} {
		e := news.Edition{Sources: []market.Source{{ID: "page", Name: text}}}
		if err := archive.Write(&bytes.Buffer{}, e); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errNoRoom }

var errNoRoom = errors.New("no room")

func TestWhatIsWrongWithADiskIsNotTheArchives(t *testing.T) {
	if err := archive.Write(full{}, damaged); !errors.Is(err, errNoRoom) {
		t.Errorf("write: %v", err)
	}
	file := written(t, damaged)
	for n := range len(file) {
		broken := iotest.ErrReader(errNoRoom)
		if _, err := archive.Read(io.MultiReader(strings.NewReader(file[:n]), broken), nil); !errors.Is(err, errNoRoom) || errors.Is(err, fault.Invalid) {
			t.Fatalf("read, broken at %d: %v", n, err)
		}
	}
}

// damaged is a small edition, to be damaged.
var damaged = func() news.Edition {
	at := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	rate := market.NewObservation("EUR/USD", market.Rate, currency.MustDecimal("1.1860"), market.Moment{At: at, Seen: at.Add(time.Hour)}, "page", "line 4")
	gold := market.NewObservation("EUR/XAU", market.Rate, currency.MustDecimal("0.00025"), market.Moment{At: at, Seen: at.Add(time.Hour)}, "page", "line 5")
	story := func(id news.StoryID) news.Manuscript {
		r := news.Revision{Story: id, N: 1, Author: "a", At: at, Content: news.Content{Headline: "Harbour", Section: "news", Body: "One {{EUR/USD}}.\n\nTwo.\n"}}
		return news.Manuscript{
			ID: id, Slug: news.Slug(id), State: news.Published, Published: at, Updated: at, Live: 1, Revisions: []news.Revision{r},
			Pins: map[int][]news.Pin{1: {{
				Expression: "EUR/USD", Symbol: "EUR/USD", Field: market.Rate, Value: rate.Value, At: at, Seen: rate.Seen, Source: "page",
				How: market.Said, From: []market.ID{rate.ID},
			}}},
		}
	}
	return news.Edition{
		Sources:      []market.Source{{ID: "page", Name: "A page", Kind: market.Page, Fresh: time.Hour}, {ID: "post", Name: "A post", Kind: market.Page, Fresh: time.Hour}},
		Observations: []market.Observation{rate, gold}, Stories: []news.Manuscript{story("first"), story("second")},
		Bars: []market.Bar{{
			Symbol: "XNYS:RIO", Interval: market.Minutely, Source: "post", At: at, Seen: at.Add(time.Hour), Open: rate.Value, High: rate.Value,
			Low: rate.Value, Close: rate.Value, Volume: currency.MustDecimal("100"), Ref: "line 2",
		}},
	}
}()

// refused reads a file that must be refused with a line's number, and returns the sentence.
func refused(t *testing.T, what, file string) string {
	t.Helper()
	e, err := archive.Read(strings.NewReader(file), nil)
	if !errors.Is(err, fault.Invalid) {
		t.Fatalf("%s: %v, want fault.Invalid\n%s", what, err, file)
	}
	sentence := fault.Sentence(err)
	if !regexp.MustCompile(`lines? \d|first line|version \d`).MatchString(sentence) || strings.Contains(sentence, "\n") {
		t.Fatalf("%s: %q names no line", what, sentence)
	}
	if !cmp.Equal(e, news.Edition{}) {
		t.Fatalf("%s: half of it was read: %+v", what, e)
	}
	return sentence
}

func TestNoDamageToAnArchiveGoesUnseen(t *testing.T) {
	file := written(t, damaged)
	lines := strings.SplitAfter(strings.TrimSuffix(file, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	for i := range lines {
		with := func(line ...string) string { return strings.Join(slices.Concat(lines[:i], line, lines[i+1:]), "") }
		refused(t, fmt.Sprintf("without line %d", i+1), with())
		refused(t, fmt.Sprintf("line %d twice", i+1), with(lines[i], lines[i]))
		refused(t, fmt.Sprintf("line %d cut in half", i+1), with(lines[i][:(len(lines[i])-1)/2]+"\n"))
		refused(t, fmt.Sprintf("cut off behind line %d", i), strings.Join(lines[:i], ""))
		if i > 0 && lines[i] != lines[i-1] {
			refused(t, fmt.Sprintf("lines %d and %d in the other order", i, i+1), strings.Join(slices.Concat(lines[:i-1], []string{lines[i], lines[i-1]}, lines[i+1:]), ""))
		}
	}
	for n := range len(file) {
		changed := []byte(file)
		changed[n] ^= 1
		refused(t, fmt.Sprintf("byte %d changed", n), string(changed))
		refused(t, fmt.Sprintf("cut off at byte %d", n), file[:n])
	}
}

func TestARefusedArchiveIsToldWhere(t *testing.T) {
	file := written(t, damaged)
	line := func(mark string) int { return 1 + strings.Count(file[:strings.Index(file, mark)], "\n") }
	post, gold, trade, second, end := line(`"post"`), line("XAU"), line(`{"bar"`), line(`"second"`)-2, line(`{"end"`)
	whole := func(n int) string { return strings.SplitAfter(file, "\n")[n-1] }
	for _, c := range []struct{ name, from, to, says string }{
		{"another version", `"version":2`, `"version":3`, `version 3; this program reads "courant edition", versions 1 to 2`},
		{"another format", `"courant edition"`, `"courant backup"`, `the format "courant backup"`},
		{"a value that was changed", "0.00025", "0.00024", fmt.Sprintf(`line %d: the observation`, gold)},
		{"a value that is none", "0.00025", "0,00025", fmt.Sprintf(`line %d cannot be read: "0,00025" is not a decimal number`, gold)},
		{"a value that is missing", `"value":"0.00025",`, "", fmt.Sprintf(`line %d: the observation`, gold)},
		{"an observation twice", whole(gold), whole(gold) + whole(gold), fmt.Sprintf("line %d: the observation %q stands twice, at line %d already", gold+1, damaged.Observations[1].ID, gold)},
		{"a source twice", whole(post), whole(post) + whole(post), fmt.Sprintf(`line %d: the source "post" stands twice, at line %d already`, post+1, post)},
		{"a bar twice", whole(trade), whole(trade) + whole(trade), fmt.Sprintf(`line %d: the bar "minute of XNYS:RIO of post, 2026-`, trade+1)},
		{"a bar too few", whole(trade), "", "it has 0 bars, and its last record"},
		{"a price of a bar that is none", `"volume":"100"`, `"volume":"a lot"`, fmt.Sprintf(`line %d cannot be read: "a lot" is not a decimal number`, trade)},
		{"a story twice", `"id": "second"`, `"id": "first"`, `the story "first" stands twice, at line`},
		{"a length of time that is none", `"fresh":"1h0m0s"`, `"fresh":"an hour"`, `line 2: the source "page": "an hour" is no length of time`},
		{"an unknown field", `"name":"A post"`, `"name":"A post","colour":"red"`, fmt.Sprintf(`line %d cannot be read: json: unknown field "colour"`, post)},
		{"an unknown kind", whole(post), `{"picture":{}}` + "\n", fmt.Sprintf("line %d cannot be read: json: unknown field", post)},
		{"no kind", whole(post), "{}\n", fmt.Sprintf("line %d cannot be read: it must hold one record", post)},
		{"null", whole(post), "null\n", fmt.Sprintf("line %d cannot be read: it must hold one record", post)},
		{"two records of two kinds in one", whole(gold), strings.Replace(whole(gold), "{", `{"story":{"id":"x"},`, 1), fmt.Sprintf("line %d cannot be read: it must hold one record", gold)},
		{"two records on a line", whole(post), strings.TrimSpace(whole(post)) + " {}\n", fmt.Sprintf("line %d cannot be read: something follows", post)},
		{"an empty line", whole(post), "\n" + whole(post), fmt.Sprintf("line %d cannot be read", post)},
		{"lines that end as on Windows", whole(post), strings.TrimSpace(whole(post)) + "\r\n", fmt.Sprintf("do not fit the SHA-256 at line %d", end)},
		{"bytes that are not UTF-8", "A post", "A p\xf6st", fmt.Sprintf("line %d cannot be read: it is not UTF-8", post)},
		{"a header in the middle", whole(post), whole(post) + whole(1), fmt.Sprintf("line %d: the file begins a second time", post+1)},
		{"a word in a story", `"Two."`, `"Too."`, fmt.Sprintf("its lines up to %d do not fit the SHA-256 at line %d", end-1, end)},
		{"a number as a text", `"n": 1`, `"n": "1"`, fmt.Sprintf("line %d cannot be read: json: cannot unmarshal string", line(`"n": 1`))},
		{"a comma too many in a story", `"Two.",`, `"Two.",,`, fmt.Sprintf("line %d cannot be read: invalid character", line(`"Two."`))},
		{"pins of what was never published", `"published": true`, `"published": false`, "revision 1 has pins, and was never published"},
		{"a story without its end", "\n}\n" + whole(second), "\n" + whole(second), fmt.Sprintf("line %d cannot be read", second-1)},
		{"a source too few", whole(post), "", fmt.Sprintf("it has 1 sources, 2 observations and 2 stories, and its last record, at line %d, says 2, 2 and 2", end-1)},
		{"more behind the end", whole(end), whole(end) + "\n", fmt.Sprintf("something follows the last record, at line %d", end+1)},
		{"nothing but a header", file[strings.Index(file, "\n")+1:], "", "the archive ends at line 1"},
		{"nothing but an end", file[:strings.Index(file, `{"end"`)], "", "its first line does not say so"},
		{"a line that never ends", file, strings.Repeat("x", 3<<20), "its first line does not say so"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(file, c.from) {
				t.Fatalf("there is no %q in\n%s", c.from, file)
			}
			if got := refused(t, c.name, strings.Replace(file, c.from, c.to, 1)); !strings.Contains(got, c.says) {
				t.Errorf("it says %q, want %q", got, c.says)
			}
		})
	}
}

func TestTheFormatIsAsItsPageDescribesIt(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "archive-format.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "## An example")
	_, example, _ = strings.Cut(example, "```\n")
	example, _, _ = strings.Cut(example, "```\n")
	e := read(t, example)
	if len(e.Sources) != 1 || len(e.Observations) != 1 || len(e.Stories) != 1 || written(t, e) != example {
		t.Errorf("the example is not what Write writes:\n%s", written(t, e))
	}
	full := damaged
	full.Sources = []market.Source{{ID: "a", Name: "b", Kind: market.Page, Home: "c", Licence: "d", Note: "e", Fresh: 1}}
	full.Stories = slices.Clone(full.Stories)
	full.Stories[0].Revisions = []news.Revision{{N: 1, Author: "a", Reason: "b", Content: news.Content{
		Headline: "c", Kicker: "d", Standfirst: "e", Bylines: []string{"f"}, Dateline: "g", Section: "h", Topics: []news.Slug{"i"}, Language: "az",
	}}}
	r := &full.Stories[0].Revisions[0]
	r.Person, r.Content.Images = "p", []news.Image{{Media: "a", Alt: "b", Decorative: true, Caption: "c", Credit: "d"}}
	told := news.Notice{Kind: news.FactCorrection, Text: "a", Figures: []string{"EUR/USD"}}
	full.Stories[0].Former = []news.Slug{"a"}
	full.Stories[0].Steps = []news.Step{{N: 1, From: news.Draft, To: news.Scheduled, By: "a", Person: "p", Reason: "b", Due: time.Unix(1, 0), Notice: told, Slug: "s"}}
	full.Stories[0].Entries = []news.Entry{{N: 2, Corrects: 1, Headline: "a", Author: "b", Person: "p", Notice: told, Pins: full.Stories[0].Pins[1]}}
	full.Stories[0].Dismissed = []news.Dismissal{{Place: news.Place{Revision: 1, Entry: 1, Pin: 1}, Observation: "o", By: "b", Person: "p", Reason: "r"}}
	for _, m := range regexp.MustCompile(`"([a-zA-Z0-9]+)": ?[^,\]]`).FindAllStringSubmatch(written(t, full), -1) {
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("the page does not describe %q", m[1])
		}
	}
}

// Every version that a released Courant ever wrote is read.
func TestOldFilesAreRead(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "versions", "1.courant"))
	if err != nil {
		t.Fatal(err)
	}
	e := read(t, string(text))
	if m := e.Stories[0]; m.State != news.Published || m.Live != 1 || len(m.Pins[1]) != 1 || m.Pins[1][0].Value.String() != "1.19" {
		t.Errorf("the story is %+v", m)
	}
	// In version 1 a story whose next revision was staged was called published.
	body, _, _ := strings.Cut(string(text), `{"end"`)
	staged := strings.Replace(body, "      }\n    ]\n  }\n}\n", `      },
      {
        "n": 2,
        "author": "mo",
        "at": "2026-02-03T11:00:00Z",
        "headline": "Ferry sinks",
        "section": "news",
        "body": [
          "x"
        ],
        "published": false
      }
    ]
  }
}
`, 1)
	staged += fmt.Sprintf(`{"end":{"sources":1,"observations":1,"stories":1,"sha256":"%x"}}`+"\n", sha256.Sum256([]byte(staged)))
	if m := read(t, staged).Stories[0]; m.State != news.Draft || m.Live != 1 || len(m.Revisions) != 2 {
		t.Errorf("the staged story is %+v", m)
	}
}
