package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Limits of an archive: a record is at most a story of many revisions, the whole at most what a machine can hold.
const (
	maxRecord  = 256 << 20
	maxArchive = 8 << 30
)

const (
	formatName    = "courant edition"
	formatVersion = 1
)

// record is one record of the file; exactly one of its fields is set.
type record struct {
	Header      *headerRecord      `json:"header,omitempty"`
	Source      *sourceRecord      `json:"source,omitempty"`
	Observation *observationRecord `json:"observation,omitempty"`
	Story       *storyRecord       `json:"story,omitempty"`
	End         *endRecord         `json:"end,omitempty"`
}

type headerRecord struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type sourceRecord struct {
	ID      market.SourceID   `json:"id"`
	Name    string            `json:"name"`
	Kind    market.SourceKind `json:"kind"`
	Home    string            `json:"home,omitempty"`
	Licence string            `json:"licence,omitempty"`
	Note    string            `json:"note,omitempty"`
	Fresh   string            `json:"fresh"` // as time.Duration writes it: 96h0m0s
}

type observationRecord struct {
	Symbol market.Symbol    `json:"symbol"`
	Field  market.Field     `json:"field"`
	Source market.SourceID  `json:"source"`
	At     time.Time        `json:"at"`
	Seen   time.Time        `json:"seen"`
	Value  currency.Decimal `json:"value"`
	Ref    string           `json:"ref,omitempty"`
	ID     market.ID        `json:"id"`
}

type storyRecord struct {
	ID        news.StoryID     `json:"id"`
	Slug      news.Slug        `json:"slug"`
	State     news.State       `json:"state"`
	Published *time.Time       `json:"published,omitempty"`
	Updated   *time.Time       `json:"updated,omitempty"`
	Live      int              `json:"live,omitempty"`
	Revisions []revisionRecord `json:"revisions"`
}

type revisionRecord struct {
	N          int         `json:"n"`
	Author     string      `json:"author"`
	Reason     string      `json:"reason,omitempty"`
	At         time.Time   `json:"at"`
	Headline   string      `json:"headline"`
	Kicker     string      `json:"kicker,omitempty"`
	Standfirst string      `json:"standfirst,omitempty"`
	Bylines    []string    `json:"bylines,omitempty"`
	Dateline   string      `json:"dateline,omitempty"`
	Section    news.Slug   `json:"section"`
	Topics     []news.Slug `json:"topics,omitempty"`
	Language   string      `json:"language,omitempty"`
	Body       []string    `json:"body"`      // its lines, so that a comparison shows the lines that changed
	Published  bool        `json:"published"` // whether it ever was; then it has pins, if it has figures
	Pins       []pinRecord `json:"pins,omitempty"`
}

type pinRecord struct {
	Expression string           `json:"expression"`
	Symbol     market.Symbol    `json:"symbol"`
	Field      market.Field     `json:"field"`
	Value      currency.Decimal `json:"value"`
	At         time.Time        `json:"at"`
	Seen       time.Time        `json:"seen"`
	Source     market.SourceID  `json:"source"`
	How        market.How       `json:"how"`
	From       []market.ID      `json:"from"`
}

type endRecord struct {
	Sources      int    `json:"sources"`
	Observations int    `json:"observations"`
	Stories      int    `json:"stories"`
	SHA256       string `json:"sha256"` // of all lines before this one
}

