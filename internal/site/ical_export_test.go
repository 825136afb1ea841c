package site

import "github.com/courant-news/courant/internal/news"

// CalendarOf is calendarOf for tests.
func CalendarOf(d news.Dossier, address string) ([]byte, error) { return calendarOf(d, address) }
