package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/webp"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/store/storetest"
)

var noon = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)

// darkroom develops pictures and keeps none.
func darkroom() *media.Darkroom {
	return media.NewDarkroom(nil, media.Options{Now: func() time.Time { return noon }})
}

func develop(t testing.TB, body []byte) media.Picture {
	t.Helper()
	p, err := darkroom().Develop(t.Context(), media.Upload{Body: body, By: "anna", File: "harbour.jpg"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// drawn decodes a rendition by the kind that it says it is of.
func drawn(t testing.TB, r media.Rendition) image.Image {
	t.Helper()
	var m image.Image
	var err error
	switch r.Type {
	case media.JPEG:
		m, err = jpeg.Decode(bytes.NewReader(r.Body))
	case media.PNG:
		m, err = png.Decode(bytes.NewReader(r.Body))
	case media.WebP:
		m, err = webp.Decode(bytes.NewReader(r.Body))
	default:
		t.Fatalf("a rendition of kind %q", r.Type)
	}
	if err != nil {
		t.Fatalf("%s of %d points: %v", r.Type, r.Width, err)
	}
	if m.Bounds().Dx() != r.Width || m.Bounds().Dy() != r.Height {
		t.Errorf("a rendition of %v says %d × %d", m.Bounds(), r.Width, r.Height)
	}
	return m
}

// near says whether two colours are one to the eye.
func near(a, b color.Color) bool {
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	for _, d := range []int64{int64(ar) - int64(br), int64(ag) - int64(bg), int64(ab) - int64(bb), int64(aa) - int64(ba)} {
		if d < -0x2000 || d > 0x2000 {
			return false
		}
	}
	return true
}

// turned finds which quarter of the drawing stands in each quarter of a picture.
func turned(m image.Image) (found [4]int) {
	b := m.Bounds()
	for i := range found {
		at := m.At(b.Min.X+b.Dx()/4+i%2*b.Dx()/2, b.Min.Y+b.Dy()/4+i/2*b.Dy()/2)
		found[i] = slices.IndexFunc(quarters[:], func(q color.RGBA) bool { return near(at, q) })
	}
	return found
}

func TestEveryKindIsDrawnInEveryWidthThatItHas(t *testing.T) {
	four := image.NewPaletted(image.Rect(0, 0, 640, 480), color.Palette{quarters[0], quarters[1], quarters[2], quarters[3]})
	draw.Draw(four, four.Rect, drawing(640, 480), image.Point{}, draw.Src)
	grey := image.NewGray(image.Rect(0, 0, 300, 100))
	deep := image.NewNRGBA64(image.Rect(0, 0, 500, 300))
	draw.Draw(deep, deep.Rect, drawing(500, 300), image.Point{}, draw.Src)
	for _, c := range []struct {
		name   string
		body   []byte
		kind   media.Kind
		widths []int
	}{
		{"a photograph", asJPEG(t, drawing(2600, 1300)), media.JPEG, []int{400, 800, 1200, 1600, 2000}},
		{"one of 800 points", asPNG(t, drawing(800, 200)), media.PNG, []int{400, 800}},
		{"one of 801", asPNG(t, drawing(801, 200)), media.PNG, []int{400, 800, 801}},
		{"few colours", asGIF(t, four), media.GIF, []int{400, 640}},
		{"grey", asJPEG(t, grey), media.JPEG, []int{300}},
		{"deep colours", asPNG(t, deep), media.PNG, []int{400, 500}},
		{"WebP", webP(450, 20, quarters[2]), media.WebP, []int{400, 450}},
		{"one point", asPNG(t, drawing(1, 1)), media.PNG, []int{1}},
		{"a line", asPNG(t, drawing(1000, 1)), media.PNG, []int{400, 800, 1000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := develop(t, c.body)
			if p.Kind != c.kind || p.Bytes != len(c.body) || p.By != "anna" || !p.At.Equal(noon) || len(p.Hash) != 64 {
				t.Errorf("%+v", p)
			}
			var classic, modern []int
			for _, r := range p.Renditions {
				m := drawn(t, r)
				if r.Name != p.Name {
					t.Errorf("a rendition of %s is named %s", p.Name, r.Name)
				}
				if ideal := float64(p.Height) * float64(r.Width) / float64(p.Width); float64(r.Height) > ideal+1 || float64(r.Height) < ideal-1 {
					t.Errorf("of %d × %d one is %d × %d", p.Width, p.Height, r.Width, r.Height)
				}
				if found := turned(m); (c.name == "a photograph" || c.kind == media.GIF) && found != [4]int{0, 1, 2, 3} {
					t.Errorf("%d points wide as %s, the quarters are %v", r.Width, r.Type, found)
				}
				switch r.Type {
				case media.JPEG:
					classic = append(classic, r.Width)
				case media.WebP:
					modern = append(modern, r.Width)
				}
			}
			if !slices.Equal(classic, c.widths) {
				t.Errorf("drawn in %v, want %v", classic, c.widths)
			}
			want := slices.DeleteFunc(slices.Clone(c.widths), func(w int) bool { return w == 2000 || !writesWebP })
			if !slices.Equal(modern, want) {
				t.Errorf("drawn as WebP in %v, want %v", modern, want)
			}
		})
	}
}

func TestAPictureIsNamedByChanceAndItsFilesNameIsCleaned(t *testing.T) {
	body := asPNG(t, drawing(8, 8))
	seen := map[string]bool{}
	for given, want := range map[string]string{
		"harbour.png":               "harbour.png",
		`C:\Users\anna\harbour.png`: "harbour.png",
		"../../etc/passwd":          "passwd",
		"a\x00b\x1b[31m\u202e.png":  "ab[31m.png",
		"\xff\xfe":                  "",
		"":                          "",
		"..":                        "",
		"/":                         "",
		"Übersee, 2. März.jpeg":     "Übersee, 2. März.jpeg",
		strings.Repeat("я", 300):    strings.Repeat("я", 100),
	} {
		p, err := darkroom().Develop(t.Context(), media.Upload{Body: body, File: given})
		if err != nil || p.File != want {
			t.Errorf("%q is kept as %q, %v; want %q", given, p.File, err, want)
		}
		if !regexp.MustCompile(`^[a-z2-7]{26}$`).MatchString(p.Name) || seen[p.Name] {
			t.Errorf("the name %q", p.Name)
		}
		seen[p.Name] = true
		if p.Kind != media.PNG {
			t.Errorf("a PNG called %q is of kind %s", given, p.Kind)
		}
	}
}

func TestAPictureIsTurnedAsItsMetadataSaysAndNothingElseOfItIsKept(t *testing.T) {
	upright := [9][4]int{
		1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1},
		5: {0, 2, 1, 3}, 6: {2, 0, 3, 1}, 7: {3, 1, 2, 0}, 8: {1, 3, 0, 2},
	}
	plain := drawing(640, 320)
	for o := 1; o <= 8; o++ {
		for name, body := range map[string][]byte{
			"JPEG, big end":    withSegment(asJPEG(t, plain), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, uint16(o))...)),
			"JPEG, little end": withSegment(asJPEG(t, plain), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, uint16(o))...)),
			"PNG":              withChunk(asPNG(t, plain), "eXIf", exif(binary.BigEndian, uint16(o))),
		} {
			p := develop(t, body)
			if wide := p.Width > p.Height; wide != (o < 5) || p.Width+p.Height != 960 {
				t.Errorf("%s, orientation %d: %d × %d", name, o, p.Width, p.Height)
			}
			for _, r := range p.Renditions {
				if found := turned(drawn(t, r)); found != upright[o] {
					t.Errorf("%s, orientation %d, as %s: %v, want %v", name, o, r.Type, found, upright[o])
				}
				for _, word := range []string{"GPS", "Exif", "EXIF", "eXIf", "52.37", "source"} {
					if bytes.Contains(r.Body, []byte(word)) {
						t.Errorf("%s: the rendition as %s holds %q", name, r.Type, word)
					}
				}
			}
		}
	}
	second := withSegment(asJPEG(t, plain), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 3)...))
	if p := develop(t, withSegment(second, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"))); turned(drawn(t, p.Renditions[0])) != upright[3] {
		t.Error("Exif that stands behind other metadata is not read")
	}
	lying := webP(640, 320, quarters[0])
	p := develop(t, riff(append([]byte("VP8X"), sized([]byte{8, 0, 0, 0, 127, 2, 0, 63, 1, 0})...), lying[12:], append([]byte("EXIF"), sized(exif(binary.BigEndian, 6))...)))
	if p.Width != 320 || p.Height != 640 || p.Kind != media.WebP {
		t.Errorf("a WebP that lies on its side is %d × %d", p.Width, p.Height)
	}
}

