package site_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/audit"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/site"
)

// fields are what a reader fills in; "file" is the content of a file of that name.
type fields map[string]string

// multiparted is a form as a browser sends it.
func multiparted(t testing.TB, f fields) (kind string, body *bytes.Buffer) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for _, name := range []string{"text", "file", "date", "base", "other"} { // in the order of the page
		value, ok := f[name]
		if !ok {
			continue
		}
		part, err := w.CreateFormField(name)
		if name == "file" {
			part, err = w.CreateFormFile("file", "rates.csv")
		}
		if err == nil {
			_, err = io.WriteString(part, value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), body
}

// send posts a form and returns the page that answers it.
func (p *paper) send(t *testing.T, kind string, body io.Reader, status int) *goquery.Document {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/audit", body)
	r.Header.Set("Content-Type", kind)
	p.Config.Handler.ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, text(doc, "main"))
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q: what somebody sent must be kept nowhere", got)
	}
	return doc
}

const urlencoded = "application/x-www-form-urlencoded"

func TestTheFormSaysWhatIsReadAndThatNothingIsKept(t *testing.T) {
	p := empty(t)
	doc := p.get(t, "/audit", 200)
	wantText(t, doc, "main", "CSV or JSON", "up to 16 MiB", "Nothing is stored")
	for selector, want := range map[string]int{
		"form.proof[method=post][action='/audit']": 2, "form.proof[enctype='multipart/form-data'] textarea[name=text]": 1,
		"input[type=file][name=file]": 1, "input[type=date][name=date]": 1, "input[name=base]": 1,
		"form.proof button[type=submit]": 2, "a[href='/audit/rules']": 1, "footer a[href='/audit']": 1, ".problem": 0,
	} {
		if got := doc.Find(selector).Length(); got != want {
			t.Errorf("%d of %s, want %d", got, selector, want)
		}
	}
}

func TestTheExampleCanBeProofRead(t *testing.T) {
	p := empty(t)
	sent := url.Values{}
	p.get(t, "/audit", 200).Find(".sample input[type=hidden]").Each(func(_ int, i *goquery.Selection) {
		sent.Set(i.AttrOr("name", ""), i.AttrOr("value", ""))
	})
	doc := p.send(t, urlencoded, strings.NewReader(sent.Encode()), 200)
	wantText(t, doc, ".head .standfirst", "The pasted text: 6 rows of 10 February 2026.")
	wantText(t, doc, "table.proofs", "What one EUR buys, as printed", "BGN Bulgarian Lev 1.9650", "SYP Syrian Pound 13050")
}

func TestATableIsReadFromATextAndFromAFileAlike(t *testing.T) {
	p := empty(t)
	const table = "EUR/USD 1.1830\nEUR/SEK 10,x\nEUR/NOK 11.4300\n"
	for name, f := range map[string]fields{
		"The pasted text": {"text": table, "date": "2026-02-02", "base": "", "unknown": "passed over"},
		"rates.csv":       {"file": table, "date": "2026-02-02", "text": " "},
	} {
		kind, body := multiparted(t, f)
		doc := p.send(t, kind, body, 200)
		wantText(t, doc, ".head", name+": 2 rows of 2 February 2026.", "given")
		wantText(t, doc, "table.proofs", "USD US Dollar 1.18301", "NOK Norwegian Krone 11.43003")
		wantText(t, doc, ".left", "EUR/SEK 10,x", "2")
		if again := doc.Find(".again textarea").Length(); (again == 1) != (name == "The pasted text") {
			t.Errorf("%s: %d texts to change", name, again)
		}
	}
}

func TestWhatCannotBeProofReadIsSaidAboveTheFormThatKeepsTheText(t *testing.T) {
	p := empty(t)
	for _, c := range []struct {
		fields
		status int
		says   string
	}{
		{fields{}, 422, "paste a table or choose a file"},
		{fields{"text": " \r\n"}, 422, "paste a table or choose a file"},
		{fields{"text": "EUR/USD 1.18", "file": "EUR/USD 1.18"}, 422, "rates.csv"},
		{fields{"text": "EUR/USD 1.18", "date": "yesterday"}, 422, "write 2026-01-31"},
		{fields{"text": "EUR/USD 1.18", "date": strings.Repeat("2", 1000)}, 422, "a day is written as"},
		{fields{"text": "EUR/USD 1.18", "base": "E1"}, 422, "The base"},
		{fields{"text": "EUR/USD 1.18"}, 422, "Fill in the day"},
		{fields{"text": "EUR/USD 1.18"}, 422, "The day of the rates cannot be inferred"},
		{fields{"text": "<b>nothing</b>", "date": "2026-02-02"}, 422, ""},
		{fields{"text": strings.Repeat("x", 2<<20+1)}, 413, "more than 2 MiB"},
		{fields{"file": strings.Repeat("x", 16<<20+1)}, 413, "more than 16 MiB"},
		{fields{"other": strings.Repeat("x", 19<<20)}, 413, "more than 18 MiB"},
	} {
		kind, body := multiparted(t, c.fields)
		doc := p.send(t, kind, body, c.status)
		wantText(t, doc, ".problem[role=alert]", c.says)
		if text(doc, ".problem") == "" {
			t.Errorf("%.60v: nothing is said", c.fields)
		}
		if want := c.fields["text"]; c.status == 422 && strings.TrimSpace(doc.Find("textarea").Text()) != strings.TrimSpace(want) {
			t.Errorf("the text %q became %q", want, doc.Find("textarea").Text())
		}
	}
}

