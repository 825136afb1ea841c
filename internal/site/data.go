package site

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/courant-news/courant/internal/news"
)

// schemaOrg is the vocabulary of what is said to machines on a page. https://schema.org/docs/full.html
const schemaOrg = "https://schema.org"

type graph struct {
	Context string    `json:"@context"`
	Graph   []comment `json:"@graph"`
}

// comment is a correction for machines. https://schema.org/CorrectionComment
type comment struct {
	Type      string `json:"@type"`
	Text      string `json:"text"`
	Published string `json:"datePublished"`
	About     *thing `json:"about,omitempty"`
}

// thing is a story, who wrote or printed it, or what else a page is about, for machines. Its addresses are whole.
type thing struct {
	Context     string    `json:"@context,omitempty"`
	Type        string    `json:"@type"`
	ID          string    `json:"@id,omitempty"`
	URL         string    `json:"url,omitempty"`
	MainEntity  *thing    `json:"mainEntity,omitempty"`
	Name        string    `json:"name,omitempty"`
	Headline    string    `json:"headline,omitempty"`
	Description string    `json:"description,omitempty"`
	Images      []string  `json:"image,omitempty"`
	Published   string    `json:"datePublished,omitempty"`
	Modified    string    `json:"dateModified,omitempty"`
	Language    string    `json:"inLanguage,omitempty"`
	Section     string    `json:"articleSection,omitempty"`
	Keywords    []string  `json:"keywords,omitempty"`
	Free        *bool     `json:"isAccessibleForFree,omitempty"`
	Authors     []thing   `json:"author,omitempty"`
	Publisher   *thing    `json:"publisher,omitempty"`
	Logo        *thing    `json:"logo,omitempty"`
	WorksFor    *thing    `json:"worksFor,omitempty"`
	Correction  []comment `json:"correction,omitempty"`
	Policy      string    `json:"correctionsPolicy,omitempty"`
	Items       []thing   `json:"itemListElement,omitempty"`
	Position    int       `json:"position,omitempty"`
	Item        string    `json:"item,omitempty"`
	Currency    string    `json:"currency,omitempty"`
	Rate        *thing    `json:"currentExchangeRate,omitempty"`
	Price       string    `json:"price,omitempty"`
	PricedIn    string    `json:"priceCurrency,omitempty"`
	ValidFrom   string    `json:"validFrom,omitempty"`
	About       []thing   `json:"about,omitempty"`
	Parts       []thing   `json:"hasPart,omitempty"`
	Begins      string    `json:"startDate,omitempty"`
	Place       *thing    `json:"location,omitempty"`
}

// dataOf is JSON that can stand in a page: encoding/json writes < and > as escapes, so that no text can end it.
func dataOf(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write a page's data: %w", err)
	}
	return `<script type="application/ld+json">` + string(text) + `</script>`, nil
}

// publisher is the paper.
func (s *Site) publisher(t today, address string) *thing {
	return &thing{
		Type: "NewsMediaOrganization", ID: address + "/#paper", Name: t.masthead.Name, URL: address + "/", Policy: address + "/corrections",
		Logo: &thing{Type: "ImageObject", URL: address + paperCard},
	}
}

// crumbs say of what a page is a part, the widest first and itself the last. https://schema.org/BreadcrumbList
func (s *Site) crumbs(address string, links []Link) thing {
	list := thing{Context: schemaOrg, Type: "BreadcrumbList"}
	for i, l := range links {
		list.Items = append(list.Items, thing{Type: "ListItem", Position: i + 1, Name: l.Text, Item: address + l.Href})
	}
	return list
}

func commentOf(p news.Posted, about *thing) comment {
	return comment{Type: "CorrectionComment", Text: p.Text, Published: p.At.UTC().Format(time.RFC3339), About: about}
}

// articleData says to machines what a story's page says to people, and of which section it is.
func (s *Site) articleData(t today, p StoryPage, a news.Article, modified time.Time) (string, error) {
	free := true
	story := thing{
		Context: schemaOrg, Type: "NewsArticle", ID: p.Canonical, URL: p.Canonical, Headline: a.Content.Headline, Description: a.Content.Standfirst,
		Published: a.Published.UTC().Format(time.RFC3339), Modified: modified.UTC().Format(time.RFC3339), Language: t.spoken(a.Content),
		Section: t.titleOf(a.Content.Section), Free: &free, Publisher: s.publisher(t, p.Address), Images: []string{p.Card.Src},
	}
	if story.Language == "" {
		story.Language = english
	}
	for _, f := range p.Photos {
		story.Images = append(story.Images, p.Address+f.Src)
	}
	for _, topic := range a.Content.Topics {
		story.Keywords = append(story.Keywords, t.titleOf(topic))
	}
	for _, name := range a.Content.Bylines {
		story.Authors = append(story.Authors, thing{Type: "Person", Name: name, URL: p.Address + authorPath(name)})
	}
	for _, n := range a.Notices {
		if n.Kind.Corrects() {
			story.Correction = append(story.Correction, commentOf(n, nil))
		}
	}
	data, err := dataOf(story)
	if err != nil {
		return "", err
	}
	crumbs, err := dataOf(s.crumbs(p.Address, []Link{{Text: t.masthead.Name, Href: "/"}, p.Section, {Text: a.Content.Headline, Href: a.Path()}}))
	return data + crumbs, err
}

// rateData says to machines what one unit of a currency is worth in another now. https://schema.org/ExchangeRateSpecification
func rateData(canonical, base, quote string, r Row) (string, error) {
	return dataOf(thing{
		Context: schemaOrg, Type: "ExchangeRateSpecification", ID: canonical, URL: canonical, Name: base + "/" + quote, Currency: base,
		Rate: &thing{Type: "UnitPriceSpecification", Price: r.Exact, PricedIn: quote, ValidFrom: r.At.Machine},
	})
}