func TestAnOrientationThatMakesNoSenseTurnsNothing(t *testing.T) {
	good := exif(binary.BigEndian, 6)
	for name, metadata := range map[string][]byte{
		"nine": exif(binary.BigEndian, 9), "nought": exif(binary.BigEndian, 0), "empty": {}, "no order": []byte("XX*\x00\x00\x00\x00\x08"),
		"beyond the end": []byte("MM\x00*\xff\xff\xff\xff"), "cut off": good[:18], "no entries": good[:10],
	} {
		p := develop(t, withSegment(asJPEG(t, drawing(64, 32)), 0xe1, append([]byte("Exif\x00\x00"), metadata...)))
		if p.Width != 64 || turned(drawn(t, p.Renditions[0])) != [4]int{0, 1, 2, 3} {
			t.Errorf("%s: %d × %d", name, p.Width, p.Height)
		}
	}
}

func TestNothingThatIsHiddenInAFileIsKept(t *testing.T) {
	const secret = "a word that must not be printed"
	photo, chart := asJPEG(t, drawing(500, 300)), asPNG(t, drawing(500, 300))
	for name, body := range map[string][]byte{
		"comment":          withSegment(photo, 0xfe, []byte(secret)),
		"XMP":              withSegment(photo, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+secret)),
		"IPTC":             withSegment(photo, 0xed, []byte("Photoshop 3.0\x00"+secret)),
		"colour profile":   withSegment(photo, 0xe2, []byte("ICC_PROFILE\x00\x01\x01"+secret)),
		"behind the JPEG":  append(bytes.Clone(photo), "<script>"+secret...),
		"text":             withChunk(chart, "tEXt", []byte("Comment\x00"+secret)),
		"a chunk of a PNG": withChunk(chart, "teSt", []byte(secret)),
		"behind the PNG":   append(bytes.Clone(chart), secret...),
	} {
		for _, r := range develop(t, body).Renditions {
			if bytes.Contains(r.Body, []byte(secret)) || bytes.Contains(r.Body, []byte("ns.adobe")) {
				t.Errorf("%s: the rendition as %s holds it", name, r.Type)
			}
		}
	}
}

