package news

// HitOf marks in an article what was looked for, for tests.
func HitOf(a Article, query string) Hit { return hitOf(a, soughtIn(query)) }
