package provider

// What the replies of several sources of share prices have in common.

import (
	"bytes"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// Quotes returns every provider of share prices: those with a key, those without, and the paper's own folder. All of them
// are [market.Private] until the operator confirms that he may show their prices.
func Quotes() []wire.Provider {
	return []wire.Provider{
		alphaVantage(), drop(), eodhd(), finnhub(), nasdaq(), polygon(), stooq(), tiingo(), twelveData(), yahoo(),
	}
}

// newYork is the schedule of providers whose days are New York's; when they are asked the sessions say.
var newYork = wire.Schedule{Zone: "America/New_York"}

// only is the one listing that a request was made about, of replies that do not name it.
func only(asked []wire.Listed) (wire.Listed, error) {
	if len(asked) != 1 {
		return wire.Listed{}, wire.Refuse("the reply does not say of which share it speaks, and %d were asked for: name one", len(asked))
	}
	return asked[0], nil
}

// named finds the listing that a provider calls so. A price of a share that nobody asked for is not taken.
func named(asked []wire.Listed, name string) (wire.Listed, error) {
	for _, l := range asked {
		if strings.EqualFold(l.Name, name) {
			return l, nil
		}
	}
	return wire.Listed{}, wire.Refuse("the reply speaks of %.20q, which was not asked for", name)
}

// perListing makes one request for each listing.
func perListing(ask wire.Ask, path func(name string) string) []wire.Request {
	all := make([]wire.Request, len(ask.Listed))
	for i, l := range ask.Listed {
		all[i] = wire.Request{Path: path(l.Name), Listed: ask.Listed[i : i+1]}
	}
	return all
}

// dayIn is the day of a moment by a market's clock, as midnight UTC.
func dayIn(zone string, at time.Time) (time.Time, error) {
	where, err := time.LoadLocation(zone)
	if err != nil {
		return time.Time{}, wire.Refuse("there is no time zone %.40q", zone)
	}
	at = at.In(where)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC), nil
}

// table reads a reply of separated values whose last line ends: one that does not was cut off, maybe within a number.
func table(body []byte) ([][]string, error) {
	rows, err := wire.CSV(body, ',')
	if err == nil && !bytes.HasSuffix(body, []byte("\n")) {
		err = wire.Refuse("the last line of the table does not end, so that it may have been cut off")
	}
	return rows, err
}

// plain reads a text of a reply, which may be nothing.
func plain(t wire.Text) string { return wire.Plain(string(t)) }

// refused says with a service's own words that it gives no price.
func refused(words string) error {
	lower := strings.ToLower(words)
	for _, sign := range []string{"limit", "frequency", "too many", "run out of api credits", "exceeded"} {
		if strings.Contains(lower, sign) {
			return wire.Busy("the service was asked too often, and says: %.200s", words)
		}
	}
	return wire.Refuse("the service gives no price, and says: %.200s", words)
}

// keyed are the terms of a service that wants a key: whatever the plan, nothing is shown before the operator has confirmed
// that his does allow it.
func keyed(id market.SourceID, name, home, licence string, fresh time.Duration) market.Source {
	return market.Source{
		ID: id, Name: name, Kind: market.Dataset, Home: home, Terms: market.Private, Licence: licence,
		Attribution: "Prices by " + name, Fresh: fresh,
	}
}

// How long a price counts as current: from the midnight of Maundy Thursday until the close of the Tuesday after Easter.
const freshQuote = 6 * 24 * time.Hour
