package provider

import (
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// finnhub is Finnhub, a commercial service with a free plan of 60 requests a minute, for the United States in real time.
//
// Traps: a reply does not name its share; of a share that it does not know it answers zeros with status 200; and there is
// no volume. Its stream tells some trades twice, once without their conditions, so that their sizes cannot be added up; it
// confirms no subscription; and it wants the key in its address.
func finnhub() wire.Provider {
	p := wire.Provider{
		Source: keyed("finnhub", "Finnhub", "https://finnhub.io",
			"Free plans are for personal use; display to others wants a paid plan that says so.", freshQuote),
		Kind: "share price", Docs: "https://finnhub.io/docs/api/quote",
		Base: "https://finnhub.io/api/v1/", Key: "API key", Schedule: newYork,
	}
	p.Quotes = &wire.Quotes{Every: 15 * time.Minute, After: 5 * time.Minute, Pause: time.Second, Name: nameOf(p.Source.ID), Parse: parseFinnhub}
	p.Quotes.Stream = &wire.Stream{
		Address: "wss://ws.finnhub.io/", Most: 50, // listings of the free plan
		Open: func(address, key string) string { return address + "?token=" + url.QueryEscape(key) },
		Say: func(s wire.Stage, _ string, asked []wire.Listed) (messages []string, told bool) {
			for _, l := range asked {
				messages = append(messages, `{"type":"subscribe","symbol":`+quote(l.Name)+`}`)
			}
			return messages, s == wire.Opened
		},
		Hear: hearFinnhub,
	}
	p.Requests = func(a wire.Ask) []wire.Request {
		all := perListing(a, func(name string) string { return "quote?symbol=" + url.QueryEscape(name) })
		for i := range all {
			all[i].Header = "X-Finnhub-Token"
		}
		return all
	}
	return p
}

func parseFinnhub(body []byte, asked []wire.Listed) (wire.Reading, error) {
	var reply struct {
		Last     *wire.Text `json:"c"`
		Change   wire.Text  `json:"d"`
		Percent  wire.Text  `json:"dp"`
		High     wire.Text  `json:"h"`
		Low      wire.Text  `json:"l"`
		Open     wire.Text  `json:"o"`
		Previous wire.Text  `json:"pc"`
		Time     wire.Text  `json:"t"`
		Error    string     `json:"error"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	if reply.Error != "" {
		return wire.Reading{}, refused(reply.Error)
	}
	if reply.Last == nil {
		return wire.Reading{}, wire.Refuse("the reply holds no price: it has no member c")
	}
	l, err := only(asked)
	if err != nil {
		return wire.Reading{}, err
	}
	price := wire.Price{
		Last: plain(*reply.Last), Change: plain(reply.Change), Percent: plain(reply.Percent), High: plain(reply.High),
		Low: plain(reply.Low), Open: plain(reply.Open), Previous: plain(reply.Previous), Delay: "0",
		Labels: map[market.Field]string{
			market.Last: "c", market.Change: "d", market.Percent: "dp", market.HighPrice: "h", market.LowPrice: "l",
			market.OpenPrice: "o", market.PreviousClose: "pc",
		},
	}
	if reply.Time != "0" {
		if price.At, err = unixMoment(reply.Time); err != nil {
			return wire.Reading{}, err
		}
	}
	var t wire.Table
	if err := t.Quote(l, price); err != nil {
		return wire.Reading{}, err
	}
	return t.Quoted()
}

func hearFinnhub(message []byte, asked []wire.Listed) (wire.Message, error) {
	var m struct {
		Type  string           `json:"type"`
		Error string           `json:"msg"`
		Data  []jsontext.Value `json:"data"`
	}
	if err := wire.JSON(message, &m); err != nil {
		return wire.Message{}, err
	}
	switch m.Type {
	case "trade":
	case "ping":
		return wire.Message{}, nil
	case "error":
		return wire.Message{}, refused(m.Error)
	default:
		return wire.Message{}, wire.Refuse("a message of the type %.20q was not asked for", m.Type)
	}
	var heard wire.Message
	for _, text := range m.Data {
		var trade struct {
			Symbol     string      `json:"s"`
			Price      wire.Text   `json:"p"`
			Millis     wire.Text   `json:"t"`
			Conditions []wire.Text `json:"c"`
		}
		if err := wire.JSON(text, &trade); err != nil {
			return wire.Message{}, err
		}
		l, err := named(asked, trade.Symbol)
		if err != nil {
			return wire.Message{}, err
		}
		t, err := tradeOf("finnhub", l, trade.Millis, trade.Price, "", trade.Conditions)
		if err != nil {
			return wire.Message{}, err
		}
		t.Text = string(text)
		heard.Trades = append(heard.Trades, t)
	}
	return heard, nil
}
