package provider

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/wire"
)

// currencyAPI is a free daily collection of rates of some 200 currencies and as many tokens, dedicated to the public
// domain. It does not say where its rates come from, quotes currencies that no longer exist, and is as good as a second
// opinion. A table is of the day on which it was built, in the night after midnight UTC.
//
// Traps: codes in small letters, among them the names of tokens, which are left out; numbers with exponents; a table whose
// name is another base than the one asked for.
func currencyAPI() wire.Provider {
	return wire.Provider{
		Source: market.Source{
			ID: "currency-api", Name: "currency-api (open dataset)", Kind: market.Dataset,
			Home: "https://github.com/fawazahmed0/exchange-api", Licence: "CC0-1.0", Terms: market.Free,
			Note:  "A free daily collection that does not name its sources.",
			Fresh: 96 * time.Hour,
		},
		Kind: "collected rate", Docs: "https://github.com/fawazahmed0/exchange-api",
		Base:     "https://cdn.jsdelivr.net/npm/@fawazahmed0/",
		Schedule: wire.Schedule{Zone: "UTC", From: "00:30", Until: "06:00", Every: 30 * time.Minute, Days: everyDay},
		Since:    "2024-03-02",
		Requests: func(a wire.Ask) []wire.Request {
			if a.Newest() {
				return []wire.Request{{Path: "currency-api@latest/v1/currencies/eur.min.json"}}
			}
			var all []wire.Request
			for _, day := range a.Days() {
				all = append(all, wire.Request{Path: "currency-api@" + day.Format(time.DateOnly) + "/v1/currencies/eur.min.json"})
			}
			return all
		},
		Parse: parseCurrencyAPI,
	}
}

// currencyNPM is the same collection as the npm package that it is published as, from the registry that is configured as
// its mirror: the newest version's description says where the archive lies that holds the table.
func currencyNPM() wire.Provider {
	p := currencyAPI()
	p.Source.ID, p.Source.Name = "currency-npm", "currency-api (open dataset, by npm)"
	p.Base = "https://npm.invalid/" // none but the one that is configured
	p.Since = ""
	p.Requests = func(wire.Ask) []wire.Request { return []wire.Request{{Path: "@fawazahmed0/currency-api/latest"}} }
	return p
}

var everyDay = []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}

// parseCurrencyAPI reads a table, the package that holds it, or the description of the package.
func parseCurrencyAPI(body []byte) (wire.Reading, error) {
	if bytes.HasPrefix(body, []byte("\x1f\x8b")) {
		table, err := currencyPackage(body)
		if err != nil {
			return wire.Reading{}, err
		}
		return currencyTable(table)
	}
	var description struct {
		Name string `json:"name"`
		Dist struct {
			Tarball string `json:"tarball"`
		} `json:"dist"`
	}
	if err := wire.JSON(body, &description); err != nil {
		return wire.Reading{}, err
	}
	if description.Name == "" {
		return currencyTable(body)
	}
	const name = "@fawazahmed0/currency-api"
	_, file, found := strings.Cut(description.Dist.Tarball, name+"/-/")
	if description.Name != name || !found || strings.ContainsAny(file, "/?#\\") || !strings.HasSuffix(file, ".tgz") {
		return wire.Reading{}, wire.Refuse("the description is of the package %.60q, whose archive lies at %.100q", description.Name, description.Dist.Tarball)
	}
	return wire.Reading{Follow: []wire.Request{{Path: name + "/-/" + file}}}, nil
}

// currencyPackage takes the euro's table out of a packed archive.
func currencyPackage(body []byte) ([]byte, error) {
	const most = 512 << 20 // bytes of an archive, unpacked: that of today is 13 MB
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, wire.Refuse("the archive is not packed as it should be: %w", err)
	}
	for files := tar.NewReader(io.LimitReader(z, most)); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, wire.Refuse("the archive holds no table of the euro")
		}
		if err != nil {
			return nil, wire.Refuse("the archive cannot be read: %w", err)
		}
		if head.Name != "package/v1/currencies/eur.json" {
			continue
		}
		table, err := io.ReadAll(io.LimitReader(files, wire.MaxReply+1))
		if err != nil {
			return nil, wire.Refuse("the archive cannot be read: %w", err)
		}
		return table, nil
	}
}

func currencyTable(body []byte) (wire.Reading, error) {
	var reply struct {
		Day   string                    `json:"date"`
		Rates map[string]jsontext.Value `json:"eur"`
	}
	if err := wire.JSON(body, &reply); err != nil {
		return wire.Reading{}, err
	}
	at, err := wire.Day(time.DateOnly, reply.Day)
	if err != nil {
		return wire.Reading{}, err
	}
	var t wire.Table
	table, tokens := currency.All(), 0
	for name, figure := range sorted(reply.Rates) {
		code := strings.ToUpper(name)
		if _, err := table.Currency(currency.Code(code)); err != nil {
			tokens++
			continue
		}
		if figure.Kind() != '0' {
			return wire.Reading{}, wire.Refuse("the rate of %s is no number", code)
		}
		rate := string(figure)
		value, err := wire.Number(rate)
		if err != nil {
			return wire.Reading{}, err
		}
		if err := t.Add("EUR", code, value, at, "1 EUR = "+rate+" "+code); err != nil {
			return wire.Reading{}, err
		}
	}
	if tokens > 0 {
		t.Leave("%d names are no currency that is or was money: tokens and the like", tokens)
	}
	return t.Reading()
}
