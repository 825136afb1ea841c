package currency

import "time"

// Level is about what one US dollar was worth in a currency at some time.
type Level struct {
	Rate   Decimal // units for one US dollar
	On     Date
	Source string
}

// Move is how far a currency usually moves in a day.
type Move struct {
	Share  Decimal
	Own    bool
	Source string
}

// Level is a stand-in.
func (t *Table) Level(c Code, at time.Time) (Level, bool) { return Level{}, false }

// UsualMove is a stand-in.
func (t *Table) UsualMove(c Code) Move {
	if c == "USD" {
		return Move{}
	}
	return Move{Share: MustDecimal("0.005"), Source: "a stand-in"}
}
