package web_test

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/web"
)

func assets(t *testing.T, files fs.FS, dev bool) (*web.Assets, string) {
	t.Helper()
	a, err := web.NewAssets(files, dev)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+web.AssetsPath, web.Handle(slog.New(slog.DiscardHandler), plain, a.Serve))
	return a, serve(t, mux).URL
}

func TestAnAssetHasAnAddressForItsContent(t *testing.T) {
	files := fstest.MapFS{
		"fonts/text.woff2": {Data: []byte(long)},
		"site.css":         {Data: []byte("/* Why,\n* and how. */@font-face{src:url('fonts/text.woff2') format('woff2')}a{background:url(data:,x) url(/logo.png)}" + long)},
	}
	a, base := assets(t, files, false)
	url := a.URL("site.css")
	if !regexp.MustCompile(`^/assets/site\.[0-9a-f]{12}\.css$`).MatchString(url) {
		t.Fatalf("address %q", url)
	}
	resp, body := get(t, base+url, "Accept-Encoding: br")
	css := unpack(t, resp, body)
	if resp.Header.Get("Content-Encoding") != "br" || resp.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("headers %v", resp.Header)
	}
	if got := resp.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
	if strings.Contains(css, "/*") {
		t.Errorf("a reader's browser is sent the comments: %.120s", css)
	}
	font := a.URL("fonts/text.woff2")
	for _, want := range []string{"url(" + font + ")", "url(data:,x)", "url(/logo.png)"} {
		if !strings.Contains(css, want) {
			t.Errorf("the style lacks %q: %.120s", want, css)
		}
	}
	if resp, body := get(t, base+font, "Accept-Encoding: br"); body != long || resp.Header.Get("Content-Type") != "font/woff2" {
		t.Errorf("the font came as %v", resp.Header)
	}
	if resp, _ := get(t, base+"/assets/site.css"); resp.StatusCode != 200 || resp.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("plain name: %d %v", resp.StatusCode, resp.Header)
	}
	if resp, _ := get(t, base+"/assets/site.000000000000.css"); resp.StatusCode != 404 {
		t.Errorf("an old address: %d", resp.StatusCode)
	}
	files["fonts/text.woff2"] = &fstest.MapFile{Data: []byte("redrawn")}
	if b, _ := assets(t, files, false); b.URL("site.css") == url || b.URL("fonts/text.woff2") == font {
		t.Error("the content changed and the address did not")
	}
}

func TestAStyleThatRefersToNothingIsAnError(t *testing.T) {
	_, err := web.NewAssets(fstest.MapFS{"site.css": {Data: []byte("a{src:url(fonts/lost.woff2)}")}}, false)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "fonts/lost.woff2") {
		t.Errorf("got %v", err)
	}
}

func TestWhatCanOnlyBeAPartOfAPageBearsNoHeadersForDocuments(t *testing.T) {
	a, err := web.NewAssets(fstest.MapFS{"site.css": {Data: []byte(long)}, "icon.svg": {Data: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")}}, false)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+web.AssetsPath, web.Handle(slog.New(slog.DiscardHandler), plain, a.Serve))
	base := serve(t, web.Secure(mux)).URL
	style, _ := get(t, base+a.URL("site.css"))
	if style.Header.Get("Content-Security-Policy") != "" || style.Header.Get("X-Content-Type-Options") != "nosniff" || style.Header.Get("Cross-Origin-Resource-Policy") == "" {
		t.Errorf("a style bears %v", style.Header)
	}
	// A picture can be opened as a document, and a lost address is answered with one.
	for _, path := range []string{a.URL("icon.svg"), "/assets/lost.css"} {
		if reply, _ := get(t, base+path); reply.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s has no policy", path)
		}
	}
}

func TestAScriptIsOneFileWithWhatItImports(t *testing.T) {
	files := fstest.MapFS{"site.js": {Data: []byte("import \"./part.js\";\nconst a = 1;\n")}, "part.js": {Data: []byte("const a = 2;\n")}}
	a, base := assets(t, files, false)
	if _, body := get(t, base+a.URL("site.js")); body != "{\nconst a = 2;\n}\nconst a = 1;\n" {
		t.Errorf("the script is %q", body)
	}
	delete(files, "part.js")
	if _, err := web.NewAssets(files, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a script that imports nothing there: %v", err)
	}
}

func TestATemplateCannotNameAnAssetThatIsNotThere(t *testing.T) {
	a, _ := assets(t, fstest.MapFS{}, false)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	a.URL("lost.css")
}

func TestInDevelopmentAnEditShowsAtOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "site.css"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, base := assets(t, os.DirFS(dir), true)
	for _, text := range []string{"a{}", "b{}"} {
		write(text)
		if resp, body := get(t, base+a.URL("site.css")); body != text || resp.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("got %q %v", body, resp.Header)
		}
	}
	for _, path := range []string{"lost.css", "../../etc/passwd", "%2e%2e/secret", ""} {
		if resp, _ := get(t, base+web.AssetsPath+path); resp.StatusCode == 200 {
			t.Errorf("%q: %d", path, resp.StatusCode)
		}
	}
	if _, err := a.Page("lost.css"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}
