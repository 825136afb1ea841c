package native

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/news"
)

// ninjs is News in JSON of the IPTC, version 3.1 (https://www.iptc.org/std/ninjs/userguide/; the schema stands at the address
// below). What of a dossier becomes what of an item is told in docs/dossiers-for-programs.md.
const (
	ninjsVersion = "3.1"
	ninjsSchema  = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"
)

// newsItem is a dossier as an item of ninjs.
type newsItem struct {
	URI                string      `json:"uri" doc:"the dossier's whole address, which is its name"`
	Standard           standard    `json:"standard" doc:"to what it conforms"`
	Type               string      `json:"type" enum:"composite" doc:"a composite of its events"`
	RepresentationType string      `json:"representationType" enum:"partial" doc:"accounts, relations, consequences and scenarios have no place in ninjs: /api/v1/dossiers has them"`
	Version            string      `json:"version" doc:"the revision that readers see"`
	FirstCreated       time.Time   `json:"firstCreated" doc:"when it first was published"`
	VersionCreated     time.Time   `json:"versionCreated" doc:"when what is shown was published"`
	PubStatus          string      `json:"pubStatus" enum:"usable" doc:"what was withdrawn is answered with 410"`
	Language           string      `json:"language" doc:"BCP 47"`
	Title              string      `json:"title" doc:"the headline"`
	Slugline           string      `json:"slugline" doc:"its name in addresses"`
	By                 string      `json:"by,omitempty" doc:"who wrote it"`
	Located            string      `json:"located,omitempty" doc:"where it was written"`
	Headlines          []phrased   `json:"headlines" doc:"the headline"`
	Descriptions       []phrased   `json:"descriptions,omitempty" doc:"the standfirst, and the state of things"`
	People             []concept   `json:"people,omitempty" doc:"actors who are persons"`
	Organisations      []concept   `json:"organisations,omitempty" doc:"actors who are organisations or states"`
	Subjects           []concept   `json:"subjects,omitempty" doc:"its topics"`
	Events             []concept   `json:"events,omitempty" doc:"its events by name; each stands among the associations too"`
	InfoSources        []informant `json:"infoSources,omitempty" doc:"who published the documents on which it rests"`
	Associations       []eventItem `json:"associations,omitempty" doc:"the events, the earliest first"`
}

// eventItem is an event as an item that belongs to another.
type eventItem struct {
	Name          string      `json:"name" doc:"what happened"`
	Rel           string      `json:"rel" enum:"event" doc:"what it is to the dossier"`
	URI           string      `json:"uri" doc:"the event's whole address, which is its name"`
	Type          string      `json:"type" enum:"event" doc:"an event"`
	Title         string      `json:"title" doc:"what happened"`
	EdNote        string      `json:"edNote,omitempty" doc:"what its dates do not say"`
	Descriptions  []phrased   `json:"descriptions,omitempty" doc:"more of it"`
	EventDetails  details     `json:"eventDetails" doc:"when"`
	Places        []concept   `json:"places,omitempty" doc:"where"`
	People        []concept   `json:"people,omitempty" doc:"persons who had a part in it"`
	Organisations []concept   `json:"organisations,omitempty" doc:"organisations and states that had one"`
	Subjects      []concept   `json:"subjects,omitempty" doc:"its kind"`
	InfoSources   []informant `json:"infoSources,omitempty" doc:"who published the documents on which it rests"`
}

// standard says to what an item conforms.
type standard struct {
	Name    string `json:"name" doc:"ninjs"`
	Version string `json:"version" doc:"of it"`
	Schema  string `json:"schema" doc:"by which an item can be checked"`
}

// phrased is a text with its part.
type phrased struct {
	Role        string `json:"role" doc:"what it is here"`
	ContentType string `json:"contentType" doc:"plain text"`
	Value       string `json:"value" doc:"the text"`
}

// concept is somebody, a place, a thing.
type concept struct {
	Name    string `json:"name" doc:"what it is called"`
	Rel     string `json:"rel,omitempty" doc:"what it is to the item"`
	URI     string `json:"uri,omitempty" doc:"its whole address"`
	Literal string `json:"literal,omitempty" doc:"its name in the dossier"`
}

// informant is who published a document.
type informant struct {
	Name    string `json:"name" doc:"who published it"`
	Role    string `json:"role" doc:"publisher"`
	URI     string `json:"uri,omitempty" doc:"the document's address"`
	Literal string `json:"literal" doc:"the document's title, and the place in it"`
}

// details are when an event was.
type details struct {
	Dates dates `json:"dates" doc:"as far as that is known"`
}

