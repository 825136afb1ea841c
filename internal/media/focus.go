package media

import (
	"slices"

	"github.com/courant-news/courant/internal/fault"
)

// Focus is the place in a picture that must stay in sight where a page shows only a part of it. Pages crop, and pictures are
// kept whole. Nine places suffice, and each is a class of the page's style, which has no other way to be told.
type Focus string

// The places; the zero value is the middle.
const (
	Middle      Focus = ""
	Top         Focus = "top"
	TopRight    Focus = "top-right"
	Right       Focus = "right"
	BottomRight Focus = "bottom-right"
	Bottom      Focus = "bottom"
	BottomLeft  Focus = "bottom-left"
	Left        Focus = "left"
	TopLeft     Focus = "top-left"
)

// Focuses returns the nine places.
func Focuses() []Focus {
	return []Focus{TopLeft, Top, TopRight, Left, Middle, Right, BottomLeft, Bottom, BottomRight}
}

// ParseFocus reads a place; the error is fault.Invalid.
func ParseFocus(text string) (Focus, error) {
	if f := Focus(text); slices.Contains(Focuses(), f) {
		return f, nil
	}
	return Middle, fault.Because(fault.Invalid, "%.20q is no place in a picture: write top, bottom, left, right, two of them as top-left, or nothing for the middle", text)
}
