package currency

import (
	"database/sql/driver"

	"github.com/courant-news/courant/internal/fault"
)

// MarshalJSON writes a JSON string: a JSON number would be read as a float64 by most programs.
func (d Decimal) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, maxText)
	b = append(b, '"')
	b = d.Append(b)
	return append(b, '"'), nil
}

// UnmarshalJSON reads a JSON string or a JSON number, exactly as written. It refuses null with [fault.Invalid]: a
// missing figure is not zero; use a *Decimal where it may be missing.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' {
		b = b[1 : n-1]
	}
	return d.UnmarshalText(b)
}

// MarshalText writes what [Decimal.String] returns.
func (d Decimal) MarshalText() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalText reads what [ParseDecimal] reads.
func (d *Decimal) UnmarshalText(b []byte) error {
	parsed, err := ParseDecimal(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value gives a database the text. It refuses, with [fault.Invalid], an unrounded result too long to be read again.
func (d Decimal) Value() (driver.Value, error) {
	s := d.String()
	if len(s) > maxText {
		return nil, fault.Because(fault.Invalid, "%s… has more than %d characters: round it before keeping it", s[:maxText], maxText)
	}
	return s, nil
}

// Scan reads a database's text or integer. It refuses NULL, since a missing figure is not zero, and floating point,
// since the exact figure is lost already.
func (d *Decimal) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case int64:
		*d = DecimalFromInt(v)
		return nil
	}
	return fault.Because(fault.Invalid, "a decimal is kept as text, not as %T", v)
}
