package desk

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/news"
)

// Field is an entry of the form of a dossier's part.
type Field struct {
	Name, Label, Hint, Value string
	Look                     Look
	Options                  []Option  // of a choice
	Offer                    string    // the list of the page that a line may be of
	Fixed                    bool      // it is shown, and stays as it is
	Rows                     [][]Field // of a list: those that there are, and at least one that is empty
}

// Look is how a field is drawn.
type Look string

// The looks.
const (
	Line   Look = ""
	Body   Look = "body"
	Text   Look = "text"
	Choice Look = "choice"
	Tick   Look = "tick"
	List   Look = "list"
	More   Look = "more" // a list that is seldom needed, and closed as long as it is empty
)

// empty says whether nothing stands in a field.
func (f Field) empty() bool {
	return f.Value == "" && !slices.ContainsFunc(f.Rows, func(row []Field) bool { return !emptyRow(row) })
}

func emptyRow(row []Field) bool {
	return !slices.ContainsFunc(row, func(f Field) bool { return !f.empty() })
}

// form is the form of one part. What a part is made of is said once, by a function that goes over it field by field: either
// the form shows what stands in the part; or, where something was sent, that is put into the part, and the form keeps it as it was sent,
// since it may be no part yet.
type form struct {
	sent   url.Values    // nil: the part is shown
	known  news.Subject  // the dossier as it is: what can be chosen
	shown  news.Subject  // the dossier as readers see it
	next   *news.Subject // the dossier as it becomes
	says   string        // what a new event or account says to begin with
	author string        // who signs a new scenario
	today  news.When
	fixed  bool // nothing that follows may be changed
	spare  int  // how many empty rows a list ends with; 0: one
	prefix string
	fields []Field
	err    error // the first thing that is no value of its field
}

func (f *form) add(field Field) { f.fields = append(f.fields, field) }

// offer says of which list of the page the last field may be.
func (f *form) offer(list string) { f.fields[len(f.fields)-1].Offer = list }

// value is what stands in a field: what was sent of it, else what the part has.
func (f *form) value(name, has string) string {
	if f.sent == nil || f.fixed {
		return has
	}
	return strings.TrimSpace(f.sent.Get(f.prefix + name))
}

// line goes over a text of one line.
func (f *form) line(name, label, hint string, to *string) { f.typed(Line, name, label, hint, to) }

// text goes over one that may be long. It is one line all the same, since it bears no markup.
func (f *form) text(name, label, hint string, to *string) { f.typed(Text, name, label, hint, to) }

func (f *form) typed(look Look, name, label, hint string, to *string) {
	if text := f.value(name, *to); text != *to {
		*to = oneLine(text)
	}
	f.add(Field{Name: name, Label: label, Hint: hint, Value: *to, Look: look, Fixed: f.fixed})
}

const whenHint = "2025-06-27, or 2025-06 or 2025 where only that is known; 2025-06-27/2025-07-02 for some day between the two."

// when goes over when something happened.
func (f *form) when(name, label, hint string, to *news.When) {
	text := f.value(name, to.String())
	w, err := news.ParseWhen(text)
	if err == nil {
		*to = w
	} else if f.err == nil {
		f.err = err
	}
	f.add(Field{Name: name, Label: label, Hint: hint, Value: text, Fixed: f.fixed})
}

func (f *form) tick(name, label string, to *bool) {
	has := ""
	if *to {
		has = "yes"
	}
	value := f.value(name, has)
	*to = value == "yes"
	f.add(Field{Name: name, Label: label, Value: value, Look: Tick, Fixed: f.fixed})
}

// choose goes over one of several values; the empty one stands first, under what is said of it.
func choose[T ~string](f *form, name, label, none string, to *T, options []Option) {
	*to = T(f.value(name, string(*to)))
	field := Field{Name: name, Label: label, Value: string(*to), Look: Choice, Fixed: f.fixed}
	field.Options = append([]Option{{Text: none}}, options...)
	for i, o := range field.Options {
		field.Options[i].Chosen = o.Value == field.Value
	}
	if !slices.ContainsFunc(field.Options, func(o Option) bool { return o.Chosen }) {
		field.Options = append(field.Options, Option{Value: field.Value, Text: field.Value, Chosen: true}) // it is not lost unseen
	}
	f.add(field)
}

// mostRows is one more than any list may have, so that of more the newsroom says that they are too many.
const mostRows = 501

// rows goes over a list, each entry of which has the same fields, the first of them no tick. A row in which nothing stands is none.
func rows[T any](f *form, look Look, name, label, hint string, list *[]T, each func(*form, *T)) {
	field := Field{Name: name, Label: label, Hint: hint, Look: look, Fixed: f.fixed}
	outer, prefix, sent, spare := f.fields, f.prefix, f.sent, max(1, f.spare)
	f.spare = 0 // of the lists within
	over := func(n int, one *T) []Field {
		f.fields, f.prefix = nil, fmt.Sprint(prefix, name, ".", n, ".")
		each(f, one)
		return f.fields
	}
	f.sent = nil
	first := over(0, new(T))[0].Name
	f.sent = sent
	var kept []T
	if sent == nil || f.fixed {
		kept = slices.Clone(*list)
		for n := range kept {
			field.Rows = append(field.Rows, over(n, &kept[n]))
		}
	} else {
		for n := 0; n < mostRows && sent.Has(fmt.Sprint(prefix, name, ".", n, ".", first)); n++ {
			var one T
			if row := over(n, &one); !emptyRow(row) {
				kept, field.Rows = append(kept, one), append(field.Rows, row)
			}
		}
	}
	f.sent = nil
	for n := range spare {
		if !f.fixed {
			field.Rows = append(field.Rows, over(len(kept)+n, new(T)))
		}
	}
	*list, f.fields, f.prefix, f.sent, f.spare = kept, outer, prefix, sent, spare
	f.add(field)
}

// fresh is a name that no part in a list bears, made of words.
func fresh[T any](words string, list []T, name func(T) news.Slug) news.Slug {
	base := news.SlugOf(words)
	base = news.Slug(strings.TrimRight(string(base[:min(len(base), 100)]), "-"))
	slug := base
	for n := 2; slices.ContainsFunc(list, func(one T) bool { return name(one) == slug }); n++ {
		slug = news.Slug(fmt.Sprint(base, "-", n))
	}
	return slug
}

// written are the fields as lines of text, to be compared.
func written(fields []Field) string {
	var b strings.Builder
	for _, f := range fields {
		if f.empty() {
			continue
		}
		if f.Look != List && f.Look != More {
			fmt.Fprintf(&b, "%s: %s\n", f.Label, f.Value)
			continue
		}
		for _, row := range f.Rows {
			if !emptyRow(row) {
				b.WriteString(f.Label + ": " + strings.TrimSuffix(strings.ReplaceAll(written(row), "\n", "; "), "; ") + "\n")
			}
		}
	}
	return b.String()
}
