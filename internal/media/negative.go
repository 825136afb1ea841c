package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/webp"

	"github.com/courant-news/courant/internal/fault"
)

// Limits of an upload. What a camera or a telephone makes is well within them.
const (
	MaxBytes  = 20 << 20
	MaxPixels = 40_000_000
	MaxSide   = 12_000
)

// A picture that is much larger than its file is most likely none: forty million points of one colour fit into forty
// kilobytes. Charts and screens are made of few colours too, so only what takes much memory is measured by this.
const (
	suspicious = 32 << 20 // bytes in memory
	mostTimes  = 100      // as large in memory as the file
)

// mostScans is how often a JPEG may go over its points. Ten or so are usual; each takes time, however few bytes it has.
const mostScans = 32

// negative is what a file says of itself before it is developed.
type negative struct {
	kind          Kind
	width, height int    // as it is stored, perhaps lying on its side
	weight        int64  // about the bytes of memory that decoding takes
	orientation   int    // 1 to 8, as Exif counts them
	profile       []byte // what its numbers mean as colours, by the ICC; nil: sRGB, or so it is taken
}

// codec is how a kind is read.
type codec struct {
	kind   Kind
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecOf finds the codec by a file's first bytes: its name may say anything. Each is called by its own name and none is
// looked up in package image, where whatever is linked into the program may have put another.
func codecOf(body []byte) (codec, bool) {
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xd8\xff")):
		return codec{JPEG, jpeg.DecodeConfig, jpeg.Decode}, true
	case bytes.HasPrefix(body, []byte("\x89PNG\r\n\x1a\n")):
		return codec{PNG, png.DecodeConfig, png.Decode}, true
	case bytes.HasPrefix(body, []byte("GIF87a")), bytes.HasPrefix(body, []byte("GIF89a")):
		return codec{GIF, gif.DecodeConfig, gif.Decode}, true // which reads the first frame and no other
	case len(body) >= 12 && string(body[:4]) == "RIFF" && string(body[8:12]) == "WEBP":
		return codec{WebP, webp.DecodeConfig, webp.Decode}, true
	}
	return codec{}, false
}

// inspect reads what a file says of itself, and refuses it in a sentence where that is beyond the limits.
func inspect(body []byte) (negative, codec, error) {
	if len(body) > MaxBytes {
		return negative{}, codec{}, fault.Because(fault.Invalid, "the picture has %d MB; %d is the most: save it smaller", len(body)>>20, MaxBytes>>20)
	}
	c, ok := codecOf(body)
	if !ok {
		return negative{}, codec{}, foreign(body)
	}
	if c.kind == WebP && len(body) > 20 && string(body[12:16]) == "VP8X" && body[20]&2 != 0 {
		return negative{}, codec{}, fault.Because(fault.Invalid, "a WebP that moves is not read here: export one picture of it, as a JPEG or a PNG")
	}
	config, err := c.config(bytes.NewReader(body))
	if err != nil {
		return negative{}, codec{}, unreadable(c.kind, err)
	}
	n := negative{kind: c.kind, width: config.Width, height: config.Height, orientation: 1}
	switch {
	case n.width < 1 || n.height < 1:
		return negative{}, codec{}, fault.Because(fault.Invalid, "the picture has no points: its file says %d × %d", n.width, n.height)
	case n.width > MaxSide || n.height > MaxSide:
		return negative{}, codec{}, fault.Because(fault.Invalid, "the picture is %d × %d points; %d is the most on a side: save it smaller", n.width, n.height, MaxSide)
	case n.width*n.height > MaxPixels:
		return negative{}, codec{}, fault.Because(fault.Invalid, "the picture has %d megapixels; %d is the most: save it smaller",
			n.width*n.height/1_000_000, MaxPixels/1_000_000)
	}
	if err := n.weigh(body, config.ColorModel); err != nil {
		return negative{}, codec{}, err
	}
	if n.weight > suspicious && n.weight > mostTimes*int64(len(body)) {
		return negative{}, codec{}, fault.Because(fault.Invalid, "the picture would take %d times the memory of its file, as nothing does that was photographed: save it smaller",
			n.weight/int64(len(body)))
	}
	return n, c, nil
}

