package app_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/archive"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/must"
	"github.com/courant-news/courant/internal/wire"
)

// recorded are the replies that stand in for the services of the sources that are on by default, below fx/centralbanks
// of the samples. Where a source is asked twice, the word that its second request bears chooses.
var recorded = map[string][]struct{ word, file string }{
	"bdi":         {{"", "bdi_01.csv"}},
	"bnr":         {{"", "exchanger/NationalBankOfRomania_nbrfxrates.xml"}},
	"boc":         {{"", "boc_01.json"}},
	"boe":         {{"", "boe_01.csv"}},
	"boi":         {{"", "boi_01.csv"}},
	"cba":         {{"", "cba_01.xml"}},
	"cbar":        {{"", "cbar_2026-09-04_TRIMMED.xml"}},
	"cbr":         {{"", "cbr_01.xml"}},
	"cbu":         {{"", "cbu_01.json"}},
	"cnb":         {{"", "cnb_01.json"}},
	"ecb":         {{"", "../ecb/eurofxref-daily_2024-06-26.xml"}},
	"hnb":         {{"", "hnb_02.json"}},
	"imf":         {{"SDRCV", "imf_02.tsv"}, {"", "imf_01.tsv"}},
	"mnb":         {{"", "mnb_01.xml"}},
	"nbg":         {{"", "nbg_01.json"}},
	"nbk":         {{"", "nbk_01.xml"}},
	"nbkr":        {{"", "nbkr_live_01.xml"}},
	"nbkr-weekly": {{"", "nbkr_live_02.xml"}},
	"nbm":         {{"metal", "nbm_02.xml"}, {"", "nbm_03.xml"}},
	"nbp":         {{"zlota", ""}, {"", "nbp_01.json"}},
	"nbp-b":       {{"", "nbp_02.json"}},
	"nbrb":        {{"", "nbrb_01.json"}},
	"nbt":         {{"", "nbt_01.xml"}},
	"nbu":         {{"", "nbu_01.json"}},
	"norges":      {{"", "nb_01.csv"}},
	"rba":         {{"", "rba_01.csv"}},
	"riksbank":    {{"", "rb_01.json"}},
	"tcmb":        {{"", "exchanger/CentralBankOfRepublicTurkey_cbrt_today.xml"}},
}

