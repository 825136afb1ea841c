package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/must"
)

// vector is an attack by script that an npm package publishes.
type vector struct{ From, Text string }

// vectors installs the packages and returns what they hold.
var vectors = sync.OnceValues(func() ([]vector, error) {
	root, err := must.Root()
	if err != nil {
		return nil, err
	}
	var said bytes.Buffer
	cmd := exec.Command("sh", filepath.Join(root, "scripts", "vectors", "run.sh"))
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("scripts/vectors/run.sh: %w: %s", err, said.Bytes())
	}
	var all []vector
	return all, json.Unmarshal(out, &all)
})

// published are the vectors; without a directory for their packages the test is skipped.
func published(t *testing.T) []vector {
	t.Helper()
	if os.Getenv("COURANT_VECTORS") == "" {
		must.Skip(t, "vectors", "they are installed with npm: set COURANT_VECTORS to a directory to install them into")
	}
	all, err := vectors()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// yard shows pages in frames: raw vectors, as the control, and the paper's pages stripped of every header that forbids
// something, so that what is left to keep them harmless is what they are made of.
type yard struct {
	*httptest.Server
	mu      sync.Mutex
	raw     []vector
	kept    map[string][]byte // pages that were the answer to a form
	session string            // the cookie of somebody at the desk
}

// attributes are where a page puts words beside its text; it does not mind here what they are.
const attributes = `<input id="%[1]s"><input id='%[1]s'><input value=%[1]s><a href="%[1]s">x</a><script>const said = "%[1]s";</script>`

func newYard(t *testing.T, paper string, raw []vector) *yard {
	t.Helper()
	behind, err := url.Parse(paper)
	if err != nil {
		t.Fatal(err)
	}
	y := &yard{raw: raw, kept: map[string][]byte{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(behind)
			r.Out.Header.Set("Cookie", y.session)
		},
		ModifyResponse: func(r *http.Response) error {
			for _, name := range []string{"Content-Security-Policy", "X-Frame-Options", "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy"} {
				r.Header.Del(name)
			}
			return nil
		},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/yard", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!DOCTYPE html><title>Yard</title>")
	})
	mux.HandleFunc("/yard/{which}/{n}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.PathValue("which") == "kept" {
			y.mu.Lock()
			defer y.mu.Unlock()
			_, _ = w.Write(y.kept[r.URL.Path])
			return
		}
		if r.PathValue("which") == "guarded" { // as the paper's pages are, but that this page may frame them
			w.Header().Set("Content-Security-Policy", y.policy(t, paper))
		}
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n >= len(y.raw) {
			http.NotFound(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, "<!DOCTYPE html><title>Raw</title><body>%[1]s"+attributes, y.raw[n].Text)
	})
	mux.Handle("/", proxy)
	y.Server = httptest.NewServer(mux)
	t.Cleanup(y.Close)
	return y
}

