package market_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// january is a ledger of a few days of January 2026 (day30 is Friday the 30th): a bank is silent at the weekend, a page
// is not; on the Monday after, the bank speaks again.
func january(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t)
	say := func(source market.SourceID, day int, pair market.Symbol, value string) market.Observation {
		at := dayOfJanuary(day)
		return said(source, pair, market.Rate, value, market.Moment{At: at, Seen: at.Add(16 * time.Hour)})
	}
	d.record(t,
		say("bank", 8, "EUR/USD", "1.1600"), say("bank", 8, "EUR/JPY", "183.10"),
		say("bank", 9, "EUR/USD", "1.1610"), say("bank", 9, "EUR/JPY", "183.20"),
		say("bank", 12, "EUR/USD", "1.1620"),
		say("page", 10, "EUR/USD", "1.1999"), say("page", 10, "EUR/LBP", "104000"),
		say("page", 12, "EUR/USD", "1.1998"), say("page", 13, "EUR/USD", "1.1997"),
	)
	return d
}

func dayOfJanuary(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// written are the days of a course as "10 1.1610 bank".
func written(c market.Course) (all []string) {
	for _, s := range c.Days {
		all = append(all, s.At().Format("2 ")+s.Value().String()+" "+string(s.Source()))
	}
	return all
}

func TestACourseIsWhatSettlingSaysDayByDay(t *testing.T) {
	d := january(t)
	span := market.Span{From: dayOfJanuary(8), To: dayOfJanuary(13), Carry: 14 * 24 * time.Hour}
	courses, err := d.Courses(t.Context(), "EUR", []currency.Code{"USD", "JPY", "USD", "EUR"}, span)
	if err != nil {
		t.Fatal(err)
	}
	if len(courses) != 2 || courses[0].Quote != "JPY" || courses[1].Quote != "USD" {
		t.Fatalf("%+v", courses)
	}
	// The page's Saturday and Tuesday do not count: the bank's word of the day before is current, and it is trusted more.
	if got := written(courses[1]); !slices.Equal(got, []string{"8 1.1600 bank", "9 1.1610 bank", "12 1.1620 bank"}) {
		t.Error(got)
	}
	if got := courses[1].Days[2].Beside(); len(got) != 1 || got[0].Value.String() != "1.1998" {
		t.Errorf("beside: %+v", got)
	}
	for _, c := range courses {
		for _, s := range c.Days {
			p, err := d.Rate(t.Context(), market.Pair("EUR", c.Quote), market.AsOf{At: s.At().Add(24*time.Hour - time.Microsecond)})
			if err != nil || !p.Value.Equal(s.Value()) || p.Source != s.Source() || !p.At.Equal(s.At()) {
				t.Errorf("%s of %s: the course says %s of %s, the ledger %s of %s %v", c.Quote, s.At(), s.Value(), s.Source(), p.Value, p.Source, err)
			}
		}
	}
}

func TestACourseBeginsWithWhatStillStood(t *testing.T) {
	d := january(t)
	span := market.Span{From: dayOfJanuary(11), To: dayOfJanuary(11), Carry: 14 * 24 * time.Hour}
	courses, err := d.Courses(t.Context(), "EUR", nil, span)
	if err != nil {
		t.Fatal(err)
	}
	got := map[currency.Code][]string{}
	for _, c := range courses {
		got[c.Quote] = written(c)
	}
	if !slices.Equal(got["USD"], []string{"9 1.1610 bank"}) || !slices.Equal(got["LBP"], []string{"10 104000 page"}) {
		t.Error(got["USD"], got["LBP"])
	}
	if !slices.Equal(got["AED"], []string{"9 4.2637725 bank"}) { // 3.6725 for a dollar, times the bank's
		t.Error(got["AED"])
	}
	span.Carry = 24 * time.Hour
	courses, err = d.Courses(t.Context(), "EUR", []currency.Code{"USD"}, span)
	if err != nil || len(courses) != 1 || !slices.Equal(written(courses[0]), []string{"10 1.1999 page"}) {
		t.Errorf("carried for a day only: %+v %v", courses, err)
	}
}

func TestACourseOverManyYearsIsTheSame(t *testing.T) {
	d := january(t)
	long := market.Span{From: time.Date(1999, 1, 4, 0, 0, 0, 0, time.UTC), To: dayOfJanuary(13)}
	courses, err := d.Courses(t.Context(), "JPY", []currency.Code{"USD"}, long) // by series, and across the euro
	if err != nil || len(courses) != 1 || !slices.Equal(written(courses[0]), []string{"8 0.00633533588203 bank", "9 0.00633733624454 bank"}) {
		t.Errorf("%+v %v", courses, err)
	}
}

func TestACurrencyThatIsTiedHasACourse(t *testing.T) {
	d := january(t)
	span := market.Span{From: dayOfJanuary(8), To: dayOfJanuary(13), Carry: 14 * 24 * time.Hour}
	courses, err := d.Courses(t.Context(), "USD", []currency.Code{"AED"}, span)
	if err != nil || len(courses) != 1 {
		t.Fatalf("%+v %v", courses, err)
	}
	want := []string{"8 3.6725 courant-table", "9 3.6725 courant-table", "10 3.6725 courant-table", "12 3.6725 courant-table", "13 3.6725 courant-table"}
	if got := written(courses[0]); !slices.Equal(got, want) { // on the days on which somebody quoted the dollar
		t.Error(got)
	}
	courses, err = d.Courses(t.Context(), "USD", nil, span)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(courses, func(c market.Course) bool { return c.Quote == "AED" })
	want = []string{"8 3.6725 courant-table", "9 3.6725 courant-table", "12 3.6725 courant-table"}
	if i < 0 || !slices.Equal(written(courses[i]), want) { // unasked, on those on which an official source did
		t.Errorf("%+v", courses)
	}
}

func TestACourseOfWhatNobodyKnowsIsInvalid(t *testing.T) {
	d := january(t)
	for _, codes := range [][]currency.Code{{"ZZZ", "USD"}, {"EUR", "ZZZ"}} {
		_, err := d.Courses(t.Context(), codes[0], codes[1:], market.Span{From: day30, To: day30})
		if !errors.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", codes, err)
		}
	}
}

func TestCoverageSaysFromWhenToWhen(t *testing.T) {
	d := january(t)
	only := d.Only(func(s market.Source) bool { return s.ID == "bank" })
	got, err := only.Coverage(t.Context())
	want := []market.Coverage{
		{Source: "bank", Code: "EUR", First: dayOfJanuary(8), Last: dayOfJanuary(12)},
		{Source: "bank", Code: "JPY", First: dayOfJanuary(8), Last: dayOfJanuary(9)},
		{Source: "bank", Code: "USD", First: dayOfJanuary(8), Last: dayOfJanuary(12)},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v %v", got, err)
	}
}
