package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
)

// The two sources of the demonstration.
const (
	datasetID market.SourceID = "currency-api"
	pageID    market.SourceID = "page-2026-02-02"
)

// Fill makes a ledger and a newsroom into the demonstration paper: the bundled history, the page's claims, the
// stories that rest on both, and a dossier.
//
// The demonstration replays. A number counts as learnt when its publisher first published it, not when Fill runs: a
// rate when the dataset's build wrote it, a claim on the morning of the page. So each story's figures are pinned to
// what could be known when the story says that it was published, and the ledger can be read as it stood on any day.
//
// Filling what is filled already changes nothing: numbers that are there are not news, and a story that is there is
// left as it is, whatever the desk has made of it since. An error is of the kind that the ledger or the newsroom gave
// it; numbers may then have been added, stories have not.
func Fill(ctx context.Context, ledger *market.Ledger, newsroom *news.Newsroom) error {
	observations, err := observations(ledger.Listings())
	if err != nil {
		return err
	}
	if _, err := ledger.Record(ctx, sources(), observations, nil); err != nil {
		return fmt.Errorf("record the demonstration's numbers: %w", err)
	}
	written, err := newsroom.Manuscripts(ctx)
	if err != nil {
		return fmt.Errorf("see which stories are there: %w", err)
	}
	there := map[news.Slug]bool{}
	for _, m := range written {
		there[m.Slug] = true
	}
	bundled, err := stories()
	if err != nil {
		return err
	}
	var edition news.Edition
	for _, s := range bundled {
		if there[s[0].slug] {
			continue
		}
		m, err := s.manuscript(ctx, newsroom)
		if err != nil {
			return fmt.Errorf("set the story %s: %w", s[0].slug, err)
		}
		edition.Stories = append(edition.Stories, m)
	}
	if edition.Dossiers, err = dossiers(ctx, newsroom); err != nil {
		return err
	}
	if len(edition.Stories)+len(edition.Dossiers) == 0 {
		return nil
	}
	if _, err := newsroom.AddEdition(ctx, edition, nil); err != nil {
		return fmt.Errorf("print the demonstration's stories and dossiers: %w", err)
	}
	return nil
}

// sources describes the two to readers.
func sources() []market.Source {
	return []market.Source{
		{
			ID: datasetID, Name: "currency-api (open dataset)", Kind: market.Dataset,
			Home: "https://github.com/fawazahmed0/exchange-api", Licence: "CC0-1.0", Terms: market.Free,
			Note: "A free daily collection. It does not say where its rates come from, quotes currencies that no longer exist, " +
				"and on some days shows a second source with fewer digits. A chosen set of days is bundled, as published.",
			Fresh: 96 * time.Hour, // it speaks of days and is idle at weekends: a long one passes before it counts as old
		},
		{
			ID: pageID, Name: "a newspaper page", Kind: market.Page,
			Note: "What one page printed, figures only: rates for one euro, and share prices without market or currency. " +
				"Claims to be checked, not values to rely on.",
			Fresh: 36 * time.Hour, // a morning paper is read until the next one
		},
	}
}

// observations returns all that the two sources said.
func observations(listings *market.Listings) ([]market.Observation, error) {
	snapshots, err := History()
	if err != nil {
		return nil, err
	}
	var all []market.Observation
	for _, s := range snapshots {
		when := market.Moment{At: s.At, Seen: s.Published}
		for _, r := range s.Rates {
			ref := s.Version + " eur." + strings.ToLower(string(r.Code)) // the version, then the key in its eur.json
			all = append(all, market.NewObservation(market.Pair("EUR", r.Code), market.Rate, r.Value, when, datasetID, ref))
		}
	}
	claimed, err := claimed(listings)
	return append(all, claimed...), err
}

// claimed returns what the page said. It counts as learnt at six in the morning of its day: the page bears no hour.
func claimed(listings *market.Listings) ([]market.Observation, error) {
	rates, err := PageRates()
	if err != nil {
		return nil, err
	}
	quotes, err := PageQuotes()
	if err != nil {
		return nil, err
	}
	when := market.Moment{At: PageDate(), Seen: PageDate().Add(6 * time.Hour)}
	var all []market.Observation
	for _, r := range rates {
		ref := "rates, " + string(r.Code)
		all = append(all, market.NewObservation(market.Pair("EUR", r.Code), market.Rate, r.Value, when, pageID, ref))
	}
	for _, q := range quotes {
		// The page names no market; the listing that bore the ticker on that day is the one it must have meant.
		symbol := listings.Bearing(q.Symbol, PageDate())
		for _, said := range []struct {
			field market.Field
			value currency.Decimal
		}{{market.Last, q.Last}, {market.Change, q.Change}, {market.Percent, q.Percent}} {
			ref := "quotes, " + q.Symbol + ", " + string(said.field)
			all = append(all, market.NewObservation(symbol, said.field, said.value, when, pageID, ref))
		}
	}
	return all, nil
}
