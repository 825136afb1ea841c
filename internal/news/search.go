package news

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/spelling"
)

// Limits of a search.
const (
	MaxSearch   = 200    // bytes of what is looked for
	maxSought   = 12     // words of it that count
	maxKeywords = 16_000 // words of a story by which it is found: a book is found by its beginning
	maxIndexed  = 400_000
	namesOf     = 2_000 // stories whose names are looked through for one that is spelled nearly so
	nearest     = 4     // names that are taken for one that no story has
	few         = 3     // stories, below which names are looked for that are spelled nearly so
)

// Keywords are the words by which a story is found, folded as [spelling.Words] does, with a space between.
type Keywords struct {
	Headline string
	Names    string // the kicker, the dateline, who wrote it, the section and the topics
	Text     string
}

// Keywords returns the words by which readers find an article: those that they read in it.
func (a Article) Keywords() Keywords {
	c := a.Content
	names := append([]string{c.Kicker, c.Dateline, string(c.Section)}, c.Bylines...)
	for _, t := range c.Topics {
		names = append(names, string(t))
	}
	return Keywords{Headline: foldedWords(c.Headline), Names: foldedWords(names...), Text: foldedWords(a.said()...)}
}

// foldedWords are those of some lines, to the limits.
func foldedWords(lines ...string) string {
	var b strings.Builder
	n := 0
	for _, line := range lines {
		for w := range spelling.Words(line) {
			if n++; n > maxKeywords || b.Len()+len(w.Folded) >= maxIndexed {
				return b.String()
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w.Folded)
		}
	}
	return b.String()
}

// Marked is a line of text with the parts of it that were looked for.
type Marked struct {
	Text  string
	Marks []Span // in their order, none over another
}

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// Hit is a story that a search found.
type Hit struct {
	Article
	Headline Marked
	Excerpt  Marked // of what it says: where most of what was looked for stands together; empty where it says nothing
}

// Found is what a search found.
type Found struct {
	Hits []Hit // the best first
	// Instead are the words that hardly a story has, with the names of stories that are spelled nearly so or begin so, by
	// which it was looked for too.
	Instead []Spelling
}

// Spelling is a word as it was looked for, with others that may have been meant.
type Spelling struct {
	Word   string
	Others []string // folded
}

// Search finds published stories that have all words of a query, the best first, at most so many; see [Reader.Search]. Case
// and accents do not matter. Where hardly a story has them, names are looked for too that are spelled nearly so. A query
// without a word finds nothing. The error is fault.Invalid for one of more than [MaxSearch] bytes.
func (p *Paper) Search(ctx context.Context, query string, limit int) (Found, error) {
	if len(query) > MaxSearch {
		return Found{}, fault.Because(fault.Invalid, "what is looked for has %d bytes; %d is the most: leave words out", len(query), MaxSearch)
	}
	sought := soughtIn(query)
	if len(sought) == 0 {
		return Found{}, nil
	}
	var f Found
	articles, err := p.reader.Search(ctx, sought, limit)
	if err == nil && len(articles) < min(few, limit) {
		articles, f.Instead, err = p.searchNearly(ctx, sought, articles, limit)
	}
	if err != nil {
		return Found{}, err
	}
	for _, a := range articles {
		f.Hits = append(f.Hits, hitOf(a, sought))
	}
	return f, nil
}

// soughtIn are the words of a query, each once, to be given others.
func soughtIn(query string) (sought [][]string) {
	for w := range spelling.Words(query) {
		if len(sought) < maxSought && !slices.ContainsFunc(sought, func(s []string) bool { return s[0] == w.Folded }) {
			sought = append(sought, []string{w.Folded})
		}
	}
	return sought
}

// searchNearly looks again, by names too that are spelled nearly as the words or begin so, which it adds to them. What was
// found by the words themselves stays before.
func (p *Paper) searchNearly(ctx context.Context, sought [][]string, found []Article, limit int) ([]Article, []Spelling, error) {
	lines, err := p.reader.Names(ctx, namesOf)
	if err != nil {
		return nil, nil, err
	}
	var instead []Spelling
	names := map[string]int{}
	for _, line := range lines {
		for name := range strings.FieldsSeq(line) {
			names[name]++
		}
	}
	for i, s := range sought {
		if others := nearNames(s[0], names); len(others) > 0 {
			instead = append(instead, Spelling{s[0], others})
			sought[i] = append(s, others...)
		}
	}
	if len(instead) == 0 {
		return found, nil, nil
	}
	more, err := p.reader.Search(ctx, sought, limit)
	if err != nil {
		return nil, nil, err
	}
	exact := len(found)
	for _, a := range more {
		if len(found) < limit && !slices.ContainsFunc(found, func(f Article) bool { return f.ID == a.ID }) {
			found = append(found, a)
		}
	}
	if len(found) == exact {
		instead = nil // it led to nothing, and so nothing is said of it
	}
	return found, instead, nil
}

// nearNames are the names that are spelled nearly as a word, or begin with it, the nearest first and of those the commonest.
func nearNames(word string, names map[string]int) []string {
	const least = 3 // letters, with which a word may be taken for a beginning
	type near struct {
		name  string
		slips int
	}
	var all []near
	for name := range names {
		switch slips, ok := spelling.Near(word, name); {
		case name == word:
		case ok:
			all = append(all, near{name, slips})
		case len([]rune(word)) >= least && strings.HasPrefix(name, word):
			all = append(all, near{name, 1})
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		return cmp.Or(a.slips-b.slips, names[b.name]-names[a.name], cmp.Compare(a.name, b.name))
	})
	var best []string
	for _, n := range all[:min(nearest, len(all))] {
		best = append(best, n.name)
	}
	return best
}
