package render_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/render"
)

func body(t testing.TB, markdown string) string {
	t.Helper()
	out, err := render.Body(markdown, func(n int) string { return fmt.Sprintf("<b>figure %d</b>", n) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFiguresStandWhereTheyWereWritten(t *testing.T) {
	got := body(t, "One euro bought {{EUR/USD}} and **{{EUR/GBP to 2}}**.\n\n## Later\n\n{{XNYS:AZN}}\n\n# First\n\n##### Deep\n")
	for _, want := range []string{
		"<p>One euro bought <b>figure 0</b> and <strong><b>figure 1</b></strong>.</p>",
		`<h2 id="later">Later</h2>`, `<h2 id="first">First</h2>`, `<h4 id="deep">Deep</h4>`, "<p><b>figure 2</b></p>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestWhatAnAuthorWritesNeverBecomesActive(t *testing.T) {
	for _, markdown := range []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `[x](javascript:alert(1))`,
		`[x](data:text/html,<script>alert(1)</script>)`, `<svg/onload=alert(1)>`, `![x](https://elsewhere.example/p.png)`,
		"<iframe src=//elsewhere.example></iframe>", `<p style="position:fixed">x</p>`, "\uE0000\uE001",
		"&#xE000;0&#xE001;", "&#57344;0&#57345;", "[x](y \"&#XE000;0&#x00e001;\")", "{\uE000{EUR/USD}}",
		`[x]( java` + "\t" + `script:alert(1))`, `<a href="vbscript:x">x</a>`,
	} {
		got := body(t, markdown)
		if why := active(got); why != "" {
			t.Errorf("%q became %q: %s", markdown, got, why)
		}
		if strings.Contains(got, "figure") {
			t.Errorf("%q forged a figure: %q", markdown, got)
		}
	}
}

// active says what in a piece of HTML could act or reach elsewhere; it is empty for harmless HTML.
func active(text string) string {
	z := html.NewTokenizer(strings.NewReader(text))
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		switch tok.Data {
		case "script", "iframe", "img", "svg", "style", "object", "form", "input", "link", "meta", "base":
			return "element " + tok.Data
		}
		for _, a := range tok.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			scheme, _, hasScheme := strings.Cut(value, ":")
			hasScheme = hasScheme && !strings.ContainsAny(scheme, "/?#")
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "src" ||
				hasScheme && (strings.HasSuffix(scheme, "script") || scheme == "data") {
				return "attribute " + a.Key + "=" + a.Val
			}
		}
	}
	return ""
}

// A figure's number is the place of its pin, so what an author writes must not shift the count.
func TestFiguresAreCountedAsTheNewsroomCountsThem(t *testing.T) {
	for _, markdown := range []string{
		"{{EUR/USD}} {\uE000{EUR/GBP}} {{EUR/JPY}}", "{{EUR/USD}} <!-- {{EUR/GBP}} --> {{EUR/JPY}}",
		"{{EUR/USD}} &#xE000;1&#xE001; [a {{EUR/GBP}}](https://b.example/) {{EUR/JPY}}",
		"{{EUR/USD}}\n\n| a |\n|---|\n| {{EUR/GBP}} |\n\n- {{EUR/JPY}}\n",
	} {
		figures, err := news.Figures(markdown)
		if err != nil {
			t.Fatal(err)
		}
		got, err := render.Body(markdown, func(n int) string { return string("<" + figures[n].Symbol + ">") })
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(got, "<EUR/USD>") || !strings.Contains(got, "<EUR/JPY>") {
			t.Errorf("%q is drawn as %s", markdown, got)
		}
	}
}

func FuzzBody(f *testing.F) {
	f.Add("# A\n\n{{EUR/USD}} <b onclick=x>y</b> [z](javascript:1)")
	f.Add("| a | b |\n|---|:-:|\n| {{EUR/USD}} | \uE0001\uE001 |")
	f.Add("&#xE000;7&#xE001; {\uE000{EUR/USD}}")
	f.Add("#{{}} <b nclick=x>0<A0> [0](#000sCript:0)")
	f.Add("{{table EUR/USD}}\n\n{{EUR/USD}} USD")
	f.Fuzz(func(t *testing.T, markdown string) {
		if len(markdown) > 1<<14 {
			return // beyond the size of a fuzzed story
		}
		figures := 0
		news.ReplaceFigures(markdown, func(int) string { figures++; return "" })
		got, err := render.Body(markdown, func(n int) string {
			if n < 0 || n >= figures {
				t.Errorf("%q has %d figures; figure %d was drawn", markdown, figures, n)
			}
			return ""
		})
		if err != nil {
			t.Fatal(err)
		}
		if why := active(got); why != "" {
			t.Errorf("%q became %q: %s", markdown, got, why)
		}
	})
}

func TestNumbersAreWrittenAsReadersExpect(t *testing.T) {
	d := currency.MustDecimal
	for _, c := range []struct{ got, want string }{
		{render.Number(d("-0.0100")), "−0.0100"},
		{render.Number(d("106915.75543")), "106915.75543"},
		{render.Signed(d("0.12")), "+0.12"},
		{render.Signed(d("0.00")), "0.00"},
		{render.Percent(d("-1.34635")), "−1.35%"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestAPeggedRateLooksFlat(t *testing.T) {
	d := currency.MustDecimal
	flat := render.Sparkline([]currency.Decimal{d("1.95583"), d("1.95584"), d("1.95583")})
	if !strings.Contains(flat, `d="M2 11l46 0 46 0"`) {
		t.Errorf("the pegged line moves: %s", flat)
	}
	rising := render.Sparkline([]currency.Decimal{d("1"), d("2"), d("3")})
	if !strings.Contains(rising, `d="M2 20l46-9 46-9"`) {
		t.Errorf("the rising line: %s", rising)
	}
	if got := render.Sparkline([]currency.Decimal{d("0"), d("0")}); !strings.Contains(got, `d="M2 11l92 0"`) {
		t.Errorf("two zeros drew %s", got)
	}
	if got := render.Sparkline([]currency.Decimal{d("1")}); got != "" {
		t.Errorf("one value drew %s", got)
	}
}
