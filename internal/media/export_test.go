package media

import (
	"bytes"
	"context"
	"image"
)

// Reckon returns what a file is expected to take in memory, and how it is decoded.
func Reckon(body []byte) (weight int64, decode func() (image.Image, error), err error) {
	n, c, err := inspect(body)
	return n.weight, func() (image.Image, error) { return c.decode(stoppable{context.Background(), bytes.NewReader(body)}) }, err
}

// Scale is how pictures are made smaller.
func Scale(src image.Image, w, h int) *image.RGBA { return scale(src, w, h) }