// weigh finds how much memory decoding takes, how the picture is to be turned, and in which colours it is.
func (n *negative) weigh(body []byte, model color.Model) error {
	points := int64(n.width) * int64(n.height)
	switch n.kind {
	case JPEG:
		frame, err := readFrame(body)
		if err != nil {
			return err
		}
		n.weight = frame.weight(n.width, n.height)
		n.orientation, n.profile = orientation(frame.exif), frame.profile
	case PNG:
		n.weight = points * bytesOf(model)
		if body[28] != 0 { // interlaced: each pass is a picture of its own; the header is whole, since it was read
			n.weight *= 2
		}
		n.orientation = orientation(chunk(body[8:], binary.BigEndian, "eXIf"))
		n.profile = inflated(chunk(body[8:], binary.BigEndian, "iCCP"))
	case GIF:
		n.weight = points
	case WebP:
		n.weight = points * 8 // with an alpha of its own, or lossless; each is read by way of several pictures
		if model == color.YCbCrModel {
			n.weight = points * 3 / 2
		}
		n.orientation = orientation(chunk(body[12:], binary.LittleEndian, "EXIF"))
		n.profile = chunk(body[12:], binary.LittleEndian, "ICCP")
	}
	return nil
}

// bytesOf is what a point takes in memory.
func bytesOf(model color.Model) int64 {
	switch model {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.RGBAModel, color.NRGBAModel:
		return 4
	}
	if _, ok := model.(color.Palette); ok {
		return 1
	}
	return 8
}

// chunk returns what the first chunk of a name holds, of a PNG (name after length, a sum after it) or of a WebP (name
// before length, filled up to an even number); nil where there is none, or no whole one.
func chunk(body []byte, order binary.ByteOrder, name string) []byte {
	const head = 8
	for len(body) >= head {
		id, size := body[:4], body[4:head]
		tail := 0
		if order == binary.BigEndian {
			id, size, tail = size, id, 4
		}
		length := int(order.Uint32(size))
		if tail == 0 {
			tail = length & 1
		}
		if length < 0 || length > len(body)-head {
			return nil
		}
		if string(id) == name {
			return body[head : head+length]
		}
		body = body[min(len(body), head+length+tail):]
	}
	return nil
}

// foreign says what to do about a file that is not read here.
func foreign(body []byte) error {
	head := bytes.ToLower(bytes.TrimLeft(body[:min(len(body), 1024)], "\xef\xbb\xbf \t\r\n"))
	switch {
	case len(body) == 0:
		return fault.Because(fault.Invalid, "the file is empty: choose a picture")
	case bytes.HasPrefix(head, []byte("<svg")), bytes.HasPrefix(head, []byte("<?xml")), bytes.HasPrefix(head, []byte("<!doctype svg")),
		bytes.HasPrefix(head, []byte("<!--")) && bytes.Contains(head, []byte("<svg")), bytes.HasPrefix(body, []byte("\x1f\x8b")):
		return fault.Because(fault.Invalid, "an SVG drawing can carry a program and is not taken: export it as a PNG, 2000 points wide")
	case len(head) >= 12 && bytes.HasPrefix(head[4:], []byte("ftyp")):
		return fault.Because(fault.Invalid, "pictures in HEIC or AVIF are not read here: export it as a JPEG")
	case bytes.HasPrefix(body, []byte("II*\x00")), bytes.HasPrefix(body, []byte("MM\x00*")):
		return fault.Because(fault.Invalid, "pictures in TIFF are not read here: export it as a JPEG, or as a PNG")
	}
	return fault.Because(fault.Invalid, "the file is no picture that can be read here: send a JPEG, PNG, GIF or WebP")
}

// unreadable says that a file is broken. The decoder's own words are for the log: they tell a sender nothing.
func unreadable(k Kind, err error) error {
	return fmt.Errorf("%w: %w", fault.Because(fault.Invalid, "the picture cannot be read: it begins as a %s, and is broken or cut off; export it again",
		strings.ToUpper(string(k))), err)
}
