package desk_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

// harbour is a picture of many colours.
func harbour(t *testing.T) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 900, 600))
	for y := range 600 {
		for x := range 900 {
			m.Set(x, y, color.RGBA{uint8(x / 4), uint8(y / 3), uint8((x + y) / 6), 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