func TestWhatShinesThroughStillDoes(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 900, 300))
	draw.Draw(m, image.Rect(450, 0, 900, 300), image.NewUniform(color.NRGBA{200, 40, 40, 128}), image.Point{}, draw.Src)
	p := develop(t, asPNG(t, m))
	kinds := map[media.Kind]int{}
	for _, r := range p.Renditions {
		kinds[r.Type]++
		d := drawn(t, r)
		right := color.NRGBAModel.Convert(d.At(r.Width*3/4, r.Height/2))
		if _, _, _, a := d.At(r.Width/4, r.Height/2).RGBA(); a > 0x500 || !near(right, color.NRGBA{200, 40, 40, 128}) {
			t.Errorf("as %s of %d points: nothing is %x, half is %v", r.Type, r.Width, a, right)
		}
	}
	if kinds[media.JPEG] != 0 || kinds[media.PNG] != 3 {
		t.Errorf("drawn as %v", kinds)
	}
	if p.Colour != "#c72727" {
		t.Errorf("the average of what is there is %s", p.Colour)
	}
}

func TestTheFirstFrameOfAnAnimationIsThePicture(t *testing.T) {
	p := develop(t, asGIF(t, twoColours(60, 40, quarters[2]), twoColours(60, 40, quarters[0])))
	if at := drawn(t, p.Renditions[0]).At(30, 20); !near(at, quarters[2]) {
		t.Errorf("the picture is %v", at)
	}
}

