package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store"
)

// searching measures how long a reader waits for what a search finds, and for a story that was published; it is run by
//
//	go run -tags nodynamic ./bench search [-stories 100000] [-store postgres://user@host/empty] [-queries 2000]
func searching(args []string) error {
	flags := flag.NewFlagSet("search", flag.ExitOnError)
	stories := flags.Int("stories", 100_000, "stories that are searched")
	queries := flags.Int("queries", 2_000, "searches")
	shown := flags.Int("shown", 10_000, "stories in the store when others are published")
	url := flags.String("store", "", "an empty PostgreSQL database; else a file of SQLite's")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "courant-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// Those that are published stand in the same store, before it is filled further.
	config := app.Config{Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", Name: "Bench", Base: "EUR", Database: *url}
	if *url == "" {
		*url = filepath.Join(config.Data, store.DefaultFile)
	}
	p := printer{rand.New(rand.NewPCG(1, 2)), 0}
	if err := p.print(*url, *shown); err != nil {
		return err
	}
	if err := publishing(config, p); err != nil {
		return err
	}
	if err := p.print(*url, *stories-*shown); err != nil {
		return err
	}
	return asking(*url, *queries, p)
}

// printer makes stories of words that are as common as those of a language: the n-th of them stands in a text about 1/n as
// often as the first.
type printer struct {
	*rand.Rand
	done int
}

// Of the words of the printer: how many there are, and how many a story has.
const (
	vocabulary = 30_000
	perStory   = 400
)

// word is the n-th word: pronounceable, and another for each n.
func word(n int) string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for n += 70; n > 0; n /= 70 {
		b.WriteByte(consonants[n%70/5])
		b.WriteByte(vowels[n%5])
	}
	return b.String()
}

// some is a word by its frequency.
func (p *printer) some() string {
	for {
		if n := int(1 / (p.Float64() + 1.0/vocabulary)); n < vocabulary {
			return word(n)
		}
	}
}

// rare is a word by its place in the vocabulary, most of which is rare.
func (p *printer) rare() string { return word(p.IntN(vocabulary)) }

func (p *printer) sentence(words int) string {
	var list []string
	for range words {
		list = append(list, p.some())
	}
	return strings.Join(list, " ")
}

func (p *printer) content() news.Content {
	c := news.Content{
		Headline: p.sentence(4) + " " + p.rare(), Standfirst: p.sentence(20) + ".", Bylines: []string{p.rare() + " " + p.rare()}, Section: "markets",
		Topics: []news.Slug{news.Slug(word(p.IntN(300)))},
	}
	for range perStory / 50 {
		c.Body += p.sentence(50) + ".\n\n"
	}
	return c
}

// print adds published stories to a store.
func (p *printer) print(url string, n int) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	const atOnce = 1_000
	began, first := cpu(), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for left := n; left > 0; left -= atOnce {
		var e news.Edition
		for range min(left, atOnce) {
			p.done++
			id, at := news.StoryID(fmt.Sprint("made-", p.done)), first.Add(time.Duration(p.done)*time.Hour)
			e.Stories = append(e.Stories, news.Manuscript{
				ID: id, Slug: news.Slug(id), State: news.Published, Live: 1, Published: at, Updated: at, Pins: map[int][]news.Pin{1: nil},
				Revisions: []news.Revision{{Story: id, N: 1, Content: p.content(), Author: "bench", Reason: "made", At: at}},
			})
		}
		if _, err := db.AddEdition(ctx, e, nil); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d stories added, %.2f ms CPU of this process each\n", db.Engine(), n, (cpu()-began)*1e3/float64(max(1, n)))
	return nil
}

// asking measures searches as a reader makes them, one after the other: with excerpts, and with names that are spelled nearly so.
func asking(url string, queries int, p printer) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	paper := news.NewPaper(db)
	kinds := []struct {
		what string
		make func() string
	}{
		{"a rare word", func() string { return p.rare() }},
		{"the commonest words", func() string { return word(1 + p.IntN(5)) }},
		{"two common words", func() string { return word(1+p.IntN(20)) + " " + word(1+p.IntN(20)) }},
		{"three words as they come", func() string { return p.sentence(3) }},
		{"a word with a slip", func() string { w := p.rare(); return w[:len(w)-1] + "xx" }},
	}
	var all, allUsed []time.Duration
	for _, k := range kinds {
		var took, used []time.Duration
		hits := 0
		for range queries / len(kinds) {
			query := k.make()
			start, began := time.Now(), cpu()
			found, err := paper.Search(ctx, query, 20)
			if err != nil {
				return err
			}
			took, used = append(took, time.Since(start)), append(used, since(began))
			hits += len(found.Hits)
		}
		all, allUsed = append(all, took...), append(allUsed, used...)
		report(fmt.Sprintf("%s, %.1f found", k.what, float64(hits)/float64(len(took))), took, used)
	}
	report("all of them", all, allUsed)
	return nil
}

// since is the CPU that this process has used since a reading of it.
func since(began float64) time.Duration { return time.Duration((cpu() - began) * float64(time.Second)) }

// report prints the median and the 99th in a hundred, of the time that passed and of the CPU that this process used, which a
// busy machine moves less.
func report(what string, took, used []time.Duration) {
	at := func(list []time.Duration, in100 int) float64 { return list[len(list)*in100/100].Seconds() * 1e3 }
	slices.Sort(took)
	slices.Sort(used)
	fmt.Printf("  %-40s p50 %7.2f ms   p99 %7.2f ms   CPU p50 %6.2f ms   p99 %6.2f ms   of %d\n", what, at(took, 50), at(took, 99), at(used, 50), at(used, 99), len(took))
}

// publishing measures from the return of the newsroom's publication until a reader gets the story, and the front page with it,
// over HTTP from the paper itself.
func publishing(config app.Config, p printer) error {
	a, err := app.New(context.Background(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() { stop(); <-ended }()
	const times = 200
	var published, visible, publishedUsed, visibleUsed []time.Duration
	for n := range times {
		c := p.content()
		c.Headline = fmt.Sprintf("bench story %d of %d", n, times)
		r, err := a.Newsroom.Save(ctx, news.Submission{Slug: news.Slug(fmt.Sprint("bench-", n)), Content: c, Author: "bench", Reason: "made"})
		if err != nil {
			return err
		}
		if err := seen(a.Addr(), "/", "Bench"); err != nil { // so that a page from before is kept
			return err
		}
		start, began := time.Now(), cpu()
		if _, err := a.Newsroom.Move(ctx, r.Story, news.Move{To: news.Published, Revision: 1, By: "bench"}); err != nil {
			return err
		}
		published, publishedUsed = append(published, time.Since(start)), append(publishedUsed, since(began))
		start, began = time.Now(), cpu()
		for _, path := range []string{time.Now().UTC().Format("/2006/01/02/") + fmt.Sprint("bench-", n), "/"} {
			if err := seen(a.Addr(), path, c.Headline); err != nil {
				return err
			}
		}
		visible, visibleUsed = append(visible, time.Since(start)), append(visibleUsed, since(began))
	}
	fmt.Printf("published with %d stories in the store\n", p.done)
	report("the publication itself", published, publishedUsed)
	report("then until a reader has story and front", visible, visibleUsed)
	return nil
}

// seen asks for a page until it says something, for ten seconds at most.
func seen(address, path, says string) error {
	for deadline := time.Now().Add(10 * time.Second); ; {
		resp, err := http.Get("http://" + address + path)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		if strings.Contains(string(body), says) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s does not say %q: %s, %.200s", path, says, resp.Status, body)
		}
	}
}
