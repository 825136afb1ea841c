package app_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// peopled is a desk at which there is something of every kind, with the addresses of its pages.
func peopled(t *testing.T) (ctx context.Context, desk, readers []string) {
	t.Helper()
	address, ctx := atTheDesk(t)
	screen(t, ctx, 1280, "light")
	do(t, ctx, chromedp.Navigate(address+"/desk/pictures"), chromedp.SetUploadFiles("[name=picture]", []string{picture(t)}))
	press(t, ctx, "form[action='/desk/pictures'] button")
	do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.WaitVisible("form.editor.alive"))
	fill(t, ctx, "headline", "What a euro bought", "section", "markets", "body", "One euro bought {{EUR/USD @2026-09-28}} and {{EUR/", "bylines", "Olga Owner")
	press(t, ctx, "button[value=save]")
	do(t, ctx, chromedp.WaitVisible(".said.problem"))
	fill(t, ctx, "body", "One euro bought {{EUR/USD @2026-09-28}}, not 1.9 dollars.")
	press(t, ctx, "button[value=save]")
	do(t, ctx, chromedp.WaitVisible(".two"))
	saved := ask[string](t, ctx, "location.pathname")
	fill(t, ctx, "text", "Who says so?")
	press(t, ctx, "form[action$='/notes'] button")
	do(t, ctx, chromedp.WaitVisible("form[action*='/notes/'] button"))
	open(t, ctx, "Publish now")
	press(t, ctx, "form[action$='/move']:has([value=published]) button")
	do(t, ctx, chromedp.SetValue("[name=entry]", "The dollar stands at {{EUR/USD @2026-09-29}}."))
	press(t, ctx, "form[action$='/entries'] button")
	fill(t, ctx, "body", "One euro bought {{EUR/USD @2026-09-28}}.")
	press(t, ctx, "button[value=save]")
	const demo = "/desk/dossiers/baku-and-moscow"
	for _, path := range []string{
		"/desk/", "/desk/stories", "/desk/stories/new", saved, saved + "/changes?from=1&to=1", "/desk/figures?q=eur+usd", "/desk/affected", "/desk/held", "/desk/pictures",
		"/desk/staff", "/desk/settings", "/desk/account", "/desk/trail", "/desk/prove", "/desk/no-such-page",
		"/desk/dossiers", "/desk/new-dossier", demo, demo + "/stories?q=euro", demo + "/changes?from=1&to=1", saved + "/dossier?dossier=baku-and-moscow",
		demo + "/parts/head", demo + "/parts/standing", demo + "/parts/series", demo + "/parts/documents", demo + "/parts/events", demo + "/parts/accounts",
		demo + "/parts/actors", demo + "/parts/relations", demo + "/parts/consequences", demo + "/parts/scenarios",
	} {
		desk = append(desk, address+path)
	}
	for _, path := range []string{
		"/", "/2026/02/02/baku-and-moscow-drift-apart", chartedStory, "/markets/", "/markets/?sort=-change&q=dollar", "/markets/currencies/BGN",
		"/markets/currencies/NOK?range=all&with=SEK", "/convert?amount=1.250,50&from=USD&to=JPY", "/convert?amount=lots&from=dollar&to=JPY", "/markets/shares/", "/markets/shares/?sort=-change&q=plc", "/markets/shares/XNYS/RIO", "/markets/shares/XNYS/SCS", "/markets/shares/OTCM/RBGPF", "/markets/shares/XNAS/AZN",
		"/rates/EUR-USD", "/sources", "/sections/markets", "/topics/caribbean", "/corrections", "/authors/courant-demonstration-desk", "/archive", "/2026/", "/2026/02/", "/2026/02/02/", "/audit", "/audit/rules", "/audit/rules/scale.unit", "/api/", "/embed", "/no-such-page",
		"/dossiers/", "/dossiers/baku-and-moscow", "/dossiers/baku-and-moscow?actor=azerbaijan&kind=raid", "/dossiers/baku-and-moscow/events/air-crash", "/dossiers/baku-and-moscow/actors/azerbaijan", "/dossiers/baku-and-moscow/scenarios/clash",
		"/search", "/search?q=100+dollar+in+yen", "/search?q=azerbajan", "/search?q=no+such+word",
	} {
		readers = append(readers, address+path)
	}
	return ctx, desk, readers
}

// axe says what is wrong with the page that stands in a browser: a rule and where on a line. In the other scheme only
// colours differ.
const axe = `axe.run(document, { resultTypes: ["violations"], iframes: false, ...(matchMedia("(prefers-color-scheme: dark)").matches && { runOnly: ["color-contrast"] }) })
  .then((r) => r.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.html.slice(0, 100)).join("; ")).join("\n"))`