// policy is what the paper says of its pages, but for who may frame them.
func (y *yard) policy(t *testing.T, paper string) string {
	r, err := http.Get(paper + "/no-such-page")
	if err != nil {
		t.Error(err)
		return ""
	}
	defer r.Body.Close()
	return strings.Replace(r.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors *", 1)
}

// keep holds a page that was the answer to a form, and returns where it is shown.
func (y *yard) keep(body []byte) string {
	y.mu.Lock()
	defer y.mu.Unlock()
	at := fmt.Sprintf("/yard/kept/%d", len(y.kept))
	y.kept[at] = body
	return at
}

// hooked puts a bell in every window of a browser: whatever opens a dialog rings it, with the name of its frame.
const hooked = `(() => {
  const ring = () => {
    let w = window;
    try { while (w.parent !== top) w = w.parent } catch {}
    try { (top.rung ??= new Set()).add(w === top ? "page" : w.frameElement.dataset.of) } catch {}
  };
  for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = ring;
})()`

// provoke is a function that does in a document all that a reader could, and returns what stands there that only a script
// would need. Whatever has a handler gets its event, whatever leads to a script is pressed.
const provoke = `(doc, own) => {
  const found = [];
  for (const e of [...doc.querySelectorAll("*")]) {
    const tag = e.localName;
    if (["object", "embed", "base", "applet", "portal"].includes(tag)) found.push(tag);
    if (tag === "iframe" && e.className !== "preview") found.push("iframe");
    if (tag === "meta" && e.httpEquiv) found.push("meta " + e.httpEquiv);
    if (tag === "style" || tag === "script" && e.type !== "application/ld+json" && !/^\/(desk\/)?assets\//.test(e.getAttribute("src") ?? ""))
      found.push(tag);
    for (const name of Element.prototype.getAttributeNames.call(e)) { // a form's own may be hidden by its fields
      const value = Element.prototype.getAttribute.call(e, name);
      if (/^on/i.test(name)) {
        found.push(tag + " " + name);
        try { EventTarget.prototype.dispatchEvent.call(e, new Event(name.slice(2).toLowerCase(), { cancelable: true })) } catch {}
      }
      if (["href", "src", "action", "formaction", "data", "xlink:href", "srcdoc", "poster", "background", "srcdoc", "style"].includes(name) &&
          (/^(javascript|vbscript|data:text)/i.test(value.replace(/[\u0000-\u0020]/g, "")) || ["srcdoc", "style"].includes(name))) {
        found.push(tag + " " + name);
        try { EventTarget.prototype.dispatchEvent.call(e, new MouseEvent("click", { bubbles: true, cancelable: true })) } catch {}
      }
    }
  }
  return found;
}`

// show opens addresses of the yard in frames, forty at a time, provokes each, and returns those that rang the bell, and of
// each what stands in it that should not. A page of the paper that was not there in time, on a busy machine, is opened again with
// more of it; a raw vector may keep its page from ever having loaded.
func (y *yard) show(t *testing.T, ctx context.Context, addresses []string) (rung map[string]bool, found map[string][]string) {
	t.Helper()
	do(t, ctx, chromedp.Navigate(y.URL+"/yard"))
	list, err := json.Marshal(addresses)
	if err != nil {
		t.Fatal(err)
	}
	rounds := 6 // the last waits for 96 seconds
	if strings.HasPrefix(addresses[0], "/yard/raw/") || strings.HasPrefix(addresses[0], "/yard/guarded/") {
		rounds = 1
	}
	script := `(async () => {
  const provoke = ` + provoke + `, found = {};
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let missing = ` + string(list) + `;
  for (let round = 0, patience = 3000; missing.length && round < ` + strconv.Itoa(rounds) + `; round++, patience *= 2) {
    for (const list = missing.splice(0); list.length;) {
      const frames = list.splice(0, 40).map((address) => {
        const f = document.createElement("iframe");
        f.sandbox = "allow-scripts allow-same-origin allow-forms";
        f.dataset.of = address;
        f.src = address;
        document.body.append(f);
        return f;
      });
      const read = (f) => {
        try { return f.contentDocument.URL !== "about:blank" && f.contentDocument.readyState !== "loading" } catch { return true }
      };
      for (const end = Date.now() + patience; Date.now() < end && !frames.every(read);) await pause(20);
      for (const f of frames) {
        let seen = false;
        try {
          seen = read(f) && f.contentDocument.body.childNodes.length > 0;
          const all = provoke(f.contentDocument);
          if (all.length) found[f.dataset.of] = all;
        } catch {}
        if (!seen) missing.push(f.dataset.of);
      }
      await pause(150);
      frames.forEach((f) => f.remove());
    }
  }
  return JSON.stringify({ rung: [...(top.rung ?? [])], found, missing });
})()`
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Rung    []string
		Found   map[string][]string
		Missing []string
	}
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		t.Fatal(err)
	}
	if rounds > 1 && len(said.Missing) > 0 {
		t.Errorf("%d pages were not seen, such as %s", len(said.Missing), said.Missing[0])
	}
	rung = map[string]bool{}
	for _, address := range said.Rung {
		rung[address] = true
	}
	return rung, said.Found
}

// armed is a browser with the bell in it, that reaches nothing but this machine.
func armed(t *testing.T) context.Context {
	t.Helper()
	ctx := browser(t)
	do(t, ctx, chromedp.Navigate("about:blank"))
	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: hooked}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func TestTheVectorsExecuteRawAndThePolicyAloneStopsThem(t *testing.T) {
	t.Parallel() // it is long, and waits for the browser
	all := published(t)
	y, ctx := newYard(t, started(t), all), armed(t)
	var raw, guarded []string
	for n := range all {
		raw = append(raw, fmt.Sprintf("/yard/raw/%d", n))
	}
	const control = 1000
	executes := map[string]bool{}
	for n := 0; n < 3 && len(executes) < control; n++ { // on a busy machine some pages are not there in their time
		rung, _ := y.show(t, ctx, raw)
		maps.Copy(executes, rung)
	}
	from := map[string]int{}
	for n, address := range raw {
		if !executes[address] {
			continue
		}
		from[all[n].From]++
		if all[n].From != "html-event-attributes" { // all alike, to a policy
			guarded = append(guarded, fmt.Sprintf("/yard/guarded/%d", n))
		}
	}
	t.Logf("%d of %d vectors execute where nothing keeps them: %v", len(executes), len(all), from)
	if len(executes) < control {
		t.Errorf("only %d vectors execute raw: the control needs %d", len(executes), control)
	}
	if rung, _ := y.show(t, ctx, guarded); len(rung) > 0 {
		t.Errorf("under the paper's policy %d vectors execute", len(rung))
	}
}
