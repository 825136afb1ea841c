package currency

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// A broken table names its file and row, so that whoever changed it finds the place.
func TestABrokenTableNamesTheRow(t *testing.T) {
	for _, c := range []struct{ file, old, new, want string }{
		{"currencies.csv", "AED,", "AE,", "currencies.csv: row 3"},
		{"currencies.csv", "AED,", "AFN,", "stands twice"},
		{"currencies.csv", ",Majors,", ",Minors,", `no group "Minors"`},
		{"currencies.csv", ",XCG,1,", ",ZZZ,1,", "its successor ZZZ"},
		{"pegs.csv", "AED,USD,3.6725", "AED,ZZZ,3.6725", "pegs.csv: row 2: anchor: ZZZ"},
		{"pegs.csv", "AED,USD,3.6725", "AED,USD,\"3,6725\"", "pegs.csv: row 2: rate"},
		{"pegs.csv", "1997-11-02", "1997-13-02", "pegs.csv: row 2: since"},
		{"redenominations.csv", "source", "sauce", `no column "source"`},
		{"withdrawals.csv", "1989 to 1990", "", "no withdrawn"},
		{"withdrawals.csv", "", "", "withdrawals.csv: it is empty"},
		{"pegs.csv", "3.672,3.673", "3.672,", "pegs.csv: row 2: no rate, or a band"},
		{"moves.csv", "AUD,0.00281", "AUD,0", "moves.csv: row 2: no share"},
		{"moves.csv", "BRL,", "ZZZ,", "moves.csv: row 3: code: ZZZ"},
		{"levels.csv", "AUD=1.589", "ZZZ=1.589", `levels.csv: row 2: rates: "ZZZ"`},
		{"levels.csv", "AUD=1.589", "AUD=0", `levels.csv: row 2: rates: "0" is no rate of AUD`},
		{"levels.csv", "AUD=1.589", "AUD", `levels.csv: row 2: rates: "" is no rate of AUD`},
		{"levels.csv", "1999-02-26", "1999-01-28", "levels.csv: row 3: date"},
		{"levels.csv", "1999-01-29", "1999-01", "levels.csv: row 2: date"},
	} {
		broken := fstest.MapFS{}
		for _, name := range []string{"currencies.csv", "pegs.csv", "redenominations.csv", "withdrawals.csv", "moves.csv", "levels.csv"} {
			b, err := fs.ReadFile(files, "data/"+name)
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			if name == c.file && c.old == "" {
				text = ""
			} else if name == c.file {
				if !strings.Contains(text, c.old) {
					t.Fatalf("%s does not hold %q", name, c.old)
				}
				text = strings.Replace(text, c.old, c.new, 1)
			}
			broken["data/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		table, err := load(broken)
		if err == nil {
			_, err = table.readLevels(broken) // as the first Level does
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, want %q", c.file, c.new, err, c.want)
		}
	}
}
