package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Write writes an edition as an archive file. The same edition gives the same bytes, whatever order its parts are in.
// The error is fault.Invalid for a text that is not UTF-8, which the file could not give back; else it is the writer's.
func Write(w io.Writer, e news.Edition) error {
	digest := sha256.New()
	f := &fileWriter{out: bufio.NewWriterSize(io.MultiWriter(w, digest), 1<<16)}
	f.put(record{Header: &headerRecord{formatName, formatVersion}})
	for _, s := range slices.SortedFunc(slices.Values(e.Sources), func(a, b market.Source) int { return cmp.Compare(a.ID, b.ID) }) {
		f.put(record{Source: sourceOut(s)})
	}
	for _, o := range slices.SortedFunc(slices.Values(e.Observations), byOrder) {
		f.put(record{Observation: &observationRecord{o.Symbol, o.Field, o.Source, o.At.UTC(), o.Seen.UTC(), o.Value, o.Ref, o.ID}})
	}
	for _, b := range slices.SortedFunc(slices.Values(e.Bars), byBar) {
		f.put(record{Bar: barOut(b)})
	}
	for _, m := range slices.SortedFunc(slices.Values(e.Stories), func(a, b news.Manuscript) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.ID, b.ID))
	}) {
		f.put(record{Story: storyOut(m)})
	}
	for _, r := range slices.SortedFunc(slices.Values(e.Mastheads), func(a, b news.MastheadRevision) int { return cmp.Compare(a.N, b.N) }) {
		f.put(record{Masthead: mastheadOut(r)})
	}
	for _, r := range slices.SortedFunc(slices.Values(e.Dossiers), func(a, b news.DossierRecord) int { return cmp.Compare(a.Slug, b.Slug) }) {
		f.put(record{Dossier: dossierOut(r)})
	}
	f.flush()
	f.put(record{End: &endRecord{
		len(e.Sources), len(e.Observations), len(e.Stories), len(e.Bars), len(e.Mastheads), len(e.Dossiers), hex.EncodeToString(digest.Sum(nil)),
	}})
	f.flush()
	return f.err
}

// byOrder is the order of observations in a file: what a source said at one time stands together.
func byOrder(a, b market.Observation) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), a.At.Compare(b.At), cmp.Compare(a.Symbol, b.Symbol),
		cmp.Compare(a.Field, b.Field), a.Seen.Compare(b.Seen), cmp.Compare(a.ID, b.ID))
}

// byBar is the order of bars in a file: the series of a source stands together.
func byBar(a, b market.Bar) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Interval, b.Interval), a.At.Compare(b.At), a.Seen.Compare(b.Seen))
}

// fileWriter writes records until something goes wrong.
type fileWriter struct {
	out  *bufio.Writer
	text bytes.Buffer // of one record
	err  error
}

// replaced finds the escape that the encoder puts for bytes that are not UTF-8; the character itself it writes as it is.
var replaced = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\\ufffd`)

func (f *fileWriter) put(r record) {
	if f.err != nil {
		return
	}
	f.text.Reset()
	encoder := json.NewEncoder(&f.text)
	encoder.SetEscapeHTML(false) // no browser reads the file, and people do
	if r.Story != nil || r.Dossier != nil {
		encoder.SetIndent("", "  ")
	}
	f.err = encoder.Encode(r)
	if text := f.text.Bytes(); bytes.Contains(text, []byte(`\ufffd`)) && replaced.Match(text) {
		f.err = errors.Join(f.err, fault.Because(fault.Invalid, "a text is not valid UTF-8, so no archive can hold it: %.200q", text))
	}
	if f.err == nil {
		_, f.err = f.out.Write(f.text.Bytes())
	}
}

func (f *fileWriter) flush() {
	if f.err == nil {
		f.err = f.out.Flush()
	}
}
