package archive

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	stdjson "encoding/json"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Subject is what a revision of a dossier holds, as JSON has it: in an archive, in a file that people edit, and in the
// interface for programs. See [news.Subject]; a list that is empty is left out.
type Subject struct {
	Content      Content            `json:"content" doc:"headline, standfirst, and the background with its figures and pictures"`
	Standing     []news.Statement   `json:"standing,omitempty" doc:"the state of things, in at most five sentences"`
	Actors       []news.Actor       `json:"actors,omitempty" doc:"who acts or speaks"`
	Events       []news.Event       `json:"events,omitempty" doc:"what happened, or is to come on a day that is known"`
	Accounts     []news.Account     `json:"accounts,omitempty" doc:"who says what about an event"`
	Relations    []news.Relation    `json:"relations,omitempty" doc:"what one actor is to another, and how that changes"`
	Consequences []news.Consequence `json:"consequences,omitempty" doc:"what somebody says follows"`
	Scenarios    []news.Scenario    `json:"scenarios,omitempty" doc:"how things may go on, as somebody of the paper saw it on a day"`
	Documents    []news.Document    `json:"documents,omitempty" doc:"what was said or written, on which all of it rests"`
	Series       []market.Symbol    `json:"series,omitempty" doc:"pairs and listings beside which the events are set"`
	Stories      []news.StoryID     `json:"stories,omitempty" doc:"the stories that belong to it, by their permanent names"`
}

// Content is the text of a dossier, as JSON has it; see [news.Content].
type Content struct {
	Headline   string      `json:"headline" doc:"one line, as are the other texts down to language"`
	Kicker     string      `json:"kicker,omitempty" doc:"one or two words above the headline"`
	Standfirst string      `json:"standfirst,omitempty" doc:"the sentence or two below it"`
	Bylines    []string    `json:"bylines,omitempty" doc:"who wrote it"`
	Dateline   string      `json:"dateline,omitempty" doc:"where it was written"`
	Section    news.Slug   `json:"section" doc:"where it stands"`
	Topics     []news.Slug `json:"topics,omitempty" doc:"what it is about"`
	Language   string      `json:"language,omitempty" doc:"BCP 47; left out: the paper's"`
	Images     []Image     `json:"images,omitempty" doc:"pictures that stand with it"`
	Body       string      `json:"body,omitempty" doc:"the background: Markdown with figures such as {{EUR/USD @2026-02-02}}"`
}

// SubjectOf is a subject as JSON has it.
func SubjectOf(s news.Subject) Subject {
	c := s.Content
	out := Subject{
		Content:  Content{c.Headline, c.Kicker, c.Standfirst, c.Bylines, c.Dateline, c.Section, c.Topics, c.Language, nil, c.Body},
		Standing: s.Standing, Actors: s.Actors, Events: s.Events, Accounts: s.Accounts, Relations: s.Relations,
		Consequences: s.Consequences, Scenarios: s.Scenarios, Documents: s.Documents, Series: s.Series, Stories: s.Stories,
	}
	for _, i := range c.Images {
		out.Content.Images = append(out.Content.Images, Image(i))
	}
	return out
}

// News is the subject as the newsroom has it.
func (s Subject) News() news.Subject {
	c := s.Content
	out := news.Subject{
		Content:  news.Content{Headline: c.Headline, Kicker: c.Kicker, Standfirst: c.Standfirst, Bylines: c.Bylines, Dateline: c.Dateline, Section: c.Section, Topics: c.Topics, Language: c.Language, Body: c.Body},
		Standing: s.Standing, Actors: s.Actors, Events: s.Events, Accounts: s.Accounts, Relations: s.Relations,
		Consequences: s.Consequences, Scenarios: s.Scenarios, Documents: s.Documents, Series: s.Series, Stories: s.Stories,
	}
	for _, i := range c.Images {
		out.Content.Images = append(out.Content.Images, news.Image(i))
	}
	return out
}

