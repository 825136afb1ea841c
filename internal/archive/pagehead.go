package archive

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// languageTag is what a language looks like in BCP 47, near enough to tell one from nonsense.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$`)

// datePublished finds the day in JSON-LD, wherever in its lists and graphs it stands.
var datePublished = regexp.MustCompile(`"datePublished"\s*:\s*"([^"]{10,40})"`)

// head takes what an element says of the page. What is said first counts.
func (d *document) head(t html.Token) {
	put := func(into *string, text string) {
		if *into == "" {
			*into = clean(text, false)
		}
	}
	switch t.Data {
	case "html":
		if tag := attribute(t, "lang"); languageTag.MatchString(tag) {
			put(&d.language, tag)
		}
	case "link":
		if strings.EqualFold(attribute(t, "rel"), "canonical") {
			put(&d.home, attribute(t, "href"))
		}
	case "time":
		d.dates[inTime] = first(d.dates[inTime], namedDay{attribute(t, "datetime"), "its <time>"})
	case "meta":
		name, content := attribute(t, "property"), attribute(t, "content")
		if name == "" {
			name = attribute(t, "name")
		}
		switch name = strings.ToLower(name); name {
		case "og:site_name":
			put(&d.site, content)
		case "og:title":
			put(&d.ogTitle, content)
		case "og:url":
			put(&d.home, content)
		case "author":
			put(&d.author, content)
		case "article:published_time":
			d.dates[inMeta] = first(d.dates[inMeta], namedDay{content, name})
		case "date", "dc.date", "dcterms.date", "pubdate":
			d.dates[inOther] = first(d.dates[inOther], namedDay{content, name})
		}
	}
}

// published takes the day from a script that describes the page in JSON-LD; in no other does the word stand so.
func (d *document) published(element, text string) {
	if m := datePublished.FindStringSubmatch(text); m != nil && element == "script" {
		d.dates[inJSON] = first(d.dates[inJSON], namedDay{m[1], "datePublished"})
	}
}

// first keeps a day that was named before, if it is one.
func first(before, now namedDay) namedDay {
	if _, ok := parseDay(before.text); ok {
		return before
	}
	return now
}

func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}