// Write writes an edition as an archive file. The same edition gives the same bytes, whatever order its parts are in.
func Write(w io.Writer, e news.Edition) error {
	digest := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(w, digest), 1<<20)
	put := func(r record, indented bool) error {
		text, err := json.Marshal(r)
		if err == nil && indented {
			var b bytes.Buffer
			err = json.Indent(&b, text, "", "  ")
			text = b.Bytes()
		}
		if err != nil {
			return err
		}
		_, err = out.Write(append(text, '\n'))
		return err
	}
	err := put(record{Header: &headerRecord{formatName, formatVersion}}, false)
	for _, s := range slices.SortedFunc(slices.Values(e.Sources), func(a, b market.Source) int { return cmp.Compare(a.ID, b.ID) }) {
		err = errors.Join(err, put(record{Source: &sourceRecord{s.ID, s.Name, s.Kind, s.Home, s.Licence, s.Note, s.Fresh.String()}}, false))
	}
	for _, o := range slices.SortedFunc(slices.Values(e.Observations), byOrder) {
		if err != nil {
			break
		}
		err = put(record{Observation: &observationRecord{o.Symbol, o.Field, o.Source, o.At, o.Seen, o.Value, o.Ref, o.ID}}, false)
	}
	for _, m := range slices.SortedFunc(slices.Values(e.Stories), func(a, b news.Manuscript) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.Slug, b.Slug))
	}) {
		err = errors.Join(err, put(record{Story: storyOut(m)}, true))
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		return err
	}
	end := endRecord{len(e.Sources), len(e.Observations), len(e.Stories), hex.EncodeToString(digest.Sum(nil))}
	return errors.Join(put(record{End: &end}, false), out.Flush())
}

// byOrder is the order of observations in a file: what a source said at one time stands together.
func byOrder(a, b market.Observation) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), a.At.Compare(b.At), cmp.Compare(a.Symbol, b.Symbol),
		cmp.Compare(a.Field, b.Field), a.Seen.Compare(b.Seen), cmp.Compare(a.ID, b.ID))
}

func storyOut(m news.Manuscript) *storyRecord {
	s := &storyRecord{ID: m.ID, Slug: m.Slug, State: m.State, Live: m.Live}
	if !m.Published.IsZero() {
		s.Published, s.Updated = &m.Published, &m.Updated
	}
	for _, r := range m.Revisions {
		c := r.Content
		out := revisionRecord{
			N: r.N, Author: r.Author, Reason: r.Reason, At: r.At, Headline: c.Headline, Kicker: c.Kicker, Standfirst: c.Standfirst,
			Bylines: c.Bylines, Dateline: c.Dateline, Section: c.Section, Topics: c.Topics, Language: c.Language,
			Body: strings.Split(c.Body, "\n"),
		}
		var pins []news.Pin
		pins, out.Published = m.Pins[r.N]
		out.Published = out.Published || r.N == m.Live
		for _, p := range pins {
			out.Pins = append(out.Pins, pinRecord(p))
		}
		s.Revisions = append(s.Revisions, out)
	}
	return s
}

func (s *storyRecord) manuscript() news.Manuscript {
	m := news.Manuscript{ID: s.ID, Slug: s.Slug, State: s.State, Live: s.Live}
	if s.Published != nil {
		m.Published = s.Published.UTC()
	}
	if s.Updated != nil {
		m.Updated = s.Updated.UTC()
	}
	for _, r := range s.Revisions {
		m.Revisions = append(m.Revisions, news.Revision{
			Story: s.ID, N: r.N, Author: r.Author, Reason: r.Reason, At: r.At.UTC(),
			Content: news.Content{
				Headline: r.Headline, Kicker: r.Kicker, Standfirst: r.Standfirst, Bylines: r.Bylines, Dateline: r.Dateline,
				Section: r.Section, Topics: r.Topics, Language: r.Language, Body: strings.Join(r.Body, "\n"),
			},
		})
		if !r.Published {
			continue
		}
		if m.Pins == nil {
			m.Pins = map[int][]news.Pin{}
		}
		var pins []news.Pin
		for _, p := range r.Pins {
			p.At, p.Seen = p.At.UTC(), p.Seen.UTC()
			pins = append(pins, news.Pin(p))
		}
		m.Pins[r.N] = pins
	}
	return m
}

