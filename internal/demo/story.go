package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
)

// The stories' files: NAME.md is a story's first revision and NAME its slug; NAME.2.md is the second, and so on.
//
//go:embed stories/*.md
var storyFiles embed.FS

// maxStory is some twenty times the longest story, so that no file fills a page.
const maxStory = 64 << 10

// leaf is one file: one published revision of one story.
type leaf struct {
	slug      news.Slug
	n         int       // the revision: 1, 2, 3 …
	published time.Time // when this revision was shown to readers
	reason    string    // why it was made; empty for the first
	content   news.Content
}

// leaves reads every file of a folder, in the order of their names.
func leaves(files fs.FS) ([]leaf, error) {
	names, err := fs.Glob(files, "*.md")
	if err != nil {
		return nil, err
	}
	var all []leaf
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		l, err := parseLeaf(name, string(text))
		if err != nil {
			return nil, fmt.Errorf("the story file %s: %w", name, err)
		}
		all = append(all, l)
	}
	return all, nil
}

// parseLeaf reads a file: lines of "key: value" between two lines of "---", then Markdown with figures. Every key must
// be known and none may stand twice. The error is fault.Invalid and names the line's key.
func parseLeaf(name, text string) (l leaf, err error) {
	if len(text) > maxStory {
		return leaf{}, fault.Because(fault.Invalid, "it has %d characters; %d is the most", len(text), maxStory)
	}
	if l.slug, l.n, err = parseName(name); err != nil {
		return leaf{}, err
	}
	rest, ok := strings.CutPrefix(text, "---\n")
	head, body, closed := strings.Cut(rest, "\n---\n")
	if !ok || !closed {
		return leaf{}, fault.Because(fault.Invalid, "it does not begin with lines of “key: value” between two lines of ---")
	}
	values, err := parseHead(head)
	if err != nil {
		return leaf{}, err
	}
	if l.published, err = time.Parse(time.RFC3339, values["published"]); err != nil {
		return leaf{}, fault.Because(fault.Invalid, "published: %q is no moment: write it as 2026-02-02T06:30:00Z", values["published"])
	}
	l.published = l.published.UTC()
	if l.reason = values["reason"]; (l.reason == "") != (l.n == 1) {
		return leaf{}, fault.Because(fault.Invalid, "reason: every revision but the first must have one, and only those")
	}
	l.content = news.Content{
		Headline: values["headline"], Kicker: values["kicker"], Standfirst: values["standfirst"],
		Bylines: []string{values["byline"]}, Section: news.Slug(values["section"]), Language: "en",
		Body: strings.TrimSpace(body) + "\n",
	}
	for topic := range strings.SplitSeq(values["topics"], ",") {
		l.content.Topics = append(l.content.Topics, news.Slug(strings.TrimSpace(topic)))
	}
	if strings.TrimSpace(body) == "" {
		return leaf{}, fault.Because(fault.Invalid, "it has no text")
	}
	return l, nil
}

// parseName reads slug.md and slug.2.md.
func parseName(name string) (news.Slug, int, error) {
	stem, ok := strings.CutSuffix(name, ".md")
	if !ok {
		return "", 0, fault.Because(fault.Invalid, "%q does not end in .md", name)
	}
	n := 1
	if before, number, ok := strings.Cut(stem, "."); ok {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 2 || strconv.Itoa(n) != number {
			return "", 0, fault.Because(fault.Invalid, "%q: a later revision is named slug.2.md, slug.3.md …", name)
		}
		stem = before
	}
	slug, err := news.ParseSlug(stem)
	return slug, n, err
}

// headKeys are the keys of a file's head; true: it must be there.
func headKeys() map[string]bool {
	return map[string]bool{
		"published": true, "section": true, "topics": true, "kicker": true, "headline": true, "standfirst": true,
		"byline": true, "reason": false,
	}
}

// parseHead reads the lines of "key: value".
func parseHead(head string) (map[string]string, error) {
	known, values := headKeys(), map[string]string{}
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		value = strings.TrimSpace(value)
		if _, ok := known[key]; !ok || value == "" {
			return nil, fault.Because(fault.Invalid, "%.80q is no line of the head: write “key: value”, the key one of those known", line)
		}
		if values[key] != "" {
			return nil, fault.Because(fault.Invalid, "%s: it stands twice", key)
		}
		values[key] = value
	}
	for key, must := range known {
		if must && values[key] == "" {
			return nil, fault.Because(fault.Invalid, "%s: it is missing", key)
		}
	}
	return values, nil
}
