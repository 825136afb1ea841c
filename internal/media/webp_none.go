//go:build !nodynamic

package media

import (
	"errors"
	"image"
	"io"
)

// hasWebP says whether this program writes WebP; see webp.go.
const hasWebP = false

func printWebP(io.Writer, *image.RGBA) error { return errors.ErrUnsupported }
