package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
	"unicode/utf8"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// Limits of an archive: a record is at most a story of many revisions, the whole at most what a machine can hold.
const (
	maxRecord  = 256 << 20
	maxArchive = 8 << 30
)

// Read reads an archive file. The error is fault.Invalid, with a sentence that names the line, for what is none, is of
// an unknown version, was cut off or was changed; the edition is empty then. Progress, which may be nil, is told how
// many bytes have been read.
//
// Read says that the file is what was written. Whether a paper may hold it, the newsroom decides when it is added.
func Read(r io.Reader, progress func(bytes int64)) (news.Edition, error) {
	f := &fileReader{
		in: bufio.NewReaderSize(io.LimitReader(r, maxArchive), 1<<16), digest: sha256.New(),
		sources: map[market.SourceID]int{}, observations: map[market.ID]int{}, stories: map[news.StoryID]int{},
		dossiers: map[news.Slug]int{}, bars: map[string]int{},
	}
	for {
		rec, text, err := f.next()
		if err != nil {
			return news.Edition{}, err
		}
		switch {
		case !f.begun:
			if err := f.begin(rec.Header); err != nil {
				return news.Edition{}, err
			}
		case rec.End != nil:
			if err := f.close(*rec.End); err != nil {
				return news.Edition{}, err
			}
			return f.edition, nil
		default:
			if err := f.take(rec); err != nil {
				return news.Edition{}, fault.Because(fault.Invalid, "%s: %w", f.place(), err)
			}
		}
		f.digest.Write(text)
		if progress != nil {
			progress(f.bytes)
		}
	}
}

// fileReader reads the records of an archive and keeps count.
type fileReader struct {
	in      *bufio.Reader
	digest  hash.Hash
	edition news.Edition

	// At which line each stands, by its name.
	sources      map[market.SourceID]int
	observations map[market.ID]int
	stories      map[news.StoryID]int
	dossiers     map[news.Slug]int
	bars         map[string]int

	begun       bool // the header was read
	version     int  // that it gives
	first, line int  // lines of the last record; from 1
	bytes       int64
}

// place says where the last record stands.
func (f *fileReader) place() string {
	if f.first == f.line {
		return fmt.Sprintf("line %d", f.line)
	}
	return fmt.Sprintf("lines %d to %d", f.first, f.line)
}

func notOurs() error {
	return fault.Because(fault.Invalid, "this is no archive of Courant: its first line does not say so")
}

// next reads one record: a line, or the lines from one that is only "{" to one that is only "}".
func (f *fileReader) next() (rec record, text []byte, err error) {
	f.first = f.line + 1
	for {
		part, err := f.in.ReadSlice('\n')
		text = append(text, part...)
		f.bytes += int64(len(part))
		switch {
		case len(text) > maxRecord:
			return rec, nil, fault.Because(fault.Invalid, "the record at line %d has more than %d MiB: this is no archive of Courant", f.first, maxRecord>>20)
		case errors.Is(err, bufio.ErrBufferFull) && f.begun:
			continue
		case (errors.Is(err, bufio.ErrBufferFull) || err == io.EOF) && !f.begun:
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
	if err := decodeRecord(text, &rec); err != nil {
		if !f.begun {
			return rec, nil, notOurs()
		}
		if at := offset(err); at > 0 && at <= int64(len(text)) { // name the very line
			f.first += bytes.Count(text[:at-1], []byte("\n"))
			f.line = f.first
		}
		return rec, nil, fault.Because(fault.Invalid, "%s cannot be read: %w", f.place(), err)
	}
	return rec, text, nil
}

// decodeRecord reads a record and nothing else: what it does not know it could not give back.
func decodeRecord(text []byte, rec *record) error {
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(rec); errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends within the record")
	} else if err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the record on its line")
	}
	n := 0
	for _, set := range []bool{
		rec.Header != nil, rec.Source != nil, rec.Observation != nil, rec.Bar != nil, rec.Story != nil, rec.Masthead != nil, rec.Dossier != nil, rec.End != nil,
	} {
		if set {
			n++
		}
	}
	if n != 1 {
		return errors.New("it must hold one record of a known kind")
	}
	return nil
}

// offset says how far JSON was read before the error, in bytes; 0 where that is not known.
func offset(err error) int64 {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return e.Offset
	}
	return 0
}

