//go:build nodynamic

package media

import (
	"image"
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
