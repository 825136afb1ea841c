package desk_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/news"
)

// disguises make an address look like a file that a cache in front of the paper would keep. What is behind a percent sign
// some of them read otherwise than we do.
var disguises = []string{
	"", "/", "/x.css", "/x.js", ".css", ".js", ".png", ".json", ";x.css", ";/x.css", "%3Bx.css", "%2Fx.css", "%2fx.css", "/%2e%2e/x.css", "/%2e%2e%2fassets%2fdesk.css", "/../assets/desk.css",
	"/..%2fassets/desk.css", "/%2e/x.css", "%3Fx.css", "?x.css", "?/x.css", "%23x.css", "%23/x.css", "%00.css", "%0A.css", "%0d%0ax.css", "%09.css", "%20.css", "%5Cx.css", "/%5C..%5Cassets%5Cdesk.css",
	"//x.css", "/.css", "/favicon.ico", "/robots.txt", "%252Fx.css", "%252e%252e%252fx.css", "/%C0%AE%C0%AE/x.css", "~x.css", "!x.css", "@x.css", ":x.css", "%E2%80%A8.css",
}

// ways in which an address of the desk is written otherwise.
var otherwise = []func(path string) string{
	func(p string) string { return "/" + p },
	func(p string) string { return "/assets/.." + p },
	func(p string) string { return "/assets/%2e%2e" + p },
	func(p string) string { return "/assets/..%2f" + p[1:] },
	func(p string) string { return "/media/.." + p },
	func(p string) string { return "/media/..%2f" + p[1:] },
	func(p string) string { return "/desk/assets/../.." + p },
	func(p string) string { return "/desk/assets/..%2f" + strings.TrimPrefix(p, "/desk/") },
	func(p string) string { return "/%64esk" + strings.TrimPrefix(p, "/desk") },
	func(p string) string { return "/desk%2f" + strings.TrimPrefix(p, "/desk/") },
	func(p string) string { return "/desk/." + strings.TrimPrefix(p, "/desk") },
	func(p string) string { return "/desk/%2e" + strings.TrimPrefix(p, "/desk") },
	func(p string) string { return "/DESK" + strings.TrimPrefix(p, "/desk") },
	func(p string) string { return "/x.css/.." + p },
	func(p string) string { return "/x.css%2f.." + p },
}

const secretText = "kanari"

// However an address of the desk is written, no cache may keep what it says, and a stranger is told nothing.
func TestNoCacheIsDeceivedIntoKeepingTheDesk(t *testing.T) {
	h := newHouse(t)
	owner := h.owner(t)
	at := written(owner, secretText+" headline", secretText+" body", "slug", secretText+"-slug")
	id := news.StoryID(strings.TrimPrefix(at, "/desk/stories/"))
	owner.post("/desk/dossiers", http.StatusOK, "headline", "A dossier", "section", "world", "standfirst", secretText)
	stranger := h.browser(t)
	asked, told := 0, 0
	for _, pattern := range h.desk.Patterns() {
		method, path, _ := strings.Cut(strings.TrimSuffix(pattern, "{$}"), " ")
		path = strings.NewReplacer("{id}", string(id), "{n}", "1", "{file}", "0123456789abcdef-400.jpeg", "{name}", "0123456789abcdef", "{what}", "password", "{slug}", "a-dossier", "{kind}", "head").Replace(path)
		if method == http.MethodPost {
			for _, disguise := range disguises {
				r, _ := request(t, stranger, method, path+disguise)
				if asked++; r.StatusCode < 300 {
					t.Errorf("a stranger's POST %s%s: %s", path, disguise, r.Status)
				}
			}
			continue
		}
		var addresses []string
		for _, disguise := range disguises {
			addresses = append(addresses, path+disguise)
		}
		for _, write := range otherwise {
			addresses = append(addresses, write(path), write(path)+"/x.css")
		}
		for _, address := range addresses {
			for _, b := range []browser{stranger, owner} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					r, body := request(t, b, method, address)
					asked++
					secret := strings.Contains(strings.ReplaceAll(body+r.Header.Get("Location"), string(id), ""), secretText) && r.StatusCode < 300
					if secret {
						told++
					}
					switch {
					case secret && b == stranger:
						t.Errorf("a stranger reads %s: %s", address, r.Status)
					case r.StatusCode < 300 && strings.HasPrefix(address, "/desk") && !strings.Contains(r.Header.Get("Cache-Control"), "no-store"),
						secret && !strings.Contains(r.Header.Get("Cache-Control"), "no-store"), r.Header.Get("Set-Cookie") != "":
						t.Errorf("%s %s: %s may be kept: %v", method, address, r.Status, r.Header)
					}
				}
			}
		}
	}
	if told < 10 {
		t.Errorf("the owner reads the story at %d addresses only", told)
	}
	t.Logf("%d requests, of which %d told the owner the text", asked, told)
}

// request asks for an address as it stands, with a browser's cookies, and does not follow where it leads.
func request(t *testing.T, b browser, method, path string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.home+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	home, err := url.Parse(b.home + "/desk/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(home) {
		r.AddCookie(c)
	}
	resp, err := b.Transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}