func TestWhatIsNoPictureOfOursIsRefusedWithTheRemedy(t *testing.T) {
	for name, c := range map[string]struct{ body, remedy string }{
		"nothing":             {"", "choose a picture"},
		"SVG":                 {`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "PNG"},
		"SVG with a prologue": {"\ufeff <?xml version=\"1.0\"?><svg/>", "PNG"},
		"SVG with a comment":  {"<!-- drawn --><SVG/>", "PNG"},
		"SVG, packed":         {"\x1f\x8b\x08", "PNG"},
		"HEIC":                {"\x00\x00\x00\x18ftypheic", "JPEG"},
		"AVIF":                {"\x00\x00\x00\x18ftypavif", "JPEG"},
		"TIFF":                {"II*\x00", "JPEG"},
		"HTML":                {"<html><body>", "JPEG, PNG, GIF or WebP"},
		"a word":              {"hello", "JPEG, PNG, GIF or WebP"},
		"only the beginning":  {"\xff\xd8\xff", "export it again"},
		"WebP, moving":        {string(riff(append([]byte("VP8X"), sized([]byte{2, 0, 0, 0, 9, 0, 0, 9, 0, 0})...))), "one picture of it"},
		"too many bytes":      {"\xff\xd8\xff" + strings.Repeat("x", media.MaxBytes), "save it smaller"},
	} {
		_, err := darkroom().Develop(t.Context(), media.Upload{Body: []byte(c.body)})
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.remedy) {
			t.Errorf("%s: %v, want a sentence with %q", name, err, c.remedy)
		}
	}
}

func TestTheSameUploadTwiceIsOnePicture(t *testing.T) {
	db := storetest.Open(t)
	d := media.NewDarkroom(db, media.Options{})
	body := asJPEG(t, drawing(900, 600))
	first, err := d.Add(t.Context(), media.Upload{Body: body, By: "anna", File: "one.jpg"})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			again, err := d.Add(context.Background(), media.Upload{Body: bytes.Clone(body), By: "ben", File: "two.jpg"})
			if err != nil || again.Name != first.Name || again.By != "anna" || len(again.Renditions) != len(first.Renditions) {
				t.Errorf("sent again: %+v, %v", again, err)
			}
		})
	}
	all.Wait()
	if _, err := d.Add(t.Context(), media.Upload{Body: body[:len(body)/2]}); !errors.Is(err, fault.Invalid) {
		t.Errorf("half of it: %v", err)
	}
	if kept, err := db.Pictures(t.Context(), media.Selection{}); err != nil || len(kept) != 1 {
		t.Errorf("%d pictures are kept, %v", len(kept), err)
	}
}

// fetched answers every address with the same bytes, as a fetcher that was told how much it may bring.
type fetched struct {
	body []byte
	err  error
	most int64
}

func (f *fetched) Get(_ context.Context, _ string, most int64) ([]byte, error) {
	f.most = most
	return f.body, f.err
}

func TestAPictureIsFetchedByTheSameLimits(t *testing.T) {
	d := media.NewDarkroom(storetest.Open(t), media.Options{})
	f := &fetched{body: asPNG(t, drawing(20, 10))}
	p, err := d.Fetch(t.Context(), f, "https://example.org/pictures/harbour.png?size=large", "anna")
	if err != nil || p.File != "harbour.png" || p.Width != 20 || f.most != media.MaxBytes {
		t.Errorf("%+v, %v; asked for %d bytes at most", p, err, f.most)
	}
	f.body = []byte("<svg/>")
	if _, err := d.Fetch(t.Context(), f, "https://example.org/a.png", "anna"); !errors.Is(err, fault.Invalid) {
		t.Errorf("a drawing: %v", err)
	}
	f.err = fault.Because(fault.Upstream, "it is not there")
	if _, err := d.Fetch(t.Context(), f, "https://example.org/b.png", "anna"); !errors.Is(err, fault.Upstream) {
		t.Errorf("nothing there: %v", err)
	}
}

func TestWhoWaitsForRoomMayGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Each context holds its picture in the darkroom until it is let go.
		d := media.NewDarkroom(nil, media.Options{AtOnce: 2})
		body := asPNG(t, drawing(40, 40))
		var inside sync.WaitGroup
		var held []*holding
		for range 2 {
			h := &holding{Context: context.Background(), reached: make(chan struct{}), leave: make(chan struct{})}
			held = append(held, h)
			inside.Go(func() {
				if _, err := d.Develop(h, media.Upload{Body: body}); err != nil {
					t.Errorf("one of the two that had room: %v", err)
				}
			})
			<-h.reached
		}
		third, giveUp := context.WithTimeout(t.Context(), time.Minute)
		defer giveUp()
		_, err := d.Develop(third, media.Upload{Body: body})
		if !errors.Is(err, fault.Busy) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(fault.Sentence(err), "shortly") {
			t.Errorf("the third: %v, want fault.Busy in a sentence", err)
		}
		close(held[0].leave)
		if _, err := d.Develop(t.Context(), media.Upload{Body: body}); err != nil {
			t.Errorf("once there was room: %v", err)
		}
		close(held[1].leave)
		inside.Wait()
	})
}

// holding is a context that stops whoever asks it a second time, until it may leave. Semaphores ask Done; decoders ask Err.
type holding struct {
	context.Context
	once           sync.Once
	reached, leave chan struct{}
}

func (h *holding) Err() error {
	h.once.Do(func() { close(h.reached); <-h.leave })
	return h.Context.Err()
}

func TestADecoderStopsWhenTheSenderLeaves(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	leave()
	large := media.NewDarkroom(nil, media.Options{AtOnce: 1})
	_, err := large.Develop(ctx, media.Upload{Body: asJPEG(t, drawing(2000, 1000))})
	if fault.KindOf(err) != fault.Busy || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
