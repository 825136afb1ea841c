package site_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// places are where live.js puts the parts of a cell: a selector, and an attribute or else the text.
func places(t *testing.T) (list [][]string) {
	t.Helper()
	script, err := os.ReadFile("assets/live.js")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(script), "const places = ")
	text, _, ok := strings.Cut(text, ";\n")
	text = regexp.MustCompile(`part\("(\w+)"\)`).ReplaceAllString(text, `"[data-part=$1]"`)
	text = strings.ReplaceAll(text, `" + "`, ``)
	if err := json.Unmarshal([]byte(strings.ReplaceAll(text, `,"+"`, `,`)), &list); !ok || err != nil {
		t.Fatalf("the places cannot be read: %v: %s", err, text)
	}
	return list
}

// told is the present state of a topic as a page is told it.
func (p *paper) told(t *testing.T, topic string) map[string]any {
	t.Helper()
	resp, err := p.Client().Get(p.URL + "/stream/" + topic + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var said struct{ Cells map[string]any }
	if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", topic, resp.Status, err)
	}
	return said.Cells
}

// What a page is told is what it prints, letter by letter, and it says so itself: its version is that of the state.
func TestAPageIsToldExactlyWhatItPrints(t *testing.T) {
	p := full(t)
	where := places(t)
	checked := 0
	for _, path := range []string{
		"/", "/2026/02/02/the-lev-is-gone", "/markets/", "/markets/?base=USD", "/markets/?q=dollar", "/markets/currencies/USD", "/markets/currencies/JPY?base=USD",
		"/markets/currencies/EUR", "/markets/shares/", "/markets/shares/XNYS/RIO", "/rates/EUR-USD", "/rates/USD-JPY", "/sources",
	} {
		doc := p.get(t, path, http.StatusOK)
		doc.Find("[data-live]").Each(func(_ int, part *goquery.Selection) {
			topic, version, _ := strings.Cut(part.AttrOr("data-live", ""), "@")
			cells := p.told(t, topic)
			if !p.agrees(t, topic, version) {
				t.Errorf("%s: of %s it shows another version than there is", path, topic)
			}
			part.Find("[data-row]").AddSelection(part.Filter("[data-row]")).Each(func(_ int, row *goquery.Selection) {
				key := row.AttrOr("data-row", "")
				switch cell := cells[key].(type) {
				case string:
					if got := row.Text(); got != cell {
						t.Errorf("%s: %s prints %q, and is told %q", path, key, got, cell)
					}
				case map[string]any:
					for i, line := range cell["lines"].([]any) {
						if got := strings.Join(strings.Fields(row.Find("p").Eq(i).Text()), " "); got != line {
							t.Errorf("%s: %s prints %q, and is told %q", path, key, got, line)
						}
					}
				case []any:
					for i, text := range cell {
						if text == nil || i >= len(where) {
							continue
						}
						row.Find(where[i][0]).Each(func(_ int, place *goquery.Selection) {
							got := strings.TrimSpace(place.Text())
							if len(where[i]) > 1 {
								got = place.AttrOr(where[i][1], "")
							}
							if got != strings.TrimSpace(text.(string)) {
								t.Errorf("%s: %s prints %q as %v, and is told %q", path, key, got, where[i], text)
							}
							checked++
						})
					}
					if flags := row.Find(".flag"); len(cell) > len(where) && flags.Length() != len(cell[len(where)].([]any)) {
						t.Errorf("%s: %s has %d flags, and is told %v", path, key, flags.Length(), cell[len(where)])
					}
				default:
					t.Errorf("%s: of %s in %s nothing is told", path, key, topic)
				}
			})
			for key, cell := range cells {
				if note, ok := strings.CutPrefix(key, "!"); ok && part.AttrOr("data-"+note, "") != cell.([]any)[0] {
					t.Errorf("%s: it says %q of its %s, and is told %v", path, part.AttrOr("data-"+note, ""), note, cell)
				}
			}
		})
	}
	if checked < 200 {
		t.Errorf("only %d places were looked at", checked)
	}
	if n := p.get(t, "/markets/?as-of=2026-02-02", http.StatusOK).Find("main [data-live]").Length(); n != 0 {
		t.Errorf("a board of the past follows %d topics", n)
	}
}

// agrees says whether a page that shows a version of a topic is told nothing at first.
func (p *paper) agrees(t *testing.T, topic, version string) bool {
	t.Helper()
	resp, err := p.Client().Get(p.URL + "/stream?topics=" + url.QueryEscape(topic+"@"+version))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for known := false; lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "data: ") {
			return false
		}
		if known && lines.Text() == "" {
			return true
		}
		known = known || strings.HasPrefix(lines.Text(), "id: ")
	}
	t.Fatalf("%s is answered with %s", topic, resp.Status)
	return false
}

func TestATopicThatThereIsNotIsRefusedInWords(t *testing.T) {
	p := full(t)
	for topic, want := range map[string]string{
		"": "no topic is named", "strap": "there is no topic", "board:": "is not a currency code", "board:eur": "write it as board:EUR", "board:QQQ": "QQQ",
		"pair:EUR": "pair:EUR", "pair:EUR/KRW": "EUR/KRW", "pair:XNYS:RIO": "write pair:EUR/USD", "share:EUR/USD": "share:XNYS:RIO",
		"share:XNYS:NONE": "XNYS:NONE", "story:": "no story", "story:/2026/02/31/a": "no story", "story:/2026/02/02/none": "story", "story:2026/02/02/x": "no story",
		"shares:": "there is no topic", "strip:x": "there is no topic", "board:EUR:": "board:EUR:",
	} {
		resp, err := p.Client().Get(p.URL + "/stream?topics=" + url.QueryEscape(topic))
		if err != nil {
			t.Fatal(err)
		}
		var said struct{ Error string }
		if err := json.NewDecoder(resp.Body).Decode(&said); err != nil || resp.StatusCode != http.StatusBadRequest || !strings.Contains(said.Error, want) {
			t.Errorf("%q is answered with %s: %q, %v", topic, resp.Status, said.Error, err)
		}
		_ = resp.Body.Close()
	}
	for path, want := range map[string]int{"/stream/": 404, "/stream/strip": 404, "/stream/strip.json": 200, "/stream/pair:EUR/USD.json": 200, "/stream/pair:EUR/USD/ABCDEFGH-1.json": 410, "/stream/a,b.json": 400, "/stream/strip@x.json": 400} {
		resp, err := p.Client().Get(p.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s is answered with %s", path, resp.Status)
		}
	}
}
