package media_test

import (
	"image"
	"testing"

	"golang.org/x/image/draw"

	"github.com/courant-news/courant/internal/media"
)

func TestTheStripsInWhichAPictureIsDrawnCannotBeSeen(t *testing.T) {
	src := drawing(1003, 701)
	for _, size := range [][2]int{{400, 280}, {17, 12}, {1, 1}, {1000, 699}, {1003, 100}, {16, 701}} {
		got := media.Scale(src, size[0], size[1])
		want := image.NewRGBA(got.Rect)
		draw.CatmullRom.Scale(want, want.Rect, src, src.Rect, draw.Src, nil)
		worst, at := 0, 0
		for i := range want.Pix {
			if d := max(int(got.Pix[i])-int(want.Pix[i]), int(want.Pix[i])-int(got.Pix[i])); d > worst {
				worst, at = d, i
			}
		}
		if worst > 2 {
			t.Errorf("%v: a number at %d is %d off what the library draws at once", size, at, worst)
		}
	}
}
