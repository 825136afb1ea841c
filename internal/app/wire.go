package app

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/web"
	"github.com/courant-news/courant/internal/wire"
	"github.com/courant-news/courant/internal/wire/provider"
)

// everybody is every provider there is, of rates and of share prices.
func everybody() []wire.Provider { return slices.Concat(provider.All(), provider.Quotes()) }

// Providers returns every provider there is, at the mirror that is configured for it. Share prices are private unless the
// operator has confirmed that he may show them.
func (c Config) Providers() ([]wire.Provider, error) {
	all := everybody()
	shown, err := c.shown(all)
	if err != nil {
		return nil, err
	}
	for i, p := range all {
		if shown[p.Source.ID] {
			all[i].Source.Terms = market.ShowOnly
		}
	}
	mirrors, err := pairs("mirror", c.Mirror, all)
	if err != nil {
		return nil, err
	}
	for i, p := range all {
		base, ok := mirrors[p.Source.ID]
		if !ok {
			continue
		}
		u, err := url.Parse(base)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" {
			return nil, fault.Because(fault.Invalid, "the setting mirror: %.100q is no address to fetch from: write %s=https://mirror.example/", base, p.Source.ID)
		}
		all[i].Base = strings.TrimSuffix(base, "/") + "/"
	}
	return all, nil
}

// Fetched returns the providers that the paper fetches: those that are on by default and those whose key it has, or those
// that are listed, or none.
func (c Config) Fetched() ([]wire.Provider, error) {
	all, err := c.Providers()
	if err != nil {
		return nil, err
	}
	keys, err := pairs("source-keys", c.SourceKeys, all)
	if err != nil {
		return nil, err
	}
	switch c.Wire {
	case "off", "":
		return nil, nil
	}
	var listed []wire.Provider
	for id := range strings.SplitSeq(c.Wire, ",") {
		if strings.TrimSpace(id) == "on" {
			for _, p := range all {
				if p.Default || keys[p.Source.ID] != "" || p.Quotes != nil && p.Quotes.Folder && c.Drop != "" {
					listed = append(listed, p)
				}
			}
			continue
		}
		p, err := named("wire", strings.TrimSpace(id), all)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(listed, func(l wire.Provider) bool { return l.Source.ID == p.Source.ID }) {
			continue
		}
		if p.Quotes != nil && p.Quotes.Folder && c.Drop == "" {
			return nil, fault.Because(fault.Invalid, "the setting wire: %s is a folder: name it with --drop", p.Source.Name)
		}
		if p.Key != "" && keys[p.Source.ID] == "" {
			return nil, fault.Because(fault.Invalid, "the setting wire: %s wants a key (%s): give it with --source-keys %s=…", p.Source.Name, p.Key, p.Source.ID)
		}
		listed = append(listed, p)
	}
	return listed, nil
}

// Provider returns one provider by its name, at its mirror.
func (c Config) Provider(id string) (wire.Provider, error) {
	all, err := c.Providers()
	if err != nil {
		return wire.Provider{}, err
	}
	return named("", id, all)
}

// named finds a provider; the error lists those there are.
func named(setting, id string, all []wire.Provider) (wire.Provider, error) {
	var known []string
	for _, p := range all {
		if string(p.Source.ID) == id {
			return p, nil
		}
		known = append(known, string(p.Source.ID))
	}
	slices.Sort(known)
	where := ""
	if setting != "" {
		where = "the setting " + setting + ": "
	}
	return wire.Provider{}, fault.Because(fault.Invalid, "%sthere is no provider %.40q; there are %s", where, id, strings.Join(known, ", "))
}

// pairs reads a setting of the form ID=VALUE,ID=VALUE, whose IDs are providers.
func pairs(setting, text string, all []wire.Provider) (map[market.SourceID]string, error) {
	found := map[market.SourceID]string{}
	for pair := range strings.SplitSeq(text, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		id, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return nil, fault.Because(fault.Invalid, "the setting %s: write it as ID=VALUE, with commas between", setting)
		}
		p, err := named(setting, id, all)
		if err != nil {
			return nil, err
		}
		found[p.Source.ID] = value
	}
	return found, nil
}

// NewRunner returns a runner for the providers given, over the house's ledger. The mirrors and streams that the operator named
// may have any address; nothing else may.
func (h *House) NewRunner(providers []wire.Provider, log *slog.Logger) (*wire.Runner, error) {
	keys, err := pairs("source-keys", h.Config.SourceKeys, everybody())
	if err != nil {
		return nil, err
	}
	mirrors, err := pairs("mirror", h.Config.Mirror, everybody())
	if err != nil {
		return nil, err
	}
	var trusted []string
	for _, base := range mirrors {
		if u, err := url.Parse(base); err == nil {
			trusted = append(trusted, web.HostPort(u))
		}
	}
	o := wire.Options{
		Keys: keys, Log: log, Folder: h.Config.Drop, Now: h.Config.Now,
		Listings: func(ctx context.Context) ([]wire.Listed, error) { return h.Listed(ctx, h.Config.Now) },
	}
	if h.ticks != nil {
		o.Ticks = h.ticks
		if o.Streams, err = h.Config.trades(); err != nil {
			return nil, err
		}
	}
	for _, address := range o.Streams {
		if u, err := url.Parse(address); err == nil && address != "" {
			trusted = append(trusted, web.HostPort(u))
		}
	}
	h.fetcher = web.NewFetcher(web.FetcherOptions{Trusted: trusted})
	return wire.NewRunner(providers, h.Ledger, h.Store, h.fetcher, o)
}
