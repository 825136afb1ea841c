package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// told is what one message says, as testdata/streams.recorded has it.
func told(m wire.Message, err error) string {
	if err != nil {
		return "refused: " + fault.Sentence(err)
	}
	all := []string{string(m.Stage)}
	for _, t := range m.Trades {
		size, aside := " without size", ""
		if !t.NoSize {
			size = " of " + t.Size.String()
		}
		if t.Aside {
			aside = " aside"
		}
		all = append(all, fmt.Sprintf("%s %s %s%s%s", t.Symbol, t.At.Format(time.RFC3339Nano), t.Price, size, aside))
	}
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, "|")
}

func TestEveryRecordedMessageOfAStreamIsHeardOrRefusedForItsReason(t *testing.T) {
	samples := filepath.Join(must.Samples(t), "quotes")
	list, err := os.ReadFile(filepath.Join("testdata", "streams.recorded"))
	if err != nil {
		t.Fatal(err)
	}
	left := map[string][]string{}
	for line := range strings.Lines(string(list)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.SplitN(strings.TrimSpace(line), "|", 4)
		if left[fields[0]] == nil {
			text, err := os.ReadFile(filepath.Join(samples, fields[0]))
			if err != nil {
				t.Fatal(err)
			}
			left[fields[0]] = strings.Split(strings.TrimSpace(string(text)), "\n")
		}
		message := left[fields[0]][0]
		left[fields[0]] = left[fields[0]][1:]
		p := byID(t, fields[1])
		about := listings(t, p, fields[2])
		if fields[3] == "sent" {
			if sent, told := p.Quotes.Stream.Say(wire.Opened, "key", about); !told || !slices.Equal(sent, []string{message}) {
				t.Errorf("it says %q, want %q", sent, message)
			}
			continue
		}
		got := told(p.Quotes.Stream.Hear([]byte(message), about))
		words, refused := strings.CutPrefix(fields[3], "refused: ")
		if got != fields[3] && (!refused || !strings.HasPrefix(got, "refused: ") || !strings.Contains(got, words)) {
			t.Errorf("%s\nis heard as %s\nwant        %s", message, got, fields[3])
		}
	}
	for name, lines := range left {
		if len(lines) > 0 {
			t.Errorf("%s: streams.recorded does not say what must come of %d of its lines", name, len(lines))
		}
	}
}

func TestATradeCountsForWhatItsConditionsSay(t *testing.T) {
	for _, c := range []struct{ provider, conditions, want string }{
		{"polygon", ``, "of 100"},
		{"polygon", `,"c":[]`, "of 100"},
		{"polygon", `,"c":[14,41]`, "of 100"},
		{"polygon", `,"c":[14,37]`, "of 100 aside"},     // an odd lot
		{"polygon", `,"c":[12]`, "of 100 aside"},        // outside of the session
		{"polygon", `,"c":[2]`, "of 100 aside"},         // at an average price
		{"polygon", `,"c":[15]`, "of 0 aside"},          // the telling of a close, and no trade
		{"polygon", `,"c":[777]`, "without size aside"}, // nobody knows
		{"finnhub", `,"c":null`, "without size"},
		{"finnhub", `,"c":["1","8"]`, "without size"},
		{"finnhub", `,"c":["1","12"]`, "without size aside"},
		{"finnhub", `,"c":["1","24"]`, "without size aside"},
		{"finnhub", `,"c":["99"]`, "without size aside"},
	} {
		p := byID(t, c.provider)
		message := `[{"ev":"T","sym":"BP","p":35.91,"s":100,"t":1770044400000` + c.conditions + `}]`
		if c.provider == "finnhub" {
			message = `{"type":"trade","data":[{"s":"BP","p":35.91,"v":100,"t":1770044400000` + c.conditions + `}]}`
		}
		got := told(p.Quotes.Stream.Hear([]byte(message), listings(t, p, "XNYS:BP/USD")))
		if want := "XNYS:BP 2026-02-02T15:00:00Z 35.91 " + c.want; got != want {
			t.Errorf("%s %s: %s, want %s", c.provider, c.conditions, got, want)
		}
	}
}

// messages are some that each stream may send, and some that it may not.
func messages() map[string][]string {
	return map[string][]string{
		"finnhub": {
			`{"type":"ping"}`, `{"type":"trade","data":[{"s":"BP","p":35.91,"v":100,"t":1770044400000,"c":["1"]}]}`,
			`{"type":"trade","data":[]}`, `{"type":"error","msg":"Invalid API key"}`, `{"type":"news"}`,
			`{"type":"trade","data":[{"s":"BP","p":0,"v":100,"t":1770044400000}]}`,
			`{"type":"trade","data":[{"s":"BP","p":35.91,"v":-1,"t":17}]}`,
		},
		"polygon": {
			`[{"ev":"status","status":"connected","message":"Connected Successfully"}]`,
			`[{"ev":"status","status":"auth_failed","message":"authentication failed"}]`,
			`[{"ev":"status","status":"max_connections","message":"Maximum number of websocket connections exceeded."}]`,
			`[{"ev":"T","sym":"BP","p":35.91,"s":100,"t":1770044400000,"c":[37]}]`, `[]`, `[{"ev":"Q","sym":"BP"}]`, `{"ev":"T"}`,
		},
	}
}