// services answers as the banks did, each below a path of its name.
func services(t *testing.T, samples string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		for _, reply := range recorded[id] {
			if strings.Contains(rest+"?"+r.URL.RawQuery, reply.word) && reply.file != "" {
				body, err := os.ReadFile(filepath.Join(samples, "fx/centralbanks", reply.file))
				if err != nil {
					t.Error(err)
				}
				rw.Header().Set("Content-Type", "application/octet-stream")
				_, _ = rw.Write(body)
				return
			}
		}
		http.NotFound(rw, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// The bar is what the paper promises: nearly every currency that a printed board carries, from official sources that
// want no key, from pegs and from fixed conversion rates.
func TestTheSourcesThatAreOnByDefaultCoverThePrintedBoard(t *testing.T) {
	samples := must.Samples(t)
	server := services(t, samples)
	c := app.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Name: "The Sample", Base: "EUR", Wire: "on"}
	providers, err := c.Fetched()
	if err != nil {
		t.Fatal(err)
	}
	var mirrors []string
	for _, p := range providers {
		mirrors = append(mirrors, string(p.Source.ID)+"="+server.URL+"/"+string(p.Source.ID))
	}
	c.Mirror = strings.Join(mirrors, ",")
	h, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if providers, err = h.Config.Fetched(); err != nil {
		t.Fatal(err)
	}
	runner, err := h.NewRunner(providers, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range providers {
		if _, ok := recorded[string(p.Source.ID)]; !ok {
			t.Logf("no reply of %s is among the samples", p.Source.ID)
			continue
		}
		if _, err := runner.Turn(t.Context(), p); err != nil {
			t.Logf("%s: %v", p.Source.ID, err)
		}
	}
	asOf := market.AsOf{At: time.Date(2026, 4, 30, 12, 0, 0, 0, time.UTC)}
	b, err := h.Ledger.Board(t.Context(), "EUR", asOf)
	if err != nil {
		t.Fatal(err)
	}
	how := map[market.How]int{}
	var missing []currency.Code
	stale := 0
	for _, code := range seedCodes(t, samples) {
		p, ok := b.Price(code)
		if !ok { // the board leaves out what was retired long ago; the pair's own page has it
			p, err = h.Ledger.Rate(t.Context(), market.Pair("EUR", code), asOf)
			if err != nil && fault.KindOf(err) == fault.NotFound {
				missing = append(missing, code)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		how[p.How]++
		labelled(t, h, p)
		if slices.ContainsFunc(p.Flags, func(f market.Flag) bool { return f.Code == market.Stale }) {
			stale++
		}
		for _, o := range p.From {
			cited(t, runner, o)
		}
	}
	covered := 0
	for _, n := range how {
		covered += n
	}
	t.Logf("%d of 170 covered: %v, of which %d stale on that day; not covered: %v", covered, how, stale, missing)
	if covered < 160 {
		t.Errorf("%d of the 170 printed currencies are covered; at least 160 are to be", covered)
	}
}

func seedCodes(t *testing.T, samples string) []currency.Code {
	t.Helper()
	f, err := os.Open(filepath.Join(samples, "seed/page.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	page, err := archive.ReadPage(f)
	if err != nil {
		t.Fatal(err)
	}
	var codes []currency.Code
	for _, r := range page.Rates {
		codes = append(codes, r.Code)
	}
	if len(codes) != 170 {
		t.Fatalf("the printed board holds %d currencies, not 170", len(codes))
	}
	return codes
}

// labelled checks that a price says what it is: an official source's, or fixed by a fact that is named.
func labelled(t *testing.T, h *app.House, p market.Price) {
	t.Helper()
	known, err := h.Ledger.Known(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	switch kind := known[p.Source].Kind; {
	case kind != market.Official && p.Source != market.TableID:
		t.Errorf("%s is of %s, which is %q", p.Symbol, p.Source, kind)
	case p.How == market.Fixed:
		fact := func(f market.Flag) bool {
			return (f.Code == market.Pegged || f.Code == market.Lasting) && f.Source != ""
		}
		if !slices.ContainsFunc(p.Flags, fact) {
			t.Errorf("%s is fixed, and no flag names the fact: %v", p.Symbol, p.Flags)
		}
	case len(p.From) == 0:
		t.Errorf("%s rests on nothing", p.Symbol)
	}
}

var figure = regexp.MustCompile(`[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?`)

// cited checks an observation against the very bytes that it was read of: among the figures that it says stood there
// is one that does, and that has its digits.
func cited(t *testing.T, r *wire.Runner, o market.Observation) {
	t.Helper()
	reply, err := r.Origin(t.Context(), o)
	if err != nil {
		t.Errorf("%s of %s: %v", o.Symbol, o.Source, err)
		return
	}
	ounce, err := currency.ParseDecimal("31.1034768") // grams: a bank that prices a gram of metal is moved by this
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range figure.FindAllString(o.Ref, -1) {
		stated := significant(text)
		if grams, err := currency.ParseDecimal(text); err == nil && strings.Contains(o.Ref, " g of ") {
			stated = significant(grams.Mul(ounce).String())
		}
		if stated == significant(o.Value.String()) && bytes.Contains(reply.Body, []byte(text)) {
			return
		}
	}
	t.Errorf("%s %s of %s does not stand in its reply as %q", o.Symbol, o.Value, o.Source, o.Ref)
}

// significant are the digits of a number without the point and without zeros at either end.
func significant(text string) string {
	text = strings.NewReplacer(".", "", ",", "").Replace(text)
	return strings.Trim(text, "0")
}
