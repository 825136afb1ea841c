package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/courant-news/courant/internal/fault"
)

func TestAKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("open the ledger: %w", fault.Because(fault.NotFound, "no currency ZZZ: %w", io.EOF))
	if !errors.Is(err, fault.NotFound) {
		t.Error("the kind is lost")
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
	if errors.Is(err, fault.Invalid) {
		t.Error("it is of a kind it never was")
	}
	if got := fault.KindOf(err); got != fault.NotFound {
		t.Errorf("KindOf = %q, want not found", got)
	}
	if got, want := fault.Sentence(err), "no currency ZZZ: EOF"; got != want {
		t.Errorf("Sentence = %q, want %q", got, want)
	}
}

func TestAnErrorOfNoKindIsInternalAndShowsNothingOfItself(t *testing.T) {
	err := errors.New("pq: password of user courant is wrong")
	if got := fault.KindOf(err); got != fault.Internal {
		t.Errorf("KindOf = %q, want internal", got)
	}
	if got := fault.Sentence(err); got != "Something went wrong on our side; it has been logged." {
		t.Errorf("Sentence shows %q", got)
	}
}

func TestADeadlineIsBusy(t *testing.T) {
	if got := fault.KindOf(fmt.Errorf("read: %w", context.DeadlineExceeded)); got != fault.Busy {
		t.Errorf("KindOf = %q, want busy", got)
	}
}

func TestEachKindHasASentenceOfItsOwn(t *testing.T) {
	seen := map[string]fault.Kind{}
	for _, k := range []fault.Kind{
		fault.Invalid, fault.NotFound, fault.Gone, fault.Denied, fault.Conflict, fault.Busy, fault.Upstream, fault.Internal,
	} {
		s := fault.Sentence(k)
		if other, twice := seen[s]; twice {
			t.Errorf("%q and %q share the sentence %q", k, other, s)
		}
		seen[s] = k
	}
}
