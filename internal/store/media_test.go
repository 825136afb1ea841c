package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/store"
)

// pictured is a picture as a darkroom makes one, but for its bodies.
func pictured(letter string, at time.Time) media.Picture {
	p := media.Picture{
		Name: strings.Repeat(letter, 26), Kind: media.PNG, Width: 900, Height: 600, Bytes: 12345, Hash: "hash of " + letter,
		Colour: "#c0ffee", By: "anna", At: at, File: "harbour.png",
	}
	for _, kind := range []media.Kind{media.JPEG, media.WebP} {
		for _, width := range []int{400, 800, 900} {
			p.Renditions = append(p.Renditions, media.Rendition{
				Name: p.Name, Width: width, Height: width * 2 / 3, Type: kind, Body: bytes.Repeat([]byte{0, 0xff, byte(width)}, width*100),
			})
		}
	}
	return p
}

// bodiless is what a store returns of a picture.
func bodiless(p media.Picture) media.Picture {
	p.Renditions = append([]media.Rendition{}, p.Renditions...)
	for i := range p.Renditions {
		p.Renditions[i].Body = nil
	}
	return p
}

func addPicture(t *testing.T, db *store.DB, p media.Picture) {
	t.Helper()
	kept, err := db.AddPicture(t.Context(), p)
	if diff := cmp.Diff(bodiless(p), kept); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
}

func keepsPictures(t *testing.T, url string) {
	db := open(t, url)
	p := pictured("a", seen.Add(time.Microsecond))
	addPicture(t, db, p)
	for _, r := range p.Renditions {
		got, err := db.Rendition(t.Context(), r.Name, r.Width, r.Type)
		if diff := cmp.Diff(r, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
	}
	byName, err := db.Picture(t.Context(), p.Name)
	if diff := cmp.Diff(bodiless(p), byName); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if byHash, err := db.Developed(t.Context(), p.Hash); err != nil || byHash.Name != p.Name {
		t.Errorf("by its hash: %+v, %v", byHash, err)
	}
	for what, ask := range map[string]func() error{
		"a picture":     func() error { _, err := db.Picture(t.Context(), "b"); return err },
		"an upload":     func() error { _, err := db.Developed(t.Context(), "hash"); return err },
		"another width": func() error { _, err := db.Rendition(t.Context(), p.Name, 401, media.JPEG); return err },
		"another kind":  func() error { _, err := db.Rendition(t.Context(), p.Name, 400, media.PNG); return err },
		"another name":  func() error { _, err := db.Rendition(t.Context(), "b", 400, media.JPEG); return err },
	} {
		if err := ask(); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s that is not there: err = %v, want fault.NotFound", what, err)
		}
	}
	twice := pictured("c", seen)
	twice.Renditions = append(twice.Renditions, twice.Renditions[0])
	if _, err := db.AddPicture(t.Context(), twice); err == nil {
		t.Error("a picture with one rendition twice was taken")
	}
	if _, err := db.Picture(t.Context(), twice.Name); !errors.Is(err, fault.NotFound) {
		t.Errorf("a refused picture left %v, want fault.NotFound", err)
	}
}

func addsOnePictureForAll(t *testing.T, url string) {
	db := open(t, url)
	var mu sync.Mutex
	names := map[string]int{}
	atOnce(t, 8, nil, func(i int) error {
		p := pictured(string(rune('a'+i)), seen)
		p.Hash = "one"
		kept, err := db.AddPicture(context.Background(), p)
		mu.Lock()
		defer mu.Unlock()
		names[kept.Name]++
		if len(kept.Renditions) != 6 {
			err = errors.Join(err, fmt.Errorf("%d renditions", len(kept.Renditions)))
		}
		return err
	})
	if len(names) != 1 {
		t.Errorf("8 were told of %v, want one name", names)
	}
	if all, err := db.Pictures(t.Context(), media.Selection{}); err != nil || len(all) != 1 {
		t.Errorf("there are %d pictures, %v", len(all), err)
	}
}

func pagesPictures(t *testing.T, url string) {
	db := open(t, url)
	if all, err := db.Pictures(t.Context(), media.Selection{}); err != nil || len(all) != 0 {
		t.Errorf("a new store has the pictures %v, %v", all, err)
	}
	for _, p := range []media.Picture{pictured("b", seen), pictured("d", seen.Add(time.Second)), pictured("a", seen), pictured("c", seen)} {
		addPicture(t, db, p)
	}
	var pages []string
	for after := ""; len(pages) < 9; {
		page, err := db.Pictures(t.Context(), media.Selection{After: after, Limit: 2})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		text := ""
		for _, p := range page {
			text, after = text+p.Name[:1], p.Name
			if len(p.Renditions) != 6 || p.Renditions[0].Width != 400 || p.Renditions[5].Type != media.WebP {
				t.Errorf("%s has %+v", p.Name, p.Renditions)
			}
		}
		pages = append(pages, text)
	}
	if got := strings.Join(pages, " "); got != "dc ba" {
		t.Errorf("the pages are %q, want %q", got, "dc ba")
	}
	theirs := pictured("e", seen)
	theirs.By = "somebody else"
	addPicture(t, db, theirs)
	if page, err := db.Pictures(t.Context(), media.Selection{By: theirs.By}); err != nil || len(page) != 1 || page[0].Name != theirs.Name {
		t.Errorf("of one sender there are %v, %v", page, err)
	}
	if page, err := db.Pictures(t.Context(), media.Selection{By: theirs.By, After: theirs.Name}); err != nil || len(page) != 0 {
		t.Errorf("and after it %v, %v", page, err)
	}
}

func dropsPictures(t *testing.T, url string) {
	db := open(t, url)
	p, other := pictured("a", seen), pictured("b", seen)
	addPicture(t, db, p)
	addPicture(t, db, other)
	says := func(is bool, err error) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { return is, err }
	}
	unknown := errors.New("who knows")
	if err := db.DropPicture(t.Context(), p.Name, says(true, nil)); !errors.Is(err, fault.Conflict) {
		t.Errorf("a picture in use: err = %v, want fault.Conflict", err)
	}
	if err := db.DropPicture(t.Context(), p.Name, says(false, unknown)); !errors.Is(err, unknown) {
		t.Errorf("err = %v, want %v", err, unknown)
	}
	if got, err := db.Picture(t.Context(), p.Name); err != nil || len(got.Renditions) != 6 {
		t.Fatalf("a picture that was not dropped: %+v, %v", got, err)
	}
	if err := db.DropPicture(t.Context(), p.Name, says(false, nil)); err != nil {
		t.Fatal(err)
	}
	if err := db.DropPicture(t.Context(), p.Name, says(false, nil)); !errors.Is(err, fault.NotFound) {
		t.Errorf("dropped again: err = %v, want fault.NotFound", err)
	}
	if _, err := db.Rendition(t.Context(), p.Name, 400, media.JPEG); !errors.Is(err, fault.NotFound) {
		t.Errorf("a rendition of a dropped picture: err = %v, want fault.NotFound", err)
	}
	if _, err := db.Rendition(t.Context(), other.Name, 400, media.JPEG); err != nil {
		t.Error(err)
	}
	addPicture(t, db, p) // it can be sent again
}
