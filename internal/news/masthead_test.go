package news_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/bus"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// harbour is a masthead with something in every field.
func harbour() news.Masthead {
	return news.Masthead{
		Name: "The Harbour", Motto: "Ships and prices", Language: "pt-BR", Base: "GBP",
		Sections: []news.Section{{Slug: "sea", Title: "The Sea"}, {Slug: "land"}}, Strip: []market.Symbol{"EUR/USD", "XNYS:BP", "XNYS:GSK"}, Lead: "/2026/02/02/low-water",
		Colours: news.Colours{Link: news.Tone{Light: "#174A86", Dark: "#9cc3f2"}, Accent: news.Tone{Light: "#7a1f1f"}},
	}
}

func TestTheNewsroomSetsItsMastheadAndReadersSeeTheLast(t *testing.T) {
	h := newHouse(t)
	if m, err := h.paper.Masthead(t.Context()); err != nil || !cmp.Equal(m, news.Masthead{}) {
		t.Errorf("before the first it is %+v, %v", m, err)
	}
	first, err := h.PutMasthead(t.Context(), news.MastheadRevision{N: 1, Masthead: harbour(), By: "mo", Reason: "We are new.", At: monday})
	if err != nil || !first.At.Equal(h.now) || first.N != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	h.now = h.now.Add(time.Hour)
	second, err := h.PutMasthead(t.Context(), news.MastheadRevision{N: 2, By: "jo"})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := h.paper.Masthead(t.Context()); err != nil || !cmp.Equal(m, news.Masthead{}) {
		t.Errorf("readers see %+v, %v", m, err)
	}
	if all, err := h.Mastheads(t.Context()); err != nil || !cmp.Equal(all, []news.MastheadRevision{first, second}) {
		t.Errorf("the history is %+v, %v", all, err)
	}
	if want := []bus.Event{{Topic: news.MastheadTopic}, {Topic: news.MastheadTopic}}; !slices.Equal(h.events, want) {
		t.Errorf("the bus announced %v", h.events)
	}
	if _, err := h.PutMasthead(t.Context(), news.MastheadRevision{N: 2, By: "mo"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("made of what was there before: %v", err)
	}
}

func TestAMastheadThatCannotBePrintedIsRefusedInASentence(t *testing.T) {
	h := newHouse(t)
	for want, spoil := range map[string]func(*news.Masthead){
		"the paper's name has 61 characters; 60 is the most":                 func(m *news.Masthead) { m.Name = strings.Repeat("é", 61) },
		"the paper's name must be one line":                                  func(m *news.Masthead) { m.Name = "a\nb" },
		"begins or ends with a space":                                        func(m *news.Masthead) { m.Name = " " },
		"the motto has 161":                                                  func(m *news.Masthead) { m.Motto = strings.Repeat("a", 161) },
		"the motto must be one line":                                         func(m *news.Masthead) { m.Motto = "\xff" },
		`"klingon-" is no language`:                                          func(m *news.Masthead) { m.Language = "klingon-" },
		`"und" is no language`:                                               func(m *news.Masthead) { m.Language = "und" },
		"write the language en_gb as en-GB":                                  func(m *news.Masthead) { m.Language = "en_gb" },
		"the base of the paper's board: ":                                    func(m *news.Masthead) { m.Base = "QQQ" },
		"is to have 31 sections; 30 is the most":                             func(m *news.Masthead) { m.Sections = make([]news.Section, 31) },
		`"The Sea" is no name for an address`:                                func(m *news.Masthead) { m.Sections[0].Slug = "The Sea" },
		"the title of the section land has 41":                               func(m *news.Masthead) { m.Sections[1].Title = strings.Repeat("a", 41) },
		"the section sea is listed twice":                                    func(m *news.Masthead) { m.Sections[1].Slug = "sea" },
		"the strip is to show 21 pairs and shares":                           func(m *news.Masthead) { m.Strip = make([]market.Symbol, 21) },
		`the strip: "AZN" may be a currency or a share`:                      func(m *news.Masthead) { m.Strip[0] = "AZN" },
		"the strip: write eur/usd as EUR/USD":                                func(m *news.Masthead) { m.Strip[0] = "eur/usd" },
		"a currency against itself":                                          func(m *news.Masthead) { m.Strip[0] = "EUR/EUR" },
		"the strip cannot show EUR/QQQ: ":                                    func(m *news.Masthead) { m.Strip[0] = "EUR/QQQ" },
		`"https://paper.example/2026/02/02/low-water" is no story's address`: func(m *news.Masthead) { m.Lead = "https://paper.example" + m.Lead },
		`"/2026/02/30/low-water" is no story's address`:                      func(m *news.Masthead) { m.Lead = "/2026/02/30/low-water" },
		`"low-water" is no story's address`:                                  func(m *news.Masthead) { m.Lead = "low-water" },
		"the strip is to show XNYS:BP twice":                                 func(m *news.Masthead) { m.Strip[2] = "XNYS:BP" },
		"cannot show XLON:NOBODY: nobody has quoted it yet":                  func(m *news.Masthead) { m.Strip[2] = "XLON:NOBODY" },
		`the colour of links on light paper: "blue" is no colour`:            func(m *news.Masthead) { m.Colours.Link.Light = "blue" },
		`the accent on dark paper: "#fff" is no colour`:                      func(m *news.Masthead) { m.Colours.Accent.Dark = "#fff" },
		"of links on light paper, #777777, has a contrast of 4.31 ":          func(m *news.Masthead) { m.Colours.Link.Light = "#777777" },
		"of links on dark paper, #174a86, has a contrast of 2.0":             func(m *news.Masthead) { m.Colours.Link.Dark = "#174a86" },
		"the accent on light paper, #ffffff, has a contrast of 1.0":          func(m *news.Masthead) { m.Colours.Accent.Light = "#ffffff" },
		"the accent on dark paper, #000000, has a contrast of 1.1":           func(m *news.Masthead) { m.Colours.Accent.Dark = "#000000" },
	} {
		m := harbour()
		spoil(&m)
		r := news.MastheadRevision{N: 1, Masthead: m, By: "mo"}
		if _, err := h.PutMasthead(t.Context(), r); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for want, r := range map[string]news.MastheadRevision{
		"do not say who set them":           {N: 1},
		"the name of who set it must be":    {N: 1, By: "a\tb"},
		"the reason for the settings has 2": {N: 1, By: "mo", Reason: strings.Repeat("a", 201)},
		"are revision 1, not 0":             {By: "mo"},
	} {
		if _, err := h.PutMasthead(t.Context(), r); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if all, err := h.Mastheads(t.Context()); err != nil || len(all) != 0 || len(h.events) != 0 {
		t.Errorf("there are %v, %v", all, err)
	}
}

func TestWhatTheNewsroomLeavesEmptyIsAsItWas(t *testing.T) {
	configured := news.Masthead{Name: "Courant", Base: "EUR", Colours: news.Colours{Link: news.Tone{Light: "#000000"}}}
	if got := (news.Masthead{}).Or(configured); !cmp.Equal(got, configured) {
		t.Errorf("%+v", got)
	}
	if got := harbour().Or(configured); !cmp.Equal(got, harbour()) {
		t.Errorf("%+v", got)
	}
	if got := (news.Masthead{Motto: "Only this"}).Or(harbour()); got.Motto != "Only this" || got.Name != "The Harbour" || len(got.Strip) != 3 {
		t.Errorf("%+v", got)
	}
}

func TestAnEditionsSettingsAreAddedWholeOrNotAtAll(t *testing.T) {
	h := newHouse(t)
	revision := func(n int, m news.Masthead) news.MastheadRevision {
		return news.MastheadRevision{N: n, Masthead: m, By: "mo", At: monday}
	}
	bad := harbour()
	bad.Base = "QQQ"
	for want, list := range map[string][]news.MastheadRevision{
		"revision 2 stands where revision 1":        {revision(2, harbour())},
		"revision 3 stands where revision 2":        {revision(1, harbour()), revision(3, harbour())},
		"the base of the paper's board":             {revision(1, harbour()), revision(2, bad)},
		"the settings do not say who set them: nam": {{N: 1, At: monday}},
	} {
		e := edition(h.now)
		e.Mastheads = list
		if _, err := h.AddEdition(t.Context(), e, nil); !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// A listing that was quoted where the edition comes from need not be known here.
	strange := harbour()
	strange.Strip = []market.Symbol{"XLON:NOBODY"}
	if _, err := h.AddEdition(t.Context(), news.Edition{Mastheads: []news.MastheadRevision{revision(1, strange)}}, nil); err != nil {
		t.Fatal(err)
	}
	if m, err := h.paper.Masthead(t.Context()); err != nil || !cmp.Equal(m, strange) || !slices.Contains(h.events, bus.Event{Topic: news.MastheadTopic}) {
		t.Errorf("%+v, %v, announced %v", m, err, h.events)
	}
}

func TestContrastIsThatOfTheGuidelines(t *testing.T) {
	for pair, want := range map[[2]news.Colour]float64{
		{"#000000", "#ffffff"}: 21,    // by the definition
		{"#ffffff", "#FFFFFF"}: 1,     // likewise
		{"#767676", "#ffffff"}: 4.54,  // the lightest grey that passes on white, and the next, which does not
		{"#777777", "#ffffff"}: 4.48,  //
		{"#ff0000", "#ffffff"}: 4.00,  // the primaries: 1.05 divided by their coefficients and 0.05
		{"#00ff00", "#ffffff"}: 1.37,  //
		{"#0000ff", "#ffffff"}: 8.59,  //
		{"#010101", "#000000"}: 1.006, // where the curve is a straight line
		{"blue", "#ffffff"}:    0,
		{"#ffffff", "#12345g"}: 0,
	} {
		got, turned := news.Contrast(pair[0], pair[1]), news.Contrast(pair[1], pair[0])
		if math.Abs(got-want) > 0.005 || got != turned {
			t.Errorf("%v: %.4f, turned round %.4f, want %v", pair, got, turned, want)
		}
	}
}

func FuzzContrast(f *testing.F) {
	for _, seed := range []string{"#000000", "#ffffff", "", "#", "#12345", "#1234567", "#12345g", "123456#", "#+12345", "#1_2345", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := news.Colour(text)
		var r, g, b uint8
		n, _ := fmt.Sscanf(strings.ToLower(text), "#%02x%02x%02x", &r, &g, &b)
		isColour := n == 3 && strings.EqualFold(fmt.Sprintf("#%02x%02x%02x", r, g, b), text)
		if got := news.Contrast(c, "#ffffff"); isColour && (got < 1 || got > 21) || !isColour && got != 0 {
			t.Errorf("%q has a contrast of %v with white", text, got)
		}
	})
}
