package app_test

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// sixFigures is a story with six figures, a table and a chart.
const sixFigures = `On Monday one euro bought {{EUR/USD @2026-09-28}} dollars, so that a dollar cost {{USD/EUR @2026-09-28}} euro.

That is {{EUR/USD % since 2026-01-05 @2026-09-28}} since January, or {{EUR/USD change since 2026-01-05 @2026-09-28}}. A hundred
dollars are {{100 USD in EUR @2026-09-28}} euro, and a share of Rio Tinto stood at {{XNYS:RIO @2026-02-02}}.

{{table EUR/USD EUR/GBP EUR/JPY @2026-09-28}}

{{chart EUR/USD since 2026-01-05 @2026-09-28}}
`

// press presses what a selector names and waits for the page that follows.
func press(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	ask[bool](t, ctx, "document.body.dataset.before = 'yes', true")
	do(t, ctx, chromedp.Click(selector))
	until(t, ctx, "document.readyState === 'complete' && document.body && !document.body.dataset.before")
}

// pressPlain presses where pages have no scripts, and waits for a page that has what a selector names: nothing in the page can
// wait there.
func pressPlain(t *testing.T, ctx context.Context, selector, then string) {
	t.Helper()
	do(t, ctx, chromedp.Click(selector))
	arrived(t, ctx, then)
}

// open opens a details element by the words of its summary, so that what stands in it can be pressed.
func open(t *testing.T, ctx context.Context, summary string) {
	t.Helper()
	ask[int](t, ctx, "[...document.querySelectorAll('details')].map(d => d.open = d.querySelector('summary').textContent.trim() === '"+summary+"' || d.open).length")
}

func signIn(t *testing.T, ctx context.Context, address, email string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(address+"/desk/"))
	if ask[bool](t, ctx, "!!document.querySelector('form[action=\"/desk/sign-out\"]')") {
		press(t, ctx, "form[action='/desk/sign-out'] button")
	}
	fill(t, ctx, "email", email, "password", deskPassword)
	press(t, ctx, "main form button[type=submit]")
}

