package news

import (
	"math"
	"strconv"

	"github.com/courant-news/courant/internal/fault"
)

// Colour is a colour as style sheets write it: #rrggbb, in sRGB.
type Colour string

// Tone is one colour of the paper: on its light ground and on the dark one that a reader's system may ask for. An empty
// half is as the paper's own sheet has it.
type Tone struct{ Light, Dark Colour }

// Colours are those that a newsroom may choose. Those of changes, doubts and corrections are not among them: they mean
// something, and mean the same in every paper.
type Colours struct {
	Link   Tone // of links, kickers and what has the focus
	Accent Tone // of the name in the head and of the lines below it
}

// The grounds that a page is printed on; the site's sheet has the same.
const (
	LightPaper Colour = "#fbfbf8"
	DarkPaper  Colour = "#14171b"
)

// LeastContrast is what text must have against its ground: WCAG 2.2, success criterion 1.4.3, level AA.
const LeastContrast = 4.5

// Contrast is how far two colours stand apart, from 1 for the same to 21 for black and white, as WCAG 2.2 defines the
// contrast ratio (w3.org/TR/WCAG22/#dfn-contrast-ratio). It is 0 where one of them is no colour.
func Contrast(a, b Colour) float64 {
	if a.check() != nil || b.check() != nil {
		return 0
	}
	light, dark := a.luminance(), b.luminance()
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

// luminance is the relative luminance of a colour, from 0 for black to 1 for white, as WCAG 2.2 defines it
// (w3.org/TR/WCAG22/#dfn-relative-luminance).
func (c Colour) luminance() float64 {
	rgb, _ := strconv.ParseUint(string(c[1:]), 16, 32) // checked before
	linear := func(eight uint64) float64 {
		s := float64(eight&0xff) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(rgb>>16) + 0.7152*linear(rgb>>8) + 0.0722*linear(rgb)
}

// check says what is wrong with how a colour is written.
func (c Colour) check() error {
	if len(c) == len("#rrggbb") && c[0] == '#' {
		if _, err := strconv.ParseUint(string(c[1:]), 16, 32); err == nil {
			return nil
		}
	}
	return fault.Because(fault.Invalid, "%.20q is no colour: write it as #rrggbb, such as #174a86", string(c))
}

// check says which colour cannot be read, or cannot be read on its ground.
func (c Colours) check() error {
	for _, t := range []struct {
		what, remedy   string
		colour, ground Colour
	}{
		{"the colour of links on light paper", "darker", c.Link.Light, LightPaper},
		{"the colour of links on dark paper", "lighter", c.Link.Dark, DarkPaper},
		{"the accent on light paper", "darker", c.Accent.Light, LightPaper},
		{"the accent on dark paper", "lighter", c.Accent.Dark, DarkPaper},
	} {
		if t.colour == "" {
			continue
		}
		if err := t.colour.check(); err != nil {
			return fault.Because(fault.Invalid, "%s: %w", t.what, err)
		}
		if ratio := Contrast(t.colour, t.ground); ratio < LeastContrast {
			return fault.Because(fault.Invalid, "%s, %s, has a contrast of %.2f to 1 with the paper, %s; readers need %.1f to 1: choose a %s one",
				t.what, t.colour, math.Floor(100*ratio)/100, t.ground, LeastContrast, t.remedy)
		}
	}
	return nil
}
