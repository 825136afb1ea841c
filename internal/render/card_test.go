package render_test

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/render"
)

// cards are what is tried: COURANT_CARDS names a directory into which each is drawn, to be looked at.
func cards() map[string]render.Card {
	whole := render.Card{
		Name: "Courant", Date: "2 February 2026", Headline: "The lev is gone, and the euro pays for bread in Sofia", Number: "1.95583",
		Label: "EUR/BGN", Said: "European Central Bank, 30 January 2026",
	}
	charted := whole
	for i, value := range []string{"1.1037", "1.12", "1.10", "1.15", "1.14", "1.18", "1.17", "1.19", "1.1602", "1.1710"} {
		charted.Points = append(charted.Points, render.Point{At: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC), Value: currency.MustDecimal(value)})
	}
	long := charted
	long.Name, long.Headline = strings.Repeat("A long name of a paper ", 3), strings.TrimSpace(strings.Repeat("Central banks of seven countries raise their rates on one day ", 5))
	long.Accent, long.Link = "#7a1f3d", "#0b6b4f"
	word := whole
	word.Headline, word.Number = strings.Repeat("Donaudampfschifffahrtsgesellschaft", 4), ""
	bare := whole
	bare.Number, bare.Headline = "", "Śląsk, Çeşme and Ōsaka trade in złoty"
	arabic := whole
	arabic.Headline = "اليورو يرتفع"
	wide := charted
	wide.Headline, wide.Number, wide.Label, wide.Said = arabic.Headline, "1 234 567 890 123 456.789 012 345", "XNYS:ABCDEFGHIJKLMNOP percent", strings.Repeat("A bank of many words, ", 6)
	nothing := arabic
	nothing.Number = "١٫٩٥"
	return map[string]render.Card{"whole": whole, "charted": charted, "long": long, "word": word, "bare": bare, "arabic": arabic, "wide": wide, "nothing": nothing, "empty": {}}
}

func TestACardHasItsSizeAndIsDrawnAlikeEachTime(t *testing.T) {
	press, again := newPress(t), newPress(t)
	drawn := map[string][]byte{}
	for name, c := range cards() {
		first, err := press.Draw(c)
		if err != nil {
			t.Fatal(name, err)
		}
		second, err := again.Draw(c)
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s is drawn otherwise a second time, %v", name, err)
		}
		if dir := os.Getenv("COURANT_CARDS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, name+".png"), first, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		config, err := png.DecodeConfig(bytes.NewReader(first))
		if err != nil || config.Width != render.CardWidth || config.Height != render.CardHeight || len(first) > 200<<10 {
			t.Errorf("%s is %d by %d in %d bytes, %v", name, config.Width, config.Height, len(first), err)
		}
		drawn[name] = first
	}
	for name, other := range map[string]string{"charted": "whole", "bare": "whole", "arabic": "whole", "nothing": "arabic"} {
		if bytes.Equal(drawn[name], drawn[other]) {
			t.Errorf("%s is drawn as %s is", name, other)
		}
	}
}

// Nothing may stand in the margins, whatever the words are: there it would be cut.
func TestNothingStandsInTheMarginsOfACard(t *testing.T) {
	press := newPress(t)
	for name, c := range cards() {
		body, err := press.Draw(c)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		paper := picture.At(0, 0)
		const margin = 40
		for _, strip := range []image.Rectangle{
			image.Rect(0, 0, margin, render.CardHeight), image.Rect(render.CardWidth-margin, 0, render.CardWidth, render.CardHeight),
			image.Rect(0, 0, render.CardWidth, 50), image.Rect(0, render.CardHeight-30, render.CardWidth, render.CardHeight),
		} {
			for y := strip.Min.Y; y < strip.Max.Y; y++ {
				for x := strip.Min.X; x < strip.Max.X; x++ {
					if picture.At(x, y) != paper {
						t.Fatalf("%s: something stands at %d, %d", name, x, y)
					}
				}
			}
		}
	}
}

func newPress(t *testing.T) *render.Press {
	t.Helper()
	p, err := render.NewPress()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func BenchmarkCard(b *testing.B) {
	press, err := render.NewPress()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := press.Draw(cards()["charted"]); err != nil {
			b.Fatal(err)
		}
	}
}