// dates are those of an event, each a day, a month or a year.
type dates struct {
	From string `json:"expectedStartDate" doc:"the day, month or year; of some day between two, the first"`
	To   string `json:"expectedEndDate,omitempty" doc:"of some day between two, the last"`
}

func (n *native) ninjs(q query) (found, error) {
	d, err := n.filedAs(q)
	if err != nil {
		return found{}, err
	}
	language := d.Subject.Content.Language
	if language == "" && n.o.Masthead != nil {
		m, err := n.o.Masthead(q.Context())
		if err != nil {
			return found{}, err
		}
		language = m.Language
	}
	return found{whole: itemOf(d, cmp.Or(language, "en"), q.URL.Scheme+"://"+q.URL.Host)}, nil
}

// itemOf makes an item of a dossier that stands below an address.
func itemOf(d news.Dossier, language, address string) newsItem {
	s, home := d.Subject, address+d.Path()
	plain := func(role, text string) []phrased {
		if text == "" {
			return nil
		}
		return []phrased{{role, "text/plain", text}}
	}
	var standing []string
	for _, one := range s.Standing {
		standing = append(standing, one.Text)
	}
	i := newsItem{
		URI: home, Standard: standard{"ninjs", ninjsVersion, ninjsSchema}, Type: "composite", RepresentationType: "partial", Version: strconv.Itoa(d.Revision),
		FirstCreated: d.Published.UTC(), VersionCreated: d.Updated.UTC(), PubStatus: "usable", Language: language, Title: s.Content.Headline,
		Slugline: string(d.Slug), By: strings.Join(s.Content.Bylines, ", "), Located: s.Content.Dateline, Headlines: plain("main", s.Content.Headline),
		Descriptions: append(plain("summary", s.Content.Standfirst), plain("state of things", strings.Join(standing, " "))...),
	}
	for _, a := range s.Actors {
		if a.Into == "" {
			i.People, i.Organisations = among(i.People, i.Organisations, a, "", home)
		}
	}
	for _, t := range s.Content.Topics {
		i.Subjects = append(i.Subjects, concept{Name: string(t), URI: address + "/topics/" + string(t), Literal: string(t)})
	}
	for _, doc := range s.Documents {
		i.InfoSources = append(i.InfoSources, informantOf(doc, ""))
	}
	for _, e := range s.Timeline() {
		one := eventOf(s, e, home)
		i.Events = append(i.Events, concept{Name: e.What, URI: one.URI, Literal: string(e.ID)})
		i.Associations = append(i.Associations, one)
	}
	return i
}

// eventOf makes an item of an event.
func eventOf(s news.Subject, e news.Event, home string) eventItem {
	i := eventItem{Name: e.What, Rel: "event", URI: home + "/events/" + string(e.ID), Type: "event", Title: e.What}
	if e.Says != "" {
		i.Descriptions = []phrased{{"summary", "text/plain", e.Says}}
	}
	var between bool
	if i.EventDetails.Dates.From, i.EventDetails.Dates.To, between = strings.Cut(e.When.String(), "/"); between {
		i.EdNote = "It happened on some day between the two dates. That it lasted from the one to the other is not said."
	}
	if e.Where != "" {
		i.Places = []concept{{Name: e.Where}}
	}
	if e.Kind != "" {
		i.Subjects = []concept{{Name: e.Kind}}
	}
	for _, h := range e.Hands {
		if a, ok := s.Actor(h.Actor); ok {
			i.People, i.Organisations = among(i.People, i.Organisations, a, h.As, home)
		}
	}
	for _, c := range e.Cites {
		if doc, ok := s.Document(c.Document); ok {
			i.InfoSources = append(i.InfoSources, informantOf(doc, c.Place))
		}
	}
	return i
}

// among puts an actor among the people or the organisations, of which states are some.
func among(people, organisations []concept, a news.Actor, rel, home string) (morePeople, more []concept) {
	c := concept{a.Name, rel, home + "/actors/" + string(a.ID), string(a.ID)}
	if a.Kind == news.Person {
		return append(people, c), organisations
	}
	return people, append(organisations, c)
}

func informantOf(d news.Document, place string) informant {
	i := informant{Name: d.Publisher, Role: "publisher", URI: escaped(d.Link), Literal: d.Title}
	if place != "" {
		i.Literal += ", " + place
	}
	return i
}

// escaped is an address with whatever may stand in none (RFC 3986) escaped.
func escaped(link string) string {
	var b strings.Builder
	for i := range len(link) {
		if c := link[i]; c <= ' ' || c > '~' || strings.IndexByte(`"<>\^{|}`+"`", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
