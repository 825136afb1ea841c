package media

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
)

// quality of JPEG and WebP: where a further step adds bytes that a reader does not see.
const (
	jpegQuality = 82
	webpQuality = 80
)

// scale draws a picture w points wide and h high. First across and then down, in strips: at once, the library would keep 32
// bytes for each point of the one side by the other, 330 MB for forty megapixels. In the direction in which a strip
// keeps its size every point stays what it is, so that the strips cannot be seen.
func scale(src image.Image, w, h int) *image.RGBA {
	b := src.Bounds()
	across := image.NewRGBA(image.Rect(0, 0, w, b.Dy()))
	const rows, columns = 32, 16
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), rows))
	scaler := draw.CatmullRom.NewScaler(w, rows, b.Dx(), rows)
	for y := 0; y < b.Dy(); y += rows {
		// The library is quick with this kind of picture only. The last strip brings some rows of the one before with it.
		draw.Draw(strip, strip.Rect, src, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		scaler.Scale(across, image.Rect(0, y, w, y+rows), strip, strip.Rect, draw.Src, nil)
	}
	if h == b.Dy() {
		return across
	}
	down := image.NewRGBA(image.Rect(0, 0, w, h))
	scaler = draw.CatmullRom.NewScaler(columns, h, columns, b.Dy())
	for x := 0; x < w; x += columns {
		r := image.Rect(x, 0, min(x+columns, w), h)
		from := image.Rect(x, 0, r.Max.X, b.Dy())
		if r.Dx() == columns {
			scaler.Scale(down, r, across, from, draw.Src, nil)
		} else {
			draw.CatmullRom.Scale(down, r, across, from, draw.Src, nil)
		}
	}
	return down
}

// upright turns a picture as its orientation says, so that it can be looked at.
func upright(src *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			from := [...][2]int{
				{x, y},
				{w - 1 - x, y},
				{w - 1 - x, h - 1 - y},
				{x, h - 1 - y},
				{y, x},
				{y, h - 1 - x},
				{w - 1 - y, h - 1 - x},
				{w - 1 - y, x},
			}[orientation-1]
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(from[0], from[1]):])
		}
	}
	return dst
}

// average is the colour of a whole picture, as #rrggbb.
func average(m *image.RGBA) string {
	var sum [4]uint64
	for i := 0; i+3 < len(m.Pix); i += 4 {
		for c := range sum {
			sum[c] += uint64(m.Pix[i+c])
		}
	}
	alpha := max(sum[3], 1) // the colours are multiplied by it
	return fmt.Sprintf("#%02x%02x%02x", sum[0]*255/alpha, sum[1]*255/alpha, sum[2]*255/alpha)
}

// printed is a picture in one kind.
func printed(m *image.RGBA, k Kind) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch k {
	case JPEG:
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: jpegQuality})
	case PNG:
		err = png.Encode(&b, m)
	case WebP:
		err = printWebP(&b, m)
	}
	if err != nil {
		return nil, fmt.Errorf("write a picture as %s: %w", k, err)
	}
	return b.Bytes(), nil
}
