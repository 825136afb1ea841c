package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/keys"
	"github.com/courant-news/courant/internal/store"
)

// keyed adds a key and returns it.
func keyed(t *testing.T, db *store.DB, name string, perMinute int) keys.Key {
	t.Helper()
	k, _, err := keys.New(name, perMinute, seen.Add(1234*time.Nanosecond))
	if err == nil {
		err = db.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keepsKeys(t *testing.T, url string) {
	db := open(t, url)
	if all, err := db.Keys(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("a new store has the keys %v, %v", all, err)
	}
	b, a := keyed(t, db, "b", 0), keyed(t, db, "a", 60)
	other, _, err := keys.New("b", 7, day1)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AddKey(t.Context(), other); !errors.Is(err, fault.Conflict) {
		t.Errorf("a second key of one name: err = %v, want fault.Conflict", err)
	}
	if err := db.RevokeKey(t.Context(), "b", seen); err != nil {
		t.Fatal(err)
	}
	b.Revoked = seen
	if err := db.RevokeKey(t.Context(), "b", seen.Add(time.Hour)); !errors.Is(err, fault.Conflict) {
		t.Errorf("revoked again: err = %v, want fault.Conflict", err)
	}
	if err := db.RevokeKey(t.Context(), "c", seen); !errors.Is(err, fault.NotFound) {
		t.Errorf("revoked what is not there: err = %v, want fault.NotFound", err)
	}
	all, err := db.Keys(t.Context())
	if diff := cmp.Diff([]keys.Key{a, b}, all); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func namesKeysOnce(t *testing.T, url string) {
	db := open(t, url)
	n := atOnce(t, 8, fault.Conflict, func(i int) error {
		k, _, err := keys.New("one", i, day1)
		if err != nil {
			return err
		}
		return db.AddKey(context.Background(), k)
	})
	if n != 1 {
		t.Errorf("%d of 8 keys have the name, want 1", n)
	}
}

func addsUsage(t *testing.T, url string) {
	db := open(t, url)
	const writers = 8
	var batch []keys.Usage
	for i := range 5 {
		name := fmt.Sprint("key-", i)
		keyed(t, db, name, 0)
		batch = append(batch, keys.Usage{Key: name, Day: day1, Requests: 2, Refused: 1})
	}
	batch = append(batch, keys.Usage{Key: "key-0", Day: day1.AddDate(0, 0, -1), Requests: 10})
	atOnce(t, writers, nil, func(i int) error {
		turned := append(append([]keys.Usage{}, batch[i%len(batch):]...), batch[:i%len(batch)]...)
		return db.AddUsage(context.Background(), turned)
	})
	tallies, err := db.Tallies(t.Context(), seen)
	if err != nil || len(tallies) != 5 {
		t.Fatalf("%v, %v", tallies, err)
	}
	if got, want := tallies["key-0"], (keys.Tally{Today: 2 * writers, Total: 12 * writers, Refused: writers}); got != want {
		t.Errorf("key-0 has %+v, want %+v", got, want)
	}
	if got, want := tallies["key-4"], (keys.Tally{Today: 2 * writers, Total: 2 * writers, Refused: writers}); got != want {
		t.Errorf("key-4 has %+v, want %+v", got, want)
	}
	err = db.AddUsage(t.Context(), []keys.Usage{{Key: "key-1", Day: day1, Requests: 1}, {Key: "nobody", Day: day1, Requests: 1}})
	if !errors.Is(err, fault.Invalid) {
		t.Errorf("the usage of a key that is not there: err = %v, want fault.Invalid", err)
	}
	if after, err := db.Tallies(t.Context(), seen); err != nil || after["key-1"] != tallies["key-1"] {
		t.Errorf("a refused batch left %+v, %v", after["key-1"], err)
	}
}