// A day in the life of a newsroom, at both widths, from the first link to a correction that a source's revision makes due.
func TestANewsroomWritesReadsEmbargoesPublishesAndCorrects(t *testing.T) {
	for _, width := range []int64{1280, 390} {
		address, a := house(t)
		address = strings.Replace(address, "127.0.0.1", "localhost", 1)
		ctx := browser(t)
		do(t, ctx, chromedp.Navigate("about:blank"))
		screen(t, ctx, width, "light")
		do(t, ctx, chromedp.Navigate(a.SetupLink()))
		fill(t, ctx, "name", "Olga Owner", "email", "olga@paper.example", "password", deskPassword, "again", deskPassword)
		press(t, ctx, "main button")

		do(t, ctx, chromedp.Navigate(address+"/desk/staff"))
		do(t, ctx, chromedp.SetValue("form[action='/desk/staff'] [name=name]", "Rosa Reporter"), chromedp.SetValue("form[action='/desk/staff'] [name=email]", "rosa@paper.example"))
		press(t, ctx, "form[action='/desk/staff'] button")
		link := ask[string](t, ctx, "document.querySelector('.secret').textContent")
		press(t, ctx, "form[action='/desk/sign-out'] button")
		do(t, ctx, chromedp.Navigate(link))
		fill(t, ctx, "password", deskPassword, "again", deskPassword)
		press(t, ctx, "main button")

		// Rosa keeps a picture and writes.
		do(t, ctx, chromedp.Navigate(address+"/desk/pictures"), chromedp.SetUploadFiles("[name=picture]", []string{picture(t)}))
		press(t, ctx, "form[action='/desk/pictures'] button")
		name := ask[string](t, ctx, "document.querySelector('.pictures figure').id")
		do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.WaitVisible("form.editor.alive"))
		fill(t, ctx, "headline", "What a euro bought", "section", "markets", "body", sixFigures, "image", name, "image-alt", "A harbour at dusk")
		press(t, ctx, "button[value=save]")
		desk := ask[string](t, ctx, "location.origin + location.pathname")
		open(t, ctx, "Ask somebody to read it")
		press(t, ctx, "form[action$='/move']:has([value=review]) button")

		// Olga reads, asks, and puts it under embargo.
		signIn(t, ctx, address, "olga@paper.example")
		do(t, ctx, chromedp.Navigate(desk))
		fill(t, ctx, "text", "Is the chart of the right year?")
		press(t, ctx, "form[action$='/notes'] button")
		move := func(to string, fields ...string) {
			t.Helper()
			form := "form[action$='/move']:has([value=" + to + "])"
			ask[int](t, ctx, "[...document.querySelectorAll('details')].map(d => d.open = true).length")
			for i := 0; i+1 < len(fields); i += 2 {
				do(t, ctx, chromedp.SetValue(form+" [name="+fields[i]+"]", fields[i+1]))
			}
			press(t, ctx, form+" button")
			if problem := ask[string](t, ctx, "document.querySelector('.said.problem')?.textContent ?? ''"); problem != "" {
				t.Fatalf("%s: %s", to, problem)
			}
		}
		move("ready")
		move("embargoed", "at", time.Now().UTC().Add(24*time.Hour).Format("2006-01-02T15:04"))
		do(t, ctx, chromedp.Navigate(address+"/sections/markets"))
		if text := ask[string](t, ctx, "document.body.textContent"); strings.Contains(text, "What a euro bought") {
			t.Error("a story under embargo stands before readers")
		}
		do(t, ctx, chromedp.Navigate(desk))
		move("ready", "reason", "The embargo was lifted.")
		move("published")
		story := ask[string](t, ctx, "[...document.querySelectorAll('a')].find(a => a.textContent === 'As readers see it').href")
		do(t, ctx, chromedp.Navigate(story))
		for what, n := range map[string]int{".text p button.figure": 6, "figure.values tbody tr": 3, "figure.chart svg.plot": 1, "img[alt='A harbour at dusk']": 1} {
			if got := ask[int](t, ctx, "document.querySelectorAll(\""+what+"\").length"); got != n {
				t.Errorf("at %d px readers see %d of %s, want %d", width, got, what, n)
			}
		}
		until(t, ctx, "document.querySelector(\"img[alt='A harbour at dusk']\").naturalWidth > 0")
		if wide := ask[int64](t, ctx, "document.documentElement.scrollWidth"); wide > width {
			t.Errorf("the story is %d px wide at %d", wide, width)
		}

		// A correction by hand.
		do(t, ctx, chromedp.Navigate(desk))
		fill(t, ctx, "body", strings.Replace(sixFigures, "On Monday", "On 28 September", 1))
		press(t, ctx, "button[value=save]")
		move("published", "notice", "clarification", "notice-text", "The day is now named.")

		// The source revises what it said; the desk knows who printed it, and signs the correction.
		revise(t, a.Ledger, "EUR/USD", "1.2222", time.Date(2026, 9, 28, 0, 0, 0, 0, time.UTC))
		do(t, ctx, chromedp.Navigate(address+"/desk/affected"))
		rows := ask[int](t, ctx, "document.querySelectorAll('main .panel').length")
		if rows == 0 {
			t.Fatal("the desk does not find the figures that were revised")
		}
		press(t, ctx, "form:has([name=story][value='"+desk[strings.LastIndexByte(desk, '/')+1:]+"']) button[value=correct]")
		if text := ask[string](t, ctx, "document.querySelector('.said').textContent"); text != "It is published." {
			t.Fatalf("signing the correction says %q", text)
		}
		do(t, ctx, chromedp.Navigate(story))
		if text := ask[string](t, ctx, "document.querySelector('.text').textContent"); !strings.Contains(text, "1.2222") {
			t.Errorf("after the correction readers see %.300q", text)
		}
		if n := ask[int](t, ctx, "document.querySelectorAll('aside.correction').length"); n != 2 {
			t.Errorf("the story has %d corrections, want two", n)
		}
		do(t, ctx, chromedp.Navigate(address+"/corrections"))
		if text := ask[string](t, ctx, "document.querySelector('main').textContent"); !strings.Contains(text, "The day is now named.") {
			t.Errorf("the corrections say %q", text)
		}

		// And with scripts off.
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.SendKeys("[name=headline]", "Without a script"), chromedp.SendKeys("[name=section]", "markets"),
			chromedp.SendKeys("[name=body]", "One euro bought {{EUR/GBP @2026-09-28}} pounds."))
		pressPlain(t, ctx, "button[value=save]", "form[action$='/move']")
		ask[int](t, ctx, "[...document.querySelectorAll('details')].map(d => d.open = true).length") // as a finger would
		pressPlain(t, ctx, "form[action$='/move']:has([value=published]) button", ".state.public")
		do(t, ctx, chromedp.Navigate(address+"/sections/markets"))
		if text := ask[string](t, ctx, "document.body.textContent"); !strings.Contains(text, "Without a script") {
			t.Error("what was written and published without scripts does not stand before readers")
		}
	}
}

// revise lets the source of the demonstration paper say something else of a pair on a day.
func revise(t *testing.T, ledger *market.Ledger, pair market.Symbol, value string, day time.Time) {
	t.Helper()
	price, err := ledger.Rate(t.Context(), pair, market.AsOf{At: day.Add(24*time.Hour - time.Microsecond)})
	if err != nil {
		t.Fatal(err)
	}
	sources, err := ledger.Known(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	said := price.From[0]
	o := market.NewObservation(said.Symbol, said.Field, currency.MustDecimal(value), market.Moment{At: said.At, Seen: time.Now().UTC().Truncate(time.Microsecond)}, said.Source, "a revision")
	if _, err := ledger.Record(t.Context(), []market.Source{sources[said.Source]}, []market.Observation{o}, nil); err != nil {
		t.Fatal(err)
	}
}

// picture makes a picture's file.
func picture(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for y := range 400 {
		for x := range 600 {
			m.Set(x, y, color.RGBA{uint8(x / 3), uint8(y / 2), 120, 255})
		}
	}
	path := filepath.Join(t.TempDir(), "harbour.png")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, m); err != nil {
		t.Fatal(err)
	}
	return path
}