// Dossier is a dossier as a file that people edit: what [WriteDossier] writes and [ReadDossier] reads.
type Dossier struct {
	Slug     news.Slug `json:"slug,omitempty"`     // empty: it is made from the headline
	Revision int       `json:"revision,omitempty"` // the one that the file was made of; 0: that is not said
	Subject
}

// maxDossier is the most that is read at once: a body of a million bytes, and as much of all its parts, with room.
const maxDossier = 8 << 20

// WriteDossier writes a dossier as JSON, for people to edit.
func WriteDossier(w io.Writer, d Dossier) error {
	e := stdjson.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(d)
}

// ReadDossier reads a dossier that [WriteDossier] wrote, or somebody did. It is read whole or not at all: the error is
// fault.Invalid, with the place of what is wrong, such as events[3].when. Whether the parts fit each other, the newsroom says.
func ReadDossier(r io.Reader) (Dossier, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxDossier+1))
	switch {
	case err != nil:
		return Dossier{}, err
	case len(text) > maxDossier:
		return Dossier{}, fault.Because(fault.Invalid, "the dossier has more than %d MiB: it is to be read by people, so take parts out", maxDossier>>20)
	}
	var d Dossier
	if err := json.Unmarshal(text, &d, json.RejectUnknownMembers(true)); err != nil {
		return Dossier{}, unreadable(text, err)
	}
	if d.Revision < 0 {
		return Dossier{}, fault.Because(fault.Invalid, "revision: there is no revision %d; leave it out for a new dossier", d.Revision)
	}
	return d, nil
}

// unreadable says in a sentence why a dossier cannot be read, and where.
func unreadable(text []byte, err error) error {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		line := 1 + bytes.Count(text[:min(int(syntactic.ByteOffset), len(text))], []byte("\n"))
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			return fault.Because(fault.Invalid, "line %d: %s stands there twice: keep one", line, placeOf(syntactic.JSONPointer))
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fault.Because(fault.Invalid, "line %d: the dossier ends in the middle: it was cut off", line)
		}
		return fault.Because(fault.Invalid, "line %d: the dossier is no proper JSON: %v", line, syntactic.Err)
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return fault.Because(fault.Invalid, "the dossier cannot be read: %w", err)
	}
	place := placeOf(semantic.JSONPointer)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return fault.Because(fault.Invalid, "%s: there is no such member; there are %s", place, strings.Join(membersOf(semantic.JSONPointer.Parent()), ", "))
	case errors.Is(err, fault.Invalid):
		return fault.Because(fault.Invalid, "%s: %s", place, fault.Sentence(semantic.Err))
	case semantic.JSONPointer == "":
		return fault.Because(fault.Invalid, "this is no dossier: it must be one object, as courant export dossier writes it")
	}
	return fault.Because(fault.Invalid, "%s: it must be %s, and is a JSON %s", place, wordOf(semantic.GoType), semantic.JSONKind)
}

// placeOf writes a pointer (RFC 6901) as people write a place: events[3].when.
func placeOf(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch _, err := strconv.Atoi(token); {
		case err == nil:
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + clean(cutBytes(token, 80), false))
		default:
			b.WriteString(clean(cutBytes(token, 80), false))
		}
	}
	return b.String()
}

// membersOf are the names that an object at a place may have.
func membersOf(p jsontext.Pointer) []string {
	t := reflect.TypeFor[Dossier]()
	for token := range p.Tokens() {
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		} else if f, ok := members(t)[token]; ok {
			t = f
		}
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return slices.Sorted(maps.Keys(members(t)))
}

// members are the types of a struct's members by their names in JSON.
func members(t reflect.Type) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return all
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			maps.Copy(all, members(f.Type))
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		all[name] = f.Type
	}
	return all
}

// wordOf is what JSON calls a value of a type.
func wordOf(t reflect.Type) string {
	switch {
	case t == nil:
		return "something else"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Struct && t != reflect.TypeFor[news.When]():
		return "an object"
	}
	return "a text"
}
