package feed

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"time"
)

// ContentType is the media type of a feed.
const ContentType = "application/atom+xml; charset=utf-8"

// document is a feed of RFC 4287.
type document struct {
	XMLName  xml.Name  `xml:"http://www.w3.org/2005/Atom feed"`
	ID       string    `xml:"id"`
	Title    string    `xml:"title"`
	Subtitle string    `xml:"subtitle"`
	Updated  time.Time `xml:"updated"` // when the youngest entry was
	Author   person    `xml:"author"`
	Rights   string    `xml:"rights"` // the words that the sources want beside their numbers
	Links    []link    `xml:"link"`
	Entries  []entry   `xml:"entry"`
}

// person is who writes the feed.
type person struct {
	Name string `xml:"name"`
}

// link leads from a feed or an entry to what it is about.
type link struct {
	Rel   string `xml:"rel,attr"`
	Type  string `xml:"type,attr,omitempty"`
	Href  string `xml:"href,attr"`
	Title string `xml:"title,attr,omitempty"`
}

// entry is one thing that happened.
type entry struct {
	ID      string    `xml:"id"`
	Title   string    `xml:"title"`
	Updated time.Time `xml:"updated"` // when it was learnt
	Links   []link    `xml:"link"`
	Summary string    `xml:"summary"`
}

// encode writes the feed; its entries are the newest first.
func (d document) encode() ([]byte, error) {
	body, err := xml.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write a feed: %w", err)
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

// page links to an address of the paper.
func page(paper *url.URL, rel, path, title string) link {
	return link{Rel: rel, Type: "text/html", Href: paper.Scheme + "://" + paper.Host + path, Title: title}
}
