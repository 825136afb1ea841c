package news_test

import (
	"errors"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

func TestATimeIsReadToThePrecisionToWhichItIsKnown(t *testing.T) {
	for text, want := range map[string]struct {
		precision          news.Precision
		first, last, words string
	}{
		"2025-06-27":            {news.OnDay, "2025-06-27", "2025-06-27", "on 27 June 2025"},
		"2025-06":               {news.InMonth, "2025-06-01", "2025-06-30", "in June 2025"},
		"2024-02":               {news.InMonth, "2024-02-01", "2024-02-29", "in February 2024"},
		"2023":                  {news.InYear, "2023-01-01", "2023-12-31", "in 2023"},
		"2025-06-27/2025-07-02": {news.Between, "2025-06-27", "2025-07-02", "between 27 June and 2 July 2025"},
		"2024-12/2025":          {news.Between, "2024-12-01", "2025-12-31", "between 1 December 2024 and 31 December 2025"},
	} {
		w, err := news.ParseWhen(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		days, ok := w.Days()
		if got := w.Words(); !ok || w.Precision() != want.precision || days.First.Format("2006-01-02") != want.first || days.Last.Format("2006-01-02") != want.last || got != want.words || w.String() != text {
			t.Errorf("%s is %v %v..%v, %q, %v", text, w.Precision(), days.First, days.Last, got, ok)
		}
	}
	for _, text := range []string{"27 June 2025", "2025-13", "2025-02-29", "2025-06-27/2025-06-26", "2025-06-27/2025-06-27", "2025/2024", "/", "2025/", "/2025", "0999", "3000-01-01", "25", "2025-6-7", "2025-06-27/2025-07-02/2026"} {
		if w, err := news.ParseWhen(text); !errors.Is(err, fault.Invalid) {
			t.Errorf("%q is read as %v, %v", text, w, err)
		}
	}
	if w, err := news.ParseWhen(""); err != nil || !w.IsZero() {
		t.Errorf("nothing is %v, %v", w, err)
	}
}

func FuzzParseWhen(f *testing.F) {
	for _, text := range []string{"2025-06-27", "2025-06", "2025", "2025-06-27/2025-07-02", "", "2025-02-30"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := news.ParseWhen(text)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if days, ok := w.Days(); ok == w.IsZero() || ok && days.Last.Before(days.First) || w.String() != text {
			t.Errorf("%q is %v, %v", text, days, ok)
		}
	})
}
