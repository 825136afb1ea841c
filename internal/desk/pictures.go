package desk

import (
	"net/url"
	"strings"

	"github.com/courant-news/courant/internal/news"
)

// picturePath is where the desk shows renditions of pictures, published or not.
const picturePath = "/desk/pictures/"

// foci are where a picture may be cropped around, in thousandths from the upper left.
var foci = []struct {
	name, text string
	x, y       int
}{
	{"", "its middle", 500, 500},
	{"top", "the middle of its top", 500, 0},
	{"bottom", "the middle of its bottom", 500, 1000},
	{"left", "the middle of its left side", 0, 500},
	{"right", "the middle of its right side", 1000, 500},
	{"top-left", "its upper left", 0, 0},
	{"top-right", "its upper right", 1000, 0},
	{"bottom-left", "its lower left", 0, 1000},
	{"bottom-right", "its lower right", 1000, 1000},
}

// imageFields are the pictures of a story, and an empty one to add another.
func imageFields(images []news.Image) []PictureField {
	var all []PictureField
	for _, i := range append(images[:len(images):len(images)], news.Image{FocusX: 500, FocusY: 500}) {
		f := PictureField{Media: i.Media, Alt: i.Alt, Caption: i.Caption, Credit: i.Credit}
		for _, focus := range foci {
			f.Focus = append(f.Focus, Option{Value: focus.name, Text: focus.text, Chosen: focus.x == i.FocusX && focus.y == i.FocusY})
		}
		all = append(all, f)
	}
	return all
}

// imagesOf reads the pictures of a form; a field without a name is none. One of which it is not said what it shows is
// decorative only where that is said.
func imagesOf(form url.Values) []news.Image {
	var all []news.Image
	at := func(name string, i int) string {
		if list := form[name]; i < len(list) {
			return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", " ").Replace(list[i]))
		}
		return ""
	}
	for i := range form["image"] {
		image := news.Image{
			Media: at("image", i), Alt: at("image-alt", i), Caption: at("image-caption", i), Credit: at("image-credit", i), FocusX: 500, FocusY: 500,
		}
		if image.Media == "" {
			continue
		}
		for _, f := range foci {
			if f.name == at("image-focus", i) {
				image.FocusX, image.FocusY = f.x, f.y
			}
		}
		all = append(all, image)
	}
	return all
}