func TestAxeFindsNothingOnAnyPage(t *testing.T) {
	t.Parallel() // it is long, and waits for the browser
	published(t)
	script, err := os.ReadFile(filepath.Join(os.Getenv("COURANT_VECTORS"), "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, desk, readers := peopled(t)
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: string(script)}); err != nil {
		t.Fatal(err)
	}
	var said []string
	look := func(at string) {
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				screen(t, ctx, width, scheme)
				found, err := chromedp.Run(ctx, chromedp.Evaluate[string](axe, chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				if found != "" {
					t.Errorf("%s %d %s: %s", at, width, scheme, found)
				}
			}
		}
		said = append(said, at)
	}
	judge := func(at string) {
		do(t, ctx, chromedp.Navigate(at))
		look(at)
	}
	for _, at := range append(desk, readers...) {
		judge(at)
	}
	// What stands there only once: a conflict, a link, and what the link leads to.
	screen(t, ctx, 1280, "light")
	do(t, ctx, chromedp.Navigate(desk[3]), chromedp.SetValue("[name=based-on]", "1"), chromedp.SetValue("[name=body]", "Other words."))
	press(t, ctx, "button[value=save]")
	if n := ask[int](t, ctx, "document.querySelectorAll('.said.problem .diff').length"); n == 0 {
		t.Errorf("there is no conflict: %s", ask[string](t, ctx, "document.querySelector('main').textContent.slice(0, 300)"))
	}
	look("a conflict")
	screen(t, ctx, 1280, "light")
	do(t, ctx, chromedp.Navigate(desk[9]), chromedp.SetValue("form[action='/desk/staff'] [name=name]", "Rosa Reporter"), chromedp.SetValue("form[action='/desk/staff'] [name=email]", "rosa@paper.example"))
	press(t, ctx, "form[action='/desk/staff'] button")
	link := ask[string](t, ctx, "document.querySelector('.secret').textContent")
	look("a link")
	do(t, ctx, chromedp.Navigate(strings.Replace(desk[0], "/desk/", "/desk/account", 1)))
	press(t, ctx, "form[action='/desk/account/app'] button")
	look("an app's secret")
	fill(t, ctx, "code", codeOf(t, ask[string](t, ctx, "document.querySelector('.secret').textContent")))
	screen(t, ctx, 1280, "light")
	press(t, ctx, "form[action='/desk/account/code'] button")
	if n := ask[int](t, ctx, "document.querySelectorAll('.codes li').length"); n != 10 {
		t.Errorf("there are %d recovery codes", n)
	}
	look("recovery codes")
	screen(t, ctx, 1280, "light")
	press(t, ctx, ".who button")
	look("signing in")
	screen(t, ctx, 1280, "light")
	fill(t, ctx, "email", "olga@paper.example", "password", deskPassword)
	press(t, ctx, "main form button[type=submit]")
	if title := ask[string](t, ctx, "document.querySelector('h1').textContent"); title != "The code" {
		t.Errorf("after the password there is %q", title)
	}
	look("the code")
	judge(link)
	t.Logf("%d pages, each in four ways", len(said))
}

// codeOf is what an app shows for a secret now (RFC 6238, with SHA-1, six digits and half minutes).
func codeOf(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.ReplaceAll(secret, " ", "")))
	if err != nil {
		t.Fatal(err)
	}
	h := hmac.New(sha1.New, key)
	if err := binary.Write(h, binary.BigEndian, time.Now().Unix()/30); err != nil {
		t.Fatal(err)
	}
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
}

