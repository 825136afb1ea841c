package feed

import (
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
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

// nameOf makes a name that lasts of what is the same for ever about a thing: a UUID of version 8 (RFC 9562), its hash. It holds
// no address of the paper, so that a paper that moves tells nobody the old anew.
func nameOf(parts ...string) string {
	sum := sha256.Sum256([]byte("courant\x1f" + strings.Join(parts, "\x1f")))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// page links to an address of the paper.
func page(paper *url.URL, rel, path, title string) link {
	return link{Rel: rel, Type: "text/html", Href: paper.Scheme + "://" + paper.Host + path, Title: title}
}
