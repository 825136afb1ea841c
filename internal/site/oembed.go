package site

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// oembedPath is where other sites ask how to show a story (oembed.com, 1.0).
const oembedPath = "/oembed"

// oembedWidth is how wide what they show is, in pixels, where they have the room.
const oembedWidth = 600

// oembedReply is the answer: HTML of three elements without style and script, which everybody can sanitise.
type oembedReply struct {
	XMLName   xml.Name `json:"-" xml:"oembed"`
	Type      string   `json:"type" xml:"type"`
	Version   string   `json:"version" xml:"version"`
	Title     string   `json:"title" xml:"title"`
	Author    string   `json:"author_name,omitempty" xml:"author_name,omitempty"`
	AuthorURL string   `json:"author_url,omitempty" xml:"author_url,omitempty"`
	Paper     string   `json:"provider_name" xml:"provider_name"`
	PaperURL  string   `json:"provider_url" xml:"provider_url"`
	Age       int      `json:"cache_age" xml:"cache_age"` // seconds
	Card      string   `json:"thumbnail_url,omitempty" xml:"thumbnail_url,omitempty"`
	CardWide  int      `json:"thumbnail_width,omitempty" xml:"thumbnail_width,omitempty"`
	CardHigh  int      `json:"thumbnail_height,omitempty" xml:"thumbnail_height,omitempty"`
	HTML      string   `json:"html" xml:"html"`
	Width     int      `json:"width" xml:"width"`
	Height    *int     `json:"height" xml:"height"` // null: it grows with its words
}

// oembed answers how a story is shown elsewhere: 404 for what is no story of this paper, 501 for a format that is none.
func (s *Site) oembed(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	format := cmp.Or(q.Get("format"), "json")
	if format != "json" && format != "xml" {
		web.NewPage([]byte("The format is json or xml.\n"), web.PageOptions{Status: http.StatusNotImplemented, ContentType: "text/plain; charset=utf-8", CacheControl: "no-store"}).ServeHTTP(w, r)
		return nil
	}
	width, err := mostOf(q, "maxwidth")
	if err != nil {
		return err
	}
	height, err := mostOf(q, "maxheight")
	if err != nil {
		return err
	}
	address := s.address(r)
	path, err := s.pathOf(address, q.Get("url"))
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%s%s %s %d %d %s", address, oembedPath, format, width, height, path)
	return s.cache.Serve(w, r, key, func() (*web.Page, error) {
		parts := strings.Split(path, "/") // "", year, month, day, slug
		asked := r.Clone(r.Context())
		for i, name := range []string{"year", "month", "day", "slug"} {
			asked.SetPathValue(name, parts[i+1])
		}
		article, err := s.article(r.Context(), ask{r: asked})
		if err != nil {
			return nil, err
		}
		t, err := s.today(r.Context())
		if err != nil {
			return nil, err
		}
		reply := oembedOf(t, address, article, width)
		if width >= cardWidth && height >= cardHeight { // a thumbnail may be no larger than what was asked for
			reply.Card, reply.CardWide, reply.CardHigh = address+cardPath(article), cardWidth, cardHeight
		}
		body, kind, err := reply.write(format)
		if err != nil {
			return nil, err
		}
		return web.NewPage(body, web.PageOptions{ContentType: kind, CacheControl: web.ForReaders, Shared: web.ForNetworks}), nil
	})
}

// mostOf reads a limit in pixels; where there is none it is the highest.
func mostOf(q url.Values, name string) (int, error) {
	const most = 100_000
	text := q.Get(name)
	if text == "" {
		return most, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fault.Because(fault.Invalid, "%s is %.20q: write a number of pixels from 1 to %d.", name, text, most)
	}
	return n, nil
}

// pathOf is the path of a story's address. Of another host nothing is said, whatever its path.
func (s *Site) pathOf(address, text string) (string, error) {
	const most = 2000 // characters
	if text == "" || len(text) > most {
		return "", fault.Because(fault.Invalid, "Say with url= which story is to be shown, in at most %d characters.", most)
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", fault.Because(fault.Invalid, "%.100q is no web address.", text)
	}
	if _, host, _ := strings.Cut(address, "://"); !strings.EqualFold(u.Host, host) || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", fault.Because(fault.NotFound, "%.100q is no address of this paper, which stands at %s.", text, address)
	}
	if strings.Count(u.Path, "/") != 4 {
		return "", fault.Because(fault.NotFound, "%.100q is no address of a story.", u.Path)
	}
	return u.Path, nil
}

// oembedOf is how a story is shown: a quotation of its headline and standfirst, which names the paper and leads to it.
func oembedOf(t today, address string, a news.Article, width int) oembedReply {
	at := address + a.Path()
	reply := oembedReply{
		Type: "rich", Version: "1.0", Title: a.Content.Headline, Paper: t.masthead.Name, PaperURL: address + "/", Age: 300,
		Width: min(width, oembedWidth),
	}
	if len(a.Content.Bylines) > 0 {
		reply.Author, reply.AuthorURL = strings.Join(a.Content.Bylines, ", "), address+authorPath(a.Content.Bylines[0])
	}
	var b strings.Builder
	b.WriteString(`<blockquote cite="` + html.EscapeString(at) + `"`)
	if spoken := t.spoken(a.Content); spoken != "" {
		b.WriteString(` lang="` + html.EscapeString(spoken) + `"`)
		if direction := directionOf(spoken); direction != "" {
			b.WriteString(` dir="` + direction + `"`)
		}
	}
	b.WriteString(`><p><a href="` + html.EscapeString(at) + `"><strong>` + html.EscapeString(a.Content.Headline) + `</strong></a></p>`)
	if a.Content.Standfirst != "" {
		b.WriteString(`<p>` + html.EscapeString(a.Content.Standfirst) + `</p>`)
	}
	b.WriteString(`<p>` + html.EscapeString(t.masthead.Name+", "+dayOf(a.Published).Text) + `</p></blockquote>`)
	reply.HTML = b.String()
	return reply
}

func (o oembedReply) write(format string) (body []byte, kind string, err error) {
	if format == "xml" {
		body, err = xml.MarshalIndent(o, "", "  ")
		return append([]byte(`<?xml version="1.0" encoding="utf-8" standalone="yes"?>`+"\n"), body...), "text/xml; charset=utf-8", err
	}
	body, err = json.Marshal(o)
	return body, "application/json; charset=utf-8", err
}