// Every page fits the narrowest screen that is asked for (WCAG 2.2, 1.4.10), a story and the desk too.
func TestNothingScrollsSidewaysAt320(t *testing.T) {
	t.Parallel() // it is long, and waits for the browser
	ctx, desk, readers := peopled(t)
	screen(t, ctx, 320, "light")
	for _, at := range append(desk, readers...) {
		do(t, ctx, chromedp.Navigate(at))
		if wide := ask[int64](t, ctx, "document.documentElement.scrollWidth"); wide > 320 {
			t.Errorf("%s is %d px wide: %s", at, wide, ask[string](t, ctx, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 321).slice(0, 4).map(e => e.outerHTML.slice(0, 90)).join("; ")`))
		}
	}
}

// reachable numbers all that can be pressed or filled in, so that focus can be told apart; of radio buttons of one name one.
const reachable = `(() => {
  const groups = new Set();
  window.due = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, iframe")].filter((e) => {
    if (e.disabled || !e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) return false;
    if (e.type !== "radio") return true;
    const group = e.form + e.name;
    return e.checked && !groups.has(group) && groups.add(group);
  });
  document.activeElement?.blur?.();
  window.scrollTo(0, 0);
  return window.due.length;
})()`

// reached takes what has the focus off that list, and says what is wrong with how it is seen. In a frame it is something of
// the page within that has it.
const reached = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body) return "";
  const n = window.due.indexOf(e), seen = e.contentDocument?.activeElement ?? e;
  if (n >= 0) window.due.splice(n, 1);
  if (seen.localName === "body") return "";
  const style = seen.ownerDocument.defaultView.getComputedStyle(seen);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return n >= 0 && !outlined ? seen.outerHTML.slice(0, 90) + " has an outline of " + style.outline : "";
})()`

func TestEveryActionOfTheDeskIsReachedByTabAndSeen(t *testing.T) {
	t.Parallel() // it is long, and waits for the browser
	ctx, desk, _ := peopled(t)
	screen(t, ctx, 1280, "light")
	for _, at := range desk {
		t.Run(strings.SplitN(at, "/desk", 2)[1], func(t *testing.T) {
			do(t, ctx, chromedp.Navigate(at))
			tabThrough(t, ctx)
		})
	}
}

// tabThrough goes through a page by Tab, which must reach all that can be pressed or filled in, each seen to have the focus.
func tabThrough(t *testing.T, ctx context.Context) {
	t.Helper()
	ask[int](t, ctx, `[...document.querySelectorAll("details")].map((d) => d.open = true).length`)
	all := ask[int](t, ctx, reachable)
	for range 2*all + 40 { // a frame has stops of its own
		do(t, ctx, chromedp.KeyEvent("\t"))
		if wrong := ask[string](t, ctx, reached); wrong != "" {
			t.Error(wrong)
		}
		if ask[int](t, ctx, "window.due.length") == 0 {
			break
		}
	}
	if left := ask[string](t, ctx, `window.due.map((e) => e.outerHTML.slice(0, 90)).join("; ")`); left != "" {
		t.Errorf("Tab does not reach %s", left)
	}
}

func TestAFigureIsPickedByKeysAlone(t *testing.T) {
	address, ctx := atTheDesk(t)
	screen(t, ctx, 1280, "light")
	do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.WaitVisible("form.editor.alive"))
	body := func() string { return ask[string](t, ctx, "document.querySelector('[name=body]').value") }
	do(t, ctx, chromedp.SendKeys("[name=body]", "Of /eur usd"), chromedp.WaitVisible("ul.picks[aria-busy=false] li"))
	do(t, ctx, chromedp.KeyEvent("\u001b"))
	until(t, ctx, "document.querySelector('ul.picks').hidden")
	if text := body(); text != "Of /eur usd" {
		t.Errorf("Escape leaves %q", text)
	}
	do(t, ctx, chromedp.KeyEvent(" /eur usd"), chromedp.WaitVisible("ul.picks[aria-busy=false] li:nth-child(2)"))
	second := ask[string](t, ctx, "document.querySelector('ul.picks li:nth-child(2)').textContent")
	do(t, ctx, chromedp.KeyEvent(kb.ArrowDown))
	if chosen := ask[string](t, ctx, "document.querySelector('ul.picks [aria-selected=true]').textContent"); chosen != second {
		t.Errorf("an arrow chooses %q, not %q", chosen, second)
	}
	enter(t, ctx)
	until(t, ctx, "document.querySelector('ul.picks').hidden")
	if text := body(); !strings.HasPrefix(text, "Of /eur usd {{") || !strings.HasSuffix(text, "}}") {
		t.Errorf("Enter leaves %q", text)
	}
}

// enter presses Enter by one event, as of a real key: of two, what prevents the first would not prevent the second.
func enter(t *testing.T, ctx context.Context) {
	t.Helper()
	if _, err := chromedp.Call(ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: "keyDown", Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, Text: "\r"}); err != nil {
		t.Fatal(err)
	}
}

// Who types faster than the desk answers does not get what was offered to the words before.
func TestWhatAnswersAnEarlierQuestionIsNotPicked(t *testing.T) {
	address, ctx := atTheDesk(t)
	do(t, ctx, chromedp.Navigate(address+"/desk/stories/new"), chromedp.WaitVisible("form.editor.alive"))
	body := func() string { return ask[string](t, ctx, "document.querySelector('[name=body]').value") }
	do(t, ctx, chromedp.SendKeys("[name=body]", "Of /usd"), chromedp.WaitVisible("ul.picks[aria-busy=false] li"))
	ask[bool](t, ctx, `window.fetch = (asks => (...all) => String(all[0]).includes("figures") ? new Promise(go => window.goOn = () => go(asks(...all))) : asks(...all))(fetch), true`)
	do(t, ctx, chromedp.KeyEvent(" 2026-09-28"))
	enter(t, ctx)
	if text := body(); text != "Of /usd 2026-09-28" {
		t.Fatalf("before there is an answer the text is %q", text)
	}
	ask[bool](t, ctx, "goOn(), true")
	do(t, ctx, chromedp.WaitVisible("ul.picks[aria-busy=false] li"))
	enter(t, ctx)
	if text := body(); text != "Of {{EUR/USD @2026-09-28}}" {
		t.Errorf("then it is %q", text)
	}
}
