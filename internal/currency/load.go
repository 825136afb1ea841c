package currency

import (
	"cmp"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/courant-news/courant/internal/spelling"
)

//go:embed data/*.csv data/*.gz
var files embed.FS

// load reads and checks the CSV files, but for the levels, which are read when somebody asks for one. An error names file
// and row.
func load(files fs.FS) (*Table, error) {
	t := &Table{
		byCode:          map[Code]Currency{},
		pegs:            map[Code][]Peg{},
		redenominations: map[Code][]Redenomination{},
		scales:          map[Code][]time.Time{},
		withdrawals:     map[Code][]Withdrawal{},
		moves:           map[Code]Move{},
	}
	t.levels = sync.OnceValue(func() map[Code][]Level {
		levels, err := t.readLevels(files)
		if err != nil {
			panic("currency: " + err.Error())
		}
		return levels
	})
	for _, f := range []struct {
		name string
		row  func(*Table, *row)
	}{
		{"currencies.csv", addCurrency},
		{"withdrawals.csv", addWithdrawal},
		{"pegs.csv", addPeg},
		{"redenominations.csv", addRedenomination},
		{"moves.csv", addMove},
	} {
		if err := t.read(files, f.name, f.row); err != nil {
			return nil, err
		}
	}
	for _, c := range t.sorted {
		if c.Successor != "" && t.byCode[c.Successor].Code == "" {
			return nil, fmt.Errorf("currencies.csv: %s: its successor %s is not in the table", c.Code, c.Successor)
		}
	}
	slices.SortFunc(t.sorted, func(a, b Currency) int { return cmp.Compare(a.Code, b.Code) })
	for _, c := range t.sorted {
		t.folded = append(t.folded, spelling.Fold(c.Name))
	}
	for _, pegs := range t.pegs {
		slices.SortStableFunc(pegs, func(a, b Peg) int { return a.Since.First().Compare(b.Since.First()) })
	}
	t.pegged = slices.Sorted(maps.Keys(t.pegs))
	for _, rs := range t.redenominations {
		slices.SortStableFunc(rs, func(a, b Redenomination) int {
			if a.Effective.IsZero() != b.Effective.IsZero() {
				return cmp.Compare(b.Effective.Year, a.Effective.Year) // what has not begun is last
			}
			return a.Effective.First().Compare(b.Effective.First())
		})
	}
	var err error
	t.median, err = t.medianMove()
	return t, err
}

// read hands each row of a file to add, with the columns by name.
func (t *Table) read(files fs.FS, name string, add func(*Table, *row)) error {
	f, err := files.Open("data/" + name)
	if err != nil {
		return err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(records) == 0 {
		return fmt.Errorf("%s: it is empty", name)
	}
	for i, record := range records[1:] {
		r := &row{columns: records[0], cells: record}
		add(t, r)
		r.require("source")
		if r.err != nil {
			return fmt.Errorf("%s: row %d: %w", name, i+2, r.err)
		}
	}
	return nil
}

func addCurrency(t *Table, r *row) {
	c := Currency{
		Code:       r.code("code"),
		Name:       r.require("name"),
		Numeric:    r.text("numeric"),
		MinorUnits: r.int("minor_units"),
		Kind:       Kind(r.require("kind")),
		Group:      r.require("group"),
		Regions:    r.text("regions"),
		Introduced: r.date("introduced"),
		Retired:    r.date("retired"),
		Successor:  Code(r.text("successor")),
		OldPerNew:  r.decimal("old_per_new"),
		ISO:        r.require("iso"),
		Note:       r.text("note"),
		Source:     r.text("source"),
	}
	if t.byCode[c.Code].Code != "" {
		r.fail("the code %s stands twice", c.Code)
	}
	if !slices.Contains(t.Groups(), c.Group) {
		r.fail("there is no group %q", c.Group)
	}
	t.byCode[c.Code] = c
	t.sorted = append(t.sorted, c)
}

func addWithdrawal(t *Table, r *row) {
	w := Withdrawal{
		Code:      r.known(t, "code"),
		Entity:    r.require("entity"),
		Name:      r.require("name"),
		Numeric:   r.text("numeric"),
		Withdrawn: r.require("withdrawn"),
		Source:    r.text("source"),
	}
	t.withdrawals[w.Code] = append(t.withdrawals[w.Code], w)
}

func addPeg(t *Table, r *row) {
	p := Peg{
		Code:        r.known(t, "code"),
		Anchor:      r.known(t, "anchor"),
		Rate:        r.decimal("rate"),
		Inverse:     r.decimal("inverse"),
		Low:         r.decimal("low"),
		High:        r.decimal("high"),
		Regime:      r.require("regime"),
		Since:       r.date("since"),
		Until:       r.date("until"),
		Authority:   r.require("authority"),
		Source:      r.text("source"),
		Verified:    r.require("verified"),
		Irrevocable: r.text("irrevocable") == "yes",
	}
	if p.Rate.Sign() <= 0 || p.Low.Cmp(p.High) > 0 || p.Low.IsZero() != p.High.IsZero() {
		r.fail("no rate, or a band upside down or without an end")
	}
	t.pegs[p.Code] = append(t.pegs[p.Code], p)
}

func addRedenomination(t *Table, r *row) {
	d := Redenomination{
		From:       r.known(t, "from"),
		To:         r.known(t, "to"),
		OldPerNew:  r.decimal("old_per_new"),
		NewPerOld:  r.decimal("new_per_old"),
		Effective:  r.date("effective"),
		LegalUntil: r.text("legal_until"),
		Source:     r.text("source"),
		Verified:   r.require("verified"),
	}
	if d.OldPerNew.Sign() <= 0 {
		r.fail("no factor")
	}
	t.redenominations[d.From] = append(t.redenominations[d.From], d)
	switch {
	case d.To != d.From:
		t.redenominations[d.To] = append(t.redenominations[d.To], d)
	case !d.Effective.IsZero():
		t.scales[d.From] = append(t.scales[d.From], d.Effective.First())
	}
}

// row is one row of a CSV file. It keeps the first thing found wrong, so that its readers need no error of their own.
type row struct {
	columns, cells []string
	err            error
}

func (r *row) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

func (r *row) text(column string) string {
	i := slices.Index(r.columns, column)
	if i < 0 {
		r.fail("no column %q", column)
		return ""
	}
	return r.cells[i]
}

func (r *row) require(column string) string {
	s := r.text(column)
	if s == "" {
		r.fail("no %s", column)
	}
	return s
}

func (r *row) code(column string) Code {
	c, err := ParseCode(r.text(column))
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return c
}

func (r *row) known(t *Table, column string) Code {
	c := r.code(column)
	if t.byCode[c].Code == "" {
		r.fail("%s: %s is not in currencies.csv", column, c)
	}
	return c
}

func (r *row) int(column string) int {
	n, err := strconv.Atoi(r.text(column))
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return n
}

func (r *row) decimal(column string) Decimal {
	s := r.text(column)
	if s == "" {
		return Decimal{}
	}
	d, err := ParseDecimal(s)
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return d
}

func (r *row) date(column string) Date {
	var d Date
	if err := d.UnmarshalText([]byte(r.text(column))); err != nil {
		r.fail("%s: %w", column, err)
	}
	return d
}
