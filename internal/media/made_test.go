package media_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"
)

// Pictures for the tests are drawn here: none comes from elsewhere.

// quarters are the colours of the four quarters of a drawing, by rows: one can tell how it was turned.
var quarters = [4]color.RGBA{{220, 30, 30, 255}, {30, 200, 40, 255}, {40, 60, 220, 255}, {240, 220, 60, 255}}

// drawing is a picture in four colours, with some grain as a photograph has it.
func drawing(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	grain := rand.New(rand.NewPCG(1, 2))
	for y := range h {
		for x := range w {
			c := quarters[2*(2*y/h)+2*x/w]
			g := uint8(grain.IntN(16))
			m.SetRGBA(x, y, color.RGBA{c.R + g, c.G + g, c.B - g, 255})
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asGIF(t testing.TB, frames ...*image.Paletted) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: make([]int, len(frames))}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// twoColours is a frame of a GIF.
func twoColours(w, h int, c color.Color) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, c})
	for i := range m.Pix {
		m.Pix[i] = 1
	}
	return m
}

// webP is a picture of one colour in the lossless kind of WebP: five codes of one symbol each, so that its points take no
// bit at all.
func webP(w, h int, c color.RGBA) []byte {
	var bits uint64
	var n int
	var out []byte
	put := func(value uint64, width int) {
		bits |= value << n
		for n += width; n >= 8; n -= 8 {
			out = append(out, byte(bits))
			bits >>= 8
		}
	}
	put(0x2f, 8)
	put(uint64(w-1), 14)
	put(uint64(h-1), 14)
	put(0, 1+3)   // no alpha, version 0
	put(0, 1+1+1) // no transform, no cache of colours, one group of codes
	for _, symbol := range []uint8{c.G, c.R, c.B, 255, 0} {
		put(1, 1) // a simple code
		put(0, 1) // of one symbol
		put(1, 1) // of eight bits
		put(uint64(symbol), 8)
	}
	put(0, 8)
	return riff(append([]byte("VP8L"), sized(out)...))
}

// riff wraps chunks of a WebP.
func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append([]byte("RIFF"), sized(body)...)
}

// sized is a chunk's length and content, filled up to an even number of bytes.
func sized(body []byte) []byte {
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, body...)
	return append(out, make([]byte, len(body)&1)...)
}

// exif is metadata with an orientation, and where the picture was taken.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	head := "MM\x00*"
	if order == binary.LittleEndian {
		head = "II*\x00"
	}
	b := order.AppendUint32([]byte(head), 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(order.AppendUint16(b, 0x0112), 3)
	b = order.AppendUint16(order.AppendUint16(order.AppendUint32(b, 1), orientation), 0)
	b = order.AppendUint16(order.AppendUint16(b, 0x8825), 4) // where the place stands
	b = order.AppendUint32(order.AppendUint32(b, 1), 38)
	b = order.AppendUint32(b, 0)
	return append(b, "GPS 52.3702N 4.8952E taken by a source"...)
}

// withSegment puts a segment of a JPEG behind its first marker.
func withSegment(file []byte, marker byte, data []byte) []byte {
	out := append([]byte{}, file[:2]...)
	out = binary.BigEndian.AppendUint16(append(out, 0xff, marker), uint16(len(data)+2))
	return append(append(out, data...), file[2:]...)
}

// withChunk puts a chunk of a PNG behind its header.
func withChunk(file []byte, name string, data []byte) []byte {
	const header = 8 + 25
	return append(append(append([]byte{}, file[:header]...), pngChunk(name, data)...), file[header:]...)
}

func pngChunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// flatPNG is a PNG of one colour and of any size, in as few bytes as can be: depth and kind of colour are those of its
// header, of which it holds so many bytes in a row.
func flatPNG(t testing.TB, w, h int, depth, kind, interlaced byte, row int) []byte {
	t.Helper()
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	header = append(header, depth, kind, 0, 0, interlaced)
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, row+1)
	for range h {
		if _, err := z.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out := append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", header)...)
	out = append(out, pngChunk("IDAT", packed.Bytes())...)
	return append(out, pngChunk("IEND", nil)...)
}

// progressive is a JPEG of one grey that goes over its points a number of times, with hardly a bit for each block.
func progressive(w, h, scans int) []byte {
	out := []byte{0xff, 0xd8}
	segment := func(marker byte, data ...byte) {
		out = binary.BigEndian.AppendUint16(append(out, 0xff, marker), uint16(len(data)+2))
		out = append(out, data...)
	}
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{16}, 64)...)...) // quantisation
	segment(0xc2, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 1, 1, 0x11, 0)
	code := func(class, symbol byte) {
		segment(0xc4, append(append([]byte{class, 1}, make([]byte, 15)...), symbol)...)
	}
	code(0x00, 0)    // a difference of nothing, in one bit
	code(0x10, 0xe0) // 16384 blocks or more of nothing: one bit, and fourteen that say how many more
	blocks := ((w + 7) / 8) * ((h + 7) / 8)
	segment(0xda, 1, 1, 0x00, 0, 0, 0)
	out = append(out, make([]byte, blocks/8+1)...)
	for range scans - 1 {
		segment(0xda, 1, 1, 0x00, 1, 63, 0)
		out = append(out, make([]byte, 2*(blocks/16384+1))...)
	}
	return append(out, 0xff, 0xd9)
}
