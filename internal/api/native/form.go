package native

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
)

// form is what a reply is written in.
type form struct {
	extension string
	media     string // without parameters
	kind      string // the content type
}

// forms are all forms, the first where nobody minds.
func forms() []form {
	return []form{
		{"json", "application/json", api.JSON},
		{"csv", "text/csv", "text/csv; charset=utf-8; header=present"},
		{"ndjson", "application/x-ndjson", "application/x-ndjson"},
	}
}

// forms are those in which an endpoint answers.
func (e endpoint) forms() []form {
	if e.Row == nil {
		return forms()[:1]
	}
	return forms()
}

// wanted is the form that a request asks for: by the extension of its address, else by Accept.
func wanted(e endpoint, q api.Question) (form, error) {
	all := e.forms()
	for _, f := range all {
		if strings.HasSuffix(q.URL.Path, "."+f.extension) {
			return f, nil
		}
	}
	best, weight := form{}, 0
	for _, f := range all {
		if w := accepted(q.Header["Accept"], f.media); w > weight {
			best, weight = f, w
		}
	}
	if weight == 0 {
		names := make([]string, len(all))
		for i, f := range all {
			names[i] = f.media
		}
		return form{}, api.Refuse(http.StatusNotAcceptable, "there is no form that Accept allows: this address answers in %s", strings.Join(names, ", "))
	}
	return best, nil
}

// accepted is the weight, in thousandths, that the values of Accept (RFC 9110, section 12.5.1) give to a media type: that
// of the most exact range which holds it. What cannot be read is passed over; without the header, or with nothing in it, all
// is welcome.
func accepted(header []string, media string) int {
	if strings.TrimSpace(strings.Join(header, "")) == "" {
		return 1000
	}
	kind, _, _ := strings.Cut(media, "/")
	weight, exact := 0, 0
	for _, line := range header {
		for item := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(item, ";")
			how := 0
			switch name = strings.ToLower(strings.TrimSpace(name)); name {
			case media:
				how = 3
			case kind + "/*":
				how = 2
			case "*/*":
				how = 1
			}
			if w, ok := quality(params); ok && how > exact {
				weight, exact = w, how
			}
		}
	}
	return weight
}

// quality reads the weight among the parameters of an item of Accept, in thousandths.
func quality(params string) (weight int, ok bool) {
	for p := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 32)
		return int(q * 1000), err == nil && q >= 0 && q <= 1
	}
	return 1000, true
}

// set gives what was found the form that is wanted.
func (n *native) set(e endpoint, found found, in form) (api.Reply, error) {
	reply := api.Reply{
		ContentType: in.kind, Sources: found.involved, Lasting: found.lasting, Modified: found.modified,
		Header: http.Header{"Vary": {"Accept, Accept-Encoding"}},
	}
	if len(found.involved) > 0 {
		reply.Header.Add("Link", "<"+version+"sources>; rel=\"license\"")
	}
	if found.next != "" {
		reply.Header.Add("Link", "<"+found.next+">; rel=\"next\"")
	}
	if in.extension == "json" {
		body, err := encoded(found.whole)
		if found.lists != nil {
			body = within(body, found.lists)
		}
		reply.Body = body
		return reply, err
	}
	count, csv := len(found.rows), in.extension == "csv"
	for _, l := range found.lists {
		count += l.count
	}
	put := func(w io.Writer) error {
		switch {
		case found.lists != nil:
			return write(w, e.Row, found.lists, csv)
		case csv:
			return table(w, e.Row, found.rows)
		}
		return lines(w, found.rows)
	}
	if count >= n.o.Long {
		reply.Stream = put
		return reply, nil
	}
	var body bytes.Buffer
	body.Grow(room(found.lists))
	err := put(&body)
	reply.Body = body.Bytes()
	return reply, err
}

// encoded writes JSON on one line, with its signs as they are: it is not put into HTML.
func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode the reply: %w", err)
	}
	return b.Bytes(), nil
}

// lines writes a row of JSON on each line.
func lines(w io.Writer, rows []any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, row := range rows {
		if err := e.Encode(row); err != nil {
			return err
		}
	}
	return nil
}

// table writes rows of values separated by commas (RFC 4180), below the names of the columns, which are those of the JSON:
// agreement.of is the field of of agreement. Lists have a space between their parts.
func table(w io.Writer, row any, rows []any) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(columns(nil, reflect.TypeOf(row), "")); err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(cells(nil, reflect.ValueOf(row))); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// nested is a struct that has columns of its own: not one that is a text.
func nested(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t, t.Kind() == reflect.Struct && !t.Implements(reflect.TypeFor[json.Marshaler]()) && !t.Implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// columns adds the names of a type's columns.
func columns(names []string, t reflect.Type, prefix string) []string {
	for i := range t.NumField() {
		f := t.Field(i)
		name := cmp.Or(nameOf(f), f.Name)
		if f.Tag.Get("csv") == "-" {
			continue
		}
		if inner, ok := nested(f.Type); ok {
			if f.Anonymous {
				names = columns(names, inner, prefix)
			} else {
				names = columns(names, inner, prefix+name+".")
			}
			continue
		}
		names = append(names, prefix+name)
	}
	return names
}

// cells adds a row's cells, as many as its type has columns.
func cells(row []string, v reflect.Value) []string {
	for i := range v.NumField() {
		f, value := v.Type().Field(i), v.Field(i)
		if f.Tag.Get("csv") == "-" {
			continue
		}
		if inner, ok := nested(f.Type); ok {
			if value.Kind() == reflect.Pointer {
				if value.IsNil() {
					row = append(row, make([]string, len(columns(nil, inner, "")))...)
					continue
				}
				value = value.Elem()
			}
			row = cells(row, value)
			continue
		}
		text := ""
		if !value.IsZero() || !leftOut(f) { // what JSON leaves out is an empty cell
			text = cell(value)
		}
		row = append(row, text)
	}
	return row
}

// celled is what has a text of its own in a list.
type celled interface{ cell() string }

// cell is a value as the text of a cell.
func cell(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch value := v.Interface().(type) {
	case celled:
		return value.cell()
	case time.Time:
		return value.Format(time.RFC3339Nano)
	case api.Number:
		return numberText(value)
	case encoding.TextMarshaler:
		text, _ := value.MarshalText() // dates and the like, which cannot fail
		return string(text)
	}
	if v.Kind() == reflect.Slice {
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = cell(v.Index(i))
		}
		return strings.Join(parts, " ")
	}
	return fmt.Sprint(v.Interface())
}

// nameOf is a field's name in JSON; empty where it has none.
func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// numberText is a number as it is written.
func numberText(n api.Number) string { return currency.Decimal(n).String() }
