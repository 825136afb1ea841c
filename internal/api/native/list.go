package native

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"reflect"
	"strings"
	"time"
)

// row is one of the hundreds of a board, or of the thousands of a series. They are written field by field and not by reflection,
// which a test holds them to.
type row interface {
	appendJSON(b []byte) []byte // as an object
	appendCSV(b []byte) []byte  // as a line of a table; see [table]
}

// list is a field of a reply that is a list of rows. Several may go through them at once; a row is valid until the next.
type list struct {
	name   string // of the field
	count  int
	length int // of a row, about
	each   iter.Seq[row]
}

// partLength is about how much is written at once.
const partLength = 64 << 10

// within puts rows into a reply that was written without them, the lists in the order of its fields.
func within(body []byte, lists []list) []byte {
	b := make([]byte, 0, len(body)+room(lists))
	for _, l := range lists {
		before, behind, _ := bytes.Cut(body, []byte(`"`+l.name+`":[]`))
		b = append(append(b, before...), `"`+l.name+`":[`...)
		for r := range l.each {
			b = append(r.appendJSON(b), ',')
		}
		if l.count > 0 {
			b = b[:len(b)-1] // the last comma
		}
		b, body = append(b, ']'), behind
	}
	return append(b, body...)
}

// room is about the length of some lists.
func room(lists []list) (n int) {
	for _, l := range lists {
		n += l.length * l.count
	}
	return n
}

// write writes the rows of some lists, which are like a zero value, as lines of JSON, or as a table with the names of its columns.
func write(w io.Writer, like any, lists []list, csv bool) error {
	b := make([]byte, 0, min(partLength, room(lists))+1000)
	if csv {
		b = append(b, strings.Join(columns(nil, reflect.TypeOf(like), ""), ",")...)
		b = append(b, "\r\n"...)
	}
	for _, l := range lists {
		for r := range l.each {
			if csv {
				b = r.appendCSV(b)
			} else {
				b = append(r.appendJSON(b), '\n')
			}
			if len(b) >= partLength {
				if _, err := w.Write(b); err != nil {
					return err
				}
				b = b[:0]
			}
		}
	}
	_, err := w.Write(b)
	return err
}

// appendField appends a field of JSON with its name, unless it is empty.
func appendField(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, name...), text)
}

// appendText appends a string of JSON.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // a string cannot fail
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

func appendTexts[T ~string](b []byte, texts []T) []byte {
	b = append(b, '[')
	for i, text := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, string(text))
	}
	return append(b, ']')
}

// appendCell appends a text as a cell of a table.
func appendCell(b []byte, text string) []byte {
	quoted := strings.HasPrefix(text, " ")
	for i := range len(text) {
		switch text[i] {
		case '"', ',', '\r', '\n':
			quoted = true
		}
	}
	if quoted {
		return append(append(append(b, '"'), strings.ReplaceAll(text, `"`, `""`)...), '"')
	}
	return append(b, text...)
}

// appendCells appends a list as a cell, with a space between its parts, none of which is a sentence.
func appendCells[T ~string](b []byte, texts []T) []byte {
	for i, text := range texts {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, text...)
	}
	return b
}

// appendMoment appends a time of RFC 3339, as most are: midnight of a day in UTC, or another moment.
func appendMoment(b []byte, t time.Time) []byte {
	return t.AppendFormat(b, time.RFC3339Nano)
}
