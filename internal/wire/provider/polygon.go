package provider

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// polygon is Massive, which was called Polygon, a commercial service for the United States. It is asked for the close of
// the session before, which every plan may; its snapshots, last trades and days are read, too.
//
// Traps: moments are in milliseconds here and in nanoseconds there; a table of days is adjusted for splits to come unless
// it is asked otherwise; and plans whose prices are late say DELAYED where others say OK. Its stream has another address for
// plans whose trades are a quarter of an hour late, allows one connection, and tells trades that make no price, as odd lots.
func polygon() wire.Provider {
	p := wire.Provider{
		Source: keyed("polygon", "Massive (Polygon)", "https://massive.com",
			"Plans for individuals are not for display to others; a business plan says what may be shown.", freshQuote),
		Kind: "share price at the close", Docs: "https://massive.com/docs/rest/stocks/aggregates/previous-day-bar",
		Base: "https://api.polygon.io/", Key: "API key", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{EndOfDay: true, After: 9 * time.Hour, Pause: 13 * time.Second, Name: nameOf(p.Source.ID), Parse: parsePolygon}
	p.Quotes.Stream = &wire.Stream{
		Address: "wss://socket.massive.com/stocks",
		Open:    func(address, _ string) string { return address },
		Say:     sayPolygon, Hear: hearPolygon,
	}
	p.Requests = func(a wire.Ask) []wire.Request {
		return perListing(a, func(name string) string {
			return "v2/aggs/ticker/" + url.PathEscape(name) + "/prev?adjusted=false&apiKey=" + url.QueryEscape(a.Key)
		})
	}
	return p
}

type polygonBar struct {
	Ticker string    `json:"T"`
	Open   wire.Text `json:"o"`
	High   wire.Text `json:"h"`
	Low    wire.Text `json:"l"`
	Close  wire.Text `json:"c"`
	Volume wire.Text `json:"v"`
	Millis wire.Text `json:"t"`
}

// polygonHead is what all replies have, and by which they are told apart.
type polygonHead struct {
	Status  string `json:"status"`
	Error   string `json:"error"`
	Message string `json:"message"`
	Market  string `json:"market"`

	Count *int   `json:"resultsCount"` // of a table of days
	Day   string `json:"from"`         // of one day
}

func parsePolygon(body []byte, asked []wire.Listed) (wire.Reading, error) {
	if len(body) > 0 && body[0] == '[' {
		return wire.Reading{}, wire.Refuse("the reply is a list of holidays and holds no price: when markets trade is known here already")
	}
	var head polygonHead
	if err := wire.JSON(body, &head); err != nil {
		return wire.Reading{}, err
	}
	late := ""
	switch head.Status {
	case "OK":
		late = "0"
	case "DELAYED":
		late = "15"
	case "":
		if head.Market != "" {
			return wire.Reading{}, wire.Refuse("the reply says whether markets are open and holds no price")
		}
		if head.Error+head.Message == "" {
			return wire.Reading{}, wire.Refuse("the reply holds no price: it does not even say its status")
		}
		return wire.Reading{}, refused(head.Error + head.Message)
	case "NOT_FOUND":
		l, err := only(asked)
		if err != nil {
			return wire.Reading{}, err
		}
		var t wire.Table
		t.Leave("%s: the service does not know it, or has no price of that day: %.100s", l.Name, head.Error+head.Message)
		return t.Quoted()
	default:
		return wire.Reading{}, refused(head.Status + " " + head.Error + head.Message)
	}
	switch {
	case head.Day != "":
		return polygonDay(body, asked)
	case head.Count != nil:
		return polygonBars(body, asked)
	}
	return polygonNow(body, asked, late)
}

// polygonBars reads the close of the session before. Tables of days that are adjusted for splits are no prices of their time.
func polygonBars(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var reply struct {
		Ticker   string       `json:"ticker"`
		Adjusted bool         `json:"adjusted"`
		Results  []polygonBar `json:"results"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	l, err := named(asked, reply.Ticker)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	if len(reply.Results) == 0 {
		t.Leave("%s: the reply has no day of it", l.Name)
	}
	for _, bar := range reply.Results {
		if bar.Ticker == "" && reply.Adjusted { // only the session before bears its ticker, and is of today's share
			return wire.Reading{}, wire.Refuse("the table of %s is adjusted for splits since, so that nobody paid its prices: ask with adjusted=false", reply.Ticker)
		}
		at, err := unixFine(bar.Millis, time.Millisecond)
		if err != nil {
			return wire.Reading{}, err
		}
		day, err := dayIn(newYork.Zone, at)
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Quote(l, bar.price(day, "c")); err != nil {
			return wire.Reading{}, err
		}
	}
	return t.Quoted()
}

func (b polygonBar) price(at time.Time, label string) wire.Price {
	return wire.Price{
		At: at, Last: plain(b.Close), Open: plain(b.Open), High: plain(b.High), Low: plain(b.Low), Volume: plain(b.Volume),
		Labels: map[market.Field]string{market.Last: label},
	}
}

// polygonDay reads one day.
func polygonDay(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var reply struct {
		Symbol string    `json:"symbol"`
		Day    string    `json:"from"`
		Open   wire.Text `json:"open"`
		High   wire.Text `json:"high"`
		Low    wire.Text `json:"low"`
		Close  wire.Text `json:"close"`
		Volume wire.Text `json:"volume"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	l, err := named(asked, reply.Symbol)
	if err != nil {
		return wire.Reading{}, err
	}
	day, err := wire.Day(time.DateOnly, reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	bar := polygonBar{Open: reply.Open, High: reply.High, Low: reply.Low, Close: reply.Close, Volume: reply.Volume}
	if err := t.Quote(l, bar.price(day, "close")); err != nil {
		return wire.Reading{}, err
	}
	return t.Quoted()
}

// polygonNow reads a snapshot, or the last trade alone.
func polygonNow(body []byte, asked []wire.Listed, late string) (wire.Reading, error) {
	type trade struct {
		Price wire.Text `json:"p"`
		Nanos wire.Text `json:"t"`
	}
	var reply struct {
		Trade *struct {
			Ticker string    `json:"T"`
			Price  wire.Text `json:"p"`
			Nanos  wire.Text `json:"t"`
		} `json:"results"`
		Snapshot *struct {
			Ticker   string     `json:"ticker"`
			Day      polygonBar `json:"day"`
			Previous polygonBar `json:"prevDay"`
			Trade    trade      `json:"lastTrade"`
			Change   wire.Text  `json:"todaysChange"`
			Percent  wire.Text  `json:"todaysChangePerc"`
		} `json:"ticker"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, wire.Refuse("the reply holds no price in any of the shapes that are known: %w", err)
	}
	price, name := wire.Price{Delay: late, Labels: map[market.Field]string{market.Last: "p"}}, ""
	var nanos wire.Text
	switch s := reply.Snapshot; {
	case s != nil:
		name, nanos = s.Ticker, s.Trade.Nanos
		price.Last, price.Previous = plain(s.Trade.Price), plain(s.Previous.Close)
		price.Open, price.High, price.Low, price.Volume = plain(s.Day.Open), plain(s.Day.High), plain(s.Day.Low), plain(s.Day.Volume)
		price.Change, price.Percent = plain(s.Change), plain(s.Percent)
		price.Labels[market.PreviousClose], price.Labels[market.Percent] = "prevDay.c", "todaysChangePerc"
	case reply.Trade != nil && reply.Trade.Ticker != "":
		name, nanos, price.Last = reply.Trade.Ticker, reply.Trade.Nanos, plain(reply.Trade.Price)
	default:
		return wire.Reading{}, wire.Refuse("the reply describes something and holds no price")
	}
	l, err := named(asked, name)
	if err != nil {
		return wire.Reading{}, err
	}
	if price.Last != "" {
		if price.At, err = unixFine(nanos, time.Nanosecond); err != nil {
			return wire.Reading{}, err
		}
	}
	var t wire.Table
	if err := t.Quote(l, price); err != nil {
		return wire.Reading{}, err
	}
	return t.Quoted()
}

// unixFine reads a moment that is given in a fraction of a second since 1970.
func unixFine(text wire.Text, unit time.Duration) (time.Time, error) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	at := time.Unix(0, n).UTC()
	if unit == time.Millisecond {
		at = time.UnixMilli(n).UTC()
	}
	if err != nil || at.Year() < 1999 || at.Year() > 2200 {
		return time.Time{}, wire.Refuse("%.40q is no moment in %ss since 1970", string(text), unit)
	}
	return at, nil
}

func sayPolygon(s wire.Stage, key string, asked []wire.Listed) (messages []string, told bool) {
	switch s {
	case wire.Greeted:
		return []string{`{"action":"auth","params":` + quote(key) + `}`}, false
	case wire.Admitted:
		names := make([]string, len(asked))
		for i, l := range asked {
			names[i] = "T." + l.Name
		}
		return []string{`{"action":"subscribe","params":` + quote(strings.Join(names, ",")) + `}`}, false
	}
	return nil, s == wire.Subscribed
}

func hearPolygon(message []byte, asked []wire.Listed) (wire.Message, error) {
	var events []jsontext.Value
	if err := wire.JSON(message, &events); err != nil {
		return wire.Message{}, err
	}
	var heard wire.Message
	for _, text := range events {
		var e struct {
			Event   string `json:"ev"`
			Status  string `json:"status"`
			Message string `json:"message"`

			Ticker     string      `json:"sym"`
			Price      wire.Text   `json:"p"`
			Size       wire.Text   `json:"s"`
			Millis     wire.Text   `json:"t"`
			Conditions []wire.Text `json:"c"`
		}
		if err := wire.JSON(text, &e); err != nil {
			return wire.Message{}, err
		}
		switch e.Event {
		case "status":
			stage, ok := polygonStages[e.Status]
			if !ok {
				return wire.Message{}, refused(e.Status + ": " + e.Message)
			}
			heard.Stage = stage
			continue
		case "T":
		default:
			return wire.Message{}, wire.Refuse("an event %.20q was not asked for", e.Event)
		}
		l, err := named(asked, e.Ticker)
		if err != nil {
			return wire.Message{}, err
		}
		t, err := tradeOf("polygon", l, e.Millis, e.Price, e.Size, e.Conditions)
		if err != nil {
			return wire.Message{}, err
		}
		t.Text = string(text)
		heard.Trades = append(heard.Trades, t)
	}
	return heard, nil
}

var polygonStages = map[string]wire.Stage{"connected": wire.Greeted, "auth_success": wire.Admitted, "success": wire.Subscribed}
