package media_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
)

// claims returns a JPEG whose frame says another size than it has.
func claims(file []byte, w, h int) []byte {
	file = bytes.Clone(file)
	at := bytes.Index(file, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(file[at+5:], uint16(h))
	binary.BigEndian.PutUint16(file[at+7:], uint16(w))
	return file
}

// headed is a PNG that is nothing but a header.
func headed(w, h uint32, depth, kind, interlaced byte) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", append(header, depth, kind, 0, 0, interlaced))...)
}

// swollen is a chunk of a PNG that grows to 256 MB when it is unpacked.
func swollen(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 256 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return append([]byte("a name\x00\x00"), b.Bytes()...)
}

// hostile returns two hundred files and more that are made to hurt, by what they are.
func hostile(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	add := func(body []byte, format string, args ...any) { files[fmt.Sprintf(format, args...)] = body }
	for _, size := range [][2]uint32{{50_000, 50_000}, {1 << 31, 1 << 31}, {1<<31 - 1, 1}, {12_000, 12_000}, {12_001, 1}, {7_000, 7_000}, {6_300, 6_300}} {
		for _, depth := range []byte{8, 16} {
			for _, kind := range []byte{0, 2, 4, 6} {
				add(headed(size[0], size[1], depth, kind, byte(size[0])&1), "a PNG of a header: %d × %d, %d bits, colours %d", size[0], size[1], depth, kind)
			}
		}
	}
	add(flatPNG(t, 6300, 6300, 1, 0, 0, 788), "a PNG of one colour, one bit a point")
	add(flatPNG(t, 6300, 6300, 8, 0, 0, 6300), "a PNG of one colour, a byte a point")
	add(flatPNG(t, 4000, 4000, 8, 6, 0, 16000), "a PNG of one colour, four bytes a point")
	photo, chart, moving, lossless := asJPEG(t, drawing(200, 120)), asPNG(t, drawing(60, 40)), asGIF(t, twoColours(60, 40, color.White)), webP(60, 40, quarters[0])
	for _, size := range [][2]int{{65_535, 65_535}, {12_000, 3_300}, {6_300, 6_300}, {12_000, 12_000}, {65_535, 1}, {1, 65_535}, {0, 10}, {10, 0}} {
		add(claims(photo, size[0], size[1]), "a JPEG that says %d × %d", size[0], size[1])
	}
	for _, scans := range []int{33, 1000, 20_000} {
		add(progressive(2000, 2000, scans), "a JPEG of %d scans", scans)
	}
	add(progressive(6300, 6300, 10), "a JPEG of one grey in steps")
	for _, size := range []uint16{65_535, 12_000, 6_300} {
		for i, file := range [][]byte{moving, asGIF(t, twoColours(1, 1, color.White))} {
			large := bytes.Clone(file)
			binary.LittleEndian.PutUint16(large[6:], size)
			binary.LittleEndian.PutUint16(large[8:], size)
			add(large, "a GIF %d that says %d × %[2]d", i, size)
		}
	}
	frames := make([]*image.Paletted, 10_000)
	for i := range frames {
		frames[i] = twoColours(30, 20, color.White)
	}
	add(asGIF(t, frames...), "a GIF of 10,000 frames")
	for _, size := range []int{16_384, 12_000, 6_300} {
		add(webP(size, size, quarters[0]), "a WebP of one colour, %d × %[1]d", size)
		add(riff(append([]byte("VP8X"), sized([]byte{0, 0, 0, 0, 9, 0, 0, 9, 0, 0})...), webP(size, size, quarters[0])[12:]), "a WebP that says 10 × 10 and holds %d × %[1]d", size)
	}
	bomb := swollen(t)
	for _, name := range []string{"iCCP", "zTXt", "iTXt"} {
		add(withChunk(chart, name, bomb), "a PNG with a %s of 256 MB", name)
		long := withChunk(chart, name, nil)
		binary.BigEndian.PutUint32(long[33:], 1<<31-1)
		add(long, "a PNG whose %s says that it is endless", name)
	}
	var many []byte
	for range 100_000 {
		many = append(many, pngChunk("zTXt", []byte("a\x00\x00"))...)
	}
	add(append(append(bytes.Clone(chart[:33]), many...), chart[33:]...), "a PNG of 100,000 texts")
	for at := 0; at < len(photo); at += 100 {
		add(photo[:at], "a JPEG that ends after %d bytes", at)
	}
	for name, file := range map[string][]byte{"PNG": chart, "GIF": moving, "WebP": lossless} {
		for i := range 20 {
			add(file[:len(file)*i/20], "a %s of which there are %d twentieths", name, i)
		}
	}
	noise := rand.New(rand.NewPCG(3, 4))
	for name, file := range map[string][]byte{"JPEG": photo, "PNG": chart, "GIF": moving, "WebP": lossless} {
		for i := range 15 {
			spoilt := bytes.Clone(file)
			for range 1 + i {
				spoilt[4+noise.IntN(len(spoilt)-4)] = byte(noise.Uint32())
			}
			add(spoilt, "a %s spoilt in %d places", name, i+1)
		}
	}
	return files
}