func TestWhatAStreamMustNotSayIsRefusedWithAReason(t *testing.T) {
	for _, c := range []struct {
		provider, message, want string
		kind                    error
	}{
		{"finnhub", `{"type":"error","msg":"Invalid API key"}`, "Invalid API key", fault.Upstream},
		{"finnhub", `{"type":"error","msg":"API limit reached"}`, "asked too often", fault.Busy},
		{"finnhub", `{"type":"news"}`, "was not asked for", fault.Upstream},
		{"finnhub", `<html>busy</html>`, "a page for people", fault.Upstream},
		{"finnhub", `{"type":"trade","data":[{"s":"BP","p":0,"t":1770044400000}]}`, "above zero", fault.Upstream},
		{"finnhub", `{"type":"trade","data":[{"s":"BP","p":35.91,"t":17}]}`, "no moment", fault.Upstream},
		{"polygon", `[{"ev":"status","status":"auth_failed","message":"no such key"}]`, "no such key", fault.Upstream},
		{"polygon", `[{"ev":"status","status":"max_connections","message":"Maximum number of connections exceeded."}]`, "asked too often", fault.Busy},
		{"polygon", `[{"ev":"T","sym":"BP","p":35.91,"s":-5,"t":1770044400000}]`, "no number of shares", fault.Upstream},
		{"polygon", `[{"ev":"T","sym":"VOD","p":35.91,"s":5,"t":1770044400000}]`, "was not asked for", fault.Upstream},
		{"polygon", `[{"ev":"Q","sym":"BP"}]`, "was not asked for", fault.Upstream},
		{"polygon", `[{"ev":"T","sym":"BP","p":35.91,"s":5,"t":1770044400000}`, "not the JSON", fault.Upstream},
	} {
		p := byID(t, c.provider)
		m, err := p.Quotes.Stream.Hear([]byte(c.message), listings(t, p, "XNYS:BP/USD"))
		if fault.KindOf(err) != c.kind || !strings.Contains(fault.Sentence(err), c.want) || len(m.Trades) > 0 {
			t.Errorf("%s: %v with %d trades, want %s", c.message, err, len(m.Trades), c.want)
		}
	}
}

func TestAStreamIsOpenedAndAskedAsItsServiceWants(t *testing.T) {
	finnhub, polygon := byID(t, "finnhub").Quotes.Stream, byID(t, "polygon").Quotes.Stream
	about := listings(t, byID(t, "polygon"), "XNYS:BP/USD XNAS:VOD/USD")
	if got := finnhub.Open(finnhub.Address, `k&"`); got != "wss://ws.finnhub.io/?token=k%26%22" {
		t.Error(got)
	}
	if got := polygon.Open(polygon.Address, "k"); strings.Contains(got, "k?") || got != "wss://socket.massive.com/stocks" {
		t.Error(got)
	}
	for _, c := range []struct {
		stage wire.Stage
		want  []string
		told  bool
	}{
		{wire.Opened, nil, false},
		{wire.Greeted, []string{`{"action":"auth","params":"k\"1"}`}, false},
		{wire.Admitted, []string{`{"action":"subscribe","params":"T.BP,T.VOD"}`}, false},
		{wire.Subscribed, nil, true},
	} {
		if got, told := polygon.Say(c.stage, `k"1`, about); !slices.Equal(got, c.want) || told != c.told {
			t.Errorf("at the stage %s: %q %v", c.stage, got, told)
		}
	}
}

// FuzzStreams gives every stream what any other might send, and worse. What is heard must be fit for bars and for the ledger.
func FuzzStreams(f *testing.F) {
	var all []wire.Provider
	for _, p := range provider.Quotes() {
		if p.Quotes.Stream == nil {
			continue
		}
		for _, m := range messages()[string(p.Source.ID)] {
			f.Add(uint8(len(all)), []byte(m))
		}
		all = append(all, p)
	}
	about := listings(f, all[0], "XNYS:BP/USD XNAS:VOD/USD")
	f.Fuzz(func(t *testing.T, n uint8, message []byte) {
		p := all[int(n)%len(all)]
		m, err := p.Quotes.Stream.Hear(message, about)
		if err != nil {
			if kind := fault.KindOf(err); kind != fault.Upstream && kind != fault.Busy || len(m.Trades) > 0 {
				t.Fatalf("%s: %v with %d trades", p.Source.ID, err, len(m.Trades))
			}
			return
		}
		for _, trade := range m.Trades {
			if trade.Price.Sign() <= 0 || !trade.Price.Fits() || trade.Size.Sign() < 0 || trade.NoSize && !trade.Size.IsZero() || trade.At.Year() < 1999 ||
				trade.Ref == "" || trade.Text == "" || !slices.ContainsFunc(about, func(l wire.Listed) bool { return l.Symbol == trade.Symbol }) {
				t.Fatalf("%s: %+v", p.Source.ID, trade)
			}
		}
	})
}
