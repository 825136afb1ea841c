package watch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// What a server sends is read as strangers' words: of the known fields the types are held to, numbers are exact and above
// zero, texts cannot steer the terminal, and a reply is of what was asked for. Fields that are not known are left alone, since
// later versions have more.

// said is a number with its source, as every reply has it.
type said struct {
	At     time.Time       `json:"at"`
	Seen   time.Time       `json:"seen"`
	Source market.SourceID `json:"source"`
}

func (s said) check() error {
	if s.Source == "" || s.At.IsZero() || s.Seen.IsZero() {
		return fault.Because(fault.Upstream, "a number without its source or its times")
	}
	return nil
}

// voices are the sources of a reply.
type voices []struct {
	ID   market.SourceID `json:"id"`
	Name string          `json:"name"`
}

func (v voices) name(id market.SourceID) string {
	for _, voice := range v {
		if voice.ID == id && voice.Name != "" {
			return printable(voice.Name)
		}
	}
	return printable(string(id))
}

// price reads a number that is a price.
func price(n json.Number) (currency.Decimal, error) {
	d, err := currency.ParseDecimal(string(n))
	if err == nil && d.Sign() <= 0 {
		err = fault.Because(fault.Upstream, "a price of %s", d)
	}
	return d, err
}

// parseRate reads a reply of /api/v1/rates/{pair}.
func parseRate(body []byte, want market.Symbol) (Row, error) {
	var reply struct {
		said
		Pair  market.Symbol `json:"pair"`
		Name  string        `json:"name"`
		Value json.Number   `json:"value"`
		Shown json.Number   `json:"shown"`
		How   market.How    `json:"how"`
		Why   string        `json:"why"`
		From  []struct {
			ID market.ID `json:"id"`
		} `json:"from"`
		Move    *change `json:"move"`
		Flags   flags   `json:"flags"`
		Sources voices  `json:"sources"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return Row{}, fmt.Errorf("read a rate: %w", err)
	}
	if reply.Pair != want {
		return Row{}, fault.Because(fault.Upstream, "asked for %s, it speaks of %.20q", want, reply.Pair)
	}
	if err := reply.check(); err != nil {
		return Row{}, err
	}
	r := reply.row(want, reply.Name, reply.Sources)
	r.How, r.Why, r.Withheld = reply.How, printable(reply.Why), noChange
	var err error
	if r.Exact, err = price(reply.Value); err != nil {
		return Row{}, fmt.Errorf("read the value: %w", err)
	}
	if r.Value, err = price(cmp.Or(reply.Shown, reply.Value)); err != nil {
		return Row{}, fmt.Errorf("read the value as it is shown: %w", err)
	}
	for _, from := range reply.From {
		r.Numbers = append(r.Numbers, numberPath(from.ID))
	}
	if err := reply.Move.into(&r); err != nil {
		return Row{}, err
	}
	r.Flags = reply.Flags.of(r.At)
	return r, nil
}

func (s said) row(symbol market.Symbol, name string, sources voices) Row {
	return Row{
		Symbol: symbol, Name: printable(name), At: s.At.UTC(), Seen: s.Seen.UTC(), Source: market.SourceID(printable(string(s.Source))),
		Said: sources.name(s.Source), Numbers: []string{}, Flags: []Flag{},
	}
}

// numberPath is the address of an observation on its paper.
func numberPath(id market.ID) string { return "/numbers/" + url.PathEscape(printable(string(id))) }

// wordOf is a flag for a table, where only its name and its sentence were sent.
func wordOf(code market.FlagCode, at time.Time) string {
	if code == market.Stale {
		return stale(at).Word
	}
	return printable(string(code))
}

// parseQuote reads a reply of /api/v1/quotes/{listing}.
func parseQuote(body []byte, want market.Symbol) (Row, error) {
	var reply struct {
		said
		Symbol market.Symbol `json:"symbol"`
		Name   string        `json:"name"`
		Last   json.Number   `json:"last"`
		Until  time.Time     `json:"until"`
		Why    string        `json:"why"`
		From   []struct {
			ID market.ID `json:"id"`
		} `json:"from"`
		Change   *change `json:"change"`
		Withheld string  `json:"withheld"`
		Flags    flags   `json:"flags"`
		Sources  voices  `json:"sources"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return Row{}, fmt.Errorf("read a quote: %w", err)
	}
	if reply.Symbol != want {
		return Row{}, fault.Because(fault.Upstream, "asked for %s, it speaks of %.20q", want, reply.Symbol)
	}
	if err := reply.check(); err != nil {
		return Row{}, err
	}
	r := reply.row(want, reply.Name, reply.Sources)
	r.How, r.Why, r.Withheld = market.Said, printable(reply.Why), cmp.Or(printable(reply.Withheld), noChange)
	var err error
	if r.Value, err = price(reply.Last); err != nil {
		return Row{}, fmt.Errorf("read the last price: %w", err)
	}
	r.Exact, r.Until = r.Value, reply.Until.UTC()
	for _, from := range reply.From {
		r.Numbers = append(r.Numbers, numberPath(from.ID))
	}
	if err := reply.Change.into(&r); err != nil {
		return Row{}, err
	}
	r.Flags = reply.Flags.of(r.At)
	return r, nil
}