func TestAHostileFileIsRefusedInASentenceOrIsAPictureAndTakesLittle(t *testing.T) {
	files := hostile(t)
	if len(files) < 200 {
		t.Errorf("%d files; there were to be two hundred", len(files))
	}
	d := darkroom()
	var pictures []media.Picture
	took := peak(t, func() {
		for name, body := range files {
			p, err := d.Develop(t.Context(), media.Upload{Body: body})
			switch {
			case err == nil:
				pictures = append(pictures, p)
			case !errors.Is(err, fault.Invalid):
				t.Errorf("%s: %v, want fault.Invalid", name, err)
			case strings.Contains(fault.Sentence(err), "panic"), len(fault.Sentence(err)) > 200:
				t.Errorf("%s: the sentence is %q", name, fault.Sentence(err))
			}
		}
	})
	if took > 64<<20 {
		t.Errorf("%d files took %d MB of memory; 64 were the most", len(files), took>>20)
	}
	for _, p := range pictures {
		for _, r := range p.Renditions {
			drawn(t, r)
		}
	}
	t.Logf("of %d files %d are pictures; they took %d MB of memory", len(files), len(pictures), took>>20)
}

func TestWhatIsBeyondTheLimitsIsRefusedBeforeItIsDecoded(t *testing.T) {
	photo := asJPEG(t, drawing(200, 120))
	for name, c := range map[string]struct {
		body []byte
		says string
	}{
		"a PNG of 50,000 × 50,000":      {headed(50_000, 50_000, 8, 2, 0), "12000 is the most on a side"},
		"a JPEG of 41 megapixels":       {claims(photo, 6_500, 6_400), "41 megapixels; 40 is the most"},
		"one colour, 39 megapixels":     {flatPNG(t, 6_300, 6_300, 1, 0, 0, 788), "times the memory of its file"},
		"a JPEG that says 39":           {claims(photo, 6_300, 6_300), "times the memory of its file"},
		"a WebP of 39":                  {webP(6_300, 6_300, quarters[0]), "times the memory of its file"},
		"a thousand scans":              {progressive(800, 800, 1000), "1000 times; 32 is the most"},
		"deep colours of 39 megapixels": {append(headed(6_300, 6_300, 16, 6, 0), make([]byte, 8<<20)...), "MB of memory; 192 MB is the most"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := darkroom().Develop(t.Context(), media.Upload{Body: c.body})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), c.says) {
			t.Errorf("%s: %v, want a sentence with %q", name, err, c.says)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: it took %d bytes to refuse it", name, took)
		}
	}
}

// What is reckoned must be near what is taken, or the darkroom's limit of memory would be none.
func TestWhatAPictureTakesInMemoryIsKnownBefore(t *testing.T) {
	const w, h = 1500, 1000
	grey := image.NewGray(image.Rect(0, 0, w, h))
	deep := image.NewNRGBA64(image.Rect(0, 0, w, h))
	clear := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(deep, deep.Rect, drawing(w, h), image.Point{}, draw.Src)
	draw.Draw(clear, clear.Rect, drawing(w, h/2), image.Point{}, draw.Src)
	for name, body := range map[string][]byte{
		"JPEG": asJPEG(t, drawing(w, h)), "JPEG, grey": asJPEG(t, grey), "JPEG in steps": progressive(w, h, 3),
		"PNG": asPNG(t, drawing(w, h)), "PNG, grey": asPNG(t, grey), "PNG, deep": asPNG(t, deep), "PNG, clear": asPNG(t, clear),
		"PNG, interlaced": flatPNG(t, w, h, 8, 6, 1, 4*w), "GIF": asGIF(t, twoColours(w, h, color.White)), "WebP": webP(w, h, quarters[0]),
	} {
		weight, decode, err := media.Reckon(body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = decode()
		runtime.ReadMemStats(&after)
		const aside = 256 << 10 // for the decoder itself
		took := int64(after.TotalAlloc - before.TotalAlloc)
		if name == "PNG, interlaced" {
			err = nil // its points are not all there, but its memory is
		}
		if err != nil || took > weight*5/4+aside || took < weight/3 {
			t.Errorf("%s: %v; it took %d bytes, reckoned were %d", name, err, took, weight)
		}
		small := media.NewDarkroom(nil, media.Options{Memory: weight - 1})
		if _, err := small.Develop(t.Context(), media.Upload{Body: body}); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "memory") {
			t.Errorf("%s, where there is less room than it takes: %v", name, err)
		}
	}
}

func FuzzDevelop(f *testing.F) {
	for _, body := range [][]byte{
		asJPEG(f, drawing(20, 10)), asPNG(f, drawing(20, 10)), asGIF(f, twoColours(20, 10, color.White)), webP(20, 10, quarters[0]), progressive(20, 10, 3),
		withSegment(asJPEG(f, drawing(20, 10)), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.LittleEndian, 6)...)),
		withChunk(asPNG(f, drawing(20, 10)), "eXIf", exif(binary.BigEndian, 8)), []byte("<svg/>"),
		withSegment(asJPEG(f, drawing(20, 10)), 0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), icc(displayP3, srgbCurve)...)),
		withSegment(asJPEG(f, drawing(20, 10)), 0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), icc(displayP3, points(0, 9, 65535))...)),
	} {
		f.Add(body)
	}
	d := media.NewDarkroom(nil, media.Options{Memory: 1 << 20})
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<16 {
			return
		}
		p, err := d.Develop(t.Context(), media.Upload{Body: body, File: string(body)})
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Errorf("%v", err)
			}
			return
		}
		for _, r := range p.Renditions {
			drawn(t, r)
		}
	})
}

// A picture of 39 megapixels that is one: the largest that is taken, and its renditions.
func BenchmarkDevelop(b *testing.B) {
	for _, size := range [][2]int{{4000, 3000}, {7200, 5400}} {
		body := asJPEG(b, drawing(size[0], size[1]))
		b.Run(fmt.Sprintf("%d megapixels", size[0]*size[1]/1_000_000), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				develop(b, body)
			}
		})
	}
}
