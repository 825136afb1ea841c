package market_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

const (
	listingsHead = "symbol,instrument,name,kind,unit,since,until,note,source,verified\n"
	idsHead      = "symbol,scheme,value,since,until,source,verified\n"
	eventsHead   = "symbol,date,kind,ratio_new,ratio_old,amount,unit,other,note,source,verified\n"
)

// invented is a table in which everything happens that may happen to a listing.
func invented(t *testing.T) *market.Listings {
	t.Helper()
	l, err := market.ParseListings(listingsHead+`XNYS:OLD,acme,Acme Inc.,share,USD,,2020-03-31,,s,v
XNYS:NEW,acme,Acme Inc.,share,USD,2020-04-01,,,s,v
XLON:PNY,penny,Penny plc,share,GBX,,,,s,v
XNYS:ADS,penny,Penny plc depositary shares,depositary receipt,USD,,,,s,v
XNYS:LOST,lost,Lost Inc.,share,USD,2020-06-01,,,s,v
XNAS:GONE,gone,Gone Inc.,share,USD,,2021-05-28,,s,v
XNAS:HALT,halt,Halting Inc.,share,USD,,,,s,v
`, idsHead+`XNYS:NEW,ISIN,US0000000000,,2020-12-31,s,v
XNYS:NEW,ISIN,US1111111111,2021-01-01,,s,v
XNYS:NEW,FIGI,BBG000000001,,,s,v
`, eventsHead+`XNYS:NEW,2021-06-01,split,3,1,,,,,s,v
XNYS:OLD,2020-03-02,split,2,1,,,,,s,v
XNYS:NEW,2020-04-01,rename,,,,,XNYS:OLD,,s,v
XLON:PNY,2021-01-04,special dividend,,,1.50,GBP,,,s,v
XLON:PNY,2021-02-01,special dividend,,,,,,,s,v
XNYS:ADS,2021-03-01,ratio change,1,4,,,,,s,v
XNYS:ADS,2021-04-01,split,,,,,,,s,v
XNYS:LOST,2020-06-01,transfer,,,,,,,s,v
XNAS:GONE,2021-05-28,merger,,,,,XNYS:NEW,Two dollars a share.,s,v
XNAS:HALT,2021-07-01,halt,,,,,,News is pending.,s,v
XNAS:HALT,2021-07-06,resumption,,,,,,,s,v
XNAS:HALT,2021-08-02,suspension,,,,,,By order.,s,v
`)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dateOf(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestACloseIsAdjustedForAllThatLayBetween(t *testing.T) {
	l := invented(t)
	for _, c := range []struct {
		symbol    market.Symbol
		close     string
		on, later string
		want      string
		basis     string
	}{
		{"XNYS:NEW", "90", "2021-05-28", "2021-06-01", "30", "adjusted 3 for 1 for the split of 1 June 2021"},
		{"XNYS:NEW", "100", "2021-05-28", "2021-06-01", "33.3333333333", "adjusted 3 for 1 for the split of 1 June 2021"},
		{"XNYS:NEW", "50.10", "2020-03-31", "2020-04-01", "50.10", "carried over for the rename of 1 April 2020 from XNYS:OLD"},
		{"XNYS:NEW", "60", "2020-02-28", "2021-06-30", "10", "adjusted 2 for 1 for the split of 2 March 2020, and carried over for the rename of 1 April 2020 from XNYS:OLD, and adjusted 3 for 1 for the split of 1 June 2021"},
		{"XLON:PNY", "1000", "2020-12-31", "2021-01-04", "850", "less 1.50 GBP for the special dividend of 4 January 2021"},
		{"XNYS:ADS", "5", "2021-02-26", "2021-03-01", "20", "adjusted 1 for 4 for the ratio change of 1 March 2021"},
		{"XNAS:HALT", "7", "2021-06-30", "2021-07-06", "7", ""},
	} {
		a, err := l.Adjust(c.symbol, currency.MustDecimal(c.close), dateOf(t, c.on), dateOf(t, c.later), nil)
		if err != nil || a.Value.String() != c.want || a.Basis != c.basis {
			t.Errorf("%s %s of %s on %s is %s, %q (%v), not %s, %q", c.symbol, c.close, c.on, c.later, a.Value, a.Basis, err, c.want, c.basis)
		}
	}
	for _, c := range []struct {
		symbol    market.Symbol
		on, later string
		says      string
	}{
		{"XLON:PNY", "2021-01-29", "2021-02-01", "XLON:PNY has no close of 29 January 2021 that can be compared: what the special dividend of 1 February 2021 paid is not known"},
		{"XNYS:ADS", "2021-03-31", "2021-04-01", "how many new shares the split of 1 April 2021 gave for an old one is not known"},
		{"XNYS:LOST", "2020-05-29", "2020-06-01", "how many new shares the transfer of 1 June 2020 gave"},
		{"XNAS:GONE", "2021-05-28", "2021-06-01", "became part of XNYS:NEW. Two dollars a share"},
		{"XNAS:HALT", "2021-06-30", "2021-07-02", "it did not trade on 2 July 2021. The trading of Halting Inc. as XNAS:HALT is halted since 1 July 2021"},
		{"XNAS:HALT", "2021-07-30", "2021-08-02", "is suspended since 2 August 2021. By order"},
		{"XNYS:OLD", "2020-03-30", "2020-04-01", "it did not trade on 1 April 2020"},
		{"XNYS:LOST", "2020-05-27", "2020-05-28", "it did not trade on 27 May 2020"},
	} {
		a, err := l.Adjust(c.symbol, currency.MustDecimal("10"), dateOf(t, c.on), dateOf(t, c.later), nil)
		if !errors.Is(err, fault.NotFound) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s of %s on %s is %s (%v)", c.symbol, c.on, c.later, a.Value, err)
		}
	}
}

// To adjust by way of any day between is to adjust at once.
func TestAdjustingGoesByAnyWay(t *testing.T) {
	l := invented(t)
	first, last := dateOf(t, "2020-02-28"), dateOf(t, "2021-06-30")
	at := func(d time.Time) market.Symbol {
		if d.Before(dateOf(t, "2020-04-01")) {
			return "XNYS:OLD"
		}
		return "XNYS:NEW"
	}
	whole, err := l.Adjust("XNYS:NEW", currency.MustDecimal("61.20"), first, last, nil)
	if err != nil {
		t.Fatal(err)
	}
	ways := 0
	for d := first; d.Before(last); d = d.AddDate(0, 0, 1) {
		half, err := l.Adjust(at(d), currency.MustDecimal("61.20"), first, d, nil)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := l.Adjust("XNYS:NEW", half.Value, d, last, nil)
		if err != nil || !rest.Value.Equal(whole.Value) || len(half.Events)+len(rest.Events) != len(whole.Events) {
			t.Fatalf("by way of %s it is %s, not %s (%v)", d, rest.Value, whole.Value, err)
		}
		ways++
	}
	if ways < 400 {
		t.Errorf("only %d ways", ways)
	}
}

func TestAListingHasAStatusOnADay(t *testing.T) {
	l := invented(t)
	for _, c := range []struct {
		symbol market.Symbol
		on     string
		want   market.Status
		since  string
	}{
		{"XNYS:NEW", "2020-03-31", market.StatusNotYet, ""},
		{"XNYS:NEW", "2020-04-01", market.StatusListed, "2020-04-01"},
		{"XNYS:OLD", "2020-03-31", market.StatusListed, ""},
		{"XNYS:OLD", "2020-04-01", market.StatusDelisted, "2020-04-01"},
		{"XNAS:GONE", "2021-05-28", market.StatusListed, ""},
		{"XNAS:GONE", "2021-05-29", market.StatusMerged, "2021-05-29"},
		{"XNAS:HALT", "2021-06-30", market.StatusListed, ""},
		{"XNAS:HALT", "2021-07-05", market.StatusHalted, "2021-07-01"},
		{"XNAS:HALT", "2021-07-06", market.StatusListed, "2021-07-06"},
		{"XNAS:HALT", "2022-01-01", market.StatusSuspended, "2021-08-02"},
	} {
		got, err := l.StatusOn(c.symbol, dateOf(t, c.on))
		since := ""
		if !got.Since.IsZero() {
			since = got.Since.Format(time.DateOnly)
		}
		if err != nil || got.Status != c.want || since != c.since || got.Source == "" || (got.Text == "") != (c.want == market.StatusListed) {
			t.Errorf("%s on %s: %+v (%v), want %s since %q", c.symbol, c.on, got, err, c.want, c.since)
		}
	}
	if _, err := l.StatusOn("XNYS:ACME", time.Time{}); !errors.Is(err, fault.NotFound) {
		t.Error(err)
	}
	gone, err := market.KnownListings().StatusOn("XNYS:SCS", dateOf(t, "2026-02-02"))
	if err != nil || gone.Status != market.StatusMerged || gone.Into != "XNYS:HNI" {
		t.Errorf("Steelcase: %+v (%v)", gone, err)
	}
}

func TestAnInstrumentHasSeveralListings(t *testing.T) {
	for symbol, want := range map[market.Symbol]string{
		"XNYS:AZN":   "XNAS:AZN XNYS:AZN",
		"XNAS:AZN":   "XNAS:AZN XNYS:AZN",
		"XLON:RKT":   "OTCM:RBGPF XLON:RKT",
		"OTCM:RYCEF": "OTCM:RYCEF XLON:RR.",
		"XNYS:CMSC":  "XNYS:CMSC",
	} {
		lines, err := market.KnownListings().Lines(symbol)
		var got []string
		for _, i := range lines {
			got = append(got, string(i.Symbol))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is listed as %v, not %s (%v)", symbol, got, want, err)
		}
	}
	if _, err := market.KnownListings().Lines("XNYS:ACME"); !errors.Is(err, fault.NotFound) {
		t.Error(err)
	}
	l := invented(t)
	i, err := l.Instrument("XNYS:NEW")
	if err != nil || i.ISIN != "US1111111111" || i.FIGI != "BBG000000001" || len(l.Identifiers("XNYS:NEW")) != 3 {
		t.Errorf("%+v (%v)", i, err)
	}
	rkt, err := market.KnownListings().Instrument("XLON:RKT")
	if err != nil || rkt.Unit.Code != "GBX" || rkt.Currency != "GBP" || rkt.ISIN != "" || len(market.KnownListings().Identifiers("XLON:RKT")) != 2 {
		t.Errorf("%+v (%v)", rkt, err)
	}
}

func TestAQuoteOfWhatIsHaltedSaysNoChange(t *testing.T) {
	facts := market.Facts{Sources: market.Sources{"wire": {ID: "wire", Fresh: 48 * time.Hour}}, Currencies: currency.All(), Listings: invented(t)}
	at := dateOf(t, "2021-07-02")
	said := func(f market.Field, v string) market.Observation {
		return market.NewObservation("XNAS:HALT", f, currency.MustDecimal(v), market.Moment{At: at, Seen: at}, "wire", "")
	}
	q, err := market.SettleQuote("XNAS:HALT", []market.Observation{said(market.Last, "7"), said(market.PreviousClose, "6")}, facts, market.AsOf{At: at, Known: at})
	if err != nil || !strings.Contains(q.Move.Withheld, "is halted since 1 July 2021") {
		t.Errorf("%+v (%v)", q.Move, err)
	}
}

func TestTablesOfListingsThatCannotBeRightAreRefused(t *testing.T) {
	const good = "XNYS:A,a,A,share,USD,,,,s,v\n"
	for _, c := range []struct{ listings, ids, events, says string }{
		{good + good, "", "", "listings.csv: row 3: XNYS:A stands twice"},
		{"A,a,A,share,USD,,,,s,v\n", "", "", "row 2"},
		{"XNYS:A,a,A,share,gbp,,,,s,v\n", "", "", "no unit of prices"},
		{"XNYS:A,a,A,share,USD,yesterday,,,s,v\n", "", "", "not a date"},
		{good, "XNYS:B,ISIN,X,,,s,v\n", "", "XNYS:B is not in listings.csv"},
		{good, "XNYS:A,ISIN,X,soon,,s,v\n", "", "identifiers.csv: row 2"},
		{good, "", "XNYS:A,2020-01-02,split,2,0,,,,,s,v\n", "is no ratio"},
		{good, "", "XNYS:A,2020-01-02,split,2,,,,,,s,v\n", "is no ratio"},
		{good, "", "XNYS:A,2020-01-02,special dividend,,,-1,USD,,,s,v\n", "no amount"},
		{good, "", "XNYS:A,2020-01-02,special dividend,,,1,,,,s,v\n", "no unit of prices"},
		{good, "", "XNYS:A,2020-01-02,rename,,,,,B,,s,v\n", "events.csv: row 2"},
	} {
		if _, err := market.ParseListings(listingsHead+c.listings, idsHead+c.ids, eventsHead+c.events); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.says, err)
		}
	}
}

