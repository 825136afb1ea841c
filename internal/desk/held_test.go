package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/staff"
)

// A bar of a share that is held stands beside the values that are, and is decided on by the same buttons.
func TestABarThatIsHeldIsDecidedOnAtTheDesk(t *testing.T) {
	onEachEngine(t, func(t *testing.T, h *house) {
		owner := h.owner(t)
		rosa := h.invited(t, owner, "Rosa Reporter", staff.Reporter)
		vendor := market.Source{ID: "vendor", Name: "Our vendor", Kind: market.Dataset, Fresh: time.Hour, Terms: market.ShowOnly}
		day := func(n int, price string) market.Bar {
			p := currency.MustDecimal(price)
			return market.Bar{
				Symbol: "XNYS:BP", Interval: market.Daily, Source: vendor.ID, At: time.Date(2026, 2, 2+n, 0, 0, 0, 0, time.UTC), Seen: h.now,
				Open: p, High: p, Low: p, Close: p, NoVolume: true,
			}
		}
		r, err := h.ledger.AddBars(t.Context(), vendor, []market.Bar{day(0, "35.4"), day(1, "3540"), day(2, "22.0")}, market.BarsOptions{})
		if err != nil || len(r.Held) != 2 {
			t.Fatal(r, err)
		}
		if text := owner.get("/desk/", http.StatusOK).Find(".panel:contains('Held numbers')").Text(); !strings.Contains(text, "2 numbers are not decided on") {
			t.Errorf("today says %q", text)
		}
		panel := owner.get("/desk/held", http.StatusOK).Find(".panel:contains('3540')")
		for _, want := range []string{"XNYS:BP, bar of a day", "open 3540, high 3540, low 3540, close 3540", "Our vendor", "held by the rule “power of ten”", "apart from the price of 2 February 2026"} {
			if !strings.Contains(panel.Text(), want) {
				t.Errorf("the panel lacks %q: %q", want, panel.Text())
			}
		}
		if n := rosa.get("/desk/held", http.StatusOK).Find("form[action='/desk/held']").Length(); n != 0 {
			t.Errorf("who may not decide has %d forms for it", n)
		}
		owner.post("/desk/held", http.StatusOK, "id", string(r.Held[0].ID), "note", "pence", "act", "rejected")
		page := owner.post("/desk/held", http.StatusOK, "id", string(r.Held[1].ID), "note", "results", "act", "released")
		if text := page.Find("table").Text(); page.Find(".panel").Length() != 0 || !strings.Contains(text, "rejected by Olga Owner pence") || !strings.Contains(text, "released by Olga Owner results") {
			t.Errorf("decided are %q", text)
		}
		bars, _, err := h.ledger.Bars(t.Context(), market.Stretch{Symbol: "XNYS:BP", Interval: market.Daily, From: day(0, "1").At, To: day(2, "1").At})
		if err != nil || len(bars) != 2 || bars[1].Close.String() != "22.0" {
			t.Error(bars, err)
		}
	})
}
