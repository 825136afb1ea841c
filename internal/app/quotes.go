package app

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/store/ticks"
	"github.com/courant-news/courant/internal/wire"
)

// shown are the providers of share prices for which the operator has confirmed that he may show them.
func (c Config) shown(all []wire.Provider) (map[market.SourceID]bool, error) {
	shown := map[market.SourceID]bool{}
	for id := range strings.SplitSeq(c.Display, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		p, err := named("display", id, all)
		if err != nil {
			return nil, err
		}
		if p.Quotes == nil {
			return nil, fault.Because(fault.Invalid, "the setting display: %s publishes rates, whose terms are known: it is for share prices alone", id)
		}
		shown[p.Source.ID] = true
	}
	return shown, nil
}

// trades are the providers whose trades are heard as they are made, with the addresses that the operator set in place of theirs.
func (c Config) trades() (map[market.SourceID]string, error) {
	fetched, err := c.Fetched()
	if err != nil {
		return nil, err
	}
	heard := map[market.SourceID]string{}
	for text := range strings.SplitSeq(c.Trades, ",") {
		id, address, given := strings.Cut(strings.TrimSpace(text), "=")
		if id == "" && !given {
			continue
		}
		p, err := named("trades", id, everybody())
		if err != nil {
			return nil, err
		}
		if p.Quotes == nil || p.Quotes.Stream == nil {
			return nil, fault.Because(fault.Invalid, "the setting trades: %s tells no trades as they are made", p.Source.Name)
		}
		if c.Wire != "off" && c.Wire != "" && !slices.ContainsFunc(fetched, func(f wire.Provider) bool { return f.Source.ID == p.Source.ID }) {
			return nil, fault.Because(fault.Invalid, "the setting trades: %s wants a key (%s): give it with --source-keys %s=…", p.Source.Name, p.Key, id)
		}
		if u, err := url.Parse(address); given && (err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "") {
			return nil, fault.Because(fault.Invalid, "the setting trades: %.100q is no address of a WebSocket: write %s=wss://example.org/", address, id)
		}
		heard[p.Source.ID] = address
	}
	return heard, nil
}

// openTicks opens the file of trades beside the SQLite file of the paper, where any are heard. Of a paper in PostgreSQL, which may
// have several machines, each keeps those that it hears in its memory.
func (h *House) openTicks(ctx context.Context) (err error) {
	if heard, err := h.Config.trades(); err != nil || len(heard) == 0 {
		return err
	}
	if h.Config.Database != "" {
		h.ticks, err = ticks.Open(ctx, "", ticks.Options{Most: 200_000})
		return err
	}
	h.ticks, err = ticks.Open(ctx, filepath.Join(h.Config.Data, "ticks.db"), ticks.Options{})
	return err
}

// asked are the listings that the operator wants to be asked for.
func (c Config) asked() ([]market.Symbol, error) {
	var all []market.Symbol
	for text := range strings.SplitSeq(c.Quotes, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		symbol, err := market.ParseSymbol(text)
		if err != nil {
			return nil, fault.Because(fault.Invalid, "the setting quotes: %w", err)
		}
		if _, _, ok := symbol.Listing(); !ok {
			return nil, fault.Because(fault.Invalid, "the setting quotes: %s is a pair of currencies: write shares as XNYS:BP", symbol)
		}
		all = append(all, symbol)
	}
	return all, nil
}

// mostStories is how many of the newest stories are looked through for the shares that they print.
const mostStories = 500

// Listed returns the listings whose prices are to be asked for: those of the setting quotes, of the strip, and those that
// figures of published stories print. One that trades no more is left out.
func (h *House) Listed(ctx context.Context, now func() time.Time) ([]wire.Listed, error) {
	symbols, err := h.Config.asked()
	if err != nil {
		return nil, err
	}
	masthead, err := h.Paper.Masthead(ctx)
	if err != nil {
		return nil, fmt.Errorf("see which shares the strip shows: %w", err)
	}
	symbols = append(symbols, masthead.Strip...)
	articles, err := h.Paper.Articles(ctx, news.Selection{Limit: mostStories, Pins: true})
	if err != nil {
		return nil, fmt.Errorf("see which shares stories print: %w", err)
	}
	for _, a := range articles {
		for _, pin := range a.Pins {
			symbols = append(symbols, pin.Symbol)
		}
	}
	if now == nil {
		now = time.Now
	}
	symbols = slices.DeleteFunc(symbols, func(s market.Symbol) bool {
		_, _, ok := s.Listing()
		return !ok
	})
	slices.Sort(symbols)
	var all []wire.Listed
	for _, s := range slices.Compact(symbols) {
		known, err := h.Ledger.Listings().Instrument(s)
		if err == nil && !known.TradedOn(now()) {
			continue
		}
		all = append(all, wire.Listed{Symbol: s, Unit: known.Unit.Code})
	}
	return all, nil
}

// KeepTerms brings the terms of the providers of share prices that the ledger knows up to what the operator confirms now:
// what he confirms no more is shown no more, from this moment on and not from the next reply.
func (h *House) KeepTerms(ctx context.Context) error {
	providers, err := h.Config.Providers()
	if err != nil {
		return err
	}
	known, err := h.Store.Sources(ctx)
	if err != nil {
		return err
	}
	var changed []market.Source
	for _, p := range providers {
		i := slices.IndexFunc(known, func(s market.Source) bool { return s.ID == p.Source.ID })
		if p.Quotes != nil && i >= 0 && known[i].Terms != p.Source.Terms {
			changed = append(changed, p.Source)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if _, err := h.Ledger.Record(ctx, changed, nil, nil); err != nil {
		return fmt.Errorf("keep the terms of %d sources: %w", len(changed), err)
	}
	return nil
}