// begin reads the header.
func (f *fileReader) begin(h *headerRecord) error {
	switch {
	case h == nil:
		return notOurs()
	case h.Format != formatName || h.Version < firstVersion || h.Version > formatVersion:
		return fault.Because(fault.Invalid, "this is an archive of the format %q, version %d; this program reads %q, versions %d to %d",
			h.Format, h.Version, formatName, firstVersion, formatVersion)
	}
	f.begun, f.version = true, h.Version
	return nil
}

// take adds a record to the edition.
func (f *fileReader) take(rec record) error {
	switch e := &f.edition; {
	case rec.Source != nil:
		s, err := rec.Source.source()
		if err != nil {
			return err
		}
		e.Sources = append(e.Sources, s)
		return once(f.sources, "source", s.ID, f.first)
	case rec.Observation != nil:
		o, err := rec.Observation.observation()
		if err != nil {
			return err
		}
		e.Observations = append(e.Observations, o)
		return once(f.observations, "observation", o.ID, f.first)
	case rec.Bar != nil:
		b := rec.Bar.bar()
		e.Bars = append(e.Bars, b)
		name := fmt.Sprintf("%s of %s of %s, %s", b.Interval, b.Symbol, b.Source, b.At.Format(time.RFC3339)+" "+b.Seen.Format(time.RFC3339Nano))
		return once(f.bars, "bar", name, f.first)
	case rec.Story != nil:
		m, err := rec.Story.manuscript(f.version)
		if err != nil {
			return err
		}
		e.Stories = append(e.Stories, m)
		return once(f.stories, "story", m.ID, f.first)
	case rec.Masthead != nil:
		if r := rec.Masthead.revision(); r.N != len(e.Mastheads)+1 {
			return fault.Because(fault.Invalid, "revision %d of the settings stands where revision %d belongs", r.N, len(e.Mastheads)+1)
		}
		e.Mastheads = append(e.Mastheads, rec.Masthead.revision())
		return nil
	case rec.Dossier != nil:
		r, err := rec.Dossier.record()
		if err != nil {
			return err
		}
		e.Dossiers = append(e.Dossiers, r)
		return once(f.dossiers, "dossier", r.Slug, f.first)
	}
	return fault.Because(fault.Invalid, "the file begins a second time")
}

// once refuses what stands in the file already; seen holds the lines.
func once[Name ~string](seen map[Name]int, kind string, name Name, line int) error {
	if before := seen[name]; before > 0 {
		return fault.Because(fault.Invalid, "the %s %.64q stands twice, at line %d already", kind, name, before)
	}
	seen[name] = line
	return nil
}

// close compares what was read with what the last record says.
func (f *fileReader) close(end endRecord) error {
	switch _, err := f.in.ReadByte(); {
	case err == nil:
		return fault.Because(fault.Invalid, "something follows the last record, at line %d", f.line+1)
	case err != io.EOF:
		return err
	}
	e := f.edition
	if end.Sources != len(e.Sources) || end.Observations != len(e.Observations) || end.Stories != len(e.Stories) {
		return fault.Because(fault.Invalid, "the archive was changed after it was written: it has %d sources, %d observations and %d stories, "+
			"and its last record, at line %d, says %d, %d and %d; nothing was imported",
			len(e.Sources), len(e.Observations), len(e.Stories), f.line, end.Sources, end.Observations, end.Stories)
	}
	if end.Bars != len(e.Bars) {
		return fault.Because(fault.Invalid, "the archive was changed after it was written: it has %d bars, and its last record, at line %d, says %d; "+
			"nothing was imported", len(e.Bars), f.line, end.Bars)
	}
	if end.Mastheads != len(e.Mastheads) {
		return fault.Because(fault.Invalid, "the archive was changed after it was written: it has %d revisions of the settings, and its last record, "+
			"at line %d, says %d; nothing was imported", len(e.Mastheads), f.line, end.Mastheads)
	}
	if end.Dossiers != len(e.Dossiers) {
		return fault.Because(fault.Invalid, "the archive was changed after it was written: it has %d dossiers, and its last record, at line %d, says %d; "+
			"nothing was imported", len(e.Dossiers), f.line, end.Dossiers)
	}
	if end.SHA256 != hex.EncodeToString(f.digest.Sum(nil)) {
		return fault.Because(fault.Invalid, "the archive was changed after it was written: its lines up to %d do not fit the SHA-256 at line %d; "+
			"nothing was imported", f.first-1, f.line)
	}
	return nil
}
