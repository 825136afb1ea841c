package site

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/store/storetest"
	"github.com/courant-news/courant/internal/web"
)

// drawnPhoto is a photo's markup.
func drawnPhoto(t *testing.T, p Photo) *goquery.Selection {
	t.Helper()
	body, err := web.Render(t.Context(), photo(p))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(body, []byte("style=")) {
		t.Errorf("a style in the markup: %s", body)
	}
	d, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return d.Find("figure.picture")
}

func TestAPhotoOffersEveryWidthAndTheNewestKindFirst(t *testing.T) {
	name := strings.Repeat("a", 26)
	p := media.Picture{Name: name, Width: 4000, Height: 3000, Colour: "#c0ffee"}
	for _, w := range []int{400, 800, 1200, 1600, 2000} {
		p.Renditions = append(p.Renditions, media.Rendition{Name: name, Width: w, Height: w * 3 / 4, Type: media.JPEG})
	}
	for _, w := range []int{400, 800, 1200, 1600} {
		p.Renditions = append(p.Renditions, media.Rendition{Name: name, Width: w, Height: w * 3 / 4, Type: media.WebP})
	}
	f := photoOf(p, media.TopRight)
	f.Alt, f.Caption, f.Sizes, f.First = `The "harbour" & its <cranes>`, "Rotterdam", "(width >= 64em) 50vw, 100vw", true
	d := drawnPhoto(t, f)
	img, source := d.Find("picture > img"), d.Find("picture > source")
	for attr, want := range map[string]string{
		"src": "/media/" + name + "-800.jpg", "width": "2000", "height": "1500", "alt": f.Alt, "sizes": f.Sizes, "class": "focus-top-right",
		"fetchpriority": "high", "loading": "", "data-colour": "#c0ffee", "decoding": "async",
	} {
		if got := img.AttrOr(attr, ""); got != want {
			t.Errorf("%s is %q, want %q", attr, got, want)
		}
	}
	if got := img.AttrOr("srcset", ""); strings.Count(got, ".jpg ") != 5 || !strings.HasSuffix(got, "/media/"+name+"-2000.jpg 2000w") {
		t.Errorf("the widths of the plain kind are %q", got)
	}
	if got := source.AttrOr("srcset", ""); source.Length() != 1 || source.AttrOr("type", "") != "image/webp" || source.AttrOr("sizes", "") != f.Sizes || strings.Count(got, ".webp ") != 4 {
		t.Errorf("the widths of the newest kind are %q", got)
	}
	if d.Find("figcaption").Text() != "Rotterdam" || d.HasClass("whole") {
		t.Errorf("the caption is %q, the class %q", d.Find("figcaption").Text(), d.AttrOr("class", ""))
	}
}

func TestAPhotoBelowIsFetchedWhenItIsReached(t *testing.T) {
	name := strings.Repeat("b", 26)
	f := photoOf(media.Picture{Renditions: []media.Rendition{{Name: name, Width: 300, Height: 100, Type: media.PNG}}}, media.Middle)
	f.Whole = true
	d := drawnPhoto(t, f)
	img := d.Find("img")
	_, hasAlt := img.Attr("alt")
	_, hasClass := img.Attr("class")
	if img.AttrOr("loading", "") != "lazy" || img.AttrOr("src", "") != "/media/"+name+"-300.png" || !hasAlt || hasClass ||
		d.Find("source, figcaption").Length() != 0 || !d.HasClass("whole") {
		t.Error(d.Html())
	}
}

func TestEveryFocusIsAClassOfTheStyle(t *testing.T) {
	css, err := assetFiles.ReadFile("assets/courant.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, focus := range media.Focuses() {
		f := photoOf(media.Picture{}, focus)
		if read, err := media.ParseFocus(string(focus)); err != nil || read != focus {
			t.Errorf("%q is read as %q, %v", focus, read, err)
		}
		if f.Class != "" && !bytes.Contains(css, []byte("."+f.Class+"{object-position:")) {
			t.Errorf("%q has no style", f.Class)
		}
	}
	if _, err := media.ParseFocus("centre"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a place that is none: %v", err)
	}
}

