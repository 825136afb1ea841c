package native_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/courant-news/courant/internal/api/native"
)

// described is the page, read.
func described(t *testing.T, h *house, headers ...string) *goquery.Document {
	t.Helper()
	status, header, body := h.ask(t, "/api/", headers...)
	if status != 200 || header.Get("Content-Type") != "text/html; charset=utf-8" || header.Get("Content-Security-Policy") == "" {
		t.Fatalf("%d %v", status, header)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestThePageDescribesEveryEndpointWithARealAnswer(t *testing.T) {
	h := full(t, native.Options{})
	doc := described(t, h)
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if ids[id] {
			t.Errorf("%s stands twice", id)
		}
		ids[id] = true
	})
	for _, o := range operations(t, h.get(t, "/api/openapi.json")) {
		name := o.object["operationId"].(string)
		section := doc.Find("section#" + name)
		if section.Length() != 1 || !strings.Contains(section.Find("p code").First().Text(), o.path) {
			t.Errorf("%s is not described", name)
			continue
		}
		command, answer := section.Find("pre").Eq(0).Text(), section.Find("pre").Eq(1).Text()
		if !strings.Contains(command, "curl -s") || !strings.Contains(command, h.URL+"/api/v1/") {
			t.Errorf("%s: the example is %s", name, command)
		}
		if !strings.HasPrefix(answer, "{\n") {
			t.Errorf("%s: the answer is %s", name, answer)
		}
		if params, _ := o.object["parameters"].([]any); section.Find("table").First().Find("tbody tr").Length() < len(params) {
			t.Errorf("%s: not all of its %d parameters are described", name, len(params))
		}
	}
	doc.Find("a[href^='#']").Each(func(_ int, a *goquery.Selection) {
		if href, _ := a.Attr("href"); !ids[href[1:]] {
			t.Errorf("%s leads nowhere", href)
		}
	})
	for _, kind := range []string{"invalid", "not-found", "form", "method", "too-large", "body", "busy", "internal"} {
		if !ids[kind] {
			t.Errorf("the problem %s is not explained", kind)
		}
	}
	if n := doc.Find("script,[style],[onclick]").Length(); n > 0 {
		t.Errorf("%d scripts or styles", n)
	}
}

// The examples can be run as they stand.
func TestEveryExampleOfThePageIsAnswered(t *testing.T) {
	h := full(t, native.Options{})
	n := 0
	described(t, h).Find("section > pre").Each(func(_ int, s *goquery.Selection) {
		command := s.Text()
		_, address, _ := strings.Cut(command, "'"+h.URL)
		address, _, _ = strings.Cut(address, "'")
		if strings.Contains(command, "--data-binary") {
			return // a POST, which the proof-reader's test makes
		}
		if strings.Contains(command, "curl -sN") {
			return // a stream, which has no end; see stream_test.go
		}
		n++
		if status, _, body := h.ask(t, address); status != 200 {
			t.Errorf("%s: %d %s", command, status, body)
		}
	})
	if n < 9 {
		t.Errorf("%d examples", n)
	}
}

func TestEveryFormAsksWithoutAScript(t *testing.T) {
	h := full(t, native.Options{})
	forms := described(t, h).Find("form")
	if forms.Length() < 9 {
		t.Fatalf("%d forms", forms.Length())
	}
	forms.Each(func(_ int, f *goquery.Selection) {
		action, _ := f.Attr("action")
		filled := url.Values{}
		f.Find("input").Each(func(_ int, in *goquery.Selection) {
			name, _ := in.Attr("name")
			filled.Set(name, in.AttrOr("value", ""))
		})
		f.Find("select").Each(func(_ int, in *goquery.Selection) {
			name, _ := in.Attr("name")
			filled.Set(name, in.Find("option[selected]").Text())
		})
		if name := action[strings.LastIndexByte(action, '/')+1:]; name == "observation" {
			filled.Set("id", string(said(bank, "EUR/USD", "1.1859", monday).ID))
		}
		form := "csv"
		if f.Find("select[name=form] option").Length() == 1 {
			form = "json"
		}
		filled.Set("form", form)
		status, header, body := h.ask(t, action+"?"+filled.Encode())
		if status != 200 || !strings.Contains(header.Get("Content-Type"), "/"+form) {
			t.Errorf("%s?%s: %d %s", action, filled.Encode(), status, body)
		}
	})
}

func TestAFormLeadsToTheAddressThatCanBeCopied(t *testing.T) {
	h := full(t, native.Options{})
	client := h.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for form, want := range map[string]string{
		"board?base=USD&quotes=JPY%2CEUR&as_of=&inverse=false&form=json":       "/api/v1/board?base=USD&quotes=JPY,EUR",
		"rate?pair=EUR%2FUSD&as_of=2026-02-02":                                 "/api/v1/rates/EUR%2FUSD?as_of=2026-02-02",
		"rate?pair=..%2F..%2F..%2Fevil&form=csv":                               "/api/v1/rates/..%2F..%2F..%2Fevil.csv",
		"rate?pair=%2F%2Fevil.example":                                         "/api/v1/rates/%2F%2Fevil.example",
		"currency?code=BGN&form=ndjson&more=1":                                 "/api/v1/currencies/BGN.ndjson",
		"convert?from=EUR&to=JPY&amount=1%26to%3DUSD":                          "/api/v1/convert?from=EUR&to=JPY&amount=1%26to%3DUSD",
		"series?pair=EUR-USD&group=month&method=last&limit=5&form=json&from=+": "/api/v1/series/EUR-USD?group=month&limit=5",
	} {
		status, header, _ := h.ask(t, "/api/forms/"+form)
		if got := header.Get("Location"); status != http.StatusSeeOther || got != want {
			t.Errorf("%s: %d %s, want %s", form, status, got, want)
		}
	}
}

func TestTheExamplesNameTheHostThatWasAsked(t *testing.T) {
	h := full(t, native.Options{})
	for host, want := range map[string]string{
		"rates.example":             "http://rates.example/api/v1/",
		"rates.example:8443":        "http://rates.example:8443/api/v1/",
		"[::1]:80":                  "http://[::1]:80/api/v1/",
		"x'; rm -rf #":              "http://localhost:8080/api/v1/",
		strings.Repeat("long.", 40): "http://localhost:8080/api/v1/",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/api/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		w := recorded(h, r)
		if !strings.Contains(w, want) {
			t.Errorf("%s: the page does not name %s", host, want)
		}
	}
}

func TestAnEmptyPaperDescribesItsInterfaceToo(t *testing.T) {
	h := empty(t, native.Options{})
	if text := described(t, h).Find("section#rate").Text(); !strings.Contains(text, "no source has said what EUR/USD was") {
		t.Errorf("%s", text)
	}
}

func TestThePageIsPutIntoTheFrameThatIsGiven(t *testing.T) {
	h := full(t, native.Options{Page: func(r *http.Request, title, description, body string) ([]byte, error) {
		return []byte("<html><h1>" + title + r.URL.Path + "</h1>" + body), nil
	}})
	if text := described(t, h).Find("h1").First().Text(); text != "For programs/api/" {
		t.Errorf("%s", text)
	}
}
