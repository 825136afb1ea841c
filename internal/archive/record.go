package archive

import (
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// The format of an archive file; docs/archive-format.md describes it and is to be kept true.
const (
	formatName    = "courant edition"
	formatVersion = 2
	firstVersion  = 1 // the oldest that is read
)

// record is one record of the file; exactly one of its fields is set.
type record struct {
	Header      *headerRecord      `json:"header,omitempty"`
	Source      *sourceRecord      `json:"source,omitempty"`
	Observation *observationRecord `json:"observation,omitempty"`
	Bar         *barRecord         `json:"bar,omitempty"`
	Story       *storyRecord       `json:"story,omitempty"`
	Masthead    *mastheadRecord    `json:"masthead,omitempty"`
	Dossier     *dossierRecord     `json:"dossier,omitempty"`
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

	Issuer      currency.Code `json:"issuer,omitempty"`
	Terms       market.Terms  `json:"terms,omitempty"`
	Attribution string        `json:"attribution,omitempty"`
	Ahead       string        `json:"ahead,omitempty"` // as Fresh; none where it is zero
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

type barRecord struct {
	Symbol   market.Symbol     `json:"symbol"`
	Interval market.Interval   `json:"interval"`
	Source   market.SourceID   `json:"source"`
	At       time.Time         `json:"at"`
	Seen     time.Time         `json:"seen"`
	Open     currency.Decimal  `json:"open"`
	High     currency.Decimal  `json:"high"`
	Low      currency.Decimal  `json:"low"`
	Close    currency.Decimal  `json:"close"`
	Volume   *currency.Decimal `json:"volume,omitempty"` // nil where the source does not say it
	Ref      string            `json:"ref,omitempty"`
}

type endRecord struct {
	Sources      int    `json:"sources"`
	Observations int    `json:"observations"`
	Stories      int    `json:"stories"`
	Bars         int    `json:"bars,omitempty"`
	Mastheads    int    `json:"mastheads,omitempty"`
	Dossiers     int    `json:"dossiers,omitempty"`
	SHA256       string `json:"sha256"` // of all lines before this one
}

func sourceOut(s market.Source) *sourceRecord {
	out := &sourceRecord{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Home: s.Home, Licence: s.Licence, Note: s.Note, Fresh: s.Fresh.String(),
		Issuer: s.Issuer, Terms: s.Terms, Attribution: s.Attribution,
	}
	if s.Ahead != 0 {
		out.Ahead = s.Ahead.String()
	}
	return out
}

func (s *sourceRecord) source() (market.Source, error) {
	out := market.Source{
		ID: s.ID, Name: s.Name, Kind: s.Kind, Home: s.Home, Licence: s.Licence, Note: s.Note,
		Issuer: s.Issuer, Terms: s.Terms, Attribution: s.Attribution,
	}
	var err error
	if out.Fresh, err = s.length(s.Fresh); err == nil && s.Ahead != "" {
		out.Ahead, err = s.length(s.Ahead)
	}
	return out, err
}

// length reads a length of time.
func (s *sourceRecord) length(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		err = fault.Because(fault.Invalid, "the source %q: %q is no length of time: write it as 36h0m0s", s.ID, text)
	}
	return d, err
}

// observation makes the observation anew, and so its name: a changed one no longer fits the name that the file gives.
func (o *observationRecord) observation() (market.Observation, error) {
	made := market.NewObservation(o.Symbol, o.Field, o.Value, market.Moment{At: o.At, Seen: o.Seen}, o.Source, o.Ref)
	if made.ID != o.ID {
		return made, fault.Because(fault.Invalid, "the observation %q does not fit its name: it was changed", o.ID)
	}
	return made, nil
}

func barOut(b market.Bar) *barRecord {
	out := &barRecord{b.Symbol, b.Interval, b.Source, b.At.UTC(), b.Seen.UTC(), b.Open, b.High, b.Low, b.Close, nil, b.Ref}
	if !b.NoVolume {
		out.Volume = &b.Volume
	}
	return out
}

func (b *barRecord) bar() market.Bar {
	in := market.Bar{
		Symbol: b.Symbol, Interval: b.Interval, Source: b.Source, At: b.At.UTC(), Seen: b.Seen.UTC(),
		Open: b.Open, High: b.High, Low: b.Low, Close: b.Close, NoVolume: b.Volume == nil, Ref: b.Ref,
	}
	if b.Volume != nil {
		in.Volume = *b.Volume
	}
	return in
}