// noChange is why there is no change, where the server does not say it.
const noChange = "the server gives no change, since none can honestly be computed"

// change is a change as replies have it.
type change struct {
	Since   time.Time   `json:"since"`
	By      json.Number `json:"by"`
	Percent json.Number `json:"percent"`
}

// into puts a change into a row; where there is none it leaves why.
func (c *change) into(r *Row) error {
	if c == nil {
		return nil
	}
	by, err := currency.ParseDecimal(string(c.By))
	if err != nil {
		return fmt.Errorf("read the change: %w", err)
	}
	percent, err := currency.ParseDecimal(string(c.Percent))
	if err != nil {
		return fmt.Errorf("read the change: %w", err)
	}
	r.Move, r.Withheld = moveOf(c.Since, by, percent, r.How, r.Value), ""
	return nil
}

// flags are those of a reply.
type flags []struct {
	Code  market.FlagCode `json:"code"`
	Text  string          `json:"text"`
	Doubt bool            `json:"doubt"`
}

// of are the flags of a number about a moment.
func (list flags) of(at time.Time) []Flag {
	all := []Flag{}
	for _, f := range list {
		all = append(all, Flag{f.Code, wordOf(f.Code, at), printable(f.Text), f.Doubt})
	}
	return all
}

// parseCourse reads a reply of /api/v1/series/{pair}: of each day the last value, of the last sessions.
func parseCourse(body []byte) ([]currency.Decimal, error) {
	var reply struct {
		Rates []struct {
			Value *json.Number `json:"value"`
			At    time.Time    `json:"at"`
		} `json:"rates"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, fmt.Errorf("read a series: %w", err)
	}
	if len(reply.Rates) > mostPoints {
		return nil, fault.Because(fault.Upstream, "a series of %d values, where %d were the most", len(reply.Rates), mostPoints)
	}
	var values []currency.Decimal
	day := ""
	for _, p := range reply.Rates {
		if p.Value == nil {
			continue // it was withheld
		}
		value, err := price(*p.Value)
		if err != nil {
			return nil, fmt.Errorf("read a series: %w", err)
		}
		if on := p.At.UTC().Format(time.DateOnly); on == day {
			values[len(values)-1] = value
		} else {
			values, day = append(values, value), on
		}
	}
	return values[max(0, len(values)-sessions):], nil
}

// parseMajors reads a reply of /api/v1/board: which of the majors it has, against its own base.
func parseMajors(body []byte) (pairs []market.Symbol, err error) {
	var reply struct {
		Base  string `json:"base"`
		Rates []struct {
			Code string `json:"code"`
		} `json:"rates"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, fmt.Errorf("read a board: %w", err)
	}
	base, err := currency.ParseCode(reply.Base)
	if err != nil {
		return nil, err
	}
	for _, pair := range Majors(base) {
		_, quote, _ := pair.Pair()
		for _, r := range reply.Rates {
			if r.Code == string(quote) {
				pairs = append(pairs, pair)
				break
			}
		}
	}
	return pairs, nil
}

// parseFresh reads a reply of /api/v1/sources: for how long a value of each counts as current.
func parseFresh(body []byte) (map[market.SourceID]time.Duration, error) {
	var reply struct {
		Sources []struct {
			ID    market.SourceID `json:"id"`
			Hours int64           `json:"fresh_hours"`
		} `json:"sources"`
	}
	if err := json.Unmarshal(body, &reply); err != nil {
		return nil, fmt.Errorf("read the sources: %w", err)
	}
	const most = 24 * 366 * 100 // a century
	fresh := map[market.SourceID]time.Duration{}
	for _, s := range reply.Sources {
		fresh[s.ID] = time.Duration(min(max(s.Hours, 0), most)) * time.Hour
	}
	return fresh, nil
}

// parseProblem is the sentence of a problem of RFC 9457; empty where a reply is none.
func parseProblem(body []byte) string {
	var reply struct {
		Detail string `json:"detail"`
	}
	if json.Unmarshal(body, &reply) != nil {
		return ""
	}
	return strings.TrimSuffix(printable(reply.Detail), ".")
}