func TestAPlainFormKeepsItsTextWhateverElseIsWrong(t *testing.T) {
	p := empty(t)
	for range 20 { // a map of fields has another order each time
		doc := p.send(t, urlencoded, strings.NewReader("base=E1&date=yesterday-or-before-or-even-longer-ago-than-that&text=EUR%2FUSD+1.18"), 422)
		if got := strings.TrimSpace(doc.Find("textarea").Text()); got != "EUR/USD 1.18" {
			t.Fatalf("the text became %q", got)
		}
	}
}

func TestAFormThatIsNoneIsRefused(t *testing.T) {
	p := empty(t)
	for _, c := range []struct {
		kind, body string
		status     int
	}{
		{"multipart/form-data", "x", 422},
		{"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nEUR/USD 1.18", 422},
		{urlencoded, "text=%zz", 422},
		{urlencoded, "text=" + strings.Repeat("x", 19<<20), 413},
		{"application/json", `{"text":"EUR/USD 1.18"}`, 422},
		{"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", 20), 422},
	} {
		if said := text(p.send(t, c.kind, strings.NewReader(c.body), c.status), ".problem"); said == "" {
			t.Errorf("%s %.40q: nothing is said", c.kind, c.body)
		}
	}
}

// held is a body of which the first byte is asked for, and given only when it is let go.
type held struct {
	asked chan<- struct{}
	let   <-chan struct{}
}

func (h held) Read([]byte) (int, error) {
	h.asked <- struct{}{}
	<-h.let
	return 0, io.EOF
}

func TestOnlySoManyAreProofReadAtOnce(t *testing.T) {
	p := empty(t)
	const places = 4
	asked, let, answered := make(chan struct{}), make(chan struct{}), make(chan int)
	for range places {
		go func() {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, "/audit", held{asked, let})
			r.Header.Set("Content-Type", urlencoded)
			p.Config.Handler.ServeHTTP(w, r)
			answered <- w.Code
		}()
		select {
		case <-asked:
		case code := <-answered:
			t.Fatalf("one of %d is answered %d before it has sent anything", places, code)
		}
	}
	w := httptest.NewRecorder()
	p.Config.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/audit", strings.NewReader("")))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("one too many is answered %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	close(let)
	for range places {
		if code := <-answered; code != http.StatusUnprocessableEntity {
			t.Errorf("one that had its place is answered %d", code)
		}
	}
	p.send(t, urlencoded, strings.NewReader("text=EUR/USD+1.18&date=2026-02-02"), 200)
}

func TestAPageOfAnotherSiteSendsNothingInAReadersName(t *testing.T) {
	p := empty(t)
	r := httptest.NewRequest(http.MethodPost, "/audit", strings.NewReader("text=EUR/USD+1.18&date=2026-02-02"))
	r.Header.Set("Content-Type", urlencoded)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	p.Config.Handler.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}

func TestTheRulesAreListedAndEachHasItsPage(t *testing.T) {
	p := empty(t)
	list := p.get(t, "/audit/rules", 200)
	wantText(t, list, "main", "An error cannot be right")
	for _, r := range audit.Rules() {
		href := "/audit/rules/" + r.Code
		if list.Find(".rules a[href='"+href+"']").Length() != 1 {
			t.Errorf("the list does not lead to %s", r.Code)
		}
		wantText(t, p.get(t, href, 200), "main", r.Title, r.Code, r.Severity.String(), "What it finds", "What it lets pass")
	}
	wantText(t, p.get(t, "/audit/rules/no.such-rule", 404), "main.error", "no rule \"no.such-rule\"", "/audit/rules")
}

// decimal returns a number as an item has it.
func decimal(text string) *currency.Decimal {
	d := currency.MustDecimal(text)
	return &d
}