// Read reads an archive file. The error is fault.Invalid, with a sentence, for what is none, is of an unknown version,
// was cut off or was changed. Progress, which may be nil, is told how many bytes have been read.
func Read(r io.Reader, progress func(bytes int64)) (news.Edition, error) {
	f := &file{in: bufio.NewReaderSize(io.LimitReader(r, maxArchive), 1<<20), digest: sha256.New()}
	var e news.Edition
	seen := map[market.ID]bool{}
	for {
		rec, text, err := f.next()
		if err != nil {
			return news.Edition{}, err
		}
		switch {
		case rec.Header != nil && !f.begun:
			if rec.Header.Format != formatName || rec.Header.Version != formatVersion {
				return news.Edition{}, fault.Because(fault.Invalid, "this is an archive of the format %q, version %d; this program reads %q, version %d",
					rec.Header.Format, rec.Header.Version, formatName, formatVersion)
			}
			f.begun = true
		case !f.begun:
			return news.Edition{}, notOurs()
		case rec.Source != nil:
			s, err := rec.Source.source()
			if err != nil {
				return news.Edition{}, fault.Because(fault.Invalid, "line %d: %w", f.line, err)
			}
			e.Sources = append(e.Sources, s)
		case rec.Observation != nil:
			o, err := rec.Observation.observation(seen)
			if err != nil {
				return news.Edition{}, fault.Because(fault.Invalid, "line %d: %w", f.line, err)
			}
			e.Observations = append(e.Observations, o)
		case rec.Story != nil:
			e.Stories = append(e.Stories, rec.Story.manuscript())
		case rec.End != nil:
			return e, f.close(e, *rec.End)
		default:
			return news.Edition{}, fault.Because(fault.Invalid, "line %d holds no record of a known kind", f.line)
		}
		f.digest.Write(text)
		if progress != nil {
			progress(f.bytes)
		}
	}
}

func notOurs() error {
	return fault.Because(fault.Invalid, "this is no archive of Courant: its first line does not say so")
}

// file reads the records of an archive and keeps count.
type file struct {
	in     *bufio.Reader
	digest hash.Hash
	begun  bool
	line   int
	bytes  int64
}

// next reads one record: a line, or the lines from one that is only "{" to one that is only "}".
func (f *file) next() (rec record, text []byte, err error) {
	for {
		part, err := f.in.ReadSlice('\n')
		text = append(text, part...)
		f.bytes += int64(len(part))
		switch {
		case len(text) > maxRecord:
			return rec, nil, fault.Because(fault.Invalid, "a record of more than %d MiB: this is no archive of Courant", maxRecord>>20)
		case errors.Is(err, bufio.ErrBufferFull):
			if !f.begun {
				return rec, nil, notOurs()
			}
			continue
		case err == io.EOF && !f.begun:
			return rec, nil, notOurs()
		case err == io.EOF:
			return rec, nil, fault.Because(fault.Invalid, "the archive ends at line %d without its last record: it was cut off; nothing was imported", f.line)
		case err != nil:
			return rec, nil, err
		}
		f.line++
		if !bytes.HasPrefix(text, []byte("{\n")) || bytes.HasSuffix(text, []byte("\n}\n")) {
			break
		}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&rec); err != nil {
		if !f.begun {
			return rec, nil, notOurs()
		}
		return rec, nil, fault.Because(fault.Invalid, "line %d cannot be read: %w", f.line, err)
	}
	return rec, text, nil
}

// close compares what was read with what the last record says.
func (f *file) close(e news.Edition, end endRecord) error {
	if _, err := f.in.ReadByte(); err != io.EOF {
		return fault.Because(fault.Invalid, "something follows the last record, at line %d", f.line+1)
	}
	if end.Sources != len(e.Sources) || end.Observations != len(e.Observations) || end.Stories != len(e.Stories) ||
		end.SHA256 != hex.EncodeToString(f.digest.Sum(nil)) {
		return fault.Because(fault.Invalid, "the archive was changed after it was written: its contents do not fit its last record; nothing was imported")
	}
	return nil
}

func (s *sourceRecord) source() (market.Source, error) {
	fresh, err := time.ParseDuration(s.Fresh)
	return market.Source{ID: s.ID, Name: s.Name, Kind: s.Kind, Home: s.Home, Licence: s.Licence, Note: s.Note, Fresh: fresh}, err
}

func (o *observationRecord) observation(seen map[market.ID]bool) (market.Observation, error) {
	made := market.NewObservation(o.Symbol, o.Field, o.Value, market.Moment{At: o.At, Seen: o.Seen}, o.Source, o.Ref)
	if made.ID != o.ID {
		return made, fault.Because(fault.Invalid, "the observation %q does not fit its name: it was changed", o.ID)
	}
	if seen[o.ID] {
		return made, fault.Because(fault.Invalid, "the observation %q stands twice", o.ID)
	}
	seen[o.ID] = true
	return made, nil
}