func FuzzEvents(f *testing.F) {
	for _, row := range []string{
		"XNYS:A,2021-06-01,split,3,1,,,,,s,v", "XNYS:A,2021-06-01,special dividend,,,1.5,USD,,,s,v", "XNYS:A,2021-06-01,consolidation,24,25,235,GBX,,,s,v", "XNYS:A,2021-06-01,rename,,,,,XNYS:B,,s,v",
	} {
		f.Add(row, "100.25")
	}
	exchanges := func(pair market.Symbol, _ time.Time) (market.Exchange, error) {
		return market.Exchange{Price: market.Price{Symbol: pair}, Over: currency.MustDecimal("1.1919"), Under: currency.MustDecimal("0.8667")}, nil
	}
	f.Fuzz(func(t *testing.T, row, price string) {
		close, err := currency.ParseDecimal(price)
		if len(row) > 500 || len(price) > 40 || err != nil || close.Sign() <= 0 {
			return
		}
		l, err := market.ParseListings(listingsHead+"XNYS:A,a,A,share,USD,,,,s,v\nXNYS:B,a,A,share,USD,,,,s,v\n", idsHead, eventsHead+row+"\n")
		if err != nil {
			return
		}
		a, err := l.Adjust("XNYS:A", close, time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), exchanges)
		switch {
		case err != nil && !errors.Is(err, fault.NotFound):
			t.Error(err)
		case err == nil && (a.Value.Sign() <= 0 || (a.Basis == "") != (len(a.Events) == 0)):
			t.Errorf("%s of %s is %s, %q", row, close, a.Value, a.Basis)
		}
	})
}