// printed is a document with a row, an item and a paragraph of each kind, and what could be found in it.
func printed() (audit.Report, audit.Document) {
	row := func(quote currency.Code, value string, line int) audit.Row {
		return audit.Row{Base: "EUR", Quote: quote, Value: currency.MustDecimal(value), Line: line}
	}
	d := audit.Document{
		Name: "evening.html", Date: currency.Date{Year: 2026, Month: 2, Day: 10}, Dated: "found at line 3",
		Rows: []audit.Row{row("USD", "1.1830", 4), row("BGN", "1.9650", 5), row("AZN", "2.01", 6), row("CZK", "24.31", 7)},
		Items: []audit.Item{
			{Ticker: "AZN", Last: decimal("92.10"), Change: decimal("-0.50"), Percent: decimal("-0.70"), Line: 6},
			{Market: "XNYS", Ticker: "RIO", Last: decimal("91.12"), Line: 9},
		},
		Text: []audit.Paragraph{{Text: "The lev rose <b>again</b>.", Line: 12}, {Text: "Nothing happened.", Line: 13}},
		Left: []audit.Left{{Line: 2, Text: "ADVERTISEMENT", Why: "it is neither a rate nor a quote"}},
	}
	lev := []audit.Evidence{{Fact: "BGN was retired on 1 January 2026", Source: "ISO 4217", At: "2026-01-01"}, {Fact: "the digits", Source: "arithmetic"}}
	r := audit.Report{Name: d.Name, Date: d.Date, Dated: d.Dated, Subjects: d.Subjects(), Left: d.Left, Findings: []audit.Finding{
		{Rule: "test.retired", Severity: audit.Error, Subject: "BGN", Printed: "1.9650", Message: "The lev is gone.", Evidence: lev, Line: 5},
		{Rule: "test.mixed", Severity: audit.Warning, Subject: "EUR", Message: "USD, CZK are of two days.", Rows: []string{"USD", "CZK"}},
		{Rule: "test.missed", Severity: audit.Warning, Subject: "BGN", Printed: "1.9650", Expected: "1.9558", Deviation: "0.00470", Tolerance: "0.00005", Message: "The rate is missed.", Line: 5},
		{Rule: "quote.percent", Severity: audit.Warning, Subject: "AZN", Printed: "-0.70", Expected: "-0.54", Deviation: "0.296", Message: "The percentage does not follow.", Line: 6},
		{Rule: "story.rose", Severity: audit.Note, Subject: "line 12", Printed: "rose", Message: "The table says that it fell.", Line: 12},
	}, Ignored: []audit.Ignored{{Finding: audit.Finding{Rule: "test.missed", Severity: audit.Warning, Subject: "CZK"}, Reason: "the bank's own selling rate"}}}
	return r, d
}

// file draws a report as a file.
func file(t *testing.T, r audit.Report, d audit.Document) (*goquery.Document, string) {
	t.Helper()
	var b bytes.Buffer
	if err := site.AuditHTML(&b, r, d); err != nil {
		t.Fatal(err)
	}
	html := b.String()
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc, html
}

func TestFindingsStandWithWhatTheyAreAbout(t *testing.T) {
	r, d := printed()
	doc, _ := file(t, r, d)
	wantText(t, doc, "h1", "1 error, 3 warnings and 1 note")
	wantText(t, doc, ".head", "evening.html: 4 rows, 2 items of a ticker and 2 paragraphs of 10 February 2026.", "found at line 3", "facts that come with the program")
	wantText(t, doc, ".whole", "warning: test.mixed", "USD, CZK are of two days.")
	wantText(t, doc, ".rates tbody:nth-of-type(1)", "1 row with findings", "BGN Bulgarian Lev 1.96501.9558+0.47%5", "error: test.retired The lev is gone.", "warning: test.missed The rate is missed.")
	wantText(t, doc, ".rates tbody:nth-of-type(2)", "3 rows without findings", "AZN Azerbaijani Manat 2.016")
	wantText(t, doc, ".items tbody:nth-of-type(1)", "AZN", "92.10−0.50−0.70%6", "The percentage does not follow.")
	wantText(t, doc, ".items tbody:nth-of-type(2)", "RIO Rio Tinto", "91.129")
	wantText(t, doc, ".passages", "1 paragraph with findings", "Line 12", "The lev rose <b>again</b>.", "The table says that it fell.")
	wantText(t, doc, ".left", "ADVERTISEMENT", "neither a rate", "2")
	wantText(t, doc, ".accepted", "1 finding that the baseline accepts", "CZK", "the bank's own selling rate")
	// Each opens to what it rests on.
	wantText(t, doc, ".rates details:nth-of-type(1)", "BGN was retired on 1 January 2026 ISO 4217, 2026-01-01", "the digits arithmetic", "Printed 1.9650, line 5. Rule test.retired")
	wantText(t, doc, ".rates details:nth-of-type(2)", "Printed 1.9650, expected 1.9558, off by +0.47% where 0.005% may be, line 5.")
	for selector, want := range map[string]int{"details": 5, "details > summary > .flag": 5, "details .flag.doubt": 4, "details[open]": 0} {
		if got := doc.Find(selector).Length(); got != want {
			t.Errorf("%d of %s, want %d", got, selector, want)
		}
	}
}

