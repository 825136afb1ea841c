package media_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/store/storetest"
	"github.com/courant-news/courant/internal/web"
)

// shown is a server that shows those pictures that are published.
func shown(t *testing.T, s media.Store, may media.May, keep string) *httptest.Server {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	fail := func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, fault.Sentence(err), web.Status(err))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /media/{file}", web.Handle(log, fail, media.Serve(s, may, keep)))
	server := httptest.NewServer(web.Secure(mux))
	t.Cleanup(server.Close)
	return server
}

// asked gets an address with a header, and returns the reply with its body.
func asked(t *testing.T, method, url, name, value string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name != "" {
		r.Header.Set(name, value)
	}
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(reply.Body); err != nil {
		t.Fatal(err)
	}
	return reply, b.Bytes()
}

func TestARenditionIsShownAsAPictureAndNothingElse(t *testing.T) {
	db := storetest.Open(t)
	p, err := media.NewDarkroom(db, media.Options{}).Add(t.Context(), media.Upload{Body: asJPEG(t, drawing(500, 300))})
	if err != nil {
		t.Fatal(err)
	}
	all := func(context.Context, string) (bool, error) { return true, nil }
	for keep, origins := range map[string]string{media.Published: "cross-origin", media.Unpublished: "same-origin"} {
		server := shown(t, db, all, keep)
		for _, r := range p.Renditions {
			reply, body := asked(t, http.MethodGet, server.URL+r.Path(), "", "")
			full, err := db.Rendition(t.Context(), r.Name, r.Width, r.Type)
			if err != nil || reply.StatusCode != http.StatusOK || !bytes.Equal(body, full.Body) {
				t.Errorf("%s: %s with %d bytes, %v", r.Path(), reply.Status, len(body), err)
			}
			for name, want := range map[string]string{
				"Content-Type": "image/" + string(r.Type), "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline",
				"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": keep, "Cross-Origin-Resource-Policy": origins,
			} {
				if got := reply.Header.Values(name); len(got) != 1 || got[0] != want {
					t.Errorf("%s of %s is %q, want %q", name, r.Path(), got, want)
				}
			}
			if again, body := asked(t, http.MethodGet, server.URL+r.Path(), "If-None-Match", reply.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(body) > 0 {
				t.Errorf("asked with its tag: %s", again.Status)
			}
			if head, body := asked(t, http.MethodHead, server.URL+r.Path(), "", ""); head.ContentLength != int64(len(full.Body)) || len(body) > 0 {
				t.Errorf("asked for its head: %d bytes", head.ContentLength)
			}
		}
	}
}

func TestAPictureIsShownOnlyWhileAPublishedStoryShowsIt(t *testing.T) {
	db := storetest.Open(t)
	d := media.NewDarkroom(db, media.Options{})
	p, err := d.Add(t.Context(), media.Upload{Body: asPNG(t, drawing(30, 20))})
	if err != nil {
		t.Fatal(err)
	}
	published := false
	var failed error
	server := shown(t, db, func(_ context.Context, name string) (bool, error) { return published && name == p.Name, failed }, media.Published)
	url := server.URL + p.Renditions[0].Path()
	status := func() int {
		t.Helper()
		reply, body := asked(t, http.MethodGet, url, "", "")
		if reply.StatusCode != http.StatusOK && (bytes.Contains(body, []byte("JFIF")) || strings.Contains(reply.Header.Get("Cache-Control"), "immutable")) {
			t.Errorf("%s with %q, to be kept %q", reply.Status, body, reply.Header.Get("Cache-Control"))
		}
		return reply.StatusCode
	}
	before, beforeBody := asked(t, http.MethodGet, url, "", "")
	nowhere, nowhereBody := asked(t, http.MethodGet, server.URL+"/media/"+strings.Repeat("a", 26)+"-30.jpg", "", "")
	before.Header.Del("Date")
	nowhere.Header.Del("Date")
	if before.StatusCode != http.StatusNotFound || !bytes.Equal(beforeBody, nowhereBody) || len(before.Header) != len(nowhere.Header) {
		t.Errorf("not yet published it is %s %q %v; one that is not there is %s %q %v", before.Status, beforeBody, before.Header, nowhere.Status, nowhereBody, nowhere.Header)
	}
	published = true
	if got := status(); got != http.StatusOK {
		t.Errorf("published, it is %d", got)
	}
	published = false
	if got := status(); got != http.StatusNotFound {
		t.Errorf("withdrawn, it is %d", got)
	}
	published, failed = true, errors.New("the store is gone")
	if got := status(); got != http.StatusInternalServerError {
		t.Errorf("where nobody knows, it is %d", got)
	}
}

func TestOnlyARenditionsAddressIsOne(t *testing.T) {
	name := strings.Repeat("a", 25) + "7"
	for text, want := range map[string]media.Rendition{
		name + "-400.jpg":   {Name: name, Width: 400, Type: media.JPEG},
		name + "-1.png":     {Name: name, Width: 1, Type: media.PNG},
		name + "-2000.webp": {Name: name, Width: 2000, Type: media.WebP},
	} {
		got, err := media.ParseFile(text)
		if err != nil || got.Name != want.Name || got.Width != want.Width || got.Type != want.Type || got.Path() != media.Prefix+text {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", name, name + "-400", name + "-400.jpeg", name + "-400.gif", name + "-400.svg", name + "-0400.jpg", name + "-0.jpg", name + "-400000.jpg",
		name + "-400.jpg.html", name + "-400.JPG", strings.ToUpper(name) + "-400.jpg", name[1:] + "-400.jpg", "1" + name[1:] + "-400.jpg", "../" + name + "-400.jpg", name + "--400.jpg",
		name + "-400.jpg\x00", name + "-400.jpg\n", "a" + name + "-400.jpg",
	} {
		if r, err := media.ParseFile(text); !errors.Is(err, fault.NotFound) {
			t.Errorf("%q: %+v, %v, want fault.NotFound", text, r, err)
		}
	}
}
