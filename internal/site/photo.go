package site

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/news"
)

// Photo is a picture on a page.
type Photo struct {
	Alt           string // what it shows, for those who do not see it; empty where it only adorns
	Caption       string // below it; empty: none
	Whole         bool   // shown uncropped, at its own proportions
	First         bool   // in sight before anything is scrolled: fetched at once, and before others
	Sizes         string // how wide it stands, as the attribute sizes wants it; empty: as wide as the window
	Width, Height int    // of its widest rendition: a browser keeps the place free while it is fetched
	Src           string
	Sets          []PhotoSet // the plain kind last
	Colour        string     // in its place until it is there
	Class         string     // of its focus
}

// PhotoSet is a picture in one kind, in several widths.
type PhotoSet struct{ Type, Srcset string }

// usualWidth is that of the rendition for those who cannot choose: feed readers, and programs that copy a page.
const usualWidth = 800

// photoOf puts a picture on a page; it still wants an Alt, and perhaps a Caption, Whole, First and Sizes.
func photoOf(p media.Picture, focus media.Focus) Photo {
	f := Photo{Colour: p.Colour, Sizes: "100vw"}
	if focus != media.Middle {
		f.Class = "focus-" + string(focus)
	}
	sets := map[media.Kind][]string{}
	for _, r := range p.Renditions {
		sets[r.Type] = append(sets[r.Type], r.Path()+" "+strconv.Itoa(r.Width)+"w")
		if r.Type == media.WebP {
			continue
		}
		if f.Src == "" || r.Width <= usualWidth {
			f.Src = r.Path()
		}
		if r.Width > f.Width {
			f.Width, f.Height = r.Width, r.Height
		}
	}
	for _, kind := range []media.Kind{media.WebP, media.PNG, media.JPEG} {
		if set := sets[kind]; set != nil {
			f.Sets = append(f.Sets, PhotoSet{kind.ContentType(), strings.Join(set, ", ")})
		}
	}
	return f
}

// from is the picture with its renditions at another place than readers'.
func (f Photo) from(place string) Photo {
	f.Src = strings.Replace(f.Src, media.Prefix, place, 1)
	sets := slices.Clone(f.Sets)
	for i := range sets {
		sets[i].Srcset = strings.ReplaceAll(sets[i].Srcset, media.Prefix, place)
	}
	f.Sets = sets
	return f
}

// plain is the set of the kind that everybody reads.
func (f Photo) plain() string {
	if len(f.Sets) == 0 {
		return ""
	}
	return f.Sets[len(f.Sets)-1].Srcset
}

// photos are the pictures of a story, the first in sight at once. One that is not kept is left out.
func (s *Site) photos(ctx context.Context, c news.Content) ([]Photo, error) {
	var all []Photo
	for _, i := range c.Images {
		if s.o.Pictures == nil {
			return nil, nil
		}
		p, err := s.o.Pictures.Picture(ctx, i.Media)
		if errors.Is(err, fault.NotFound) {
			s.o.Log.WarnContext(ctx, "a published story names a picture that is not kept", "picture", i.Media)
			continue
		} else if err != nil {
			return nil, err
		}
		f := photoOf(p, focusOf(i))
		f.Alt, f.First, f.Sizes = i.Alt, len(all) == 0, "(width >= 64em) 40.5rem, 100vw"
		f.Caption = strings.TrimSpace(i.Caption + " " + i.Credit)
		all = append(all, f)
	}
	return all, nil
}

// focusOf is the place of nine in which an image's focus lies. Where nobody said, both being 0, it is the middle.
func focusOf(i news.Image) media.Focus {
	if i.FocusX == 0 && i.FocusY == 0 {
		return media.Middle
	}
	third := func(thousandths int) int { return min(thousandths*3/1000, 2) }
	return media.Focuses()[3*third(i.FocusY)+third(i.FocusX)]
}