func TestAReportsFileNeedsNothingBesideIt(t *testing.T) {
	r, d := printed()
	doc, html := file(t, r, d)
	for selector, want := range map[string]int{"style": 1, "script": 0, "link": 0, "img": 0, "a": 0, "[src]": 0, "[style]": 0, "th:not([scope])": 0, "h1": 1, "html[lang]": 1} {
		if got := doc.Find(selector).Length(); got != want {
			t.Errorf("%d of %s, want %d", got, selector, want)
		}
	}
	for _, word := range []string{"url(", "@import", "http:", "https:"} {
		if strings.Contains(html, word) {
			t.Errorf("the file holds %q", word)
		}
	}
	wantText(t, doc, "style", ".flag{", "prefers-color-scheme:dark")
}

func TestATableWithoutFindingsSaysSo(t *testing.T) {
	_, d := printed()
	doc, _ := file(t, audit.Report{Name: d.Name, Date: d.Date, Ledger: true}, audit.Document{Name: d.Name, Date: d.Date, Rows: d.Rows, Text: d.Text})
	wantText(t, doc, "main", "No findings", "what the ledger knew of the day", "4 rows without findings", "2 paragraphs without findings")
	if n := doc.Find("details, .whole, .left, .items, .accepted, .flag").Length(); n != 0 {
		t.Errorf("%d things stand there that nobody found", n)
	}
}

func TestRowsAreCalledByWhatTellsThemApart(t *testing.T) {
	one := currency.DecimalFromInt(1)
	for _, c := range []struct {
		pairs []market.Symbol
		says  []string
	}{
		{[]market.Symbol{"EUR/USD", "EUR/CZK"}, []string{"What one EUR buys", "USD US Dollar 1", "CZK Czech Koruna 1"}},
		{[]market.Symbol{"USD/EUR", "CZK/EUR"}, []string{"What one unit costs in EUR", "USD US Dollar 1", "CZK Czech Koruna 1"}},
		{[]market.Symbol{"EUR/USD", "USD/CZK"}, []string{"EUR/USD US Dollar for one Euro 1", "USD/CZK Czech Koruna for one US Dollar 1"}},
	} {
		var d audit.Document
		for _, s := range c.pairs {
			base, quote, _ := s.Pair()
			d.Rows = append(d.Rows, audit.Row{Base: base, Quote: quote, Value: one})
		}
		doc, _ := file(t, audit.Report{}, d)
		wantText(t, doc, "table.rates", c.says...)
	}
}

func TestOfAVeryLongTableOnlyTheBeginningIsShown(t *testing.T) {
	var d audit.Document
	for n := range 2500 {
		d.Rows = append(d.Rows, audit.Row{Base: "EUR", Quote: "USD", Value: currency.DecimalFromInt(1), Line: n + 1})
	}
	doc, _ := file(t, audit.Report{}, d)
	wantText(t, doc, "main", "2500 rows without findings", "Only the first 1000 of each are shown")
	if n := doc.Find(".rates tbody th").Length(); n != 1000 {
		t.Errorf("%d rows are shown", n)
	}
}

func FuzzWhatIsPastedIsAnsweredInWords(f *testing.F) {
	p := empty(f)
	f.Add("EUR/USD 1.1830\nx", "2026-02-02", "EUR")
	f.Add("\x00\xff<script>", "", "")
	f.Fuzz(func(t *testing.T, pasted, day, base string) {
		kind, body := multiparted(t, fields{"text": pasted, "date": day, "base": base})
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/audit", body)
		r.Header.Set("Content-Type", kind)
		p.Config.Handler.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 422 && w.Code != 413 {
			t.Fatalf("status %d", w.Code)
		}
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if doc.Find("h1").Length() != 1 || doc.Find("script").Length() != 1 {
			t.Errorf("what was pasted became a part of the page: %d h1, %d scripts", doc.Find("h1").Length(), doc.Find("script").Length())
		}
	})
}