// harbour is a picture that is blue on the left and red on the right.
func harbour(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 1800, 900))
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{20, 40, 200, 255}), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(900, 0, 1800, 900), image.NewUniform(color.RGBA{200, 30, 20, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestABrowserShowsAPhotoUnderTheStrictPolicy(t *testing.T) {
	chromium := must.Chromium(t)
	db := storetest.Open(t)
	p, err := media.NewDarkroom(db, media.Options{}).Add(t.Context(), media.Upload{Body: harbour(t)})
	if err != nil {
		t.Fatal(err)
	}
	f := photoOf(p, media.Right)
	f.Alt = "A harbour"
	body, err := web.Render(t.Context(), photo(f))
	if err != nil {
		t.Fatal(err)
	}
	f.Whole = true
	whole, err := web.Render(t.Context(), photo(f))
	if err != nil {
		t.Fatal(err)
	}
	css, err := assetFiles.ReadFile("assets/courant.css")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	write := func(kind string, text []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = w.Write(text)
		}
	}
	mux.Handle("GET /courant.css", write("text/css", css))
	mux.Handle("GET /{$}", write("text/html; charset=utf-8", []byte(`<!doctype html><html lang="en"><title>A photo</title>`+
		`<link rel="stylesheet" href="/courant.css"><main class="page">`+string(body)+string(whole)+`<p id="below">below</p></main>`)))
	// The pictures come once the page was looked at without them. They are lazy, so that the page is loaded before.
	come := make(chan struct{})
	may := func(ctx context.Context, _ string) (bool, error) {
		select {
		case <-come:
			return true, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	fail := func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, fault.Sentence(err), web.Status(err))
	}
	mux.Handle("GET /media/{file}", web.Handle(slog.New(slog.DiscardHandler), fail, media.Serve(db, may, media.Published)))
	server := httptest.NewServer(web.Secure(mux))
	defer server.Close()

	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("headless", "new"),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(700, 900))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	ctx, stop = context.WithTimeout(ctx, 4*time.Minute)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/"), chromedp.WaitVisible("#below")); err != nil {
		t.Fatal(err)
	}
	type view struct {
		Src, Position, Behind   string
		Natural, Cropped, Whole float64
	}
	look := func() view {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[view](`(() => {
			const [img, whole] = document.querySelectorAll("img"), style = getComputedStyle(img);
			return {Src: img.currentSrc, Position: style.objectPosition, Behind: style.backgroundColor, Natural: whole.naturalWidth,
				Cropped: img.clientWidth / img.clientHeight, Whole: whole.clientWidth / whole.clientHeight};
		})()`))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	shown := look()
	if shown.Natural != 0 || shown.Cropped < 1.49 || shown.Cropped > 1.51 || shown.Whole < 1.99 || shown.Whole > 2.01 {
		t.Errorf("before the pictures are there, %+v", shown)
	}
	close(come)
	failed, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`Promise.all([...document.querySelectorAll("img")].map(i => i.decode())).then(() => "", String)`, chromedp.EvalAwaitPromise))
	if err != nil || failed != "" {
		t.Errorf("the pictures: %s %v", failed, err)
	}
	before := shown
	if shown = look(); shown.Natural == 0 || shown.Cropped != before.Cropped || shown.Whole != before.Whole || shown.Position != "100% 50%" {
		t.Errorf("once they are there, %+v", shown)
	}
	if !strings.Contains(shown.Src, p.Name+"-800.") {
		t.Errorf("in a window of 700 points it fetched %s", shown.Src)
	}
	var r, g, b int
	if _, err := fmt.Sscanf(p.Colour, "#%02x%02x%02x", &r, &g, &b); err != nil || shown.Behind != fmt.Sprintf("rgb(%d, %d, %d)", r, g, b) {
		t.Errorf("behind it is %s; the picture's average is %s", shown.Behind, p.Colour)
	}
}
