//go:build nodynamic

package media

import (
	"image"
	"image/color"
	"io"
	"sync"

	"github.com/gen2brain/webp"
)

// hasWebP says whether this program writes WebP. The library is libwebp, translated to WebAssembly and run in Go. Built
// without the tag nodynamic it would rather load the system's libwebp, and the program would no longer be one static file:
// so without the tag there is no WebP, and pictures are JPEG and PNG alone.
const hasWebP = true

// printing lets one picture be written at a time, whatever else goes on: each takes some eighty megabytes.
var printing sync.Mutex

func printWebP(w io.Writer, m *image.RGBA) error {
	printing.Lock()
	defer printing.Unlock()
	return webp.Encode(w, straight(m), webp.Options{Quality: webpQuality, Method: 4})
}

// straight is the picture with colours that are not multiplied by their alpha.
func straight(m *image.RGBA) *image.NRGBA {
	if m.Opaque() {
		return &image.NRGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}
	}
	n := image.NewNRGBA(m.Rect)
	for i := 0; i+3 < len(m.Pix); i += 4 {
		c := color.NRGBAModel.Convert(color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3]}).(color.NRGBA)
		n.Pix[i], n.Pix[i+1], n.Pix[i+2], n.Pix[i+3] = c.R, c.G, c.B, c.A
	}
	return n
}
