package site

import (
	"errors"
	"testing"
	"time"
)

func TestAfterAChangeNobodyIsGivenWhatIsMadeOfWhatWasReadBeforeIt(t *testing.T) {
	k := shelf[string, int]{most: 2, age: time.Hour}
	for _, c := range []struct {
		state uint64
		asked string
		made  int
		want  int
	}{
		{7, "board", 1, 1},
		{7, "board", 2, 1},
		{8, "board", 3, 3}, // something changed
		{7, "board", 4, 4}, // somebody who read before it, and is late
		{8, "board", 5, 3},
		{8, "table", 6, 6},
		{8, "third", 7, 7}, // more than it keeps: all go
		{8, "board", 8, 8},
	} {
		got, err := k.get(c.state, c.asked, func() (int, error) { return c.made, nil })
		if got != c.want || err != nil {
			t.Errorf("%+v: %d, %v", c, got, err)
		}
	}
	lost := errors.New("lost")
	if _, err := k.get(9, "board", func() (int, error) { return 0, lost }); !errors.Is(err, lost) {
		t.Errorf("the error is %v", err)
	}
	if got, err := k.get(9, "board", func() (int, error) { return 9, nil }); got != 9 || err != nil {
		t.Errorf("after an error it is %d, %v", got, err)
	}
}
